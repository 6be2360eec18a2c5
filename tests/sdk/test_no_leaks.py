"""No token and no secret in what any part of the SDK puts out: errors, their frames, objects, logs. ATTACKS LK-05.

What a server quotes counts too: it answers with all that it was sent.
"""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import keyring
import pytest
from frontdesk_client import (
    BasicCredentials,
    Connect,
    Endpoints,
    EnvironmentStore,
    FileStore,
    KeyringStore,
    Manners,
    MemoryStore,
    OAuth,
    Pace,
    Tokens,
    aiterate_items,
    iterate_items,
    raise_for_api_error,
)
from frontdesk_client.clock import read_clock
from frontdesk_client.errors import FrontdeskError, PagingFailed, StoreFailed
from frontdesk_client.stores.file import file_name

from sdk.imitation import NETWORK, Original, imitate
from sdk.manners.senders import KINDS, opened
from sdk.plain_server import Asked, Said, say, serve
from sdk.stores.keyrings import LockedKeyring
from sdk.telling import living_objects, tell_frames, tell_words

SECRET, CODE = "canary-client-secret", "code-that-was-sent"
ACCESS, REFRESH = "canary-access-token", "canary-refresh-token"
TOKENS = Tokens(access_token=ACCESS, refresh_token=REFRESH, made_at=read_clock())
CALLBACK = "https://app.example/callback"
LIBRARIES = (
    "aiohttp",
    "asyncio",
    "frontdesk_client",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "requests",
    "urllib3",
)


