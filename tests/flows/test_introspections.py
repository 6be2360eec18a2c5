"""Introspections that are kept: whatever changes, the very same question is answered anew, on the very next try."""

import json
import pickle
from base64 import b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from flows.foreign import foreign_secrets, foreign_tokens
from flows.scene import COURSES, DEMOTED_BOTH, PICKER, PROMOTED, REVOKED, Change, Scene, name_of, parts_of
from frontdesk.flows import introspections as kept_introspections
from frontdesk.flows.introspect import IntrospectFlow
from frontdesk.flows.introspections import Introspections
from frontdesk.flows.operator import Objection
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import read_form
from frontdesk.protocol.ids import HOUR
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OPERATOR, Api, Partner, Story

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True)
class Question:
    """A request, byte for byte what it was before."""

    body: bytes = field(repr=False)
    authorization: bytes | None = field(default=None, repr=False)


def by_api(api: Api, token: str) -> Question:
    """As a resource server asks: with Basic."""
    pair = b64encode(f"{api.id}:{api.secret}".encode())
    return Question(urlencode({"token": token}).encode(), b"Basic " + pair)


def by_partner(partner: Partner, token: str) -> Question:
    """As a client asks: with its secret in the body."""
    proof = {"client_id": partner.client_id, "client_secret": partner.client_secret}
    return Question(urlencode({**proof, "token": token}).encode())


class Window:
    """The introspection of one worker, whose kept answers can be looked at."""

    def __init__(self, story: Story) -> None:
        """Nothing is kept yet."""
        house = story.house
        self.clock, self.store = story.clock, house.store
        self.answered = Introspections(house.mint.trace)
        self.flow = IntrospectFlow(
            store=house.store,
            clock=story.clock,
            mint=house.mint,
            witness=story.sightings,
            answered=self.answered,
            foreign_secrets=foreign_secrets(story),
            foreign_tokens=foreign_tokens(story),
            encode=lambda document: json.dumps(document).encode(),
            issuer="https://desk.example",
            offered_roles=PICKER,
        )

    async def says(self, question: Question) -> Any:
        """The answer's JSON, or the reason of a refusal; as the endpoint does, what is kept first."""
        again = self.flow.answer_again(question.authorization, question.body)
        if again is not None:
            return json.loads(again)
        form = read_form(question.body)
        assert form is not None
        headers = [question.authorization] if question.authorization is not None else []
        outcome = await self.flow.answer(form, headers, OPERATOR, body=question.body)
        return outcome.reason if isinstance(outcome, Refusal) else json.loads(outcome)

    async def is_active(self, question: Question) -> bool:
        """Whether the token is said to live."""
        return (await self.says(question))["active"] is True

    def holds(self, question: Question) -> bool:
        """Whether an answer to this question is kept, and stands."""
        return self.flow.answer_again(question.authorization, question.body) is not None

    @property
    def kept(self) -> int:
        """How many answers are kept, standing or not."""
        return len(self.answered._kept)


async def tell_twice(window: Window, question: Question) -> Any:
    """Answer by the records, then again by the kept answer: the same."""
    first = await window.says(question)
    assert first["active"] is True
    assert window.holds(question)
    assert await window.says(question) == first
    return first


def is_dead(change: Change, *, is_refresh: bool) -> bool:
    """Whether a token that opened two networks opens none after the change."""
    if is_refresh:
        return change.refresh not in (None, Reason.CLIENT_UNPROVEN)
    return change.call is Reason.BAD_CREDENTIAL or change.refresh is Reason.NO_NETWORK_LEFT


@pytest.mark.parametrize("course", COURSES, ids=name_of)
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("asker", ["api", "partner"])
async def test_after_each_change_the_same_question_is_answered_anew(
    story: Story, asker: str, kind: str, course: tuple[Change, ...]
) -> None:
    """Told the truth on the first question after the change, and on the second."""
    scene, window, api = await Scene.open(story), Window(story), await story.api()
    token = getattr(scene.partner.held, kind)
    if asker == "api" and kind == "refresh_token":
        assert not await window.is_active(by_api(api, token))
        assert window.kept == 0
        return
    question = by_api(api, token) if asker == "api" else by_partner(scene.partner, token)
    before = await tell_twice(window, question)
    for change in course:
        story.clock.pass_seconds(1)
        await change.happens(scene)
        assert not window.holds(question)
        said = await window.says(question)
        unproven = {"secret rotated": Reason.CLIENT_UNPROVEN, "app disabled": Reason.CLIENT_DISABLED}
        if asker == "partner" and change.name in unproven:
            assert said is unproven[change.name]
        elif is_dead(change, is_refresh=kind == "refresh_token"):
            assert said == {"active": False}
        else:
            assert said["active"] is True
            assert (said["networks"] == before["networks"]) is (change.call is None)
        assert window.holds(question) is (isinstance(said, dict) and said["active"])
        assert await window.says(question) == said


async def test_a_token_ends_at_the_very_microsecond(story: Story) -> None:
    """Alive means now < expires_at: the last microsecond is told from memory, the next says inactive."""
    scene, window, api = await Scene.open(story), Window(story), await story.api()
    question = by_api(api, scene.partner.held.access_token)
    await tell_twice(window, question)
    story.clock.pass_micros(HOUR - 1)
    assert window.holds(question)
    story.clock.pass_micros(1)
    assert not window.holds(question)
    assert await window.says(question) == {"active": False}


