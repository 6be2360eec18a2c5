"""Strict and public apps that a user connected, and what is known of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.assemble.front import furnish
from frontdesk.flows.hardening import Hardening, Treatment
from frontdesk.protocol.records import Client, Grant, Profile
from frontdesk.testing.story import OPERATOR, Partner, Story
from frontdesk.testing.wire import Reply

STRICT = Treatment(profile=Profile.STRICT)

PUBLIC = Treatment(public=True)

BOTH = pytest.mark.parametrize("treatment", [STRICT, PUBLIC], ids=["strict", "public"])


async def connected(story: Story, treatment: Treatment = STRICT) -> Partner:
    """A strict app that a user connected."""
    return await story.connected_partner(scope="resources", treatment=treatment)


async def grant_of(story: Story) -> Grant:
    """The only grant there is, as the store has it."""
    (grant,) = await story.house.store.list_grants()
    return grant


async def change(story: Story, partner: Partner, profile: Profile) -> None:
    """The operator has the app treated otherwise, whatever it uses."""
    hardening = Hardening(store=story.house.store, clock=story.clock)
    changed = await hardening.change(partner.client_id, profile=profile, require_pkce=None, force=True, origin=OPERATOR)
    assert isinstance(changed, Client)


def is_invalid_grant(reply: Reply) -> bool:
    """400 invalid_grant."""
    return (reply.status, reply.json().get("error")) == (400, "invalid_grant")


def reopened(story: Story, store: object) -> Story:
    """The same house, keys and people, with the store opened anew."""
    house = replace(story.house, store=store)
    furnished = furnish(house, worker=0)
    return replace(story, house=house, app=furnished.front, weak_forms=furnished.weak_forms)


def all_bytes(folder: Path) -> list[bytes]:
    """Every file of a folder: the database, its write-ahead log, its index."""
    return [file.read_bytes() for file in folder.iterdir()]
