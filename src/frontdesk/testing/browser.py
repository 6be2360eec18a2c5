"""A browser for stories: keeps cookies, follows our own redirects, fills the forms that it was shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie

from frontdesk.testing.wire import Reply, call
from frontdesk.web.asgi import AsgiApp

ISSUER = "http://desk.example"
_HIDDEN = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]+)=\"([^\"]*)\"", re.IGNORECASE)
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a page: where it goes and what it carries hidden."""

    action: str
    hidden: list[tuple[str, str]]
    fields: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Browser:
    """One browser with its cookie jar, at one address."""

    app: AsgiApp
    peer: str = "192.0.2.7"
    issuer: str = ISSUER  # where it believes to be
    cookies: dict[str, str] = field(default_factory=dict)
    at: str = ""  # the page that is shown

    async def open(self, target: str) -> Reply:
        """Open an address of ours and follow redirects for as long as they stay with us."""
        return await self._follow(await self._call("GET", target, (), None), target)

    async def get(self, target: str) -> Reply:
        """Ask once, following nothing."""
        return await self._call("GET", target, (), None)

    async def submit(self, page: Reply, *, action: str | None = None, **filled: str | list[str]) -> Reply:
        """Fill and send the form of a page that has these fields (or this action), then follow redirects of ours."""
        form = find_form(page, fields=frozenset(filled), action=action)
        # What is filled in takes the place of what stood there, as when a script fills a hidden field.
        pairs = [(name, value) for name, value in form.hidden if name not in filled]
        for name, value in filled.items():
            pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return await self.post(form.action or self.at, pairs)

    async def post(
        self, target: str, pairs: list[tuple[str, str]], *, headers: tuple[tuple[str, str], ...] | None = None
    ) -> Reply:
        """Send a form as this browser does, with Origin and Sec-Fetch-Site of our own page unless told otherwise."""
        return await self._follow(await self.send(target, pairs, headers=headers), target)

    async def send(
        self, target: str, pairs: list[tuple[str, str]], *, headers: tuple[tuple[str, str], ...] | None = None
    ) -> Reply:
        """Send a form in the same way, following nothing."""
        sent = (("origin", self.issuer), ("sec-fetch-site", "same-origin")) if headers is None else headers
        return await self._call("POST", target, sent, pairs)

    async def upload(
        self,
        target: str,
        pairs: list[tuple[str, str]],
        files: Mapping[str, tuple[str, bytes]],
        *,
        headers: tuple[tuple[str, str], ...] | None = None,
        follow: bool = True,
    ) -> Reply:
        """Send a form with files, each told by its name and content, as a browser does."""
        line = "frontdesk-line"
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs
        ]
        body = "".join(parts).encode()
        for name, (called, content) in files.items():
            head = f'Content-Disposition: form-data; name="{name}"; filename="{called}"\r\nContent-Type: image/png'
            body += f"--{line}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
        sent = (("origin", self.issuer), ("sec-fetch-site", "same-origin")) if headers is None else headers
        sent = (*sent, ("content-type", f"multipart/form-data; boundary={line}"))
        reply = await self._call("POST", target, sent, None, body=body + f"--{line}--\r\n".encode())
        return await self._follow(reply, target) if follow else reply

    async def _follow(self, reply: Reply, target: str) -> Reply:
        self.at = target
        while reply.status in (302, 303):
            location = reply.location.removeprefix(self.issuer)
            if not location.startswith("/"):
                return reply
            self.at = location
            reply = await self._call("GET", location, (), None)
        return reply

    async def _call(
        self,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...],
        pairs: list[tuple[str, str]] | None,
        *,
        body: bytes = b"",
    ) -> Reply:
        sent = list(headers)
        if self.cookies:
            sent.append(("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        reply = await call(self.app, method, target, headers=sent, form=pairs, body=body, peer=self.peer)
        for line in reply.all("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return reply


def find_form(page: Reply, *, fields: frozenset[str] = frozenset(), action: str | None = None) -> Form:
    """The first form of a page with all these fields, or with this action; AssertionError where there is none."""
    for attributes, inside in _FORM.findall(page.text):
        form = _read_form(attributes, inside)
        if (action is None or form.action == action) and fields <= form.fields:
            return form
    raise AssertionError(f"no form with {sorted(fields)} in a page of status {page.status}: {page.text[:400]}")


def _read_form(attributes: str, inside: str) -> Form:
    own = dict(_ATTRIBUTE.findall(attributes))
    hidden, names = [], set()
    for tag in _HIDDEN.findall(inside):
        about = {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        names.add(about.get("name", ""))
        if about.get("type") == "hidden":
            hidden.append((about["name"], about.get("value", "")))
    names |= {unescape(name) for name in re.findall(r"<(?:button|select|textarea)\b[^>]*\bname=\"([^\"]*)\"", inside)}
    return Form(action=unescape(own.get("action", "")), hidden=hidden, fields=frozenset(names))
