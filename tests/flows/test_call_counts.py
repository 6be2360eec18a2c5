"""Every call that is let in is counted once, on its day, by what another policy would decide it by."""

import asyncio
import random
from dataclasses import dataclass, replace
from typing import Any

import pytest

from frontdesk.flows import call_counts
from frontdesk.flows.call_counts import CallCounts
from frontdesk.protocol.access import Admission, Alternative, Operation
from frontdesk.protocol.call_counts import CallKind, day_of
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import DAY, SECOND, NetworkId
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage.memory import MemoryStore
from frontdesk.testing.told import START, ToldClock

pytestmark = pytest.mark.anyio

GET = Operation(method="GET", template="/a/{id}", base="/v1", alternatives=(Alternative(scheme="oauth2"),))
PUT = Operation(method="PUT", template="/a/{id}", alternatives=(Alternative(scheme="oauth2"),))
TOKEN = Admission(
    caller=None, scheme="oauth2", network_id=NetworkId("n"), role=None, subject="u", client_id="fdci_1",
    scopes=("b", "a"), networkless=False,
)  # fmt: skip
PAIR = replace(TOKEN, scheme="basic", subject="network:n", client_id="fdni_1", scopes=())
NOBODY = replace(TOKEN, scheme="", client_id="", network_id=None, scopes=())


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@dataclass
class Call:
    """A call that was let in."""

    admission: Admission = TOKEN
    operations: tuple[Operation, ...] = (GET,)
    refused: Refusal | None = None


class Counting:
    """A counter with its store and clock."""

    def __init__(self) -> None:
        """Nothing was counted."""
        self.store: Any = MemoryStore()
        self.clock = ToldClock()
        self.counts = CallCounts(self.store, self.clock)

    def lets_in(self, call: Call | None = None, times: int = 1) -> None:
        """So many calls, now."""
        for _ in range(times):
            self.counts.passed(call or Call(), "r", self.clock.now())

    def found(self) -> dict[tuple[int, CallKind], int]:
        """Calls by day and kind."""
        return {key: count.calls for key, count in self.store.call_counts.items()}


@pytest.fixture
def counting() -> Counting:
    """Nothing was counted yet."""
    return Counting()


KIND = CallKind(scheme="oauth2", client_id="fdci_1", operation="GET /v1/a/{id}", scopes="a b")
TODAY = day_of(START)


async def test_calls_are_counted_by_client_operation_and_scopes(counting: Counting) -> None:
    """A pair counts for its network, a call without a credential for nobody; scopes in one order."""
    counting.lets_in(times=3)
    counting.lets_in(Call(replace(TOKEN, scopes=("a", "b"))))
    counting.lets_in(Call(PAIR), 2)
    counting.lets_in(Call(NOBODY))
    await counting.counts.flush()
    assert counting.found() == {
        (TODAY, KIND): 4,
        (TODAY, replace(KIND, scheme="basic", client_id="n", scopes="")): 2,
        (TODAY, replace(KIND, scheme="", client_id="", scopes="")): 1,
    }


async def test_a_call_that_means_two_operations_counts_for_both(counting: Counting) -> None:
    """Each of them must go on allowing it."""
    counting.lets_in(Call(operations=(GET, PUT)))
    await counting.counts.flush()
    assert counting.found() == {(TODAY, KIND): 1, (TODAY, replace(KIND, operation="PUT /a/{id}")): 1}


async def test_what_is_refused_is_not_counted_in_shadow_mode_either(counting: Counting) -> None:
    """A policy that goes on refusing it cuts nobody off."""
    counting.lets_in(Call(refused=Refusal(reason=Reason.INSUFFICIENT_SCOPE)))
    counting.counts.refused(Refusal(reason=Reason.INSUFFICIENT_SCOPE), object(), (), counting.clock.now())
    await counting.counts.flush(everything=True)
    assert counting.found() == {}


async def test_a_call_counts_on_its_day_however_late_it_is_written(counting: Counting) -> None:
    """Midnight UTC is the border; the very instant is the new day's."""
    border = (TODAY + 1) * DAY
    counting.clock.pass_seconds((border - START) // SECOND - 1)
    counting.lets_in(times=2)
    counting.clock.pass_seconds(1)
    await counting.counts.flush()
    counting.lets_in(times=5)
    await counting.counts.flush(everything=True)
    assert counting.found() == {(TODAY, KIND): 2, (TODAY + 1, KIND): 5}
    assert counting.store.call_counts[TODAY, KIND].last_at < border


async def test_a_kind_is_written_at_once_and_then_once_a_minute(counting: Counting) -> None:
    """Whom a policy would cut off is known soon; how often they call can wait."""
    counting.lets_in()
    await counting.counts.flush()
    counting.lets_in()
    counting.clock.pass_seconds(59)
    await counting.counts.flush()
    assert counting.found() == {(TODAY, KIND): 1}
    counting.clock.pass_seconds(1)
    await counting.counts.flush()
    assert counting.found() == {(TODAY, KIND): 2}
    counting.lets_in()
    await counting.counts.flush(everything=True)
    assert counting.found() == {(TODAY, KIND): 3}


async def test_what_cannot_be_written_is_written_later(counting: Counting) -> None:
    """Nothing is lost, nothing is counted twice."""
    store = counting.store
    counting.counts = CallCounts(Closed(store), counting.clock)  # type: ignore[arg-type]
    counting.lets_in(times=2)
    with pytest.raises(StoreUnavailable):
        await counting.counts.flush()
    counting.lets_in()
    counting.counts._store = store
    await counting.counts.flush(everything=True)
    assert counting.found() == {(TODAY, KIND): 3}


async def test_what_fails_to_be_written_over_midnight_keeps_its_day(counting: Counting) -> None:
    """The notes of a day are put aside while they are being written, and come back."""
    store, border = counting.store, (TODAY + 1) * DAY
    counting.clock.pass_seconds((border - START) // SECOND - 1)
    counting.lets_in(times=2)

    class Midnight(Closed):
        async def count_calls(self, **said: Any) -> None:
            counting.clock.pass_seconds(1)
            counting.lets_in()
            await super().count_calls(**said)

    counting.counts._store = Midnight(store)  # type: ignore[assignment]
    with pytest.raises(StoreUnavailable):
        await counting.counts.flush()
    counting.counts._store = store
    await counting.counts.flush(everything=True)
    assert counting.found() == {(TODAY, KIND): 2, (TODAY + 1, KIND): 1}


class Closed:
    """A store that is out of order."""

    def __init__(self, store: Any) -> None:
        """Instead of this one."""
        self._store = store

    async def count_calls(self, **_: Any) -> None:
        """It cannot."""
        raise StoreUnavailable("closed")


async def test_no_call_is_lost_while_others_are_written(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls go on between batches and over midnight."""
    monkeypatch.setattr(call_counts, "BATCH", 3)
    draw = random.Random(4)
    made = 0

    async def write() -> None:
        for _ in range(40):
            await counting.counts.flush(everything=draw.random() < 0.5)
            await asyncio.sleep(0)

    async def call() -> None:
        nonlocal made
        for _ in range(400):
            counting.lets_in(Call(replace(TOKEN, client_id=f"fdci_{draw.randrange(20)}")))
            made += 1
            counting.clock.pass_seconds(draw.randrange(1_200))
            if draw.random() < 0.2:
                await asyncio.sleep(0)

    await asyncio.gather(write(), write(), call())
    await counting.counts.flush(everything=True)
    assert sum(counting.found().values()) == made == 400
    assert len({day for day, _ in counting.found()}) > 2
