"""How an app proves itself, in its makers' hands: two secrets while one takes the other's place, and becoming strict.

Changing a secret costs no outage: make a second one, give it to the programs, wait until the first is silent, end it.
RFC 9700; DESIGN D7.
"""

from dataclasses import dataclass

from frontdesk.flows.acting import Actor, actor_word
from frontdesk.flows.hardening import AppStanding, Hardening
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.operator import Objection
from frontdesk.flows.partners import Partners
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import DAY, Micros
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import AuditEvent, Client, Profile, Session, User
from frontdesk.protocol.signin import session_fresh

SILENT_FOR = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSecret:
    """What may be told of one of an app's secrets. `last_four` is empty where it is not known."""

    number: int
    last_four: str
    made_at: Micros
    last_used_at: Micros | None
    is_silent: bool  # nobody used it for a day, in which both were watched


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSecurity:
    """The walks over an app's secrets and its strictness."""

    store: Store
    clock: Clock
    mint: Mint
    partners: Partners

    @property
    def hardening(self) -> Hardening:
        """What the operator uses too."""
        return Hardening(store=self.store, clock=self.clock)

    async def list_secrets(self, client: Client) -> tuple[KnownSecret, ...]:
        """The secrets in force, the present one first; none of a public app."""
        used = {use.number: use.last_at for use in await self.store.list_secret_uses(client.id)}
        if not client.is_confidential:
            return ()
        changed = client.secret_changed_at or client.created_at
        found = [self._known(client.secret_number, client.secret_last_four, changed, used, since=changed)]
        if client.earlier_digest is not None:
            made = client.earlier_made_at or client.created_at
            found.append(self._known(client.secret_number - 1, client.earlier_last_four, made, used, since=changed))
        return tuple(found)

    async def standing_of(self, client: Client) -> AppStanding | None:
        """Which weak forms the app may still use; None where none."""
        return next(iter(await self.hardening.standings_of([client])), None)

    async def add_secret(
        self, actor: Actor, session: Session | None, client_id: str, *, seen_number: int, origin: Origin
    ) -> FreshClient | Refusal:
        """A second secret beside the present one, told once. `session`: must be fresh; None for a walk without one."""
        client = await self.partners.open_app(actor, client_id)
        if isinstance(client, Refusal):
            return client
        now = self.clock.now()
        if session is not None and not session_fresh(session, now=now):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        secret = self.mint.new_secret("fdcs_")

        added = await self.store.add_client_secret(
            client_id=client.id,
            digest=self.mint.digest(secret),
            last_four=secret[-4:],
            replaces_number=seen_number,
            now=now,
            audit=_audit("client.secret_added", actor, client, now, origin),
        )
        if not added:
            return Refusal(reason=Reason.APP_CHANGED_MEANWHILE)
        await self.partners.tell(
            actor, client, N_("A second secret of an app of yours was made. The one before goes on working."), origin
        )
        return FreshClient(client=client, secret=secret)

    async def end_earlier(self, actor: Actor, client_id: str, *, seen_number: int, origin: Origin) -> Client | Refusal:
        """Refuse the secret before the present one, from now on."""
        client = await self.partners.open_app(actor, client_id)
        if isinstance(client, Refusal):
            return client
        if client.earlier_digest is None:
            return Refusal(reason=Reason.LAST_SECRET)
        audit = _audit("client.secret_ended", actor, client, self.clock.now(), origin)

        if not await self.store.end_earlier_secret(client_id=client.id, present_number=seen_number, audit=audit):
            return Refusal(reason=Reason.APP_CHANGED_MEANWHILE)
        await self.partners.tell(
            actor,
            client,
            N_("The earlier secret of an app of yours was ended. Whatever still uses it is refused."),
            origin,
        )
        return await self.store.find_client(client.id) or client

    async def make_strict(
        self, actor: Actor, client_id: str, *, force: bool, origin: Origin
    ) -> Client | Refusal | Objection:
        """Treat the app by RFC 9700 from now on; an Objection where it used a weak form lately, without `force`."""
        client = await self.partners.open_app(actor, client_id)
        if isinstance(client, Refusal):
            return client
        changed = await self.hardening.change(
            client.id,
            profile=Profile.STRICT,
            require_pkce=None,
            force=force,
            origin=origin,
            actor=actor_word(actor),
        )
        if isinstance(changed, Client) and not client.is_strict:
            await self.partners.tell(actor, changed, N_("An app of yours is treated strictly from now on."), origin)
        return changed

    def _known(
        self, number: int, last_four: str, made_at: Micros, used: dict[int, Micros], *, since: Micros
    ) -> KnownSecret:
        last = used.get(number)
        return KnownSecret(
            number=number,
            last_four=last_four,
            made_at=made_at,
            last_used_at=last,
            is_silent=self.clock.now() - max(last or 0, since) >= SILENT_FOR,
        )


def _audit(action: str, actor: Actor, client: Client, now: Micros, origin: Origin) -> AuditEvent:
    return AuditEvent(
        at=now,
        action=action,
        actor=actor_word(actor),
        client_id=client.id,
        user_id=actor.id if isinstance(actor, User) else None,
        address=origin.address,
        request_id=origin.request_id,
    )
