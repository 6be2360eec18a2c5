"""Successors of refresh tokens: derived from grant and number, told apart from every other value. DESIGN D7."""

from dataclasses import replace

import pytest

from frontdesk.protocol import tokens
from frontdesk.protocol.ids import ClientId, CodeId, Digest, GrantId, Micros, UserId
from frontdesk.protocol.records import Client, Grant, Profile
from frontdesk.protocol.rotation import Standing, judge_standing, read_generation, write_successor

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
GRANT = Grant(
    id=GrantId("01900000-0000-7000-8000-000000000001"),
    user_id=UserId("01900000-0000-7000-8000-000000000002"),
    client_id=ClientId("fdci_a"),
    stamp=1,
    scopes_asked=("a",),
    scopes_given=("a",),
    edges=(),
    refresh_digest=Digest(b"\x01" + bytes(32)),
    code_id=CodeId("01900000-0000-7000-8000-000000000003"),
    created_at=Micros(0),
)
OTHER_GRANT = replace(GRANT, id=GrantId("01900000-0000-7000-8000-000000000009"))


def test_a_successor_is_a_function_of_grant_number_and_key() -> None:
    """Everybody who refreshes with the same token is given the same one; each other generation, grant, key: another."""
    successor = write_successor(GRANT, KEY)
    assert write_successor(replace(GRANT, last_used_at=Micros(9)), KEY) == successor
    others = {
        write_successor(replace(GRANT, generation=1), KEY),
        write_successor(OTHER_GRANT, KEY),
        write_successor(GRANT, OTHER_KEY),
    }
    assert len(others | {successor}) == 4
    assert tokens.read_row_token(tokens.REFRESH, successor) == GRANT.id


@pytest.mark.parametrize("generation", [0, 1, 255, 65_536, 2**32 - 2])
def test_its_number_is_read_under_any_known_key(generation: int) -> None:
    """As far as four bytes go; an unknown key reads nothing."""
    successor = write_successor(replace(GRANT, generation=generation), KEY)
    assert read_generation(successor, GRANT.id, [OTHER_KEY, KEY]) == generation + 1
    assert read_generation(successor, GRANT.id, [OTHER_KEY]) is None
    assert read_generation(successor, GRANT.id, []) is None
    assert read_generation(successor, OTHER_GRANT.id, [KEY]) is None


def test_a_number_cannot_be_counted_on_or_forged() -> None:
    """The proof goes over the number: one byte changed, and it is none of the grant's."""
    row, body = tokens.read_row_body(tokens.REFRESH, write_successor(GRANT, KEY)) or ("", b"")
    for at in range(len(body)):
        changed = body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :]
        assert read_generation(tokens.write_row_token(tokens.REFRESH, row, changed), GRANT.id, [KEY]) is None
    for other in ("", "fdrt_x", tokens.write_row_token(tokens.REFRESH, row, bytes(32)), body.hex()):
        assert read_generation(other, GRANT.id, [KEY]) is None


@pytest.mark.parametrize(
    ("at", "is_current", "generation", "is_first", "standing"),
    [
        (0, True, None, True, Standing.CURRENT),
        (5, True, 5, False, Standing.CURRENT),
        (0, False, 1, False, Standing.SUCCESSOR),
        (5, False, 6, False, Standing.SUCCESSOR),
        (5, False, 4, False, Standing.REPLACED),
        (5, False, 1, False, Standing.REPLACED),
        (5, False, None, True, Standing.REPLACED),
        (5, False, 7, False, None),
        (5, False, None, False, None),
        # Derived under a key that the current digest was not made with: never handed out.
        (5, False, 5, False, None),
        (0, False, None, True, None),
    ],
)
def test_what_a_token_is_to_its_grant(
    at: int, is_current: bool, generation: int | None, is_first: bool, standing: Standing | None
) -> None:
    """D7: the next one confirms, an earlier one ends the family, anything else proves nothing."""
    grant = replace(GRANT, generation=at)
    assert judge_standing(grant, is_current=is_current, generation=generation, is_first=is_first) is standing


def test_rf_14_a_client_without_a_secret_is_never_compat() -> None:
    """RF-14: there is no such record, however it is made or changed (RFC 9700 §2.2.2)."""
    made = {"id": ClientId("c"), "name": "c", "redirect_uris": (), "scopes": (), "created_at": Micros(0)}
    public = Client(**made, secret_digest=None, profile=Profile.STRICT)
    assert public.is_strict
    assert public.needs_pkce
    with pytest.raises(ValueError, match="always strict"):
        Client(**made, secret_digest=None)
    with pytest.raises(ValueError, match="always strict"):
        replace(public, profile=Profile.COMPAT)
    with pytest.raises(ValueError, match="always strict"):
        replace(Client(**made, secret_digest=Digest(b"d")), secret_digest=None)
