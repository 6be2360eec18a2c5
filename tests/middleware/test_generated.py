"""Generated calls over the whole document, through apps with a desk in their process: decided as the oracle says."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from clients.recorder import take_from
from middleware.guarded import SECRET, GuardedApp, Kind
from oracle.calls import MALFORMED, CallOracle, Verdict
from sameness.api import Arrival
from sameness.calls import Call
from sameness.differences import expect
from sameness.generator import Materials, generate
from sameness.ways import Served
from sameness.world import MASTER, World, hand_over, settle
from servers.house import API, House
from servers.needs import REFERENCE

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

QUICK, ALL = 2_000, 20_000
SEED = 20261201
DOCUMENT = REFERENCE if REFERENCE.exists() else API


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The loop that everything here runs in."""
    return "asyncio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A house full of credentials, what each is worth, and what calls are made of."""

    house: House
    oracle: CallOracle
    materials: Materials


@pytest.fixture(scope="module")
async def place() -> AsyncIterator[Place]:
    """One for every app."""
    house = House(
        upstream="", openapi=DOCUMENT, requests_per_second="100000", serve_networks="false", check_secret=SECRET
    )
    try:
        world: World = await settle(house.data, DOCUMENT)
        hand_over(house.data)
        house.start()
        oracle = CallOracle(world.holders, DOCUMENT)
        credentials = world.credentials()
        materials = Materials(
            operations=list(oracle.security),
            credentials=credentials,
            networks=world.networks,
            master=next(each for each in credentials if each.what == MASTER),
        )
        yield Place(house=house, oracle=oracle, materials=materials)
    finally:
        house.leave()


@dataclass(slots=True)
class App:
    """The API behind, as `Served` asks for it: here it is the app itself, which is asked what it heard."""

    port: int
    arrivals: "Heard" = field(init=False)

    def __post_init__(self) -> None:
        self.arrivals = Heard(self.port)


@dataclass(slots=True)
class Heard:
    """What an app heard since the last time."""

    port: int

    def clear(self) -> None:
        """Forget it."""
        take_from(self.port)

    def __iter__(self) -> Iterator[Arrival]:
        """Each call that reached the app."""
        for heard in take_from(self.port):
            headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in heard.headers]
            yield Arrival(f"{heard.method} {heard.target} HTTP/1.1".encode("latin-1"), headers)


KINDS = (
    "local plain-asgi@uvicorn",
    "remote plain-asgi@uvicorn",
    "local plain-asgi@granian",
    "local plain-wsgi@gunicorn",
    "remote plain-wsgi@werkzeug",
)


@pytest.mark.parametrize("kind", KINDS)
async def test_apps_with_a_desk_decide_as_the_oracle_says(place: Place, kind: str) -> None:
    """Status, type, the operation that is reached, and who is named to the app."""
    assert not await compare(place, kind, count=QUICK, seed=SEED)


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
async def test_twenty_thousand_calls_are_decided_alike(place: Place, kind: str) -> None:
    """The same with more."""
    assert not await compare(place, kind, count=ALL, seed=SEED + 1)


async def compare(place: Place, kind: str, *, count: int, seed: int) -> str:
    """What is decided otherwise than it may be, in words."""
    app = GuardedApp(Kind.read(kind), place.house)
    try:
        served = Served(name=kind, port=app.port, api=App(app.port), oracle=place.oracle)  # type: ignore[arg-type]
        calls = [call for call in generate(place.materials, count=count, seed=seed) if not call.is_broken]
        answers = await served.decide(calls)
    finally:
        app.leave()
    wrong = list(served.faults)
    for call in calls:
        expected, answered = expect(call, place.oracle), answers[call.number]
        if not is_right(call, answered, place.oracle, served=kind.rpartition("@")[2]):
            wrong.append(f"{call.rows} {call.render(b'api.example')!r}\n  expected {expected}\n  answered {answered}")
    return f"{len(wrong)} of {len(calls)} with seed {seed}:\n" + "\n".join(wrong[:10]) if wrong else ""


def is_right(call: Call, answered: Verdict, oracle: CallOracle, *, served: str) -> bool:
    """Whether a call is decided as the contract says, or as it says of what the server leaves of the call."""
    expected = expect(call, oracle)
    if answered == expected:
        return True
    if answered in (Verdict(400), Verdict(431)):
        # The server's own words: malformed for it too, or a method that it does not know.
        return expected.status == 400 or call.method in ("FOO", "get", "Post")
    if any(not is_utf8(value) for _, value in call.headers):
        return answered == replace(MALFORMED, type="" if call.method == "HEAD" else MALFORMED.type)
    for change in LEAVES[served]:
        call = change(call)
    return answered == expect(call, oracle)


def is_utf8(value: bytes) -> bool:
    """Whether a header's value is passed on at all."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def cut_at_number_sign(call: Call) -> Call:
    """The server reads no further, and neither does the app."""
    path, sign, _ = call.path.partition(b"#")
    return replace(call, path=path, query=b"" if sign else call.query.partition(b"#")[0])


def without_underscores(call: Call) -> Call:
    """Dropped, so that no two names can be one in an environ."""
    return replace(call, headers=[pair for pair in call.headers if b"_" not in pair[0]])


def fold_first_slashes(call: Call) -> Call:
    """Python's http.server makes one of them."""
    return replace(call, path=b"/" + call.path.lstrip(b"/")) if call.path.startswith(b"//") else call


# What servers do to a call before an app, and thus whoever stands before it there, can see it.
LEAVES: dict[str, tuple[Callable[[Call], Call], ...]] = {
    "uvicorn": (cut_at_number_sign,),
    "granian": (cut_at_number_sign,),
    "gunicorn": (without_underscores,),
    "werkzeug": (without_underscores, fold_first_slashes),
}
