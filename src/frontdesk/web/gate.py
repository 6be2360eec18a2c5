"""The gate before every page: method, form type, who sent it, its size, its token - in that order. ATTACKS ST, PP-07.

Nothing of a form is looked at before its type and its sender are judged, and no page's code runs before its token is
proven.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from frontdesk.flows.needs import Origin, StoreUnavailable
from frontdesk.protocol.forms import Form, read_form, read_pairs
from frontdesk.protocol.http import Answer, Request
from frontdesk.web.asgi import BodyTooLargeError, Receive, read_body
from frontdesk.web.desk import Desk, Visit
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

_NOTHING = Form(values={})

Handler: TypeAlias = Callable[[Visit], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The gate of one page. `methods` are those that it has; HEAD is not among them, so that it can do nothing."""

    desk: Desk
    methods: tuple[str, ...]
    signed_in_only: bool = False  # the handler sends others away without doing anything

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
        if came.method == "POST" and (notice := judge_sender(came, issuer=self.desk.issuer)):
            return self._refuse(came, notice)
        query = read_form(came.query)
        if query is None or query.repeated:
            return self._refuse(came, MALFORMED)
        visitor = await self.desk.visitors.recognise(b"; ".join(came.all(b"cookie")) or None)
        visit = Visit(
            visitor=visitor,
            origin=Origin(address=came.peer, request_id=came.request_id),
            path=came.path.decode("ascii", "replace"),
            params=params,
            query=query,
            form=_NOTHING,
        )
        if came.method == "POST":
            filled = read_posted(await read_body(receive, MAX_FORM))
            if filled is None:
                return self._refuse(came, MALFORMED)
            # What stands in the address of a POST counts for nothing: only what the page put into its form.
            visit = replace(visit, query=_NOTHING, form=filled[0], networks=filled[1])
            sent_away = self.signed_in_only and visitor.user is None
            if not sent_away and not self._proves(visit):
                return self._refuse(came, STALE_FORM)
        answer = await handle(visit)
        if visitor.new_browser:
            answer.headers.append((b"set-cookie", self.desk.visitors.browser_cookie(visitor.browser)))
        return answer

    def _proves(self, visit: Visit) -> bool:
        token, request = visit.asked("form_token"), visit.asked("request")
        return self.desk.tickets.proves(token, visit.visitor, visit.path, request=request)

    def _refuse(self, came: Request, notice: Notice, *extra: tuple[bytes, bytes]) -> Answer:
        return self.desk.pages.notice(notice, request_id=came.request_id, extra=extra)


def judge_sender(came: Request, *, issuer: str) -> Notice | None:
    """What is wrong with a form's type or sender; None: nothing. Browsers write these headers, pages cannot.

    A caller that sends neither Origin nor Sec-Fetch-Site is no browser of this decade; the form token judges it.
    """
    kinds = came.all(b"content-type")
    if len(kinds) != 1 or kinds[0].split(b";", 1)[0].strip().lower() != FORM_TYPE:
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
