"""`frontdesk-client explain ID`: which check refused a call, why, and what would pass."""

import argparse
import re
from typing import Any

from frontdesk_client.cli.cabinet import Cabinet
from frontdesk_client.cli.opening import ask, open_credentials, open_pair
from frontdesk_client.cli.speech import EXIT_USAGE, Refused, print_json, print_pairs, printable
from frontdesk_client.manners import raise_for_api_error

_MARKS = {"passed": "ok   ", "failed": "FAIL ", "not reached": "-    "}
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def run(options: argparse.Namespace) -> None:
    """Ask Frontdesk, as the app where there is its secret: that still helps when the connection is gone."""
    if not _ID.fullmatch(options.id):
        raise Refused("that is no id of a call", "it is the X-Request-Id of the answer", code=EXIT_USAGE)
    cabinet = Cabinet()
    profile = cabinet.get(options.profile)
    secret = cabinet.secret(profile)
    asks = open_pair(profile, secret) if secret else open_credentials(cabinet, profile)
    response = ask(profile, asks.for_network(None), "GET", f"/_frontdesk/decisions/{options.id}")
    if response.status_code == 404:
        raise Refused(
            "nothing is known of this call",
            "it was another's, too long ago, not refused by Frontdesk, or the server keeps no explanations",
        )
    raise_for_api_error(response)
    told = response.json()
    if options.json:
        print_json(told)
    else:
        _show(told)


def _show(told: dict[str, Any]) -> None:
    kind, cause = told.get("type"), told.get("cause") or {}
    decision = str(told.get("decision", "")).replace("_", " ")
    print(printable(f"{decision[:1].upper()}{decision[1:]} with {told.get('status')} {kind or ''}".rstrip()))
    print(printable(str(cause.get("text") or told.get("message") or "")))
    print()
    call, caller = told.get("call") or {}, told.get("caller") or {}
    operations = ", ".join(call.get("operations") or []) or f"{call.get('method')} {call.get('path') or ''}"
    pairs = {
        "call": operations,
        "at": told.get("at"),
        "caller": caller.get("client_id"),
        "grant": caller.get("grant_id"),
        "network": caller.get("network_id") or call.get("network"),
        "from": call.get("address"),
        "agent": call.get("user_agent"),
    }
    print_pairs([(name, str(value)) for name, value in pairs.items() if value])
    print()
    for check in told.get("checks") or []:
        print(printable(f"  {_MARKS.get(check['result'], '     ')} {check['check']}"))
    would_pass = told.get("would_pass")
    if would_pass:
        print(printable(f"\nWhat would pass: {_in_words(would_pass)}"))


def _in_words(would_pass: dict[str, Any]) -> str:
    """Names and values in a row: whatever the server knows of."""
    said = []
    for name, value in would_pass.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        said.append(f"{name.replace('_', ' ')}: {shown or 'none'}")
    return "; ".join(said)
