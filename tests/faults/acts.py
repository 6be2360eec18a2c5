"""What callers do while a process may die under them, each step written down; and what they do once it is back."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import httpx2

from faults.history import History, Note, Outcome, What
from servers.partner import App, Place, Tokens, Town, disconnect, read_tokens, regenerate
from servers.wires import Reply, Wire


class CrashedError(Exception):
    """The server went away under the caller: the outcome of the last step is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One grant that a caller knows of: `name` in the history."""

    name: str
    tokens: Tokens
    app: App
    place: Place


@dataclass(slots=True, kw_only=True)
class Callers:
    """A partner, a user and an owner at one house, with all that they remember."""

    town: Town
    history: History = field(default_factory=History)
    held: list[Held] = field(default_factory=list)
    open_codes: list[tuple[str, str, Place, App]] = field(default_factory=list)  # exchanges whose answer never came
    ended: list[Held] = field(default_factory=list)
    wire: Wire | None = None
    _count: int = 0

    # -- single steps

    @contextmanager
    def step(self, what: What, subject: str, gives: str = "") -> Iterator[Note]:
        """One noted step; a connection that breaks becomes CrashedError."""
        try:
            with self.history.note(what, subject, gives=gives) as note:
                yield note
        except (OSError, http.client.HTTPException, httpx2.HTTPError) as error:
            raise CrashedError from error

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """A step that the history does not speak of, as consent: it is checked by what can be done afterwards."""
        try:
            yield
        except (OSError, http.client.HTTPException, httpx2.HTTPError) as error:
            raise CrashedError from error

    def line(self) -> Wire:
        """The connection in use; a new one at the first need."""
        if self.wire is None:
            with self.quietly():
                self.wire = Wire(self.town.house.port)
        return self.wire

    def hang_up(self) -> None:
        """Forget the connection."""
        if self.wire is not None:
            self.wire.close()
        self.wire = None

    def exchange(self, code: str, grant: str, place: Place, app: App | None = None) -> Held | None:
        """Redeem a code; the grant, where it was given."""
        app = app or self.town.app
        self.open_codes.append((code, grant, place, app))
        with self.step(What.REDEEM, code, gives=grant) as note:
            reply = app.exchange(self.line(), code)
            note.outcome = outcome_of(reply)
        self.open_codes.pop()
        if reply.status != 200:
            return None
        held = Held(name=grant, tokens=read_tokens(reply), app=app, place=place)
        with self.step(What.ISSUE, grant) as note:
            note.outcome = Outcome.YES
        self.held.append(held)
        return held

    def connect(self, app: App | None = None) -> tuple[str, Held]:
        """Consent and exchange, as a partner and its user do them; the code and what it gave."""
        self._count += 1
        place = self.town.places[self._count % 2]
        with self.quietly():
            code = (app or self.town.app).obtain_code(self.town.person(), [place.id])
        held = self.exchange(code, f"the grant of {code}", place, app)
        assert held is not None, "a fresh code was refused"
        return code, held

    def use(self, held: Held) -> None:
        """Try the access token at the API and the refresh token at the token endpoint: both say the same."""
        for kind in ("access", "refresh"):
            with self.step(What.USE, held.name) as note:
                if kind == "access":
                    reply = self.line().call(held.tokens.access, held.place.id)
                else:
                    reply = held.app.refresh(self.line(), held.tokens)
                note.outcome = outcome_of(reply)

    def rotate(self, held: Held) -> Held:
        """Refresh a strict grant and keep the token of the answer; where none comes, the one before is still kept."""
        with self.step(What.USE, held.name) as note:
            reply = held.app.refresh(self.line(), held.tokens)
            note.outcome = outcome_of(reply)
        assert reply.status == 200, reply.body
        saved = replace(held, tokens=read_tokens(reply))
        self.held[self.held.index(held)] = saved
        return saved

    def revoke(self, held: Held) -> None:
        """The partner revokes a grant; it is 200 however often it is said."""
        self.ended.append(held)
        with self.step(What.END, held.name) as note:
            reply = held.app.revoke(self.line(), held.tokens.refresh)
            note.outcome = Outcome.YES if reply.status == 200 else Outcome.UNKNOWN

    def disconnect(self) -> list[Held]:
        """The user disconnects the app, which ends every grant of it; those that ended by it."""
        living = [held for held in self.held if held not in self.ended and held.app is self.town.app]
        self.ended += living
        with ExitStack() as notes:
            opened = [notes.enter_context(self.step(What.END, held.name)) for held in living]
            disconnect(self.town.person(), self.line(), self.town.app)
            for note in opened:
                note.outcome = Outcome.YES
        return living

    def use_pair(self, place: Place) -> bool | None:
        """Try a Basic pair; None where the answer promises nothing."""
        with self.step(What.USE, place.client_id + place.client_secret[-4:]) as note:
            note.outcome = outcome_of(self.line().call_basic(place.client_id, place.client_secret))
        return {Outcome.YES: True, Outcome.NO: False}.get(note.outcome)


def outcome_of(reply: Reply) -> Outcome:
    """A yes, a no, or an answer that promises nothing (5xx, 429)."""
    if reply.status == 200:
        return Outcome.YES
    return Outcome.NO if reply.status in (400, 401, 403) else Outcome.UNKNOWN


# -- acts: what a trial is made of, in any order


def act_revoke(callers: Callers) -> None:
    """Connect, use, revoke, be refused."""
    _, held = callers.connect()
    callers.use(held)
    callers.revoke(held)
    callers.use(held)


def act_disconnect(callers: Callers) -> None:
    """Connect, disconnect as the user: all grants of the app end."""
    callers.connect()
    for held in callers.disconnect():
        callers.use(held)


def act_replay(callers: Callers) -> None:
    """Connect, and present the code again: it kills what it gave."""
    code, held = callers.connect()
    callers.ended.append(held)
    assert callers.exchange(code, held.name, held.place) is None, "a code gave a second success"
    callers.use(held)


def act_keep(callers: Callers) -> None:
    """Connect and go on using it."""
    _, held = callers.connect()
    callers.use(held)


def act_regenerate(callers: Callers) -> None:
    """The owner regenerates a pair on its page."""
    old = callers.town.places[2]
    callers.use_pair(old)
    with callers.step(What.END, old.client_id + old.client_secret[-4:]) as note:
        new = regenerate(callers.town.person(), callers.line(), old)
        note.outcome = Outcome.YES
    callers.town.places[2] = new
    with callers.step(What.ISSUE, new.client_id + new.client_secret[-4:]) as note:
        note.outcome = Outcome.YES
    callers.use_pair(old)
    callers.use_pair(new)


def act_rotate(callers: Callers) -> None:
    """Connect a strict app, and refresh it on and on: each time with the token of the answer before."""
    with callers.quietly():
        app = callers.town.strict_app()
    _, held = callers.connect(app)
    for _ in range(4):
        held = callers.rotate(held)


def act_lose(callers: Callers) -> None:
    """Connect a strict app whose first token is stolen: presented again once it was replaced, it ends all."""
    with callers.quietly():
        app = callers.town.strict_app()
    _, stolen = callers.connect(app)
    held = callers.rotate(callers.rotate(stolen))
    callers.ended.append(held)
    with callers.step(What.END, held.name) as note:
        reply = stolen.app.refresh(callers.line(), stolen.tokens)
        note.outcome = Outcome.YES if outcome_of(reply) is Outcome.NO else Outcome.UNKNOWN
    assert reply.status != 200, "a replaced token was accepted"
    callers.use(held)


ACTS: list[Callable[[Callers], None]] = [
    act_keep,
    act_revoke,
    act_replay,
    act_regenerate,
    act_disconnect,
    act_rotate,
    act_lose,
]


def look_after(callers: Callers) -> None:
    """What the documented client does once the server is back; nothing may change its mind meanwhile (I6, I8)."""
    callers.hang_up()
    for held in callers.held:
        callers.use(held)
    # The answer to an exchange was lost: the code gives its one success now, or its grant is dead from now on.
    for code, grant, place, app in list(callers.open_codes):
        for _ in range(2):
            callers.exchange(code, grant, place, app)
    for held in callers.held:
        callers.use(held)
    for held in list(callers.ended):
        callers.revoke(held)
        callers.use(held)
    check_pair(callers)
    act_keep(callers)
    callers.hang_up()


def check_pair(callers: Callers) -> None:
    """Exactly one pair is valid, and the command line tells which (FT-06)."""
    place = callers.town.places[2]
    is_valid = callers.use_pair(place)
    shown = callers.town.house.admin("credential", "show", place.id)["credential"]
    is_shown = (shown["client_id"], shown["last_four"]) == (place.client_id, place.client_secret[-4:])
    assert is_valid is is_shown, f"pair valid: {is_valid}, shown: {shown}"
    if not is_valid:
        pair = callers.town.house.admin("credential", "regenerate", place.id)["credential"]
        callers.town.places[2] = Place(
            id=place.id, title=place.title, client_id=pair["client_id"], client_secret=pair["client_secret"]
        )
        assert callers.use_pair(callers.town.places[2])
