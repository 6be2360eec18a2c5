"""An API that lets in only what came through the gateway, as ASGI and as WSGI (rows GW-24, HS-05, HS-01)."""

import io
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from frontdesk.gateway.target import Target, read_target
from frontdesk.receiving import Identity, asgi, wsgi
from frontdesk.receiving.fetching import FetchError
from frontdesk.receiving.keys import RemoteKeys
from frontdesk.receiving.paths import is_same_path
from frontdesk.receiving.verifier import AssertionVerifier
from receiving.forge import AUDIENCE, ISSUER, NOW, Gateway, Hand

pytestmark = pytest.mark.anyio
GATEWAY, STRANGER = Gateway(), Gateway()
ASSERTION = "x-frontdesk-assertion"
Headers = list[tuple[str, str]]


@pytest.fixture
def anyio_backend() -> str:
    """It runs on asyncio."""
    return "asyncio"


class Heard:
    """What the app behind was told; nothing where it was not asked."""

    def __init__(self) -> None:
        self.identity: Identity | None = None
        self.headers: Headers = []
        self.calls = 0


Ask = Callable[..., Awaitable[tuple[int, dict[str, str], bytes, Heard]]]


async def ask_asgi(
    headers: Headers, *, method: str = "GET", path: str = "/rooms/v1", verifier: Any = None, **options: Any
) -> tuple[int, dict[str, str], bytes, Heard]:
    """One call to an ASGI app."""
    heard = Heard()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.calls += 1
        heard.identity = scope["frontdesk.identity"]
        heard.headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"rooms"})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nobody read the body")

    from urllib.parse import unquote

    scope = {
        "type": "http", "method": method, "path": unquote(path.partition("?")[0]), "raw_path": path.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }  # fmt: skip
    before = {**scope, "headers": list(scope["headers"])}
    await asgi.RequireIdentity(app, verifier or GATEWAY.verifier(), **options)(scope, receive, send)
    assert scope == before  # others may hold it
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, sent[1]["body"], heard


async def ask_wsgi(
    headers: Headers, *, method: str = "GET", path: str = "/rooms/v1", verifier: Any = None, **options: Any
) -> tuple[int, dict[str, str], bytes, Heard]:
    """One call to a WSGI app, as servers build its environ."""
    from urllib.parse import unquote_to_bytes
    from wsgiref.util import setup_testing_defaults
    from wsgiref.validate import validator

    heard, said = Heard(), {}

    def app(environ: Any, start_response: Any) -> Any:
        heard.calls += 1
        heard.identity = environ["frontdesk.identity"]
        heard.headers = [
            (name[5:].lower().replace("_", "-"), value) for name, value in environ.items() if name.startswith("HTTP_")
        ]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"rooms"]

    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.partition("?")[0]).decode("latin-1"),
        "QUERY_STRING": path.partition("?")[2],
        "wsgi.input": io.BytesIO(),
    }
    setup_testing_defaults(environ)
    environ.pop("HTTP_HOST")
    for name, value in headers:
        variable = "HTTP_" + name.upper().replace("-", "_")
        environ[variable] = f"{environ[variable]},{value}" if variable in environ else value

    def start_response(status: str, headers: Any, *_: Any) -> Any:
        said.update({"status": status, "headers": headers})
        return lambda _: None

    stack = validator(wsgi.RequireIdentity(app, verifier or GATEWAY.verifier(), **options))
    chunks = stack(environ, start_response)
    body = b"".join(chunks)
    chunks.close()  # type: ignore[attr-defined]
    answered = {name.lower(): value for name, value in said["headers"]}
    return int(str(said["status"])[:3]), answered, body, heard


