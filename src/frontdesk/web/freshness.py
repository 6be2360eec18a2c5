"""What only somebody may do who signed in a moment ago: where they are sent to do so first. OWASP ASVS 7.5."""

from frontdesk.protocol.http import Answer
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.pages import send_to


def sign_in_first(desk: Desk, visit: Visit, path: str) -> str:
    """Where to sign in before the page at `path` lets anything be done; empty for somebody who has just done so."""
    session = visit.visitor.session
    return "" if session is not None and desk.reveal.is_fresh(session) else _again(path)


def send_to_sign_in(path: str) -> Answer:
    """There, for somebody whose page was open for too long."""
    return send_to(_again(path))


def _again(path: str) -> str:
    return with_query("/sign-in", next=path, again="1")
