"""Turns view records into answers: Jinja2 with everything escaped, and every security header."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlencode

from jinja2 import Environment

from frontdesk.protocol.http import Answer, Headers
from frontdesk.protocol.languages import LANGUAGES, Language
from frontdesk.runtime.speakers import speaker_of
from frontdesk.settings import Settings
from frontdesk.web.languages import Tongues
from frontdesk.web.shields import page_headers, redirect_headers
from frontdesk.web.static_files import LOGO, STATIC_PATH, load_static_files
from frontdesk.web.templating import open_templates
from frontdesk.web.theme import read_theme
from frontdesk.web.views import ErrorView, View, Who
from frontdesk.web.words import Notice


class Pages:
    """Renders pages; made once, shared by the site and by raw endpoints that need an error page."""

    def __init__(self, settings: Settings) -> None:
        """Compile nothing yet; only keep what an installation may change. Raises LogoError."""
        self.static = load_static_files(read_theme(settings))
        self.tongues = Tongues(https=settings.is_https, offered=settings.languages)
        logo = self.static.get(LOGO)
        icon = logo or self.static["mark.svg"]
        self._shared = {
            "product": settings.product_name,
            "help_url": settings.help_url,
            "privacy_url": settings.privacy_url,
            "stylesheet": STATIC_PATH + self.static["frontdesk.css"].versioned,
            "icon": STATIC_PATH + icon.versioned,
            "icon_type": icon.content_type,
            "logo": STATIC_PATH + logo.versioned if logo is not None else "",
            "languages": len(settings.languages),
        }
        self._issuer = settings.issuer
        self._by_language: dict[str, Environment] = {}

    def speaks(self, language: Language) -> bool:
        """Whether pages were shown in this language before."""
        return language.code in self._by_language

    async def learn(self, language: Language) -> None:
        """Read a language's catalogue beside the loop: it takes as long as fifty pages."""
        await asyncio.to_thread(self._templates, language)

    def render(
        self,
        view: View,
        *,
        request_id: str,
        status: int = 200,
        who: Who | None = None,
        redirect_uri: str | None = None,
        script: str = "",
        asks: str = "",
        extra: Sequence[tuple[bytes, bytes]] = (),
        language: Language | None = None,
        here: str = "",
    ) -> Answer:
        """A page. `redirect_uri` is where posting its form may end; `extra` are headers such as Retry-After.

        `script` names the static file that makes it more comfortable; it must do without, too. `asks`: the one page of
        ours that the script may ask. `here` is the address to come back to from choosing another language.
        """
        language = language or LANGUAGES[self.tongues.offered[0]]
        template = self._templates(language).get_template(view.template)
        path = STATIC_PATH + self.static[script].versioned if script else None
        switch = f"/language?{urlencode({'next': here})}" if here else "/language"
        html = template.render(page=view, who=who, request_id=request_id, script=path, language=language, switch=switch)
        source = self._issuer + path if path is not None else None
        asked = self._issuer + asks if asks else None
        has_form = view.has_form or who is not None
        headers = page_headers(has_form=has_form, redirect_uri=redirect_uri, script=source, asks=asked)
        return Answer(status=status, headers=[*headers, *extra], body=html.encode())

    def error(
        self,
        *,
        status: int,
        title: str,
        text: str,
        hint: str,
        request_id: str,
        link: str = "",
        link_text: str = "",
        extra: Sequence[tuple[bytes, bytes]] = (),
        language: Language | None = None,
    ) -> Answer:
        """An error page: what happened, what to do next, the request id."""
        view = ErrorView(heading=title, text=text, hint=hint, link=link, link_text=link_text)
        return self.render(view, request_id=request_id, status=status, extra=extra, language=language)

    def notice(
        self,
        notice: Notice,
        *,
        request_id: str,
        extra: Sequence[tuple[bytes, bytes]] = (),
        language: Language | None = None,
    ) -> Answer:
        """An error page whose words are known."""
        return self.error(
            status=notice.status,
            title=notice.title,
            text=notice.text,
            hint=notice.hint,
            link=notice.link,
            link_text=notice.link_text,
            request_id=request_id,
            extra=extra,
            language=language,
        )

    def _templates(self, language: Language) -> Environment:
        found = self._by_language.get(language.code)
        if found is None:
            found = self._by_language[language.code] = open_templates(speaker_of(language.code), self._shared)
        return found


def send_to(location: str, *, status: int = 303, cookies: Sequence[bytes] = ()) -> Answer:
    """A redirect: 303 after a form (never 307 or 308, which would repeat the form elsewhere; RU-33)."""
    headers: Headers = [*redirect_headers(location), *((b"set-cookie", cookie) for cookie in cookies)]
    return Answer(status=status, headers=headers)
