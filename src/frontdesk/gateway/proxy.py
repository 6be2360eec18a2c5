"""The built-in reverse proxy: an admitted call goes to the API, its answer comes back piece by piece. RFC 9110 §7."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from frontdesk.gateway.answers import AnswerShield
from frontdesk.gateway.checker import Passed
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.upload import SMALL, Upload, UploadStoppedError
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Request

MAX_CONNECTIONS = 200
# Below the idle time-out of common servers (5 s): a connection that the API is about to close is not used again.
KEEP_ALIVE = 4
_WRITTEN_BY_CALLERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_WITHOUT_BODY = frozenset({204, 304})

_BROKEN = Refusal(reason=Reason.UPSTREAM_BROKEN)
_SLOW = Refusal(reason=Reason.UPSTREAM_SLOW)


@dataclass(slots=True, kw_only=True)
class Proxy:
    """Sends calls on to one API. `open` before use, inside the running loop; `close` at the end."""

    upstream: str  # http(s)://host[:port][/base], without a slash at its end
    identity: IdentityWriter
    shield: AnswerShield
    max_body: int  # bytes
    timeout: int  # seconds that the API may keep silent
    longest: int  # seconds that one answer may take in all
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def open(self) -> None:
        """Make the pool of connections."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
            cookie_jar=aiohttp.DummyCookieJar(),  # one caller's cookies are no other's
            auto_decompress=False,
            skip_auto_headers=_WRITTEN_BY_CALLERS,
            timeout=aiohttp.ClientTimeout(
                # An answer that streams must end once the credential it was admitted with has.
                total=self.longest,
                connect=min(self.timeout, 10),
                sock_read=self.timeout,
            ),
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def forward(self, request: Request, passed: Passed) -> Answer | Refusal:
        """Send an admitted call on. ConnectionError where the caller left meanwhile."""
        upload = Upload(request, limit=self.max_body)
        if upload.is_too_large:
            return Refusal(reason=Reason.BODY_TOO_LARGE)
        try:
            response = await self._send(request, passed, upload)
        except TimeoutError:
            return upload.refusal() or _SLOW
        except (aiohttp.ClientError, OSError, ValueError, UploadStoppedError) as fault:
            if upload.caller_left:
                raise ConnectionError("the caller left") from fault
            return upload.refusal() or _BROKEN
        if response.status == 101:  # nobody asked for a change of protocol
            response.close()
            return _BROKEN
        return await self._answer(request, passed, response)

    async def _send(self, request: Request, passed: Passed, upload: Upload) -> aiohttp.ClientResponse:
        assert self._session is not None, "open the proxy first"
        headers = self.identity.forwarded(
            request.headers,
            passed.admission,
            request_id=request.request_id,
            peer=request.peer,
            https=request.https,
        )
        return await self._session.request(
            request.method,
            URL(self.upstream + passed.target.normalised.decode("ascii"), encoded=True),
            headers=[(name.decode("ascii"), value.decode("utf-8")) for name, value in headers],
            data=await upload.data(),
            allow_redirects=False,
        )

    async def _answer(self, request: Request, passed: Passed, response: aiohttp.ClientResponse) -> Answer | Refusal:
        is_private = any(scheme != "public" for operation in passed.operations for scheme in operation.schemes)
        headers = self.shield.clean(list(response.raw_headers), request_id=request.request_id, is_private=is_private)
        if request.method == "HEAD" or response.status in _WITHOUT_BODY:
            # Its length, where it is given, is that of the body which is not sent: it must stay as it is.
            response.release()
            return Answer(status=response.status, headers=headers, stream=_nothing())
        length = response.content_length
        if length is None or length > SMALL:
            return Answer(status=response.status, headers=headers, stream=Download(response))
        try:
            body = await response.read()
        except TimeoutError:
            return _SLOW
        except (aiohttp.ClientError, OSError):
            return _BROKEN
        headers = [(name, value) for name, value in headers if name != b"content-length"]
        return Answer(status=response.status, headers=headers, body=body)


class Download:
    """The API's body on its way to the caller. `aclose` gives the connection up, where the caller left early."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        """Of a response whose headers have come."""
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces as they come."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece; ConnectionError where the API breaks off or falls silent, so that the answer does too."""
        try:
            piece = await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as fault:  # TimeoutError is an OSError
            self._response.close()
            raise ConnectionError("the API broke off its answer") from fault
        except asyncio.CancelledError:
            self._response.close()
            raise
        if not piece:
            self._response.release()
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """Close the connection to the API unless the body was read to its end."""
        self._response.close()


async def _nothing() -> AsyncGenerator[bytes, None]:
    return
    yield b""
