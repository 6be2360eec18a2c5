"""`frontdesk try` against real servers: everything green, nothing left, no secret told, and what it leaves out."""

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from cli.test_dev import demo
from frontdesk.assemble.house import DATABASE_FILE
from frontdesk.cli.trying.steps import Wait
from frontdesk.cli.trying.table import TABLE
from servers.house import API, House
from servers.processes import BIN, clean_environment, free_port, new_folder
from servers.upstream import Upstream

# What tells of changes stays; facts about the file itself come and go with those who open it.
# What tells of what happened, and goes by its age.
JOURNALS = {
    "audit",
    "audit_by_networks",
    "audit_indexed",
    "call_counts",
    "credential_calls",
    "change_log",
    "decision_gaps",
    "decisions",
    "hour_counts",
    "meta",
    "sqlite_sequence",
    "sqlite_stat1",
    "worker_mail",
}
SECRET = re.compile(r"fd(?:cs|ns|at|rt|ac)_[A-Za-z0-9_-]{8}")


@pytest.fixture(scope="module")
def house(upstream: Upstream) -> Iterator[House]:
    """A server that is in use: it has a network and an app of its own."""
    made = House(upstream=upstream.url)
    try:
        made.start()
        made.admin("network", "add", "Harbour", "--owner", "olivia@places.example")
        made.admin(
            "app", "add", "Night Owl", "--redirect-uri", "https://p.example/cb", "--scope", "resources locations"
        )
        yield made
    finally:
        made.leave()


