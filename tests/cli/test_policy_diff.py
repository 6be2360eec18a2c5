"""`frontdesk policy diff` and `accept`, as they are typed beside a data folder."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.policy_reader import READ, Reader, clean_document
from cli.policy_reader import reader as reader
from frontdesk.assemble import open_house
from frontdesk.cli.main import run
from frontdesk.protocol.call_counts import CallCount, CallKind, day_of
from frontdesk.protocol.ids import DAY, Micros
from frontdesk.settings import Settings

NARROW: list[Any] = [{"Basic": []}, {"OAuth": ["rooms"]}]


class Office:
    """A data folder with a network and two apps that have called."""

    def __init__(self, reader: Reader) -> None:
        self.data = reader.folder / "data"
        self._reader = reader
        network = self._admin("network", "add", "Harbour", "--owner", "o@x.example")
        self.network = network["network"]["id"]
        added = ("--redirect-uri", "https://a.example/cb", "--scope", "rooms")
        self.apps = [self._admin("app", "add", name, *added)["client_id"] for name in ("Night Owl", "Early Bird")]

    def _admin(self, *words: str) -> Any:
        self._reader._capsys.readouterr()
        assert run([*words, "--data", str(self.data), "--json"]) == 0
        return json.loads(self._reader._capsys.readouterr().out)

    def disables(self, app: str) -> None:
        """Let an app call no more."""
        self._admin("app", "disable", app)

    def counted(self, *counts: tuple[CallKind, int], days_ago: int = 0) -> None:
        """So many calls of each kind on a day."""

        async def write() -> None:
            async with open_house(Settings(data=self.data)) as house:
                at = Micros(house.clock.now() - days_ago * DAY)
                made = [CallCount(kind=kind, calls=calls, last_at=at) for kind, calls in counts]
                await house.store.count_calls(day=day_of(at), counts=made)

        asyncio.run(write())

    def audit(self) -> Sequence[str]:
        """What was done, newest first."""

        async def read() -> Sequence[str]:
            async with open_house(Settings(data=self.data)) as house:
                return [event.action for event in await house.store.list_audit(limit=3)]

        return asyncio.run(read())


@pytest.fixture
def office(reader: Reader) -> Office:
    """Nobody has called yet."""
    return Office(reader)


def token(app: str, scopes: str, operation: str = "GET /rooms/v1") -> CallKind:
    """Calls of an app."""
    return CallKind(scheme="oauth2", client_id=app, operation=operation, scopes=scopes)


def narrowed() -> dict[str, Any]:
    """The document, with reading closed to those who may only read, and without the list of networks' POST."""
    document = clean_document()
    document["paths"]["/rooms/v1"]["get"]["security"] = NARROW
    return document


def test_changes_are_told_without_a_data_folder(reader: Reader) -> None:
    """Documents can be compared anywhere; whom it hits is known beside the server only."""
    old, new = reader.writes(clean_document()), reader.writes(narrowed(), "new.json")
    code, out, _ = reader.types("diff", old, new)
    assert code == 0
    assert out.splitlines() == [
        "GET /rooms/v1 (changed)",
        "  - a token with only rooms.readonly may no longer call it",
        "",
        "To see whom it would cut off, name the server's data folder with --data DIR.",
    ]
    assert reader.gets("diff", old, new) == {
        "changes": [
            {
                "operation": "GET /rooms/v1",
                "kind": "changed",
                "allowed": [],
                "refused": ["a token with only rooms.readonly may no longer call it"],
            }
        ],
        "counted": False,
        "cut_off": [],
    }
    assert "decide every call alike" in reader.types("diff", old, old)[1]


