"""What is done on a page is written down: who did it, from where, in which request (AD-05)."""

import pytest

from web.matrix import MATRIX
from web.town import Person, found_town
from web.walking import outcome_of, step_of, walk

pytestmark = pytest.mark.anyio

ACTIONS = sorted(line for line, row in MATRIX.items() if line.startswith("POST ") and "in" in row.outcomes.values())
FIRST = (Person.OWNER, Person.PARTNER, Person.OPERATOR, *Person)
# What gives, takes and shows nobody anything, and why.
SILENT = {
    "POST /account/apps/add-network": "leads to the consent page, whose decision is written down",
    "POST /account/invitations/{joining}": "leads to the sign-in",
    "POST /account/networks/{network}/owner/offer": "sends a code; the offer is made by entering it",
    "POST /account/networks/{network}/owner/withdraw": "takes back what no code has confirmed yet",
    "POST /account/offers/{offered}/code": "sends a code; the network is taken by entering it",
    "POST /account/profile/email": "sends codes; the address changes by entering both",
    "POST /language": "a cookie, and the language of one's own mails",
    "POST /operator/mail": "a mail to oneself, to see whether mail works",
    "POST /operator/setup/{link}": "sends a code; what the link gives is accepted later",
    "POST /partner/redirects": "judges addresses while they are typed",
    "POST /partner/sign-up": "sends a code",
    "POST /sign-in": "sends a code",
    "POST /sign-out": "ends the session that asks for it",
}


@pytest.mark.parametrize("line", ACTIONS)
async def test_ad_05_every_action_of_the_console_is_in_the_audit_log(line: str) -> None:
    """AD-05: reveals, regenerations, roles, apps, their redirect addresses and all else, each by whoever did it."""
    step, town = step_of(line), await found_town()
    who = next(person for person in FIRST if step.row.outcomes[person] == "in")
    filled = await step.row.filling(town, who)
    rows = town.story.house.store.audit
    before = len(rows)
    reply = await walk(step, town, who, filled)
    assert outcome_of(reply, step, who) == "in"
    told = rows[before:]
    assert bool(told) is (line not in SILENT)
    for row in told:
        assert row.actor.partition(":")[0] in ("user", "operator")
        assert row.address == "192.0.2.7"
        assert row.request_id == reply.header("x-request-id")


def test_nothing_is_silent_that_went() -> None:
    """No exception is left of an action that there is no more."""
    assert SILENT.keys() <= set(ACTIONS)
