"""How the installation stands, for an operator: document, mail, sign-ins; and a letter, to see that mail arrives."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from frontdesk.flows.hours import Hours
from frontdesk.flows.letters import Circumstances, Letter, Letterhead
from frontdesk.flows.needs import Clock, Origin, Store, StoreUnavailable
from frontdesk.flows.notices import Notices
from frontdesk.protocol.hours import MailHealth, SignInHour, first_shown, judge_mail, list_sign_in_hours
from frontdesk.protocol.records import User
from frontdesk.protocol.standing import Finding, SigningIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How mail and sign-ins go, in all workers; what another worker saw within the last seconds may be missing."""

    mail: MailHealth
    signing_in: SigningIn
    hours: tuple[SignInHour, ...]  # the last 24, less those in which nothing happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """What was found. `trouble`: why the document as it is now is not in force; empty where it is."""

    findings: tuple[Finding, ...]
    trouble: str
    health: Health
    waiting: int  # apps in review


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """Reads what all workers wrote. `hours`: this worker's own, where it is one."""

    store: Store
    clock: Clock
    hours: Hours | None = None

    async def read(self) -> Health:
        """How mail and sign-ins go; of this worker as of now, unless the store takes no writes."""
        if self.hours is not None:
            with suppress(StoreUnavailable):
                await self.hours.flush(everything=True)
        now = self.clock.now()
        counts = await self.store.list_hours(since=first_shown(now))
        return Health(
            mail=judge_mail(counts, await self.store.list_worker_mail(), now=now),
            signing_in=await self.store.count_signing_in(now=now),
            hours=list_sign_in_hours(counts),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Looks at the parts. `examine` lints the document; `trouble` says why it is not in force."""

    store: Store
    clock: Clock
    health: HealthReport
    notices: Notices
    examine: Callable[[], Awaitable[tuple[Finding, ...]]]
    trouble: Callable[[], str]

    async def look(self) -> Stands:
        """At everything, as it is now."""
        return Stands(
            findings=await self.examine(),
            trouble=self.trouble(),
            health=await self.health.read(),
            waiting=len(await self.store.list_in_review(limit=50)),
        )

    def send_test_letter(self, user: User, *, origin: Origin) -> None:
        """To the operator who asks; at most twenty an hour, as every notice."""
        self.notices.own("mail_test", user, render_test_letter, now=self.clock.now(), origin=origin)


def render_test_letter(head: Letterhead, seen: Circumstances) -> Letter:
    """A letter that says that letters arrive."""
    text = f"This is the letter that you asked for. Mail arrives.\n\n{seen.lines()}"
    return Letter(subject=head.subject("a test of the mail"), text=text)
