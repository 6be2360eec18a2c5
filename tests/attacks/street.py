"""Two networks of one owner and a stranger's, with their callers, before a real API: where tenants are told apart."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from frontdesk.assemble.front import furnish
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import Customer, Partner, Story
from frontdesk.testing.wire import Reply, call
from gateway.upstream import RawApi

HEADER = "spacebring-network-id"
READ = "/resources/v1"
OWNER = "olena@northside.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """Two networks of one owner and a stranger's, an app that is let into the first two, and the API behind it all."""

    story: Story
    api: RawApi
    north: Customer
    south: Customer
    foreign: Customer
    partner: Partner
    north_only: Partner

    async def asks(self, target: str, authorization: str, *headers: tuple[str, str], method: str = "GET") -> Reply:
        """One call through the built-in proxy."""
        return await call(self.story.app, method, target, headers=[("authorization", authorization), *headers])

    @property
    def reached(self) -> list[list[bytes]]:
        """The network header's values of each call that reached the API."""
        return [each.all(HEADER.encode()) for each in self.api.calls]


@asynccontextmanager
async def street_with(**settings: object) -> AsyncIterator[Street]:
    """A street under these settings."""
    async with RawApi() as api:
        story = await Story.begin(MemoryStore(), upstream=api.url, **settings)
        furnished = furnish(story.house, worker=0)
        story.app = furnished.front
        await furnished.gateway.open()
        try:
            north, south = await story.network("North"), await story.network("South")
            foreign = await story.network("Foreign", owner="stranger@foreign.example")
            browser = await story.signs_in(OWNER)
            partner, north_only = await story.partner(), await story.partner("Doors")
            await partner.connects(browser, networks=[north.id, south.id])
            await north_only.connects(browser, networks=[north.id])
            yield Street(
                story=story,
                api=api,
                north=north,
                south=south,
                foreign=foreign,
                partner=partner,
                north_only=north_only,
            )
        finally:
            await furnished.gateway.close()


def basic(customer: Customer) -> str:
    """A customer's Authorization value."""
    return "Basic " + b64encode(f"{customer.client_id}:{customer.client_secret}".encode()).decode()


def bearer(partner: Partner) -> str:
    """A partner's."""
    return f"Bearer {partner.held.access_token}"


def outcome(reply: Reply) -> tuple[int, str]:
    """Status, and the type of a refusal."""
    return reply.status, reply.json().get("type", "") if reply.body and reply.status >= 400 else ""
