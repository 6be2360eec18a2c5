"""A refusal of the API as an exception: `{"message", "type"}`, the request's id, and where it is explained."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from frontdesk_client.clock import read_clock
from frontdesk_client.errors import ApiError
from frontdesk_client.manners.retry_after import read_retry_after

if TYPE_CHECKING:
    import aiohttp
    import httpx
    import httpx2
    import requests

LONGEST_BODY = 65536  # bytes that are looked at
LONGEST_MESSAGE = 1000  # characters, as in the other limits
_LONGEST_WORD = 100
_EXPLAINED = re.compile(r"[0-9a-f]{22}")  # the form of ids under which Frontdesk keeps its decisions
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")


def raise_for_api_error(response: "httpx2.Response | httpx.Response | requests.Response") -> None:
    """Raise `ApiError` where the status is 400 or more. For httpx2, httpx and requests.

    A streamed answer of an async client has to be read first (`await response.aread()`), or its message is lost.
    """
    if response.status_code >= 400:
        raise _read(response, response.status_code, str(response.url), _body(response))


async def raise_for_api_error_async(response: "aiohttp.ClientResponse | httpx2.Response | httpx.Response") -> None:
    """Raise `ApiError` where the status is 400 or more. For aiohttp, and for streamed answers of async clients."""
    answer: Any = response
    status = answer.status if hasattr(answer, "status") else answer.status_code
    if status >= 400:
        try:
            body = await (answer.aread() if hasattr(answer, "aread") else answer.read())
        except Exception:  # noqa: BLE001 - as in _body
            body = b""
        raise _read(answer, status, str(answer.url), body)


def read_api_error(status: int, headers: Mapping[str, str], body: bytes, *, url: str, secret: str = "") -> ApiError:
    """The exception for one answer; `headers` by lower-case names, or a mapping that does not mind.

    `secret` is what the call was let in with: an API that repeats it in its message gets no help from us. An answer in
    another form than the API's is told by its status. Nothing that the answer says can break out of a line of a log.
    """
    said = _read_object(body)
    request_id = _one_line(headers.get("x-request-id"), longest=_LONGEST_WORD)
    message = said.get("message") or said.get("error_description")
    kind = said.get("type") or said.get("error")
    return ApiError(
        _one_line(message, longest=LONGEST_MESSAGE, secret=secret) or "The answer does not say why.",
        status=status,
        kind=_one_line(kind, longest=_LONGEST_WORD, secret=secret) or "unspecified",
        request_id=request_id or None,
        explanation=f"{_origin(url)}/_frontdesk/decisions/{request_id}" if _EXPLAINED.fullmatch(request_id) else None,
        retry_after=read_retry_after(headers, now=read_clock()),
    )


def _read(response: Any, status: int, url: str, body: bytes) -> ApiError:
    """Of any client's answer. What holds the secret ends with this call, before anything is raised."""
    sent = getattr(response, "request_info", None) or response.request
    credential = sent.headers.get("authorization") or ""
    return read_api_error(status, response.headers, body, url=url, secret=credential.partition(" ")[2])


def _body(response: Any) -> bytes:
    """What was answered, or nothing where it is gone, broke off, or can only be awaited: the status is told anyway."""
    try:
        return bytes(response.read() if hasattr(response, "read") else response.content)
    except Exception:  # noqa: BLE001 - each library has its own
        return b""


def _read_object(body: bytes) -> Mapping[str, object]:
    """The JSON object of an answer, or an empty one."""
    try:
        said = json.loads(body) if len(body) <= LONGEST_BODY else None
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _one_line(said: object, *, longest: int, secret: str = "") -> str:
    """A text of the answer, printable, cut, and without the secret; anything else is empty."""
    if not isinstance(said, str):
        return ""
    shown = said.replace(secret, "…") if secret else said
    return _UNPRINTABLE.sub(" ", shown).strip()[:longest]


def _origin(url: str) -> str:
    """Scheme, host and port; a user name and password stay out."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
