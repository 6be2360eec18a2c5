"""No token and no secret in an error, its causes, the locals of its frames, a repr or a log line. ATTACKS LK-05."""

import logging
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from frontdesk_client import BasicCredentials, OAuth
from frontdesk_client.calling import Call, HttpCaller
from frontdesk_client.credentials import Credentials
from frontdesk_client.errors import FrontdeskError, StoreFailed
from frontdesk_client.tokens import Tokens

from sdk.clients import EVERY, Send, Wish, by_aiohttp
from sdk.fixtures import ENDED, keep, tokens
from sdk.small_api import SmallApi

ACCESS, REFRESH, SECRET = "canary-access-token", "canary-refresh-token", "canary-client-secret"
SECRETS = (ACCESS, REFRESH, SECRET, b64encode(f"the-id:{SECRET}".encode()).decode(), "access-1", "refresh-1")


class Broken:
    """A store that cannot be written."""

    def __init__(self, held: Tokens) -> None:
        self._store = keep(held)
        self.load, self.lock = self._store.load, self._store.lock

    def save(self, name: str, tokens: Tokens | None) -> None:
        """Fail, as a disk does."""
        raise StoreFailed("the disk is full")


def look_for_secrets(text: str) -> None:
    """Fail where one is in it, in any part."""
    for secret in SECRETS:
        assert secret not in text, f"{secret} in: {text[:2000]}"


def tell_everything(error: BaseException) -> str:
    """An error as the most talkative reporter shows it: its chain, and the locals of every frame."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    chain: list[BaseException | None] = [error, error.__cause__, error.__context__]
    parts = [repr((one, one.args, vars(one))) for one in chain if one is not None]
    return "".join([*shown.format(), *parts])


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that any library logs, at its most talkative."""
    with caplog.at_level(1):
        for name in ("httpx", "httpx2", "httpcore", "httpcore2", "urllib3", "aiohttp", "asyncio", "frontdesk_client"):
            logging.getLogger(name).setLevel(1)
        yield lambda: "\n".join(repr((one.getMessage(), one.args)) for one in caplog.records)


def gone(api: SmallApi) -> Credentials:
    """A connection whose refresh token is refused."""
    api.secret = SECRET
    return wrong(api)


def wrong(api: SmallApi) -> Credentials:
    """A client that is refused."""
    return OAuth("the-id", SECRET, keep(held(ACCESS)), endpoints=api.url)


def unreachable(api: SmallApi) -> Credentials:
    """A token endpoint that never answers."""
    api.troubles = [0] * 9
    return gone(api)


def busy(api: SmallApi) -> Credentials:
    """A token endpoint that says "later"."""
    api.troubles = [503] * 9
    return gone(api)


def unwritable(api: SmallApi) -> Credentials:
    """A store that cannot keep what a refresh gave."""
    api.refresh_token, api.secret, api.rotates = REFRESH, SECRET, True
    return OAuth("the-id", SECRET, Broken(held(ACCESS)), endpoints=api.url)


def foreign(api: SmallApi) -> Credentials:
    """A pair for another API."""
    return BasicCredentials("the-id", SECRET, api="https://api.example.com")


def held(access: str) -> Tokens:
    """Tokens that ended."""
    return tokens(access, refresh=REFRESH, left=ENDED)


@pytest.mark.parametrize("send", EVERY)
@pytest.mark.parametrize("make", [gone, wrong, unreachable, busy, unwritable, foreign])
def test_no_error_tells_a_secret(
    send: Send, make: Callable[[SmallApi], Credentials], api: SmallApi, logged: Callable[[], str]
) -> None:
    """Whatever goes wrong, in every client, with everything logged."""
    auth = make(api)
    if make is foreign and send is by_aiohttp:
        assert send(auth, Wish(url=f"{api.url}/things")).status == 401
    else:
        with pytest.raises(FrontdeskError) as caught:
            send(auth, Wish(url=f"{api.url}/things"))
        look_for_secrets(tell_everything(caught.value))
    look_for_secrets(logged())


@pytest.mark.parametrize("send", EVERY)
def test_no_log_line_tells_a_secret_when_all_goes_well(send: Send, api: SmallApi, logged: Callable[[], str]) -> None:
    """A refused token, its refresh, and the request once more."""
    api.refresh_token, api.secret, api.rotates = REFRESH, SECRET, True
    auth = OAuth("the-id", SECRET, keep(tokens(ACCESS, refresh=REFRESH)), endpoints=api.url)
    assert send(auth, Wish(url=f"{api.url}/things")).status == 200
    look_for_secrets(logged())


def test_nothing_of_a_credential_prints_a_secret(api: SmallApi) -> None:
    """The object that is at hand in every debugger, and all that it is made of."""
    api.refresh_token, api.secret, api.rotates = REFRESH, SECRET, True
    auth = OAuth("the-id", SECRET, keep(tokens(ACCESS, refresh=REFRESH)), endpoints=api.url)
    EVERY[0](auth, Wish(url=f"{api.url}/things"))
    pair = BasicCredentials("the-id", SECRET, api=api.url)
    shown = [repr(part) for one in (auth, pair, auth.for_aiohttp(), auth.for_network("n")) for part in parts_of(one)]
    assert len(shown) > 15
    look_for_secrets("\n".join(shown))


def parts_of(whole: Any, depth: int = 5) -> Iterator[Any]:
    """An object of ours, and the objects of ours in it."""
    yield whole
    names = [*getattr(whole, "__dict__", {}), *getattr(type(whole), "__slots__", ())]
    for name in names if depth else ():
        part = getattr(whole, name)
        if type(part).__module__.startswith("frontdesk_client") and not isinstance(part, type):
            yield from parts_of(part, depth - 1)


@pytest.mark.anyio
async def test_what_stands_in_a_query_is_not_logged(api: SmallApi, logged: Callable[[], str]) -> None:
    """The original API wants a token to revoke in the query, and httpx2 logs addresses."""
    call = Call(method="POST", url=f"{api.url}/oauth2/revoke", query={"token": ACCESS})
    HttpCaller().send(call)
    await HttpCaller().send_async(call)
    assert [one.query for one in api.received] == [f"token={ACCESS}"] * 2
    assert "oauth2/revoke" in logged()
    look_for_secrets(logged())
