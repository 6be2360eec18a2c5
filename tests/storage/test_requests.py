"""Looking through decided calls: the contract of both stores."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.inspection import BEGINNING, EVERYBODY, CallFilter, Inspected
from storage.house import House

pytestmark = pytest.mark.anyio

APP = ClientId("fdci_a")
OF_APP = Inspected(client_id=APP)


async def keep(house: House, **changes: Any) -> NotedDecision:
    """One refused call of the app that is kept."""
    made = NotedDecision(
        request_id=house.new_id(),
        at=house.now,
        outcome=Outcome.REFUSED,
        reason="NO_CREDENTIAL",
        method="GET",
        client_id=APP,
    )
    made = replace(made, **changes)
    await house.store.keep_decisions(noted=[made], dropped=0, now=house.now)
    return made


async def look(
    house: House, inspected: Inspected = OF_APP, *, before: int = BEGINNING, **wanted: Any
) -> list[NotedDecision]:
    """Those that are asked for, newest first."""
    found = await house.store.list_requests(inspected=inspected, wanted=CallFilter(**wanted), before=before, limit=100)
    return [one.noted for one in found]


async def test_an_apps_calls_are_its_own_and_a_networks_those_that_concern_it(house: House) -> None:
    """Newest first; what is nobody's is neither's."""
    network, other = house.new_id(), house.new_id()
    first = await keep(house, network_id=network)
    await keep(house, client_id="fdci_b", network_id=other)
    await keep(house, client_id="")
    second = await keep(house, credential="fdni_a", client_id="", network_id=network)
    third = await keep(house)
    assert await look(house) == [third, first]
    assert await look(house, Inspected(network_id=network)) == [second, first]
    assert await look(house, Inspected(network_id=house.new_id())) == []
    assert await look(house, Inspected(client_id=ClientId(""))) == []


async def test_each_part_of_a_filter_counts_and_all_together(house: House) -> None:
    """Whole values only: a part of an operation or of a reason's name is none."""
    network = house.new_id()
    plain = await keep(house)
    scope = await keep(house, reason="INSUFFICIENT_SCOPE", operations=("GET /a/v1", "GET /a/{id}"), named=network)
    post = await keep(house, method="POST", operations=("POST /a/v1",), network_id=network)
    let_in = await keep(house, outcome=Outcome.ALLOWED, reason="", credential="fdni_x")
    assert await look(house) == [let_in, post, scope, plain]
    assert await look(house, reasons=("INSUFFICIENT_SCOPE", "RATE_LIMITED")) == [scope]
    assert await look(house, reasons=("SCOPE",)) == []
    assert await look(house, reasons=("",)) == [let_in]
    assert await look(house, method="POST") == [post]
    assert await look(house, operation="GET /a/{id}") == await look(house, operation="GET /a/v1") == [scope]
    assert await look(house, operation="GET /a") == await look(house, operation="%") == []
    assert await look(house, network=network) == [post, scope]
    assert await look(house, caller="fdni_x") == [let_in]
    assert await look(house, caller=APP) == [let_in, post, scope, plain]
    assert await look(house, network=network, method="GET", reasons=("INSUFFICIENT_SCOPE",)) == [scope]
    assert await look(house, network=network, method="PUT") == []


async def test_pages_follow_one_another_while_the_oldest_go(house: House) -> None:
    """A place is good for as long as there is anything before it, whatever came and went meanwhile."""
    kept = [await keep(house) for _ in range(6)]
    wanted = CallFilter()
    inspected = Inspected(client_id=APP)
    first = await house.store.list_requests(inspected=inspected, wanted=wanted, before=BEGINNING, limit=2)
    assert [one.noted for one in first] == [kept[5], kept[4]]
    await house.store.sweep_decisions(now=house.now, kept=4, since=house.now, limit=100)
    newer = await keep(house)
    second = await house.store.list_requests(inspected=inspected, wanted=wanted, before=first[-1].position, limit=10)
    assert [one.noted for one in second] == [kept[3], kept[2]]
    assert (await look(house))[0] == newer


async def test_everybodys_calls_are_listed_with_the_same_filters(house: House) -> None:
    """Those of nobody too: for whoever runs the installation."""
    first = await keep(house, client_id="", method="POST")
    second = await keep(house, client_id="fdci_b", network_id=house.new_id())
    third = await keep(house)
    assert await look(house, EVERYBODY) == [third, second, first]
    assert await look(house, EVERYBODY, method="POST") == [first]
    assert await look(house, EVERYBODY, caller="fdci_b") == [second]
    newest = await house.store.list_requests(inspected=EVERYBODY, wanted=CallFilter(), before=BEGINNING, limit=1)
    assert await look(house, EVERYBODY, before=newest[0].position) == [second, first]
