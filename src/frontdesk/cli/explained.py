"""A kept decision in lines for people."""

from collections.abc import Iterator
from typing import Any

_MARKS = {"passed": "ok  ", "failed": "FAIL", "not reached": "-   "}
_CHECKS = {
    "request": "the request is well-formed",
    "operation": "the document has the operation",
    "credential": "the credential is proven",
    "rate": "the rate limit has room",
    "scheme": "the operation takes this kind of credential",
    "network": "the credential opens the network",
    "scope": "the token holds a scope that is needed",
    "api": "the API answered",
}
_DECISIONS = {
    "refused": "Refused",
    "allowed": "Allowed",
    "let_through": "Let through, because nothing is enforced; it would have been refused",
}
_ENDERS = {"client": "the app", "user": "a user", "operator": "the operator", "unauthenticated": "who held a token"}


def render(told: dict[str, Any]) -> Iterator[str]:
    """Everything that a reader is told."""
    call, caller = told["call"], told["caller"]
    said = f" with {told['status']} {told['type']}: {told['message']}" if told["status"] else "."
    yield f"{_DECISIONS[told['decision']]}{said}"
    yield ""
    yield f"  call      {' | '.join(call['operations']) or _where(call)}"
    yield f"  at        {told['at']}"
    yield f"  caller    {_who(caller)}"
    for name, key in (("grant", "grant_id"), ("user", "user_id"), ("network", "network_id")):
        if caller[key]:
            yield f"  {name:<9} {caller[key]}"
    if call["network"] and call["network"] != caller["network_id"]:
        yield f"  named     {call['network']} (network header)"
    if call["address"]:
        yield f"  from      {call['address']}"
    if call["user_agent"]:
        yield f"  agent     {call['user_agent']}"
    yield ""
    for check in told["checks"]:
        yield f"  {_MARKS[check['result']]}  {_CHECKS[check['check']]}"
    if told["cause"] is not None:
        yield ""
        yield from _why(told["cause"])
    yield from _what_would_pass(told["would_pass"])


def _where(call: dict[str, Any]) -> str:
    return f"{call['method']} {call['path'] or ''}".rstrip()


def _who(caller: dict[str, Any]) -> str:
    if caller["client_id"] is None:
        return "unknown" if caller["scheme"] else "nobody: no credential that can be told"
    return f"{caller['client_id']} ({caller['scheme'] or 'public'}, {'proven' if caller['proven'] else 'not proven'})"


def _why(cause: dict[str, Any]) -> Iterator[str]:
    yield f"Why: {cause['text']}"
    if cause["at"]:
        yield f"     Since {cause['at']}" + (f", by {_ENDERS.get(cause['by'], cause['by'])}." if cause["by"] else ".")


def _what_would_pass(would: dict[str, Any]) -> Iterator[str]:
    lines = []
    if would.get("methods"):
        lines.append(f"another method: {', '.join(would['methods'])}")
    if would.get("schemes"):
        lines.append(f"a right credential of this kind: {' or '.join(would['schemes'])}")
    if would.get("after_seconds"):
        lines.append(f"the same call after {would['after_seconds']} s")
    if "networks" in would:
        lines.append(f"one of these networks: {', '.join(would['networks'])}" if would["networks"] else "no network")
    if "scopes" in would:
        lines.append(f"a token with {would['rule']}; it held {' '.join(would['held']) or 'none'}")
    if lines:
        yield ""
        yield f"What would pass: {'; '.join(lines)}."
