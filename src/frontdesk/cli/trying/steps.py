"""The words of the table: what a step asks, and what it wants for an answer. Texts may hold `{facts}`."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from frontdesk.cli.trying.facts import Facts

Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. `browser`: whose cookies travel along, and who then shows the answer; empty: a program's."""

    method: str
    path: str
    query: Pairs = ()
    form: Pairs | None = None
    headers: Pairs = ()
    basic: tuple[str, str] | None = None
    bearer: str = ""
    browser: str = ""
    together: str = ""  # a fact: how many of the same are sent at once
    brief: str = ""  # what is essential, where the whole query would hide it

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in it that facts may stand in."""
        pairs = (*self.query, *(self.form or ()), *self.headers)
        return (self.path, self.method, *(text for pair in pairs for text in pair), *(self.basic or ()), self.bearer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Fill in a form of a page that was shown before and send it. `field`: a name that only this form sends."""

    browser: str
    page: str
    field: str
    values: Pairs = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in it that facts may stand in."""
        return tuple(text for pair in self.values for text in pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Go where the last answer sent this browser."""

    browser: str

    @property
    def texts(self) -> tuple[str, ...]:
        """No facts are needed."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """Open the address of a page that was shown before, in this browser."""

    browser: str
    page: str

    @property
    def texts(self) -> tuple[str, ...]:
        """No facts are needed."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """Wait for a mail with six digits. With `never` set, make sure instead that none came."""

    email: str
    never: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in it that facts may stand in."""
        return (self.email,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What only time could show: never asked, always skipped, and said."""

    asked: str

    @property
    def texts(self) -> tuple[str, ...]:
        """No facts are needed."""
        return ()


Action: TypeAlias = Ask | Fill | Follow | Reload | ReadMail | Wait


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """A header's value; several are joined by a comma and a space, none is empty."""
        return ", ".join(value for found, value in self.headers if found == name)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body; empty where there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @cached_property
    def sent_back(self) -> dict[str, str]:
        """The parameters of the redirect."""
        return dict(parse_qsl(urlsplit(self.header("location")).query, keep_blank_values=True))

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """One thing that the contract says of an answer. `judge` gives what is wrong; empty: nothing."""

    words: str
    judge: Callable[[Answer, Facts], str]
    needs: tuple[str, ...] = ()  # texts with the facts that the judgement reads
    note: Callable[[Answer], str] | None = None  # what to say of an answer that is right in a special way


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What later steps need of an answer."""

    name: str
    read: Callable[[Answer], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the table."""

    name: str
    says: str
    action: Action
    wants: tuple[Want, ...] = ()
    needs: tuple[str, ...] = ()  # facts beyond those that stand in the request
    keeps: tuple[Keep, ...] = ()
    page: str = ""  # under which name a browser's page is kept for filling in
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Steps about one part of the contract."""

    title: str
    text: str
    example: str  # the step that is shown as a curl line
    steps: tuple[Step, ...]
