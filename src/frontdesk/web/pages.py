"""Turns view records into answers: Jinja2 with everything escaped, and every security header."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from frontdesk.protocol.http import Answer, Headers
from frontdesk.settings import Settings
from frontdesk.web.shields import page_headers, redirect_headers
from frontdesk.web.static_files import STATIC_PATH, load_static_files
from frontdesk.web.views import ErrorView, View, Who
from frontdesk.web.words import Notice


class Pages:
    """Renders pages; made once, shared by the site and by raw endpoints that need an error page."""

    def __init__(self, settings: Settings) -> None:
        """Compile nothing yet; only tell the templates what an installation may change."""
        self.static = load_static_files()
        environment = Environment(
            loader=PackageLoader("frontdesk.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            product=settings.product_name,
            help_url=settings.help_url,
            privacy_url=settings.privacy_url,
            stylesheet=STATIC_PATH + self.static["frontdesk.css"].versioned,
            icon=STATIC_PATH + self.static["mark.svg"].versioned,
        )
        self._environment = environment
        self._issuer = settings.issuer

    def render(
        self,
        view: View,
        *,
        request_id: str,
        status: int = 200,
        who: Who | None = None,
        redirect_uri: str | None = None,
        script: str = "",
        extra: Sequence[tuple[bytes, bytes]] = (),
    ) -> Answer:
        """A page. `redirect_uri` is where posting its form may end; `extra` are headers such as Retry-After.

        `script` names the static file that makes it more comfortable; it must do without, too.
        """
        template = self._environment.get_template(view.template)
        source = self._issuer + STATIC_PATH + self.static[script].versioned if script else None
        html = template.render(page=view, who=who, request_id=request_id, script=source)
        headers = page_headers(has_form=view.has_form or who is not None, redirect_uri=redirect_uri, script=source)
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
    ) -> Answer:
        """An error page: what happened, what to do next, the request id."""
        view = ErrorView(heading=title, text=text, hint=hint, link=link, link_text=link_text)
        return self.render(view, request_id=request_id, status=status, extra=extra)

    def notice(self, notice: Notice, *, request_id: str, extra: Sequence[tuple[bytes, bytes]] = ()) -> Answer:
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
        )


def send_to(location: str, *, status: int = 303, cookies: Sequence[bytes] = ()) -> Answer:
    """A redirect: 303 after a form (never 307 or 308, which would repeat the form elsewhere; RU-33)."""
    headers: Headers = [*redirect_headers(location), *((b"set-cookie", cookie) for cookie in cookies)]
    return Answer(status=status, headers=headers)
