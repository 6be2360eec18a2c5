"""Manners for httpx2 and httpx: a transport around a transport, sync or async as the one inside is."""

from types import TracebackType
from typing import Self, cast

import httpx2

from frontdesk_client.manners.conduct import Conduct, Tries, is_small


class PoliteTransport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """httpx takes it as well: neither of the two asks more of a transport than these methods.

    It stands below auth objects, which see the last answer only, and below redirects, each of which is a call.
    """

    def __init__(self, inside: httpx2.BaseTransport | httpx2.AsyncBaseTransport, conduct: Conduct) -> None:
        """What is sent leaves through `inside`."""
        self._sync = cast(httpx2.BaseTransport, inside)
        self._async = cast(httpx2.AsyncBaseTransport, inside)
        self._conduct = conduct

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it, and again where that is right."""
        call, sleep = self._begin(request), self._conduct.surroundings.sleep
        while True:
            if ahead := call.wait_to_send():
                sleep(ahead)
            response = self._sync.handle_request(request)
            wait = call.wait_to_retry(response.status_code, response.headers)
            if wait is None:
                return response
            try:
                if is_small(response.headers):
                    response.read()
            finally:
                response.close()
            sleep(wait)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it, and again where that is right."""
        call, sleep = self._begin(request), self._conduct.surroundings.sleep_async
        while True:
            if ahead := call.wait_to_send():
                await sleep(ahead)
            response = await self._async.handle_async_request(request)
            wait = call.wait_to_retry(response.status_code, response.headers)
            if wait is None:
                return response
            try:
                if is_small(response.headers):
                    await response.aread()
            finally:
                await response.aclose()
            await sleep(wait)

    def _begin(self, request: httpx2.Request) -> Tries:
        return self._conduct.begin(request.method, can_replay=_is_in_memory(request))

    def close(self) -> None:
        """Close what is inside."""
        self._sync.close()

    async def aclose(self) -> None:
        """Close what is inside."""
        await self._async.aclose()

    def __enter__(self) -> Self:
        """Enter what is inside."""
        self._sync.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Leave what is inside."""
        self._sync.__exit__(exc_type, exc_value, traceback)

    async def __aenter__(self) -> Self:
        """Enter what is inside."""
        await self._async.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Leave what is inside."""
        await self._async.__aexit__(exc_type, exc_value, traceback)


def _is_in_memory(request: httpx2.Request) -> bool:
    """Whether the body is bytes that can be sent twice; a stream, of a file as well, cannot."""
    try:
        return isinstance(request.content, bytes)
    except RuntimeError:  # RequestNotRead, of either library
        return False
