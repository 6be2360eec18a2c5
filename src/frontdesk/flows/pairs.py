"""A network's Basic pair, made the same way whoever asks for it: the operator or the network's owner."""

from collections.abc import Iterable
from dataclasses import dataclass

from frontdesk.flows.needs import Mint
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.narrowing import WIDE, Narrowing
from frontdesk.protocol.records import NetworkCredential

# Shown in the place of a secret's last four characters, where those are not known or would give too much of it away.
HIDDEN_FOUR = "····"
_LONG_ENOUGH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMaker:
    """Makes pairs. `keeps_secrets`: each secret is kept, sealed, so that the network's owner can see it again (D8)."""

    mint: Mint
    keeps_secrets: bool = True

    def make(
        self, network_id: NetworkId, *, version: int, now: Micros, name: str = "", narrowing: Narrowing = WIDE
    ) -> tuple[NetworkCredential, str]:
        """A fresh pair as it is stored, and its secret in the clear, to be told now.

        `version` is 1 for a network's first pair, and greater than those of all that it has by then (`next_version`).
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
            name=name,
            narrowing=narrowing,
        )
        return credential, secret

    def succeed(
        self, old: NetworkCredential, pairs: Iterable[NetworkCredential], *, now: Micros
    ) -> tuple[NetworkCredential, str]:
        """A fresh pair in the place of one among `pairs`, its network's: of the same name, and as narrow."""
        version = next_version(pairs)
        return self.make(old.network_id, version=version, now=now, name=old.name, narrowing=old.narrowing)

    def keep(self, network_id: NetworkId, version: int, secret: str) -> str | None:
        """A secret, sealed for its owner's eyes; None where none is kept."""
        return self.mint.keep_secret(network_id, version, secret) if self.keeps_secrets else None


def next_version(pairs: Iterable[NetworkCredential]) -> int:
    """The version of the next pair of a network that has these."""
    return max((pair.version for pair in pairs), default=0) + 1


def last_four_of(secret: str | None) -> str:
    """What may be shown of a secret that was made elsewhere; None: of one that is not known."""
    return secret[-4:] if secret is not None and len(secret) >= _LONG_ENOUGH else HIDDEN_FOUR
