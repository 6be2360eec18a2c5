"""Watching without enforcing: every call that was refused goes on, but for those that cannot be sent on safely."""

from typing import Any

import pytest

from frontdesk.gateway.checker import NEVER_LET_THROUGH, Passed
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.store import StoreUnavailable
from gateway.desk import NORTH, Desk, call, network, outcome
from gateway.test_checks import CASES, CREDENTIALS, standing
from gateway.upstream import RawApi

pytestmark = pytest.mark.anyio

SHADOW = {"enforcement": "shadow", "serve_networks": False}
# Two readers could read these in two ways: sent on, they might become another call than the one that was judged.
UNSAFE = {
    "GW-01", "GW-03", "HT-07 absolute", "HT-07 star", "HT-09", "check 1 before 2", "HT-10 upgrade", "HT-08 host twice",
    "BT-11 header bytes", "HT-02 coding", "HT-02 both", "HT-04 twice",
}  # fmt: skip


@pytest.mark.parametrize(("name", "method", "target", "credential", "headers", "expected"), CASES)
async def test_what_is_refused_reaches_the_api_all_the_same(
    desk: Desk,
    api: RawApi,
    name: str,
    method: str,
    target: str,
    credential: str,
    headers: Any,
    expected: tuple[int, str],
) -> None:
    """Live traffic is not harmed while the policy is tried out; what is unsafe stays refused."""
    async with standing(desk, api, **SHADOW) as gateway:
        answer = await gateway.handle(call(method, target, CREDENTIALS[credential](desk), *headers))
    assert len(api.calls) == (name not in UNSAFE)
    if name in UNSAFE:
        assert outcome(answer) == expected
    elif method != "HEAD":  # the API behind answers with a body, whatever it is asked
        assert outcome(answer) == (200, "")


@pytest.mark.parametrize(("name", "method", "target", "credential", "headers", "expected"), CASES)
async def test_the_decision_is_the_one_that_would_be_enforced(
    desk: Desk, name: str, method: str, target: str, credential: str, headers: Any, expected: tuple[int, str]
) -> None:
    """Whoever reads the report must be able to rely on it: one decision, in both modes."""
    request = call(method, target, CREDENTIALS[credential](desk), *headers)
    decided = []
    for enforcement in ("on", "shadow"):
        checker = desk.gateway(enforcement=enforcement, serve_networks=False).checker
        found = await checker.check_call(method, request.target, request.headers, request_id="r-1")
        decided.append(found.refused if isinstance(found, Passed) and found.refused is not None else found)
    enforced, watched = decided
    if isinstance(enforced, Refusal):
        assert watched == enforced
    else:
        assert isinstance(watched, Passed)
        assert watched.admission.subject == enforced.admission.subject


async def test_a_call_that_goes_on_refused_is_made_in_nobodys_name(desk: Desk) -> None:
    """A proven partner without the scope is nobody for the API behind: no identity that it could act on."""
    checker = desk.gateway(**SHADOW).checker
    headers = [(b"authorization", desk.bearer(("rooms.readonly",))), network(NORTH)]
    passed = await checker.check_call("POST", b"/rooms/v1", headers, request_id="r-1")
    assert isinstance(passed, Passed)
    assert passed.refused is not None
    assert passed.refused.reason is Reason.INSUFFICIENT_SCOPE
    admission = passed.admission
    assert (admission.caller, admission.subject, admission.network_id, admission.scopes) == (None, "", None, ())
    assert [operation.template for operation in passed.operations] == ["/rooms/v1"]


async def test_the_networks_of_nobody_are_not_told(desk: Desk, api: RawApi) -> None:
    """`GET /networks/v1` is answered here only to whom it would be answered when the policy is enforced."""
    async with standing(desk, api, enforcement="shadow", serve_networks=True) as gateway:
        refused = await gateway.handle(call("GET", "/networks/v1", desk.basic(secret="wrong")))
        assert len(api.calls) == 1
        assert b"North" not in refused.body
        admitted = await gateway.handle(call("GET", "/networks/v1", desk.basic()))
        assert len(api.calls) == 1
        assert b"North" in admitted.body


async def test_a_token_in_the_query_leaves_the_path_what_it_is(desk: Desk, api: RawApi) -> None:
    """The API gets the query as it was sent; the operation is known, so that the report can name it."""
    checker = desk.gateway(**SHADOW).checker
    passed = await checker.check_call("GET", b"/rooms/v1?access_token=x&a=%20", [], request_id="r-1")
    assert isinstance(passed, Passed)
    assert passed.target.normalised == b"/rooms/v1?access_token=x&a=%20"
    assert [operation.template for operation in passed.operations] == ["/rooms/v1"]


async def test_our_own_trouble_stands_in_nobodys_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enforced, a call of which nothing can be proven is a 503; watched, it goes on and is counted as that."""

    async def check(**_: object) -> None:
        raise StoreUnavailable("out of order")

    for enforcement in ("on", "shadow"):
        checker = desk.gateway(enforcement=enforcement).checker
        monkeypatch.setattr(checker, "_door", type("Door", (), {"check": staticmethod(check)})())
        asked = checker.check_call("GET", b"/rooms/v1", [(b"authorization", desk.basic())], request_id="r-1")
        if enforcement == "on":
            with pytest.raises(StoreUnavailable):
                await asked
        else:
            passed = await asked
            assert isinstance(passed, Passed)
            assert passed.refused == Refusal(reason=Reason.OUT_OF_ORDER)


def test_what_is_never_let_through_is_named() -> None:
    """A reason that joins or leaves this set is a decision, not an accident."""
    assert {reason.name for reason in NEVER_LET_THROUGH} == {
        "HEADERS_TOO_LARGE",
        "AMBIGUOUS_TARGET",
        "MALFORMED_REQUEST",
    }


async def test_a_limit_is_counted_and_not_enforced(desk: Desk) -> None:
    """The eleventh call of the second is told apart, and passes."""
    limited = Desk(limit=1)
    checker = limited.gateway(**SHADOW, requests_per_second=1).checker
    headers = [(b"authorization", limited.basic())]
    found = [await checker.check_call("GET", b"/rooms/v1", headers, request_id="r") for _ in range(3)]
    reasons = [one.refused and one.refused.reason for one in found if isinstance(one, Passed)]
    assert reasons == [None, Reason.RATE_LIMITED, Reason.RATE_LIMITED]
