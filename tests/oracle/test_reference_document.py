"""The reference document as the policy: all its operations answer as the contract says, checked by the oracle."""

import pytest

from frontdesk.gateway.document import load_document
from frontdesk.gateway.policy import Policy, compile_policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.access import Caller, NetworkCaller, PartnerCaller, judge_access
from frontdesk.protocol.errors import Refusal, wire
from frontdesk.protocol.ids import ClientId, CodeId, CredentialId, Digest, Email, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.records import Client, Edge, Grant, Role, User
from frontdesk.protocol.scopes import implied
from oracle.cases import CREDENTIALS, NETWORKS, Ask, disagreements, scopes_of
from oracle.oracle import REFERENCE, Oracle

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not REFERENCE.exists(), reason="the reference document is not beside the project"),
]

FIRST, SECOND, FOREIGN = (NetworkId(f"0190b3a0-0000-7000-8000-{number:012x}") for number in (1, 2, 15))
ROLES = frozenset({Role.OWNER, Role.ADMINISTRATOR})


@pytest.fixture
def anyio_backend() -> str:
    """The server runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """Reads the JSON by itself."""
    return Oracle()


@pytest.fixture(scope="module")
def policy() -> Policy:
    """What the product makes of the same file."""
    return compile_policy(load_document(REFERENCE), networkless_operations=("GET /networks/v1",))


def partner(scopes: list[str]) -> PartnerCaller:
    """A grant with two networks, holding these scopes."""
    held = tuple(scopes)
    grant = Grant(
        id=GrantId("g"), user_id=UserId("u"), client_id=ClientId("c"), stamp=1, scopes_asked=held, scopes_given=held,
        edges=(Edge(network_id=FIRST), Edge(network_id=SECOND)), refresh_digest=Digest(b""), code_id=CodeId("k"),
        created_at=Micros(0),
    )  # fmt: skip
    client = Client(
        id=ClientId("c"), name="c", redirect_uris=(), scopes=held, secret_digest=Digest(b""), created_at=Micros(0)
    )
    user = User(
        id=UserId("u"), email=Email("a@b.c"), created_at=Micros(0), roles={FIRST: Role.OWNER, SECOND: Role.OWNER}
    )
    return PartnerCaller(grant=grant, client=client, user=user, scopes=held, held=implied(held))


@pytest.fixture
def ask(policy: Policy, oracle: Oracle) -> Ask:
    """Asks the pure rules: the policy, then the decision on access. (How a credential is proven is not theirs.)"""
    callers: dict[str, Caller] = {
        "basic": NetworkCaller(client_id=CredentialId("n"), network_id=SECOND),
        "readonly": partner(scopes_of(oracle, "readonly")),
        "everything": partner(scopes_of(oracle, "everything")),
    }
    named = {"granted": SECOND, "foreign": FOREIGN, "none": None}

    async def decide(method: str, path: str, credential: str, network: str) -> tuple[int, str]:
        target = read_target(path.encode())
        assert isinstance(target, Target)
        operations = policy.match(method, target)
        if isinstance(operations, Refusal):
            return wire(operations.reason).status, wire(operations.reason).code
        caller = callers.get(credential)
        if caller is None:
            return 401, "unauthenticated"
        outcome = judge_access(caller, operations, named[network], offered_roles=ROLES)
        if isinstance(outcome, Refusal):
            return wire(outcome.reason).status, wire(outcome.reason).code
        return 200, ""

    return decide


def test_the_policy_lists_what_the_document_lists(policy: Policy, oracle: Oracle) -> None:
    """187 operations, the scopes declared and used, 33 operations for OAuth2 only."""
    assert {(operation.method, operation.template) for operation in policy.operations} == set(oracle.security)
    assert len(policy.operations) == 187
    assert policy.known_scopes == set(oracle.known_scopes)
    assert set(policy.scope_texts) == policy.known_scopes
    assert all(policy.scope_texts.values())
    assert sum(operation.schemes == ("oauth2",) for operation in policy.operations) == 33


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("credential", CREDENTIALS)
async def test_every_operation_answers_as_the_contract_says(
    oracle: Oracle, ask: Ask, credential: str, network: str
) -> None:
    """Each credential with a granted, a foreign and no network."""
    assert await disagreements(oracle, ask, credential, network) == []


async def test_the_oracle_tells_rules_apart(oracle: Oracle, ask: Ask) -> None:
    """Asked with one credential and judged by another it disagrees: agreement above means something."""

    async def mistaken(method: str, path: str, credential: str, network: str) -> tuple[int, str]:
        return await ask(method, path, "everything", network)

    assert len(await disagreements(oracle, mistaken, "readonly", "granted")) > 90
    assert len(await disagreements(oracle, mistaken, "basic", "granted")) == 33
