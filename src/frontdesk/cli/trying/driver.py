"""Walking the table: each step is asked, judged, and told; what an answer gives is kept for later steps."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from frontdesk.cli.trying.asking import tell
from frontdesk.cli.trying.browsers import Browser, NoAnswer, Page, Wire, basic, with_query
from frontdesk.cli.trying.facts import Facts, why_absent
from frontdesk.cli.trying.forms import find_form
from frontdesk.cli.trying.mailbox import Mailbox
from frontdesk.cli.trying.steps import Answer, Ask, Fill, Follow, Group, ReadMail, Reload, Step, Wait

OK, MISMATCH, SKIPPED = "ok", "MISMATCH", "skipped"
MAIL_SECONDS = 8.0
# How often a call that met the rate limit, though the step is about something else, is made again.
PATIENCE = 4
_LONGEST_WAIT = 3
_HOPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one step went. `answered` says what came back; of a step that was skipped, why."""

    group: str
    name: str
    asked: str
    says: str
    answered: str
    outcome: str


@dataclass(slots=True, kw_only=True)
class Driver:
    """One run against one server. `mailbox` is None where nobody reads mail."""

    wire: Wire
    facts: Facts
    mailbox: Mailbox | None
    _browsers: dict[str, Browser] = field(default_factory=dict)
    _pages: dict[str, Page] = field(default_factory=dict)

    async def run(self, table: Iterable[Group], tell_of: Callable[[Result], None]) -> list[Result]:
        """Walk the table; `tell_of` hears of each step as soon as it is judged."""
        results = []
        for group in table:
            for step in group.steps:
                asked = self.facts.redact(tell(step.action, self.facts.show))
                outcome, answered = await self._take(step)
                result = Result(
                    group=group.title,
                    name=step.name,
                    asked=asked,
                    says=step.says,
                    answered=self.facts.redact(answered),
                    outcome=outcome,
                )
                results.append(result)
                tell_of(result)
        return results

    async def _take(self, step: Step) -> tuple[str, str]:
        if isinstance(step.action, Wait):
            return SKIPPED, "it takes time to pass"
        wanted = [text for want in step.wants for text in want.needs]
        absent = self.facts.missing(*step.action.texts, *(f"{{{name}}}" for name in step.needs), *wanted)
        if absent:
            return SKIPPED, why_absent(absent)
        said = ""
        for _ in range(step.times):
            try:
                outcome, said = await self._judge(step)
            except NoAnswer as silence:
                return MISMATCH, f"no answer ({silence})"
            if outcome != OK:
                return outcome, said
        return OK, said

    async def _judge(self, step: Step) -> tuple[str, str]:
        if isinstance(step.action, ReadMail):
            return await self._read_mail(step.action)
        answer = await self._ask(step)
        if isinstance(answer, str):
            return SKIPPED, answer
        wrong = [fault for want in step.wants if (fault := want.judge(answer, self.facts))]
        told = describe(answer)
        if wrong:
            return MISMATCH, f"{told}; wrong: {', '.join(wrong)}"
        for keep in step.keeps:
            self.facts.write(keep.name, keep.read(answer))
        notes = [note for want in step.wants if want.note is not None and (note := want.note(answer))]
        return OK, "; ".join([told, *notes])

    async def _ask(self, step: Step) -> Answer | str:
        """The answer to a step's request; a text says why it could not be made."""
        match step.action:
            case Ask() as ask if ask.together:
                return await self._together(ask)
            case Ask() as ask if ask.browser:
                url = self.wire.issuer + with_query(self.facts.fill(ask.path), self._pairs(ask.query))
                return await self._browse(step, ask.browser, "GET", url)
            case Ask() as ask:
                return await self._patiently(ask)
            case Fill() as fill:
                return await self._fill(step, fill)
            case Reload(browser=name):
                shown = self._pages.get(self._label(step.action))
                return await self._browse(step, name, "GET", shown.url) if shown is not None else _no_page(step.action)
            case Follow(browser=name):
                return await self._browse(step, name, "GET", self._browser(name).sent_to)
            case _:
                return "nothing to ask"

    async def _patiently(self, ask: Ask) -> Answer:
        """Ask; a call that meets the rate limit is made again, because its step is about something else."""
        answer = await self._send(ask)
        for _ in range(PATIENCE):
            if answer.status != 429 or answer.document.get("type") != "rateLimited":
                break
            wait = answer.header("retry-after")
            await asyncio.sleep(min(int(wait) if wait.isdigit() else 1, _LONGEST_WAIT))
            answer = await self._send(ask)
        return answer

    async def _together(self, ask: Ask) -> Answer:
        """Send many at once; the first that met the limit, else the last."""
        count = int(self.facts.fill(ask.together))
        answers = await asyncio.gather(*[self._send(ask) for _ in range(count)])
        return next((answer for answer in answers if answer.status == 429), answers[-1])

    async def _send(self, ask: Ask) -> Answer:
        fill = self.facts.fill
        headers = self._pairs(ask.headers)
        if ask.basic is not None:
            headers.append(("Authorization", basic(fill(ask.basic[0]), fill(ask.basic[1]))))
        if ask.bearer:
            headers.append(("Authorization", f"Bearer {fill(ask.bearer)}"))
        url = self.wire.issuer + with_query(fill(ask.path), self._pairs(ask.query))
        body = with_query("", self._pairs(ask.form)).removeprefix("?") if ask.form is not None else None
        return await self.wire.send(fill(ask.method), url, headers, body)

    async def _fill(self, step: Step, fill: Fill) -> Answer | str:
        page = self._pages.get(self._label(fill))
        form = find_form(page.html, fill.field) if page is not None else None
        if page is None or form is None:
            return _no_page(fill)
        body = form.fill(self._pairs(fill.values))
        target = urljoin(page.url, form.action or page.url)
        if not self.wire.is_own(target):
            raise NoAnswer("the form goes elsewhere")
        return await self._browse(step, fill.browser, "POST", target, body)

    async def _browse(self, step: Step, name: str, method: str, url: str, body: str | None = None) -> Answer:
        browser = self._browser(name)
        answer = await self.wire.browse(browser, method, url, (), body)
        hops = 0
        while isinstance(step.action, Follow) and browser.sent_to and hops < _HOPS:
            hops, url = hops + 1, browser.sent_to
            answer = await self.wire.browse(browser, "GET", url)
        if step.page:
            self._pages[f"{name}/{step.page}"] = Page(url=url, html=answer.text)
        self.facts.known.pop(f"went_{name}", None)
        self.facts.write(f"went_{name}", browser.sent_to)
        return answer

    async def _read_mail(self, mail: ReadMail) -> tuple[str, str]:
        address = self.facts.fill(mail.email)
        if self.mailbox is None:
            return SKIPPED, why_absent("owner_email")
        if mail.never:
            return (MISMATCH, "a mail came") if self.mailbox.holds_mail_to(address) else (OK, "no mail")
        code = await self.mailbox.wait_for_code(address, seconds=MAIL_SECONDS)
        if not code:
            return MISMATCH, f"no mail with six digits in {MAIL_SECONDS:.0f} s"
        name = mail.email.strip("{}").removesuffix("_email")
        self.facts.write(f"code_of_{name}", code)
        self.facts.write(f"code_of_{name}_spaced", f" {code[:3]} {code[3:]} ")
        self.facts.write("wrong_code", f"{(int(code) + 1) % 1_000_000:06d}")
        return OK, "a mail with six digits"

    @staticmethod
    def _label(action: Fill | Reload) -> str:
        return action.page if "/" in action.page else f"{action.browser}/{action.page}"

    def _browser(self, name: str) -> Browser:
        return self._browsers.setdefault(name, Browser())

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(self.facts.fill(name), self.facts.fill(value)) for name, value in pairs]


def _no_page(action: Fill | Reload) -> str:
    return f"no earlier step gave the {action.page.rpartition('/')[2]} page"


def describe(answer: Answer) -> str:
    """What came back, in words that hold no value: status, error or type, and the names of a redirect's parameters."""
    parts = [str(answer.status)]
    for name in ("type", "error"):
        word = answer.document.get(name)
        if isinstance(word, str) and word.replace("_", "").isalnum() and len(word) <= 40:
            parts.append(word)
    location = answer.header("location")
    if location:
        named = [f"error={answer.sent_back['error'][:40]}" if name == "error" else name for name in answer.sent_back]
        path = location.partition("?")[0][:80]
        parts.append(f"to {path}" + (f" with {', '.join(named)}" if named else ""))
    return " ".join(parts)
