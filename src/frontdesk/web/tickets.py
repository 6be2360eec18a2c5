"""A token in each form that only the page it came from can know. ATTACKS ST-04, ST-09, ST-11, ST-17; OWASP ASVS 3.5."""

from dataclasses import dataclass, field

from frontdesk.flows.needs import Clock, Mint
from frontdesk.protocol.ids import SECOND
from frontdesk.web.visitors import Visitor

TICKET_LIFETIME = 12 * 3600  # seconds: an idle session ends no later


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a form carries: where it is posted to, its token, and the sealed authorize request it belongs to."""

    action: str
    token: str = field(repr=False)
    request: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """Makes and proves form tokens: bound to browser, session, target path, authorize request and time."""

    mint: Mint
    clock: Clock

    def give(self, visitor: Visitor, action: str, *, request: str = "") -> Ticket:
        """A ticket for one form on a page for this visitor."""
        issued = str(self.clock.now() // SECOND)
        proof = self.mint.mac("form-token", _content(issued, visitor, action, request))
        return Ticket(action=action, token=f"{issued}.{proof}", request=request)

    def proves(self, token: str, visitor: Visitor, action: str, *, request: str = "") -> bool:
        """Whether this visitor got this token for this form, in the last 12 hours."""
        issued, _, proof = token.partition(".")
        if not (issued.isascii() and issued.isdigit() and len(issued) < 16 and proof.isascii()):
            return False
        if self.clock.now() // SECOND >= int(issued) + TICKET_LIFETIME:
            return False
        return self.mint.checks_mac("form-token", _content(issued, visitor, action, request), proof)


def _content(issued: str, visitor: Visitor, action: str, request: str) -> str:
    session = visitor.session.id if visitor.session is not None else ""
    return "\n".join((issued, visitor.browser, session, action, request))
