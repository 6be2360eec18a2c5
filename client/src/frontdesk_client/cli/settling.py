"""Which server and which client a login is for: what is typed, else what the profile said, else what is asked."""

import argparse

from frontdesk_client.cli.asking import ask_needed, read_secret
from frontdesk_client.cli.profiles import LOOPBACK, NETWORK_HEADER, Kind, Profile
from frontdesk_client.cli.speech import EXIT_USAGE, Refused
from frontdesk_client.connect.discovery import discover
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import NotDescribed
from frontdesk_client.origins import must_be_safe, read_origin


def settle_profile(options: argparse.Namespace, before: Profile | None) -> Profile:
    """The profile to log in with. What was known of another server, client or kind is not taken over."""
    server = options.server or (before.server if before else ask_needed("Address of the API: ", "--server"))
    server = _must_be_address(server.rstrip("/"))
    kind: Kind = "basic" if options.basic else "oauth"
    if before is not None and not options.basic and not options.client_id and before.server == server:
        kind = before.kind
    same = before if before is not None and (before.server, before.kind) == (server, kind) else None
    client_id = options.client_id or (same.client_id if same else ask_needed("Client id: ", "--client-id"))
    if kind == "basic" and ":" in client_id:
        raise Refused("a network's client id has no colon", "look it up under Account > network > API", code=EXIT_USAGE)
    scopes = options.scope or (same.scopes if same else "")
    if kind == "oauth" and not scopes:
        scopes = ask_needed("Scopes, separated by spaces: ", "--scope")
    return Profile(
        name=options.profile,
        kind=kind,
        server=server,
        client_id=client_id,
        is_public=False,
        endpoints=_find_endpoints(server, kind),
        redirect_uri=options.redirect_uri or (same.redirect_uri if same else LOOPBACK),
        scopes=scopes,
        network=options.network or (same.network if same else None),
        network_header=options.network_header or (same.network_header if same else NETWORK_HEADER),
    )


def settle_secret(
    options: argparse.Namespace, profile: Profile, before: Profile | None, *, kept: str | None
) -> str | None:
    """The secret that is given, else the one that is kept for the same client of the same server; None: it has none."""
    is_given = options.secret_file or options.secret_stdin
    if options.public:
        if is_given or profile.kind == "basic":
            raise Refused("--public says that there is no secret", "leave one of them out", code=EXIT_USAGE)
        return None
    is_same = before is not None and (before.server, before.client_id) == (profile.server, profile.client_id)
    if is_same and not is_given and (kept or (before is not None and before.is_public)):
        return kept
    empty = "" if profile.kind == "basic" else " (empty where the app has none)"
    secret = read_secret(options, f"Client secret{empty}: ") or None
    if secret is None and (is_given or profile.kind == "basic"):
        raise Refused("the secret is empty", "look where it should be")
    return secret


def _must_be_address(server: str) -> str:
    """An address that secrets may go to."""
    try:
        must_be_safe(read_origin(server))
    except ValueError:
        raise Refused("--server is no address", "https://api.example.com", code=EXIT_USAGE) from None
    return server


def _find_endpoints(server: str, kind: Kind) -> Endpoints:
    """As the server describes itself. One that does not is taken for the original API, whose paths are known."""
    if kind == "basic":
        return Endpoints.under(server)
    try:
        return discover(server)
    except NotDescribed:
        return Endpoints.under(server, revoke_in_query=True)
