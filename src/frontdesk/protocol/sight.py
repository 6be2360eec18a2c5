"""Who may see a kept decision, and how much of it. Whoever it does not concern cannot tell it from one never made.

the operator                  everything
an app (or one of its grants) its own calls: not that its user is blocked, nor which role the user holds
a network's Basic pair        calls made with it
a network's owner             calls with its pair, and of grants that ever had an edge to it: no other network
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, assert_never

from frontdesk.protocol.causes import Cause, words_of
from frontdesk.protocol.checks import Check, check_of
from frontdesk.protocol.errors import Reason, wire
from frontdesk.protocol.explanations import NotedDecision, Outcome
from frontdesk.protocol.ids import ClientId, CredentialId, GrantId, Micros, NetworkId


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this installation."""


@dataclass(frozen=True, slots=True)
class App:
    """An app that has proven itself."""

    client_id: ClientId


@dataclass(frozen=True, slots=True)
class GrantHolder:
    """Who holds a living access token: of a user's grant, or of an app's own."""

    grant_id: GrantId


@dataclass(frozen=True, slots=True)
class Pair:
    """Who has proven to hold a network's Basic pair."""

    credential: CredentialId


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns these networks, signed in."""

    networks: frozenset[NetworkId]


Reader: TypeAlias = Operator | App | GrantHolder | Pair | Owner


def may_read(noted: NotedDecision, reader: Reader) -> bool:
    """Whether a decision concerns a reader."""
    match reader:
        case Operator():
            return True
        case App(client_id):
            return noted.client_id == client_id
        case GrantHolder(grant_id):
            return noted.grant_id == grant_id
        case Pair(credential):
            return noted.credential == credential
        case Owner(networks):
            return noted.network_id in networks
        case _:
            assert_never(reader)


def cause_told(cause: Cause, reader: Reader) -> Cause:
    """A cause as far as a reader may know it."""
    if isinstance(reader, Operator):
        return cause
    match cause:
        case Cause.USER_BLOCKED | Cause.USER_GONE:
            return Cause.USER_ENDED
        case Cause.NO_ROLE:
            # Who is what in a network is its owner's to know.
            return cause if isinstance(reader, Owner) else Cause.NETWORK_CLOSED
        case (
            Cause.NO_CREDENTIAL
            | Cause.MALFORMED
            | Cause.NO_TOKEN_OF_OURS
            | Cause.WRONG_KIND
            | Cause.MISTYPED
            | Cause.UNPROVEN
            | Cause.UNKNOWN_ID
            | Cause.WRONG_SECRET
            | Cause.PAIR_EXPIRED
            | Cause.PAIR_RETIRED
            | Cause.OTHER_ADDRESS
            | Cause.READ_ONLY
            | Cause.OTHER_OPERATION
            | Cause.APP_PAIR
            | Cause.SECRET_NOT_CHECKED
            | Cause.EXPIRED
            | Cause.GRANT_GONE
            | Cause.GRANT_REVOKED
            | Cause.TOKENS_REVOKED
            | Cause.USER_ENDED
            | Cause.APP_DISABLED
            | Cause.NO_SCOPES_LEFT
            | Cause.NOT_IN_GRANT
            | Cause.NETWORK_DROPPED
            | Cause.READS_FIRST
            | Cause.NETWORK_CLOSED
            | Cause.OTHER_NETWORK
            | Cause.OTHER_NETWORK_IN_TARGET
            | Cause.WORKS_NOW
        ):
            return cause
        case _:
            assert_never(cause)


def describe(noted: NotedDecision, reader: Reader, *, ended_by: str = "") -> dict[str, Any]:
    """What a reader whom it concerns is told, as plain values: docs/explain.md.

    `ended_by` is the kind of who ended the grant, where that is known: "user", "client", "operator", …
    """
    return {
        "id": noted.request_id,
        "at": _instant(noted.at),
        "decision": noted.outcome.value,
        **_said(noted.reason),
        "call": _call(noted, reader),
        "caller": _caller(noted),
        "checks": [{"check": check.value, "result": result} for check, result in check_results(noted)],
        "cause": _cause(noted, reader, ended_by),
        "would_pass": _would_pass(noted, reader),
    }


def check_results(noted: NotedDecision) -> list[tuple[Check, str]]:
    """Each check of the contract: "passed", "failed", or "not reached" behind the first that failed."""
    failed = check_of(Reason[noted.reason]) if noted.reason in Reason.__members__ else None
    if failed is None:
        return [(check, "passed") for check in Check if check is not Check.API]
    order = list(Check)
    shown = order if failed is Check.API else order[:-1]
    at = order.index(failed)
    return [
        (check, "passed" if place < at else "failed" if place == at else "not reached")
        for place, check in enumerate(shown)
    ]


def _said(reason: str) -> dict[str, Any]:
    """What the caller was answered; nothing for a call that was let in, or a reason of another version."""
    if reason not in Reason.__members__:
        return {"status": None, "type": None, "message": None}
    said = wire(Reason[reason])
    return {"status": said.status, "type": said.code, "message": said.message}


def _call(noted: NotedDecision, reader: Reader) -> dict[str, Any]:
    # A partner's machines are not the network's business; with its own pair, whoever calls is.
    hides_place = isinstance(reader, Owner) and noted.scheme != "basic"
    return {
        "method": noted.method,
        "operations": list(noted.operations),
        "path": noted.path or None,
        "network": noted.named,
        "address": None if hides_place else noted.address or None,
        "user_agent": None if hides_place else noted.agent or None,
    }


def _caller(noted: NotedDecision) -> dict[str, Any]:
    return {
        "scheme": noted.scheme or None,
        "proven": noted.is_proven,
        "client_id": noted.client_id or noted.credential or None,
        "grant_id": noted.grant_id,
        "user_id": noted.user_id,
        "network_id": noted.network_id,
    }


def _cause(noted: NotedDecision, reader: Reader, ended_by: str) -> dict[str, Any] | None:
    if noted.cause is None:
        return None
    cause = cause_told(noted.cause, reader)
    # When a user was blocked is as much the operator's own as that it was.
    at = noted.cause_at if cause is noted.cause else None
    return {"name": cause.value, "text": str(words_of(cause)), "at": _instant(at), "by": ended_by or None}


def _would_pass(noted: NotedDecision, reader: Reader) -> dict[str, Any]:
    """What another call would need. Only what the failed check asks for is named."""
    if noted.outcome is Outcome.ALLOWED:
        return {}
    networks = noted.open_networks
    if isinstance(reader, Owner):
        networks = tuple(network for network in networks if network in reader.networks)
    failed = check_of(Reason[noted.reason]) if noted.reason in Reason.__members__ else None
    match failed:
        case Check.OPERATION:
            return {"methods": list(noted.methods)} if noted.methods else {}
        case Check.CREDENTIAL | Check.SCHEME:
            return {"schemes": list(noted.schemes)}
        case Check.RATE:
            return {"after_seconds": noted.retry_after}
        case Check.NETWORK:
            return {"networks": list(networks)}
        case Check.SCOPE:
            return {"scopes": list(noted.scopes), "rule": noted.rule, "held": list(noted.held)}
        case Check.REQUEST | Check.API | None:
            return {}
        case _:
            assert_never(failed)


def _instant(at: Micros | None) -> str | None:
    """RFC 3339, to the millisecond."""
    if at is None:
        return None
    moment = datetime.fromtimestamp(at // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at // 1_000 % 1_000:03d}Z"
