"""Proving which client asks at the OAuth endpoints. RFC 6749 §2.3."""

from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.needs import Mint, Origin, Store, Witness
from frontdesk.flows.renewals import Renewals
from frontdesk.protocol.client_auth import ClientClaim, judge_claim
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.ids import Digest
from frontdesk.protocol.records import Client


async def prove_client(
    claim: ClientClaim,
    *,
    store: Store,
    mint: Mint,
    witness: Witness,
    foreign: ForeignSecrets,
    origin: Origin,
    renewals: Renewals | None = None,
) -> Client | Refusal:
    """The client that the claim names, once its secret is proven and it is enabled."""
    client = store.glance().client(claim.client_id) or await store.find_client(claim.client_id)
    if client is not None and client.foreign_secret is not None:
        settled = await foreign.settle_client(client, claim.secret, origin)
        if isinstance(settled, Refusal):
            return settled
        client = settled
    return judge_client(claim, client, mint=mint, witness=witness, renewals=renewals)


def judge_client(
    claim: ClientClaim, client: Client | None, *, mint: Mint, witness: Witness, renewals: Renewals | None = None
) -> Client | Refusal:
    """The client again, once its secret is proven (a public one has none) and it is enabled."""
    is_proven = which_secret(claim.secret or "", client, mint=mint) is not None
    if client is not None and not client.is_confidential:
        is_proven = claim.secret is None  # its id is all that a public client has; a secret for one is a mistake
    refusal = judge_claim(claim, client, is_proven=is_proven)
    if refusal is not None:
        witness.saw("client.unproven", client_id=claim.client_id if client is not None else None)
        return refusal
    assert client is not None
    if renewals is not None and claim.secret is not None:
        renewals.client(client, claim.secret)
    return client


def which_secret(secret: str, client: Client | None, *, mint: Mint) -> Digest | None:
    """The digest that a secret of a client is known by; None where it is none of those in force."""
    if client is None or client.secret_digest is None:
        mint.proves(secret, None)  # takes the time that an app's would
        return None
    return next((digest for digest in client.digests if mint.proves(secret, digest)), None)
