"""What is kept of a decided call, so that its caller can learn later why it was refused (DESIGN D11).

The answer to a refused call says little: a stranger reads it too. What it does not say is kept for a while under the
id in its `X-Request-Id`, for those whom it concerns (`sight.py`).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from frontdesk.protocol.access import Admission, Operation
from frontdesk.protocol.causes import Cause
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.ids import GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.scopes import Scopes


class Outcome(StrEnum):
    """What became of a call."""

    REFUSED = "refused"
    LET_THROUGH = "let_through"  # refused, and passed on all the same: nothing was enforced
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNote:
    """A decided call as it is noted on its way: nothing is looked up yet, and no part of this is stored as it is.

    A call has a `refusal`, or an `admission`. `place` is the path, cut of its query and bounded.
    """

    request_id: str
    at: Micros
    method: str
    place: str = field(repr=False)
    operations: tuple[Operation, ...]
    refusal: Refusal | None = None
    admission: Admission | None = None
    let_through: bool = False
    authorization: bytes | None = field(default=None, repr=False)
    network: str = ""  # what the network header named, as far as it is a UUID
    address: str | None = None
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedDecision:
    """A decided call as it is kept. Every field may be shown to the operator; none holds a secret or a query."""

    request_id: str
    at: Micros
    outcome: Outcome
    reason: str = ""  # a Reason's name; empty where the call was let in
    method: str
    operations: tuple[str, ...] = ()  # "GET /rooms/v1/{id}"
    path: str = ""  # only where the document has no operation for it
    # Who called: what the credential claims, where it is one of ours, and whether it was proven.
    scheme: str = ""  # "basic", "oauth2"; empty where none of either was sent
    is_proven: bool = False
    credential: str = ""  # the client id of a network's Basic pair
    client_id: str = ""  # an app's
    grant_id: GrantId | None = None
    user_id: UserId | None = None
    network_id: NetworkId | None = None  # whose owner it concerns: the pair's, or one that the grant ever had
    named: NetworkId | None = None  # in the network header
    cause: Cause | None = None
    cause_at: Micros | None = None
    # What would have passed.
    schemes: tuple[str, ...] = ()
    scopes: Scopes = ()
    rule: str = ""  # which of the scopes: "rooms or rooms.readonly"
    methods: tuple[str, ...] = ()
    retry_after: int = 0  # seconds
    held: Scopes = ()  # by the token
    open_networks: tuple[NetworkId, ...] = ()  # to the caller
    address: str = ""
    agent: str = ""


def scope_rule(operation: Operation) -> str:
    """What a token needs for an operation, as people say it: "a or b", "(a or b) and c"; empty: any token will do."""
    order = {scope: place for place, scope in enumerate(operation.shown_scopes)}
    rules = []
    for alternative in operation.alternatives:
        if alternative.scheme == "oauth2":
            sets = [
                sorted(needed, key=lambda scope: (order.get(scope, len(order)), scope)) for needed in alternative.needs
            ]
            joined = [" or ".join(needed) for needed in sets]
            if len(joined) > 1:
                joined = [f"({one})" if " or " in one else one for one in joined]
            rules.append(" and ".join(joined))
    return "; or ".join(dict.fromkeys(rules))
