"""Access decisions in the contract's order, as a case table (attack rows TN, SC)."""

import pytest

from frontdesk.protocol.access import (
    PICKER_ROLES,
    Admission,
    Alternative,
    AppCaller,
    NetworkCaller,
    Operation,
    PartnerCaller,
    judge_access,
    judge_grant,
    live_networks,
)
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import Digest, Micros
from frontdesk.protocol.records import Client, Edge, Grant, OwnGrant, Role, User
from frontdesk.protocol.scopes import implied

N1, N2, N3 = (f"0190a000-0000-7000-8000-00000000000{n}" for n in "123")
T0 = Micros(1)

BASIC = Alternative(scheme="basic")


def _oauth(*scopes: str, needs_all: bool = False) -> Alternative:
    needs = [frozenset({scope}) for scope in scopes] if needs_all else [frozenset(scopes)] if scopes else []
    return Alternative(scheme="oauth2", needs=tuple(needs))


def _operation(*alternatives: Alternative, networkless: bool = False) -> Operation:
    return Operation(method="GET", template="/x", alternatives=alternatives, networkless=networkless)


def _partner(*scopes: str, edges: tuple[Edge, ...], roles: dict[str, Role] | None = None) -> PartnerCaller:
    grant = Grant(
        id="g",
        user_id="u",
        client_id="c",
        stamp=1,
        scopes_asked=scopes,
        scopes_given=scopes,
        edges=edges,
        refresh_digest=Digest(b""),
        code_id="k",
        created_at=T0,
    )
    client = Client(id="c", name="App", redirect_uris=(), scopes=scopes, secret_digest=Digest(b"x"), created_at=T0)
    owned = dict.fromkeys((N1, N2, N3), Role.OWNER) if roles is None else roles
    user = User(id="u", email="u@example.com", created_at=T0, roles=owned)
    return PartnerCaller(grant=grant, client=client, user=user, scopes=scopes, held=implied(scopes))


def _app(*scopes: str) -> AppCaller:
    own = OwnGrant(id="o", client_id="c", stamp=1, scopes=scopes, created_at=T0)
    client = Client(id="c", name="App", redirect_uris=(), scopes=(), secret_digest=Digest(b"x"), created_at=T0)
    return AppCaller(own_grant=own, client=client, scopes=scopes, held=implied(scopes))


CUSTOMER = NetworkCaller(client_id="fdni_1", network_id=N1)
BOTH = _operation(BASIC, _oauth("r.readonly", "r"))
ONLY_OAUTH = _operation(_oauth("r"))
EMPTY = _operation(BASIC, _oauth())
LIST = _operation(BASIC, _oauth(), networkless=True)
TWO = (Edge(network_id=N1), Edge(network_id=N2))
ONE = (Edge(network_id=N1),)
DROPPED = (Edge(network_id=N1), Edge(network_id=N2, dropped_at=T0))

