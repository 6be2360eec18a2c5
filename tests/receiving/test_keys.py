"""Where the API has the gateway's keys from: kept as long as allowed, asked for rarely, and never from elsewhere."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from frontdesk.receiving import AssertionRefusedError, AssertionVerifier, KeysUnavailableError
from frontdesk.receiving.fetching import MAX_DOCUMENT, FetchError, fetch_from
from frontdesk.receiving.keys import RETRY_AFTER, SEEK_AFTER, STALE, RemoteKeys
from receiving.forge import AUDIENCE, ISSUER, NOW, Gateway, Hand

pytestmark = pytest.mark.anyio
OLD, NEW = Gateway(), Gateway()


@pytest.fixture
def anyio_backend() -> str:
    """It runs on asyncio."""
    return "asyncio"


@dataclass
class Source:
    """What the gateway publishes just now; None: it is away."""

    published: bytes | None = field(default_factory=lambda: json.dumps(OLD.jwks).encode())
    max_age: float = 60.0
    fetched: int = 0
    gate: threading.Event | None = None

    def __call__(self) -> tuple[bytes, float]:
        """One fetch."""
        self.fetched += 1
        if self.gate is not None:
            self.gate.wait(5)
        if self.published is None:
            raise FetchError("it is away")
        return self.published, self.max_age


@pytest.fixture
def hand() -> Hand:
    """The time."""
    return Hand(0)


@pytest.fixture
def source() -> Source:
    """A gateway that publishes its old key."""
    return Source()


@pytest.fixture
def keys(source: Source, hand: Hand) -> RemoteKeys:
    """The API's memory of it."""
    return RemoteKeys(source, clock=hand)


@pytest.fixture(params=["sync", "async"])
def find(request: pytest.FixtureRequest, keys: RemoteKeys) -> Callable[[str], object]:
    """Both ways to look for a key keep the same rules."""
    if request.param == "sync":
        return keys.find

    def find_async(kid: str) -> object:
        async def look() -> object:
            found = await keys.find_async(kid)
            if keys._flight is not None:
                await keys._flight
            return found

        return asyncio.run(look())

    return find_async


def test_keys_are_fetched_when_first_needed_and_kept_for_their_age(
    find: Callable[[str], object], source: Source, hand: Hand
) -> None:
    """One fetch in a max-age, however many calls."""
    assert source.fetched == 0
    for _ in range(100):
        assert find(OLD.kid) is not None
    hand.at = 59.9
    assert find(OLD.kid) is not None
    assert source.fetched == 1
    hand.at = 60
    assert find(OLD.kid) is not None
    assert source.fetched == 2


def test_jw_14_a_withdrawn_key_is_out_after_the_age_of_the_set(
    find: Callable[[str], object], source: Source, hand: Hand
) -> None:
    """JW-14: D is max-age: the next look after it refuses what the withdrawn key signed (async: the one after)."""
    find(OLD.kid)
    source.published = json.dumps(NEW.jwks).encode()
    hand.at = 60
    find(OLD.kid)
    assert find(OLD.kid) is None
    assert find(NEW.kid) is not None


def test_a_new_key_is_found_at_once_where_nothing_was_sought_before(
    find: Callable[[str], object], source: Source, hand: Hand
) -> None:
    """A key that signs earlier than it was published, after a withdrawal."""
    find(OLD.kid)
    hand.at = SEEK_AFTER
    source.published = json.dumps({"keys": OLD.jwks["keys"] + NEW.jwks["keys"]}).encode()
    assert find(NEW.kid) is not None
    assert find(OLD.kid) is not None
    assert source.fetched == 2


def test_keys_that_ran_out_are_used_while_the_gateway_is_away_but_not_for_ever(
    find: Callable[[str], object], source: Source, hand: Hand
) -> None:
    """A restart of the gateway costs no call; whoever keeps the API from it does not keep a withdrawn key alive."""
    find(OLD.kid)
    source.published = None
    hand.at = 60 + STALE - 1
    assert find(OLD.kid) is not None
    hand.at = 60 + STALE
    with pytest.raises(KeysUnavailableError, match="away"):
        find(OLD.kid)
    source.published = json.dumps(OLD.jwks).encode()
    hand.at += RETRY_AFTER
    assert find(OLD.kid) is not None


def test_a_gateway_that_is_away_is_asked_once_a_second(
    find: Callable[[str], object], source: Source, hand: Hand
) -> None:
    """However many calls come meanwhile; each is told to try again, none is refused for good."""
    source.published = None
    for _ in range(50):
        with pytest.raises(KeysUnavailableError):
            find(OLD.kid)
        hand.at += 0.1
    assert 4 <= source.fetched <= 6


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"keys": 7}', b'{"keys": []}', b'{"keys": ["x"]}', b"[" * 60_000, b"\xff",
     b'{"keys": [{"kty": "EC", "crv": "P-256", "kid": "a", "x": "AA", "y": "AA"}]}'],
    ids=lambda content: ascii(content)[:24],
)  # fmt: skip
def test_what_is_no_key_set_takes_nothing_away(
    find: Callable[[str], object], source: Source, hand: Hand, content: bytes
) -> None:
    """A broken answer is no withdrawal: what was known stays until it is too old."""
    find(OLD.kid)
    source.published = content
    hand.at = 60
    find(OLD.kid)
    assert find(OLD.kid) is not None
    assert source.fetched == 2


