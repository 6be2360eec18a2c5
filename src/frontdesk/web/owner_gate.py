"""The pages of a network whose rules ask its owner for a passkey: who signed in otherwise is led there first.

Nobody is locked out: an owner who has no passkey is led to making one, and where passkeys are not offered the rule
sleeps. OWASP ASVS 7.5.
"""

from frontdesk.protocol.http import Answer
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import Proof, User
from frontdesk.web.desk import Desk, Visit, with_query
from frontdesk.web.words import Notice

NETWORK_PAGES = "/account/networks/"
MAKING = "/account/security/passkeys"
TITLE = N_("Sign in with a passkey")
TEXT = N_("The rules of this network ask its owner for a sign-in by passkey. You signed in in another way.")
MAKE_FIRST = N_("You have no passkey yet. Make one, then sign in with it and come back.")


async def ask_for_passkey(desk: Desk, visit: Visit, user: User) -> Answer | None:
    """The page that says so; None where nothing stands in the way."""
    session = visit.visitor.session
    if not visit.path.startswith(NETWORK_PAGES) or "network" not in visit.params:
        return None
    if session is None or session.proof is Proof.PASSKEY or desk.passkeys.judge is None:
        return None
    if not await desk.rules.asks_for_passkey(user, visit.params["network"]):
        return None
    if await desk.passkeys.list_own(user):
        back = visit.here or f"{NETWORK_PAGES}{visit.params['network']}/api"
        link = with_query("/sign-in", next=back, again="1")
        return desk.notice(visit, Notice(status=403, title=TITLE, text=TEXT, hint="", link=link, link_text=TITLE))
    notice = Notice(status=403, title=TITLE, text=TEXT, hint=MAKE_FIRST, link=MAKING, link_text=N_("Make a passkey"))
    return desk.notice(visit, notice)
