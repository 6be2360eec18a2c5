"""What is put on a request: the credential and the network it is for. Where it may go is checked first."""

from dataclasses import dataclass
from typing import Protocol

from frontdesk_client.challenges import is_token_refused
from frontdesk_client.origins import Origins
from frontdesk_client.source import Held, Source

NETWORK_HEADER = "spacebring-network-id"


class Headers(Protocol):
    """The headers of a request in any client: their names in any letters."""

    def __contains__(self, name: object, /) -> bool:
        """Whether there is one of this name."""
        ...

    def __setitem__(self, name: str, value: str, /) -> None:
        """Set it, in the place of all of this name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One credential with its default network, whichever client the request is of."""

    source: Source
    origins: Origins
    network: str | None = None
    network_header: str = NETWORK_HEADER

    def attach(self, headers: Headers, held: Held) -> None:
        """The credential, and the network unless the request names its own."""
        headers["Authorization"] = held.header
        if self.network is not None and self.network_header not in headers:
            headers[self.network_header] = self.network

    def is_refused(self, status: int, challenge: str | None) -> bool:
        """Whether another credential may help."""
        return is_token_refused(status, challenge)
