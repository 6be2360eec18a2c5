"""What was wrong with a credential, looked up afterwards: every cause there is, and to whom each is ascribed."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.flows.diagnosis import Diagnosis, Diagnostics
from frontdesk.protocol import tokens
from frontdesk.protocol.causes import Cause
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.explanations import CallNote
from frontdesk.protocol.ids import HOUR, CredentialId, GrantId, Micros, NetworkId
from frontdesk.protocol.records import Edge, OwnGrant, Role
from frontdesk.testing.told import START
from gateway.desk import FOREIGN, NORTH, SECRET, SOUTH, Desk

LATER = Micros(START + 5)


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture
def desk() -> Desk:
    """A small world with credentials."""
    return Desk()


pytestmark = pytest.mark.anyio


async def examine(
    desk: Desk,
    authorization: bytes | None,
    reason: Reason = Reason.BAD_CREDENTIAL,
    *,
    network: str = "",
    at: int = START,
) -> Diagnosis:
    """Look at a call that was refused for this reason."""
    diagnostics = Diagnostics(
        store=desk.store, mint=desk.mint, offered_roles=frozenset({Role.OWNER, Role.ADMINISTRATOR})
    )
    note = CallNote(
        request_id="r",
        at=Micros(at),
        method="GET",
        place="/x",
        operations=(),
        refusal=Refusal(reason=reason),
        authorization=authorization,
        network=network,
    )
    return await diagnostics.examine(note)


def basic(user: str, password: str) -> bytes:
    """An Authorization value."""
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


def grant_of(desk: Desk) -> GrantId:
    """The newest grant."""
    return list(desk.store.grants)[-1]


def change_grant(desk: Desk, **changes: Any) -> None:
    """Let something happen to the newest grant."""
    grant_id = grant_of(desk)
    desk.store.grants[grant_id] = replace(desk.store.grants[grant_id], **changes)


def changed_user(**changes: Any) -> Callable[[Desk], object]:
    """Something happens to the user."""
    return lambda desk: desk.store.users.__setitem__(desk.owner, replace(desk.store.users[desk.owner], **changes))


def changed_client(**changes: Any) -> Callable[[Desk], object]:
    """Something happens to the app."""
    return lambda desk: desk.store.clients.__setitem__(desk.client, replace(desk.store.clients[desk.client], **changes))


ENDINGS: list[tuple[str, Callable[[Desk], object], int, Cause, Micros | None]] = [
    ("nothing", lambda desk: None, START, Cause.WORKS_NOW, None),
    ("an hour", lambda desk: None, START + HOUR, Cause.EXPIRED, Micros(START + HOUR)),
    ("almost an hour", lambda desk: None, START + HOUR - 1, Cause.WORKS_NOW, None),
    ("revoked", lambda desk: change_grant(desk, revoked_at=LATER), START, Cause.GRANT_REVOKED, LATER),
    (
        "revoked and expired",
        lambda desk: change_grant(desk, revoked_at=LATER),
        START + HOUR,
        Cause.GRANT_REVOKED,
        LATER,
    ),
    ("another stamp", lambda desk: change_grant(desk, stamp=1), START, Cause.TOKENS_REVOKED, None),
    ("blocked", changed_user(blocked_at=LATER), START, Cause.USER_BLOCKED, LATER),
    ("user gone", lambda desk: desk.store.users.clear(), START, Cause.USER_GONE, None),
    ("disabled", changed_client(disabled_at=LATER), START, Cause.APP_DISABLED, LATER),
    ("app gone", lambda desk: desk.store.clients.clear(), START, Cause.APP_DISABLED, None),
]


@pytest.mark.parametrize(("happens", "at", "cause", "since"), [pytest.param(*row[1:], id=row[0]) for row in ENDINGS])
async def test_a_token_says_what_became_of_it(
    desk: Desk, happens: Callable[[Desk], object], at: int, cause: Cause, since: Micros | None
) -> None:
    """What a refresh would not help against is told before what it would; the app and the grant are known by it."""
    bearer = desk.bearer(networks=(NORTH,))
    happens(desk)
    found = await examine(desk, bearer, at=at)
    assert (found.cause, found.cause_at) == (cause, since)
    assert (found.client_id, found.grant_id, found.user_id) == (desk.client, grant_of(desk), desk.owner)
    assert found.network_id == NORTH
    assert found.is_proven is (cause is Cause.WORKS_NOW)


async def test_a_token_of_a_grant_that_is_gone_names_it_only(desk: Desk) -> None:
    """Its row was cleaned away: nobody but the operator can be told."""
    bearer = desk.bearer()
    gone = grant_of(desk)
    desk.store.grants.clear()
    found = await examine(desk, bearer)
    assert (found.cause, found.grant_id, found.client_id, found.user_id) == (Cause.GRANT_GONE, gone, "", None)
    assert (await examine(desk, bearer, at=START + HOUR)).cause is Cause.EXPIRED


def with_checksum(text: str) -> bytes:
    """An Authorization value with a right checksum at its end."""
    return f"Bearer {text}{tokens.checksum(text.encode()).decode()}".encode()


async def test_what_is_not_proven_is_nobodys(desk: Desk) -> None:
    """A forged signature, another installation's token, a damaged one: no app and no grant is named by it."""
    token = desk.bearer().decode().removeprefix("Bearer ")
    body = token[:-6]
    flipped = body[:-20] + ("A" if body[-20] != "A" else "B") + body[-19:]
    elsewhere = Desk().bearer()
    cases: list[tuple[bytes, Cause]] = [
        (with_checksum(flipped), Cause.UNPROVEN),
        (elsewhere, Cause.UNPROVEN),
        (b"Bearer " + (token[:-1] + ("a" if token[-1] != "a" else "b")).encode(), Cause.MISTYPED),
        (b"Bearer " + token[:60].encode(), Cause.MISTYPED),
        (b"Bearer fdat_", Cause.MISTYPED),
        (b"Bearer garbage", Cause.NO_TOKEN_OF_OURS),
        (b"Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", Cause.NO_TOKEN_OF_OURS),
        (b"Token x", Cause.MALFORMED),
        (b"Basic %%%", Cause.MALFORMED),
        (b"", Cause.MALFORMED),
    ]
    for authorization, cause in cases:
        found = await examine(desk, authorization)
        assert found.cause is cause, authorization
        known = (found.client_id, found.credential, found.grant_id, found.user_id, found.network_id, found.is_proven)
        assert known == ("", "", None, None, None, False)


