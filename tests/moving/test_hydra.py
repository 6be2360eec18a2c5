"""An Ory Hydra database moves in. Made here with the columns of its published migrations, not by Hydra itself."""

import asyncio
import hashlib
import hmac
import json
import sqlite3
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from moving.mover import NORTH, Mover, mover, people, refresh

__all__ = ["mover"]

TABLES = """
CREATE TABLE hydra_client (id VARCHAR(255) NOT NULL, client_name TEXT NOT NULL, client_secret TEXT NOT NULL,
    redirect_uris TEXT NOT NULL, grant_types TEXT NOT NULL, response_types TEXT NOT NULL, scope TEXT NOT NULL,
    token_endpoint_auth_method VARCHAR(25) NOT NULL DEFAULT '', nid CHAR(36) NOT NULL, rotated_secrets JSONB NULL,
    PRIMARY KEY (id, nid));
CREATE TABLE hydra_oauth2_refresh (signature VARCHAR(255) NOT NULL PRIMARY KEY, request_id VARCHAR(40) NOT NULL,
    requested_at TIMESTAMP NOT NULL, client_id VARCHAR(255) NOT NULL, scope TEXT NOT NULL,
    granted_scope TEXT NOT NULL, form_data TEXT NOT NULL, session_data TEXT NOT NULL, subject VARCHAR(255) NOT NULL,
    active INTEGER NOT NULL, granted_audience TEXT NULL DEFAULT '', nid CHAR(36) NOT NULL, expires_at TIMESTAMP NULL);
"""
SECRET, ADA = "hydra client secret", "ada@people.example"
CODE = '["authorization_code","refresh_token"]'
PIPED = "authorization_code|refresh_token"  # as before 2.0
URIS = '["https://app.example/cb"]'
BCRYPT = "$2a$10$IxMdI6d.LIRZPpSfEwNoeu4rY3FhDREsxFJXikcgdRRAStxUlsuEO"  # fosite's own example, of "foobar"


def hydra_hash(secret: str) -> str:
    """As its PBKDF2 hasher writes it."""
    salt = bytes(range(16))
    raw = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, 25_000, 32)
    parts = [b64encode(part).decode().rstrip("=") for part in (salt, raw)]
    return f"$pbkdf2-sha256$i=25000,l=32${parts[0]}${parts[1]}"


def hydra_token(name: str) -> tuple[str, str]:
    """A refresh token as fosite makes it, and its signature: HMAC-SHA-512/256 of the key under the system's secret."""
    key = hashlib.sha256(name.encode()).digest()
    mac = hmac.new(b"0" * 32, key, "sha512_256").digest()
    parts = [urlsafe_b64encode(part).decode().rstrip("=") for part in (key, mac)]
    return f"ory_rt_{parts[0]}.{parts[1]}", parts[1]


def site(path: Path, *, clients: list[dict[str, Any]], tokens: list[dict[str, Any]]) -> Path:
    """Rows of both tables, with what they usually hold."""
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    for client in clients:
        row = {
            "client_name": "Door Locks",
            "client_secret": hydra_hash(SECRET),
            "redirect_uris": URIS,
            "grant_types": CODE,
            "response_types": '["code"]',
            "scope": "offline resources locations",
            "nid": "n",
            **client,
        }
        _insert(connection, "hydra_client", row)
    for number, token in enumerate(tokens):
        row = {
            "request_id": f"r-{number}",
            "requested_at": "2024-05-06 07:08:09.123456789+00:00",
            "client_id": "locks",
            "scope": "offline|resources",
            "granted_scope": "offline|resources",
            "form_data": "",
            "session_data": "{}",
            "subject": "ada-subject",
            "active": 1,
            "nid": "n",
            **token,
        }
        _insert(connection, "hydra_oauth2_refresh", row)
    connection.commit()
    connection.close()
    return path


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", [*row.values()])


def base(mover: Mover) -> list[str | Path]:
    """Hydra knows neither people nor networks."""
    return [
        "--users",
        mover.writes("users.csv", f"user,email\nada-subject,{ADA}\n"),
        "--networks",
        mover.writes("networks.csv", f"user,network\nada-subject,{NORTH}\n"),
        "--scope-map",
        mover.writes("scopes.csv", "old,new\noffline,\n"),
    ]


