"""Furnishing what is remembered of decided calls: notes, what they are told as, and counts in shadow mode."""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.assemble.house import House
from frontdesk.flows.decision_readers import DecisionReaders
from frontdesk.flows.explanations import Explanations
from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.renewals import Renewals
from frontdesk.flows.shadow import ShadowCounts
from frontdesk.gateway.checker import Asked, Observer
from frontdesk.gateway.notes import CallNotes
from frontdesk.gateway.policy import Operations
from frontdesk.gateway.shadow import ShadowTally
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Request
from frontdesk.settings import inclusion_of
from frontdesk.web.decisions import PREFIX, DecisionEndpoint
from frontdesk.web.front import Family, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """What one worker remembers of calls."""

    house: House
    notes: CallNotes | None  # None: nothing is kept
    explanations: Explanations
    shadow: ShadowCounts | None  # None: the policy is enforced
    observers: tuple[Observer, ...]

    def note(self, refusal: Refusal, request: Request, operations: Operations = ()) -> None:
        """Note a refusal that the checker has not heard of: what came before it, or went wrong behind it."""
        if self.notes is not None:
            asked = Asked(
                method=request.method,
                target=request.target,
                headers=request.headers,
                peer=request.peer,
                request_id=request.request_id,
            )
            self.notes.refused(refusal, asked, operations, self.house.clock.now())

    async def flush(self) -> None:
        """Write what was noted and counted."""
        await self.explanations.flush()
        if self.shadow is not None:
            await self.shadow.flush()

    def routes(self, foreign_secrets: ForeignSecrets, renewals: Renewals, family: Family) -> Mapping[bytes, Route]:
        """The endpoint where callers ask why."""
        house = self.house
        readers = DecisionReaders(
            store=house.store,
            clock=house.clock,
            mint=house.mint,
            witness=house.witness,
            limiter=house.limiter,
            foreign_secrets=foreign_secrets,
            inclusion=inclusion_of(house.settings),
            renewals=renewals,
        )
        endpoint = DecisionEndpoint(readers=readers, explanations=self.explanations, is_https=house.settings.is_https)
        return {PREFIX: Route(handler=endpoint.tell, family=family)}


def open_explaining(house: House) -> Explaining:
    """Everything of one worker."""
    settings = house.settings
    notes = None
    if settings.explain_kept > 0:
        notes = CallNotes(network_header=settings.network_header.encode("ascii"), sample=settings.explain_sample)
    tally = ShadowTally() if settings.enforcement == "shadow" else None
    explanations = house.open_explanations(notes)
    shadow = None
    if tally is not None:
        shadow = ShadowCounts(store=house.store, diagnostics=explanations.diagnostics, sheet=tally)
    observers: list[Observer] = [observer for observer in (notes, tally) if observer is not None]
    return Explaining(house=house, notes=notes, explanations=explanations, shadow=shadow, observers=tuple(observers))
