"""How the installation stands, over the administration API; and a letter, to see that mail arrives."""

from frontdesk.flows.operator import Objection
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.shapes import Shape

TAG = "Service"


class Finding(Shape):
    """A fault of the API's document: where (a JSON pointer), what, and what to do."""

    code: str
    is_error: bool
    place: str
    words: str
    hint: str


class Stands(Shape):
    """How the installation stands. `trouble`: why the document as it is now is not in force; empty where it is."""

    findings: list[Finding]
    trouble: str
    apps_in_review: int


class Addressee(Shape):
    """Who gets it: an id or an e-mail address of somebody with an account."""

    user: str


async def show_standing(desk: AdminDesk, _: Call) -> Outcome:
    """What an operator looks at first."""
    stands = await desk.standing.look()
    return Stands(
        findings=[
            Finding(code=one.code, is_error=one.is_error, place=one.place, words=one.words, hint=one.hint)
            for one in stands.findings
        ],
        trouble=stands.trouble,
        apps_in_review=stands.waiting,
    )


async def send_test_letter(desk: AdminDesk, call: Call) -> Outcome:
    """To see it arrive."""
    to: Addressee = call.body
    user = await desk.looking.find_user(to.user)
    if isinstance(user, Objection):
        return user
    desk.standing.send_test_letter(user, origin=call.origin.unplaced())
    return shapes.Done()


OPERATIONS = (
    Operation(
        method="GET",
        path="/standing",
        name="getStanding",
        tag=TAG,
        summary="Show how the installation stands: the API's document, and what waits (mail and sign-ins: /health)",
        walk=show_standing,
        gives=Stands,
    ),
    Operation(
        method="POST",
        path="/standing/test-letter",
        name="sendTestLetter",
        tag=TAG,
        summary="Send somebody a letter, to see that mail arrives; at most twenty an hour",
        walk=send_test_letter,
        takes=Addressee,
        gives=shapes.Done,
    ),
)
