"""The partner's HTTP client: sends what it is told and keeps what went over the wire, with every secret shortened."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

# fd, two or more letters, an underscore: every secret, token and id that Frontdesk makes. Ids are no secrets.
_KEY = re.compile(r"\bfd(?!ci_|ni_)[a-z]{2,}_[A-Za-z0-9_\-]{12,}")
_SHOWN_ANSWER_HEADERS = ("content-type", "cache-control", "www-authenticate", "retry-after", "x-request-id")
MAX_SHOWN_BODY = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer as a page may show them; `body` is what the answer really said."""

    title: str
    where: str  # the network that was named, for people; empty where none was
    status: int
    request: str
    answer: str
    body: dict[str, Any]
    retry_after: int = 0  # seconds

    @property
    def is_allowed(self) -> bool:
        """Whether the answer was a yes."""
        return 200 <= self.status < 400

    @property
    def word(self) -> str:
        """The answer's own word for its refusal: `type` at the API, `error` at the OAuth endpoints."""
        return str(self.body.get("type") or self.body.get("error") or "")


class Line:
    """A connection to one server."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        """`base` is the server's origin, without a slash at its end."""
        self._base = base
        self._session = session

    async def send(
        self,
        title: str,
        method: str,
        target: str,
        *,
        form: dict[str, str] | None = None,
        content: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        where: str = "",
    ) -> Exchange:
        """Send one request. Raises aiohttp.ClientError where there is no answer."""
        sent = dict(headers or {})
        body = ""
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        elif content is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(content)
        async with self._session.request(
            method, self._base + target, data=body.encode() if body else None, headers=sent, allow_redirects=False
        ) as reply:
            text = await reply.text()
            status, answered = reply.status, reply.headers
        shown = [f"{name}: {answered[name]}" for name in _SHOWN_ANSWER_HEADERS if name in answered]
        return Exchange(
            title=title,
            where=where,
            status=status,
            request=shorten(_message(f"{method} {target} HTTP/1.1", [f"{k}: {v}" for k, v in sent.items()], body)),
            answer=shorten(_message(f"HTTP/1.1 {status} {reply.reason}", shown, text)),
            body=_read(text),
            retry_after=int(answered["retry-after"]) if answered.get("retry-after", "").isdigit() else 0,
        )


def shorten(text: str) -> str:
    """The text with every secret and token cut to its kind and its last four characters."""
    return _KEY.sub(lambda found: f"{found[0][:5]}…{found[0][-4:]}", text)


def _message(first: str, headers: list[str], body: str) -> str:
    shown = body if len(body) <= MAX_SHOWN_BODY else body[:MAX_SHOWN_BODY] + "…"
    return "\n".join([first, *headers, *(["", shown] if shown else [])])


def _read(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
