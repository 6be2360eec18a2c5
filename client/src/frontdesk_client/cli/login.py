"""`frontdesk-client login`: connect an app, or keep a network's own pair, under a profile."""

import argparse
import os
from dataclasses import replace

from frontdesk_client.cli.asking import ask_line
from frontdesk_client.cli.cabinet import Cabinet
from frontdesk_client.cli.listing import find_networks
from frontdesk_client.cli.opening import open_connect, open_credentials, open_pair
from frontdesk_client.cli.profiles import Profile
from frontdesk_client.cli.settling import settle_profile, settle_secret
from frontdesk_client.cli.speech import print_json, say
from frontdesk_client.connect.networks import Network
from frontdesk_client.loopback import can_open_browser, sign_in


def run(options: argparse.Namespace) -> None:
    """Settle who it is, prove it, and keep both."""
    cabinet = Cabinet()
    before = cabinet.find(options.profile)
    profile = settle_profile(options, before)
    if options.files:
        cabinet.store.choose("files")
    secret = settle_secret(options, profile, before, kept=cabinet.secret(before) if before else None)
    profile = replace(profile, is_public=secret is None)
    if profile.kind == "basic":
        networks = find_networks(profile, open_pair(profile, secret or ""))
        cabinet.keep_secret(profile, secret)
    else:
        _connect(options, cabinet, profile, secret)
        cabinet.keep_secret(profile, secret)
        networks = find_networks(profile, open_credentials(cabinet, profile))
    profile = replace(profile, network=_choose(profile.network, networks))
    cabinet.keep(profile)
    _report(options, cabinet, profile, networks)


def _connect(options: argparse.Namespace, cabinet: Cabinet, profile: Profile, secret: str | None) -> None:
    sign_in(
        open_connect(cabinet, profile, secret),
        profile.name,
        show=say,
        ask=ask_line,
        browser=not options.no_browser and can_open_browser(os.environ),
        prompt="consent" if options.add_network else None,
    )


def _choose(named: str | None, networks: list[Network] | None) -> str | None:
    """What was named, while it may be called; the only one there is."""
    if not networks:
        return named
    ids = [each.id for each in networks]
    if named in ids:
        return named
    if named is not None:
        say(f"network {named} is not among those that may be called")
    return ids[0] if len(ids) == 1 else None


def _report(options: argparse.Namespace, cabinet: Cabinet, profile: Profile, networks: list[Network] | None) -> None:
    if options.json:
        listed = None if networks is None else [{"id": each.id, "title": each.title} for each in networks]
        print_json({"profile": profile.name, "network": profile.network, "networks": listed})
        return
    print(f'Logged in to {profile.server} as "{profile.name}".')
    for each in networks or []:
        print(f"  {each.id}  {each.title}{'  (called when none is named)' if each.id == profile.network else ''}")
    if networks and profile.network is None:
        say("name a network with each call: --network ID, or here with 'login --network ID'")
