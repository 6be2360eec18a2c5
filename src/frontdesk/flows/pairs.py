"""A network's Basic pair, made the same way whoever asks for it: the operator or the network's owner."""

from dataclasses import dataclass

from frontdesk.flows.needs import Mint
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.records import NetworkCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMaker:
    """Makes pairs. `keeps_secrets`: each secret is kept, sealed, so that the network's owner can see it again (D8)."""

    mint: Mint
    keeps_secrets: bool = True

    def make(self, network_id: NetworkId, *, version: int, now: Micros) -> tuple[NetworkCredential, str]:
        """A fresh pair as it is stored, and its secret in the clear, to be told now.

        `version` is 1 for a network's first pair, and one more than that of the pair which it replaces.
        """
        secret = self.mint.new_secret("fdns_")
        credential = NetworkCredential(
            client_id=CredentialId(self.mint.new_client_id("fdni_")),
            network_id=network_id,
            version=version,
            last_four=secret[-4:],
            secret_digest=self.mint.digest(secret),
            created_at=now,
            sealed_secret=self.mint.keep_secret(network_id, version, secret) if self.keeps_secrets else None,
        )
        return credential, secret
