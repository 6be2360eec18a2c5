"""What goes to the API and comes back: whole, bounded, and cleaned of what is not the API's to say."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from frontdesk.protocol.http import Answer
from gateway.desk import NORTH, Desk, all_of, call, document_with, network, outcome
from gateway.test_checks import standing
from gateway.upstream import OK, Call, RawApi

pytestmark = pytest.mark.anyio

ROOMS = "/rooms/v1"
N = network(NORTH)


def said(*headers: str, status: str = "200 OK", body: bytes = b"{}") -> bytes:
    """An API's answer with these header lines."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("utf-8") + body


async def passed(desk: Desk, api: RawApi, answer: bytes = OK, *request: Any, **settings: Any) -> Answer:
    """The answer that a caller gets when the API gives this one."""
    api.answer = answer
    async with standing(desk, api, **settings) as gateway:
        return await gateway.handle(call(*(request or ("GET", ROOMS, desk.basic()))))


async def whole(answer: Answer) -> bytes:
    """An answer's body, streamed or not."""
    return answer.body if answer.stream is None else b"".join([piece async for piece in answer.stream])


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A body as it comes."""
    for part in parts:
        yield part


@pytest.mark.parametrize(
    ("target", "line"),
    [
        (b"/rooms/v1?a=%2F..&b[]=1&c={}&d=%zz", b"GET /rooms/v1?a=%2F..&b[]=1&c={}&d=%zz HTTP/1.1"),
        (b"/%72ooms/v%31", b"GET /rooms/v1 HTTP/1.1"),
        (b"/rooms/v1/a%20b%c3%a9~%7e!$&'()*+,=:@", b"GET /rooms/v1/a%20b%C3%A9~~!$&'()*+,=:@ HTTP/1.1"),
        (b"/rooms/v1/x?", b"GET /rooms/v1/x HTTP/1.1"),
    ],
)
async def test_gw_19_what_was_matched_is_what_is_sent(desk: Desk, api: RawApi, target: bytes, line: bytes) -> None:
    """The normal form of the path, the query byte by byte (D9)."""
    assert (await passed(desk, api, OK, "GET", target, desk.basic())).status == 200
    assert api.calls[0].line == line


async def test_the_apis_own_base_path_goes_before(desk: Desk, api: RawApi) -> None:
    """upstream = http://host:port/base."""
    gateway = desk.gateway(upstream=api.url + "/base")
    await gateway.open()
    assert (await gateway.handle(call("GET", ROOMS, desk.basic()))).status == 200
    await gateway.close()
    assert api.calls[0].line == b"GET /base/rooms/v1 HTTP/1.1"


async def test_status_and_body_come_back_as_they_are(desk: Desk, api: RawApi) -> None:
    """The API's errors are the API's."""
    for status in ("201 Created", "404 Not Found", "409 Conflict", "500 Oops", "401 Unauthorized"):
        answer = await passed(desk, api, said("Content-Type: text/plain", status=status, body=b"its words"))
        assert (answer.status, await whole(answer)) == (int(status[:3]), b"its words")


async def test_bodies_are_not_unpacked(desk: Desk, api: RawApi) -> None:
    """HT-12: a gzip bomb stays a small body here, and the caller gets what the API sent."""
    packed = gzip.compress(b"0" * 10_000_000)
    answer = await passed(desk, api, said("Content-Encoding: gzip", "Content-Type: application/json", body=packed))
    assert await whole(answer) == packed
    assert all_of(answer, "content-encoding") == ["gzip"]


async def test_head_and_bodiless_answers_keep_their_length(desk: Desk, api: RawApi) -> None:
    """RFC 9110 §8.6: it is that of the body which is not sent."""
    answer = await passed(desk, api, b"HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n", "HEAD", ROOMS, desk.basic())
    assert all_of(answer, "content-length") == ["77"]
    assert await whole(answer) == b""
    assert api.calls[0].line.startswith(b"HEAD ")
    answer = await passed(desk, api, b"HTTP/1.1 204 No Content\r\n\r\n")
    assert (answer.status, all_of(answer, "content-length"), await whole(answer)) == (204, [], b"")


