"""Who called what, day by day: a row for each client, operation, day and set of scopes."""

from collections.abc import Sequence

from frontdesk.protocol.call_counts import MOST_SETS, OTHER_SETS, CallCount, CallKind, Day
from frontdesk.protocol.ids import CredentialId, Micros, NetworkId, uuid_bytes
from frontdesk.storage.verbs import Verb

COUNT = """
INSERT INTO call_counts (scheme, client_id, operation, day, scopes, calls, last_at)
VALUES (
    $1, $2, $3, $4,
    CASE WHEN EXISTS (
        SELECT 1 FROM call_counts
        WHERE scheme = $1 AND client_id = $2 AND operation = $3 AND day = $4 AND scopes = $5
    ) OR (
        SELECT count(*) FROM call_counts WHERE scheme = $1 AND client_id = $2 AND operation = $3 AND day = $4
    ) < $6 THEN $5 ELSE $7 END,
    $8, $9
)
ON CONFLICT (scheme, client_id, operation, day, scopes) DO UPDATE SET
    calls = call_counts.calls + excluded.calls,
    last_at = CASE WHEN excluded.last_at > call_counts.last_at THEN excluded.last_at ELSE call_counts.last_at END
"""
COUNT_PAIR = """
INSERT INTO credential_calls (client_id, day, calls) VALUES ($1, $2, $3)
ON CONFLICT (client_id, day) DO UPDATE SET calls = credential_calls.calls + excluded.calls
"""
# Of the pairs that a network has now.
COUNT_OF_PAIRS = """
SELECT client_id, sum(calls) FROM credential_calls
WHERE client_id IN (SELECT client_id FROM credentials WHERE network_id = $1) AND day >= $2 GROUP BY client_id
"""
LIST = """
SELECT scheme, client_id, operation, scopes, sum(calls), max(last_at) FROM call_counts WHERE day >= $1
GROUP BY scheme, client_id, operation, scopes ORDER BY scheme, client_id, operation, scopes
"""
FORGET = "DELETE FROM call_counts WHERE scheme = $1 AND client_id = $2 AND operation = $3 AND scopes = $4"


def count_calls(*, day: Day, counts: Sequence[CallCount], pairs: Sequence[tuple[CredentialId, int]] = ()) -> Verb[None]:
    """Add calls of a day to what was counted before."""
    for client_id, calls in pairs:
        yield COUNT_PAIR, (client_id, day, calls)
    for count in counts:
        kind = count.kind
        named = (kind.scheme, kind.client_id, kind.operation, day, kind.scopes)
        yield COUNT, (*named, MOST_SETS, OTHER_SETS, count.calls, count.last_at)


def list_calls(*, since: Day) -> Verb[list[CallCount]]:
    """All that was counted from that day on, of every day together."""
    return [
        CallCount(
            kind=CallKind(scheme=scheme, client_id=client_id, operation=operation, scopes=scopes),
            calls=calls,
            last_at=Micros(last_at),
        )
        for scheme, client_id, operation, scopes, calls, last_at in (yield LIST, (since,))
    ]


def forget_calls(*, kinds: Sequence[CallKind]) -> Verb[None]:
    """Forget that there were calls of these kinds."""
    for kind in kinds:
        yield FORGET, (kind.scheme, kind.client_id, kind.operation, kind.scopes)


def count_credential_calls(network_id: NetworkId, *, since: Day) -> Verb[dict[CredentialId, int]]:
    """How many calls were let in with each of a network's pairs from that day on; those with none are left out."""
    rows = yield COUNT_OF_PAIRS, (uuid_bytes(network_id), since)
    return {CredentialId(client_id): calls for client_id, calls in rows}