def test_threads_wait_for_one_fetch(keys: RemoteKeys, source: Source) -> None:
    """Sixteen first calls at once: one fetch, sixteen keys."""
    source.gate = threading.Event()
    with ThreadPoolExecutor(16) as pool:
        found = [pool.submit(keys.find, OLD.kid) for _ in range(16)]
        time.sleep(0.05)
        source.gate.set()
        assert all(one.result(5) is not None for one in found)
    assert source.fetched == 1


async def test_tasks_wait_for_one_fetch_and_the_loop_goes_on(keys: RemoteKeys, source: Source) -> None:
    """A thousand first calls at once: one fetch beside the loop, which serves others meanwhile."""
    source.gate = threading.Event()
    looking = [asyncio.create_task(keys.find_async(OLD.kid)) for _ in range(1_000)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in looking)
    looking[0].cancel()  # a caller that leaves takes nobody's fetch along
    source.gate.set()
    assert all(found is not None for found in await asyncio.gather(*looking[1:]))
    assert source.fetched == 1


async def test_known_keys_do_not_wait_for_a_slow_gateway(keys: RemoteKeys, source: Source, hand: Hand) -> None:
    """Keys that just ran out are looked for beside the calls, not in their way."""
    await keys.find_async(OLD.kid)
    hand.at = 61
    source.gate = threading.Event()
    async with asyncio.timeout(1):
        assert await keys.find_async(OLD.kid) is not None
        while source.fetched < 2:  # noqa: ASYNC110 - another thread begins it
            await asyncio.sleep(0.001)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(keys.find, OLD.kid).result(1) is not None
    source.gate.set()
    assert source.fetched == 2


# -- over HTTP
@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A gateway on loopback."""

    class Handler(BaseHTTPRequestHandler):
        """Answers as it is told."""

        def do_GET(self) -> None:
            """One request."""
            answer(self)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answers(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """What writes this."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_an_api_needs_the_issuer_only() -> None:
    """The keys come from its well-known address; what another key signed is refused."""
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        answers(json.dumps(OLD.jwks).encode(), Cache_Control="public, max-age=60")(handler)

    with serving(answer) as url:
        verifier = AssertionVerifier(issuer=url, audience=AUDIENCE, clock=lambda: NOW)
        assert verifier.verify(OLD.says(iss=url), method="GET", path="/rooms/v1")
        with pytest.raises(AssertionRefusedError):
            verifier.verify(NEW.says(iss=url), method="GET", path="/rooms/v1")
    assert asked == ["/.well-known/jwks.json"]


@pytest.mark.parametrize(
    ("headers", "age"),
    [
        ({}, 60), ({"Cache_Control": "public, max-age=90"}, 90), ({"Cache_Control": "max-age=90", "Age": "30"}, 60),
        ({"Cache_Control": "max-age=1"}, 10), ({"Cache_Control": "max-age=999999999"}, 3_600),
        ({"Cache_Control": "s-maxage=900, max-age=70"}, 70), ({"Cache_Control": "max-age=-1"}, 60),
        ({"Cache_Control": "max-age=90", "Age": "x"}, 90), ({"Cache_Control": "MAX-AGE=90"}, 90),
    ],
)  # fmt: skip
def test_how_long_keys_are_kept(headers: dict[str, str], age: float) -> None:
    """RFC 9111 §5.2.2.1 and §5.1: max-age less what a cache took of it, within bounds."""
    with serving(answers(b"{}", **headers)) as url:
        assert fetch_from(url)() == (b"{}", age)


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 308, 404, 500, 503])
def test_nothing_but_a_200_counts_and_no_redirect_is_followed(status: int) -> None:
    """SS-01's way in: an answer cannot send the API anywhere else."""
    seen: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        answers(b"{}")(handler)

    with serving(note) as other, serving(answers(b"", status, Location=f"{other}/elsewhere")) as url:  # noqa: SIM117
        with pytest.raises(FetchError):
            fetch_from(url)()
    assert seen == []


def test_a_huge_answer_is_not_read() -> None:
    """Nor is one that never comes: the address is closed."""
    with serving(answers(b"x" * (MAX_DOCUMENT + 1))) as url, pytest.raises(FetchError):
        fetch_from(url)()
    with pytest.raises(FetchError):
        fetch_from(url)()


@pytest.mark.parametrize(
    "url",
    ["http://front.example/jwks.json", "http://10.0.0.1/x", "http://127.0.0.1.evil.example/", "ftp://127.0.0.1/x",
     "file:///etc/passwd", "//front.example/x", "front.example", "", "https://", "https://user@front.example/x",
     "http://0.0.0.0/x", "http://[::ffff:10.0.0.1]/x"],
)  # fmt: skip
def test_keys_do_not_come_in_the_clear(url: str) -> None:
    """https, or this machine: whoever could change them on the way could sign for anybody."""
    with pytest.raises(ValueError):
        fetch_from(url)


def test_what_may_be_fetched_from() -> None:
    """Nothing is asked of these before the first assertion comes."""
    for url in ("https://front.example", "http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"):
        AssertionVerifier(issuer=url, audience="x")


@pytest.mark.parametrize("wrong", [{"issuer": ""}, {"audience": ""}, {"leeway": -1}, {"jwks": {}}, {"jwks_url": "x"}])
def test_what_cannot_be_is_refused_when_it_is_set_up(wrong: dict[str, object]) -> None:
    """Not at the first call."""
    with pytest.raises(ValueError):
        AssertionVerifier(**{"issuer": ISSUER, "audience": AUDIENCE, **wrong})  # type: ignore[arg-type]
