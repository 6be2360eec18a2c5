"""Decisions that are kept: whatever changes, the very same call is decided anew, on the very next try (D5)."""

import pickle
from base64 import b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from flows.foreign import foreign_secrets
from flows.scene import (
    COURSES,
    DEMOTED_BOTH,
    DROPPED,
    PICKER,
    PROMOTED,
    REVOKED,
    Change,
    Scene,
    basic,
    name_of,
    parts_of,
)
from frontdesk.assemble.front import load_policy
from frontdesk.flows import decisions as kept_decisions
from frontdesk.flows.check import CheckFlow
from frontdesk.flows.decisions import Decisions, Key
from frontdesk.flows.failures import Failures
from frontdesk.flows.limits import Limits
from frontdesk.flows.operator import FreshPair
from frontdesk.flows.uses import LastUses
from frontdesk.protocol.access import Admission, Operation
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import HOUR, NetworkId
from frontdesk.protocol.rate_limits import make_limit
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OPERATOR, Story

pytestmark = pytest.mark.anyio

READ = "GET /resources/v1"
WRITE = "POST /resources/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """A call, byte for byte what it was before."""

    authorization: bytes = field(repr=False)
    network: NetworkId | None = None
    operation: str = READ


class Door:
    """The check of one worker, whose kept decisions can be looked at."""

    def __init__(self, story: Story) -> None:
        """Nothing is kept yet."""
        house = story.house
        self.clock, self.store = story.clock, house.store
        self.decisions = Decisions(house.mint.trace)
        self.operations = {
            f"{operation.method} {operation.template}": operation
            for operation in load_policy(house.settings).operations
        }
        self.flow = CheckFlow(
            store=house.store,
            mint=house.mint,
            limits=Limits(limiter=house.limiter, default=make_limit("default", requests=10)),
            uses=LastUses(house.store),
            decisions=self.decisions,
            failures=Failures(witness=story.sightings, trace=house.mint.trace),
            foreign_secrets=foreign_secrets(story),
            offered_roles=PICKER,
        )

    async def decides(self, call: Call) -> Reason | None:
        """Why the call is refused; None where it may pass."""
        outcome = await self.flow.check(
            authorization=call.authorization,
            network=call.network,
            operations=self._operations(call),
            now=self.clock.now(),
        )
        if isinstance(outcome, Refusal):
            return outcome.reason
        assert isinstance(outcome[0], Admission)
        return None

    def holds(self, call: Call) -> bool:
        """Whether a yes to this call is kept, and stands."""
        key: Key = self.decisions.key(call.authorization, call.network, self._operations(call))
        return self.decisions.find(key, self.store.glance(), self.clock.now()) is not None

    @property
    def kept(self) -> int:
        """How many decisions are kept, standing or not."""
        return len(self.decisions._kept)

    def _operations(self, call: Call) -> tuple[Operation, ...]:
        return (self.operations[call.operation],)


async def admit_twice(door: Door, call: Call) -> None:
    """Admit a call by its records, then again by the kept decision."""
    assert await door.decides(call) is None
    assert door.holds(call)
    assert await door.decides(call) is None


@pytest.mark.parametrize("course", COURSES, ids=name_of)
async def test_after_each_change_the_same_call_is_decided_anew(story: Story, course: tuple[Change, ...]) -> None:
    """Refused, or admitted again where it should be: on the first call after the change, and on the second."""
    scene, door = await Scene.open(story), Door(story)
    call = Call(scene.bearer, scene.north.id)
    await admit_twice(door, call)
    for change in course:
        story.clock.pass_seconds(1)
        await change.happens(scene)
        assert not door.holds(call)
        assert await door.decides(call) is change.call
        assert door.holds(call) is (change.call is None)
        assert await door.decides(call) is change.call


async def test_what_ends_in_one_network_goes_on_in_the_other(story: Story) -> None:
    """TN-10: both were kept; only the one that changed is refused."""
    scene, door = await Scene.open(story), Door(story)
    north, south = Call(scene.bearer, scene.north.id), Call(scene.bearer, scene.south.id)
    await admit_twice(door, north)
    await admit_twice(door, south)
    await DROPPED.happens(scene)
    assert await door.decides(north) is Reason.NETWORK_FORBIDDEN
    assert await door.decides(south) is None


async def test_ow_01_a_regenerated_pair_opens_nothing_the_new_one_does(story: Story) -> None:
    """The old pair's kept decision ends with the pair, whatever network header it was kept under."""
    scene, door = await Scene.open(story), Door(story)
    calls = [Call(basic(scene.north)), Call(basic(scene.north), scene.north.id)]
    neighbour = Call(basic(scene.south))
    for call in (*calls, neighbour):
        await admit_twice(door, call)
    fresh = await story.operator.regenerate_credential(scene.north.id, origin=OPERATOR)
    assert isinstance(fresh, FreshPair)
    for call in calls:
        assert not door.holds(call)
        assert await door.decides(call) is Reason.BAD_CREDENTIAL
    renewed = replace(scene.north, client_id=fresh.credential.client_id, client_secret=fresh.secret)
    await admit_twice(door, Call(basic(renewed)))
    assert door.holds(neighbour)


