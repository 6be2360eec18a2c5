"""The authorize walk: a valid request, then consent, then a code. RFC 6749 §4.1.1, and the contract's Consent section.

Between its steps the request travels with the browser, sealed and bound to its cookie; nothing is stored before a
decision.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import msgspec

from frontdesk.flows.consent_offers import ConsentOffer, ConsentOffers, Ticked
from frontdesk.flows.freshcodes import FreshCodes
from frontdesk.flows.habits import HabitCounts
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.authorize import (
    AuthorizeRequest,
    FaultSentBack,
    fault_location,
    judge_authorize,
    success_location,
)
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import Form
from frontdesk.protocol.ids import MINUTE, ClientId, CodeId, Micros, NetworkId, UserId
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import AuditEvent, AuthorizationCode, Client, Connection, Review, Role, User
from frontdesk.protocol.redirects import RedirectTarget, match
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, missing, render_scopes
from frontdesk.protocol.weak_forms import WeakForm

TRANSACTION_LIFETIME = 30 * MINUTE
_PURPOSE = "authorize"

CHOOSE_A_NETWORK = N_("Choose at least one network, or deny.")
CHOOSE_A_SCOPE = N_("Choose at least one thing that the app may do, or deny.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A valid authorize request on its way through sign-in and consent."""

    client_id: ClientId
    redirect_uri: str
    scopes: Scopes
    state: str | None
    code_challenge: str | None
    prompt: frozenset[str]
    browser: str
    expires_at: Micros
    began_here: bool = False  # in the account's pages, not at the app


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack:
    """Where the browser goes now: the client's redirect URI with a code or an error."""

    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsSignIn:
    """Somebody must sign in first; `request` is the sealed transaction."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsConsent:
    """The signed-in user must be asked; `request` is the sealed transaction."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeFlow:
    """From an authorize request to a code. `code_lifetime` is microseconds."""

    store: Store
    clock: Clock
    mint: Mint
    fresh: FreshCodes
    notices: Notices
    issuer: str
    offered_roles: frozenset[Role]
    code_lifetime: int
    weak_forms: WeakForms
    known_scopes: Callable[[], frozenset[str] | None]  # of the policy in force; None: no document says which there are
    inclusion: Inclusion = CONTRACT
    role_scopes: RoleScopes = NO_LIMITS
    habits: HabitCounts | None = None

    async def begin(
        self, form: Form, *, browser: str, user: User | None, origin: Origin
    ) -> SendBack | NeedsSignIn | NeedsConsent | Refusal:
        """Judge a request and find its next step; a Refusal is for an error page."""
        client_id = form.get("client_id")
        client = await self._find_client(ClientId(client_id)) if client_id is not None else None
        request = judge_authorize(form, client, known_scopes=self.known_scopes(), inclusion=self.inclusion)
        if isinstance(request, Refusal):
            return request
        if isinstance(request, FaultSentBack):
            return SendBack(location=fault_location(request, issuer=self.issuer))
        tx = self._transaction(request, browser)
        if user is None or "login" in request.prompt or "select_account" in request.prompt:
            if "none" in request.prompt:
                return self._fault(tx, Reason.AUTHORIZE_LOGIN_REQUIRED)
            return NeedsSignIn(request=self.seal(tx))
        # begin() has just proven the client; only a skipped consent goes on from here without a page.
        skipped = await self._skip(tx, client, user, origin) if client is not None else None
        if skipped is not None:
            return skipped
        if client is not None and not await self._may_connect(client, user):
            return Refusal(reason=Reason.AUTHORIZE_UNREVIEWED)
        if "none" in request.prompt:
            return self._fault(tx, Reason.AUTHORIZE_CONSENT_REQUIRED)
        return NeedsConsent(request=self.seal(tx))

    async def offer(self, tx: Transaction, user: User, *, origin: Origin) -> ConsentOffer | SendBack | Refusal:
        """What to ask the user; SendBack where the page may be skipped."""
        client = await self._client(tx)
        if isinstance(client, Refusal):
            return client
        skipped = await self._skip(tx, client, user, origin)
        if skipped is not None:
            return skipped
        if not await self._may_connect(client, user):
            return Refusal(reason=Reason.AUTHORIZE_UNREVIEWED)
        return await self._page(tx, client, user)

    async def decide(
        self,
        tx: Transaction,
        user: User,
        *,
        decision: str,
        networks: Sequence[str],
        scopes: Collection[str] = (),
        origin: Origin,
    ) -> SendBack | ConsentOffer | Refusal:
        """Carry out the user's decision. What was not offered is ignored; allow with no network left asks again.

        `scopes` are the chosen levels of what may be left out; what is required is given beside them.
        """
        client = await self._client(tx)
        if isinstance(client, Refusal):
            return client
        if decision == "deny":
            return self._fault(tx, Reason.AUTHORIZE_DENIED)
        if not await self._may_connect(client, user):
            return Refusal(reason=Reason.AUTHORIZE_UNREVIEWED)
        offered = await self.offered(user, tx.client_id, tx.scopes)
        chosen = tuple(network for network in offered if network in networks)
        given = self._offers.request(client, tx.scopes).given(scopes, self.inclusion)
        if decision != "allow" or not chosen or not given:
            problem = "" if decision != "allow" else CHOOSE_A_SCOPE if chosen else CHOOSE_A_NETWORK
            ticked = Ticked(networks=frozenset(networks), scopes=frozenset(scopes))
            return await self._page(tx, client, user, ticked=ticked, problem=problem)
        code, value, audit = self._new_code(tx, user.id, chosen, given, origin)
        connection = Connection(
            user_id=user.id,
            client_id=client.id,
            redirect_uri=tx.redirect_uri,
            scopes_given=given,
            networks_offered=offered,
            networks_given=chosen,
            created_at=code.created_at,
            consented_at=code.created_at,
        )
        before = await self.store.find_connection(user.id, client.id)
        await self.store.save_consent(code=code, connection=connection, audit=audit)
        await self.notices.connected(client, user, connection, before=before, origin=origin)
        return self._hand_over(tx, code, value)

    def seal(self, tx: Transaction) -> str:
        """The transaction as text that only this installation can read."""
        return self.mint.seal(_PURPOSE, msgspec.msgpack.encode(tx))

    def unseal(self, text: str, *, browser: str) -> Transaction | None:
        """The transaction again; None where it was changed, is another browser's, or is older than 30 minutes."""
        content = self.mint.unseal(_PURPOSE, text)
        if content is None:
            return None
        tx = msgspec.msgpack.decode(content, type=Transaction)
        return tx if tx.browser == browser and self.clock.now() < tx.expires_at else None

    def add_network(self, connection: Connection, *, browser: str) -> str:
        """A sealed transaction that shows the consent page of an existing connection again."""
        return self.seal(
            Transaction(
                client_id=connection.client_id,
                redirect_uri=connection.redirect_uri,
                scopes=connection.scopes_given,
                state=None,
                code_challenge=None,
                prompt=frozenset({"consent"}),
                browser=browser,
                expires_at=Micros(self.clock.now() + TRANSACTION_LIFETIME),
                began_here=True,
            )
        )

    def _transaction(self, request: AuthorizeRequest, browser: str) -> Transaction:
        return Transaction(
            client_id=request.client_id,
            redirect_uri=request.target.uri,
            scopes=request.scopes,
            state=request.state,
            code_challenge=request.code_challenge,
            prompt=request.prompt,
            browser=browser,
            expires_at=Micros(self.clock.now() + TRANSACTION_LIFETIME),
        )

    async def _find_client(self, client_id: ClientId) -> Client | None:
        return self.store.glance().client(client_id) or await self.store.find_client(client_id)

    async def _client(self, tx: Transaction) -> Client | Refusal:
        """The app as it is now: its registration may have changed since the request was sealed."""
        client = await self.store.find_client(tx.client_id)
        if client is None or client.disabled_at is not None:
            return Refusal(reason=Reason.AUTHORIZE_UNKNOWN_CLIENT)
        if match(tx.redirect_uri, client.redirect_uris, is_native=client.native) is None:
            return Refusal(reason=Reason.AUTHORIZE_UNREGISTERED_URI)
        if tx.code_challenge is None and client.needs_pkce:
            return Refusal(reason=Reason.AUTHORIZE_CHALLENGE_REQUIRED)
        if missing(tx.scopes, client.scopes, self.inclusion):
            return Refusal(reason=Reason.AUTHORIZE_SCOPE_UNKNOWN)
        return client

    async def _may_connect(self, client: Client, user: User) -> bool:
        """Until an app is approved it is its own people's alone: a stranger's app must not ask anybody for anything."""
        return client.review is Review.APPROVED or user.id in await self.store.list_app_owners(client.id)

    async def _skip(self, tx: Transaction, client: Client, user: User, origin: Origin) -> SendBack | None:
        """Issue a code without asking, where this very thing was approved before (the contract's Consent section)."""
        if "consent" in tx.prompt or not client.is_confidential:
            return None
        glance = self.store.glance()
        connection = glance.connection(user.id, client.id) or await self.store.find_connection(user.id, client.id)
        if connection is None or connection.redirect_uri != tx.redirect_uri:
            return None
        if missing(tx.scopes, connection.scopes_given, self.inclusion):
            return None
        offered = await self.offered(user, tx.client_id, tx.scopes)
        live = tuple(network for network in connection.networks_given if network in offered)
        if not live or not set(offered) <= set(connection.networks_offered):
            return None
        code, value, audit = self._new_code(tx, user.id, live, tx.scopes, origin)
        renewed = await self.store.renew_consent(code=code, consented_at=connection.consented_at, audit=audit)
        return self._hand_over(tx, code, value) if renewed else None

    async def _page(
        self, tx: Transaction, client: Client, user: User, *, ticked: Ticked | None = None, problem: str = ""
    ) -> ConsentOffer:
        return await self._offers.make(
            client, user, scopes=tx.scopes, redirect_uri=tx.redirect_uri, ticked=ticked, problem=problem
        )

    async def offered(self, user: User, client_id: ClientId, scopes: Scopes) -> tuple[NetworkId, ...]:
        """Where the user may connect an app, and it could do anything of what it asks for."""
        return await self._offers.networks(user, client_id, scopes)

    @property
    def _offers(self) -> ConsentOffers:
        return ConsentOffers(
            store=self.store,
            offered_roles=self.offered_roles,
            known_scopes=self.known_scopes() or frozenset(),
            inclusion=self.inclusion,
            role_scopes=self.role_scopes,
        )

    def _new_code(
        self, tx: Transaction, user_id: UserId, networks: tuple[NetworkId, ...], given: Scopes, origin: Origin
    ) -> tuple[AuthorizationCode, str, AuditEvent]:
        """A code, its value in the clear, and the audit row of its consent."""
        now = self.clock.now()
        code_id = CodeId(self.mint.new_id())
        value = self.mint.new_code(code_id)
        code = AuthorizationCode(
            id=code_id,
            digest=self.mint.digest(value),
            client_id=tx.client_id,
            user_id=user_id,
            redirect_uri=tx.redirect_uri,
            scopes_asked=tuple(dict.fromkeys([*tx.scopes, *given])),
            scopes_given=given,
            networks=networks,
            code_challenge=tx.code_challenge,
            created_at=now,
            expires_at=Micros(now + self.code_lifetime),
        )
        audit = AuditEvent(
            at=now,
            action="consent.given",
            actor=f"user:{user_id}",
            client_id=tx.client_id,
            user_id=user_id,
            address=origin.address,
            request_id=origin.request_id,
            detail=render_scopes(given),
        )
        return code, value, audit

    def _hand_over(self, tx: Transaction, code: AuthorizationCode, value: str) -> SendBack:
        self.fresh.put(code)
        if self.habits is not None and not tx.began_here:
            self.habits.gave_code(
                tx.client_id,
                code.created_at,
                with_pkce=tx.code_challenge is not None,
                with_state=tx.state is not None,
            )
        if tx.code_challenge is None and not tx.began_here:
            self.weak_forms.saw(tx.client_id, WeakForm.NO_PKCE, code.created_at)
            if tx.state is None:
                self.weak_forms.saw(tx.client_id, WeakForm.NO_STATE_NO_PKCE, code.created_at)
        target = RedirectTarget(tx.redirect_uri)
        return SendBack(location=success_location(target, code=value, state=tx.state, issuer=self.issuer))

    def _fault(self, tx: Transaction, reason: Reason) -> SendBack:
        fault = FaultSentBack(target=RedirectTarget(tx.redirect_uri), state=tx.state, reason=reason)
        return SendBack(location=fault_location(fault, issuer=self.issuer))