async def test_a_refresh_token_in_the_wrong_place_is_its_apps_mistake_once_proven(desk: Desk) -> None:
    """Right value: the app is told. A made-up value for the same grant: nobody is."""
    desk.bearer()
    right, made_up = desk.mint.new_refresh_token(grant_of(desk)), desk.mint.new_refresh_token(grant_of(desk))
    change_grant(desk, refresh_digest=desk.mint.digest(right))
    found = await examine(desk, b"Bearer " + right.encode())
    assert (found.cause, found.client_id, found.grant_id) == (Cause.WRONG_KIND, desk.client, grant_of(desk))
    other = await examine(desk, b"Bearer " + made_up.encode())
    assert (other.cause, other.client_id, other.grant_id) == (Cause.WRONG_KIND, "", None)
    for prefix in (tokens.CLIENT_SECRET, tokens.NETWORK_SECRET):
        assert (await examine(desk, b"Bearer " + desk.mint.new_secret(prefix).encode())).cause is Cause.WRONG_KIND


async def test_a_basic_pair_is_known_by_an_id_in_force(desk: Desk) -> None:
    """Right id: its network. What is wrong with the secret is told without a character of it."""
    secret = desk.mint.new_secret(tokens.NETWORK_SECRET)
    cases: list[tuple[str, Cause]] = [
        (SECRET, Cause.WORKS_NOW),
        ("a-made-up-password", Cause.WRONG_SECRET),
        (secret, Cause.WRONG_SECRET),
        (secret[:-1], Cause.MISTYPED),
        (desk.mint.new_secret(tokens.CLIENT_SECRET), Cause.WRONG_KIND),
        (desk.bearer().decode().removeprefix("Bearer "), Cause.WRONG_KIND),
    ]
    for password, cause in cases:
        found = await examine(desk, basic("fdni_north", password))
        assert (found.cause, found.credential, found.network_id) == (cause, "fdni_north", NORTH)
        assert found.is_proven is (cause is Cause.WORKS_NOW)
        assert password not in repr(found)


async def test_an_id_that_is_none_is_kept_only_where_it_has_our_form(desk: Desk) -> None:
    """It could be a secret that was put into the wrong place."""
    ours = desk.mint.new_client_id("fdni_")
    secret = desk.mint.new_secret(tokens.NETWORK_SECRET)
    for user, cause, kept in (
        (ours, Cause.UNKNOWN_ID, ours),
        ("somebody@example.com", Cause.UNKNOWN_ID, ""),
        ("fdni_short", Cause.UNKNOWN_ID, ""),
        (secret, Cause.WRONG_KIND, ""),
    ):
        found = await examine(desk, basic(user, "x"))
        assert (found.cause, found.credential, found.network_id) == (cause, kept, None)


async def test_an_apps_own_pair_opens_nothing_here(desk: Desk) -> None:
    """And the app is told so, whether or not the secret was right."""
    secret = desk.mint.new_secret(tokens.CLIENT_SECRET)
    changed_client(secret_digest=desk.mint.digest(secret))(desk)
    for password, is_proven in ((secret, True), ("wrong", False)):
        found = await examine(desk, basic(desk.client, password))
        assert (found.cause, found.client_id, found.is_proven) == (Cause.APP_PAIR, desk.client, is_proven)


