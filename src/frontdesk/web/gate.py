"""The gate before every page: method, form type, who sent it, its size, its token - in that order. ATTACKS ST, PP-07.

Nothing of a form is looked at before its type and its sender are judged, and no page's code runs before its token is
proven.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from frontdesk.flows.needs import Origin, StoreUnavailable
from frontdesk.protocol.browsers import Agent, read_agent
from frontdesk.protocol.forms import Form, read_form, read_pairs
from frontdesk.protocol.http import Answer, Request
from frontdesk.web.asgi import BodyTooLargeError, Receive, read_body
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.uploads import MAX_UPLOAD, UPLOAD_TYPE, read_upload
from frontdesk.web.words import (
    CROSS_SITE,
    FORM_TOO_LARGE,
    MALFORMED,
    OUT_OF_ORDER,
    STALE_FORM,
    WRONG_CONTENT_TYPE,
    WRONG_METHOD,
    Notice,
)

FORM_TYPE = b"application/x-www-form-urlencoded"
MAX_FORM = 64 * 1024  # bytes
MAX_FORM_FIELDS = 500  # a picker of many networks
REPEATABLE = "network"
RETRY_AFTER = b"5"  # seconds
MAX_AGENT = 512  # characters of a User-Agent header that are looked at

_NOTHING = Form(values={})

Handler: TypeAlias = Callable[[Visit], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The gate of one page. `methods` are those that it has; HEAD is not among them, so that it can do nothing."""

    desk: Desk
    methods: tuple[str, ...]
    signed_in_only: bool = False  # the handler sends others away without doing anything
    uploads: bool = False  # its form carries a file

    async def pass_through(self, came: Request, params: Mapping[str, str], receive: Receive, handle: Handler) -> Answer:
        """Judge a request and let the handler answer it, or answer with the reason why not.

        `params` are the path's parts. ConnectionError where the visitor left before the form was whole.
        """
        try:
            return await self._judge(came, params, receive, handle)
        except StoreUnavailable:
            return self._refuse(came, OUT_OF_ORDER, (b"retry-after", RETRY_AFTER))
        except BodyTooLargeError:
            return self._refuse(came, FORM_TOO_LARGE)

    async def _judge(self, came: Request, params: Mapping[str, str], receive: Receive, handle: Handler) -> Answer:
        if came.method not in self.methods:
            return self._refuse(came, WRONG_METHOD, (b"allow", ", ".join(self.methods).encode()))
        if came.method == "POST" and (notice := self._judge_form(came)):
            return self._refuse(came, notice)
        query = read_form(came.query)
        if query is None or query.repeated:
            return self._refuse(came, MALFORMED)
        visitor = await self.desk.visitors.recognise(b"; ".join(came.all(b"cookie")) or None)
        visit = Visit(
            visitor=visitor,
            origin=Origin(address=came.peer, request_id=came.request_id, agent=_agent_of(came)),
            path=came.path.decode("ascii", "replace"),
            params=params,
            query=query,
            form=_NOTHING,
            language=self.desk.pages.tongues.of(came, visitor.user),
            here=here_of(came),
        )
        if came.method == "POST":
            # What stands in the address of a POST counts for nothing: only what the page put into its form.
            filled = await self._read_form(came, receive, replace(visit, query=_NOTHING))
            if filled is None:
                return self._refuse(came, MALFORMED)
            visit = filled
            sent_away = self.signed_in_only and visitor.user is None
            if not sent_away and not self._proves(visit):
                return self._refuse(came, STALE_FORM)
        if not self.desk.pages.speaks(visit.language):
            await self.desk.pages.learn(visit.language)
        answer = await handle(visit)
        if visitor.new_browser:
            answer.headers.append((b"set-cookie", self.desk.visitors.browser_cookie(visitor.browser)))
        return answer

    def _judge_form(self, came: Request) -> Notice | None:
        return judge_sender(came, issuer=self.desk.issuer, form_type=UPLOAD_TYPE if self.uploads else FORM_TYPE)

    async def _read_form(self, came: Request, receive: Receive, visit: Visit) -> Visit | None:
        """The visit with what was posted; None where that is broken."""
        if self.uploads:
            kind = came.first(b"content-type") or b""
            posted = await read_upload(kind, await read_body(receive, MAX_UPLOAD))
            return replace(visit, form=posted.form, files=posted.files) if posted is not None else None
        filled = read_posted(await read_body(receive, MAX_FORM))
        return replace(visit, form=filled[0], networks=filled[1]) if filled is not None else None

    def _proves(self, visit: Visit) -> bool:
        token, request = visit.asked("form_token"), visit.asked("request")
        return self.desk.tickets.proves(token, visit.visitor, visit.path, request=request)

    def _refuse(self, came: Request, notice: Notice, *extra: tuple[bytes, bytes]) -> Answer:
        return self.desk.pages.notice(
            notice,
            request_id=came.request_id,
            extra=extra,
            language=self.desk.pages.tongues.of(came),
        )


def here_of(came: Request) -> str:
    """The address that shows this page again; empty where it came of a form."""
    return came.target.decode("ascii", "replace") if came.method == "GET" else ""


def _agent_of(came: Request) -> Agent:
    return read_agent((came.first(b"user-agent") or b"")[:MAX_AGENT].decode("latin-1"))


def judge_sender(came: Request, *, issuer: str, form_type: bytes = FORM_TYPE) -> Notice | None:
    """What is wrong with a form's type or sender; None: nothing. Browsers write these headers, pages cannot.

    A caller that sends neither Origin nor Sec-Fetch-Site is no browser of this decade; the form token judges it.
    """
    kinds = came.all(b"content-type")
    if len(kinds) != 1 or kinds[0].split(b";", 1)[0].strip().lower() != form_type:
        return WRONG_CONTENT_TYPE
    # "none": the person reloaded the page or typed the address; no other site had a hand in it.
    if any(site not in (b"same-origin", b"none") for site in came.all(b"sec-fetch-site")):
        return CROSS_SITE
    if any(origin != issuer.encode() for origin in came.all(b"origin")):
        return CROSS_SITE
    return None


def read_posted(body: bytes) -> tuple[Form, tuple[str, ...]] | None:
    """A form and its ticked networks; None where it is broken, or repeats any other field."""
    pairs = read_pairs(body, max_fields=MAX_FORM_FIELDS)
    if pairs is None:
        return None
    values: dict[str, str] = {}
    networks: list[str] = []
    for name, value in pairs:
        if name == REPEATABLE:
            networks.append(value)
        elif name in values:
            return None
        else:
            values[name] = value
    return Form(values=values), tuple(networks)