async def test_answers_stream_as_they_come(desk: Desk, api: RawApi) -> None:
    """The first piece is here before the API has sent the last."""
    go_on = asyncio.Event()

    async def play(_: Call, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await go_on.wait()
        writer.write(b"4\r\nlast\r\n0\r\n\r\n")

    api.play = play
    async with standing(desk, api) as gateway:
        answer = await gateway.handle(call("GET", ROOMS, desk.basic()))
        assert answer.stream is not None
        assert await anext(answer.stream) == b"first"
        go_on.set()
        assert await whole(answer) == b"last"
        assert all_of(answer, "transfer-encoding") == []


@pytest.mark.parametrize("framing", [b"content-length", b"transfer-encoding"])
async def test_bodies_stream_to_the_api(desk: Desk, api: RawApi, framing: bytes) -> None:
    """With the length that was declared, or in chunks; large ones too."""
    body = [b"x" * 50_000] * 4
    value = b"200000" if framing == b"content-length" else b"chunked"
    request = call("POST", ROOMS, desk.bearer(), N, (framing, value), (b"content-type", b"a/b"), stream=pieces(*body))
    async with standing(desk, api) as gateway:
        assert (await gateway.handle(request)).status == 200
    assert api.calls[0].body == b"".join(body)
    assert api.calls[0].all(framing) == [value]
    assert len(api.calls[0].all(b"content-length") + api.calls[0].all(b"transfer-encoding")) == 1


async def test_a_small_body_is_passed_on_with_its_length(desk: Desk, api: RawApi) -> None:
    """Read whole, so that it can be sent again where a kept connection has just died."""
    async with standing(desk, api) as gateway:
        for _ in range(2):
            request = call(
                "PUT", ROOMS + "/1", desk.bearer(), N, (b"content-length", b"4"), stream=pieces(b"bo", b"dy")
            )
            assert (await gateway.handle(request)).status == 200
    assert [each.body for each in api.calls] == [b"body", b"body"]
    assert api.calls[0].all(b"content-type") == []


async def test_ht_12_a_body_over_the_limit_is_refused(desk: Desk, api: RawApi) -> None:
    """Declared: before the API hears of it. In chunks: as soon as it is over, and never held."""
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 1_000

    async with standing(desk, api, max_body=10_000) as gateway:
        declared = call("POST", ROOMS, desk.bearer(), N, (b"content-length", b"10001"), stream=endless())
        assert outcome(await gateway.handle(declared)) == (413, "bodyTooLarge")
        assert (taken, api.calls) == (0, [])
        chunked = call("POST", ROOMS, desk.bearer(), N, (b"transfer-encoding", b"chunked"), stream=endless())
        assert outcome(await gateway.handle(chunked)) == (413, "bodyTooLarge")
        assert taken <= 12


async def test_a_caller_that_leaves_ends_the_call(desk: Desk, api: RawApi) -> None:
    """The API never takes half a body for a whole one."""

    async def leaving() -> AsyncIterator[bytes]:
        yield b"x" * 70_000
        raise ConnectionError

    request = call("POST", ROOMS, desk.bearer(), N, (b"content-length", b"100000"), stream=leaving())
    async with standing(desk, api) as gateway:
        with pytest.raises(ConnectionError):
            await gateway.handle(request)
    assert api.calls == []


BROKEN: dict[str, bytes] = {
    "garbage": b"NOT HTTP AT ALL\r\n\r\n",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123",
    "huge header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n1",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_api_is_a_502(desk: Desk, api: RawApi, answer: bytes) -> None:
    """In the contract's shape, without the API's words."""

    async def play(_: Call, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    api.play = play
    async with standing(desk, api) as gateway:
        refused = await gateway.handle(call("GET", ROOMS, desk.basic()))
    assert outcome(refused) == (502, "badGateway")


async def test_an_api_that_is_away_is_a_502(desk: Desk) -> None:
    """Nobody listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gateway = desk.gateway(upstream=f"http://127.0.0.1:{unused.getsockname()[1]}")
        await gateway.open()
        assert outcome(await gateway.handle(call("GET", ROOMS, desk.basic()))) == (502, "badGateway")
        await gateway.close()


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"], ids=["at once", "midway"])
async def test_a_silent_api_is_a_504(desk: Desk, api: RawApi, start: bytes) -> None:
    """After upstream_timeout seconds without an answer, or upstream_silence_timeout in the middle of one."""

    async def play(_: Call, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await asyncio.sleep(5)

    api.play = play
    async with standing(desk, api, upstream_timeout=1, upstream_silence_timeout=1) as gateway:
        assert outcome(await gateway.handle(call("GET", ROOMS, desk.basic()))) == (504, "gatewayTimeout")


async def test_a_stream_that_breaks_off_breaks_off_here_too(desk: Desk, api: RawApi) -> None:
    """It must not look like a whole answer."""

    async def play(_: Call, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await writer.drain()
        writer.close()

    api.play = play
    async with standing(desk, api) as gateway:
        answer = await gateway.handle(call("GET", ROOMS, desk.basic()))
        with pytest.raises(ConnectionError):
            await whole(answer)


async def test_a_caller_that_leaves_midway_frees_the_connection(desk: Desk, api: RawApi) -> None:
    """aclose ends an endless answer at the API's side too."""
    ended = asyncio.Event()

    async def play(_: Call, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while not writer.is_closing():
                writer.write(b"1\r\nx\r\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    api.play = play
    async with standing(desk, api) as gateway:
        answer = await gateway.handle(call("GET", ROOMS, desk.basic()))
        assert answer.stream is not None
        await anext(answer.stream)
        await answer.stream.aclose()  # type: ignore[attr-defined]
        await asyncio.wait_for(ended.wait(), 5)


async def test_gw_26_redirects_are_passed_on_not_followed(desk: Desk, api: RawApi) -> None:
    """The API's own address becomes ours; others are for the caller to judge."""
    moved = {
        f"{api.url}/rooms/v1/7": "http://front.example/rooms/v1/7",
        f"{api.url}": "http://front.example",
        f"{api.url}0/x": f"{api.url}0/x",
        "http://169.254.169.254/latest": "http://169.254.169.254/latest",
        "/rooms/v1/7": "/rooms/v1/7",
    }
    for theirs, ours in moved.items():
        answer = await passed(
            desk, api, said(f"Location: {theirs}", status="302 Found"), public_url="http://front.example"
        )
        assert (answer.status, all_of(answer, "location")) == (302, [ours])
    assert len(api.calls) == len(moved)


async def test_ht_14_the_api_cannot_speak_as_us(desk: Desk, api: RawApi) -> None:
    """Our cookies, our headers and orders about the whole origin are dropped; the rest passes."""
    answer = await passed(
        desk, api,
        said(
            "Set-Cookie: fd_session=x; Path=/", "Set-Cookie: theirs=1; Path=/", "Set-Cookie: __Host-fd_browser=y",
            "Set-Cookie: =fd_session=z", "Set-Cookie: FD_session=q", "Set-Cookie2: fd_session=x",
            "X-Frontdesk-Subject: x", "X_Frontdesk_Role: owner", "X-Frontdesk-Refusal: x", "X-Request-Id: theirs",
            "Clear-Site-Data: *", "Service-Worker-Allowed: /", "Alt-Svc: h3=:443",
            "Strict-Transport-Security: max-age=0", "X-Accel-Redirect: /etc/passwd", "X-Sendfile: /etc/passwd",
            "Server: nginx/1.0", "X-Powered-By: PHP",
            "Connection: keep-alive, x-hop", "X-Hop: 1", "Keep-Alive: timeout=5", "Content-Type: application/json",
            "ETag: \"7\"", "X-Total: 3",
        ),
    )  # fmt: skip
    assert all_of(answer, "set-cookie") == ["theirs=1; Path=/"]
    assert sorted(name.decode() for name, _ in answer.headers) == [
        "cache-control", "content-type", "etag", "ratelimit", "ratelimit-policy", "set-cookie", "vary",
        "x-content-type-options", "x-request-id", "x-total",
    ]  # fmt: skip
    assert all_of(answer, "x-request-id") == ["r-1"]


@pytest.mark.parametrize(
    ("content_type", "is_active"),
    [
        ("text/html", True),
        ("TEXT/HTML; charset=utf-8", True),
        ("application/xhtml+xml", True),
        ("image/svg+xml", True),
        ("text/xml", True),
        (None, True),
        ("application/json", False),
        ("application/pdf", False),
        ("image/png", False),
        ("text/csv", False),
    ],
)
async def test_documents_that_a_browser_would_run_are_sandboxed(
    desk: Desk, api: RawApi, content_type: str | None, is_active: bool
) -> None:
    """They share the sign-in's origin (D10); nothing is sniffed, and the API's own policy stays beside ours."""
    headers = [f"Content-Type: {content_type}"] if content_type else []
    answer = await passed(desk, api, said(*headers, "Content-Security-Policy: img-src *", "X-Content-Type-Options: no"))
    assert all_of(answer, "content-security-policy") == ["img-src *", *(["sandbox"] if is_active else [])]
    assert all_of(answer, "x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ([], "private"),
        (["public, max-age=60"], "private, max-age=60"),
        (["Public", "s-maxage=600, max-age=5"], "private, max-age=5"),
        (["private, no-cache"], "private, no-cache"),
        (["no-store"], "no-store"),
        (["public, no-store, max-age=9"], "no-store"),
        (['private="set-cookie, x", max-age=1, must-revalidate'], "private, max-age=1, must-revalidate"),
        (["s-maxage = 60 , public"], "private"),
    ],
)
async def test_hd_06_a_private_operations_answer_is_never_publicly_cacheable(
    desk: Desk, api: RawApi, theirs: list[str], ours: str
) -> None:
    """Whatever its path ends in and whatever the API says; TN-13: caches keep callers and networks apart."""
    lines = [f"Cache-Control: {value}" for value in theirs]
    orders = ("CDN-Cache-Control: max-age=9", "Surrogate-Control: max-age=9", "X-Accel-Expires: 9", "Vary: Accept")
    answer = await passed(desk, api, said(*lines, *orders), "GET", "/rooms/v1/a.css", desk.basic())
    assert all_of(answer, "cache-control") == [ours]
    assert all_of(answer, "vary") == ["Accept, authorization, spacebring-network-id"]
    assert not {b"cdn-cache-control", b"surrogate-control", b"x-accel-expires"} & {name for name, _ in answer.headers}


async def test_a_public_operation_may_be_cached_as_the_api_says(desk: Desk, api: RawApi) -> None:
    """Nothing in it depends on who asks. Where a credential may be sent, it counts as private."""
    answer = await passed(desk, api, said("Cache-Control: public, max-age=60"), "GET", "/open/v1")
    assert (all_of(answer, "cache-control"), all_of(answer, "vary")) == (["public, max-age=60"], [])
    document = document_with({"/either": {"get": {"security": [{}, {"Basic": []}]}}})
    async with standing(desk, api, document) as gateway:
        answer = await gateway.handle(call("GET", "/either"))
    assert all_of(answer, "cache-control") == ["private, max-age=60"]


async def test_hd_07_everybody_with_cookies_is_not_passed_on(desk: Desk, api: RawApi) -> None:
    """CORS is the API's to decide, but never `*` with credentials."""
    allowed = "Access-Control-Allow-Credentials: true"
    answer = await passed(desk, api, said("Access-Control-Allow-Origin: *", allowed))
    assert all_of(answer, "access-control-allow-credentials") == []
    answer = await passed(desk, api, said("Access-Control-Allow-Origin: https://a.example", allowed))
    assert all_of(answer, "access-control-allow-credentials") == ["true"]


async def test_bt_13_a_dead_token_is_told_so_before_any_304(desk: Desk, api: RawApi) -> None:
    """The API is not asked; a live one gets its 304, and its headers are cleaned too."""
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nCache-Control: public\r\n\r\n'
    conditional = (b"if-none-match", b'"1"')
    assert (await passed(desk, api, unchanged, "GET", ROOMS, b"Bearer dead", N, conditional)).status == 401
    assert api.calls == []
    answer = await passed(desk, api, unchanged, "GET", ROOMS, desk.bearer(), N, conditional)
    assert (answer.status, all_of(answer, "cache-control")) == (304, ["private"])


async def test_one_callers_cookies_are_no_others(desk: Desk, api: RawApi) -> None:
    """The connection's pool is shared, nothing else."""
    api.answer = said("Set-Cookie: theirs=of-north; Path=/")
    async with standing(desk, api) as gateway:
        await gateway.handle(call("GET", ROOMS, desk.basic()))
        await gateway.handle(call("GET", ROOMS, desk.basic("south")))
    assert api.calls[1].all(b"cookie") == []
