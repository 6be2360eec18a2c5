"""The token endpoint's walk: a code or a refresh token becomes an access token. RFC 6749 §4.1.3, §5, §6."""

from dataclasses import dataclass

from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.foreign_tokens import ForeignTokens
from frontdesk.flows.freshcodes import FreshCodes
from frontdesk.flows.habits import HabitCounts
from frontdesk.flows.needs import Clock, Glance, Mint, Origin, Store, Witness
from frontdesk.flows.own_token import give_own_token
from frontdesk.flows.prove import judge_client
from frontdesk.flows.recall import recall_grant
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.repeats import Repeats
from frontdesk.flows.rotation import Rotation
from frontdesk.flows.uses import LastUses
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.access import has_live_network, judge_grant
from frontdesk.protocol.client_auth import read_claim
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import Form
from frontdesk.protocol.ids import SECOND, GrantId, Micros
from frontdesk.protocol.pkce import judge_verifier
from frontdesk.protocol.records import AuditEvent, AuthorizationCode, Client, Grant, Role, live_edge
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, mask_of, read_scopes
from frontdesk.protocol.store import CodeUsedBefore
from frontdesk.protocol.token import WRONG_VERIFIERS, TokenAnswer, judge_code, narrow, still_allowed
from frontdesk.protocol.weak_forms import WeakForm


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFlow:
    """Exchange and refresh. Lifetimes are microseconds."""

    store: Store
    clock: Clock
    mint: Mint
    witness: Witness
    uses: LastUses
    weak_forms: WeakForms
    repeats: Repeats
    rotation: Rotation
    foreign_secrets: ForeignSecrets
    foreign_tokens: ForeignTokens
    fresh: FreshCodes
    offered_roles: frozenset[Role]
    access_token_lifetime: int
    grants_per_connection: int
    inclusion: Inclusion = CONTRACT
    renewals: Renewals | None = None
    habits: HabitCounts | None = None

    def answer_again(self, body: bytes) -> TokenAnswer | None:
        """The answer to bytes that were granted a refresh before; None: serve them as if they were new.

        They came as the whole proof of the request: with no Authorization header and no query.
        """
        refresh = self.repeats.find(body, self.store.glance())
        if refresh is None:
            return None
        now = self.clock.now()
        self.uses.grant(refresh.grant, now)
        if self.renewals is not None:
            self.renewals.client_again(refresh.client)
        self.weak_forms.saw(refresh.client.id, WeakForm.REFRESH_UNROTATED, now)  # what rotates is not kept
        if self.habits is not None:
            self.habits.refreshed(refresh.client.id, refresh.grant.id, now)
        return self._write(refresh.grant, body[refresh.token_at].decode("ascii"), refresh.scopes, now)

    async def answer(
        self, form: Form, authorization: list[bytes], origin: Origin, *, body: bytes = b""
    ) -> TokenAnswer | Refusal:
        """Serve one request, whose parameters were each sent once. `body`: its bytes, if they are its whole proof."""
        grant_type = form.get("grant_type")
        if grant_type is None:
            return Refusal(reason=Reason.MISSING_GRANT_TYPE)
        if grant_type not in ("authorization_code", "refresh_token", "client_credentials"):
            return Refusal(reason=Reason.UNSUPPORTED_GRANT_TYPE)
        claim = read_claim(form, authorization)
        if claim is None:
            return Refusal(reason=Reason.CLIENT_UNPROVEN, detail="no client authentication")
        if isinstance(claim, Refusal):
            return claim
        glance = self.store.glance()
        known = glance.client(claim.client_id)
        if known is None:
            known = await self.store.find_client(claim.client_id)
            glance = self.store.glance()  # the first one was good until that await
        if known is not None and known.foreign_secret is not None:
            settled = await self.foreign_secrets.settle_client(known, claim.secret, origin)
            if isinstance(settled, Refusal):
                return settled
            known, glance = settled, self.store.glance()
        client = judge_client(claim, known, mint=self.mint, witness=self.witness, renewals=self.renewals)
        if isinstance(client, Refusal):
            return client
        if grant_type == "refresh_token":
            return await self._refresh(form, client, glance, origin, body)
        if grant_type == "client_credentials":
            return await give_own_token(
                client,
                form.get("scope"),
                origin,
                store=self.store,
                clock=self.clock,
                mint=self.mint,
                lifetime=self.access_token_lifetime,
            )
        return await self._exchange(form, client, origin)

    async def _refresh(
        self, form: Form, client: Client, glance: Glance, origin: Origin, body: bytes
    ) -> TokenAnswer | Refusal:
        token, scope = form.get("refresh_token"), form.get("scope")
        if token is None:
            return Refusal(reason=Reason.MISSING_REFRESH_TOKEN)
        asked = read_scopes(scope) if scope is not None else ()
        if asked is None:
            return Refusal(reason=Reason.SCOPE_MALFORMED)
        grant_id = self.mint.read_refresh_token(token)
        if grant_id is None:
            grant_id = await self.foreign_tokens.take(token, client.id)
            glance = self.store.glance()
        recalled = await recall_grant(self.store, glance, grant_id) if grant_id is not None else None
        if recalled is None:
            return Refusal(reason=Reason.TOKEN_UNKNOWN)
        now = self.clock.now()
        if not self.mint.proves(token, recalled.grant.refresh_digest):
            taken = await self.rotation.take(token, recalled, client, origin, now)
            if isinstance(taken, Refusal):
                return taken
            recalled = taken
        grant, user = recalled.grant, recalled.user
        if grant.client_id != client.id:
            self.witness.saw("refresh.other_client", client_id=client.id, grant_id=grant.id)
            return Refusal(reason=Reason.OTHER_CLIENT)
        dead = judge_grant(grant, user, client)
        if dead is not None or user is None:
            return Refusal(reason=dead or Reason.USER_BLOCKED)
        if not has_live_network(grant, user, offered_roles=self.offered_roles):
            return Refusal(reason=Reason.NO_NETWORK_LEFT)
        scopes = narrow(grant, asked, self.inclusion)
        if isinstance(scopes, Reason):
            return Refusal(reason=scopes)
        self.uses.grant(grant, now)
        if self.habits is not None:
            self.habits.refreshed(client.id, grant.id, now)
        given = still_allowed(scopes, client.scopes, self.inclusion)
        if client.is_strict:
            return self._issue(grant, self.mint.successor(grant), given, now)
        self.weak_forms.saw(client.id, WeakForm.REFRESH_UNROTATED, now)
        if self.renewals is not None:
            self.renewals.grant(grant, token)
        # While an app changes its secret, each request is proven anew: which of the two it used must be known.
        if body and given and recalled.client is client and client.earlier_digest is None:
            self.repeats.keep(body, token, grant, client, user, given)
        return self._issue(grant, token, given, now)

    async def _exchange(self, form: Form, client: Client, origin: Origin) -> TokenAnswer | Refusal:
        value = form.get("code")
        if value is None:
            return Refusal(reason=Reason.MISSING_CODE)
        code_id = self.mint.read_code(value)
        fresh = self.fresh.take(code_id) if code_id is not None else None
        code = fresh or (await self.store.find_code(code_id) if code_id is not None else None)
        if code is None:
            return Refusal(reason=Reason.CODE_UNKNOWN)
        now = self.clock.now()
        fault = judge_code(
            code,
            client_id=client.id,
            is_proven=self.mint.proves(value, code.digest),
            redirect_uri=form.get("redirect_uri"),
            now=now,
        )
        if fault is Reason.CODE_USED:
            return await self._replayed(code, code.grant_id, client, origin, now)
        if fault is not None:
            self.witness.saw("code.refused", client_id=client.id, reason=fault.name)
            return Refusal(reason=fault)
        if code.code_challenge is None and client.needs_pkce:  # the code was given before that was asked of the app
            return Refusal(reason=Reason.VERIFIER_MISSING)
        fault = judge_verifier(form.get("code_verifier"), code.code_challenge)
        if fault is Reason.VERIFIER_WRONG:
            await self.store.count_wrong_verifier(code_id=code.id, limit=WRONG_VERIFIERS, now=now)
        if fault is not None:
            return Refusal(reason=fault)
        return await self._take(code, client, origin, now)

    async def _take(
        self, code: AuthorizationCode, client: Client, origin: Origin, now: Micros
    ) -> TokenAnswer | Refusal:
        user = await self.store.find_user(code.user_id)
        if user is None or user.blocked_at is not None:
            return Refusal(reason=Reason.USER_BLOCKED)
        networks = [network for network in code.networks if user.roles.get(network) in self.offered_roles]
        if not networks:
            return Refusal(reason=Reason.NO_NETWORK_LEFT)
        given = still_allowed(code.scopes_given, client.scopes, self.inclusion)
        if not given:
            return Refusal(reason=Reason.SCOPE_WIDENED)
        grant_id = GrantId(self.mint.new_id())
        refresh_token = self.mint.new_refresh_token(grant_id)
        grant = Grant(
            id=grant_id,
            user_id=code.user_id,
            client_id=client.id,
            stamp=self.mint.new_stamp(),
            scopes_asked=code.scopes_asked,
            scopes_given=given,
            edges=tuple([live_edge(network) for network in networks]),
            refresh_digest=self.mint.digest(refresh_token),
            code_id=code.id,
            created_at=now,
            last_used_at=None,
        )
        audit = _audit("code.exchanged", client, origin, now, grant)
        taken = await self.store.take_code(
            code_id=code.id, grant=grant, now=now, cap=self.grants_per_connection, audit=audit
        )
        if isinstance(taken, CodeUsedBefore):
            return await self._replayed(code, taken.grant_id, client, origin, now)
        return self._issue(taken.grant, refresh_token, taken.grant.scopes_given, now)

    async def _replayed(
        self, code: AuthorizationCode, grant_id: GrantId | None, client: Client, origin: Origin, now: Micros
    ) -> Refusal:
        """A second use by the proven client ends what the first one issued (RFC 6749 §4.1.2)."""
        if grant_id is not None:
            audit = AuditEvent(
                at=now,
                action="code.replayed",
                actor=f"client:{client.id}",
                client_id=client.id,
                user_id=code.user_id,
                grant_id=grant_id,
                address=origin.address,
                request_id=origin.request_id,
            )
            await self.store.revoke_grant(grant_id=grant_id, now=now, audit=audit)
            self.witness.saw("code.replayed", client_id=client.id, grant_id=grant_id)
        return Refusal(reason=Reason.CODE_USED)

    def _issue(self, grant: Grant, refresh_token: str, scopes: Scopes, now: Micros) -> TokenAnswer | Refusal:
        return self._write(grant, refresh_token, scopes, now) if scopes else Refusal(reason=Reason.SCOPE_WIDENED)

    def _write(self, grant: Grant, refresh_token: str, scopes: Scopes, now: Micros) -> TokenAnswer:
        mask = mask_of(scopes, grant.scopes_asked)
        expires_at = Micros(now + self.access_token_lifetime)
        return TokenAnswer(
            access_token=self.mint.access_token(grant, mask, now, expires_at),
            expires_in=self.access_token_lifetime // SECOND,
            refresh_token=refresh_token,
            scopes=scopes,
        )


def _audit(action: str, client: Client, origin: Origin, now: Micros, grant: Grant) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=f"client:{client.id}",
        client_id=client.id,
        user_id=grant.user_id,
        grant_id=grant.id,
        address=origin.address,
        request_id=origin.request_id,
    )
