"""A Frontdesk for the tests of whoever integrates with one: real protocol code in this process, and told time."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from frontdesk.middleware.loop_thread import LoopThread
from frontdesk.protocol.ids import SECOND, Micros
from frontdesk.settings import read_settings
from frontdesk.testing.inside import Inside
from frontdesk.testing.issued import App, Connection, Network, Seen
from frontdesk.testing.loopback import Loopback
from frontdesk.testing.story import API, CALLBACK, OWNER
from frontdesk.testing.street import LONG_AGO, Trouble
from frontdesk.testing.told import ToldClock
from frontdesk.testing.transport import Transport
from frontdesk.web.asgi import AsgiApp

URL = "https://desk.example"
PATIENCE = 30.0  # seconds, for anything that is done in here

Result = TypeVar("Result")


class FakeAuthority:
    """An authorization server and a small API behind its gateway, at one address: `url`.

    It lives on an event loop in a thread of its own. So its methods, which all wait, can be called in sync and in async
    tests alike. Its clock stands still until the test lets time pass. Use it in a `with` block, or call `close`.
    """

    def __init__(self, *, openapi: str | Path = API, listens: bool = False, **settings: Any) -> None:
        """`openapi`: the API's document, in place of a small one.

        `listens`: at a free port of 127.0.0.1 too, which is then its address. `settings`: Frontdesk's own, by name.
        DocumentError, SettingsError or TypeError where the document, a value or a name is none.
        """
        self._thread = LoopThread("frontdesk-testing")
        self._loopback = Loopback() if listens else None
        self.url = self._loopback.url if self._loopback is not None else URL
        try:
            flags = {"public_url": self.url, "openapi": openapi, **settings}
            self.settings = read_settings(file=None, environ={}, flags=flags)
            self._inside = self._run(lambda: Inside.begin(self.settings))
            if self._loopback is not None:
                self._run(partial(self._loopback.open, self._inside.street))
        except BaseException:
            self.close()
            raise
        self._network: Network | None = None
        self._app: App | None = None
        self._connection: Connection | None = None

    def close(self) -> None:
        """End it, and everything that it holds."""
        self._thread.stop(self._end, seconds=PATIENCE)
        if self._loopback is not None:
            self._loopback.close()

    def __enter__(self) -> "FakeAuthority":
        """It is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    # -- who is there
    @property
    def network(self) -> Network:
        """A network, made when it is first asked for."""
        if self._network is None:
            self._network = self.add_network()
        return self._network

    @property
    def app(self) -> App:
        """An app with a secret, treated as the contract says; made when it is first asked for."""
        if self._app is None:
            self._app = self.add_app()
        return self._app

    @property
    def connection(self) -> Connection:
        """`app`, connected to `network` by its owner; made when it is first asked for."""
        if self._connection is None:
            self._connection = self.connect()
        return self._connection

    def add_network(self, title: str = "Northside", *, owner: str = OWNER) -> Network:
        """One more network, with its Basic pair and its owner's address."""
        return self._run(lambda: self._inside.add_network(title, owner))

    def add_app(
        self,
        name: str = "Door Locks",
        *,
        scope: str | None = None,
        redirect_uri: str = CALLBACK,
        strict: bool = False,
        public: bool = False,
    ) -> App:
        """One more app. `scope` None: all that the document knows. `strict`: PKCE, and refresh tokens that rotate."""
        return self._run(
            lambda: self._inside.add_app(
                name, scope=scope, redirect_uri=redirect_uri, is_strict=strict, is_public=public
            )
        )

    def connect(
        self,
        app: App | None = None,
        *,
        user: str | None = None,
        networks: Sequence[Network] = (),
        scope: str | None = None,
    ) -> Connection:
        """Let a user (the first network's owner) connect an app to networks: authorize, consent and token, done."""
        chosen, wanted = tuple(networks) or (self.network,), app or self.app
        who = user or chosen[0].owner
        return self._run(lambda: self._inside.connect(wanted, user=who, networks=chosen, scope=scope or wanted.scope))

    def serve(self, api: AsgiApp) -> None:
        """Put an ASGI app behind the gateway, in place of the small API that says back what it was asked."""
        self._do(lambda: self._inside.doors.serve(api))

    def approve(self, url: str, *, user: str | None = None, networks: Sequence[Network] = ()) -> str:
        """Do what a user does whom the client sent to `url`: sign in, tick these networks, allow.

        Gives the address that the browser is sent to: the app's redirect URI with `code`, `state` and `iss`.
        """
        chosen = tuple(networks) or (self.network,)
        return self._decide(url, user=user or chosen[0].owner, networks=chosen)

    def deny(self, url: str, *, user: str | None = None) -> str:
        """The same, but the user denies: the address carries `error=access_denied`."""
        return self._decide(url, user=user or self.network.owner, networks=None)

    # -- what clients use
    def transport(self) -> Any:
        """For `httpx2.Client`, `httpx2.AsyncClient` and those of httpx: requests come in here, without a network."""
        return Transport(self.url, self._inside.street, self._thread)

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Every request that clients made, in the order of the answers. What the authority does itself is not in it."""
        return tuple(self._inside.street.seen)

    # -- time
    @property
    def clock(self) -> ToldClock:
        """The authority's clock: `pass_seconds`, `pass_minutes`, `pass_days`."""
        return self._inside.story.clock

    def now(self) -> datetime:
        """What its clock shows: for a client whose clock can be replaced."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.clock.now())

    def sleep(self, seconds: float) -> None:
        """Let time pass here, without waiting: for a client whose `sleep` can be replaced."""
        self.clock.pass_seconds(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """The same, for a client that would await."""
        self.sleep(seconds)

    # -- what a test can force
    def expire_now(self) -> None:
        """Every access token that was given so far is too old: the clock goes on by as much as they live."""
        self.clock.pass_seconds(self.settings.access_token_lifetime)

    def revoke_now(self, connection: Connection | None = None) -> None:
        """The connection's tokens are dead, as though somebody had revoked them: 401, then `invalid_grant`."""
        self._run(lambda: self._inside.revoke(connection or self._made_connection()))

    def disconnect_now(self, connection: Connection | None = None, *, network: Network | None = None) -> None:
        """The user disconnects the app; with `network`, in that one only: 403 there, and the token lives on."""
        self._run(lambda: self._inside.disconnect(connection or self._made_connection(), network))

    def regenerate_now(self, network: Network | None = None) -> Network:
        """The owner regenerates the network's Basic pair: the old one is dead, the new one is in what this gives."""
        old = network or self.network
        new = self._run(lambda: self._inside.regenerate(old))
        if self._network is not None and self._network.id == new.id:
            self._network = new
        return new

    def rotate_now(self, connection: Connection | None = None) -> Connection:
        """Another process of a strict app has refreshed, and used what it got: the refresh token held so far is dead.

        Gives the tokens that are in force. Whoever presents the dead one ends the connection.
        """
        return self._run(lambda: self._inside.rotate(connection or self._made_connection()))

    def limit_now(self, *, seconds: float = 1, times: int | None = None) -> None:
        """Every call to the API is over its limit: 429, until the clock went on by `seconds`, or for `times` calls."""
        until = Micros(self.clock.now() + int(seconds * SECOND))
        self._do(lambda: self._inside.limiter.press(until=until, times=times))

    def fail_now(self, *, times: int | None = 1, path: str | None = None) -> None:
        """The next requests find the store out of order: 503 with `Retry-After`, and nothing is done.

        `times` None: until `recover`. `path`: only those to exactly this path, say `/oauth2/token`.
        """
        self._ahead(Trouble(loses_answer=False, times=times, path=path))

    def lose_answer_now(self, *, times: int | None = 1, path: str | None = None) -> None:
        """The next requests are served, but the connection breaks before their answers. As for `fail_now`."""
        self._ahead(Trouble(loses_answer=True, times=times, path=path))

    def recover(self) -> None:
        """Nothing is forced any more. What was revoked or expired stays so."""
        self._do(self._inside.street.ahead.clear)
        self._do(lambda: self._inside.limiter.press(until=LONG_AGO, times=None))

    def _made_connection(self) -> Connection:
        if self._connection is None:
            raise AssertionError("there is no connection so far: authority.connect() gives one, name it here")
        return self._connection

    def _decide(self, url: str, *, user: str, networks: tuple[Network, ...] | None) -> str:
        if not url.startswith(self.url + "/"):
            raise AssertionError(f"{url.partition('?')[0]} is not at {self.url}")
        return self._run(lambda: self._inside.decide(url, user=user, networks=networks))

    def _ahead(self, trouble: Trouble) -> None:
        self._do(lambda: self._inside.street.ahead.append(trouble))

    def _do(self, act: Callable[[], object]) -> None:
        """On the loop, where requests look at the same things."""

        async def acting() -> None:
            act()

        self._run(acting)

    def _run(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        return self._thread.run(work, seconds=PATIENCE)

    async def _end(self) -> None:
        if self._loopback is not None:
            await self._loopback.stop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
