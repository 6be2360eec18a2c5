"""The first right use of a secret whose hash was made elsewhere: from then on our digest knows it (ATTACKS CA-20)."""

from dataclasses import dataclass, field

from frontdesk.flows.foreign_tries import Tries
from frontdesk.flows.needs import Clock, Mint, Origin, Store, Witness
from frontdesk.flows.needs_foreign import SlowHashes
from frontdesk.flows.pairs import PairMaker, last_four_of
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.records import AuditEvent, Client, NetworkCredential

LAST_FOUR_OF = 16  # characters: of a shorter secret nothing is shown
RETRY_AFTER = 5  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSecrets:
    """Judges secrets against foreign hashes. Whoever holds none of these is never asked about here."""

    store: Store
    clock: Clock
    mint: Mint
    witness: Witness
    hashes: SlowHashes
    pairs: PairMaker
    tries: Tries = field(default_factory=Tries)

    async def settle_client(self, client: Client, secret: str | None, origin: Origin) -> Client | Refusal | None:
        """The app as it is to be judged: with our digest of a right secret, else as it was. None: it is gone.

        A refusal says that the secret was not looked at, because too many wrong ones were, or too many wait.
        """
        if client.foreign_secret is None or not secret:
            return client
        proven = await self._check(client.id, client.foreign_secret, secret, origin.address)
        if proven is None:
            return Refusal(reason=Reason.SECRET_UNCHECKED, retry_after=RETRY_AFTER)
        if not proven:
            return client
        audit = AuditEvent(
            at=self.clock.now(),
            action="client.secret_adopted",
            actor=f"client:{client.id}",
            client_id=client.id,
            address=origin.address,
            request_id=origin.request_id,
        )
        await self.store.adopt_client_secret(
            client_id=client.id, foreign_secret=client.foreign_secret, digest=self.mint.digest(secret), audit=audit
        )
        # Read again, whoever won: another secret may have been given meanwhile.
        return await self.store.find_client(client.id)

    async def settle_pair(
        self, pair: NetworkCredential, secret: str, address: str | None
    ) -> NetworkCredential | Refusal | None:
        """The Basic pair as it is to be judged, in the same way."""
        if pair.foreign_secret is None or not secret:
            return pair
        proven = await self._check(pair.client_id, pair.foreign_secret, secret, address)
        if proven is None:
            return Refusal(reason=Reason.OUT_OF_ORDER, retry_after=RETRY_AFTER)
        if not proven:
            return pair
        audit = AuditEvent(
            at=self.clock.now(),
            action="credential.secret_adopted",
            actor=f"network:{pair.network_id}",
            client_id=pair.client_id,
            network_id=pair.network_id,
            address=address,
        )
        await self.store.adopt_network_secret(
            client_id=pair.client_id,
            foreign_secret=pair.foreign_secret,
            digest=self.mint.digest(secret),
            last_four=last_four_of(secret),
            sealed_secret=self.pairs.keep(pair.network_id, pair.version, secret),
            audit=audit,
        )
        return await self.store.find_network_credential(pair.client_id)

    async def _check(self, owner: str, known: str, secret: str, address: str | None) -> bool | None:
        now = self.clock.now()
        trial = self.mint.trace(f"{owner}\0{known}\0{secret}".encode("utf-8", "surrogatepass"))
        if self.tries.is_wrong(trial, now):
            return False
        if not self.tries.take(owner, address, trial, now):
            self.witness.saw("foreign_secret.over_budget", client_id=owner)
            return None
        proven = await self.hashes.check(owner, known, secret)
        if proven is False:
            self.tries.note_wrong(trial, now)
        return proven