CASES = [
    ("TN-02", CUSTOMER, (BOTH,), None, N1),
    ("Basic, own network named", CUSTOMER, (BOTH,), N1, N1),
    ("TN-01", CUSTOMER, (BOTH,), N2, Reason.NETWORK_FORBIDDEN),
    ("Basic, OAuth only", CUSTOMER, (ONLY_OAUTH,), None, Reason.SCHEME_FORBIDDEN),
    ("scheme before network", CUSTOMER, (ONLY_OAUTH,), N2, Reason.SCHEME_FORBIDDEN),
    ("bearer, both networks", _partner("r", edges=TWO), (BOTH,), N2, N2),
    ("bearer, no header, two", _partner("r", edges=TWO), (BOTH,), None, Reason.NETWORK_REQUIRED),
    ("TN-03 none", _partner("r", edges=ONE), (BOTH,), None, N1),
    ("TN-03 other", _partner("r", edges=ONE), (BOTH,), N2, Reason.NETWORK_FORBIDDEN),
    ("ever two, one dropped", _partner("r", edges=DROPPED), (BOTH,), None, Reason.NETWORK_REQUIRED),
    ("dropped edge", _partner("r", edges=DROPPED), (BOTH,), N2, Reason.NETWORK_FORBIDDEN),
    ("TN-10", _partner("r", edges=TWO, roles={N1: Role.OWNER}), (BOTH,), N2, Reason.NETWORK_FORBIDDEN),
    ("TN-10 keeps", _partner("r", edges=TWO, roles={N1: Role.OWNER}), (BOTH,), N1, N1),
    ("CS-08", _partner("r", edges=ONE, roles={N1: Role.MEMBER}), (BOTH,), N1, Reason.NETWORK_FORBIDDEN),
    ("network before scope", _partner("z", edges=TWO), (BOTH,), N3, Reason.NETWORK_FORBIDDEN),
    ("scope", _partner("z", edges=TWO), (BOTH,), N1, Reason.INSUFFICIENT_SCOPE),
    ("readonly is enough", _partner("r.readonly", edges=ONE), (BOTH,), None, N1),
    ("readonly is not enough", _partner("r.readonly", edges=ONE), (ONLY_OAUTH,), None, Reason.INSUFFICIENT_SCOPE),
    ("implied", _partner("r", edges=ONE), (_operation(_oauth("r.readonly")),), None, N1),
    ("SC-11", _partner("r", edges=ONE), (_operation(_oauth("r.readonly.x")),), None, Reason.INSUFFICIENT_SCOPE),
    ("empty list", _partner("z", edges=ONE), (EMPTY,), None, N1),
    ("networkless", _partner("z", edges=TWO), (LIST,), None, None),
    ("networkless, named", _partner("z", edges=TWO), (LIST,), N2, N2),
    ("networkless, foreign", _partner("z", edges=TWO), (LIST,), N3, Reason.NETWORK_FORBIDDEN),
    ("own token, networkless", _app("z"), (LIST,), None, None),
    ("own token, networkless, named", _app("z"), (LIST,), N1, Reason.NETWORK_FORBIDDEN),
    ("own token, no header", _app("r"), (BOTH,), None, Reason.NETWORK_REQUIRED),
    ("own token, header", _app("r"), (BOTH,), N1, Reason.NETWORK_FORBIDDEN),
    ("own token, scheme before network", _app("r"), (_operation(BASIC),), N1, Reason.SCHEME_FORBIDDEN),
    ("own token, network before scope", _app("z"), (ONLY_OAUTH,), None, Reason.NETWORK_REQUIRED),
    ("own token, scope", _app("z"), (_operation(_oauth("r"), networkless=True),), None, Reason.INSUFFICIENT_SCOPE),
    ("own token, implied", _app("r"), (_operation(_oauth("r.readonly"), networkless=True),), None, None),
    ("SC-13", _partner("r", edges=ONE), (_operation(),), None, Reason.SCHEME_FORBIDDEN),
    ("all", _partner("a", edges=ONE), (_operation(_oauth("a", "b", needs_all=True)),), None, Reason.INSUFFICIENT_SCOPE),
    ("all held", _partner("a", "b", edges=ONE), (_operation(_oauth("a", "b", needs_all=True)),), None, N1),
    (
        "ambiguous: all must allow",
        _partner("r", edges=ONE),
        (BOTH, _operation(_oauth("q"))),
        None,
        Reason.INSUFFICIENT_SCOPE,
    ),
    ("ambiguous: all allow", _partner("r", edges=ONE), (BOTH, ONLY_OAUTH), None, N1),
    ("ambiguous: scheme", CUSTOMER, (BOTH, ONLY_OAUTH), None, Reason.SCHEME_FORBIDDEN),
]


@pytest.mark.parametrize(("row", "caller", "operations", "named", "outcome"), CASES, ids=[case[0] for case in CASES])
def test_the_first_check_that_fails_decides(
    row: str,
    caller: NetworkCaller | PartnerCaller | AppCaller,
    operations: tuple[Operation, ...],
    named: str | None,
    outcome: str | Reason | None,
) -> None:
    """Scheme, then network, then scope; what passes acts in exactly one network, or in none where none is needed."""
    decision = judge_access(caller, operations, named, offered_roles=PICKER_ROLES)
    assert (decision.network_id if isinstance(decision, Admission) else decision.reason) == outcome


def test_who_acts_is_told_to_the_upstream() -> None:
    """A customer acts as its network without scopes or role, a partner as its user with both, an app as itself."""
    customer = judge_access(CUSTOMER, (BOTH,), None, offered_roles=PICKER_ROLES)
    assert isinstance(customer, Admission)
    assert (customer.subject, customer.scheme, customer.scopes, customer.role) == (f"network:{N1}", "basic", (), None)
    partner = judge_access(_partner("r", edges=ONE), (BOTH,), None, offered_roles=PICKER_ROLES)
    assert isinstance(partner, Admission)
    assert (partner.subject, partner.scheme, partner.scopes, partner.role) == ("u", "oauth2", ("r",), Role.OWNER)
    app = judge_access(_app("r"), (LIST,), None, offered_roles=PICKER_ROLES)
    assert isinstance(app, Admission)
    assert (app.subject, app.client_id, app.scheme, app.scopes) == ("client:c", "c", "oauth2", ("r",))
    assert (app.network_id, app.role, app.networkless) == (None, None, True)


def test_a_dead_grant_says_why() -> None:
    """Revocation, a blocked user and a disabled app each end access; the last two as long as they last."""
    caller = _partner("r", edges=ONE)
    grant, user, client = caller.grant, caller.user, caller.client
    assert judge_grant(grant, user, client) is None
    assert judge_grant(grant, None, client) is Reason.USER_BLOCKED
    assert judge_grant(grant, user, None) is Reason.CLIENT_DISABLED
    assert live_networks(grant, user, offered_roles=PICKER_ROLES) == (N1,)
