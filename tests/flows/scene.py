"""Ada's app in two networks, and every change that may end what it holds: told to each walk that remembers."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlencode

from frontdesk.flows.operator import Objection
from frontdesk.flows.registration import Registration
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import ClientId, Email, Micros
from frontdesk.protocol.records import Role, User
from frontdesk.testing.story import OPERATOR, Customer, Partner, Story

ADA = "ada@north.example"
PICKER = frozenset({Role.OWNER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Two networks, their administrator Ada (who owns neither), and the app that she let into both."""

    story: Story
    north: Customer
    south: Customer
    partner: Partner

    @classmethod
    async def open(cls, story: Story) -> "Scene":
        """Everything in force."""
        north, south = await story.network("North"), await story.network("South")
        for network in (north, south):
            await story.operator.give_role(ADA, network_id=network.id, role="administrator", origin=OPERATOR)
        partner = await story.partner()
        await partner.connects(await story.signs_in(ADA), networks=[north.id, south.id])
        return cls(story=story, north=north, south=south, partner=partner)

    @property
    def registration(self) -> Registration:
        """The operator's walks over apps and grants."""
        house = self.story.house
        return Registration(store=house.store, clock=house.clock, mint=house.mint)

    @property
    def now(self) -> Micros:
        """The told time."""
        return self.story.clock.now()

    @property
    def bearer(self) -> bytes:
        """The app's Authorization value."""
        return b"Bearer " + self.partner.held.access_token.encode()

    @property
    def refresh(self) -> bytes:
        """The app's refresh request, byte for byte."""
        return self.refresh_with()

    def refresh_with(self, **changed: str) -> bytes:
        """The same request with fields changed or added."""
        fields = {
            "client_id": self.partner.client_id,
            "client_secret": self.partner.client_secret,
            "grant_type": "refresh_token",
            "refresh_token": self.partner.held.refresh_token,
        }
        return urlencode({**fields, **changed}).encode()

    async def ada(self) -> User:
        """Ada as the store knows her now."""
        user = await self.story.house.store.find_user_by_email(Email(ADA))
        assert user is not None
        return user


def basic(customer: Customer) -> bytes:
    """A customer's Authorization value."""
    return b"Basic " + b64encode(f"{customer.client_id}:{customer.client_secret}".encode())


Act: TypeAlias = Callable[[Scene], Awaitable[object]]


async def revoke(scene: Scene) -> object:
    """The operator ends the grant."""
    (grant,) = await scene.story.house.store.list_grants()
    return await scene.registration.revoke_grant(grant.id, origin=OPERATOR)


async def disconnect(scene: Scene) -> object:
    """Ada ends the connection."""
    return await scene.story.house.store.disconnect(
        user_id=(await scene.ada()).id,
        client_id=ClientId(scene.partner.client_id),
        now=scene.now,
        audit=scene.story.an_audit_row("connection.ended"),
    )


def drop(*names: str) -> Act:
    """Ada shuts the app out of these networks."""

    async def act(scene: Scene) -> object:
        ada = await scene.ada()
        return [
            await scene.story.house.store.drop_network(
                user_id=ada.id,
                client_id=ClientId(scene.partner.client_id),
                network_id=getattr(scene, name).id,
                now=scene.now,
                audit=scene.story.an_audit_row("network.disconnected"),
            )
            for name in names
        ]

    return act


def give(role: str, *names: str) -> Act:
    """The operator makes Ada this in these networks; "" takes the role away."""

    async def act(scene: Scene) -> object:
        operator, done = scene.story.operator, []
        for name in names:
            network_id = getattr(scene, name).id
            if role:
                done.append(await operator.give_role(ADA, network_id=network_id, role=role, origin=OPERATOR))
            else:
                done.append(await operator.remove_role(ADA, network_id=network_id, origin=OPERATOR))
        return done

    return act


def block(blocked: bool) -> Act:
    """The operator blocks Ada, or lets her in again."""
    return lambda scene: scene.story.operator.block_user(ADA, blocked=blocked, origin=OPERATOR)


