"""The desk at the other end of a connection: each call is asked about at `/_frontdesk/check` of a running Frontdesk."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from frontdesk.gateway.check_peers import SECRET_HEADER
from frontdesk.gateway.checker import judge_message, judge_sizes
from frontdesk.gateway.identity import IdentityWriter, canonical
from frontdesk.gateway.refusals import render_refusal
from frontdesk.gateway.target import Target, read_target
from frontdesk.gateway.vigil import Watch
from frontdesk.middleware.caller import read_caller
from frontdesk.middleware.check_answers import UnreadableAnswerError, Yes, read_answer
from frontdesk.middleware.desk import Allowed, DeskError, Intake
from frontdesk.middleware.opening import Opening
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Request

MAX_CONNECTIONS = 100
# Below the time after which the desk closes an idle connection itself.
KEEP_ALIVE = 4
MAX_ANSWER = 64 * 1024

_METHOD = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")
_SENDABLE = re.compile(rb"[\x21-\x7e]+")

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

_AMBIGUOUS = Refusal(reason=Reason.AMBIGUOUS_TARGET)
_MALFORMED = Refusal(reason=Reason.MALFORMED_REQUEST)


class RemoteDesk:
    """Judges calls by asking a running Frontdesk about each; nothing is remembered, so a revocation counts at once.

    Over a bounded pool of kept connections, within `timeout` seconds; a desk that is away, late or unclear is a 503.
    Where callers reach the app through a proxy, `trusted_proxies` says whose X-Forwarded-For and -Proto are believed.

    >>> desk = RemoteDesk("http://127.0.0.1:8000", check_secret="s3cret")
    """

    def __init__(
        self,
        url: str,
        *,
        check_secret: str = "",
        timeout: float = 2.0,
        connections: int = MAX_CONNECTIONS,
        network_header: str = "spacebring-network-id",
        trusted_proxies: tuple[str, ...] = (),
    ) -> None:
        """At an origin, `http(s)://host[:port]`. `check_secret` and `network_header` are the desk's settings."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise DeskError(f"{url!r} is no origin", "write http://host:port or https://host")
        self.intake = Intake(trusted_proxies=trusted_proxies)
        self.identity = IdentityWriter(network_header=network_header.lower().encode("ascii"), forwarded_host=b"")
        self._check = URL(f"{parts.scheme}://{parts.netloc}/_frontdesk/check", encoded=True)
        self._secret = check_secret
        self._timeout = timeout
        self._connections = connections
        self._opening = Opening(self._begin, _end, what=f"the desk at {url}")

    async def open(self) -> None:
        """Make the pool of connections; whether the desk is there is seen with the first call."""
        await self._opening.get()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._opening.aclose()

    def lists(self, target: Target) -> bool:
        """Never known here."""
        return False

    def watch(self, request: Request, end: Callable[[Refusal], None]) -> Watch | None:
        """Not asked about again: each question would count as a call of its own."""
        return None

    async def judge(self, request: Request) -> Allowed | Answer:
        """Ask about one call. OSError or TimeoutError where the desk does not say yes or no."""
        refused = self._judge_message(request)
        if refused is not None:
            return render_refusal(refused, request_id=request.request_id)
        answer = await self._ask(request)
        return answer if isinstance(answer, Answer) else self._allow(answer, request)

    def _judge_message(self, request: Request) -> Refusal | None:
        """Refuse here, in the gateway's order, what the desk is not shown or could not be asked about.

        The rest of check 1 is left to it, so that it can explain the refusal later.
        """
        if malformed := judge_message(request):
            return malformed
        if too_large := judge_sizes(request.target, request.headers):
            return too_large
        if not _SENDABLE.fullmatch(request.target) or not _METHOD.fullmatch(request.method):
            return _AMBIGUOUS
        if any(_CONTROL.search(value) for _, value in self._asked_with(request)):
            return _MALFORMED
        return None

    def _asked_with(self, request: Request) -> list[tuple[bytes, bytes]]:
        """The caller's headers that decide, in every spelling and as often as they came."""
        network = self.identity.network_header
        return [
            (name, value) for name, value in request.headers if name == b"authorization" or canonical(name) == network
        ]

    async def _ask(self, request: Request) -> Yes | Answer:
        session = await self._opening.get()
        headers = [
            ("X-Forwarded-Method", request.method),
            ("X-Forwarded-Uri", request.target.decode("ascii")),
            ("X-Forwarded-Proto", "https" if request.https else "http"),
            *((name.decode("ascii"), value.decode("utf-8")) for name, value in self._asked_with(request)),
        ]
        if self._secret:
            headers.append((SECRET_HEADER.decode("ascii"), self._secret))
        if request.peer is not None:
            headers.append(("X-Forwarded-For", request.peer))
        try:
            async with session.get(self._check, headers=headers, allow_redirects=False) as response:
                body = await response.content.read(MAX_ANSWER)
                return read_answer(response.status, list(response.raw_headers), body, self.identity.network_header)
        except (aiohttp.ClientError, ValueError) as fault:
            raise UnreadableAnswerError(f"the desk cannot be asked: {fault}") from fault

    def _allow(self, yes: Yes, request: Request) -> Allowed | Answer:
        path, _, query = request.target.partition(b"?")
        target = read_target(path)  # the query is judged, and stays as it came
        if isinstance(target, Refusal):  # the desk reads targets in another way than we do
            return render_refusal(target, request_id=request.request_id)
        caller = read_caller(yes.identity, self.identity.network_header)
        return Allowed(
            target=replace(target, query=query),
            identity=yes.identity,
            request_id=caller.request_id,
            caller=None if yes.is_watched else caller,
            # Without a credential the operation is public, perhaps among other things: the desk does not say.
            is_private=None if caller.is_anonymous else True,
            allowances=yes.allowances,
        )

    async def _begin(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
        )


async def _end(session: aiohttp.ClientSession) -> None:
    await session.close()
