"""A Doorkeeper database moves in. Made here with the columns of its published migration, not by the gem itself."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import bcrypt
import pytest

from moving.mover import NORTH, Mover, mover, people, refresh

__all__ = ["mover"]

TABLES = """
CREATE TABLE users (id integer PRIMARY KEY, email varchar NOT NULL);
CREATE TABLE oauth_applications (id integer PRIMARY KEY, name varchar NOT NULL, uid varchar NOT NULL, secret varchar,
    redirect_uri text, scopes varchar DEFAULT '' NOT NULL, confidential boolean DEFAULT 1 NOT NULL,
    created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE oauth_access_tokens (id integer PRIMARY KEY, resource_owner_id integer, application_id integer,
    token varchar NOT NULL, refresh_token varchar, expires_in integer, scopes varchar, created_at datetime(6) NOT NULL,
    revoked_at datetime(6), previous_refresh_token varchar DEFAULT '' NOT NULL);
"""
AT = "2024-05-06 07:08:09.123456"
SECRET, HEX = "gVn8Xc0dFb1ZkTqL5sYw", "ab" * 32
ADA = "ada@people.example"
TOKEN = "rt-of-ada-000000000001"


def sha256(text: str) -> str:
    """As `hash_application_secrets` and `hash_token_secrets` store it."""
    return hashlib.sha256(text.encode()).hexdigest()


def site(path: Path, *, apps: list[tuple[Any, ...]], tokens: list[tuple[Any, ...]]) -> Path:
    """`apps`: id, uid, secret, redirect_uri, scopes, confidential. `tokens`: owner, app, refresh token, scopes, end."""
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    connection.executemany("INSERT INTO users VALUES (?, ?)", [(1, ADA), (2, "bob@people.example")])
    connection.executemany(
        "INSERT INTO oauth_applications VALUES (?, 'App ' || ?1, ?, ?, ?, ?, ?, ?, ?)",
        [(*app, AT, AT) for app in apps],
    )
    connection.executemany(
        "INSERT INTO oauth_access_tokens VALUES (NULL, ?, ?, hex(randomblob(16)), ?, 7200, ?, ?, ?, '')",
        [(owner, app, token, scopes, AT, end) for owner, app, token, scopes, end in tokens],
    )
    connection.commit()
    connection.close()
    return path


URIS = "https://app.example/cb\nurn:ietf:wg:oauth:2.0:oob\nhttps://app.example/two"


def base(mover: Mover) -> list[str | Path]:
    """What the provider says beside the database."""
    networks = mover.writes("networks.csv", f"user,network\n1,{NORTH}\n")
    return ["--networks", networks, "--app-scopes", "resources locations"]


@pytest.mark.parametrize(
    ("stored", "secret", "token", "options"),
    [
        ("plain", SECRET, TOKEN, []),
        ("plain hex", HEX, "cd" * 32, ["--secrets", "plain", "--tokens", "plain"]),
        ("sha256", SECRET, TOKEN, ["--secrets", "sha256", "--tokens", "sha256"]),
        ("bcrypt", SECRET, TOKEN, []),
    ],
)
def test_secrets_and_tokens_work_unchanged(
    mover: Mover, stored: str, secret: str, token: str, options: list[str]
) -> None:
    """However the gem was configured to keep them: as they are, as SHA-256, as bcrypt."""
    kept = {
        "plain": (secret, token),
        "plain hex": (secret, token),
        "sha256": (sha256(secret), sha256(token)),
        "bcrypt": (bcrypt.hashpw(secret.encode(), bcrypt.gensalt(4)).decode(), token),
    }[stored]
    database = site(
        mover.folder / "db.sqlite3",
        apps=[(1, "uid-one", kept[0], URIS, "", 1)],
        tokens=[(1, 1, kept[1], "resources", None)],
    )
    lines, report = mover.converts("doorkeeper", database, *base(mover), *options)
    assert report["taken"] == {"apps": 1, "refresh tokens": 1}
    assert lines[0]["redirect_uris"] == ["https://app.example/cb", "https://app.example/two"]
    assert lines[0]["scopes"] == ["resources", "locations"]
    assert lines[1]["issued_at"] == "2024-05-06T07:08:09Z"
    rows = [*people(ADA), *lines]
    mover.imports(rows)

    async def use() -> None:
        async with mover.serving() as app:
            for _ in range(2):
                reply = await refresh(app, "uid-one", secret, token)
                assert (reply.status, reply.json()["refresh_token"]) == (200, token)
            for wrong in (kept[0], "wrong") if kept[0] != secret else ("wrong",):
                assert (await refresh(app, "uid-one", wrong, token)).status == 401
            if kept[1] != token:  # what a thief of the database reads is no token
                assert (await refresh(app, "uid-one", secret, kept[1])).json()["error"] == "invalid_grant"

    asyncio.run(use())
    assert mover.imports(rows)["changes"] is False


def test_64_hexadecimal_digits_are_not_guessed_at(mover: Mover) -> None:
    """They may be a secret or its SHA-256: the setting decides, and without it nothing is written."""
    database = site(
        mover.folder / "db.sqlite3",
        apps=[(1, "uid-one", HEX, URIS, "", 1)],
        tokens=[(1, 1, "ef" * 32, "resources", None)],
    )
    assert "hash_application_secrets" in mover.is_refused("doorkeeper", database, *base(mover), "--tokens", "plain")
    assert "hash_token_secrets" in mover.is_refused("doorkeeper", database, *base(mover), "--secrets", "plain")
    both = ["--secrets", "sha256-or-plain", "--tokens", "sha256-or-plain"]
    lines, _ = mover.converts("doorkeeper", database, *base(mover), *both)
    assert lines[0]["secret_hash"] == f"sha256${HEX}"
    assert lines[1]["token_sha256"] == "ef" * 32


def test_a_sha256_that_is_none_is_refused(mover: Mover) -> None:
    """With the fallback `:plain` some are not hashed yet: that has a word of its own."""
    database = site(
        mover.folder / "db.sqlite3", apps=[(1, "uid-one", SECRET, URIS, "", 1)], tokens=[(1, 1, TOKEN, "a", None)]
    )
    said = mover.is_refused("doorkeeper", database, *base(mover), "--secrets", "sha256", "--tokens", "sha256")
    assert "--tokens sha256-or-plain" in said
    both = ["--secrets", "sha256-or-plain", "--tokens", "sha256-or-plain"]
    lines, _ = mover.converts("doorkeeper", database, *base(mover), *both)
    assert lines[0]["secret_hash"] == f"sha256${sha256(SECRET)}"
    assert lines[1]["token_sha256"] == sha256(TOKEN)


def test_everything_is_taken_along_or_told_of(mover: Mover) -> None:
    """Revoked, without a person, without an app, of an app that stays behind; scopes of an app's own are its limit."""
    database = site(
        mover.folder / "db.sqlite3",
        apps=[
            (1, "uid-one", SECRET, URIS, "resources", 1),
            (2, "uid-public", "", "https://spa.example/cb", "", 0),
            (3, "uid-lost", None, URIS, "", 1),
            (4, "uid:colon", SECRET, URIS, "", 1),
        ],
        tokens=[
            (1, 1, TOKEN, "resources", None),
            (1, 2, TOKEN + "p", "resources", None),
            (1, 1, TOKEN + "r", "resources", AT),
            (None, 1, TOKEN + "m", "resources", None),
            (1, None, TOKEN + "n", "resources", None),
            (1, 3, TOKEN + "l", "resources", None),
            (9, 1, TOKEN + "9", "resources", None),
            (1, 1, None, "resources", None),
            (1, 1, "short", "resources", None),
            (1, 1, TOKEN + "s", "", None),
        ],
    )
    lines, report = mover.converts("doorkeeper", database, *base(mover))
    assert report["taken"] == {"apps": 2, "refresh tokens": 2}
    assert lines[0]["scopes"] == ["resources"]
    assert lines[1]["public"] is True
    left = {entry["reason"]: entry["count"] for entry in report["left"]}
    assert left == {
        "it was revoked": 1,
        "it belongs to no person": 1,
        "it belongs to no app": 1,
        "its app was left behind": 1,
        "its person is not in the table of people": 1,
        "its value must be 16 to 4,096 visible ASCII characters": 1,
        "it holds no scope that is known here": 1,
        "it is confidential, but has no secret": 1,
        "its id must be printable ASCII without a colon, and without a space at either end": 1,
        "must be an absolute address that begins with https:// in lower case": 1,
    }


def test_polymorphic_owners_are_taken_by_their_class(mover: Mover) -> None:
    """Ids of another class are other people's."""
    database = site(
        mover.folder / "db.sqlite3", apps=[(1, "uid-one", SECRET, URIS, "", 1)], tokens=[(1, 1, TOKEN, "a", None)]
    )
    connection = sqlite3.connect(database)
    connection.execute("ALTER TABLE oauth_access_tokens ADD resource_owner_type varchar")
    connection.execute("UPDATE oauth_access_tokens SET resource_owner_type = 'Admin'")
    connection.commit()
    connection.close()
    _, report = mover.converts("doorkeeper", database, *base(mover))
    assert report["left"][0]["reason"] == "its owner is no User (see --owner-type)"
    _, report = mover.converts("doorkeeper", database, *base(mover), "--owner-type", "Admin")
    assert report["taken"]["refresh tokens"] == 1
