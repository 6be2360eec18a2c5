"""Looking through the decided calls of an app, of a network or of all, backwards from a place."""

from frontdesk.protocol.inspection import EVERYBODY, CallFilter, Inspected, PlacedDecision
from frontdesk.storage.columns import optional_id
from frontdesk.storage.decisions import read_decision, select
from frontdesk.storage.verbs import Verb

_SELECT = select("position, ")
# $3: names of reasons, each between two spaces; the calls that were let in have none.
_WANTED = """
    AND position < $2
    AND ($3 = '' OR instr($3, ' ' || reason || ' ') > 0)
    AND $4 IN ('', method)
    AND ($5 = '' OR instr(char(10) || operations || char(10), char(10) || $5 || char(10)) > 0)
    AND ($6 IS NULL OR $6 = named OR $6 = network_id)
    AND $7 IN ('', client_id, credential)
ORDER BY position DESC LIMIT $8
"""
OF_CLIENT = _SELECT + "WHERE client_id = $1 AND client_id <> ''" + _WANTED
OF_NETWORK = _SELECT + "WHERE network_id = $1" + _WANTED
OF_ALL = _SELECT + "WHERE $1 IS NULL" + _WANTED


def list_requests(*, inspected: Inspected, wanted: CallFilter, before: int, limit: int) -> Verb[list[PlacedDecision]]:
    """The newest first."""
    of_some = OF_CLIENT if inspected.client_id is not None else OF_NETWORK
    rows = yield (
        OF_ALL if inspected == EVERYBODY else of_some,
        (
            inspected.client_id if inspected.client_id is not None else optional_id(inspected.network_id),
            before,
            f" {' '.join(wanted.reasons)} " if wanted.reasons else "",
            wanted.method,
            wanted.operation,
            optional_id(wanted.network),
            wanted.caller,
            limit,
        ),
    )
    return [PlacedDecision(position=row[0], noted=read_decision(row[1:])) for row in rows]
