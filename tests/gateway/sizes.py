"""What a decision costs with 10, 1,000 and 10,000 operations in the document: `/_frontdesk/check` without a network."""

import asyncio
import random
import re
import statistics
import time
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from frontdesk.assemble.front import furnish
from frontdesk.cli.heads import Heads
from frontdesk.cli.lane import LaneProtocol
from frontdesk.settings import Settings
from gateway.desk import NORTH, Desk, policy_of

SIZES = (10, 1_000, 10_000)
CALLS = 500
KEYS = 64
# The same calls and no others; the same ten operations with ids never seen before; these in any room.
KINDS = ("the same calls", "the same operations", "operations of any room")
SEGMENTS = ("{}", "{}", "{}", "me", "items", "void", "{}.json", "{}:act")
METHODS = ("get", "put")
SHAPES = (["{}"], ["{}", "{}"], ["me", "{}", "items"], ["{}.json", "{}"], ["items", "{}:act"])


def document(operations: int) -> dict[str, Any]:
    """A document with parameters, mixed segments and paths of three to five segments.

    A larger one lists what the smaller ones list, and more: the first ten are the same in all. Half of the others are
    those ten again in other rooms, so that one can ask for as many operations of the same shapes; the other half are of
    all shapes, about forty a room, also in the rooms of the first.
    """
    rng = random.Random("sized")
    paths: dict[str, dict[str, Any]] = {}
    security = [{"Basic": []}, {"OAuth": ["rooms"]}]
    rooms = max(1, operations // 2 // SIZES[0])

    def add(room: int, tail: list[str]) -> None:
        named = [part.replace("{}", f"{{p{index}}}") for index, part in enumerate(tail)]
        template = "/".join(["", f"room{room}", "v1", *named])
        paths.setdefault(template, {method: {"security": security} for method in METHODS})

    for room in range(rooms):
        for tail in SHAPES:
            add(room, tail)
    while len(paths) * len(METHODS) < operations:
        tail = ["{}", *(rng.choice(SEGMENTS) for _ in range(rng.randint(0, 2)))]  # no path is ever asked for twice
        rng.shuffle(tail)
        add(rng.randrange(max(1, operations // 40)), tail)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sized", "version": "1"},
        "components": {
            "securitySchemes": {
                "Basic": {"type": "http", "scheme": "basic"},
                "OAuth": {"type": "oauth2", "flows": {"authorizationCode": {"scopes": {"rooms": "Rooms"}}}},
            }
        },
        "paths": paths,
    }


class Wire:
    """Stands where a connection's transport does, and keeps what is written."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The addresses of both ends."""
        return {"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 8_000)}.get(name, default)

    def write(self, data: bytes) -> None:
        """Keep an answer."""
        self.answers.append(data)

    def is_closing(self) -> bool:
        """It stays open."""
        return False

    def close(self) -> None:
        """Whoever was awaited for too long is let go."""

    def get_write_buffer_size(self) -> int:
        """Everything is taken at once."""
        return 0


@dataclass
class Sized:
    """A connection to a server under a document of one size, and what is asked over it."""

    protocol: Any
    wire: Wire
    operations: list[tuple[str, str]]
    keys: list[bytes]

    def questions(self, kind: str, rng: random.Random) -> list[bytes]:
        """What a proxy asks, by one of KINDS."""
        alike = len(self.operations) // 2 // SIZES[0] * SIZES[0]
        among = self.operations[: alike if kind == KINDS[-1] else 0] or self.operations[: SIZES[0]]
        asked = [_call(among, rng) for _ in self.keys] if kind == "the same calls" else []
        return [
            question(*(asked[number % KEYS] if asked else _call(among, rng)), self.keys[number % KEYS])
            for number in range(CALLS)
        ]

    def everything(self) -> list[bytes]:
        """Each operation, by both kinds of credential: afterwards nothing is seen for the first time."""
        filled = ((method, re.sub(r"\{\w+\}", "0", template)) for method, template in self.operations)
        return [question(*each, key) for each in filled for key in self.keys[:2]]

    def spend(self, questions: list[bytes]) -> float:
        """CPU microseconds a question; every answer must be a yes."""
        receive = self.protocol.data_received
        begun = time.process_time()
        for each in questions:
            receive(each)
        used = time.process_time() - begun
        refused = [answer for answer in self.wire.answers if not answer.startswith(b"HTTP/1.1 200")]
        assert not refused, refused[:3]
        assert len(self.wire.answers) == len(questions)
        self.wire.answers.clear()
        return used / len(questions) * 1e6


def _call(operations: list[tuple[str, str]], rng: random.Random) -> tuple[str, str]:
    method, template = rng.choice(operations)
    return method, re.sub(r"\{\w+\}", lambda _: f"{rng.getrandbits(48):012x}", template)


def question(method: str, path: str, key: bytes) -> bytes:
    """One request to the check."""
    asked = f"X-Forwarded-Method: {method}\r\nX-Forwarded-Uri: {path}\r\nspacebring-network-id: {NORTH}\r\n"
    head = f"GET /_frontdesk/check HTTP/1.1\r\nHost: desk.example\r\n{asked}"
    return head.encode() + b"Authorization: " + key + b"\r\n\r\n"


def prepare(operations: int) -> Sized:
    """A server of its own for each size. Needs a running loop."""
    desk = Desk(limit=1_000_000)
    written = document(operations)
    house = replace(desk.house, settings=Settings(check_peers=("127.0.0.1",), requests_per_second=1_000_000))
    furnished = furnish(house, worker=0, policy=policy_of(written))
    app = _App(furnished.front)
    config = uvicorn.Config(
        app, interface="asgi3", http=LaneProtocol, lifespan="off", access_log=False, log_config=None
    )
    config.load()
    state = ServerState()
    protocol = LaneProtocol(config=config, server_state=state, app_state={}, _loop=asyncio.get_running_loop())
    wire = Wire()
    protocol.connection_made(wire)  # type: ignore[arg-type]
    protocol.app = app
    protocol._heads = Heads()
    keys = [desk.bearer() if number % 2 else desk.basic() for number in range(KEYS)]
    listed = [(method.upper(), template) for template, item in written["paths"].items() for method in item]
    return Sized(protocol, wire, listed, keys)


class _App:
    """What the lane asks an app for."""

    def __init__(self, front: Any) -> None:
        self.front = front

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError


class Comparison:
    """Servers under documents of every size, asked in turn. Needs a running loop."""

    def __init__(self, kinds: tuple[str, ...] = KINDS) -> None:
        self._sized = {operations: prepare(operations) for operations in SIZES}
        for sized in self._sized.values():
            sized.spend(sized.everything() if KINDS[-1] in kinds else sized.everything()[: 2 * SIZES[0]])
            # Many calls that were each the first of their kind: what they taught the connection is the same for none.
            sized.protocol._misses = 0
            sized.protocol._heads = Heads()
        self._rounds: dict[str, list[dict[int, float]]] = {kind: [] for kind in kinds}

    def play(self, rounds: int) -> None:
        """So many rounds more of each kind."""
        for _ in range(rounds):
            for kind, played in self._rounds.items():
                rng = random.Random(f"{kind} {len(played)}")
                costs = {size: sized.spend(sized.questions(kind, rng)) for size, sized in self._sized.items()}
                played.append(costs)

    def cost(self, kind: str, size: int) -> float:
        """The median, in microseconds."""
        return statistics.median(costs[size] for costs in self._rounds[kind])

    def ratio(self, kind: str, size: int) -> float:
        """To the smallest document, round by round: what slows the machine slows both; the median."""
        return statistics.median(costs[size] / costs[SIZES[0]] for costs in self._rounds[kind])