def disable(disabled: bool) -> Act:
    """The operator disables the app, or enables it again."""
    return lambda scene: scene.story.operating.stop_app(scene.partner.client_id, stopped=disabled, origin=OPERATOR)


def rotate(scene: Scene) -> Awaitable[object]:
    """The operator gives the app a new secret."""
    return scene.registration.rotate_secret(scene.partner.client_id, origin=OPERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An act, and what the same call in North and the same refresh get then. None: what they got before."""

    name: str
    act: Act
    call: Reason | None
    refresh: Reason | None

    async def happens(self, scene: Scene) -> None:
        """Make it happen; it must have had an effect."""
        done = await self.act(scene)
        for each in done if isinstance(done, list) else [done]:
            assert each, self.name
            assert not isinstance(each, Objection), each.problem


REVOKED = Change(name="grant revoked", act=revoke, call=Reason.BAD_CREDENTIAL, refresh=Reason.GRANT_REVOKED)
ENDED = Change(name="connection ended", act=disconnect, call=Reason.BAD_CREDENTIAL, refresh=Reason.GRANT_REVOKED)
DROPPED = Change(name="network dropped", act=drop("north"), call=Reason.NETWORK_FORBIDDEN, refresh=None)
DROPPED_BOTH = Change(
    name="both networks dropped", act=drop("north", "south"), call=Reason.BAD_CREDENTIAL, refresh=Reason.GRANT_REVOKED
)
REMOVED = Change(name="role removed", act=give("", "north"), call=Reason.NETWORK_FORBIDDEN, refresh=None)
REMOVED_BOTH = Change(
    name="both roles removed",
    act=give("", "north", "south"),
    call=Reason.NETWORK_FORBIDDEN,
    refresh=Reason.NO_NETWORK_LEFT,
)
# What is taken away with a role is given back by a new consent only.
GIVEN_BACK = Change(
    name="role given anew",
    act=give("administrator", "north"),
    call=Reason.NETWORK_FORBIDDEN,
    refresh=Reason.NO_NETWORK_LEFT,
)
DEMOTED = Change(name="demoted", act=give("member", "north"), call=Reason.NETWORK_FORBIDDEN, refresh=None)
DEMOTED_BOTH = Change(
    name="demoted in both",
    act=give("member", "north", "south"),
    call=Reason.NETWORK_FORBIDDEN,
    refresh=Reason.NO_NETWORK_LEFT,
)
PROMOTED = Change(name="promoted again", act=give("administrator", "north", "south"), call=None, refresh=None)
BLOCKED = Change(name="user blocked", act=block(True), call=Reason.BAD_CREDENTIAL, refresh=Reason.USER_BLOCKED)
UNBLOCKED = Change(name="user unblocked", act=block(False), call=None, refresh=None)
DISABLED = Change(name="app disabled", act=disable(True), call=Reason.BAD_CREDENTIAL, refresh=Reason.CLIENT_DISABLED)
ENABLED = Change(name="app enabled", act=disable(False), call=None, refresh=None)
ROTATED = Change(name="secret rotated", act=rotate, call=None, refresh=Reason.CLIENT_UNPROVEN)

COURSES = (
    (REVOKED,),
    (ENDED,),
    (DROPPED,),
    (DROPPED_BOTH,),
    (REMOVED,),
    (REMOVED_BOTH, GIVEN_BACK),
    (DEMOTED,),
    (DEMOTED_BOTH, PROMOTED),
    (BLOCKED, UNBLOCKED),
    (DISABLED, ENABLED),
    (ROTATED,),
    (DROPPED, BLOCKED),
    (BLOCKED, REVOKED),
)


def name_of(course: tuple[Change, ...]) -> str:
    """What happens, for a test's id."""
    return ", then ".join(change.name for change in course)


def parts_of(secret: str) -> list[str]:
    """A secret whole, and its two halves less what is no secret in them: the prefix and the last four characters."""
    body = secret[5:-4]
    return [secret, body[: len(body) // 2], body[len(body) // 2 :]]
