"""Counting what goes on at sign-in, along indexes that end at the moment."""

from frontdesk.protocol.ids import HOUR, Micros
from frontdesk.protocol.standing import SigningIn
from frontdesk.storage.verbs import Verb

VISITORS = "SELECT count(*) FROM sessions WHERE last_seen_at > $1"
CODES = "SELECT count(*) FROM login_codes WHERE expires_at > $1"


def count_signing_in(now: Micros) -> Verb[SigningIn]:
    """Browsers seen within the hour, and codes under way."""
    visitors = yield VISITORS, (now - HOUR,)
    codes = yield CODES, (now,)
    return SigningIn(visitors=visitors[0][0], codes=codes[0][0])