def look(text: str, *more: str) -> None:
    """Fail where a canary, or one of these, is in it."""
    for secret in ("canary", *more):
        at = text.find(secret)
        assert at < 0, f"…{text[max(0, at - 300) : at + 60]}…"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that any library logs, at its most talkative."""
    with caplog.at_level(1):
        for name in LIBRARIES:
            caplog.set_level(1, logger=name)
        yield lambda: "\n".join(f"{one.name} {one.getMessage()} {one.args!r} {one.exc_text}" for one in caplog.records)


def quote(status: int, asked: Asked) -> Said:
    """A refusal in the words of OAuth and of the API that repeats all that was sent."""
    all_of_it = f"{asked.target} {dict(asked.headers)} {asked.body.decode()}"
    return say(status, error="invalid_grant", error_description=all_of_it, message=all_of_it, type="quoted")


WRONG_ID_TOKEN = "x.eyJub25jZSI6ImNhbmFyeS1ub25jZSJ9.x"  # its nonce is "canary-nonce"
ANSWERS: dict[str, Callable[[Asked], Said]] = {
    "quoted 400": lambda asked: quote(400, asked),
    "quoted 401": lambda asked: quote(401, asked),
    "quoted 500": lambda asked: quote(500, asked),
    "no JSON": lambda asked: Said(body=asked.body),
    "no bearer": lambda _: say(access_token=ACCESS, token_type="mac"),
    "no header": lambda _: say(access_token=f"{ACCESS}\n"),
    "moved": lambda asked: Said(status=307, headers={"Location": "/elsewhere"}, body=asked.body),
    "wrong id token": lambda _: say(access_token=ACCESS, refresh_token=REFRESH, id_token=WRONG_ID_TOKEN),
}


def connecting(address: str, *, store: Any = None, in_query: bool = False) -> Connect:
    """An app whose secret is a canary."""
    endpoints = Endpoints.under(address, revoke_in_query=in_query)
    kept = MemoryStore() if store is None else store
    return Connect("the-id", SECRET, kept, endpoints=endpoints, redirect_uri=CALLBACK, scopes="resources")


def errors_of(act: Callable[[], object], *more: str) -> None:
    """It fails with an error of ours that tells nothing; `more` may stand in the frames of who was given it."""
    with pytest.raises(FrontdeskError) as caught:
        act()
    look(tell_words(caught.value), *more)
    look(tell_frames(caught.value))


@pytest.mark.parametrize("answer", [*ANSWERS, "nobody"])
def test_an_exchange_that_fails_tells_nothing(answer: str, logged: Callable[[], str]) -> None:
    """The app's secret, the verifier, the tokens that came; the code's words only, which alone buys nothing."""
    with serve(ANSWERS.get(answer, quote)) as address:  # type: ignore[arg-type]
        connect = connecting(address if answer != "nobody" else "http://127.0.0.1:9")
        for finish in (connect.finish, lambda *said: asyncio.run(connect.finish_async(*said))):
            begun = connect.start()
            (state,) = parse_qs(urlsplit(begun.url).query)["state"]
            errors_of(lambda: finish(f"?code={CODE}&state={state}", begun.ticket), CODE, begun.ticket)  # noqa: B023
    look(logged())


@pytest.mark.parametrize("answer", ["", "?code=x", f"?code={CODE}&state=x", f"?error={CODE}", f"?code={CODE}&code=x"])
def test_an_answer_that_is_not_ours_tells_nothing(answer: str) -> None:
    """Whatever a browser brings, code and ticket stay out of the error."""
    connect = connecting("https://api.example.com")
    ticket = connect.start().ticket
    errors_of(lambda: connect.finish(answer, ticket), CODE, ticket)
    errors_of(lambda: connect.finish(answer, f"{ticket}x"), CODE, ticket)


@pytest.mark.parametrize("in_query", [False, True])
@pytest.mark.parametrize("answer", ["quoted 400", "quoted 500", "nobody"])
def test_a_revocation_that_fails_tells_nothing(answer: str, in_query: bool, logged: Callable[[], str]) -> None:
    """In the form or in the query."""
    store = MemoryStore()
    store.save("default", TOKENS)
    with serve(ANSWERS.get(answer, quote)) as address:  # type: ignore[arg-type]
        connect = connecting(address if answer != "nobody" else "http://127.0.0.1:9", store=store, in_query=in_query)
        errors_of(connect.revoke)
        errors_of(lambda: asyncio.run(connect.revoke_async()))
    look(logged())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", ["quoted 400", "quoted 401", "quoted 500"])
def test_a_refresh_that_is_quoted_tells_nothing(answer: str, kind: str, logged: Callable[[], str]) -> None:
    """The refusal's own words are in the error, without what they repeat."""
    store = MemoryStore()
    store.save(
        "default", Tokens(access_token=ACCESS, refresh_token=REFRESH, expires_at=read_clock(), made_at=read_clock())
    )

    async def go(address: str) -> None:
        oauth = OAuth("the-id", SECRET, store, endpoints=address)
        async with opened(kind, Manners(), auth=oauth.for_aiohttp() if kind == "aiohttp" else oauth) as send:
            await send("GET", f"{address}/things")

    with serve(ANSWERS[answer]) as address:
        errors_of(lambda: asyncio.run(go(address)))
    look(logged())


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_connection_below_manners_tells_nothing(kind: str, logged: Callable[[], str]) -> None:
    """The error is the client's own; no frame of ours in it shows the header that was on its way."""

    async def go() -> None:
        async with opened(kind, Manners(pace=Pace(10))) as send:
            await send(
                "POST", "http://127.0.0.1:9/", body=b"canary-body", headers={"authorization": f"Bearer {ACCESS}"}
            )

    with pytest.raises(Exception) as caught:
        asyncio.run(go())
    look(tell_words(caught.value))
    told = tell_frames(caught.value)
    assert "Polite" in told
    look(told)
    look(logged())


def test_a_list_that_breaks_tells_nothing() -> None:
    """Rows are the API's data: an error about a page does not show them, nor the credential that was refused."""
    headers = {"authorization": f"Bearer {ACCESS}"}

    async def walk(address: str) -> None:
        async with httpx2.AsyncClient(headers=headers) as client:
            async for _ in aiterate_items(client, address, params={"nextPageToken": ACCESS}):
                pass

    for answer in (say(a=["canary-row"], b=[]), Said(body=b'["canary-row"]')):
        with serve(lambda _, said=answer: said) as address, httpx2.Client(headers=headers) as client:  # type: ignore[misc]
            for act in (lambda: list(iterate_items(client, address)), lambda: asyncio.run(walk(address))):
                with pytest.raises(PagingFailed) as caught:
                    act()
                look(tell_words(caught.value))
    with serve(lambda asked: quote(401, asked)) as address, httpx2.Client(headers=headers) as client:
        errors_of(lambda: raise_for_api_error(client.get(address)))


# Something like tokens, and none.
POISONED = (f'{{"access_token": "{ACCESS}"', f'["{ACCESS}"]', f'{{"access_token": "{ACCESS}", "made_at": "canary"}}')