@pytest.mark.parametrize(("hashed", "secret"), [(hydra_hash(SECRET), SECRET), (BCRYPT, "foobar")])
def test_secrets_and_tokens_work_unchanged(mover: Mover, hashed: str, secret: str) -> None:
    """By either of its hashers; the tokens, of which only signatures are kept, in full and with that very key only."""
    token, signature = hydra_token("ada")
    database = site(
        mover.folder / "db.sqlite3",
        clients=[{"id": "locks", "client_secret": hashed}],
        tokens=[{"signature": signature}],
    )
    lines, report = mover.converts("hydra", database, *base(mover))
    assert report["taken"] == {"apps": 1, "refresh tokens": 1}
    assert lines[0]["scopes"] == ["resources", "locations"]
    assert (lines[1]["scopes"], lines[1]["issued_at"]) == (["resources"], "2024-05-06T07:08:09Z")
    assert signature not in json.dumps(lines)
    rows = [*people(ADA), *lines]
    mover.imports(rows)
    assert mover.imports(rows)["changes"] is False

    async def use() -> None:
        async with mover.serving() as app:
            assert (await refresh(app, "locks", secret, signature)).json()["error"] == "invalid_grant"
            for _ in range(2):
                reply = await refresh(app, "locks", secret, token)
                assert (reply.status, reply.json()["refresh_token"]) == (200, token)
            forged = f"ory_rt_{'f' * 43}.{signature}"
            assert (await refresh(app, "locks", secret, forged)).json()["error"] == "invalid_grant"

    asyncio.run(use())
    assert mover.imports(rows)["changes"] is False
    asyncio.run(use())


def test_everything_is_taken_along_or_told_of(mover: Mover) -> None:
    """Clients without codes or without a secret of ours; tokens that were used, are over, or somebody else's."""
    signatures = [hydra_token(str(number))[1] for number in range(9)]
    database = site(
        mover.folder / "db.sqlite3",
        clients=[
            {"id": "locks", "rotated_secrets": json.dumps([hydra_hash("older")])},
            {"id": "spa", "token_endpoint_auth_method": "none", "client_secret": "", "scope": "resources"},
            {"id": "piped", "redirect_uris": "https://a.example/cb|https://b.example/cb", "grant_types": PIPED},
            {"id": "machine", "grant_types": '["client_credentials"]'},
            {"id": "implicit", "grant_types": '["implicit"]'},
            {"id": "signed", "token_endpoint_auth_method": "private_key_jwt"},
        ],
        tokens=[
            {"signature": signatures[0]},
            {"signature": signatures[1], "active": 0},
            {"signature": signatures[2], "expires_at": "2024-06-06 00:00:00"},
            {"signature": signatures[3], "expires_at": "2124-06-06 00:00:00"},
            {"signature": signatures[4], "subject": "stranger"},
            {"signature": signatures[5], "subject": ""},
            {"signature": signatures[6], "client_id": "machine"},
            {"signature": signatures[7], "granted_audience": "https://api.example"},
            {"signature": signatures[8], "granted_scope": "offline|gone"},
        ],
    )
    lines, report = mover.converts("hydra", database, *base(mover))
    assert report["taken"] == {"apps": 3, "refresh tokens": 2}
    apps = {line["client_id"]: line for line in lines if line["kind"] == "app"}
    assert apps["spa"]["public"] is True
    assert apps["piped"]["redirect_uris"] == ["https://a.example/cb", "https://b.example/cb"]
    assert {entry["reason"]: entry["count"] for entry in report["left"]} == {
        "it acts for itself, not for people: register it with 'frontdesk app add'": 1,
        "it does not use authorization codes": 1,
        "it proves itself by private_key_jwt, which there is not here: give it a secret": 1,
        "it was used or revoked": 1,
        "it has expired": 1,
        "its person is not in the table of people": 1,
        "it belongs to no person": 1,
        "its app was left behind": 1,
        "it is bound to an audience, which there is none of here": 1,
        "it holds no scope that is known here": 1,
    }
    assert report["noted"] == [
        {
            "kind": "apps",
            "remark": "only its newest secret came along, not those that were rotated out",
            "count": 1,
            "examples": ["locks"],
        }
    ]


def test_people_must_be_named(mover: Mover) -> None:
    """Hydra has subjects only: without addresses there is nobody to give a grant to."""
    database = site(mover.folder / "db.sqlite3", clients=[{"id": "locks"}], tokens=[])
    code, _, err = mover.types("convert", "hydra", database)
    assert (code, "--users is needed" in err) == (2, True)
    lines, _ = mover.converts("hydra", database, "--apps-only")
    assert lines[0]["client_id"] == "locks"
