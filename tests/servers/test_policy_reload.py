"""GW-21, through real processes: another document counts without a restart, a bad one never does."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from servers.house import API, House
from servers.partner import App, Place, Tokens, settle
from servers.processes import family, new_folder, wait_until
from servers.upstream import Upstream
from servers.wires import wire_each_worker

NewHouse = Callable[..., House]
DOCUMENT: dict[str, Any] = json.loads(API.read_text())
SOON = 60.0  # seconds; some two on a machine of one's own


def changed(**paths: Any) -> dict[str, Any]:
    """The document with paths added, replaced or (None) taken out."""
    document = deepcopy(DOCUMENT)
    for name, item in paths.items():
        path = name.replace("__", "/")
        document["paths"].pop(path, None)
        if item is not None:
            document["paths"][path] = deepcopy(item)  # what a test adds to it must not be in the next one's
    return document


NEW = {"get": {"security": [{"BasicAuth": []}], "responses": {"200": {"description": "new"}}}}


class Site:
    """Two workers over a document that somebody edits, and a connection to each."""

    def __init__(self, new_house: NewHouse, *, workers: int = 2) -> None:
        self.document = new_folder("policy") / "api.json"
        self.document.write_text(API.read_text())
        self.house = new_house(
            workers=workers,
            openapi=self.document,
            requests_per_second="10000",
            role_scopes="member: resources.readonly",
        )
        self.town = settle(self.house.start())
        self.place: Place = self.town.places[0]
        self._heard = 0  # of the log
        self.wires = wire_each_worker(self.house.port, workers)

    def edits(self, document: dict[str, Any] | str) -> None:
        """Save a document as editors do: a new file in the old one's place."""
        text = document if isinstance(document, str) else json.dumps(document)
        beside = self.document.with_suffix(".new")
        beside.write_text(text)
        beside.replace(self.document)

    def statuses(self, target: str = "/resources/v1") -> list[int]:
        """What each worker answers a Basic call."""
        return [wire.call_basic(self.place.client_id, self.place.client_secret, target).status for wire in self.wires]

    def troubles(self) -> list[str]:
        """What each worker's readiness tells of the document."""
        answers = [wire.ask("GET", "/readyz") for wire in self.wires]
        assert [answer.status for answer in answers] == [200] * len(answers)
        return [answer.json().get("policy", "") for answer in answers]

    def begins_anew(self) -> None:
        """Bring the first document back for the next test, and forget what was logged before it."""
        self.edits(DOCUMENT)
        wait_until(self._is_as_it_was, seconds=SOON, what="the first document")
        assert self.house.running is not None
        self._heard = len(self.house.running.words())

    def _is_as_it_was(self) -> bool:
        troubles = self.troubles()
        if any("cut off" in trouble for trouble in troubles):  # what the test before called
            self.house.admin("policy", "accept", str(self.document))
        return self.statuses("/new/v1") == [404, 404] and troubles == ["", ""]

    def said(self, event: str) -> list[dict[str, Any]]:
        """The log lines of an event."""
        lines = [line for line in self.log.splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line.get("event") == event]

    def hears(self, words: str) -> None:
        """Wait until each worker's readiness tells of it."""
        try:
            wait_until(lambda: all(words in trouble for trouble in self.troubles()), seconds=SOON, what=words)
        except TimeoutError as late:
            raise AssertionError(f"{late}: {self.troubles()}\n{self.log[-2000:]}") from late

    @property
    def log(self) -> str:
        """Everything that was said in this test."""
        assert self.house.running is not None
        return self.house.running.words()[self._heard :]


@pytest.fixture
def own_site(new_house: NewHouse) -> Iterator[Site]:
    """Two workers of one test."""
    made = Site(new_house)
    yield made
    made.town.close()


@pytest.fixture(scope="module")
def steady_site(upstream: Upstream) -> Iterator[Site]:
    """Two workers for tests after which they run as before."""
    made = Site(lambda **wishes: House(upstream=upstream.url, **wishes))
    yield made
    made.town.close()
    made.house.leave()


