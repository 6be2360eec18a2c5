"""A person with a browser but without a screen: signs in, consents and disconnects by filling in the real forms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx2

from servers.house import House
from servers.mail import read_mails, wait_for_code
from servers.wires import Reply, Wire


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes, what it holds, and the buttons that send it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)  # hidden, text and ticked ones
    boxes: list[tuple[str, str]] = field(default_factory=list)  # every check box, ticked or not
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def names(self) -> set[str]:
        """Every name that it can send."""
        return {name for name, _ in (*self.fields, *self.boxes, *self.buttons)}

    def fill(self, **filled: str | Sequence[str]) -> str:
        """What is posted: its own fields, with those filled in put in their place; a list repeats a field."""
        kept = [(name, value) for name, value in self.fields if name not in filled]
        for name, value in filled.items():
            kept += [(name, value)] if isinstance(value, str) else [(name, one) for one in value]
        return urlencode(kept)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(have.get("action", ""), have.get("method", "get").lower())
            self.found.append(self._open)
        if self._open is None or not have.get("name"):
            return
        pair = (have["name"], have.get("value", ""))
        kind = have.get("type", "submit" if tag == "button" else "text")
        if tag in {"input", "button"} and kind == "submit":
            self._open.buttons.append(pair)
        elif tag == "input" and kind in {"checkbox", "radio"}:
            self._open.boxes.append(pair)
            if "checked" in have:
                self._open.fields.append(pair)
        elif tag == "input":
            self._open.fields.append(pair)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def read_forms(html: str) -> list[Form]:
    """Every form of a page, in order."""
    parser = _Forms()
    parser.feed(html)
    return parser.found


class Person:
    """One browser with its cookies, at one house."""

    def __init__(self, house: House, email: str) -> None:
        self.house = house
        self.email = email
        self.http = httpx2.Client(follow_redirects=False, timeout=30)

    def get(self, target: str) -> httpx2.Response:
        """Open a page, following redirects for as long as they stay at the house."""
        return self._follow(self.http.get(urljoin(self.house.url, target)))

    def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        for _ in range(10):
            location = answer.headers.get("location")
            if location is None:
                return answer
            target = urljoin(str(answer.url), location)
            if not target.startswith(self.house.url + "/"):
                return answer
            answer = self.http.get(target)
        raise AssertionError(f"redirected in a circle at {answer.url}")

    def send(self, page: httpx2.Response, form: Form, **filled: str | Sequence[str]) -> httpx2.Response:
        """Fill in a form as a browser would and send it; a list fills a repeated field."""
        headers = {"Origin": self.house.url, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        target = urljoin(str(page.url), form.action or str(page.url))
        return self._follow(self.http.post(target, content=form.fill(**filled), headers=headers))

    def send_over(self, wire: Wire, page: httpx2.Response, form: Form, **filled: str | Sequence[str]) -> Reply:
        """The same over one known connection; a redirect is not followed."""
        target = urlsplit(urljoin(str(page.url), form.action or str(page.url)))
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)
        path = target.path + (f"?{target.query}" if target.query else "")
        return wire.post_as(cookies, self.house.url, path, form.fill(**filled))

    def forms(self, page: httpx2.Response) -> list[Form]:
        """Every form of a page."""
        return read_forms(page.text)

    def form_with(self, page: httpx2.Response, name: str, action: str = "") -> Form:
        """The first form of a page that sends this field (and whose action contains `action`)."""
        for form in read_forms(page.text):
            if name in form.names() and action in form.action:
                return form
        raise AssertionError(f"no form with {name!r} on {page.url} ({page.status_code}):\n{page.text[:3000]}")

    def pass_sign_in(self, page: httpx2.Response) -> httpx2.Response:
        """From the sign-in page to whatever follows it, with the code of the mail; a signed-in browser passes."""
        if not any("email" in form.names() for form in read_forms(page.text)):
            return page
        before = len(read_mails(self.house.mail, self.email))
        page = self.send(page, self.form_with(page, "email"), email=self.email)
        code = wait_for_code(self.house.mail, self.email, after=before)
        return self.send(page, self.form_with(page, "code"), code=code)

    def sign_in(self) -> "Person":
        """Sign in without any app asking."""
        page = self.pass_sign_in(self.get("/sign-in"))
        assert page.status_code == 200, page.text[:2000]
        return self

    def approve(self, authorize_url: str, networks: Sequence[str], *, decision: str = "allow") -> str:
        """Walk from an app's authorize link through sign-in and consent; the full URL one is sent back to."""
        page = self.pass_sign_in(self.get(authorize_url))
        if "location" not in page.headers:
            form = self.form_with(page, "decision")
            page = self.send(page, form, network=list(networks), decision=decision)
        location = page.headers.get("location")
        assert location is not None, f"{page.url}: {page.status_code}\n{page.text[:3000]}"
        return str(location)

    def close(self) -> None:
        """Close the browser."""
        self.http.close()


def read_answer(callback: str) -> dict[str, str]:
    """The parameters that an app is sent back with."""
    return {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
