"""Writing what was noted: in order, once, and again after an outage."""

import asyncio
from pathlib import Path

import pytest

from frontdesk.protocol.sight import Operator
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.storage import MemoryStore, open_sqlite
from frontdesk.testing.story import Story
from frontdesk.testing.wire import Reply

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


class Shaky(MemoryStore):
    """A store that cannot write decisions and counts while it is told so."""

    is_broken = False
    written = 0
    story: Story | None = None  # whose callers do not stop while decisions are being written

    async def keep_decisions(self, **asked: object) -> None:  # type: ignore[override]
        """Refuse, or write."""
        if self.is_broken:
            raise StoreUnavailable("out of order")
        self.written += 1
        if self.story is not None:
            await self.story.check("GET /resources/v1")
        await super().keep_decisions(**asked)  # type: ignore[arg-type]

    async def count_shadow(self, **asked: object) -> None:  # type: ignore[override]
        """The same."""
        if self.is_broken:
            raise StoreUnavailable("out of order")
        await super().count_shadow(**asked)  # type: ignore[arg-type]


@pytest.fixture
async def shaky() -> tuple[Story, Shaky]:
    """A story on such a store, in which nothing is enforced."""
    store = Shaky()
    return await Story.begin(store, enforcement="shadow", requests_per_second=1_000), store


def name_of(reply: Reply) -> str:
    """The request's id."""
    return reply.header("x-request-id") or ""


async def test_nothing_is_written_where_nothing_was_noted(shaky: tuple[Story, Shaky]) -> None:
    """An idle server commits nothing once a second."""
    story, store = shaky
    for _ in range(3):
        await story.explaining.flush()
    assert store.written == 0


async def test_an_outage_loses_nothing_that_there_is_room_for(shaky: tuple[Story, Shaky]) -> None:
    """What could not be written is written once it can be, and counted once."""
    story, store = shaky
    store.is_broken = True
    names = []
    for _ in range(5):
        names.append(name_of(await story.check("GET /resources/v1")))
        with pytest.raises(StoreUnavailable):
            await story.explaining.flush()
    store.is_broken = False
    await story.explaining.flush()
    assert [noted.request_id for noted in await store.list_decisions(limit=10)] == names[::-1]
    (row,) = await store.list_shadow(since_day=0)
    assert (row.calls, row.example) == (5, names[-1])


async def test_a_flood_does_not_keep_a_writing_going(shaky: tuple[Story, Shaky]) -> None:
    """What is noted meanwhile waits for the next second: one commit, not one for every few refusals."""
    story, store = shaky
    store.story = story
    await story.check("GET /resources/v1")
    await story.explaining.flush()
    assert store.written == 1
    await story.explaining.flush()
    assert store.written == 2


async def test_a_reader_waits_for_a_writing_that_is_under_way(shaky: tuple[Story, Shaky]) -> None:
    """Notes are on their way to the store and no longer in the book: whoever asks just then must not hear 404."""
    story, _ = shaky
    customer = await story.network("North")
    names = [name_of(await customer.calls("GET /nothing")) for _ in range(30)]
    writing = asyncio.ensure_future(story.explaining.flush())
    await asyncio.sleep(0)
    found = await story.explaining.explanations.find(names[-1], Operator())
    assert isinstance(found, dict)
    await writing


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_decisions_go_by_number_and_by_age(kind: str, tmp_path: Path) -> None:
    """`explain_kept` and `explain_days`, for real."""
    path = tmp_path / "frontdesk.db"
    store = MemoryStore() if kind == "memory" else await open_sqlite(path, create=True, identity=bytes(16))
    story = await Story.begin(store, explain_kept=5, explain_days=2)

    async def sweep() -> int:
        while await story.explaining.explanations.sweep():
            pass
        return len(await store.list_decisions(limit=100))

    for _ in range(12):
        await story.check("GET /resources/v1")
    await story.explaining.flush()
    assert await sweep() == 5
    story.clock.pass_days(2)
    assert await sweep() == 5
    story.clock.pass_micros(1)
    assert await sweep() == 0
    await store.aclose()


async def test_where_nothing_is_kept_nothing_is_noted() -> None:
    """`explain_kept = 0`: no note, no write, and every id is unknown."""
    story = await Story.begin(MemoryStore(), explain_kept=0)
    partner = await story.connected_partner()
    refused = await partner.calls("GET /nothing")
    assert refused.status == 404
    assert story.explaining.notes is None
    await story.explaining.flush()
    assert await story.house.store.list_decisions(limit=1) == []
