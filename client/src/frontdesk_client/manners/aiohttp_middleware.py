"""Manners for aiohttp: a client middleware."""

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.payload import BytesPayload

from frontdesk_client.manners.conduct import Conduct, is_small


class PoliteMiddleware:
    """The last of a session's middlewares, so that auth objects see the last answer only."""

    def __init__(self, conduct: Conduct) -> None:
        """Shared by all requests of the session."""
        self._conduct = conduct

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send it, and again where that is right."""
        sleep = self._conduct.surroundings.sleep_async
        call = self._conduct.begin(request.method, can_replay=_is_in_memory(request))
        while True:
            if ahead := call.wait_to_send():
                await sleep(ahead)
            response = await handler(request)
            wait = call.wait_to_retry(response.status, response.headers)
            if wait is None:
                return response
            try:
                if is_small(response.headers):
                    await response.read()
            finally:
                response.close()
            await sleep(wait)


def _is_in_memory(request: ClientRequest) -> bool:
    """Whether the body is bytes that can be sent twice; files and streams are closed or used up by the first try."""
    return not request.body or isinstance(request.body, BytesPayload)
