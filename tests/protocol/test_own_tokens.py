"""Tokens of an app's own: pure rules, fail closed."""

from dataclasses import replace

import pytest

from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import Digest, Micros
from frontdesk.protocol.own_tokens import ROOM, grow, judge_own_grant, judge_own_request, own_scopes_now
from frontdesk.protocol.records import Client, OwnGrant, Profile
from frontdesk.protocol.scopes import CONTRACT, Scopes, mask_of

T0 = Micros(1)
CLIENT = Client(
    id="c",
    name="App",
    redirect_uris=(),
    scopes=("x", "y"),
    secret_digest=Digest(b"x"),
    created_at=T0,
    own_scopes=("a", "b"),
)
OWN = OwnGrant(id="o", client_id="c", stamp=7, scopes=("a", "b"), created_at=T0)


@pytest.mark.parametrize(
    ("scope", "outcome"),
    [
        (None, ("a", "b")),
        ("", ("a", "b")),
        (" , ", ("a", "b")),
        ("b", ("b",)),
        ("b, a", ("b", "a")),
        ("c", Reason.OWN_SCOPE_REFUSED),
        ("a x", Reason.OWN_SCOPE_REFUSED),
        ("a.readonly", Reason.OWN_SCOPE_REFUSED),
        ('a"', Reason.OWN_SCOPE_REFUSED),
    ],
)
def test_what_may_be_asked(scope: str | None, outcome: Scopes | Reason) -> None:
    """Its own scopes by name; all of them where none is asked."""
    assert judge_own_request(CLIENT, scope) == outcome


@pytest.mark.parametrize("scope", [None, "a", "x"])
def test_without_scopes_or_without_a_secret_nothing_may_be_asked(scope: str | None) -> None:
    """Fail closed, whatever is asked."""
    assert judge_own_request(replace(CLIENT, own_scopes=()), scope) is Reason.OWN_TOKENS_FORBIDDEN
    assert (
        judge_own_request(replace(CLIENT, secret_digest=None, profile=Profile.STRICT), scope)
        is Reason.OWN_TOKENS_FORBIDDEN
    )


def test_a_dead_row_says_why() -> None:
    """Another stamp, an app that is gone or disabled."""
    assert judge_own_grant(OWN, CLIENT, 7) is None
    assert judge_own_grant(OWN, CLIENT, 8) is Reason.GRANT_REVOKED
    assert judge_own_grant(OWN, None, 7) is Reason.CLIENT_DISABLED
    assert judge_own_grant(OWN, replace(CLIENT, disabled_at=T0), 7) is Reason.CLIENT_DISABLED


@pytest.mark.parametrize(
    ("token", "given", "left"),
    [
        (("a", "b"), ("a", "b"), ("a", "b")),
        (("b",), ("a", "b"), ("b",)),
        (("a", "b"), ("b", "c"), ("b",)),
        (("a",), ("b",), ()),
        (("a", "b"), (), ()),
        (("r.readonly",), ("r",), ("r.readonly",)),
        (("r",), ("r.readonly",), ()),
    ],
)
def test_a_token_holds_what_is_still_given(token: Scopes, given: Scopes, left: Scopes) -> None:
    """Its bits, less what the registration lacks; what it includes counts (the contract)."""
    own = replace(OWN, scopes=("a", "b", "r", "r.readonly"))
    client = replace(CLIENT, own_scopes=given)
    assert own_scopes_now(own, client, mask_of(token, own.scopes), CONTRACT) == left


def test_a_list_grows_at_its_end_only() -> None:
    """A bit of a living token never changes its meaning."""
    assert grow(OWN, replace(OWN, id="p", stamp=9, scopes=("b", "a"))) is OWN
    assert grow(OWN, replace(OWN, id="p", stamp=9, scopes=("c", "a"))) == replace(OWN, scopes=("a", "b", "c"))


def test_a_full_list_begins_anew_under_another_stamp() -> None:
    """256 scopes have a bit; the next one would have none."""
    full = replace(OWN, scopes=tuple(f"s{n}" for n in range(ROOM - 1)))
    wanted = replace(OWN, id="p", stamp=9, scopes=("new",))
    assert grow(full, wanted) == replace(full, scopes=(*full.scopes, "new"))
    two = replace(wanted, scopes=("new", "newer"))
    assert grow(full, two) == replace(full, stamp=9, scopes=("new", "newer"))
