"""`frontdesk-client networks`: which may be called."""

import argparse

from frontdesk_client.cli.cabinet import Cabinet
from frontdesk_client.cli.listing import must_find_networks
from frontdesk_client.cli.opening import open_credentials
from frontdesk_client.cli.speech import print_json, printable, say


def run(options: argparse.Namespace) -> None:
    """Ask the API."""
    cabinet = Cabinet()
    profile = cabinet.get(options.profile)
    networks = must_find_networks(profile, open_credentials(cabinet, profile))
    if options.json:
        print_json({"networks": [{"id": each.id, "title": each.title} for each in networks]})
        return
    for each in networks:
        print(f"{each.id}  {printable(each.title)}{'  (default)' if each.id == profile.network else ''}")
    if not networks:
        say("none: its user has to connect one ('login --add-network')")
