"""Sign-in by a code from a mailbox: an address asks, one guess is judged. The contract's Login section, D15."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256

from frontdesk.flows.budgets import budget_keys, key_in_use
from frontdesk.flows.hours import Hours
from frontdesk.flows.letters import Circumstances
from frontdesk.flows.needs import Clock, Mint, Origin, PostOffice, Store
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_letters import render_other_browser_letter
from frontdesk.flows.sessions import OpenedSession, Sessions
from frontdesk.flows.signin_letters import render_login_letter
from frontdesk.flows.spray import SprayBreaker
from frontdesk.protocol.hours import Happening
from frontdesk.protocol.ids import DAY, ChallengeId, ClientId, Email, Micros, UserId, uuid_text
from frontdesk.protocol.records import LoginCode, Proof, Session, User
from frontdesk.protocol.second_factor import FIRST_STEP_GOOD_FOR
from frontdesk.protocol.signin import LOGIN_CODE_LIFETIME, read_login_code
from frontdesk.protocol.store import LoginOutcome

# Addresses nobody has share this many budgets, so that asking for made-up ones cannot fill the store (D14).
UNKNOWN_BUDGETS = 65_536
DEVICE_LIFETIME = 365 * DAY
PEOPLE_A_DEVICE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser that signed in before: these people's budgets of tries and mails are its own there."""

    id: str
    people: tuple[UserId, ...]  # newest first
    seen_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A code asked for, on its way from the address to the code page, in one browser.

    An address nobody has gets one just like it, which no code can meet.
    """

    id: ChallengeId
    email: Email
    browser: str = field(repr=False)
    budget_key: bytes = field(repr=False)
    asked_at: Micros
    trusted: bool = False

    @property
    def expires_at(self) -> Micros:
        """The end of the code's ten minutes."""
        return Micros(self.asked_at + LOGIN_CODE_LIFETIME)


