"""A database made by the real django-oauth-toolkit moves in: secrets and refresh tokens go on working unchanged."""

import asyncio
import csv
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from frontdesk.testing.wire import call
from moving.mover import NORTH, Mover, django_site, mover, people, refresh

__all__ = ["mover"]

ADA, BOB = "u0@people.example", "u1@people.example"
SCOPES = "old,new\nread,resources.readonly\nwrite,resources\nwrite,locations\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The database, and what an outsider knows of it."""
    database = tmp_path_factory.mktemp("django") / "db.sqlite3"
    return database, django_site(database, "small")


def told(mover: Mover, known: dict[str, Any]) -> list[str | Path]:
    """What the provider says beside the database."""
    networks = "user,network\n" + "".join(f"{key},{NORTH}\n" for key in known["users"].values())
    scopes = mover.writes("scopes.csv", SCOPES)
    return ["--networks", mover.writes("networks.csv", networks), "--scope-map", scopes, "--app-scopes", "resources"]


def test_everything_is_taken_along_or_told_of(mover: Mover, site: tuple[Path, dict[str, Any]]) -> None:
    """Five apps and six tokens move; each of the others is counted with its reason."""
    database, known = site
    lines, report = mover.converts("dot", database, *told(mover, known))
    assert report["taken"] == {"apps": 5, "refresh tokens": 6}
    left = {(entry["kind"], entry["reason"].split(":")[0]): entry["count"] for entry in report["left"]}
    assert left == {
        ("refresh tokens", "it was revoked"): 1,
        ("refresh tokens", "its access token is gone"): 1,
        ("refresh tokens", "it is bound to resources (RFC 8707), which there are none of here"): 1,
        ("refresh tokens", "its app was left behind"): 1,
        ("refresh tokens", "its person has no usable e-mail address"): 1,
        ("refresh tokens", "several people of the old server have its person's e-mail address"): 2,
        ("refresh tokens", "its person is switched off"): 1,
        ("apps", "the implicit grant gives tokens away in an address"): 1,
        ("apps", "apps may not ask people for passwords here"): 1,
        ("apps", "it acts for itself, not for people"): 1,
        ("apps", "the hybrid flow gives tokens away in an address"): 1,
        ("apps", "there is no device flow here"): 1,
        ("apps", "its secret is hashed in a way that cannot be checked here"): 1,
        ("apps", "none of its redirect URIs can be registered"): 1,
        ("redirect URIs", "wildcards are not allowed"): 1,
        ("redirect URIs", "http"): 1,
    }
    apps = {line["name"]: line for line in lines if line["kind"] == "app"}
    assert apps["hashed"]["scopes"] == ["resources", "resources.readonly", "locations"]
    assert apps["hashed"]["redirect_uris"] == ["https://app.example/cb", "https://app.example/cb/2"]
    assert (apps["public"]["public"], apps["public"]["native"]) == (True, True)
    assert apps[known["secrets"][""][0]]["client_id"] == known["secrets"][""][0]  # without a name: its id


def test_no_secret_and_no_token_leaves_the_database(mover: Mover, site: tuple[Path, dict[str, Any]]) -> None:
    """The file and the report hold hashes only; a file that is written is for its maker's eyes."""
    database, known = site
    output = mover.folder / "moved.jsonl"
    code, out, err = mover.types("convert", "dot", database, *told(mover, known), "-o", output)
    assert (code, err) == (0, "")
    written = output.read_text() + out
    for secret in [*known["tokens"].values(), *(secret for _, secret in known["secrets"].values() if len(secret) > 9)]:
        assert secret not in written
    assert output.stat().st_mode & 0o777 == 0o600
    assert "is there already" in mover.is_refused("dot", database, *told(mover, known), "-o", output)


