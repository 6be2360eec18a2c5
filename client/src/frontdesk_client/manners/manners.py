"""The behaviour of a client as one object, put into whichever HTTP client sends."""

from typing import TYPE_CHECKING, cast, overload

from frontdesk_client.manners.conduct import Conduct

if TYPE_CHECKING:
    import aiohttp
    import httpx
    import httpx2
    import requests.adapters


class Manners(Conduct):
    """What to do about 429 and 503, and how fast to call. For threads and tasks alike; keep one for each credential.

    httpx2.Client(auth=oauth, transport=manners.over(httpx2.HTTPTransport()))
    session.mount("https://", manners.for_requests())
    aiohttp.ClientSession(middlewares=(oauth.for_aiohttp(), manners.for_aiohttp()))
    """

    @overload
    def over(self, transport: "httpx2.BaseTransport") -> "httpx2.BaseTransport": ...
    @overload
    def over(self, transport: "httpx2.AsyncBaseTransport") -> "httpx2.AsyncBaseTransport": ...
    @overload
    def over(self, transport: "httpx.BaseTransport") -> "httpx.BaseTransport": ...
    @overload
    def over(self, transport: "httpx.AsyncBaseTransport") -> "httpx.AsyncBaseTransport": ...
    def over(self, transport: object) -> object:
        """The same transport of httpx2 or httpx, sync or async, with manners. It closes the one it was given."""
        from frontdesk_client.manners.httpx_transport import PoliteTransport

        return PoliteTransport(cast("httpx2.BaseTransport | httpx2.AsyncBaseTransport", transport), self)

    def for_requests(self) -> "requests.adapters.HTTPAdapter":
        """An adapter to mount in a session of requests."""
        from frontdesk_client.manners.requests_adapter import PoliteAdapter

        return PoliteAdapter(self)

    def for_aiohttp(self) -> "aiohttp.ClientMiddlewareType":
        """A client middleware of aiohttp."""
        from frontdesk_client.manners.aiohttp_middleware import PoliteMiddleware

        return PoliteMiddleware(self)
