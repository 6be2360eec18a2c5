"""What the request inspector says of a call: its checks, how it was answered, what would have passed."""

from collections.abc import Mapping

from frontdesk.protocol.causes import words_of
from frontdesk.protocol.checks import Check
from frontdesk.protocol.errors import Reason, wire
from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.messages import N_, say_count
from frontdesk.protocol.sight import Reader, cause_told, check_results, describe
from frontdesk.web.views_requests import CheckRow, Fact

CHECKS: Mapping[Check, str] = {
    Check.REQUEST: N_("The request is well-formed"),
    Check.OPERATION: N_("The API has this operation"),
    Check.CREDENTIAL: N_("The credential is proven"),
    Check.RATE: N_("The rate limit has room"),
    Check.SCHEME: N_("The operation takes this kind of credential"),
    Check.NETWORK: N_("The credential opens the network"),
    Check.SCOPE: N_("A scope that is needed is held"),
    Check.API: N_("The API answered"),
}
RESULTS: Mapping[str, str] = {
    "passed": N_("passed"),
    "failed": N_("failed"),
    "not reached": N_("not reached"),
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.REFUSED: N_("Refused"),
    Outcome.LET_THROUGH: N_("Let through, because nothing is enforced now; it would have been refused"),
    Outcome.ALLOWED: N_("Let in"),
}
SCHEMES: Mapping[str, str] = {"basic": N_("API credentials"), "oauth2": N_("access token")}
LET_IN = N_("let in")


def status_of(noted: NotedDecision) -> str:
    """What the caller was answered, as far as it is ours: "403 insufficientScope"."""
    if noted.outcome is Outcome.ALLOWED or noted.reason not in Reason.__members__:
        return LET_IN
    said = wire(Reason[noted.reason])
    return f"{said.status} {said.code}"


def call_of(noted: NotedDecision) -> str:
    """The operation, or what stands for it: "GET /rooms/v1/{id}"."""
    return noted.operations[0] if noted.operations else f"{noted.method} {noted.path}".strip()


def checks_of(noted: NotedDecision) -> tuple[CheckRow, ...]:
    """Each check in the order in which they are made."""
    return tuple(
        CheckRow(label=CHECKS[check], result=RESULTS[result], failed=result == "failed")
        for check, result in check_results(noted)
    )


def cause_of(noted: NotedDecision, reader: Reader) -> str:
    """What stood in the way, as far as this reader may know; empty where nothing is known."""
    return words_of(cause_told(noted.cause, reader)) if noted.cause is not None else ""


def facts_of(noted: NotedDecision, reader: Reader) -> tuple[Fact, ...]:
    """Who called, where and from where, as far as this reader may know."""
    told = describe(noted, reader)
    call, caller = told["call"], told["caller"]
    pairs = (
        (N_("Request id"), noted.request_id, True),
        (N_("Answer"), status_of(noted), noted.outcome is not Outcome.ALLOWED),
        (N_("Credential"), SCHEMES.get(noted.scheme, ""), False),
        (N_("Client id"), caller["client_id"], True),
        (N_("Grant"), caller["grant_id"], True),
        (N_("Network"), call["network"] or caller["network_id"], True),
        (N_("Address"), call["address"], True),
        (N_("Program"), call["user_agent"], True),
    )
    return tuple(Fact(label=label, value=value, is_code=is_code) for label, value, is_code in pairs if value)


def would_pass_of(noted: NotedDecision, reader: Reader) -> tuple[Fact, ...]:
    """What the same call would need; only what the failed check asks for."""
    told = describe(noted, reader)["would_pass"]
    found = []
    if told.get("methods"):
        found.append(Fact(label=N_("Methods of this path"), value=", ".join(told["methods"])))
    if told.get("schemes"):
        found.append(Fact(label=N_("Kinds of credential"), value=", ".join(told["schemes"])))
    if told.get("after_seconds"):
        wait = say_count("%(count)s second", "%(count)s seconds", told["after_seconds"])
        found.append(Fact(label=N_("The same call after"), value=wait, is_code=False))
    if told.get("networks"):
        found.append(Fact(label=N_("One of these networks"), value=", ".join(told["networks"])))
    if told.get("rule"):
        found.append(Fact(label=N_("A token with"), value=told["rule"]))
        found.append(Fact(label=N_("The token held"), value=" ".join(told["held"]) or "-"))
    return tuple(found)
