"""What a narrowed Basic pair may call, from where and until when; and what a call of it leaves behind."""

from dataclasses import dataclass, field, replace

import pytest

from flows.foreign import foreign_secrets
from frontdesk.assemble.front import load_policy
from frontdesk.flows.call_counts import CallCounts
from frontdesk.flows.check import CheckFlow
from frontdesk.flows.decisions import Decisions
from frontdesk.flows.failures import Failures
from frontdesk.flows.limits import Limits
from frontdesk.flows.pair_warnings import PairWarnings
from frontdesk.flows.pairs import next_version
from frontdesk.flows.uses import LastUses
from frontdesk.gateway.document import read_document
from frontdesk.gateway.policy import compile_policy
from frontdesk.protocol.access import Admission
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, Micros
from frontdesk.protocol.narrowed_access import judge_narrowing
from frontdesk.protocol.narrowing import Narrowing
from frontdesk.protocol.rate_limits import make_limit
from frontdesk.protocol.records import NetworkCredential
from frontdesk.testing.story import OWNER, Customer, Story

pytestmark = pytest.mark.anyio

READ, WRITE, OTHER = "GET /resources/v1", "POST /resources/v1", "GET /locations/v1"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.1"


@dataclass
class Door:
    """The check of one worker, asked from an address."""

    story: Story
    flow: CheckFlow = field(init=False)
    warnings: PairWarnings = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is remembered yet."""
        house = self.story.house
        self.operations = {f"{one.method} {one.template}": one for one in load_policy(house.settings).operations}
        self.decisions = Decisions(house.mint.trace)
        self.warnings = PairWarnings(store=house.store, notices=house.open_notices())
        self.flow = CheckFlow(
            store=house.store,
            mint=house.mint,
            limits=Limits(limiter=house.limiter, default=make_limit("default", requests=10)),
            uses=LastUses(house.store),
            decisions=self.decisions,
            failures=Failures(witness=self.story.sightings, trace=house.mint.trace),
            foreign_secrets=foreign_secrets(self.story),
            offered_roles=frozenset(),
            warnings=self.warnings,
        )

    async def decides(
        self, caller: Customer, operation: str = READ, *, address: str | None = HERE, again: bool = False
    ) -> Reason | None:
        """Why the call is refused; None where it may pass. `again`: as a call that goes on is asked about."""
        ask = self.flow.recheck if again else self.flow.check
        outcome = await ask(
            authorization=caller.basic.encode(),
            network=None,
            operations=(self.operations[operation],),
            now=self.story.clock.now(),
            address=address,
        )
        if isinstance(outcome, Refusal):
            return outcome.reason
        assert isinstance(outcome[0], Admission)
        return None


async def narrowed(story: Story, north: Customer, **narrowing: object) -> Customer:
    """Another pair of a network, narrowed to this."""
    store, pairs, now = story.house.store, story.house.pairs, story.clock.now()
    there = await store.list_credentials_of(north.id)
    pair, secret = pairs.make(
        north.id,
        version=next_version(there),
        now=now,
        name=f"n{len(there)}",
        narrowing=Narrowing(**narrowing),  # type: ignore[arg-type]
    )
    assert await store.add_credential(credential=pair, most=21, audit=story.an_audit_row("credential.added"))
    return replace(north, client_id=pair.client_id, client_secret=secret)


async def test_a_pair_that_only_reads_changes_nothing(story: Story) -> None:
    """403, though the operations are for the very same callers; the main pair goes on doing both."""
    north, door = await story.network("North"), Door(story)
    reader = await narrowed(story, north, read_only=True)
    for _ in range(2):
        assert await door.decides(reader) is None
        assert await door.decides(reader, WRITE) is Reason.READ_ONLY
        assert await door.decides(north, WRITE) is None
    assert await door.decides(reader, WRITE, again=True) is Reason.READ_ONLY


@pytest.mark.parametrize(
    ("method", "scopes", "admitted"),
    [
        ("POST", ["resources.readonly", "resources"], True),
        ("POST", ["resources"], False),
        ("POST", [], False),
        ("GET", ["resources"], True),
        ("GET", [], True),
        ("HEAD", None, True),
        ("DELETE", None, False),
    ],
)
def test_reading_is_what_the_document_opens_to_readers_and_else_a_safe_method(
    method: str, scopes: list[str] | None, admitted: bool
) -> None:
    """A search by POST reads where a token that only reads opens it; None: the operation takes no token at all."""
    security = [{"BasicAuth": []}, *([{"OAuth2": scopes}] if scopes is not None else [])]
    document = {
        "openapi": "3.0.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/things/v1": {method.lower(): {"security": security, "responses": {}}}},
        "components": {
            "securitySchemes": {
                "BasicAuth": {"type": "http", "scheme": "basic"},
                "OAuth2": {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": "https://a.example",
                            "tokenUrl": "https://a.example",
                            "scopes": {"resources": "", "resources.readonly": ""},
                        }
                    },
                },
            }
        },
    }
    for scope_match in ("any", "all"):
        (operation,) = compile_policy(read_document(document), scope_match=scope_match).operations
        reason = judge_narrowing(Narrowing(read_only=True), (operation,))
        opens = admitted and not (scope_match == "all" and method == "POST")
        assert reason is (None if opens else Reason.READ_ONLY), scope_match


async def test_a_pair_opens_the_operations_that_were_chosen_and_no_other(story: Story) -> None:
    """As the document lists them."""
    north, door = await story.network("North"), Door(story)
    one = await narrowed(story, north, operations=(READ, "POST /elsewhere/v1"))
    for _ in range(2):
        assert await door.decides(one) is None
        assert await door.decides(one, WRITE) is Reason.OPERATION_FORBIDDEN
        assert await door.decides(one, OTHER) is Reason.OPERATION_FORBIDDEN
    both = await narrowed(story, north, operations=(READ, WRITE), read_only=True)
    assert await door.decides(both) is None
    assert await door.decides(both, WRITE) is Reason.READ_ONLY


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        (HERE, True),
        ("::ffff:192.0.2.9", True),
        ("2001:db8::1", True),
        (ELSEWHERE, False),
        ("2001:db8::2", False),
        ("unix:", False),
        (None, False),
    ],
)
async def test_a_pair_opens_from_the_addresses_that_were_chosen(
    story: Story, address: str | None, *, admitted: bool
) -> None:
    """Whoever took it elsewhere is refused, though it was let in from here a moment ago, byte for byte."""
    north, door = await story.network("North"), Door(story)
    caller = await narrowed(story, north, addresses=("192.0.2.0/24", "2001:db8::1/128"))
    assert await door.decides(caller) is None
    reason = None if admitted else Reason.ADDRESS_FORBIDDEN
    assert await door.decides(caller, address=address) is reason
    assert await door.decides(caller, address=address, again=True) is reason


async def test_an_owner_hears_of_calls_from_elsewhere_once_an_hour(story: Story) -> None:
    """W11: with a row that says from where; a wrong secret, the right address and other pairs tell nothing."""
    north, door = await story.network("North"), Door(story)
    caller = await narrowed(story, north, addresses=("192.0.2.0/24",))
    wrong = replace(caller, client_secret="fdns_wrong")

    async def told() -> int:
        await door.warnings.flush()
        return sum("used from elsewhere" in letter.subject for letter in story.mail.to(OWNER))

    for one, address in ((caller, HERE), (wrong, ELSEWHERE), (north, ELSEWHERE)):
        await door.decides(one, address=address)
    assert await told() == 0
    for _ in range(3):
        await door.decides(caller, address=ELSEWHERE)
        assert await told() == 1
    other = Door(story)  # another worker
    await other.decides(caller, address=ELSEWHERE)
    await other.warnings.flush()
    story.clock.pass_minutes(59)
    await door.decides(caller, address=ELSEWHERE)
    assert await told() == 1
    story.clock.pass_minutes(1)
    await door.decides(caller, address=ELSEWHERE)
    assert await told() == 2
    rows = [row for row in await story.house.store.list_audit() if row.action == "credential.misplaced"]
    assert [(row.client_id, row.address) for row in rows] == [(caller.client_id, ELSEWHERE)] * 2
    assert ELSEWHERE in story.mail.to(OWNER)[-1].text


async def test_calls_from_elsewhere_use_up_no_call_of_the_owners(story: Story) -> None:
    """They are counted as failures, and the operator hears of many."""
    north, door = await story.network("North"), Door(story)
    caller = await narrowed(story, north, addresses=("192.0.2.0/24",))
    for _ in range(40):
        assert await door.decides(caller, address=ELSEWHERE) is Reason.ADDRESS_FORBIDDEN
    assert await door.decides(caller) is None
    assert story.sightings.names() == ["api.many_unproven"]


async def test_a_pair_ends_with_its_last_day(story: Story) -> None:
    """To the microsecond, as if it were not there; a call that goes on ends too."""
    north, door = await story.network("North"), Door(story)
    caller = await narrowed(story, north, expires_at=Micros(story.clock.now() + DAY))
    story.clock.pass_micros(DAY - 1)
    assert await door.decides(caller) is None
    story.clock.pass_micros(1)
    assert await door.decides(caller) is Reason.BAD_CREDENTIAL
    assert await door.decides(caller, again=True) is Reason.BAD_CREDENTIAL


async def regenerate(story: Story, north: Customer, *, kept: int | None) -> tuple[Customer, NetworkCredential]:
    """Another main pair; the old one goes on for so long."""
    store, now = story.house.store, story.clock.now()
    there = await store.list_credentials_of(north.id)
    old = there[0]
    pair, secret = story.house.pairs.succeed(old, there, now=now)
    assert await store.regenerate_credential(
        credential=pair,
        replaces_version=old.version,
        kept_until=Micros(now + kept) if kept is not None else None,
        audit=story.an_audit_row("credential.regenerated"),
    )
    return replace(north, client_id=pair.client_id, client_secret=secret), pair


async def test_an_old_pair_goes_on_for_as_long_as_it_was_kept(story: Story) -> None:
    """CA-16 with an overlap: both open the same, then the old one nothing, without anybody doing anything."""
    old, door = await story.network("North"), Door(story)
    assert await door.decides(old) is None
    new, _ = await regenerate(story, old, kept=HOUR)
    for _ in range(2):
        assert await door.decides(old) is None
        assert await door.decides(new) is None
    story.clock.pass_micros(HOUR - 1)
    assert await door.decides(old) is None
    story.clock.pass_micros(1)
    assert await door.decides(old) is Reason.BAD_CREDENTIAL
    assert await door.decides(old, again=True) is Reason.BAD_CREDENTIAL
    assert await door.decides(new) is None


async def test_a_secret_regenerated_twice_leaves_only_the_last_two(story: Story) -> None:
    """And without an overlap only the last one."""
    first, door = await story.network("North"), Door(story)
    second, _ = await regenerate(story, first, kept=DAY)
    third, _ = await regenerate(story, second, kept=DAY)
    assert [await door.decides(one) for one in (first, second, third)] == [Reason.BAD_CREDENTIAL, None, None]
    fourth, _ = await regenerate(story, third, kept=None)
    assert [await door.decides(one) for one in (second, third, fourth)] == [
        Reason.BAD_CREDENTIAL,
        Reason.BAD_CREDENTIAL,
        None,
    ]


async def test_the_last_use_tells_from_where(story: Story) -> None:
    """Hourly; of a pair that is on its way out each minute, because its owner waits for it to fall silent."""
    old, door = await story.network("North"), Door(story)
    store = story.house.store

    async def last_use(caller: Customer) -> tuple[Micros | None, str | None]:
        await door.flow.uses.flush()
        (pair,) = [one for one in await store.list_credentials_of(old.id) if one.client_id == caller.client_id]
        return pair.last_used_at, pair.last_used_from

    assert await last_use(old) == (None, None)
    assert await door.decides(old) is None
    first = story.clock.now()
    assert await last_use(old) == (first, HERE)
    story.clock.pass_micros(MINUTE)
    assert await door.decides(old, address=ELSEWHERE) is None
    assert await last_use(old) == (first, HERE)
    await regenerate(story, old, kept=DAY)
    story.clock.pass_micros(MINUTE)
    assert await door.decides(old, address=ELSEWHERE) is None
    assert await last_use(old) == (story.clock.now(), ELSEWHERE)


async def test_calls_are_told_apart_by_pair(story: Story) -> None:
    """The network's count goes on as one; each pair has its own beside it."""
    north = await story.network("North")
    reader = await narrowed(story, north, read_only=True)
    for caller, times in ((north, 3), (reader, 2)):
        for _ in range(times):
            assert await caller.is_let_in(READ)
    assert not await reader.is_let_in(WRITE)
    counts: CallCounts = story.calls
    await counts.flush(everything=True)
    week = await story.house.store.count_credential_calls(north.id, since=0)
    assert week == {north.client_id: 3, reader.client_id: 2}
    (count,) = await story.house.store.list_calls(since=0)
    assert (count.kind.client_id, count.calls) == (north.id, 5)


