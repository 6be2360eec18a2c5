"""What is wrong or doubtful in the API's document, for operators: looked over beside the loop, once a state of it."""

import asyncio
from dataclasses import dataclass, field

from frontdesk.assemble.house import House
from frontdesk.flows.notices import Notices
from frontdesk.flows.standing import HealthReport, Standing
from frontdesk.gateway.document import DocumentError, load_document
from frontdesk.gateway.lint import Severity, Subject, lint
from frontdesk.gateway.policy_in_force import PolicyInForce
from frontdesk.protocol.standing import Finding
from frontdesk.settings import Settings, inclusion_of


@dataclass(slots=True)
class DocumentLint:
    """Remembers what it found until the file is another."""

    settings: Settings
    _found: dict[tuple[int, int], tuple[Finding, ...]] = field(default_factory=dict)

    async def examine(self) -> tuple[Finding, ...]:
        """Every finding, errors first; none where there is no document."""
        if self.settings.openapi is None:
            return ()
        try:
            known = self.settings.openapi.stat()
        except OSError as error:
            problem = f"the document cannot be read: {error.strerror}"
            return (Finding(code="refused", is_error=True, place="#", words=problem, hint="put it back"),)
        state = (known.st_mtime_ns, known.st_size)
        if state not in self._found:
            self._found = {state: await asyncio.to_thread(_examine, self.settings)}
        return self._found[state]


def _examine(settings: Settings) -> tuple[Finding, ...]:
    if settings.openapi is None:
        return ()
    try:
        document = load_document(settings.openapi)
    except DocumentError as error:
        return (Finding(code="refused", is_error=True, place=error.place or "#", words=error.problem, hint=error.hint),)
    subject = Subject(
        document=document,
        inclusion=inclusion_of(settings),
        needs_all=settings.scope_match == "all",
        public=frozenset(settings.public_operations),
        networkless=frozenset(settings.networkless_operations),
        network_header=settings.network_header.lower(),
    )
    return tuple(
        Finding(
            code=found.code.word,
            is_error=found.severity is Severity.ERROR,
            place=found.place,
            words=found.words,
            hint=found.hint,
        )
        for found in lint(subject)
    )


def open_standing(house: House, in_force: PolicyInForce, notices: Notices, health: HealthReport) -> Standing:
    """What tells operators how the installation stands."""
    return Standing(
        store=house.store,
        clock=house.clock,
        health=health,
        notices=notices,
        examine=DocumentLint(house.settings).examine,
        trouble=lambda: in_force.trouble,
    )
