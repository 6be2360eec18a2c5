"""A thief with everything but the key file: a dump of every table, the settings, the program. DESIGN D2, D8; BK-06."""

import hashlib
import hmac
import sqlite3
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.assemble import house_of
from frontdesk.assemble.front import furnish
from frontdesk.protocol.access import AccessClaims
from frontdesk.protocol.ids import HOUR, CodeId, Micros, SessionId, uuid_text
from frontdesk.protocol.tokens import write_access_token
from frontdesk.runtime.keyring import Key, KeyRing
from frontdesk.runtime.mint import Mint
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OWNER, Customer, Partner, Story
from frontdesk.testing.wire import call
from stories.keyed import Keyed, keyed_processes

pytestmark = pytest.mark.anyio

CALL = "GET /resources/v1"


@pytest.fixture
async def victim(tmp_path: Path) -> AsyncIterator[Keyed]:
    """A house that lives."""
    async with keyed_processes(tmp_path / "data", 1) as (one,):
        yield one


class Loot:
    """What is worth stealing, as its owners hold it, and the database that was made of it."""

    def __init__(self, north: Customer, partner: Partner, values: dict[str, str], folder: Path) -> None:
        self.north = north
        self.partner = partner
        self.values = values
        connection = sqlite3.connect(f"file:{folder / 'frontdesk.db'}?mode=ro", uri=True)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        self.cells = {
            cell for table in tables for row in connection.execute(f'SELECT * FROM "{table}"') for cell in row
        }
        self.rows = {
            table: [dict(zip([column[0] for column in found.description], row, strict=True)) for row in found]
            for table in tables
            for found in [connection.execute(f'SELECT * FROM "{table}"')]
        }
        self.raw = b"".join(path.read_bytes() for path in folder.iterdir() if path.name != "keys.json")
        connection.close()


async def fill(one: Keyed) -> Loot:
    """One of everything: a pair, an app, tokens, a code, a session, a code in the mail."""
    story = one.story
    north = await story.network("Northside")
    partner = await story.connected_partner(networks=[north.id])
    story.clock.pass_minutes(2)
    browser = await story.signs_in()
    code = await partner.obtains_code(browser, networks=[north.id], prompt="consent")
    story.clock.pass_minutes(2)
    asking = story.browser()
    await asking.submit(await asking.open("/sign-in"), email=OWNER)
    values = {
        "client secret": partner.client_secret,
        "network secret": north.client_secret,
        "access token": partner.held.access_token,
        "refresh token": partner.held.refresh_token,
        "code": code,
        **{f"cookie {name}": value for name, value in browser.cookies.items()},
    }
    await one.furnished.flush()
    return Loot(north, partner, values, one.folder)


def forms(value: str) -> Iterator[bytes]:
    """What a value may look like where it was kept carelessly."""
    raw = value.encode()
    hashed = hashlib.sha256(raw).digest()
    yield from (raw, raw.hex().encode(), b64encode(raw), urlsafe_b64encode(raw).rstrip(b"="))
    yield from (hashed, hashed.hex().encode(), b64encode(hashed), hashlib.sha1(raw).digest())
    yield from (hashlib.md5(raw).digest(), hashlib.sha512(raw).digest())


async def test_no_value_lies_in_the_database_in_any_plain_form(victim: Keyed) -> None:
    """Not itself, not its hash: only digests under a key that is elsewhere."""
    loot = await fill(victim)
    for name, value in loot.values.items():
        if name == "cookie fd_browser":
            continue  # a name, and no proof
        for form in forms(value):
            assert form not in loot.raw, name


async def test_nothing_in_the_database_is_the_key(victim: Keyed) -> None:
    """Every cell, tried as the key of every digest and seal, fails; and no key of the file lies in it in any form."""
    loot = await fill(victim)
    digests = {bytes(cell)[1:] for cell in loot.cells if isinstance(cell, bytes) and len(cell) == 33}
    assert len(digests) > 4
    candidates = {cell if isinstance(cell, bytes) else str(cell).encode() for cell in loot.cells if cell}
    for value in loot.values.values():
        hashed = hashlib.sha256(value.encode()).digest()
        assert not any(hmac.digest(key, hashed, "sha256") in digests for key in candidates)
    ring = victim.room._watch.ring
    for purpose in ("mac", "digest", "seal", "cookie", "vault"):
        for key in ring.keys(purpose):
            for form in (key.secret, key.secret.hex().encode(), b64encode(key.secret)[:40]):
                assert form not in loot.raw
    sealed = loot.rows["credentials"][0]["sealed_secret"]
    assert sealed
    for cell in candidates:
        thief = Mint(keys_of(cell), victim.story.clock)
        assert thief.reveal_secret(loot.north.id, 1, sealed) is None