@pytest.mark.parametrize(
    ("narrowing", "operation", "kind", "cause"),
    [
        ({"read_only": True}, WRITE, "operationForbidden", "read_only"),
        ({"operations": (OTHER,)}, READ, "operationForbidden", "other_operation"),
        ({"addresses": ("203.0.113.0/24",)}, READ, "addressForbidden", "other_address"),
    ],
)
async def test_the_networks_owner_learns_why(
    story: Story, narrowing: dict[str, object], operation: str, kind: str, cause: str
) -> None:
    """The caller is told what it may not; why is written down for those whom it concerns."""
    north = await story.network("North")
    caller = await narrowed(story, north, **narrowing)
    refused = await caller.calls(operation)
    assert (refused.status, refused.json()["type"]) == (403, kind)
    await story.explaining.flush()
    (noted,) = await story.house.store.list_decisions(client=caller.client_id, limit=10)
    assert (noted.cause, noted.network_id) == (cause, north.id)


async def test_the_end_of_a_pair_is_explained_with_its_time(story: Story) -> None:
    """401 to the caller, like any wrong one; to the owner, which end it was."""
    north = await story.network("North")
    until = Micros(story.clock.now() + HOUR)
    caller = await narrowed(story, north, expires_at=until)
    await regenerate(story, north, kept=HOUR)
    story.clock.pass_micros(HOUR)
    for one, cause in ((caller, "pair_expired"), (north, "pair_retired")):
        assert (await one.calls(READ)).status == 401
        await story.explaining.flush()
        (noted,) = await story.house.store.list_decisions(client=one.client_id, limit=10)
        assert (noted.cause, noted.cause_at) == (cause, until)
