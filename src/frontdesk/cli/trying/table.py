"""The whole table: the contract in the order in which it can be asked."""

from frontdesk.cli.trying.authorizing import AUTHORIZING
from frontdesk.cli.trying.buying import EXCHANGE, RENEWAL
from frontdesk.cli.trying.callers import CALLERS
from frontdesk.cli.trying.calling import CALLS, ORDER
from frontdesk.cli.trying.consenting import CONSENT, CONSENT_AGAIN
from frontdesk.cli.trying.describing import INTROSPECTION, METADATA, TIME
from frontdesk.cli.trying.ending import REGENERATION, REPLAY, REVOCATION
from frontdesk.cli.trying.signing_in import SIGNING_IN
from frontdesk.cli.trying.steps import Group

TABLE: tuple[Group, ...] = (
    METADATA,
    CALLERS,
    AUTHORIZING,
    SIGNING_IN,
    CONSENT,
    EXCHANGE,
    CALLS,
    CONSENT_AGAIN,
    RENEWAL,
    ORDER,
    INTROSPECTION,
    REVOCATION,
    REPLAY,
    REGENERATION,
    TIME,
)
