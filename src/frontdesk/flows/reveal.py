"""Showing the owner a network's secret again: fresh, once for each page, written down before it is shown. DESIGN D8."""

from dataclasses import dataclass, field

from frontdesk.flows.credentials import Credentials
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.notices import Notices
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.records import AuditEvent, Network, NetworkCredential, Session, User
from frontdesk.protocol.signin import session_fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedSecret:
    """A pair with its secret in the clear, to be shown to its owner and kept nowhere."""

    network: Network
    credential: NetworkCredential
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """Opens a sealed secret for the owner of its network."""

    store: Store
    clock: Clock
    mint: Mint
    credentials: Credentials
    notices: Notices

    def ticket_of(self, pair: NetworkCredential) -> str:
        """What a page's button stands for: this pair, shown this last time. It is spent by the next showing (OW-08)."""
        return f"{pair.version}.{pair.revealed_at or 0}"

    def is_fresh(self, session: Session) -> bool:
        """Whether the person signed in so lately that a secret may be shown."""
        return session_fresh(session, now=self.clock.now())

    async def reveal(
        self, user: User, session: Session, network_id: str, *, client_id: str = "", ticket: str, origin: Origin
    ) -> RevealedSecret | Refusal:
        """The secret, once a durable audit row says so; StoreUnavailable, and nothing shown, where none can be written.

        `client_id` empty: the main pair's. Refused: to all but the owner, where it was not kept, without a fresh
        sign-in, and with a spent ticket.
        """
        opened = await self.credentials.open(user, network_id)
        if isinstance(opened, Refusal):
            return opened
        pair = opened.find(client_id)
        if pair is None:
            return Refusal(reason=Reason.REVEALED_MEANWHILE)
        if not opened.can_reveal(pair) or pair.sealed_secret is None:
            return Refusal(reason=Reason.SECRET_NOT_KEPT)
        if not self.is_fresh(session):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        if ticket != self.ticket_of(pair):
            return Refusal(reason=Reason.REVEALED_MEANWHILE)
        secret = self.mint.reveal_secret(pair.network_id, pair.version, pair.sealed_secret)
        if secret is None:
            return Refusal(reason=Reason.SECRET_NOT_KEPT)

        now = self.clock.now()
        noted = await self.store.note_reveal(
            owner_id=user.id,
            network_id=pair.network_id,
            version=pair.version,
            seen_at=pair.revealed_at,
            now=now,
            audit=_audit(user, pair, origin, now),
        )
        if not noted:
            return Refusal(reason=Reason.REVEALED_MEANWHILE)
        self.notices.revealed(user, opened.network, now=now, origin=origin)
        return RevealedSecret(network=opened.network, credential=pair, secret=secret)


def _audit(user: User, pair: NetworkCredential, origin: Origin, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action="credential.revealed",
        actor=f"user:{user.id}",
        network_id=pair.network_id,
        client_id=pair.client_id,
        user_id=user.id,
        address=origin.address,
        request_id=origin.request_id,
        detail=pair.name,
    )
