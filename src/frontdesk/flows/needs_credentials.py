"""What proving, showing and changing a network's Basic pairs needs of the store."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from frontdesk.protocol.call_counts import Day
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId
from frontdesk.protocol.records import AuditEvent, NetworkCredential


class CredentialStore(Protocol):
    """Pairs: each network has its main one; named ones, and old ones until they retire, beside it."""

    async def find_network_credential(self, client_id: CredentialId) -> NetworkCredential | None:
        """The pair under this id; none for one that was replaced at once or ended, and while its network is suspended.

        One that has ended by itself is found until it is cleaned away: `protocol.narrowed_access.has_ended` says so.
        """

    async def find_credential_of(self, network_id: NetworkId) -> NetworkCredential | None:
        """The main pair of a network."""

    async def list_credentials_of(self, network_id: NetworkId) -> Sequence[NetworkCredential]:
        """Every pair of a network: the main one first, then by name; each before the one that it replaced."""

    async def count_credential_calls(self, network_id: NetworkId, *, since: Day) -> Mapping[CredentialId, int]:
        """How many calls were let in with each of a network's pairs from that day on; those with none are left out."""

    async def add_credential(self, *, credential: NetworkCredential, most: int, audit: AuditEvent) -> bool:
        """Another pair of a network that has fewer than `most` in force.

        False, with nothing changed, where it has not, and where the pair's id, version or name is taken.
        """

    async def regenerate_credential(
        self,
        *,
        credential: NetworkCredential,
        replaces_version: int,
        kept_until: Micros | None = None,
        audit: AuditEvent,
    ) -> bool:
        """Put a new pair in the place of the one of its name with `replaces_version`; False: another one was first.

        The old one is gone at once, or goes on until `kept_until`; one that it had replaced itself is gone at once.
        """

    async def narrow_credential(self, *, credential: NetworkCredential, audit: AuditEvent) -> bool:
        """Give the pair with this id and version the name and narrowing of this record, and the one it replaced too.

        False, with nothing changed, where it is not in force any more, or another one has the name.
        """

    async def warn_of_credential(self, *, client_id: CredentialId, since: Micros, audit: AuditEvent) -> bool:
        """Write down that a pair was refused for its address, at `audit.at`.

        False, with nothing written, where that was written down of it after `since`, and where there is no such pair.
        """

    async def end_credential(
        self, *, client_id: CredentialId, network_id: NetworkId, version: int, audit: AuditEvent
    ) -> bool:
        """End a named pair, with the one that it replaced, or one that was replaced; False: none, or the main one."""
