"""Credentials as a client middleware of aiohttp."""

import logging
from typing import TYPE_CHECKING

from aiohttp import BytesPayload, ClientHandlerType, ClientRequest, ClientResponse

if TYPE_CHECKING:
    from frontdesk_client.attachment import Attachment

_log = logging.getLogger("frontdesk_client")


class AiohttpMiddleware:
    """Runs for each request, and for each step of a redirect by itself.

    The two look alike from here, so a request to another origin is not an error: it goes without the credential.
    """

    def __init__(self, attachment: "Attachment") -> None:
        """Of one credential."""
        self._attachment = attachment

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Attach, send, and once more with another token where the first was refused."""
        attachment, source, url = self._attachment, self._attachment.source, request.url
        if not attachment.origins.allow(url.scheme, url.host or "", url.port):
            _log.warning("no credential is sent to %s, which is not the API", url.origin())
            return await handler(request)
        held = source.glance() or await source.obtain_async()
        attachment.attach(request.headers, held)
        response = await handler(request)
        if response.status != 401 or not self._is_refused(response):
            return response
        if request.body and not isinstance(request.body, BytesPayload):
            source.distrust(held)  # a stream was read and is gone; the next request fares better
            return response
        try:
            fresh = await source.replace_async(held)
        except BaseException:
            response.close()
            raise
        if fresh is None:
            return response
        response.release()
        attachment.attach(request.headers, fresh)
        again = await handler(request)
        if again.status == 401 and self._is_refused(again):
            source.distrust(fresh, in_vain=True)
        return again

    def _is_refused(self, response: ClientResponse) -> bool:
        challenge = ", ".join(response.headers.getall("www-authenticate", ()))
        return self._attachment.is_refused(response.status, challenge)
