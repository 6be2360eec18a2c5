"""Calls as real clients of the API make them arrive unharmed, byte by byte, whichever way they take, and so do answers.

Each call is made twice: straight to an API that keeps what it hears, and through each way in. Both must hear the same.
"""

from collections.abc import Iterator

import pytest

from clients.recorder import Heard
from clients.replies import ANSWERS
from clients.ways import WAYS, Pairs, Scene, Way, open_scene, open_way
from middleware.guarded import Heard as Answered
from middleware.guarded import send
from servers.proxies import START


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One for all ways."""
    with open_scene(requests_per_second="10000") as scene:
        yield scene


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest, scene: Scene) -> Iterator[Way]:
    """Each way in turn."""
    with open_way(request.param, scene) as way:
        yield way


def replay(
    scene: Scene, way: Way, method: str, target: str, headers: Pairs, body: bytes = b""
) -> tuple[Heard, Answered, Heard, Answered]:
    """What the API heard and the caller got: without anything in between, and this way."""
    scene.recorder.take()
    expected_answer = send(scene.recorder.url, method, target, headers, body)
    (expected,) = scene.recorder.take()
    answer = send(way.url, method, target, headers, body)
    heard = way.take()
    assert len(heard) == 1, (answer.status, answer.body, heard)
    return expected, expected_answer, heard[0], answer


QUERIES = [
    "startDate[gte]=2024-01-01T00:00:00.000Z&startDate[lt]=2024-02-01",
    "startDate%5Bgte%5D=2024-01-01T00%3A00%3A00.000Z&startDate%5Blt%5D=2024-02-01",
    "limit=50&nextPageToken=eyJpZCI6MX0=",
    "limit=50&nextPageToken=AAA%2B%2F%3D&limit=50",
    "nextPageToken=AAA+/=",
    "q=two+words",
    "q=two%20words",
    "q=two%2Bwords",
    "q=caf%C3%A9&q=%d1%83",
    "a=&b&=c&&d=1&a=2&a=1",
    "filter={%22a%22:1}",
    "sort=-createdAt,+title",
    "redirect=https://a.example/b?c=d",
    "semi=a;b;c",
    "odd=!$'()*,:@/?~-._",
    "percent=100%25&escaped=%2525",
    "path=../../a//b%2F%2e%2e",
    "expand[]=a&expand[]=b&deep[a][b][0]=c",
]


@pytest.mark.parametrize("query", QUERIES)
def test_queries_arrive_as_they_were_sent(scene: Scene, way: Way, query: str) -> None:
    """Order, brackets, plus signs, escapes in either case, empty and repeated parameters: nothing is read anew."""
    expected, _, heard, answer = replay(scene, way, "GET", f"/resources/v1?{query}", scene.bearer)
    assert answer.status == 200
    assert expected.target == f"/resources/v1?{query}"
    # Go's readers of queries cut at a semicolon; Traefik is configured to escape it instead.
    assert heard.target == (expected.target.replace(";", "%3B") if way.name == "traefik" else expected.target)


@pytest.mark.parametrize("segment", ["r-1", "a%20b", "caf%C3%A9", "a:b@c", "a!$&'()*+,=", "00000000-0000-7000-8000-1"])
def test_path_parameters_arrive_as_they_were_sent(scene: Scene, way: Way, segment: str) -> None:
    """In the one normal form, which these are in already."""
    expected, _, heard, _ = replay(scene, way, "GET", f"/resources/v1/{segment}", scene.pair)
    assert heard.target == expected.target


MULTIPART = (
    b'--xYz\r\nContent-Disposition: form-data; name="file"; filename="\xd0\xb0.png"\r\nContent-Type: image/png\r\n\r\n'
    + bytes(range(256)) * 300
    + b"\r\n--xYz--\r\n"
)
BODIES: dict[str, tuple[str, Pairs, bytes]] = {
    "JSON": ("POST", [("Content-Type", "application/json")], '{"title":"Café","n":1e400,"n":2}\n'.encode()),
    "JSON, replaced": ("PUT", [("Content-Type", "application/json;charset=UTF-8")], b"{}"),
    "merge patch": ("PATCH", [("Content-Type", "application/merge-patch+json")], b'{"a":null}'),
    "with DELETE": ("DELETE", [("Content-Type", "application/json")], b'{"why":"moved"}'),
    "multipart": ("POST", [("Content-Type", "multipart/form-data; boundary=xYz")], MULTIPART),
    "form": ("POST", [("Content-Type", "application/x-www-form-urlencoded")], b"a=1&a=2+3&b=%C3%A9&_method=DELETE"),
    "packed": (
        "POST",
        [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
        ANSWERS["packed"][2],
    ),
    "empty": ("POST", [("Content-Type", "application/json"), ("Content-Length", "0")], b""),
    "large": ("PUT", [("Content-Type", "application/octet-stream")], bytes(range(256)) * 4_096),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_arrive_as_they_were_sent(scene: Scene, way: Way, kind: str) -> None:
    """Whatever they hold, packed or not; with what describes them."""
    method, headers, body = BODIES[kind]
    target = "/resources/v1" if method == "POST" else "/resources/v1/r-1"
    expected, _, heard, answer = replay(scene, way, method, target, [*scene.bearer, *headers], body)
    assert answer.status == 200
    assert expected.body == body
    assert heard.body == body
    for name in ("content-type", "content-encoding"):
        assert heard.all(name) == expected.all(name)


def test_a_body_in_chunks_arrives_whole(scene: Scene, way: Way) -> None:
    """Its chunks may be cut anew; its bytes are the same."""
    pieces = [b'{"a":', b"1" * 70_000, b"}"]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    headers = [*scene.bearer, ("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
    way.take()
    answer = send(way.url, "POST", "/resources/v1", headers, chunked, has_length=False)
    (heard,) = way.take()
    assert answer.status == 200
    assert heard.body == b"".join(pieces)
    assert heard.all("content-type") == ["application/json"]


PLAIN: Pairs = [
    ("Accept", "application/json, text/plain;q=0.5, */*;q=0.1"),
    ("Accept-Encoding", "gzip, br;q=0.9"),
    ("Accept-Language", "uk-UA,uk;q=0.9,en;q=0.8"),
    ("User-Agent", "door-locks/1.0 (+https://partner.example)"),
    ("If-None-Match", 'W/"a-1", "b"'),
    ("If-Modified-Since", "Mon, 30 Nov 2026 00:00:00 GMT"),
    ("Range", "bytes=0-3,5-"),
    ("Idempotency-Key", "0190b3a0-0000-7000-8000-000000000001"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("X-Client-Version", "spaced   within"),
    ("Origin", "https://app.example"),
    ("Cookie", "theme=dark; lang=uk"),
]


def test_headers_arrive_as_they_were_sent(scene: Scene, way: Way) -> None:
    """The caller's own ones, in the values that they had; exactly one network header, and no credential."""
    expected, _, heard, _ = replay(scene, way, "GET", "/resources/v1", [*scene.bearer, *PLAIN])
    for name, _ in PLAIN:
        if name == "Cookie" and way.name in START:
            continue  # the proxies' configuration takes cookies away with the credential
        assert heard.all(name.lower()) == expected.all(name.lower()), name
    assert heard.all("spacebring-network-id") == [scene.place.id]
    assert heard.all("x-frontdesk-network") == [scene.place.id]
    assert [value for value in heard.all("authorization") if value] == []


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_answers_come_back_as_they_were_given(scene: Scene, way: Way, method: str, name: str) -> None:
    """Status, body byte by byte, and what describes it; the API's own 429 is the API's."""
    # As every client library does. Caddy and Traefik unpack for those who do not say what they take.
    headers = [*scene.pair, ("Accept-Encoding", "gzip, deflate")]
    _, expected, _, answer = replay(scene, way, method, f"/resources/v1/{name}", headers)
    assert answer.status == expected.status == ANSWERS[name][0]
    assert answer.body == expected.body
    told = [header for header, _ in ANSWERS[name][1] if header not in ("Cache-Control", "Vary")]
    for header in told:
        assert answer.headers.get(header.lower()) == expected.headers[header.lower()], header
    if method == "GET" and expected.status not in (204, 304):
        assert answer.headers.get("content-length", expected.headers["content-length"]) == str(len(expected.body))
    if way.name != "traefik":  # its forwardAuth gives the check's headers to the API alone
        assert answer.headers["x-request-id"]