@pytest.fixture
def site(steady_site: Site) -> Site:
    """Those two, under the first document."""
    steady_site.begins_anew()
    return steady_site


def test_a_changed_document_counts_in_every_worker_without_a_restart(site: Site) -> None:
    """Within about a second, without one refused call; a token's scopes are told anew in the metadata."""
    assert site.statuses("/new/v1") == [404, 404]
    began = time.monotonic()
    document = changed(__new__v1=NEW)
    document["paths"]["/new/v1"]["post"] = {"security": [{"OAuth2": ["doors"]}]}
    site.edits(document)
    while site.statuses("/new/v1") != [200, 200]:
        assert site.statuses() == [200, 200]
        assert time.monotonic() - began < SOON
    for wire in site.wires:
        assert "doors" in wire.ask("GET", "/.well-known/oauth-authorization-server").json()["scopes_supported"]
    assert len(site.said("policy.loaded")) == 2
    assert site.troubles() == ["", ""]


def test_a_file_that_is_written_in_place_counts_too(site: Site) -> None:
    """Half a file is no document, and nobody is told of it for long: the whole one counts once it is at rest."""
    text = json.dumps(changed(__new__v1=NEW))
    with site.document.open("w") as file:
        for start in range(0, len(text), len(text) // 4 + 1):
            file.write(text[start : start + len(text) // 4 + 1])
            file.flush()
            assert site.statuses() == [200, 200]
            time.sleep(0.2)
    wait_until(lambda: site.statuses("/new/v1") == [200, 200], seconds=SOON, what="the new path in both workers")
    wait_until(lambda: site.troubles() == ["", ""], seconds=SOON, what="quiet")


BROKEN: dict[str, tuple[dict[str, Any] | str, str]] = {
    "broken": ('{"openapi": "3.0.3", "paths": {', "cannot be read as JSON"),
    "emptied": ("", "it is empty"),
    "without operations": ({**DOCUMENT, "paths": {}}, "lists no operation"),
    "an operation without security": (changed(__new__v1={"get": {}}), "says nothing of security"),
    "in conflict with our own paths": (changed(__oauth2__token=NEW), "Frontdesk serves /oauth2 itself"),
    "in conflict with the settings": (
        {**DOCUMENT, "components": {"securitySchemes": {"BasicAuth": {"type": "http", "scheme": "basic"}}},
         "paths": {"/new/v1": NEW}},
        "role_scopes names the scope 'resources.readonly'",
    ),
    "a reference that leads out": (changed(__new__v1={"$ref": "http://x.example/"}), "leads out of the document"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_gw_21_a_bad_document_leaves_the_old_rules_in_force(site: Site, name: str) -> None:
    """In both workers; each says so in the log once and goes on saying so to whoever asks whether it is ready."""
    document, words = BROKEN[name]
    site.edits(document)
    site.hears(words)
    assert all(trouble.startswith("an older document is in force: ") for trouble in site.troubles())
    assert site.statuses() == [200, 200]
    assert site.statuses("/new/v1") == [404, 404]
    if name == "broken":
        time.sleep(1.5)  # three looks, and no further word
    assert len(site.said("policy.kept")) == 2
    site.edits(changed(__new__v1=NEW))
    wait_until(lambda: site.statuses("/new/v1") == [200, 200], seconds=SOON, what="the good document")
    assert site.troubles() == ["", ""]
    assert len(site.said("policy.kept")) == 2


def test_gw_21_a_document_that_is_gone_or_unreadable_leaves_the_old_rules_in_force(site: Site) -> None:
    """And counts again when it is back."""
    aside = site.document.with_suffix(".aside")
    site.document.replace(aside)
    site.hears("No such file")
    assert site.statuses() == [200, 200]
    aside.replace(site.document)
    wait_until(lambda: site.troubles() == ["", ""], seconds=SOON, what="the file's return")
    assert site.statuses() == [200, 200]
    assert len(site.said("policy.kept")) == 2


@pytest.mark.parametrize("name", ["emptied", "a client cut off"])
def test_gw_21_a_worker_that_dies_is_replaced_under_the_old_rules(own_site: Site, name: str) -> None:
    """A crash must not do what the bad document may not: take the old rules out of force."""
    if name == "emptied":
        own_site.edits("")
    else:
        assert own_site.statuses("/locations/v1") == [200, 200]
        time.sleep(6.0)  # a new kind of call is written within five seconds
        own_site.edits(changed(__locations__v1=None))
    wait_until(lambda: all(own_site.troubles()), seconds=SOON, what="a word about it")
    for wire in own_site.wires:
        os.kill(own_site.house.process_behind(wire), signal.SIGKILL)
    wait_until(lambda: own_site.house.get_status("/livez") == 200, seconds=SOON, what="a worker")
    own_site.wires = wire_each_worker(own_site.house.port, 2)
    assert own_site.statuses() == [200, 200]
    assert own_site.statuses("/locations/v1") == [200, 200]
    wait_until(lambda: all(own_site.troubles()), seconds=SOON, what="a word about it from the new workers")
    assert own_site.house.stop() == 0
    if name == "emptied":
        with pytest.raises(RuntimeError, match="the server ended with 1"):
            own_site.house.start()  # by hand, a bad document is refused


def test_gw_21_one_process_reads_its_document_anew_on_sighup(new_house: NewHouse) -> None:
    """Broken, it changes nothing; whole, it counts."""
    site = Site(new_house, workers=1)
    assert site.house.running is not None
    site.edits("{")
    site.house.running.process.send_signal(signal.SIGHUP)
    wait_until(lambda: bool(site.troubles()[0]), seconds=SOON, what="a word about the broken document")
    assert site.statuses() == [200]
    site.edits(changed(__new__v1=NEW))
    site.house.running.process.send_signal(signal.SIGHUP)
    wait_until(lambda: site.statuses("/new/v1") == [200], seconds=SOON, what="the new path")
    assert site.house.stop() == 0


def test_gw_21_sighup_to_two_workers_replaces_them_under_a_good_document_only(own_site: Site) -> None:
    """One after the other."""
    assert own_site.house.running is not None
    before = [own_site.house.process_behind(wire) for wire in own_site.wires]
    own_site.edits("{")
    own_site.house.running.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "not reloaded" in own_site.log, seconds=SOON, what="a word about the broken document")
    assert own_site.statuses() == [200, 200]
    own_site.edits(changed(__new__v1=NEW))
    own_site.house.running.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "reloaded: all workers" in own_site.log, seconds=SOON, what="the reload")
    pid = own_site.house.running.pid
    wait_until(lambda: not set(before) & set(family(pid)), seconds=SOON, what="the end of the old workers")
    own_site.wires = wire_each_worker(own_site.house.port, 2)
    assert own_site.statuses("/new/v1") == [200, 200]


def test_a_document_that_cuts_off_a_client_is_refused_until_somebody_agrees(own_site: Site) -> None:
    """The old one stays; whom it would cut off is told; after 'policy accept' it counts within a second or two."""
    assert own_site.statuses("/locations/v1") == [200, 200]
    time.sleep(6.0)  # a new kind of call is written within five seconds
    own_site.edits(changed(__locations__v1=None))
    wait_until(lambda: all("cut off 1 caller" in each for each in own_site.troubles()), seconds=SOON, what="a refusal")
    (trouble, _) = own_site.troubles()
    assert f"{own_site.place.title} (HTTP Basic): GET /locations/v1 (2 calls): the document does not list it" in trouble
    assert own_site.statuses("/locations/v1") == [200, 200]
    assert len(own_site.said("policy.kept")) == 2

    examined = own_site.house.run("doctor", environment={"FRONTDESK_OPENAPI": str(own_site.document)})
    assert "would cut off 1 caller" in examined.stdout

    told = own_site.house.admin("policy", "accept", str(own_site.document))
    assert [(loss["operation"], loss["scheme"]) for loss in told["cut_off"]] == [("GET /locations/v1", "basic")]
    wait_until(lambda: own_site.statuses("/locations/v1") == [404, 404], seconds=SOON, what="the accepted document")
    assert own_site.troubles() == ["", ""]
    # What nobody may call any more is no reason to refuse the next document.
    wait_until(lambda: not own_site.house.admin("policy", "accept", str(own_site.document))["cut_off"], what="peace")
    own_site.edits(changed(__locations__v1=None, __new__v1=NEW))
    wait_until(lambda: own_site.statuses("/new/v1") == [200, 200], seconds=SOON, what="the next document")


def test_a_start_that_would_cut_off_a_client_is_refused_unless_told(new_house: NewHouse) -> None:
    """With the list of those it hits; `--accept-policy` says it for this document, and later starts need it not."""
    site = Site(new_house, workers=1)
    assert site.statuses("/locations/v1") == [200]
    assert site.house.stop() == 0
    site.edits(changed(__locations__v1=None))
    with pytest.raises(RuntimeError, match="the server ended with 1"):
        site.house.start()
    assert "would cut off 1 caller of the last 30 days" in site.log
    assert "GET /locations/v1 (1 call): the document does not list it" in site.log
    assert "frontdesk policy accept" in site.log
    site.house.words = ("--accept-policy",)
    site.house.start()
    site.wires = wire_each_worker(site.house.port, 1)
    assert site.statuses("/locations/v1") == [404]
    assert site.house.stop() == 0
    site.house.words = ()
    site.house.start()
    assert site.house.stop() == 0


def test_a_scope_that_vanished_breaks_no_living_grant(own_site: Site) -> None:
    """Its token goes on for what it holds besides, refreshes and can be revoked; nobody can ask for the scope anew."""
    wire, app = own_site.wires[0], own_site.town.app
    tokens = connect(own_site, app)
    assert wire.call(tokens.access, own_site.place.id).status == 200
    document = changed(__locations__v1=None)
    scopes = document["components"]["securitySchemes"]["OAuth2"]["flows"]["authorizationCode"]["scopes"]
    del scopes["locations"], scopes["locations.readonly"]
    own_site.edits(document)
    # Not by calling it: who calls it must not be cut off.
    wait_until(lambda: len(own_site.said("policy.loaded")) == 2, seconds=SOON, what="the document without it")
    assert own_site.statuses("/locations/v1") == [404, 404]
    assert wire.call(tokens.access, own_site.place.id).status == 200
    refreshed = app.refresh(wire, tokens)
    assert refreshed.status == 200
    assert refreshed.json()["scope"] == "resources locations"
    assert wire.call(refreshed.json()["access_token"], own_site.place.id).status == 200
    asked = wire.ask("GET", app.authorize_url(scope="resources locations").removeprefix(own_site.house.url))
    assert "error=invalid_scope" in asked.headers["location"]
    assert app.revoke(wire, tokens.refresh).status == 200
    assert wire.call(tokens.access, own_site.place.id).status == 401


def connect(site: Site, app: App) -> Tokens:
    """An app with a grant for the first network."""
    return app.connect(site.wires[0], site.town.person(), [site.place.id])


def test_calls_are_counted_complete_over_workers_and_restarts(own_site: Site) -> None:
    """Every allowed call, whichever worker let it in; what a worker noted is written when it ends."""
    for _ in range(25):
        own_site.statuses()
    own_site.statuses("/nowhere")
    assert own_site.house.stop() == 0
    own_site.edits(changed(__resources__v1=None))
    told = own_site.house.run("policy", "diff", str(API), str(own_site.document), "--json")
    assert told.returncode == 1, told.stderr
    cut = {(loss["caller"], loss["operation"], loss["calls"]) for loss in json.loads(told.stdout)["cut_off"]}
    assert cut == {(f"{own_site.place.title} (HTTP Basic)", "GET /resources/v1", 50)}