def contents(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, less the journals; what last uses write is no row of a run's own."""
    database = apsw.Connection(str(house.data / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            name: sorted(database.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for name in tables
            if name not in JOURNALS
        }
    finally:
        database.close()


def letters(house: House) -> list[str]:
    """The mails in the folder."""
    return [path.name for path in house.mail.glob("*.eml")]


def tries(house: House, *words: str, url: str = "") -> tuple[int, dict[str, Any]]:
    """A run with --data; its exit code and its answer. Mail is found from the settings."""
    done = house.run("try", url or house.url, "--openapi", str(API), "--json", *words)
    assert done.stdout, done.stderr
    assert not SECRET.search(done.stdout + done.stderr)
    return done.returncode, json.loads(done.stdout)


def outcomes(answer: dict[str, Any], outcome: str) -> list[str]:
    """The steps that ended so."""
    return [step["name"] for step in answer["steps"] if step["outcome"] == outcome]


def test_a_server_of_ours_keeps_the_contract_and_nothing_is_left(house: House) -> None:
    """Every step that can be asked is asked, in less than 20 s; then every table is as it was."""
    before, mails = contents(house), letters(house)
    began = time.monotonic()
    code, answer = tries(house)
    assert time.monotonic() - began < 20
    assert (code, outcomes(answer, "MISMATCH")) == (0, [])
    waiting = {step.name for group in TABLE for step in group.steps if isinstance(step.action, Wait)}
    # What this small document has no operation for.
    lacking = {"scheme-basic-only", "scope-readonly", "overlapping-templates"}
    assert set(outcomes(answer, "skipped")) == waiting | lacking
    assert answer["removed"] == {"networks": 3, "users": 3, "apps": 2}
    assert contents(house) == before
    assert letters(house) == mails


def test_the_table_for_people_says_what_was_asked_and_what_to_do(house: House) -> None:
    """One line a step under the contract's headings, the reasons for what was left out, and a last line."""
    done = house.run("try", house.url, "--openapi", str(API))
    assert (done.returncode, done.stderr) == (0, "")
    assert not SECRET.search(done.stdout)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["RESULT", "STEP", "ASKED", "THE", "CONTRACT", "SAYS", "ANSWERED"]
    for group in TABLE:
        assert group.title in lines
        for step in group.steps:
            assert any(line.split()[1:2] == [step.name] for line in lines), step.name
    assert any("because it takes time to pass" in line for line in lines)
    assert lines[-1].startswith("This server keeps the contract.")


def test_the_real_document_finds_an_operation_of_nearly_every_kind(
    upstream: Upstream, reference_document: Path
) -> None:
    """33 of its operations take OAuth2 only, two of its templates fit one path equally well."""
    house = House(upstream=upstream.url, openapi=reference_document)
    try:
        house.start()
        code, answer = tries(house, "--openapi", str(reference_document))
        assert (code, outcomes(answer, "MISMATCH")) == (0, [])
        asked = outcomes(answer, "ok")
        assert {"scheme-before-network", "overlapping-templates", "scope-missing", "scope-none-needed"} <= set(asked)
    finally:
        house.leave()


def test_without_an_api_behind_it_a_call_that_passes_the_gateway_counts() -> None:
    """502 is what comes then, and is said."""
    house = House(upstream=f"http://127.0.0.1:{free_port()}")
    try:
        house.start()
        code, answer = tries(house)
        assert (code, outcomes(answer, "MISMATCH")) == (0, [])
        said = {step["name"]: step["answered"] for step in answer["steps"]}
        assert said["basic-call"] == "502 badGateway; passed the gateway; no API answered behind it"
    finally:
        house.leave()


def test_without_a_mail_folder_everything_but_sign_in_is_asked(house: House) -> None:
    """Where mail goes elsewhere nobody reads the digits; the last line says what would help."""
    done = house.run(
        "try", house.url, "--openapi", str(API), "--json", environment={"FRONTDESK_MAIL": "smtp://mail.example"}
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, outcomes(answer, "MISMATCH")) == (0, [])
    assert {"basic-foreign-network", "client-wrong-secret", "rate-limit"} <= set(outcomes(answer, "ok"))
    assert {"owner-mail", "exchange", "pair-regenerated"} <= set(outcomes(answer, "skipped"))
    assert "--mail DIR" in answer["next"]


def test_the_demo_keeps_the_contract() -> None:
    """A demo's document and mailbox are found by its folder."""
    folder = new_folder("try")
    try:
        data = folder / "data"
        with demo("--data", str(data), "--port", str(free_port())) as said:
            done = subprocess.run(
                [str(BIN / "frontdesk"), "try", said["url"], "--data", str(data), "--json"],
                capture_output=True,
                text=True,
                timeout=60,
                env=clean_environment({}),
            )
            answer = json.loads(done.stdout)
            assert (done.returncode, outcomes(answer, "MISMATCH")) == (0, [])
            assert "consent-allow" in outcomes(answer, "ok")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["metadata", "consent-allow", "pair-regenerated"])
def test_a_run_that_is_interrupted_leaves_nothing(house: House, number: signal.Signals, moment: str) -> None:
    """Ctrl-C after whichever step: 130, and every table and the mailbox as before."""
    before, mails = contents(house), letters(house)
    process = subprocess.Popen(
        [str(BIN / "frontdesk"), "try", house.url, "--data", str(house.data), "--openapi", str(API)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=house.environment(),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.split()[1:2] == [moment]:
            process.send_signal(number)
            process.send_signal(number)  # impatience changes nothing
            break
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "what was made is removed again" in err
    assert contents(house) == before
    assert letters(house) == mails


def test_a_run_whose_server_dies_removes_what_it_made(upstream: Upstream) -> None:
    """Steps without an answer are mismatches, and the town goes all the same."""
    house = House(upstream=upstream.url)
    try:
        house.start()
        before = contents(house)
        process = subprocess.Popen(
            [str(BIN / "frontdesk"), "try", house.url, "--data", str(house.data), "--openapi", str(API)],
            stdout=subprocess.PIPE,
            text=True,
            env=house.environment(),
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.split()[1:2] == ["basic-call"]:
                house.kill()
                break
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "no answer (" in rest
        assert contents(house) == before
    finally:
        house.leave()


def test_without_a_data_folder_the_rest_is_asked(house: House) -> None:
    """A pair and an app's id are enough for much of it; what is left out is said, with what it would take."""
    network = house.admin("network", "add", "Mill", "--owner", "olivia@places.example")
    app = house.admin("app", "add", "Mole", "--redirect-uri", "https://m.example/cb", "--scope", "resources")
    before = contents(house)
    done = subprocess.run(
        [
            *(str(BIN / "frontdesk"), "try", house.url, "--openapi", str(API), "--json"),
            *("--client-id", app["client_id"], "--redirect-uri", "https://m.example/cb", "--scope", "resources"),
            *("--basic-id", network["credential"]["client_id"]),
        ],
        input=f"{app['client_secret']}\n{network['credential']['client_secret']}\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment({}),
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, outcomes(answer, "MISMATCH"), done.stderr) == (0, [], "")
    assert not SECRET.search(done.stdout)
    asked = set(outcomes(answer, "ok"))
    assert {"metadata", "basic-own-network", "authorize-valid", "client-wrong-basic", "revoke-unknown"} <= asked
    assert "rate-limit" in asked
    left_out = {step["name"]: step["answered"] for step in answer["steps"] if step["outcome"] == "skipped"}
    assert left_out["owner-authorize"] == "nobody can sign in: that takes --data, and the mails (--mail)"
    assert left_out["exchange"] == "no earlier step gave the code"
    assert "--data DIR" in answer["next"]
    after = contents(house)
    used = ("login_budgets", "credentials", "weak_forms")
    assert {name: rows for name, rows in after.items() if name not in used} == {
        name: rows for name, rows in before.items() if name not in used
    }


def test_only_safe_methods_are_sent_to_somebody_elses_api(house: House) -> None:
    """A call that should be refused would change something if it were not."""
    done = subprocess.run(
        [str(BIN / "frontdesk"), "try", house.url, "--openapi", str(API), "--json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment({}),
    )
    steps = json.loads(done.stdout)["steps"]
    asked = [step["asked"].split()[:2] for step in steps if step["outcome"] != "skipped"]
    assert {method for method, path in asked if not path.startswith("/oauth2/")} <= {"GET", "HEAD", "OPTIONS"}
    by_name = {step["name"]: step for step in steps}
    assert "may be tried" in by_name["scheme-before-network"]["answered"]


def test_a_secret_may_come_from_a_variable_or_a_file(house: House, tmp_path: Path) -> None:
    """Never from the command line, where others see it; the settings know the variables' names."""
    network = house.admin("network", "add", "Weir", "--owner", "olivia@places.example")
    kept = tmp_path / "secret"
    kept.write_text(network["credential"]["client_secret"] + "\n")
    given = [
        {"FRONTDESK_TRY_BASIC_SECRET": network["credential"]["client_secret"]},
        {"FRONTDESK_TRY_BASIC_SECRET_FILE": str(kept)},
    ]
    for environment in given:
        words = ["try", house.url, "--openapi", str(API), "--basic-id", network["credential"]["client_id"], "--json"]
        done = subprocess.run(
            [str(BIN / "frontdesk"), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            env=clean_environment(environment),
        )
        assert "basic-call" in outcomes(json.loads(done.stdout), "ok"), done.stderr
        assert house.run("config", "check", environment=environment).returncode in (0, 1)
        assert "unknown variable" not in house.run("config", "check", environment=environment).stderr


def test_another_servers_folder_is_refused_and_left_as_it_was(house: House, upstream: Upstream) -> None:
    """What is made in one folder is unknown to a server of another: that is no mismatch of the server's."""
    other = House(upstream=upstream.url)
    try:
        other.start()
        before = contents(other)
        done = other.run("try", house.url, "--openapi", str(API))
        assert (done.returncode, done.stdout) == (1, "")
        assert "does not know the app that was just made" in done.stderr
        assert "--data DIR" in done.stderr
        assert contents(other) == before
    finally:
        other.leave()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["http://127.0.0.1:1"], 1, "nobody answers at http://127.0.0.1:1"),
        (["not an address"], 2, "give a server's address"),
        (["https://api.example/path"], 2, "give a server's address"),
        (["http://127.0.0.1:1", "--client-id", "x"], 2, "--client-id and --redirect-uri go together"),
        (["http://127.0.0.1:1", "--scope", '"'], 2, "--scope is malformed"),
        (["http://127.0.0.1:1", "--data", "/nowhere", "--basic-id", "x"], 2, "leave the other ids out"),
        (["http://127.0.0.1:1", "--openapi", "/nowhere.json"], 1, "cannot read the OpenAPI document"),
        ([], 2, "missing argument 'URL'"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_what_to_do(words: list[str], code: int, said: str) -> None:
    """Usage is 2, an address where nobody answers is 1; nothing on stdout."""
    done = subprocess.run(
        [str(BIN / "frontdesk"), "try", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        env=clean_environment({}),
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "hint: " in done.stderr
