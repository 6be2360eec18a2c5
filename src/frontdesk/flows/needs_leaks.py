"""What ending leaked tokens and secrets needs of the store."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from frontdesk.protocol.ids import CodeId, Digest, Micros, SessionId
from frontdesk.protocol.records import AuditEvent


class LeakStore(Protocol):
    """Finds who holds a secret, and ends single things that nothing else ends."""

    async def find_secret_holders(self, prefix: str, digests: Sequence[Digest]) -> Mapping[Digest, str]:
        """The ids of those whose secret in force has one of these digests; `prefix` ("fdcs_", …) says of which kind.

        Digests have no index: the whole table is gone through, beside the loop, once for a hundred digests.
        """

    async def replace_leaked_secret(
        self, prefix: str, *, holder: str, replaces: Digest, digest: Digest, now: Micros, audit: AuditEvent
    ) -> bool:
        """Put another digest in the place of an app's or resource server's. False: it was replaced meanwhile."""

    async def void_code(self, *, code_id: CodeId, now: Micros, audit: AuditEvent) -> bool:
        """End a pending code for good. False, and no audit row: it was none any more."""

    async def end_leaked_session(self, *, session_id: SessionId, audit: AuditEvent) -> bool:
        """End a session, written down. False, and no audit row: there was none."""

    async def note_once(self, *, audit: AuditEvent, since: Micros) -> bool:
        """Save an audit row, unless the same action about the same `client_id` was saved after `since`."""
