"""The gateway's three entrances: a call to pass on, a proxy's question, and nginx's way to show a refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from frontdesk.gateway.answers import AnswerShield, origins_of
from frontdesk.gateway.assertion import Assertions, Signer
from frontdesk.gateway.check_peers import CheckPeers
from frontdesk.gateway.checker import Checker, Clock, Door, Observer, Passed, judge_message
from frontdesk.gateway.forward_auth import ForwardAuth
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.networks import NetworkList, Titles
from frontdesk.gateway.policy import NETWORKS, Operations, Policy
from frontdesk.gateway.proxy import Proxy, limits_of
from frontdesk.gateway.rate_headers import tell_allowances
from frontdesk.gateway.refusals import render_refusal
from frontdesk.gateway.sealed_refusal import RefusalSeal
from frontdesk.gateway.upstream.address import read_address
from frontdesk.gateway.vigil import Vigil
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
    on_failure: Callable[[Refusal, Request, Operations], None] | None = None  # hears of admitted calls that failed

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

    def handle_check_at_once(self, request: Request) -> Answer | None:
        """The same where nothing has to be waited for; None: `handle_check` answers."""
        return self.forward_auth.check_at_once(request)

    async def handle_check(self, request: Request) -> Answer:
        """`/_frontdesk/check`, any method."""
        return await self.forward_auth.check(request)

    async def handle_envoy(self, request: Request) -> Answer:
        """`/_frontdesk/envoy/…`, any method."""
        return await self.forward_auth.envoy(request)

    async def handle_refusal(self, request: Request) -> Answer:
        """`/_frontdesk/refusal`, any method."""
        return await self.forward_auth.refusal(request)

    async def admit(self, request: Request) -> Passed | Answer | Refusal:
        """Decide one call, short of passing it on; an Answer where Frontdesk itself answers it."""
        # Refused, not redirected: the credential has travelled in the open already.
        is_open = self.needs_https and not request.https
        passed = await self.checker.check_call(
            request.method,
            request.target,
            request.headers,
            request_id=request.request_id,
            peer=request.peer,
            before=judge_message(request) or (_PLAIN_HTTP if is_open else None),
        )
        if isinstance(passed, Refusal):
            return passed
        if self.networks is not None and _asks_for_networks(passed):
            answer = await self.networks.answer(passed.admission, request_id=request.request_id)
            return tell_allowances(answer, passed.allowances)
        return passed

    async def _decide(self, request: Request) -> Answer | Refusal:
        passed = await self.admit(request)
        if not isinstance(passed, Passed):
            return passed
        outcome = await self.proxy.forward(request, passed) if self.proxy is not None else _NO_UPSTREAM
        if isinstance(outcome, Refusal) and self.on_failure is not None:
            self.on_failure(outcome, request, passed.operations)
        return tell_allowances(outcome, passed.allowances)


def _asks_for_networks(passed: Passed) -> bool:
    if passed.refused is not None:
        return False  # let through unproven: whose networks would be told?
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
    signer: Signer,
    observers: tuple[Observer, ...] = (),
    on_failure: Callable[[Refusal, Request, Operations], None] | None = None,
) -> Gateway:
    """Join the gateway's parts. `door` is the check flow, `mac` the mint's.

    `observers` hear of each decision, `on_failure` of other refusals: of calls that were let in, of proxies' questions.
    """
    network_header = settings.network_header.encode("ascii")
    checker = Checker(
        policy=policy,
        door=door,
        clock=clock,
        network_header=network_header,
        observers=observers,
        enforces=settings.enforcement == "on",
    )
    identity = build_identity(settings, signer=signer, clock=clock)
    forward_auth = ForwardAuth(
        checker=checker,
        identity=identity,
        seal=RefusalSeal(mac=mac, checks_mac=checks_mac),
        peers=CheckPeers(peers=settings.check_peers, secret=settings.check_secret),
        needs_https=settings.is_https,
        on_failure=on_failure,
    )
    # Whether the document has the operation is the policy's to say, and another may be loaded.
    serves_networks = settings.serve_networks is not False
    offered_roles = frozenset(Role(role) for role in settings.picker_roles)
    return Gateway(
        checker=checker,
        forward_auth=forward_auth,
        networks=NetworkList(store=store, offered_roles=offered_roles) if serves_networks else None,
        proxy=_build_proxy(settings, identity, checker, mac) if settings.upstream else None,
        needs_https=settings.is_https,
        on_failure=on_failure,
    )


def build_identity(settings: Settings, *, signer: Signer, clock: Clock) -> IdentityWriter:
    """What tells the API who calls; with `assertion` on, in a signed form too."""
    signs = settings.assertion == "on"
    return IdentityWriter(
        network_header=settings.network_header.encode("ascii"),
        forwarded_host=urlsplit(settings.issuer).netloc.encode("ascii"),
        base=urlsplit(settings.upstream).path.rstrip("/"),
        assertions=Assertions(issuer=settings.issuer, audience=settings.audience, signer=signer, clock=clock)
        if signs
        else None,
    )


def _build_proxy(
    settings: Settings, identity: IdentityWriter, checker: Checker, mac: Callable[[str, str], str]
) -> Proxy:
    address = read_address(settings.upstream)
    ours = settings.issuer.encode("ascii")
    own_origin = ours.lower()
    return Proxy(
        address=address,
        identity=identity,
        shield=AnswerShield(
            network_header=identity.network_header, origins=origins_of(address), base=address.base, ours=ours
        ),
        limits=limits_of(settings),
        vigil=Vigil(checker.recheck),
        # Of a keyed hash: nobody outside can foresee it (RFC 6455 §5.3).
        new_mask=lambda request_id: mac("websocket mask", request_id).encode()[:4],
        origins=frozenset({own_origin, *(origin.encode("ascii") for origin in settings.websocket_origins)}),
        enforces=checker.enforces,
    )
