"""A network's Basic pair, made the same way whoever asks for it: the operator or the network's owner."""

from frontdesk.flows.needs import Mint
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.records import NetworkCredential


def make_pair(mint: Mint, network_id: NetworkId, *, version: int, now: Micros) -> tuple[NetworkCredential, str]:
    """A fresh pair as it is stored, and its secret in the clear, which can be told now and never again.

    `version` is 1 for a network's first pair, and one more than that of the pair which it replaces.
    """
    secret = mint.new_secret("fdns_")
    credential = NetworkCredential(
        client_id=CredentialId(mint.new_client_id("fdni_")),
        network_id=network_id,
        version=version,
        last_four=secret[-4:],
        secret_digest=mint.digest(secret),
        created_at=now,
    )
    return credential, secret
