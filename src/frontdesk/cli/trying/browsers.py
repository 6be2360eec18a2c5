"""What a server is asked over HTTP: raw targets, manual redirects, and cookies for each browser apart."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from types import TracebackType
from urllib.parse import quote, urlencode, urljoin, urlsplit

import aiohttp
from yarl import URL

from frontdesk.cli.trying.steps import Answer

SECONDS = 10
MAX_BODY = 1024 * 1024
FORM_TYPE = "application/x-www-form-urlencoded"


class NoAnswer(Exception):  # noqa: N818 - a fact about the server, told like any other answer
    """Nothing that could be judged came back."""


@dataclass(slots=True, kw_only=True)
class Page:
    """A page as a browser shows it."""

    url: str
    html: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Browser:
    """Cookies, and where the last answer sent it; empty: it was sent nowhere, or elsewhere."""

    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    sent_to: str = ""

    def learn(self, answer: Answer) -> None:
        """Take the cookies of an answer; one that is set to nothing goes."""
        for name, value in answer.headers:
            if name != "set-cookie":
                continue
            try:
                found = SimpleCookie(value)
            except CookieError:
                continue
            for key, morsel in found.items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[key] = morsel.value
                else:
                    self.cookies.pop(key, None)

    @property
    def header(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


class Wire:
    """One run's connections to one server."""

    def __init__(self, issuer: str) -> None:
        """`issuer` is the server's origin, without a slash at its end."""
        self.issuer = issuer
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Wire":
        """Open."""
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=SECONDS),
            connector=aiohttp.TCPConnector(limit=32),
            skip_auto_headers=("Accept", "User-Agent"),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        if self._session is not None:
            await self._session.close()

    def is_own(self, url: str) -> bool:
        """Whether an address is the server's."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" == self.issuer

    async def send(self, method: str, url: str, headers: Sequence[tuple[str, str]], body: str | None = None) -> Answer:
        """One request, its target byte for byte as written; raises NoAnswer."""
        assert self._session is not None, "the wire is not open"
        sent = [*headers, ("User-Agent", "frontdesk-try")]
        if body is not None:
            sent.append(("Content-Type", FORM_TYPE))
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                headers=sent,
                data=body.encode() if body is not None else None,
                allow_redirects=False,
            ) as reply:
                content = await reply.content.read(MAX_BODY)
                found = tuple((name.lower(), value) for name, value in reply.headers.items())
                return Answer(status=reply.status, headers=found, body=content)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise NoAnswer(type(error).__name__) from error

    async def browse(
        self, browser: Browser, method: str, url: str, headers: Sequence[tuple[str, str]] = (), body: str | None = None
    ) -> Answer:
        """One request of a browser, with its cookies, and with what browsers say of a form's sender."""
        said = list(headers)
        if browser.cookies:
            said.append(("Cookie", browser.header))
        if method == "POST":
            said += [("Origin", self.issuer), ("Sec-Fetch-Site", "same-origin")]
        answer = await self.send(method, url, said, body)
        browser.learn(answer)
        location = answer.header("location")
        target = urljoin(url, location) if location else ""
        browser.sent_to = target if target and self.is_own(target) else ""
        return answer


def basic(user: str, password: str) -> str:
    """The Authorization header of HTTP Basic (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def with_query(path: str, query: Sequence[tuple[str, str]]) -> str:
    """A path with a query, encoded."""
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path
