"""Makes the data folder that the benchmark's server runs on, as the user that it runs as."""

import asyncio
import os
import sys
import time
from pathlib import Path

from frontdesk.assemble import open_house
from frontdesk.protocol.ids import Micros
from frontdesk.settings import Settings
from seed import Seed, Seeder, Sizes


def fill(data: Path, sizes: Sizes) -> Seed:
    """A new data folder with everything in it. Its files belong to the owner of the folder around it."""
    started = time.monotonic()
    seed = asyncio.run(_fill(data, sizes))
    owner = data.parent.stat()
    for path in (data, *data.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    count = len(seed.grants) + sum(len(pool) for pool in seed.to_revoke)
    print(f"filled with {count:,} grants in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return seed


async def _fill(data: Path, sizes: Sizes) -> Seed:
    async with open_house(Settings(data=data), create=True) as house:
        return await Seeder(house.store, house.mint, Micros(house.clock.now())).fill(sizes)
