"""The operator's walks over invitations to make an app, in its makers' place: by command and over the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.flows.hardening import no_client
from frontdesk.flows.makers import MakerFault, Makers
from frontdesk.flows.needs import Origin
from frontdesk.flows.operator import Objection
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.partners import MAX_MAKERS, MakerInvitation

_FAULTS = {
    MakerFault.NOT_AN_ADDRESS: Objection(problem="this is no e-mail address"),
    MakerFault.ALREADY: Objection(problem="this person is one of the app's makers already"),
    MakerFault.TOO_MANY: Objection(
        problem=f"an app has at most {MAX_MAKERS} makers, with those who are invited",
        hint="withdraw an invitation first, or remove a maker",
    ),
    MakerFault.TOO_SOON: Objection(
        problem="this address got a mail a moment ago", hint="wait a minute, or an hour after the fifth"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerAdministration:
    """Invites, lists and withdraws, with objections in words for whoever typed."""

    makers: Makers

    async def list_invited(self, client_id: str, *, origin: Origin) -> Sequence[MakerInvitation] | Objection:
        """An app's invitations that stand, by address."""
        people = await self.makers.list_people(origin.operator, client_id)
        return no_client(client_id) if isinstance(people, Refusal) else people.invited

    async def invite(self, client_id: str, address: str, *, origin: Origin) -> MakerInvitation | Objection:
        """Mail somebody a link by which they become one of an app's makers; it is for this address alone."""
        made = await self.makers.invite(origin.operator, None, client_id, address, language="", origin=origin)
        match made:
            case MakerInvitation():
                return made
            case Refusal():
                return no_client(client_id)
        return _FAULTS[made]

    async def withdraw(self, client_id: str, named: str, *, origin: Origin) -> MakerInvitation | Objection:
        """Take an invitation back; it is named by its id or address."""
        invited = await self.list_invited(client_id, origin=origin)
        if isinstance(invited, Objection):
            return invited
        found = next((one for one in invited if named.lower() in (one.id, one.email)), None)
        if found is None:
            return Objection(
                problem="no such invitation waits",
                hint=f"see them with 'frontdesk app invited-makers {client_id}'",
                missing=True,
            )
        await self.makers.withdraw(origin.operator, client_id, found.id, origin=origin)
        return found
