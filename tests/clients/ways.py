"""Every way to an API that keeps what it hears: the built-in proxy, the proxies in front, desks in process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from clients.recorder import Heard, Recorder, take_from
from middleware.guarded import API, SECRET, GuardedApp, Kind
from servers.house import House
from servers.partner import Place, Tokens, Town, settle
from servers.proxies import START
from servers.wires import Wire, basic

APPS = {
    "asgi, local": "local plain-asgi@uvicorn",
    "asgi, remote": "remote plain-asgi@granian",
    "wsgi, local": "local plain-wsgi@gunicorn",
    "wsgi, remote": "remote plain-wsgi@werkzeug",
}
WAYS = ("built-in proxy", *START, *APPS)
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An API without anything before it, a house before the same API, and who calls."""

    recorder: Recorder
    house: House
    place: Place
    other: Place
    tokens: Tokens

    @property
    def bearer(self) -> Pairs:
        """What a partner sends."""
        return [("Authorization", f"Bearer {self.tokens.access}"), ("spacebring-network-id", self.place.id)]

    @property
    def pair(self) -> Pairs:
        """What a customer sends."""
        return [("Authorization", basic(self.place.client_id, self.place.client_secret))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where callers send, and what the API heard of it since the last time."""

    name: str
    url: str
    take: Callable[[], list[Heard]]


@contextmanager
def open_scene(**settings: str) -> Iterator[Scene]:
    """Settle it, and take it away."""
    recorder = Recorder()
    house = House(
        upstream=recorder.url,
        openapi=API,
        check_secret=SECRET,
        check_peers="127.0.0.1",
        serve_networks="false",
        **settings,
    )
    town: Town | None = None
    try:
        town = settle(house.start())
        tokens = town.app.connect(Wire(house.port), town.person(), [place.id for place in town.places[:2]])
        yield Scene(recorder=recorder, house=house, place=town.places[0], other=town.places[1], tokens=tokens)
    finally:
        if town is not None:
            town.close()
        house.leave()
        recorder.stop()


@contextmanager
def open_way(name: str, scene: Scene) -> Iterator[Way]:
    """Start what leads there, and end it."""
    with ExitStack() as stack:
        if name in APPS:
            app = GuardedApp(Kind.read(APPS[name]), scene.house)
            stack.callback(app.leave)
            way = Way(name=name, url=app.url, take=lambda: take_from(app.port))
        elif name in START:
            front = START[name](scene.house.port, scene.recorder.port)
            stack.callback(front.stop)
            way = Way(name=name, url=front.url, take=scene.recorder.take)
        else:
            way = Way(name=name, url=scene.house.url, take=scene.recorder.take)
        way.take()
        yield way
