"""What every credential of this package is: `auth=` of httpx2, httpx and requests, and a middleware for aiohttp."""

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from frontdesk_client.adapters.httpx_auth import HttpxAuth
from frontdesk_client.adapters.requests_auth import dress
from frontdesk_client.attachment import Attachment

if TYPE_CHECKING:
    from requests import PreparedRequest

    from frontdesk_client.adapters.aiohttp_middleware import AiohttpMiddleware


class Credentials(HttpxAuth):
    """One object for any of the clients, and for as many at once as there are; threads and tasks may share it."""

    def __init__(self, attachment: Attachment) -> None:
        """What is attached to each request."""
        self._attachment = attachment

    def __call__(self, request: "PreparedRequest") -> "PreparedRequest":
        """What requests calls with each request."""
        return dress(self._attachment, request)

    def for_network(self, network: str | None) -> Self:
        """The same credential for another network; both go on sharing their tokens."""
        other = copy(self)
        other._attachment = replace(self._attachment, network=network)
        return other

    def for_aiohttp(self) -> "AiohttpMiddleware":
        """For `aiohttp.ClientSession(middlewares=[…])`."""
        from frontdesk_client.adapters.aiohttp_middleware import AiohttpMiddleware

        return AiohttpMiddleware(self._attachment)
