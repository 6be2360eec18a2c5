"""Everything that is asked the same calls: one data folder, one server over it, and each way that leads to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from oracle.calls import CallOracle
from sameness.api import Api
from sameness.generator import Materials
from sameness.ways import InProcess, Served, Way
from sameness.world import MASTER, hand_over, in_process, settle
from servers.house import House
from servers.proxies import START

WAYS = ("in process", "proxy", *START)


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """The ways by their names, whom to believe, and what calls are made of."""

    document: Path
    ways: dict[str, Way]
    oracle: CallOracle
    materials: Materials


@asynccontextmanager
async def open_street(openapi: Path, fronts: Sequence[str] = tuple(START)) -> AsyncIterator[Street]:
    """Settle the world, start one server and the proxies in front, and take all away again."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(Api())
        house = House(
            upstream=api.url, openapi=openapi, requests_per_second="100000", serve_networks="false",
            check_peers="127.0.0.1", log_level="error",
        )  # fmt: skip
        stack.callback(house.leave)
        world = await settle(house.data, openapi)
        hand_over(house.data)
        house.start()
        _, gateway, _ = await stack.enter_async_context(in_process(house.data, openapi))
        oracle = CallOracle(world.holders, openapi)
        ways: dict[str, Way] = {
            "in process": InProcess(gateway=gateway),
            "proxy": Served(name="proxy", port=house.port, api=api, oracle=oracle),
        }
        for name in fronts:
            front = START[name](house.port, api.port)
            stack.callback(front.stop)
            ways[name] = Served(name=name, port=front.port, api=api, oracle=oracle)
        credentials = world.credentials()
        materials = Materials(
            operations=list(oracle.security),
            credentials=credentials,
            networks=world.networks,
            master=next(each for each in credentials if each.what == MASTER),
        )
        yield Street(document=openapi, ways=ways, oracle=oracle, materials=materials)
