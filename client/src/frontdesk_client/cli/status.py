"""`frontdesk-client status`: what is kept, without asking any server."""

import argparse
from typing import Any

from frontdesk_client.cli.cabinet import Cabinet
from frontdesk_client.cli.profiles import Profile
from frontdesk_client.cli.speech import PROGRAM, print_json, print_pairs
from frontdesk_client.clock import read_clock


def run(options: argparse.Namespace) -> int:
    """One profile, or all; 1 where nobody is logged in under it."""
    cabinet = Cabinet()
    names = cabinet.names() if options.all else [options.profile]
    found = [describe(cabinet, cabinet.get(name)) for name in names]
    if options.json:
        print_json(found if options.all else found[0])
    for said in [] if options.json else found:
        print(f"{said['profile']}: {'logged in' if said['logged_in'] else 'nobody is logged in'}")
        print_pairs([(name, _show(value)) for name, value in said.items() if name not in ("profile", "logged_in")])
    if not found and not options.json:
        print(f"No profile yet: {PROGRAM} login")
    return 0 if found and all(said["logged_in"] for said in found) else 1


def describe(cabinet: Cabinet, profile: Profile) -> dict[str, Any]:
    """What is known of one."""
    tokens = cabinet.store.load(profile.name) if profile.kind == "oauth" else None
    logged_in = tokens is not None if profile.kind == "oauth" else cabinet.secret(profile) is not None
    said: dict[str, Any] = {
        "profile": profile.name,
        "logged_in": logged_in,
        "server": profile.server,
        "kind": profile.kind,
        "client_id": profile.client_id,
        "network": profile.network,
        "kept_in": cabinet.store.kept_in,
    }
    if tokens is not None:
        ends = tokens.expires_at
        said["scopes"] = list(tokens.scopes)
        said["access_token_expires_at"] = None if ends is None else ends.strftime("%Y-%m-%dT%H:%M:%SZ")
        said["access_token_expired"] = ends is not None and ends <= read_clock()
        said["refreshes"] = tokens.refresh_token is not None
    return said


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "-" if value is None else str(value)
