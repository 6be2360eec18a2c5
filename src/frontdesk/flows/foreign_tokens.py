"""Refresh tokens that another server issued: which grant one stands for. What cannot be one costs next to nothing.

Where none was ever moved in, no text is looked for: that fact is in memory, exact as of the last commit. Where there
are some, a text that is none of them costs what an unknown token of ours costs: a hash and a look by primary key.
"""

from dataclasses import dataclass

from frontdesk.flows.needs import Mint, Store, Witness
from frontdesk.protocol.foreign_tokens import could_be_foreign, read_signature_hash
from frontdesk.protocol.ids import ClientId, GrantId
from frontdesk.protocol.records import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTokens:
    """Finds grants by tokens that do not name them. A grant that is found is proven by that."""

    store: Store
    mint: Mint
    witness: Witness

    async def find(self, token: str) -> Grant | None:
        """The grant, revoked or not, that a token stands for: known by all of it, or by its signature so far."""
        if not could_be_foreign(token) or not await self.store.has_foreign_tokens():
            return None
        found = await self.store.find_foreign_grant(self.mint.digests(token))
        return found or await self._find_by_signature(token)

    async def take(self, token: str, client_id: ClientId) -> GrantId | None:
        """The grant that a proven client's token stands for; from now on only all of the token will prove it.

        Of a token that is known by its signature whoever has the old server's database could make up the rest. The
        first use by its own client settles which text it is.
        """
        grant = await self.find(token)
        if grant is None or self.mint.proves(token, grant.refresh_digest):
            return grant.id if grant is not None else None
        marked = read_signature_hash(token)
        known_by = self.mint.digests_of_hash(marked) if marked is not None else ()
        if grant.refresh_digest not in known_by:
            return grant.id  # all of it is known, and was replaced since: its standing is judged like any other's
        if grant.client_id != client_id:
            self.witness.saw("refresh.other_client", client_id=client_id, grant_id=grant.id)
            return None
        await self.store.pin_foreign_token(grant_id=grant.id, known_by=known_by, digest=self.mint.digest(token))
        # Won or lost, what the store holds now decides: another text with this signature may have been first.
        pinned = await self.store.find_foreign_grant(self.mint.digests(token))
        return pinned.id if pinned is not None else None

    async def _find_by_signature(self, token: str) -> Grant | None:
        marked = read_signature_hash(token)
        if marked is None:
            return None
        known_by = self.mint.digests_of_hash(marked)
        grant = await self.store.find_foreign_grant(known_by)
        # Once it was used, all of it is known, and a right signature with another key is nothing.
        return grant if grant is not None and grant.refresh_digest in known_by else None