def keys_of(secret: bytes) -> KeyRing:
    """A key ring that somebody makes up: the same ids, other keys."""
    key = (Key(id=1, secret=secret.ljust(32, b"\0")[:32], made_at=""),)
    return KeyRing(database_id="", mac=key, digest=key, seal=key, cookie=key, vault=key)


async def test_what_a_thief_makes_of_it_opens_nothing(victim: Keyed) -> None:
    """Tokens for real grants with their real stamps, row ids in refresh tokens, codes and sessions: all refused."""
    loot = await fill(victim)
    story, now = victim.story, victim.story.clock.now()
    thief = Mint(keys_of(b"the thief's own"), story.clock)
    grant = (await victim.store.list_grants())[0]
    claims = AccessClaims(
        grant_id=grant.id, stamp=grant.stamp, issued_at=now, expires_at=Micros(now + HOUR), scope_mask=0b11
    )
    forged = [thief.access_token(grant, 0b11, now, Micros(now + HOUR))]
    for cell in loot.cells:
        raw = cell if isinstance(cell, bytes) else str(cell).encode()
        forged.append(write_access_token(claims, counter=1, key_id=1, key=raw[:64] or b"\0"))
    for token in forged:
        assert (await loot.partner.calls(CALL, token=token)).status == 401
    assert (await loot.partner.refreshes(thief.new_refresh_token(grant.id))).status == 400
    code = loot.rows["codes"][0]
    assert (
        await loot.partner.posts({"grant_type": "authorization_code", "code": _row_code(thief, code)})
    ).status == 400
    for session in _sessions(loot):
        browser = story.browser()
        browser.cookies |= {
            "fd_browser": loot.values["cookie fd_browser"],
            "fd_session": thief.new_session_token(session),
        }
        assert "Northside" not in (await browser.open("/account")).text
    for digest in (cell for cell in loot.cells if isinstance(cell, bytes) and len(cell) == 33):
        for said in (digest.hex(), b64encode(digest).decode()):
            north = replace(loot.north, client_secret=said)
            assert not await north.is_let_in(CALL)
    revoked = await call(story.app, "POST", f"/oauth2/revoke?token={forged[0]}")
    assert revoked.status == 200
    assert await loot.partner.is_let_in(CALL), "a forged token ended a real grant"


def _row_code(thief: Mint, row: dict[str, Any]) -> str:
    return thief.new_code(CodeId(uuid_text(row["id"])))


def _sessions(loot: Loot) -> list[SessionId]:
    return [SessionId(uuid_text(row["id"])) for row in loot.rows["sessions"]]


async def test_a_house_that_a_thief_opens_over_it_knows_nobody(victim: Keyed, tmp_path: Path) -> None:
    """The same program and settings over a copy, with keys of the thief's own: nothing real works there either."""
    loot = await fill(victim)
    copy = tmp_path / "stolen"
    copy.mkdir(mode=0o700)
    source = sqlite3.connect(victim.folder / "frontdesk.db")
    with sqlite3.connect(copy / "frontdesk.db") as target:
        source.backup(target)
        target.execute("UPDATE meta SET value = x'30' WHERE key = 'open'")  # it was copied while it was in use
    source.close()
    target.close()
    for path in copy.iterdir():
        path.chmod(0o600)
    store = await open_sqlite(copy / "frontdesk.db", create=False)
    house = house_of(
        victim.story.house.settings,
        store=store,
        clock=victim.story.clock,
        post_office=victim.story.mail,
        witness=victim.story.sightings,
    )
    stolen: Story = replace(victim.story, house=house, app=furnish(house, worker=0).front)
    partner = replace(loot.partner, story=stolen)
    assert not await partner.is_let_in(CALL)
    assert (await partner.refreshes(partner.held.refresh_token)).status == 401
    assert not await replace(loot.north, story=stolen).is_let_in(CALL)
    browser = stolen.browser()
    browser.cookies |= {
        name.removeprefix("cookie "): v for name, v in loot.values.items() if name.startswith("cookie ")
    }
    assert "Northside" not in (await browser.open("/account")).text
    pair = await store.find_credential_of(loot.north.id)
    assert pair is not None
    assert house.mint.reveal_secret(loot.north.id, 1, pair.sealed_secret or "") is None
    await store.aclose()
