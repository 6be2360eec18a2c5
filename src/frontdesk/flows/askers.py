"""Who asks for consent, as far as it is known: who makes the app, who has checked it, whether its name is another's."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from frontdesk.flows.needs import Clock, Store
from frontdesk.protocol.ids import MINUTE, ClientId, Micros
from frontdesk.protocol.lookalikes import poses_as, resembles, skeleton
from frontdesk.protocol.records import Client, Review

LOOKED_THROUGH = MINUTE  # how old what is known of other apps' names may be: a warning may come that late


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """An app as the consent page tells of it.

    `logo` is its picture's name, `publisher` what its maker calls itself, `site` the host of its homepage. `resembles`
    names an app whose name is much like this one's; `poses`: it sounds like the installation's own, and is not.
    """

    name: str
    logo: str
    publisher: str
    site: str
    privacy_url: str
    verified: bool
    resembles: str
    poses: bool


class _Names:
    """The names of all apps, looked through now and then."""

    def __init__(self) -> None:
        self.read_at: Micros | None = None
        self.apps: list[tuple[str, Client]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Askers:
    """Describes apps. `product` is what the installation calls itself."""

    store: Store
    clock: Clock
    product: str
    _names: _Names = field(default_factory=_Names, repr=False)

    async def describe(self, client: Client) -> Asker:
        """What is known of an app. One whose publisher is proven resembles nobody: others resemble it."""
        verified = client.verified_at is not None
        owners = await self.store.list_app_owners(client.id)
        partner = await self.store.find_partner(owners[0]) if owners else None
        other = None if verified else await self._find_other(client)
        return Asker(
            name=client.name,
            logo=client.logo,
            publisher=partner.name if partner is not None else "",
            site=urlsplit(client.homepage).hostname or "",
            privacy_url=client.privacy_url,
            verified=verified,
            resembles=other.name if other is not None else "",
            poses=not verified and poses_as(client.name, self.product),
        )

    async def _find_other(self, client: Client) -> Client | None:
        """The app that this one could be taken for: proven, or the older one, and not of the same people."""
        mine = skeleton(client.name)
        for name, other in await self._others():
            if other.id == client.id or not resembles(mine, name):
                continue
            older = (other.created_at, other.id) < (client.created_at, client.id)
            if (other.verified_at is not None or older) and not await self._same_people(client.id, other.id):
                return other
        return None

    async def _others(self) -> list[tuple[str, Client]]:
        names, now = self._names, self.clock.now()
        if names.read_at is None or now - names.read_at >= LOOKED_THROUGH:
            found = await self.store.list_clients()
            alive = [app for app in found if app.disabled_at is None and app.review is Review.APPROVED]
            names.apps = [(skeleton(app.name), app) for app in alive]
            names.read_at = now
        return names.apps

    async def _same_people(self, one: ClientId, other: ClientId) -> bool:
        return bool({*await self.store.list_app_owners(one)} & {*await self.store.list_app_owners(other)})