class CodeFault(Enum):
    """Why a guess did not sign anybody in."""

    MALFORMED = auto()
    WRONG = auto()
    EXPIRED = auto()
    BLOCKED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefused:
    """A guess that failed; `blocked_until` when the next one will not be judged before."""

    fault: CodeFault
    blocked_until: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A right code: the session it opened, and the device that the browser is from now on."""

    user: User
    opened: OpenedSession
    device: Device


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondNeeded:
    """A right code, of somebody who asked for a second factor: `sealed` says so to the next step, in this browser."""

    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Asks for codes and judges them. A storage fault raises: nobody gets in because a counter was away (OT-17)."""

    store: Store
    clock: Clock
    mint: Mint
    post: PostOffice
    sessions: Sessions
    notices: Notices
    breaker: SprayBreaker = field(default_factory=SprayBreaker)
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    answer_after: float = 0.025  # seconds that asking for a code takes at least
    hours: Hours | None = None

    def note(self, what: Happening) -> None:
        """Count something that happened at sign-in."""
        if self.hours is not None:
            self.hours.happened(what)

    async def start(
        self, email: Email, *, browser: str, device: Device | None, app: str | None, origin: Origin, language: str = ""
    ) -> Challenge:
        """Send a code, if somebody has this address and its budget allows; the answer is the same if not.

        `language` is the page's, for a mail to somebody who chose none.
        """
        # Storing a code takes a fraction of a millisecond longer than storing none: nobody gets to measure that.
        floor = asyncio.ensure_future(asyncio.sleep(self.answer_after))
        try:
            return await self._start(email, browser, device, app, origin, language)
        finally:
            await floor

    async def _start(
        self, email: Email, browser: str, device: Device | None, app: str | None, origin: Origin, language: str
    ) -> Challenge:
        now = self.clock.now()
        user = await self.store.find_user_by_email(email)
        challenge = await self._challenge(email, user, browser, device, now)

        # Everything below is done for a stranger's address too, up to the last line: both take the same time (OT-11).
        code = self.mint.new_login_code()
        login_code = LoginCode(
            id=challenge.id,
            user_id=user.id if user is not None else UserId(""),
            browser=_stored(browser),
            digest=self.mint.digest(f"{challenge.id}:{code}"),
            created_at=now,
            expires_at=challenge.expires_at,
        )
        seen = Circumstances(now=now, address=origin.address)
        letter = render_login_letter(code, head=self.notices.head, app=app, seen=seen)
        welcome = user is not None and user.blocked_at is None

        may_mail = await self.store.start_login(
            budget_key=challenge.budget_key, login_code=login_code if welcome else None, now=now
        )
        if may_mail and welcome:
            spoken = user.language if user is not None and user.language else language
            self.post.post(email, letter.subject, letter.text, language=spoken)
            self.note(Happening.CODE_SENT)
        return challenge

    async def try_code(
        self, challenge: Challenge, typed: str, *, device: Device | None, replaces: Session | None, origin: Origin
    ) -> SignedIn | SecondNeeded | CodeRefused:
        """Judge one guess: the budget first, then the code. A guess without six digits costs nothing."""
        code = read_login_code(typed)
        if code is None:
            return CodeRefused(fault=CodeFault.MALFORMED)
        if self.clock.now() >= challenge.expires_at:
            self.note(Happening.CODE_LATE)
            return CodeRefused(fault=CodeFault.EXPIRED)
        if not challenge.trusted and (pause := self.breaker.pause(self.clock.now())):
            await self.wait(pause)

        tried = await self.store.try_login_code(
            challenge_id=challenge.id,
            browser=_stored(challenge.browser),
            digests=self.mint.digests(f"{challenge.id}:{code}"),
            budget_key=challenge.budget_key,
            now=self.clock.now(),
        )
        if tried.outcome is LoginOutcome.BLOCKED:
            self.note(Happening.CODE_BLOCKED)
            return CodeRefused(fault=CodeFault.BLOCKED, blocked_until=tried.blocked_until)
        user = await self.store.find_user(tried.user_id) if tried.user_id is not None else None
        if tried.outcome is LoginOutcome.WRONG or user is None or user.blocked_at is not None:
            self.breaker.note_wrong(self.clock.now())
            self.note(Happening.CODE_WRONG)
            return CodeRefused(fault=CodeFault.WRONG, blocked_until=tried.blocked_until)

        if await self.store.find_second_factor(user.id) is not None:
            return SecondNeeded(sealed=self.seal_first_step(user, challenge.browser))
        return await self.admit(user, Proof.CODE, device=device, replaces=replaces, origin=origin)

    async def admit(
        self, user: User, proof: Proof, *, device: Device | None, replaces: Session | None, origin: Origin
    ) -> SignedIn:
        """Open a session for somebody who has proven who they are; word of it goes out from a browser not known."""
        opened = await self.sessions.open(user, replaces=replaces, origin=origin, proof=proof)
        self.note(Happening.SIGNED_IN)
        if device is None or user.id not in device.people:
            if proof in (Proof.CODE, Proof.CODE_AND_APP):
                self.notices.new_browser(user, now=opened.session.signed_in_at, origin=origin)
            else:
                self.notices.own(
                    "new_browser",
                    user,
                    lambda head, seen: render_other_browser_letter(proof, email=user.email, head=head, seen=seen),
                    now=opened.session.signed_in_at,
                    origin=origin,
                )
        return SignedIn(user=user, opened=opened, device=self._trust(device, user))

    def seal_first_step(self, user: User, browser: str) -> str:
        """That somebody typed a right code in this browser, for the step that asks for the second factor."""
        content = [user.id, browser, self.clock.now() + FIRST_STEP_GOOD_FOR]
        return self.mint.seal("first-step", json.dumps(content).encode())

    def unseal_first_step(self, text: str, *, browser: str) -> UserId | None:
        """Who typed a right code in this browser within the last ten minutes."""
        content = self.mint.unseal("first-step", text)
        user_id, asked_by, until = json.loads(content) if content is not None else ("", "", 0)
        return UserId(user_id) if asked_by == browser and self.clock.now() < until else None

    async def app_name(self, client_id: ClientId) -> str:
        """What the app for which somebody signs in is called; empty where it is gone."""
        client = await self.store.find_client(client_id)
        return client.name if client is not None else ""

    def seal_challenge(self, challenge: Challenge) -> str:
        """A challenge as text that its browser may carry: sealed, so that it can be neither read nor changed."""
        content = [
            challenge.id,
            challenge.email,
            challenge.browser,
            challenge.budget_key.decode("ascii"),
            challenge.asked_at,
            challenge.trusted,
        ]
        return self.mint.seal("login-challenge", json.dumps(content).encode())

    def unseal_challenge(self, text: str, *, browser: str) -> Challenge | None:
        """The challenge again; None where it was changed, or another browser asked for it (ST-07)."""
        content = self.mint.unseal("login-challenge", text)
        if content is None:
            return None
        challenge_id, email, asked_by, budget_key, asked_at, trusted = json.loads(content)
        if asked_by != browser:
            return None
        return Challenge(
            id=ChallengeId(challenge_id),
            email=Email(email),
            browser=browser,
            budget_key=budget_key.encode("ascii"),
            asked_at=Micros(asked_at),
            trusted=trusted,
        )

    def seal_device(self, device: Device) -> str:
        """A trusted device as a cookie's value."""
        content = json.dumps([device.id, device.people, device.seen_at]).encode()
        return self.mint.seal("trusted-device", content, lasting=True)

    def unseal_device(self, text: str) -> Device | None:
        """The trusted device that a cookie proves; None where it was changed or is a year old."""
        content = self.mint.unseal("trusted-device", text, lasting=True)
        if content is None:
            return None
        device_id, people, seen_at = json.loads(content)
        if self.clock.now() >= seen_at + DEVICE_LIFETIME:
            return None
        return Device(id=device_id, people=tuple(UserId(person) for person in people), seen_at=Micros(seen_at))

    async def _challenge(
        self, email: Email, user: User | None, browser: str, device: Device | None, now: Micros
    ) -> Challenge:
        # One id for a browser and an address: asking again replaces the code, and a page that was open before the
        # second mail (or was refused one, within the minute) still takes the code that is in force.
        pair = self.mint.mac("login-challenge-id", f"{browser}\n{email}")
        trusted = device is not None and user is not None and user.id in device.people
        return Challenge(
            id=ChallengeId(uuid_text(_sixteen_bytes(pair))),
            email=email,
            browser=browser,
            budget_key=await self._budget_key(email, user, device if trusted else None),
            asked_at=now,
            trusted=trusted,
        )

    async def _budget_key(self, email: Email, user: User | None, device: Device | None) -> bytes:
        if device is not None:
            keys = budget_keys(self.mint, f"device\n{device.id}\n{email}")
        elif user is not None:
            keys = address_budget_keys(self.mint, email)
        else:
            keys = nobodys_budget_keys(self.mint, email)
        return await key_in_use(self.store, keys)

    def _trust(self, device: Device | None, user: User) -> Device:
        others = tuple(person for person in device.people if person != user.id) if device is not None else ()
        return Device(
            id=device.id if device is not None else self.mint.new_id(),
            people=(user.id, *others)[:PEOPLE_A_DEVICE],
            seen_at=self.clock.now(),
        )


def _stored(browser: str) -> str:
    """What the store knows a browser by: its cookie holds 130 random bits, which a hash without a key hides."""
    return sha256(browser.encode()).hexdigest()


def address_budget_keys(mint: Mint, email: Email) -> list[bytes]:
    """The keys of somebody's budget in browsers that are not trusted; the first is for what is counted anew."""
    return budget_keys(mint, f"address\n{email}")


def nobodys_budget_keys(mint: Mint, email: Email) -> list[bytes]:
    """The same of the budget that an address nobody has shares with others like it."""
    buckets = [
        int.from_bytes(_sixteen_bytes(mac)) % UNKNOWN_BUDGETS for mac in mint.macs("login-budget", f"nobody\n{email}")
    ]
    return [budget_keys(mint, f"bucket\n{bucket}")[place] for place, bucket in enumerate(buckets)]


def _sixteen_bytes(mac: str) -> bytes:
    """The 128 bits behind a base64url text of 22 characters."""
    return urlsafe_b64decode(mac + "==")