async def test_a_secret_that_was_hashed_elsewhere_is_not_hashed_for_this(desk: Desk) -> None:
    """The slow check is for answers only: a flood of refused calls must not buy it twice."""
    pair = desk.store.credentials[CredentialId("fdni_north")]
    desk.store.credentials[pair.client_id] = replace(pair, foreign_secret="$argon2id$x")
    found = await examine(desk, basic("fdni_north", "x"))
    assert (found.cause, found.network_id, found.is_proven) == (Cause.WRONG_SECRET, NORTH, False)


@pytest.mark.parametrize(
    ("network", "happens", "cause", "since", "concerned"),
    [
        (FOREIGN, lambda desk: None, Cause.NOT_IN_GRANT, None, None),
        ("0190b3a0-0000-7000-8000-0000000000ff", lambda desk: None, Cause.NOT_IN_GRANT, None, None),
        (SOUTH, lambda desk: desk.lose_role(SOUTH), Cause.NO_ROLE, None, SOUTH),
        (
            SOUTH,
            lambda desk: change_grant(desk, edges=(Edge(network_id=NORTH), Edge(network_id=SOUTH, dropped_at=LATER))),
            Cause.NETWORK_DROPPED,
            LATER,
            SOUTH,
        ),
        (SOUTH.upper(), lambda desk: None, Cause.WORKS_NOW, None, SOUTH),
    ],
)
async def test_a_closed_network_says_why(
    desk: Desk,
    network: str,
    happens: Callable[[Desk], object],
    cause: Cause,
    since: Micros | None,
    concerned: NetworkId | None,
) -> None:
    """It concerns the owner of a network that the grant ever had, and of no other."""
    bearer = desk.bearer()
    happens(desk)
    found = await examine(desk, bearer, Reason.NETWORK_FORBIDDEN, network=network)
    assert (found.cause, found.cause_at, found.network_id) == (cause, since, concerned)
    assert NORTH in found.open_networks


async def test_an_apps_own_token_says_what_became_of_it(desk: Desk) -> None:
    """It has no user and no network."""
    changed_client(own_scopes=("rooms",))(desk)
    own = OwnGrant(id=GrantId(desk.mint.new_id()), client_id=desk.client, stamp=7, scopes=("rooms",), created_at=START)
    desk.store.own_grants[own.id] = own
    bearer = b"Bearer " + desk.mint.access_token(own, 1, START, Micros(START + HOUR)).encode()
    found = await examine(desk, bearer)
    assert (found.cause, found.client_id, found.grant_id, found.user_id) == (Cause.WORKS_NOW, desk.client, own.id, None)
    assert found.held == ("rooms",)
    assert (await examine(desk, bearer, Reason.NETWORK_FORBIDDEN, network=NORTH)).cause is Cause.NOT_IN_GRANT
    assert (await examine(desk, bearer, at=START + HOUR)).cause is Cause.EXPIRED
    changed_client(own_scopes=("other",))(desk)
    assert (await examine(desk, bearer)).cause is Cause.NO_SCOPES_LEFT
    changed_client(own_scopes=("rooms",), disabled_at=LATER)(desk)
    disabled = await examine(desk, bearer)
    assert (disabled.cause, disabled.cause_at) == (Cause.APP_DISABLED, LATER)
    desk.store.own_grants[own.id] = replace(own, stamp=8)
    assert (await examine(desk, bearer)).cause is Cause.TOKENS_REVOKED


async def test_a_cause_is_told_only_where_the_credential_was_what_failed(desk: Desk) -> None:
    """An unknown path is refused before the credential is looked at: whose it is says nothing of why."""
    for reason in (Reason.UNKNOWN_OPERATION, Reason.RATE_LIMITED, Reason.INSUFFICIENT_SCOPE, Reason.TWO_CREDENTIALS):
        found = await examine(desk, basic("fdni_north", "wrong"), reason)
        assert (found.cause, found.credential, found.is_proven) == (None, "fdni_north", False)
    assert (await examine(desk, None, Reason.NO_CREDENTIAL)).cause is Cause.NO_CREDENTIAL
    assert (await examine(desk, None, Reason.UNKNOWN_OPERATION)).cause is None
    unchecked = await examine(desk, basic("fdni_north", SECRET), Reason.SECRET_UNCHECKED)
    assert unchecked.cause is Cause.SECRET_NOT_CHECKED
    elsewhere = await examine(desk, basic("fdni_north", SECRET), Reason.NETWORK_FORBIDDEN, network=SOUTH)
    assert (elsewhere.cause, elsewhere.network_id) == (Cause.OTHER_NETWORK, NORTH)