@pytest.mark.parametrize("text", POISONED)
def test_a_store_that_holds_something_else_does_not_show_it(text: str, tmp_path: Path) -> None:
    """Cut, of another kind, or of another version."""
    errors_of(lambda: EnvironmentStore({"FRONTDESK_TOKENS": text}).load("default"))
    store = FileStore(tmp_path / "tokens")
    store.save("default", TOKENS)
    path = tmp_path / "tokens" / f"{file_name('default')}.json"
    path.write_text(text)
    errors_of(lambda: store.load("default"))
    for wrong in (lambda: path.chmod(0o644), lambda: (path.unlink(), path.symlink_to("/dev/null"))):
        wrong()
        errors_of(lambda: store.load("default"))


def test_a_store_that_cannot_be_written_does_not_show_what_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged: Callable[[], str]
) -> None:
    """A keyring that quotes its entry, a folder that is a file."""
    (tmp_path / "file").touch()
    errors_of(lambda: FileStore(tmp_path / "file").save("default", TOKENS))
    monkeypatch.setattr(keyring, "get_keyring", lambda: LockedKeyring(tmp_path / "entries"))
    store = KeyringStore(tmp_path / "chosen")
    store.choose("keyring")
    errors_of(lambda: store.save("default", TOKENS))
    with store.lock("default", seconds=1), pytest.raises(StoreFailed) as busy, store.lock("default", seconds=0):
        pass
    look(tell_words(busy.value) + tell_frames(busy.value))
    look(logged() + "".join(repr(one) for one in (store, TOKENS, EnvironmentStore({"FRONTDESK_TOKENS": ACCESS}))))


def _walk(original: Original) -> set[str]:
    """Connect, call with every client, refresh, page; all the secrets that were on the way."""
    store = MemoryStore()
    connect = Connect(
        *original.app,
        store,
        endpoints=Endpoints.under(original.address, revoke_in_query=True),
        redirect_uri=original.redirect_uri,
        scopes="resources",
    )
    begun = connect.start()
    opener = urllib.request.build_opener(_Stay())  # a browser; it logs nothing
    where = begun.url
    while not where.startswith(original.redirect_uri):
        where = urllib.parse.urljoin(where, _location(opener, where))
    connect.finish(where, begun.ticket)
    first = store.load("default")
    oauth = OAuth(*original.app, store, endpoints=original.address, network=NETWORK)
    pair = BasicCredentials(*original.pair, api=original.address)
    original.pass_seconds(3601)

    async def call(kind: str) -> None:
        for auth in (oauth, pair):
            taken = auth.for_aiohttp() if kind == "aiohttp" else auth
            async with opened(kind, Manners(pace=Pace(10)), auth=taken) as send:
                assert (await send("GET", f"{original.address}/resources/v1")).status == 200

    for kind in KINDS:
        asyncio.run(call(kind))
    secrets = _secrets(original, begun.ticket, where, first, store.load("default"))
    living = list(living_objects())
    assert {"OAuth", "Connect", "BasicCredentials", "MemoryStore", "Tokens", "Held"} <= {
        one.partition(":")[0] for one in living
    }
    look("\n".join(living), *secrets)
    assert connect.revoke()
    return secrets


def _secrets(original: Original, ticket: str, callback: str, *held: Tokens | None) -> set[str]:
    tokens = {one for each in held if each is not None for one in (each.access_token, each.refresh_token or "")}
    (code,) = parse_qs(urlsplit(callback).query)["code"]
    basic = {one.headers["authorization"].partition(" ")[2] for one in original.asked if "authorization" in one.headers}
    verifiers = {one.form["code_verifier"] for one in original.asked if "code_verifier" in one.form}
    assert verifiers
    return {*tokens, *basic, *verifiers, code, ticket, original.app[1], original.pair[1]} - {""}


def _location(opener: urllib.request.OpenerDirector, url: str) -> str:
    try:
        opener.open(url)
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["location"])
    raise AssertionError("no redirect")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def test_nothing_that_lives_or_is_logged_in_a_whole_walk_tells_a_secret(logged: Callable[[], str]) -> None:
    """Every object of ours in memory, and every line of any library, from connecting to revoking in the query."""
    with imitate() as original:
        secrets = _walk(original)
        assert len(secrets) >= 9
        text = logged()
        assert "frontdesk_client" in text
        look(text, *secrets)