def test_secrets_and_tokens_work_unchanged(mover: Mover, site: tuple[Path, dict[str, Any]]) -> None:
    """Converted, imported, served: partners notice nothing. A second import changes nothing, even after use."""
    database, known = site
    lines, _ = mover.converts("dot", database, *told(mover, known))
    rows = [*people(ADA, BOB), *lines]
    assert mover.imports(rows)["applied"] is True
    assert mover.imports(rows)["changes"] is False

    def pair(name: str) -> tuple[str, str]:
        return known["secrets"][name][0], known["secrets"][name][1]

    async def use() -> None:
        async with mover.serving() as app:
            for name, of in (("live", "hashed"), ("old", "hashed"), ("plain", "plain"), ("redacted", "hashed")):
                token = known["tokens"][name]
                for _ in range(2):
                    reply = await refresh(app, *pair(of), token)
                    assert (reply.status, reply.json()["refresh_token"]) == (200, token), (name, reply.json())
            narrow = (await refresh(app, *pair("hashed"), known["tokens"]["old"])).json()
            assert narrow["scope"] == "resources.readonly"
            call_headers = {"x-forwarded-method": "GET", "x-forwarded-uri": "/resources/v1"}
            checked = await call(
                app,
                "GET",
                "/_frontdesk/check",
                headers=[*call_headers.items(), ("authorization", f"Bearer {narrow['access_token']}")],
                peer="127.0.0.1",
            )
            assert checked.status == 200
            strict = await refresh(app, pair("public")[0], "", known["tokens"]["public"])
            assert strict.json()["refresh_token"].startswith("fdrt_")
            for name, of in (("revoked", "hashed"), ("off", "hashed"), ("twin", "hashed"), ("orphan", "hashed")):
                refused = await refresh(app, *pair(of), known["tokens"][name])
                assert refused.json()["error"] == "invalid_grant", name
            wrong = await refresh(app, pair("bcrypted")[0], "wrong", known["tokens"]["live"])
            assert wrong.json()["error"] == "invalid_client"
            other = await refresh(app, *pair("bcrypted"), known["tokens"]["live"])
            assert other.json()["error"] == "invalid_grant"  # its secret is right; the token is another app's

    asyncio.run(use())
    assert mover.imports(rows)["changes"] is False


