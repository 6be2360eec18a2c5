"""What a worker does beside its requests."""

import asyncio

import pytest

from frontdesk.assemble.worker import _repeat

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("trouble", [RuntimeError("a bug"), OSError("the disk is full")])
async def test_a_round_that_breaks_ends_no_later_round(trouble: Exception) -> None:
    """Whatever it was: a worker that no longer looks after its keys, limits or document would go on for weeks."""
    rounds, third = 0, asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise trouble
        if rounds == 3:
            third.set()

    running = asyncio.create_task(_repeat("a task", work, 0.001))
    await asyncio.wait_for(third.wait(), 5)
    running.cancel()
