"""Credentials as `auth=` of httpx2 and of httpx, in their sync clients and in their async ones."""

from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any

import httpx2

from frontdesk_client.attachment import Attachment
from frontdesk_client.source import Held

if TYPE_CHECKING:
    import httpx

    class _Auth(httpx2.Auth, httpx.Auth):
        """What both clients ask for. Their requests and answers are different classes, so nothing more can be said."""

        def auth_flow(self, request: Any) -> Generator[Any, Any, None]: ...
        def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]: ...
        def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]: ...

    STREAMS: tuple[type, ...]
else:
    try:
        import httpx
    except ImportError:
        _Auth, STREAMS = httpx2.Auth, (httpx2.ByteStream,)
    else:
        _Auth = type("_Auth", (httpx2.Auth, httpx.Auth), {})
        STREAMS = (httpx2.ByteStream, httpx.ByteStream)

_ABSENT = object()


class HttpxAuth(_Auth):
    """The flow of one request: attach, send, and once more with another token where the first was refused.

    Requests and answers are of either client. A redirect is followed inside the flow; both clients take the
    credential off where it leads to another origin.
    """

    _attachment: Attachment

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """What `Client` runs."""
        self._check(request)
        source = self._attachment.source
        held = source.glance() or source.obtain()
        self._attach(request, held)
        response = yield request
        if response.status_code != 401 or not self._is_refused(response):
            return
        if not isinstance(request.stream, STREAMS):
            return source.distrust(held)  # a stream was read and is gone; the next request fares better
        fresh = source.replace(held)
        if fresh is not None:
            self._attach(request, fresh)
            self._note((yield request), fresh)
        return None

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """What `AsyncClient` runs. While the token is fresh it waits for nothing."""
        self._check(request)
        source = self._attachment.source
        held = source.glance() or await source.obtain_async()
        self._attach(request, held)
        response = yield request
        if response.status_code != 401 or not self._is_refused(response):
            return
        if not isinstance(request.stream, STREAMS):
            source.distrust(held)
            return
        fresh = await source.replace_async(held)
        if fresh is not None:
            self._attach(request, fresh)
            self._note((yield request), fresh)

    def _check(self, request: Any) -> None:
        url = request.url
        self._attachment.origins.must_allow(url.scheme, url.host, url.port)

    def _attach(self, request: Any, held: Held) -> None:
        """`extensions={"network": …}` names the network of one request; None: it is of none."""
        attachment = self._attachment
        network = request.extensions.get("network", _ABSENT)
        if network is _ABSENT:
            attachment.attach(request.headers, held)
            return
        request.headers["Authorization"] = held.header
        if network is not None:
            request.headers[attachment.network_header] = network

    def _is_refused(self, response: Any) -> bool:
        """Whether it is our token that was refused, and by the API: a redirect may have led elsewhere."""
        url, headers = response.request.url, response.request.headers
        ours = "Authorization" in headers and self._attachment.origins.allow(url.scheme, url.host, url.port)
        return ours and self._attachment.is_refused(response.status_code, response.headers.get("www-authenticate"))

    def _note(self, response: Any, fresh: Held) -> None:
        if response.status_code == 401 and self._is_refused(response):
            self._attachment.source.distrust(fresh, in_vain=True)
