"""Choosing the language of pages and mails. It works signed in or not, and leads back to where one came from."""

import re

from frontdesk.protocol.http import Answer
from frontdesk.protocol.languages import LANGUAGES
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.views_language import LanguageChoice, LanguageView

# Any address of ours, and none that a browser could take for another site's.
_HERE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,8000}")


async def show_languages(desk: Desk, visit: Visit) -> Answer:
    """One button a language, each with its name in itself."""
    choices = tuple(
        LanguageChoice(code=code, name=LANGUAGES[code].name, chosen=code == visit.language.code)
        for code in desk.languages.offered
    )
    view = LanguageView(ticket=desk.ticket(visit, "/language"), next=_back(visit), choices=choices)
    return desk.page(visit, view)


async def take_language(desk: Desk, visit: Visit) -> Answer:
    """Keep the choice in this browser, and for somebody who is signed in in the account too."""
    code = visit.asked("language")
    if code not in desk.languages.offered:
        return await show_languages(desk, visit)
    if visit.visitor.user is not None:
        await desk.languages.choose(visit.visitor.user, code)
    return send_to(_back(visit), cookies=[desk.pages.tongues.cookie(code)])


def _back(visit: Visit) -> str:
    wanted = visit.asked("next")
    return wanted if _HERE.fullmatch(wanted) and not wanted.startswith("/language") else "/account"
