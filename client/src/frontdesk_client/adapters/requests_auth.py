"""Credentials as `auth=` of requests: each prepared request is dressed, and a hook of it sees its answer.

requests itself takes the credential off where a redirect leads to another host.
"""

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from frontdesk_client.attachment import Attachment
from frontdesk_client.source import Held

if TYPE_CHECKING:
    from requests import PreparedRequest, Response


def dress(attachment: Attachment, request: "PreparedRequest") -> "PreparedRequest":
    """Attach, and wait for the answer."""
    parts = urlsplit(request.url or "")
    attachment.origins.must_allow(parts.scheme, parts.hostname or "", parts.port)
    held = attachment.source.glance() or attachment.source.obtain()
    attachment.attach(request.headers, held)
    request.register_hook("response", partial(_see, attachment, held))
    return request


def _see(attachment: Attachment, held: Held, response: "Response", **sending: Any) -> "Response":
    """Once more with another token where the first was refused."""
    if response.status_code != 401 or not _is_refused(attachment, response):
        return response
    source, request = attachment.source, response.request
    if not isinstance(request.body, str | bytes | None):
        source.distrust(held)  # a stream was read and is gone; the next request fares better
        return response
    _ = response.content  # read to its end, so that the connection can serve once more
    fresh = source.replace(held)
    if fresh is None:
        return response
    response.close()
    attachment.attach(request.headers, fresh)
    again: Response = response.connection.send(request, **sending)
    again.history.append(response)
    again.request = request
    if again.status_code == 401 and _is_refused(attachment, again):
        source.distrust(fresh, in_vain=True)
    return again


def _is_refused(attachment: Attachment, response: "Response") -> bool:
    """Whether it is our token that was refused, and by the API: a redirect may have led elsewhere."""
    parts = urlsplit(response.request.url or "")
    ours = "Authorization" in response.request.headers
    return (
        ours
        and attachment.origins.allow(parts.scheme, parts.hostname or "", parts.port)
        and attachment.is_refused(response.status_code, response.headers.get("www-authenticate"))
    )
