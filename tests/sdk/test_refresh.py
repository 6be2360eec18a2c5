"""A refresh and what may happen meanwhile: others who ask or save, a store that fails, a task that is cancelled."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import httpx
import httpx2
import pytest
from frontdesk_client import FileStore, MemoryStore, OAuth, Tokens
from frontdesk_client.calling import Answer, Call, HttpCaller
from frontdesk_client.errors import ReauthorizationRequired, StoreBusy, StoreFailed

from sdk.fixtures import ENDED, connect, keep, tokens
from sdk.small_api import SmallApi
from servers.processes import wait_until


def get(auth: OAuth, api: SmallApi) -> str:
    """One request that must be let in; the token that it carried."""
    answer = httpx2.get(f"{api.url}/things", auth=auth)
    assert answer.status_code == 200
    return answer.request.headers["authorization"].removeprefix("Bearer ")


def saved(store: MemoryStore) -> Tokens:
    """What a store holds."""
    held = store.load("default")
    assert held is not None
    return held


class Interrupted(HttpCaller):
    """Something happens between the moment that a refresh was decided, and the one in which it is asked for."""

    def __init__(self, what: Callable[[], None]) -> None:
        super().__init__()
        self._what = [what]

    def send(self, call: Call) -> Answer:
        """Once."""
        while self._what:
            self._what.pop()()
        return super().send(call)


class FailingStore(MemoryStore):
    """Cannot be written while it `fails`; nobody gets its lock while it `is_held`."""

    fails = is_held = False

    def save(self, name: str, tokens: Tokens | None) -> None:
        """As a disk does."""
        if self.fails:
            raise StoreFailed("the disk is full")
        super().save(name, tokens)

    def lock(self, name: str, *, seconds: float) -> AbstractContextManager[None]:
        """As a database does."""
        if self.is_held:
            raise StoreBusy("somebody else has it")
        return super().lock(name, seconds=seconds)


def test_what_could_not_be_saved_is_saved_before_it_is_used(api: SmallApi) -> None:
    """A rotating server gives a successor once: the store that failed gets it as soon as it works again."""
    api.rotates = True
    store = FailingStore()
    store.save("default", tokens(left=ENDED))
    auth = connect(api, store)
    store.fails = True
    for _ in range(2):
        with pytest.raises(StoreFailed):
            get(auth, api)
    assert api.calls_to("/things") == []
    store.fails = False
    assert get(auth, api) == saved(store).access_token == "access-1"
    assert (api.refreshes, saved(store).refresh_token) == (1, "refresh-1")


def test_who_connects_anew_during_a_refresh_wins(api: SmallApi) -> None:
    """The new connection is not overwritten by what came of the old one, and is used at once."""
    api.good = {"access-new"}
    store = keep(tokens(left=ENDED))
    auth = connect(api, store, caller=Interrupted(lambda: store.save("default", tokens("access-new"))))
    assert get(auth, api) == saved(store).access_token == "access-new"


def test_who_disconnects_during_a_refresh_stays_disconnected(api: SmallApi) -> None:
    """Nothing comes back to life."""
    store = keep(tokens(left=ENDED))
    auth = connect(api, store, caller=Interrupted(lambda: store.save("default", None)))
    with pytest.raises(ReauthorizationRequired):
        get(auth, api)
    assert store.load("default") is None


@pytest.mark.parametrize("left", [None, ENDED])
def test_a_successor_that_another_host_has_fetched_is_found(api: SmallApi, left: timedelta | None) -> None:
    """Where a lock does not reach, both may refresh: the refused one looks again before it gives the connection up."""
    api.rotates = True
    store = keep(tokens(left=ENDED))

    def refresh_elsewhere() -> None:
        status, said = api.answer_token_call({"client_secret": "the-secret", "refresh_token": "refresh-0"})
        assert status == 200
        store.save("default", tokens(str(said["access_token"]), refresh=str(said["refresh_token"]), left=left))

    auth = connect(api, store, caller=Interrupted(refresh_elsewhere))
    assert get(auth, api) == ("access-1" if left is None else "access-3")
    assert api.refreshes == (2 if left is None else 3)


def test_nobody_waits_for_a_refresh_ahead_of_time(api: SmallApi) -> None:
    """While the old token lives it is sent, and one refresh goes on beside the requests."""
    api.good, api.slowness = {"access-0"}, 1.0
    auth = connect(api, keep(tokens(left=timedelta(seconds=40))))
    began = time.monotonic()
    assert [get(auth, api) for _ in range(4)] == ["access-0"] * 4
    assert time.monotonic() - began < 0.8
    wait_until(lambda: get(auth, api) == "access-1")
    assert api.refreshes == 1


def test_what_fails_ahead_of_time_fails_nobody(api: SmallApi, caplog: pytest.LogCaptureFixture) -> None:
    """A locked store, an endpoint that is down, a connection that is gone: said in the log; an error when it ends."""
    api.good = {"access-0"}
    store = FailingStore()
    store.is_held = True
    store.save("default", tokens(left=timedelta(seconds=40)))
    auth = connect(api, store)
    assert [get(auth, api) for _ in range(4)] == ["access-0"] * 4
    wait_until(lambda: "somebody else has it" in caplog.text)
    store.save("default", tokens(left=ENDED))
    with pytest.raises(StoreBusy):
        get(connect(api, store), api)


def test_a_failure_is_shared_by_all_who_waited_for_it(api: SmallApi) -> None:
    """Sixteen threads and a token endpoint that is down: four calls and not sixty-four."""
    api.troubles, api.slowness = [503] * 99, 0.2
    auth = connect(api, keep(tokens(left=ENDED)))
    gate = threading.Barrier(16)

    def ask(_: int) -> str:
        gate.wait()
        try:
            return get(auth, api)
        except Exception as error:  # noqa: BLE001 - which one is what the test looks at
            return type(error).__name__

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {"TokenEndpointFailed"}
    assert api.refreshes == 4


async def ask_async(auth: OAuth, api: SmallApi, client: httpx2.AsyncClient | None = None) -> str:
    """One request that must be let in; the token that it carried."""
    if client is None:
        async with httpx2.AsyncClient() as own:
            return await ask_async(auth, api, own)
    answer = await client.get(f"{api.url}/things", auth=auth)
    assert answer.status_code == 200
    return answer.request.headers["authorization"].removeprefix("Bearer ")


def test_an_event_loop_is_never_held_up(api: SmallApi) -> None:
    """A refresh of two seconds, and a lock that another holds for as long: the loop goes round all the while."""
    api.slowness = 2.0
    store = keep(tokens(left=ENDED))
    auth = connect(api, store)
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)

    async def both() -> None:
        async with httpx2.AsyncClient() as client:  # making one takes long enough to be noticed
            watching = asyncio.create_task(watch())
            with store.lock("default", seconds=1):
                asking = [asyncio.create_task(ask_async(auth, api, client)) for _ in range(8)]
                await asyncio.sleep(2)
            assert set(await asyncio.gather(*asking)) == {"access-1"}
            watching.cancel()

    asyncio.run(both())
    assert api.refreshes == 1
    assert longest < 1.7  # it would be two whole seconds


def test_a_cancelled_task_loses_no_token(api: SmallApi) -> None:
    """What the server gave is saved although nobody waits for it any more, and serves the next."""
    api.rotates, api.slowness = True, 0.5
    store = keep(tokens(left=ENDED))
    auth = connect(api, store)

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask_async(auth, api), 0.2)
        assert await ask_async(auth, api) == "access-1"

    asyncio.run(give_up())
    assert (api.refreshes, saved(store).refresh_token) == (1, "refresh-1")


def test_event_loops_and_threads_share_one_refresh(api: SmallApi) -> None:
    """Four loops in four threads beside four threads without one."""
    api.slowness = 0.5
    auth = connect(api, keep(tokens(left=ENDED)))
    gate = threading.Barrier(8)

    def ask(number: int) -> str:
        gate.wait()
        return get(auth, api) if number % 2 else asyncio.run(ask_async(auth, api))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"access-1"}
    assert api.refreshes == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_that_is_forked_during_a_refresh_waits_for_nobody(api: SmallApi, tmp_path: Path) -> None:
    """The thread that refreshes is not in the child. It finds what its parent saved."""
    api.slowness = 1.0
    store = FileStore(tmp_path / "tokens")
    store.save("default", tokens(left=ENDED))
    auth = OAuth("the-id", "the-secret", store, endpoints=api.url)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(get, auth, api)
        while api.refreshes == 0:
            time.sleep(0.01)
        child = os.fork()
        if child == 0:
            os._exit(0 if get(auth, api) == "access-1" else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert first.result() == "access-1"
    assert api.refreshes == 1


@pytest.mark.parametrize("library", [httpx2, httpx], ids=["httpx2", "httpx"])
def test_the_network_of_one_request_can_be_an_extension(library: ModuleType, api: SmallApi) -> None:
    """It wins over the default; None means that none is added."""
    api.good = {"access-0"}
    auth = connect(api, keep(tokens()), network="n-1")
    with library.Client(auth=auth) as client:
        for said, sent in (("n-2", "n-2"), (None, None)):
            answer = client.get(f"{api.url}/things", extensions={"network": said})
            assert answer.json()["network"] == sent
