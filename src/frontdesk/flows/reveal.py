"""Showing the owner a network's secret again: fresh, once for each page, written down before it is shown. DESIGN D8."""

from dataclasses import dataclass, field

from frontdesk.flows.account import Account, NetworkAccess
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
    account: Account
    notices: Notices

    def ticket_of(self, access: NetworkAccess) -> str:
        """What a page's button stands for: this pair, shown this last time. It is spent by the next showing (OW-08)."""
        pair = access.credential
        return f"{pair.version}.{pair.revealed_at or 0}"

    def is_fresh(self, session: Session) -> bool:
        """Whether the person signed in so lately that a secret may be shown."""
        return session_fresh(session, now=self.clock.now())

    async def reveal(
        self, user: User, session: Session, network_id: str, *, ticket: str, origin: Origin
    ) -> RevealedSecret | Refusal:
        """The secret, once a durable audit row says so; StoreUnavailable, and nothing shown, where none can be written.

        Refused: to all but the owner, where it was not kept, without a fresh sign-in, and with a spent ticket.
        """
        access = await self.account.open_network(user, network_id)
        if isinstance(access, Refusal):
            return access
        pair = access.credential
        if not access.can_reveal or pair.sealed_secret is None:
            return Refusal(reason=Reason.SECRET_NOT_KEPT)
        if not self.is_fresh(session):
            return Refusal(reason=Reason.SIGN_IN_AGAIN)
        if ticket != self.ticket_of(access):
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
            audit=_audit(user, access, origin, now),
        )
        if not noted:
            return Refusal(reason=Reason.REVEALED_MEANWHILE)
        self.notices.revealed(user, access.network, now=now, origin=origin)
        return RevealedSecret(network=access.network, credential=pair, secret=secret)


def _audit(user: User, access: NetworkAccess, origin: Origin, now: Micros) -> AuditEvent:
    return AuditEvent(
        at=now,
        action="credential.revealed",
        actor=f"user:{user.id}",
        network_id=access.network.id,
        client_id=access.credential.client_id,
        user_id=user.id,
        address=origin.address,
        request_id=origin.request_id,
    )
