"""Canaries: a secret of every kind in right and wrong places of a real server at debug (LK-01, LK-05, RV-16).

The same search goes over the output of every other test: `tests/canaries.py`.
"""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from attacks.canary_house import (
    CHECK_SECRET,
    STATE,
    Marks,
    administer,
    files_of,
    is_python,
    processes_of,
    walk_everything,
)
from attacks.signed_reports import Reporter
from servers.house import House
from servers.mail import wait_for_code
from servers.people import Person
from servers.processes import family, free_port, wait_until

MAIL_PASSWORD = "canary-mail-Hs4pYc9JmG2fWt6R"
SOON = 120  # seconds, on a machine that does much else


@pytest.mark.timeout(300)
def test_lk_01_no_canary_comes_out_of_a_server_at_debug(new_house: Callable[..., House]) -> None:
    """LK-01, RV-16, LK-05: not in log, answer, mail, database, WAL, file, command, arguments, environment or core.

    Each secret goes to a quarter of the endpoints, each endpoint gets a quarter of the secrets.
    """
    look_for_canaries(new_house, each=4)


@pytest.mark.sweep
@pytest.mark.timeout(900)
def test_lk_01_no_canary_comes_out_whichever_endpoint_it_is_sent_to(new_house: Callable[..., House]) -> None:
    """LK-01: every secret to every endpoint."""
    look_for_canaries(new_house, each=1)


def look_for_canaries(new_house: Callable[..., House], *, each: int) -> None:
    """Use a house, look; crash it, look; start it with its secrets in files and its mail away, and look again."""
    reporter, marks = Reporter.begin(), Marks()
    house = new_house(workers=2, log_level="debug", check_secret=CHECK_SECRET, check_peers="127.0.0.1")
    keys = reporter.writes_keys(house.folder)
    keys.chmod(0o644)
    marks.add("check secret", CHECK_SECRET)
    # The first revocation of each worker fails: its answer is 503, and the cause is logged with a traceback.
    house.start({"FRONTDESK_LEAK_KEYS": str(keys), "FRONTDESK_FAILPOINT": "revoke.before_commit:1:error"})
    statuses = walk_everything(house, marks, reporter, each=each)
    assert {200, 303, 400, 401, 404, 405, 429, 503} <= statuses
    marks.add("state", STATE)
    marks.add("mail password", MAIL_PASSWORD)
    place = house.admin("network", "list")["networks"][0]["id"]
    printed = dict(administer(house, place))
    _meet(house, marks, printed)
    code = wait_for_code(house.mail, "olivia@places.example")
    log = house.running.words() if house.running is not None else ""
    assert len(log) > 100
    assert not [line for line in log.splitlines() if code in line and "olivia" in line]
    _crash(house)
    assert house.stop() == 0
    _meet(house, marks, {})

    # The same with secrets from a file and a mail server that is away: what was told of that names no password.
    (house.folder / "check-secret").write_text(CHECK_SECRET)
    (house.folder / "check-secret").chmod(0o644)
    del house.settings["check_secret"]
    away = f"smtp://desk:{MAIL_PASSWORD}@127.0.0.1:{free_port()}"
    told = {"FRONTDESK_CHECK_SECRET_FILE": str(house.folder / "check-secret"), "FRONTDESK_MAIL": away}
    house.start(told)
    person = Person(house, "sam@elsewhere.example")
    page = person.get("/sign-in")
    person.send(page, person.form_with(page, "email"), email=person.email)
    wait_until(
        lambda: house.running is not None and "mail.delayed" in house.running.words(),
        seconds=SOON,
        what="the mail's failure",
    )
    for words in (("config", "show"), ("doctor",)):
        done = house.run(*words, environment=told)
        printed[f"{words} by file"] = (done.stdout + done.stderr).encode()
    assert b"hidden" in printed["('config', 'show') by file"]
    _meet(house, marks, printed)
    person.close()


def _meet(house: House, marks: Marks, printed: dict[str, bytes]) -> None:
    """Search everything that there is."""
    found = {what: marks.found_in(said) for what, said in printed.items()}
    found |= {str(path): marks.found_in(path.read_bytes()) for path in files_of(house)}
    if house.running is not None and house.running.process.poll() is None:
        names = {path.name for path in files_of(house)}
        assert {"server.log", "frontdesk.db", "frontdesk.db-wal", "frontdesk.db-shm"} <= names
        found |= {str(path): marks.found_in(said) for path, said in processes_of(house)}
    assert not {what: names for what, names in found.items() if names}


def _crash(house: House) -> None:
    """Two workers die as by a fault of their own: no core may be written, and they are replaced."""
    assert house.running is not None
    _, *workers = [pid for pid in family(house.running.pid) if is_python(pid)]
    for pid, number in zip(workers, (signal.SIGSEGV, signal.SIGABRT), strict=True):
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"^Max core file size +1 +1 ", limits, re.MULTILINE), limits
        cwd = Path(os.readlink(f"/proc/{pid}/cwd"))
        os.kill(pid, number)
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}/exe").exists(), seconds=SOON, what="the worker's end")
        assert not [path for path in (cwd / "core", cwd / f"core.{pid}") if path.is_file()]
    wait_until(lambda: house.get_status("/readyz") == 200, seconds=SOON, what="new workers")