async def test_a_token_ends_at_the_very_microsecond(story: Story) -> None:
    """Alive means now < expires_at: the last microsecond is admitted by the kept decision, the next is refused."""
    scene, door = await Scene.open(story), Door(story)
    call = Call(scene.bearer, scene.north.id)
    await admit_twice(door, call)
    story.clock.pass_micros(HOUR - 1)
    assert door.holds(call)
    assert await door.decides(call) is None
    story.clock.pass_micros(1)
    assert not door.holds(call)
    assert await door.decides(call) is Reason.BAD_CREDENTIAL


async def test_a_basic_pair_has_no_end_of_its_own(story: Story) -> None:
    """A year on, the decision stands."""
    scene, door = await Scene.open(story), Door(story)
    call = Call(basic(scene.north))
    await admit_twice(door, call)
    story.clock.pass_days(365)
    assert door.holds(call)
    assert await door.decides(call) is None


@pytest.mark.parametrize("scheme", ["bearer", "basic"])
async def test_kept_decisions_are_counted_by_the_rate_limit(story: Story, scheme: str) -> None:
    """Ten a second for one credential, kept or not; a refused call leaves the decision, and a second on it serves."""
    scene, door = await Scene.open(story), Door(story)
    call = Call(scene.bearer, scene.north.id) if scheme == "bearer" else Call(basic(scene.north))
    assert [await door.decides(call) for _ in range(10)] == [None] * 10
    assert door.holds(call)
    assert await door.decides(call) is Reason.RATE_LIMITED
    other = Call(basic(scene.south))
    assert await door.decides(other) is None
    story.clock.pass_seconds(1)
    assert door.holds(call)
    assert await door.decides(call) is None


async def test_a_fresh_token_of_the_grant_shares_its_count(story: Story) -> None:
    """Contract, check 4: the grant is counted, so that a refresh buys no more, kept decision or not."""
    scene, door = await Scene.open(story), Door(story)
    first = Call(scene.bearer, scene.north.id)
    assert [await door.decides(first) for _ in range(10)] == [None] * 10
    await scene.partner.refreshes()
    second = Call(scene.bearer, scene.north.id)
    assert second != first
    assert await door.decides(second) is Reason.RATE_LIMITED
    assert await door.decides(first) is Reason.RATE_LIMITED


async def test_another_network_or_operation_is_another_decision(story: Story) -> None:
    """A yes says nothing about any other network header, operation or credential."""
    scene, door = await Scene.open(story), Door(story)
    west = await story.network("West", owner="wanda@west.example")
    kept, pair = Call(scene.bearer, scene.north.id), Call(basic(scene.north))
    await admit_twice(door, kept)
    await admit_twice(door, pair)
    others = [
        (replace(kept, network=west.id), Reason.NETWORK_FORBIDDEN),
        (replace(kept, network=None), Reason.NETWORK_REQUIRED),
        (replace(pair, network=scene.south.id), Reason.NETWORK_FORBIDDEN),
        (replace(pair, operation="DELETE /resources/v1/{id}"), Reason.SCHEME_FORBIDDEN),
        (replace(kept, authorization=kept.authorization[:-1]), Reason.BAD_CREDENTIAL),
        (replace(pair, authorization=pair.authorization + b"A"), Reason.BAD_CREDENTIAL),
    ]
    story.clock.pass_seconds(1)
    for call, reason in others:
        assert not door.holds(call)
        assert await door.decides(call) is reason
    assert door.holds(kept)
    assert door.holds(pair)


