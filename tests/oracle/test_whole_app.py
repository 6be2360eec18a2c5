"""The reference document through the whole app: real credentials, real tokens, the check and the gateway itself."""

from base64 import b64encode

import pytest

from frontdesk.storage import MemoryStore
from frontdesk.testing.story import OWNER, Story, tokens_of
from frontdesk.testing.wire import Reply, call
from oracle.cases import CREDENTIALS, NETWORKS, Ask, disagreements, scopes_of
from oracle.oracle import REFERENCE, Oracle

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not REFERENCE.exists(), reason="the reference document is not beside the project"),
]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The server runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """Reads the JSON by itself."""
    return Oracle()


def _spoilt(token: str) -> str:
    """The token with another last character."""
    return token[:-1] + ("x" if token[-1] != "x" else "y")


@pytest.fixture(scope="module")
async def story() -> Story:
    """A house with the reference document as its policy, without a limit that 3,366 calls at one instant would meet."""
    return await Story.begin(MemoryStore(), openapi=REFERENCE, requests_per_second=1_000_000)


@pytest.fixture(scope="module")
async def headers(story: Story, oracle: Oracle) -> dict[str, list[tuple[str, str]]]:
    """The Authorization header of each credential, and the network header of each case."""
    one, two = await story.network("One"), await story.network("Two")
    foreign = await story.network("Foreign", owner="other@foreign.example")
    browser = await story.signs_in(OWNER)
    partner = await story.partner(scope=" ".join(oracle.known_scopes))
    tokens = {}
    for credential in ("readonly", "everything"):
        scope = " ".join(scopes_of(oracle, credential))
        code = await partner.obtains_code(browser, networks=[one.id, two.id], scope=scope, prompt="consent")
        tokens[credential] = tokens_of(await partner.exchanges(code)).access_token
    pair = b64encode(f"{two.client_id}:{two.client_secret}".encode()).decode()
    wrong = b64encode(f"{two.client_id}:{two.client_secret}x".encode()).decode()
    return {
        "none": [],
        "wrong basic": [("authorization", f"Basic {wrong}")],
        "wrong bearer": [("authorization", f"Bearer {_spoilt(tokens['everything'])}")],
        "basic": [("authorization", f"Basic {pair}")],
        **{name: [("authorization", f"Bearer {token}")] for name, token in tokens.items()},
        "network:granted": [("spacebring-network-id", two.id)],
        "network:foreign": [("spacebring-network-id", foreign.id)],
        "network:none": [],
    }


def _outcome(reply: Reply) -> tuple[int, str]:
    return (200, "") if reply.status == 200 else (reply.status, reply.json()["type"])


@pytest.fixture(scope="module", params=["check", "gateway"])
def ask(request: pytest.FixtureRequest, story: Story, headers: dict[str, list[tuple[str, str]]]) -> Ask:
    """Asks the forward-auth check, or calls the gateway itself: without an API behind it, an admitted call is 502."""

    async def by_check(method: str, path: str, credential: str, network: str) -> tuple[int, str]:
        sent = [("x-forwarded-method", method), ("x-forwarded-uri", path)]
        sent += headers[credential] + headers[f"network:{network}"]
        return _outcome(await call(story.app, "GET", "/_frontdesk/check", headers=sent, peer="127.0.0.1"))

    async def by_gateway(method: str, path: str, credential: str, network: str) -> tuple[int, str]:
        sent = headers[credential] + headers[f"network:{network}"]
        reply = await call(story.app, method, path, headers=sent)
        return (200, "") if reply.status == 502 else _outcome(reply)

    return by_check if request.param == "check" else by_gateway


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("credential", CREDENTIALS)
async def test_every_operation_answers_as_the_contract_says(
    oracle: Oracle, ask: Ask, credential: str, network: str
) -> None:
    """187 operations, each credential, with a granted, a foreign and no network, against the oracle."""
    assert await disagreements(oracle, ask, credential, network) == []
