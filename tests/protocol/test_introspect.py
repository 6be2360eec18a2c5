"""What is said of a token, and to whom: pure rules (attack rows IN)."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.access import PICKER_ROLES, AppCaller, PartnerCaller
from frontdesk.protocol.ids import SECOND, Digest, Micros
from frontdesk.protocol.introspect import Introspection, describe_access, describe_refresh, live_roles, may_ask
from frontdesk.protocol.records import Client, Edge, Grant, OwnGrant, ResourceServer, Role, User

N1, N2, N3 = (f"0190a000-0000-7000-8000-00000000000{n}" for n in "123")
T0 = Micros(1_700_000_000 * SECOND + 999_999)
T1 = Micros(T0 + 3_600 * SECOND)

CLIENT = Client(id="c", name="App", redirect_uris=(), scopes=("a", "b"), secret_digest=Digest(b"x"), created_at=T0)
USER = User(id="u", email="u@example.com", created_at=T0, roles={N1: Role.OWNER, N2: Role.MEMBER, N3: Role.OWNER})
GRANT = Grant(
    id="g",
    user_id="u",
    client_id="c",
    stamp=1,
    scopes_asked=("a", "b"),
    scopes_given=("a", "b"),
    edges=(Edge(network_id=N1), Edge(network_id=N2), Edge(network_id=N3, dropped_at=T0)),
    refresh_digest=Digest(b""),
    code_id="k",
    created_at=T0,
)
SERVER = ResourceServer(id="fdri_1", name="API", secret_digest=Digest(b"x"), created_at=T0)


@pytest.mark.parametrize(
    ("asker", "client_id", "is_refresh", "told"),
    [
        (SERVER, "c", False, True),
        (SERVER, "c", True, False),
        (SERVER, "fdri_1", True, False),
        (CLIENT, "c", False, True),
        (CLIENT, "c", True, True),
        (CLIENT, "other", False, False),
        (CLIENT, "other", True, False),
    ],
)
def test_who_is_told(asker: Client | ResourceServer, client_id: Any, is_refresh: bool, told: bool) -> None:
    """A client of its own tokens; a resource server of access tokens, never of a refresh token (IN-05)."""
    assert may_ask(asker, client_id, is_refresh=is_refresh) is told


def test_only_open_networks_are_told() -> None:
    """Not a dropped edge, not one where the role is not offered; the role is the one of now."""
    assert live_roles(GRANT, USER, offered_roles=PICKER_ROLES) == ((N1, Role.OWNER),)
    everybody = PICKER_ROLES | {Role.MEMBER}
    assert live_roles(GRANT, USER, offered_roles=everybody) == ((N1, Role.OWNER), (N2, Role.MEMBER))
    assert live_roles(GRANT, replace(USER, roles={}), offered_roles=everybody) == ()


def describe(user: User = USER) -> Introspection | None:
    """An access token of the grant that holds `a`."""
    caller = PartnerCaller(grant=GRANT, client=CLIENT, user=user, scopes=("a",), held=frozenset({"a"}))
    return describe_access(caller, issued_at=T0, expires_at=T1, offered_roles=PICKER_ROLES)


def test_an_access_token_is_described_in_whole_seconds() -> None:
    """RFC 7662 §2.2: times are cut, so that no token is said to live longer than it does."""
    said = describe()
    assert said is not None
    assert said.document("https://desk.example") == {
        "active": True,
        "client_id": "c",
        "scope": "a",
        "sub": "u",
        "token_type": "Bearer",
        "iss": "https://desk.example",
        "iat": 1_700_000_000,
        "exp": 1_700_003_600,
        "networks": [{"id": N1, "role": "owner"}],
    }


def test_a_token_that_opens_no_network_is_inactive() -> None:
    """Whatever else it could still do."""
    assert describe(replace(USER, roles={N1: Role.MEMBER})) is None


def test_an_apps_own_token_speaks_of_the_app() -> None:
    """No user, no network."""
    own = OwnGrant(id="o", client_id="c", stamp=1, scopes=("a",), created_at=T0)
    caller = AppCaller(own_grant=own, client=CLIENT, scopes=("a",), held=frozenset({"a"}))
    said = describe_access(caller, issued_at=T0, expires_at=T1, offered_roles=PICKER_ROLES)
    assert said is not None
    assert (said.subject, said.client_id, said.networks) == ("c", "c", ())


def refresh(grant: Grant = GRANT, client: Client | None = CLIENT, user: User | None = USER) -> Introspection | None:
    """The grant's refresh token."""
    return describe_refresh(grant, client, user, offered_roles=PICKER_ROLES)


def test_a_refresh_token_has_no_end_and_what_it_would_buy() -> None:
    """No `exp`; scopes less what the app may not ask for any more."""
    said = refresh(client=replace(CLIENT, scopes=("b",)))
    assert said is not None
    document = said.document("i")
    assert "exp" not in document
    assert (document["scope"], document["iat"]) == ("b", 1_700_000_000)


@pytest.mark.parametrize(
    "dead",
    [
        {"grant": replace(GRANT, revoked_at=T0)},
        {"client": replace(CLIENT, disabled_at=T0)},
        {"client": None},
        {"user": replace(USER, blocked_at=T0)},
        {"user": None},
        {"user": replace(USER, roles={})},
        {"client": replace(CLIENT, scopes=("z",))},
    ],
)
def test_a_refresh_token_that_would_buy_nothing_is_inactive(dead: dict[str, Any]) -> None:
    """IN-06: any one rule is enough."""
    assert refresh() is not None
    assert refresh(**dead) is None