async def test_a_kept_read_opens_no_write(story: Story) -> None:
    """The token of a reader: GET is kept, POST on the same path is refused for its scope."""
    north = await story.network("North")
    partner = await story.partner(scope="resources.readonly")
    tokens = await partner.connects(await story.signs_in(), networks=[north.id])
    door = Door(story)
    read = Call(b"Bearer " + tokens.access_token.encode(), north.id)
    await admit_twice(door, read)
    assert await door.decides(replace(read, operation=WRITE)) is Reason.INSUFFICIENT_SCOPE


async def test_a_refusal_is_never_kept(story: Story) -> None:
    """Refused for a role that comes back: admitted on the next call."""
    scene, door = await Scene.open(story), Door(story)
    call = Call(scene.bearer, scene.north.id)
    await DEMOTED_BOTH.happens(scene)
    assert await door.decides(call) is Reason.NETWORK_FORBIDDEN
    assert await door.decides(replace(call, authorization=b"Bearer x")) is Reason.BAD_CREDENTIAL
    assert door.kept == 0
    await PROMOTED.happens(scene)
    await admit_twice(door, call)


async def test_a_change_by_another_worker_counts_at_once(tmp_path: Path) -> None:
    """D5: what another process committed to the database is seen before any kept decision is trusted."""
    path = tmp_path / "frontdesk.db"
    here = await open_sqlite(path, create=True, identity=bytes(16))
    there = await open_sqlite(path, create=False)
    try:
        story = await Story.begin(here)
        scene, door = await Scene.open(story), Door(story)
        call = Call(scene.bearer, scene.north.id)
        await admit_twice(door, call)
        elsewhere = replace(scene, story=replace(story, house=replace(story.house, store=there)))
        await REVOKED.happens(elsewhere)
        assert not door.holds(call)
        assert await door.decides(call) is Reason.BAD_CREDENTIAL
    finally:
        await there.aclose()
        await here.aclose()


async def test_no_secret_is_kept(story: Story) -> None:
    """Neither printed nor held: the header, the token, the pair, its secret, the refresh token, the app's secret."""
    scene, door = await Scene.open(story), Door(story)
    await admit_twice(door, Call(scene.bearer, scene.north.id))
    await admit_twice(door, Call(basic(scene.north)))
    held = pickle.dumps(door.decisions._kept)  # every byte of every field, printed or not
    shown = repr(door.decisions) + repr(door.decisions._kept) + str(list(door.decisions._kept.values()))
    for known in (scene.partner.client_id, scene.north.client_id, scene.north.id):
        assert known.encode() in held  # the search can find what is there
    pair = f"{scene.north.client_id}:{scene.north.client_secret}"
    secrets = {
        "access token": scene.partner.held.access_token,
        "refresh token": scene.partner.held.refresh_token,
        "app's secret": scene.partner.client_secret,
        "pair's secret": scene.north.client_secret,
        "header": b64encode(pair.encode()).decode(),
    }
    for name, secret in secrets.items():
        assert not any(part.encode() in held or part in shown for part in parts_of(secret)), name


async def test_only_so_many_are_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that makes new tokens without end takes no more room than `KEPT`; what went is decided anew."""
    monkeypatch.setattr(kept_decisions, "KEPT", 3)
    scene, door = await Scene.open(story), Door(story)
    calls = []
    for _ in range(10):
        story.clock.pass_seconds(1)
        call = Call(scene.bearer, scene.north.id)
        calls.append(call)
        await admit_twice(door, call)
        assert door.kept <= 3
        await scene.partner.refreshes()
    assert len(set(calls)) == 10
    assert not door.holds(calls[0])
    assert await door.decides(calls[0]) is None
