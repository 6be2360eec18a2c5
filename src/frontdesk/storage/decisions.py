"""Why calls were refused: a ring of rows, written some at a time."""

from collections.abc import Sequence
from typing import Any

from frontdesk.protocol.causes import Cause
from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.ids import DAY, MINUTE, GrantId, Micros, NetworkId, UserId, uuid_bytes, uuid_text
from frontdesk.protocol.shadow import KEPT as SHADOW_KEPT
from frontdesk.protocol.shadow import day_of
from frontdesk.storage.columns import optional_id, pack_networks, read_networks, read_scopes_column
from frontdesk.storage.verbs import Value, Verb

GAPS_KEPT = 30 * DAY
LOOKED_BACK = 1_000  # audit rows of a client: who ended what is asked soon after

_COLUMNS = """
    request_id, at, outcome, reason, method, operations, path, scheme, is_proven, credential, client_id, grant_id,
    user_id, network_id, named, cause, cause_at, schemes, scopes, rule, methods, retry_after, held, open_networks,
    address, agent
"""
KEEP = f"""
INSERT INTO decisions ({_COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25, $26)
ON CONFLICT (request_id) DO NOTHING
"""  # noqa: S608 - names of columns
# A call that was let in, and came to nothing behind the gateway.
OVERRULE = "DELETE FROM decisions WHERE request_id = $1 AND outcome = 'allowed'"
DROPPED = """
INSERT INTO decision_gaps (minute, refusals) VALUES ($1, $2)
ON CONFLICT (minute) DO UPDATE SET refusals = decision_gaps.refusals + excluded.refusals
"""
_SELECT = f"SELECT {_COLUMNS} FROM decisions "  # noqa: S608 - names of columns
FIND = _SELECT + "WHERE request_id = $1"
NEWEST = _SELECT + ("WHERE $1 IN ('', client_id, credential) AND $2 IN ('', reason) ORDER BY position DESC LIMIT $3")
NEWEST_OF_NETWORK = _SELECT + (
    "WHERE network_id = $1 AND $2 IN ('', client_id, credential) AND $3 IN ('', reason) ORDER BY position DESC LIMIT $4"
)
COUNT_DROPPED = "SELECT coalesce(sum(refusals), 0) FROM decision_gaps WHERE minute >= $1"
ENDER = """
SELECT actor FROM (
    SELECT position, at, actor FROM audit WHERE client_id = $1 ORDER BY position DESC LIMIT $2
) AS newest WHERE at = $3 ORDER BY position DESC LIMIT 1
"""
# Positions are in the order of time, so that the few oldest say whether anything is too old.
OLD = """
DELETE FROM decisions WHERE position IN (
    SELECT position FROM (SELECT position, at FROM decisions ORDER BY position LIMIT $1) AS oldest WHERE at < $2
)
RETURNING position
"""
MANY = """
DELETE FROM decisions WHERE position IN (
    SELECT position FROM decisions
    WHERE position <= (SELECT max(position) FROM decisions) - $1 ORDER BY position LIMIT $2
)
RETURNING position
"""
OLD_GAPS = "DELETE FROM decision_gaps WHERE minute < $1 RETURNING minute"
OLD_COUNTS = """
DELETE FROM shadow_counts WHERE (day, caller, operation, reason) IN (
    SELECT day, caller, operation, reason FROM shadow_counts WHERE day < $1 LIMIT $2
)
RETURNING day
"""


def select(more: str = "") -> str:
    """The beginning of a statement that reads decisions; `more` columns come first."""
    return f"SELECT {more}{_COLUMNS} FROM decisions "  # noqa: S608 - names of columns


