"""The gateway's three entrances: a call to pass on, a proxy's question, and nginx's way to show a refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from frontdesk.gateway.answers import AnswerShield
from frontdesk.gateway.check_peers import CheckPeers
from frontdesk.gateway.checker import Checker, Clock, Door, Passed, judge_message
from frontdesk.gateway.forward_auth import ForwardAuth
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.networks import NetworkList, Titles
from frontdesk.gateway.policy import NETWORKS, Policy
from frontdesk.gateway.proxy import Proxy
from frontdesk.gateway.refusals import render_refusal
from frontdesk.gateway.sealed_refusal import RefusalSeal
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Request
from frontdesk.protocol.records import Role
from frontdesk.settings import Settings

_NO_UPSTREAM = Refusal(reason=Reason.NO_UPSTREAM)
_PLAIN_HTTP = Refusal(reason=Reason.API_OVER_PLAIN_HTTP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Everything that stands before the API. `open` before use, inside the running loop; `close` at the end."""

    checker: Checker
    forward_auth: ForwardAuth
    networks: NetworkList | None  # None: the API answers for itself
    proxy: Proxy | None  # None: no API is configured; other proxies may still ask
    needs_https: bool

    async def open(self) -> None:
        """Make the connections' pool."""
        if self.proxy is not None:
            await self.proxy.open()

    async def close(self) -> None:
        """Close the connections to the API."""
        if self.proxy is not None:
            await self.proxy.close()

    async def handle(self, request: Request) -> Answer:
        """Decide one call and pass it on. StoreUnavailable where nothing can be proven: the front door says 503."""
        outcome = await self._decide(request)
        if isinstance(outcome, Refusal):
            return render_refusal(outcome, request_id=request.request_id)
        return outcome

    async def handle_check(self, request: Request) -> Answer:
        """`/_frontdesk/check`, any method."""
        return await self.forward_auth.check(request)

    async def handle_refusal(self, request: Request) -> Answer:
        """`/_frontdesk/refusal`, any method."""
        return await self.forward_auth.refusal(request)

    async def _decide(self, request: Request) -> Answer | Refusal:
        if self.needs_https and not request.https:
            return _PLAIN_HTTP  # refused, not redirected: the credential has travelled in the open already
        malformed = judge_message(request)
        if malformed is not None:
            return malformed
        passed = await self.checker.check_call(request.method, request.target, request.headers, peer=request.peer)
        if isinstance(passed, Refusal):
            return passed
        if self.networks is not None and _asks_for_networks(passed):
            return await self.networks.answer(passed.admission, request_id=request.request_id)
        if self.proxy is None:
            return _NO_UPSTREAM
        return await self.proxy.forward(request, passed)


def _asks_for_networks(passed: Passed) -> bool:
    operation = passed.operations[0]
    return operation.template == NETWORKS and operation.method == "GET"


def build_gateway(
    settings: Settings,
    *,
    policy: Policy,
    door: Door,
    clock: Clock,
    store: Titles,
    mac: Callable[[str, str], str],
    checks_mac: Callable[[str, str, str], bool],
) -> Gateway:
    """Join the gateway's parts. `door` is the check flow, `mac` the mint's."""
    network_header = settings.network_header.encode("ascii")
    checker = Checker(policy=policy, door=door, clock=clock, network_header=network_header)
    identity = IdentityWriter(
        network_header=network_header, forwarded_host=urlsplit(settings.issuer).netloc.encode("ascii")
    )
    forward_auth = ForwardAuth(
        checker=checker,
        identity=identity,
        seal=RefusalSeal(mac=mac, checks_mac=checks_mac),
        peers=CheckPeers(peers=settings.check_peers, secret=settings.check_secret),
    )
    serves_networks = settings.serve_networks is not False and policy.lists("GET", NETWORKS)
    offered_roles = frozenset(Role(role) for role in settings.picker_roles)
    return Gateway(
        checker=checker,
        forward_auth=forward_auth,
        networks=NetworkList(store=store, offered_roles=offered_roles) if serves_networks else None,
        proxy=_build_proxy(settings, identity) if settings.upstream else None,
        needs_https=settings.is_https,
    )


def _build_proxy(settings: Settings, identity: IdentityWriter) -> Proxy:
    upstream = settings.upstream.rstrip("/")
    ours = settings.issuer.encode("ascii")
    base = urlsplit(upstream).path.encode("ascii")
    moved = [(upstream.encode("ascii"), ours), *([(base, b"")] if base else [])]
    return Proxy(
        upstream=upstream,
        identity=identity,
        shield=AnswerShield(network_header=identity.network_header, moved=tuple(moved)),
        max_body=settings.max_body,
        timeout=settings.upstream_timeout,
        longest=max(settings.access_token_lifetime, settings.upstream_timeout),
    )