async def test_a_refresh_token_has_no_end_of_its_own(story: Story) -> None:
    """A year on, the answer stands."""
    scene, window = await Scene.open(story), Window(story)
    question = by_partner(scene.partner, scene.partner.held.refresh_token)
    await tell_twice(window, question)
    story.clock.pass_days(365)
    assert window.holds(question)


async def test_another_proof_or_token_is_another_question(story: Story) -> None:
    """What is kept is found by all of it; a question without a proof finds nothing."""
    scene, window, api = await Scene.open(story), Window(story), await story.api()
    token = scene.partner.held.access_token
    kept = by_api(api, token)
    await tell_twice(window, kept)
    for other in (
        replace(kept, authorization=None),
        replace(kept, authorization=b""),
        replace(kept, body=kept.body + b"&x=1"),
        replace(kept, body=kept.body[:-1]),
        replace(kept, authorization=(kept.authorization or b"")[:-1]),
        Question((kept.authorization or b"") + b"\n" + kept.body),
    ):
        assert not window.holds(other)
    assert window.holds(kept)


async def test_an_inactive_answer_is_never_kept(story: Story) -> None:
    """Inactive for a role that comes back: active on the next question."""
    scene, window, api = await Scene.open(story), Window(story), await story.api()
    question = by_api(api, scene.partner.held.access_token)
    await DEMOTED_BOTH.happens(scene)
    assert not await window.is_active(question)
    assert not await window.is_active(by_api(api, "unknown"))
    assert window.kept == 0
    await PROMOTED.happens(scene)
    await tell_twice(window, question)


async def test_an_apps_own_token_is_told_anew_after_each_change(story: Story) -> None:
    """Its row renewed, its scopes cut or taken away, the app disabled: on the very next question."""
    scene, window, api = await Scene.open(story), Window(story), await story.api()
    partner, registration = await story.partner("Alone", own_scope="resources locations"), scene.registration
    token = (await partner.gets_own_token()).json()["access_token"]
    question = by_api(api, token)
    assert (await tell_twice(window, question))["scope"] == "resources locations"
    for scope, expected in (("locations", "locations"), ("", None), ("resources", "resources")):
        done = await registration.set_own_scopes(partner.client_id, scope, origin=OPERATOR)
        assert not isinstance(done, Objection)
        assert not window.holds(question)
        assert (await window.says(question)).get("scope") == expected
    for disabled in (True, False):
        await story.operating.stop_app(partner.client_id, stopped=disabled, origin=OPERATOR)
        assert not window.holds(question)
        assert await window.is_active(question) is not disabled
    await partner.revokes(token)
    assert not window.holds(question)
    assert await window.says(question) == {"active": False}


async def test_a_change_by_another_worker_counts_at_once(tmp_path: Path) -> None:
    """D5: what another process committed to the database is seen before any kept answer is trusted."""
    path = tmp_path / "frontdesk.db"
    here = await open_sqlite(path, create=True, identity=bytes(16))
    there = await open_sqlite(path, create=False)
    try:
        story = await Story.begin(here)
        scene, window, api = await Scene.open(story), Window(story), await story.api()
        question = by_api(api, scene.partner.held.access_token)
        await tell_twice(window, question)
        elsewhere = replace(scene, story=replace(story, house=replace(story.house, store=there)))
        await REVOKED.happens(elsewhere)
        assert not window.holds(question)
        assert await window.says(question) == {"active": False}
    finally:
        await there.aclose()
        await here.aclose()


async def test_no_secret_is_kept(story: Story) -> None:
    """Neither printed nor held: the header, both secrets, both tokens."""
    scene, window, api = await Scene.open(story), Window(story), await story.api()
    held = scene.partner.held
    await tell_twice(window, by_api(api, held.access_token))
    await tell_twice(window, by_partner(scene.partner, held.refresh_token))
    kept = pickle.dumps(window.answered._kept)  # every byte of every field, printed or not
    shown = repr(window.answered) + repr(window.answered._kept)
    for known in (scene.partner.client_id, api.id, scene.north.id):
        assert known.encode() in kept  # the search can find what is there
    secrets = {
        "access token": held.access_token,
        "refresh token": held.refresh_token,
        "app's secret": scene.partner.client_secret,
        "API's secret": api.secret,
        "header": b64encode(f"{api.id}:{api.secret}".encode()).decode(),
    }
    for name, secret in secrets.items():
        assert not any(part.encode() in kept or part in shown for part in parts_of(secret)), name


async def test_only_so_many_are_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that asks about tokens without end takes no more room than `KEPT`; what went is answered anew."""
    monkeypatch.setattr(kept_introspections, "KEPT", 3)
    scene, window, api = await Scene.open(story), Window(story), await story.api()
    questions = []
    for _ in range(10):
        questions.append(by_api(api, scene.partner.held.access_token))
        await tell_twice(window, questions[-1])
        assert window.kept <= 3
        await scene.partner.refreshes()
    assert not window.holds(questions[0])
    assert await window.is_active(questions[0])