def keep_decisions(*, noted: Sequence[NotedDecision], dropped: int, now: Micros) -> Verb[None]:
    """Keep some, and count those of this minute that were not noted."""
    for one in noted:
        if one.outcome is not Outcome.ALLOWED:
            yield OVERRULE, (one.request_id,)
        yield KEEP, _values(one)
    if dropped:
        yield DROPPED, (now // MINUTE, dropped)


def find_decision(request_id: str) -> Verb[NotedDecision | None]:
    """The one under an id."""
    rows = yield FIND, (request_id,)
    return read_decision(rows[0]) if rows else None


def list_decisions(*, client: str, network_id: NetworkId | None, reason: str, limit: int) -> Verb[list[NotedDecision]]:
    """The newest first: of an app or Basic pair, of a network, for a reason; or all."""
    if network_id is not None:
        rows = yield NEWEST_OF_NETWORK, (uuid_bytes(network_id), client, reason, limit)
    else:
        rows = yield NEWEST, (client, reason, limit)
    return [read_decision(row) for row in rows]


def count_dropped_refusals(*, since: Micros) -> Verb[int]:
    """How many were not kept, by whole minutes."""
    rows = yield COUNT_DROPPED, (since // MINUTE,)
    return int(rows[0][0])


def find_ender(*, client_id: str, at: Micros) -> Verb[str]:
    """The kind of who acted on an app at this very instant: an ending and its audit row have one time."""
    rows = yield ENDER, (client_id, LOOKED_BACK, at)
    return str(rows[0][0]).partition(":")[0] if rows else ""


def sweep_decisions(*, now: Micros, kept: int, since: Micros, limit: int) -> Verb[int]:
    """Delete up to `limit` that are too old or too many."""
    gone = len((yield OLD, (limit, since)))
    if gone < limit:
        gone += len((yield MANY, (kept, limit - gone)))
    if gone < limit:
        yield OLD_GAPS, ((now - GAPS_KEPT) // MINUTE,)
        gone += len((yield OLD_COUNTS, (day_of(Micros(now - SHADOW_KEPT)), limit - gone)))
    return gone


def _values(noted: NotedDecision) -> tuple[Value, ...]:
    return (
        noted.request_id,
        noted.at,
        noted.outcome.value,
        noted.reason,
        noted.method,
        "\n".join(noted.operations),
        noted.path,
        noted.scheme,
        int(noted.is_proven),
        noted.credential,
        noted.client_id,
        optional_id(noted.grant_id),
        optional_id(noted.user_id),
        optional_id(noted.network_id),
        optional_id(noted.named),
        noted.cause.value if noted.cause is not None else None,
        noted.cause_at,
        " ".join(noted.schemes),
        " ".join(noted.scopes),
        noted.rule,
        " ".join(noted.methods),
        noted.retry_after,
        " ".join(noted.held),
        pack_networks(noted.open_networks),
        noted.address,
        noted.agent,
    )


def read_decision(row: tuple[Any, ...]) -> NotedDecision:
    """A decision of a row that `select` gives."""
    (
        request_id,
        at,
        outcome,
        reason,
        method,
        operations,
        path,
        scheme,
        is_proven,
        credential,
        client_id,
        grant,
        user,
        network,
        named,
        cause,
        cause_at,
        schemes,
        scopes,
        rule,
        methods,
        retry_after,
        held,
        open_networks,
        address,
        agent,
    ) = row
    return NotedDecision(
        request_id=request_id,
        at=Micros(at),
        outcome=_OUTCOMES[outcome],
        reason=reason,
        method=method,
        operations=tuple(operations.split("\n")) if operations else (),
        path=path,
        scheme=scheme,
        is_proven=bool(is_proven),
        credential=credential,
        client_id=client_id,
        grant_id=GrantId(uuid_text(grant)) if grant is not None else None,
        user_id=UserId(uuid_text(user)) if user is not None else None,
        network_id=NetworkId(uuid_text(network)) if network is not None else None,
        named=NetworkId(uuid_text(named)) if named is not None else None,
        # A cause of another version of Frontdesk is left out.
        cause=_CAUSES.get(cause),
        cause_at=Micros(cause_at) if cause_at is not None else None,
        schemes=read_scopes_column(schemes),
        scopes=read_scopes_column(scopes),
        rule=rule,
        methods=read_scopes_column(methods),
        retry_after=retry_after,
        held=read_scopes_column(held),
        open_networks=read_networks(open_networks),
        address=address,
        agent=agent,
    )


_CAUSES = {cause.value: cause for cause in Cause}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