def test_exports_say_the_same_as_the_database(mover: Mover, site: tuple[Path, dict[str, Any]]) -> None:
    """One CSV file a table, with PostgreSQL's t and f and its offsets, gives the very same lines; JSON lines too."""
    database, known = site
    folder = mover.folder / "export"
    folder.mkdir()
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    for table in ("auth_user", "oauth2_provider_application", "oauth2_provider_accesstoken"):
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
        for row in rows:
            row.update({key: "ft"[row[key]] for key in row if key.startswith(("is_", "hash_", "skip_"))})
            row.update({key: f"{row[key]}+00" for key in ("expires", "created") if row.get(key)})
        with (folder / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    tokens = [dict(row) for row in connection.execute("SELECT * FROM oauth2_provider_refreshtoken")]
    (folder / "oauth2_provider_refreshtoken.jsonl").write_text("\n".join(map(json.dumps, tokens)) + "\n\n")
    connection.close()
    assert mover.converts("dot", folder, *told(mover, known)) == mover.converts("dot", database, *told(mover, known))


def test_a_database_of_an_old_version_has_fewer_columns(mover: Mover, site: tuple[Path, dict[str, Any]]) -> None:
    """Those of 1.0 are enough: without checksums, flags and resources the same apps and tokens move."""
    database, known = site
    columns = {
        "auth_user": "id, email",
        "oauth2_provider_application": (
            "id, client_id, client_type, authorization_grant_type, client_secret, redirect_uris, name"
        ),
        "oauth2_provider_accesstoken": "id, scope, expires",
        "oauth2_provider_refreshtoken": "id, token, user_id, application_id, access_token_id, created, revoked",
    }
    old = mover.folder / "old.sqlite3"
    connection = sqlite3.connect(old)
    connection.execute("ATTACH ? AS now", [str(database)])
    for table, kept in columns.items():
        connection.execute(f"CREATE TABLE {table} AS SELECT {kept} FROM now.{table}")
    connection.commit()
    connection.close()
    lines, report = mover.converts("dot", old, *told(mover, known))
    assert report["taken"] == {"apps": 5, "refresh tokens": 7}  # who is switched off and what is bound is not told
    assert {entry["reason"]: entry["count"] for entry in report["left"]}[
        "neither its value nor its checksum is kept"
    ] == 1
    assert all("token_sha256" in line for line in lines if line["kind"] == "refresh_token")


def test_expired_tokens_stay_behind_where_the_old_settings_say_so(
    mover: Mover, site: tuple[Path, dict[str, Any]]
) -> None:
    """REFRESH_TOKEN_EXPIRE_SECONDS counts from the access token's end, as there."""
    database, known = site
    _, report = mover.converts("dot", database, *told(mover, known), "--refresh-lifetime", str(300 * 86_400))
    assert {entry["reason"]: entry["count"] for entry in report["left"]}["it has expired"] == 1
    assert report["taken"]["refresh tokens"] == 5


def test_people_without_a_network_are_refused_or_left_behind(mover: Mover, site: tuple[Path, dict[str, Any]]) -> None:
    """Nothing is guessed: who is not in the file is named, and the choice is the provider's."""
    database, _ = site
    only_ada = ["--networks", mover.writes("ada.csv", f"user,network\n{ADA.upper()},{NORTH}\n"), "--app-scopes", "a"]
    said = mover.is_refused("dot", database, *only_ada)
    assert "2 refresh tokens of 1 people have no network" in said
    assert "--unmapped skip" in said
    lines, report = mover.converts("dot", database, *only_ada, "--unmapped", "skip")
    assert {line["email"] for line in lines if line["kind"] == "refresh_token"} == {ADA}
    assert {entry["reason"]: entry["count"] for entry in report["left"]}[
        "its person has no network in the file of --networks"
    ] == 2
    lines, report = mover.converts("dot", database, "--apps-only", "--app-scopes", "a")
    assert {line["kind"] for line in lines} == {"app"}


def test_what_is_missing_is_said_in_a_sentence(mover: Mover, site: tuple[Path, dict[str, Any]]) -> None:
    """A table, a column, a file that is none, a network that is no UUID."""
    database, known = site
    base = told(mover, known)
    assert "there is no such table" in mover.is_refused("dot", database, *base, "--users-table", "people")
    assert "has no column mail" in mover.is_refused("dot", database, *base, "--email-column", "mail")
    assert "neither a SQLite database nor a folder" in mover.is_refused("dot", mover.writes("x", "text"), *base)
    empty = mover.folder / "empty"
    empty.mkdir()
    assert "oauth2_provider_application.csv" in mover.is_refused("dot", empty, "--apps-only")
    wrong = mover.writes("wrong.csv", "user,network\n1,acme\n")
    assert "line 2: the network is not a UUID" in mover.is_refused("dot", database, "--networks", wrong)
    bad = mover.writes("bad.csv", "who,network\n1,x\n")
    assert "has no column user" in mover.is_refused("dot", database, "--networks", bad)
    assert mover.types("convert", "dot", database)[0] == 2
    renamed = ["--table", "oauth2_provider_application=my_app"]
    assert "my_app" in mover.is_refused("dot", database, *base, *renamed)


def test_10_000_apps_and_tokens_move_in(mover: Mover) -> None:
    """With the real package's hashes and default iterations; secrets and tokens work, and once more changes nothing."""
    known = django_site(mover.folder / "db.sqlite3", "10000")
    owners = sorted(known["users"])
    networks = "user,network\n" + "".join(f"{email},{NORTH}\n" for email in owners)
    sheet = mover.writes("networks.csv", networks)
    scopes = mover.writes("scopes.csv", SCOPES)
    lines, report = mover.converts("dot", mover.folder / "db.sqlite3", "--networks", sheet, "--scope-map", scopes)
    assert report["taken"] == {"apps": 10_000, "refresh tokens": 10_000}
    assert report["left"] == []
    rows = [*people(*owners), *lines]
    answer = mover.imports(rows)
    assert (answer["rows"]["app"], answer["rows"]["refresh_token"]) == ({"added": 10_000}, {"added": 10_000})
    again = mover.imports(rows)
    assert (again["changes"], again["rows"]["refresh_token"]) == (False, {"same": 10_000})

    async def use() -> tuple[float, float]:
        first, second = [], []
        async with mover.serving() as app:
            for number in (0, 1, 4_999, 9_998, 9_999):
                pair = (f"app-{number:05}", known["secret"], f"refresh-token-{number:05}-{'x' * 10}")
                for taken in (first, second):
                    before = time.perf_counter()
                    reply = await refresh(app, *pair)
                    taken.append(time.perf_counter() - before)
                    assert (reply.status, reply.json()["refresh_token"]) == (200, pair[2])
            wrong = await refresh(app, "app-00002", known["secret"], "refresh-token-00003-xxxxxxxxxx")
            assert wrong.json()["error"] == "invalid_grant"
        return sorted(first)[2], sorted(second)[2]

    slow, quick = asyncio.run(use())
    assert quick < slow / 5
    assert mover.imports(rows)["changes"] is False