def test_those_who_called_in_thirty_days_are_named(reader: Reader, office: Office) -> None:
    """With what they called, how often, when last and why it would be refused; it ends with 1, for a build to see."""
    owl, bird = office.apps
    office.counted((token(owl, "rooms.readonly"), 3), (token(owl, "rooms"), 9), (token(bird, "rooms.readonly"), 50))
    office.counted((token(owl, "rooms.readonly"), 4), days_ago=29)
    office.counted((token(bird, "rooms.readonly", "GET /gone"), 7), days_ago=1)
    office.counted((token(owl, "rooms.readonly"), 100), days_ago=30)
    old, new = reader.writes(clean_document()), reader.writes(narrowed(), "new.json")
    answer = reader.gets("diff", old, new, "--data", str(office.data), code=1)
    why = "it takes rooms, and the token held rooms.readonly"
    told = [
        (loss["caller"], loss["operation"], loss["scopes"], loss["calls"], loss["why"]) for loss in answer["cut_off"]
    ]
    assert told == [
        (f"Early Bird ({bird})", "GET /rooms/v1", ["rooms.readonly"], 50, why),
        (f"Night Owl ({owl})", "GET /rooms/v1", ["rooms.readonly"], 7, why),
    ]
    code, out, _ = reader.types("diff", old, new, "--data", str(office.data))
    assert code == 1
    assert "CALLER" in out
    assert reader.gets("diff", new, old, "--data", str(office.data))["cut_off"] == []


def test_only_those_who_can_still_call_are_named(reader: Reader, office: Office) -> None:
    """An app that is disabled or gone is cut off already; networks and callers without a credential count too."""
    owl, _ = office.apps
    gone = token("fdci_gone", "rooms")
    basic = CallKind(scheme="basic", client_id=office.network, operation="GET /rooms/v1", scopes="")
    nobody = CallKind(scheme="", client_id="", operation="GET /rooms/v1", scopes="")
    office.counted((token(owl, "rooms"), 1), (gone, 1), (basic, 2), (nobody, 3))
    document = clean_document()
    document["paths"]["/rooms/v1"]["get"]["security"] = [*READ, {}]
    closed = clean_document()
    closed["paths"]["/rooms/v1"]["get"]["security"] = [{"OAuth": []}]
    old, new = reader.writes(document), reader.writes(closed, "new.json")
    data = str(office.data)
    named = [loss["caller"] for loss in reader.gets("diff", old, new, "--data", data, code=1)["cut_off"]]
    assert named == ["callers without a credential", "Harbour (HTTP Basic)"]
    closed["paths"].pop("/rooms/v1")
    new = reader.writes(closed | {"paths": {**closed["paths"], "/x": {"get": {"security": READ}}}}, "new.json")
    assert len(reader.gets("diff", old, new, "--data", data, code=1)["cut_off"]) == 3
    office.disables(owl)
    assert len(reader.gets("diff", old, new, "--data", data, code=1)["cut_off"]) == 2


def test_accepting_says_what_it_costs_and_is_audited(reader: Reader, office: Office) -> None:
    """Once somebody is cut off; where nobody is, there is nothing to agree to."""
    data = str(office.data)
    name = reader.writes(narrowed())
    assert reader.gets("accept", name, "--data", data) == {"accepted": False, "cut_off": []}
    assert "policy.accepted" not in office.audit()
    office.counted((token(office.apps[0], "rooms.readonly"), 3))
    answer = reader.gets("accept", name, "--data", data)
    assert answer["accepted"] is True
    assert answer["cut_off"][0]["calls"] == 3
    assert office.audit()[0] == "policy.accepted"
    out = reader.types("accept", name, "--data", data)[1]
    assert "in the next 7 days" in out


def test_a_folder_that_is_none_of_ours_counts_nothing(reader: Reader, tmp_path: Path) -> None:
    """And accepting needs one that is."""
    (tmp_path / "other").mkdir()
    name = reader.writes(clean_document())
    assert reader.gets("diff", name, name, "--data", str(tmp_path / "other"))["counted"] is False
    assert reader.types("accept", name, "--data", str(tmp_path / "other"))[0] == 1


def test_sets_of_scopes_that_were_not_told_apart_accuse_nobody(reader: Reader, office: Office) -> None:
    """Beyond eight a day it is not known which a call held."""
    office.counted((replace(token(office.apps[0], ""), scopes="*"), 5))
    old, new = reader.writes(clean_document()), reader.writes(narrowed(), "new.json")
    assert reader.gets("diff", old, new, "--data", str(office.data))["cut_off"] == []
