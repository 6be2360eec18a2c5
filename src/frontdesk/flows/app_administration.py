"""The operator's walks over what is an app's makers': what it says of itself, its secrets, its way to the review.

The same as the makers', with objections in words for whoever typed; all of an app's people hear of it by mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.app_security import AppSecurity, KnownSecret
from frontdesk.flows.hardening import no_client
from frontdesk.flows.looking import Looking
from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.operating import Operating
from frontdesk.flows.operator import Objection
from frontdesk.flows.partners import Partners
from frontdesk.flows.registration import FreshClient
from frontdesk.protocol.app_forms import OPTIONAL, REQUIRED, AppForm, Fault
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.messages import say
from frontdesk.protocol.records import Client, User

_MEANWHILE = Objection(
    problem="the app is not as it was, or what was asked for is done already", hint="look at it again"
)
_NOT_A_MAKER = Objection(problem="this person is none of the app's makers", missing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppWords:
    """What an app is to say of itself; None stays as it is."""

    name: str | None = None
    homepage: str | None = None
    privacy_url: str | None = None
    redirect_uris: Sequence[str] | None = None
    scopes: Sequence[str] | None = None
    optional_scopes: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAdministration:
    """What the operator may do in the makers' place."""

    store: Store
    clock: Clock
    partners: Partners
    security: AppSecurity
    operating: Operating

    async def stop(self, client_id: str, *, stopped: bool, reason: str = "", origin: Origin) -> Client | Objection:
        """Refuse everything that an app holds from its next call on, or accept it again."""
        client = await self.operating.stop_app(client_id, stopped=stopped, reason=reason, origin=origin)
        return client if client is not None else no_client(client_id)

    async def describe(self, client_id: str, words: AppWords, *, origin: Origin) -> Client | Objection:
        """Let an app say something else of itself; an approved one stays approved."""
        client = await self._find(client_id)
        if isinstance(client, Objection):
            return client
        scopes = words.scopes if words.scopes is not None else client.scopes
        optional = words.optional_scopes if words.optional_scopes is not None else client.optional_scopes
        stranger = next((scope for scope in optional if scope not in scopes), None)
        if stranger is not None and words.optional_scopes is not None:
            return Objection(problem=f"{stranger} may be left out, but is none of the app's scopes")
        form = AppForm(
            name=words.name if words.name is not None else client.name,
            homepage=words.homepage if words.homepage is not None else client.homepage,
            privacy_url=words.privacy_url if words.privacy_url is not None else client.privacy_url,
            redirect_uris="\n".join(words.redirect_uris if words.redirect_uris is not None else client.redirect_uris),
            scopes={scope: OPTIONAL if scope in optional else REQUIRED for scope in scopes},
        )
        return self._told(await self.partners.change_app(origin.operator, client_id, form, origin=origin))

    async def list_secrets(self, client_id: str) -> tuple[KnownSecret, ...] | Objection:
        """The secrets in force, the present one first; none of a public app."""
        client = await self._find(client_id)
        return client if isinstance(client, Objection) else await self.security.list_secrets(client)

    async def add_secret(self, client_id: str, *, origin: Origin) -> FreshClient | Objection:
        """A second secret beside the present one, told once."""
        client = await self._find(client_id)
        if isinstance(client, Objection):
            return client
        made = await self.security.add_secret(
            origin.operator, None, client.id, seen_number=client.secret_number, origin=origin
        )
        return _MEANWHILE if isinstance(made, Refusal) else made

    async def end_earlier_secret(self, client_id: str, *, origin: Origin) -> Client | Objection:
        """Refuse the secret before the present one, from now on."""
        client = await self._find(client_id)
        if isinstance(client, Objection):
            return client
        if client.earlier_digest is None:
            return Objection(problem=f"{client.name} has no earlier secret", missing=True)
        return self._told(
            await self.security.end_earlier(origin.operator, client.id, seen_number=client.secret_number, origin=origin)
        )

    async def submit(self, client_id: str, note: str, *, origin: Origin) -> Client | Objection:
        """Hand an app in for review in its makers' place."""
        return self._told(await self.partners.submit(origin.operator, client_id, note, origin=origin))

    async def withdraw(self, client_id: str, *, origin: Origin) -> Client | Objection:
        """Take an app out of the queue."""
        return self._told(await self.partners.withdraw(origin.operator, client_id, origin=origin))

    async def list_makers(self, client_id: str) -> tuple[User, ...] | Objection:
        """Whose app it is; nobody's, where the operator registered it."""
        client = await self._find(client_id)
        if isinstance(client, Objection):
            return client
        found = [await self.store.find_user(user_id) for user_id in await self.store.list_app_owners(client.id)]
        return tuple(user for user in found if user is not None)

    async def add_maker(self, client_id: str, who: str, *, origin: Origin) -> User | Objection:
        """Make a partner one of an app's people, who see and change all of it."""
        client, user = await self._find(client_id), await Looking(store=self.store).find_user(who)
        if isinstance(client, Objection):
            return client
        if isinstance(user, Objection):
            return user
        if user.id in await self.store.list_app_owners(client.id):
            return user
        now = self.clock.now()
        audit = row_of_operator("client.maker_added", now, origin, client=client.id, user=user.id)

        if not await self.store.give_app(client_id=client.id, user_id=user.id, now=now, audit=audit):
            return Objection(
                problem=f"{user.email} is no partner", hint="make them one with 'frontdesk user make-partner'"
            )
        await self.partners.tell(
            origin.operator, client, say("%(person)s is one of your app's makers now.", person=user.email), origin
        )
        return user

    async def remove_maker(self, client_id: str, who: str, *, origin: Origin) -> User | Objection:
        """Make somebody none of an app's people any more; without any it is the operator's."""
        client, user = await self._find(client_id), await Looking(store=self.store).find_user(who)
        if isinstance(client, Objection):
            return client
        if isinstance(user, Objection):
            return user
        audit = row_of_operator("client.maker_removed", self.clock.now(), origin, client=client.id, user=user.id)

        if not await self.store.take_app(client_id=client.id, user_id=user.id, audit=audit):
            return _NOT_A_MAKER
        await self.partners.tell(
            origin.operator, client, say("%(person)s makes your app no longer.", person=user.email), origin
        )
        return user

    async def _find(self, client_id: str) -> Client | Objection:
        return await Looking(store=self.store).find_client(client_id)

    def _told(self, done: Client | Refusal | tuple[Fault, ...]) -> Client | Objection:
        """What came of a makers' walk, in words."""
        match done:
            case Client():
                return done
            case Refusal(reason=Reason.PAGE_UNKNOWN):
                return no_client("")
            case Refusal():
                return _MEANWHILE
        return Objection(problem="\n".join(f"{fault.field}: {fault.why}" for fault in done))