@pytest.fixture(params=[ask_asgi, ask_wsgi], ids=["asgi", "wsgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Both kinds of app."""
    asking: Ask = request.param
    return asking


def ours(heard: Heard) -> dict[str, str]:
    """The identity headers that reached the app."""
    return {name: value for name, value in heard.headers if name.startswith(("x-frontdesk", "spacebring"))}


async def test_a_call_through_the_gateway_comes_with_its_identity(ask: Ask) -> None:
    """As a typed record, and in the headers that the app may read already."""
    status, _, body, heard = await ask([(ASSERTION, GATEWAY.says()), ("Accept", "text/plain")], path="/rooms/v1?a=b")
    assert (status, body, heard.calls) == (200, b"rooms", 1)
    claims = GATEWAY.claims()
    assert heard.identity == Identity(
        subject=claims["sub"],
        network=claims["network"],
        client_id="fdci_partner",
        scheme="oauth2",
        scopes=("rooms", "rooms.readonly"),
        role="owner",
        method="GET",
        path="/rooms/v1",
        issued_at=NOW,
        expires_at=NOW + 60,
        assertion_id="an-id-of-its-own",
    )
    assert heard.identity.has_scope("nothing", "rooms")
    assert not heard.identity.has_scope("owner")
    assert ours(heard) == {
        "x-frontdesk-subject": claims["sub"],
        "x-frontdesk-network": claims["network"],
        "x-frontdesk-client": "fdci_partner",
        "x-frontdesk-scheme": "oauth2",
        "x-frontdesk-scopes": "rooms rooms.readonly",
        "x-frontdesk-role": "owner",
        "spacebring-network-id": claims["network"],
    }
    assert ("accept", "text/plain") in heard.headers


FORGED: Headers = [
    ("X-Frontdesk-Subject", "somebody"), ("x-frontdesk-role", "owner"), ("X-Frontdesk-Scopes", "everything"),
    ("x-frontdesk-network", "another"), ("spacebring-network-id", "another"), ("x-frontdesk-anything", "x"),
]  # fmt: skip


NO_PROOF: dict[str, tuple[str, ...]] = {
    "none": (),
    "empty": ("",),
    "garbage": ("x",),
    "parts": ("a.b.c",),
    "a stranger's": (STRANGER.says(),),
    "another API's": (GATEWAY.says(aud="http://other"),),
    "another method's": (GATEWAY.says(htm="POST"),),
    "another path's": (GATEWAY.says(path="/other"),),
    "an old one": (GATEWAY.says(iat=NOW - 100, exp=NOW - 40),),
    "two": (GATEWAY.says(), GATEWAY.says()),
    "not ASCII": ("é",),
}


@pytest.mark.parametrize("assertions", NO_PROOF.values(), ids=NO_PROOF.keys())
async def test_gw_24_who_did_not_come_through_the_gateway_is_not_let_in(ask: Ask, assertions: tuple[str, ...]) -> None:
    """GW-24, HS-05: 401 in the API's form, whatever identity headers say; the app is not asked."""
    headers = [*FORGED, *((ASSERTION, said) for said in assertions)]
    status, answered, body, heard = await ask(headers)
    assert (status, heard.calls) == (401, 0)
    assert json.loads(body) == {"message": "This call did not come through the gateway.", "type": "unauthenticated"}
    assert answered["content-type"] == "application/json"
    assert answered["cache-control"] == "no-store"
    assert answered["www-authenticate"].startswith("Frontdesk-Assertion")
    headed = await ask(headers, method="HEAD")
    assert (headed[0], headed[2]) == (401, b"")


async def test_gw_24_unsigned_headers_beside_a_proof_say_nothing(ask: Ask) -> None:
    """GW-24: what is proven is written over what came, in any spelling."""
    spelt = [("x_frontdesk_role", "owner"), ("X-Frontdesk_Role", "owner"), ("x.frontdesk.role", "owner")]
    if ask is ask_wsgi:
        spelt = spelt[:1]  # the others are no variables of their own there
    said = GATEWAY.says(role="", scope="", network="")
    status, _, _, heard = await ask([*FORGED, *spelt, (ASSERTION, said)])
    assert status == 200
    assert heard.identity is not None
    assert (heard.identity.role, heard.identity.network, heard.identity.scopes) == (None, None, ())
    assert set(ours(heard)) == {"x-frontdesk-subject", "x-frontdesk-client", "x-frontdesk-scheme"}
    assert not [name for name, _ in heard.headers if "frontdesk" in name and name not in ours(heard)]


async def test_open_operations_need_nobody_and_believe_nothing(ask: Ask) -> None:
    """A health probe, or a public operation: let in without an identity, and without the headers of one."""
    is_open = lambda method, path: (method, path) == ("GET", "/health")  # noqa: E731
    status, _, _, heard = await ask([*FORGED, (ASSERTION, "x")], path="/health", is_open=is_open)
    assert (status, heard.identity, ours(heard)) == (200, None, {})
    assert (await ask(FORGED, path="/health", method="POST", is_open=is_open))[0] == 401
    assert (await ask(FORGED, path="/rooms/v1", is_open=is_open))[0] == 401


async def test_what_a_proxy_takes_off_the_path_is_put_back(ask: Ask) -> None:
    """The assertion is about the path that callers ask for."""
    said = GATEWAY.says(path="/api/rooms/v1")
    assert (await ask([(ASSERTION, said)], prefix="/api"))[0] == 200
    assert (await ask([(ASSERTION, said)]))[0] == 401
    assert (await ask([(ASSERTION, GATEWAY.says())], prefix="/api"))[0] == 401


async def test_without_keys_nobody_is_refused_for_good(ask: Ask) -> None:
    """503 and when to come again: nothing is proven, nor disproven."""

    def away() -> tuple[bytes, float]:
        raise FetchError("away")

    verifier = AssertionVerifier(issuer=ISSUER, audience=AUDIENCE, clock=Hand(), keys=RemoteKeys(away))
    status, answered, body, heard = await ask([(ASSERTION, GATEWAY.says())], verifier=verifier)
    assert (status, answered["retry-after"], heard.calls) == (503, "1", 0)
    assert json.loads(body)["type"] == "temporarilyUnavailable"


async def test_the_network_s_own_header_may_have_another_name(ask: Ask) -> None:
    """The gateway's setting network_header."""
    headers = [("x-tenant", "another"), ("X_Tenant", "another"), (ASSERTION, GATEWAY.says())]
    _, _, _, heard = await ask(headers, network_header="X-Tenant")
    said = [value for name, value in heard.headers if name == "x-tenant"]
    assert said == [GATEWAY.claims()["network"]]


async def test_a_websocket_is_closed_before_it_opens() -> None:
    """Refused: closed without an accept, which servers answer with 403; let in: as any call."""
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope.get("frontdesk.identity"))

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "websocket", "path": "/rooms/v1", "headers": []}
    guarded = asgi.RequireIdentity(app, GATEWAY.verifier())
    await guarded(scope, receive, send)
    assert (sent, heard) == ([{"type": "websocket.close", "code": 1008}], [])
    scope["headers"] = [(ASSERTION.encode(), GATEWAY.says().encode())]
    await guarded(scope, receive, send)
    assert len(heard) == 1
    await guarded({"type": "lifespan"}, receive, send)
    assert heard[1] is None


def test_paths_are_read_as_the_gateway_reads_them() -> None:
    """Whatever target the gateway lets pass is the same path here as it came, and in its normal form."""
    for raw in ("/", "/rooms/v1/", "/a%20b", "/%61", "/%c3%bc", "/x'y(z)", "/a%3Ab", "/a:b@c", "/%E2%82%AC/1"):
        target = read_target(raw.encode())
        assert isinstance(target, Target), raw
        assert is_same_path(target.path, raw + "?q", is_decoded=False)
        assert is_same_path(target.path, target.path, is_decoded=False)
        assert is_same_path(target.path, target.decoded, is_decoded=True)
