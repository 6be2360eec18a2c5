"""The words that decisions are told in: problems, hints, roles, times. What happened, then what to do; no secret."""

from dataclasses import dataclass
from datetime import UTC, datetime

from frontdesk.flows.signin import CodeFault
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.protocol.records import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as a person reads it, and exactly."""

    text: str
    iso: str
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an error page says."""

    status: int
    title: str
    text: str
    hint: str
    link: str = ""  # where the hint leads
    link_text: str = ""


ROLES = {Role.OWNER: "Owner", Role.ADMINISTRATOR: "Administrator", Role.MEMBER: "Member"}

EMAIL_PROBLEM = "Enter an e-mail address, such as name@example.com."
TITLE_PROBLEM = "That is not the network's title. Type it as it is written, to be sure that it is this one."
REGENERATED_MEANWHILE = (
    "Somebody regenerated these credentials after you opened this page. "
    "What you see now is in force; nothing of what you asked for was done."
)
REVEALED_MEANWHILE = (
    "The secret was shown or regenerated after you opened this page, and one page shows it once. "
    "Nothing was shown now. Press the button again if you still need it."
)
KEPT_NOWHERE = "This secret was told once and not kept, so nobody can see it again. If it is lost, regenerate."
CHOOSE_ALLOW_OR_DENY = "Choose Allow or Deny."

CODE_PROBLEMS = {
    CodeFault.MALFORMED: "A code is six digits. Check the mail and type it again.",
    CodeFault.WRONG: "That code is not right. Check that it is from the newest mail and type it again.",
    CodeFault.EXPIRED: "That code is older than 10 minutes. Send yourself a new one below.",
}

NO_SUCH_PAGE = Notice(
    status=404,
    title="There is nothing here",
    text="The address is mistyped or old, or what it leads to is not for the account you are signed in with.",
    hint="See what is yours in your account.",
    link="/account",
    link_text="Go to your account",
)
NOT_THE_OWNER = Notice(
    status=403,
    title="Only the owner can see this",
    text="A network's API credentials and connections are shown to its owner and to nobody else.",
    hint="Ask the network's owner to do what you came for.",
    link="/account",
    link_text="Go to your account",
)
APP_UNAVAILABLE = Notice(
    status=409,
    title="This app cannot be changed now",
    text="It was switched off, or it no longer uses the address that you connected it through.",
    hint="Connect it again from the app itself, or disconnect it here.",
    link="/account/apps",
    link_text="Go to your connected apps",
)
STALE_REQUEST = Notice(
    status=400,
    title="This request has run out",
    text="It is older than 30 minutes, or it was begun in another browser. Nothing was connected.",
    hint="Go back to the app that sent you here and begin again.",
)
STALE_CODE_PAGE = Notice(
    status=400,
    title="This sign-in has run out",
    text="It was begun in another browser, or the address of this page is incomplete. Nobody was signed in.",
    hint="Begin again here: a code works only in the browser that asked for it.",
    link="/sign-in",
    link_text="Sign in",
)
APP_GONE = Notice(
    status=400,
    title="This app cannot be connected",
    text="It was switched off or its registration changed while you were here. Nothing was connected.",
    hint="Tell the makers of the app. You can close this page.",
)
STALE_FORM = Notice(
    status=403,
    title="This page was too old to use",
    text=(
        "You signed in or out after it was opened, it was open for more than 12 hours, or your browser keeps no "
        "cookies. Nothing was changed."
    ),
    hint="Go back, load the page again, and repeat what you did.",
)
CROSS_SITE = Notice(
    status=403,
    title="That did not come from our page",
    text="Another site, or this site under another address, tried to send this form for you. Nothing was changed.",
    hint="If you meant to do it, begin at our own address.",
)
WRONG_CONTENT_TYPE = Notice(
    status=415,
    title="We cannot read that form",
    text="Forms are accepted as application/x-www-form-urlencoded only. Nothing was changed.",
    hint="Use the page's own form.",
)
FORM_TOO_LARGE = Notice(
    status=413,
    title="That is too much for this form",
    text="More was sent than this form can hold. Nothing was changed.",
    hint="Go back and send less.",
)
MALFORMED = Notice(
    status=400,
    title="We cannot read that",
    text="The form or the address is broken, or says something twice. Nothing was changed.",
    hint="Go back, load the page again, and repeat what you did.",
)
WRONG_METHOD = Notice(
    status=405,
    title="This address works differently",
    text="It cannot be opened like this. Nothing was changed.",
    hint="Begin at your account.",
    link="/account",
    link_text="Go to your account",
)
OUT_OF_ORDER = Notice(
    status=503,
    title="We cannot do this right now",
    text="Our memory does not answer, and without it we let nobody in and change nothing. It is not your fault.",
    hint="Wait a moment, then load the page again.",
)
BROKEN = Notice(
    status=500,
    title="Something broke on our side",
    text="We have noted what happened under the request id below.",
    hint="Try again; if it happens again, tell support the request id.",
)


def notice_of(reason: Reason) -> Notice:
    """The page for a refusal of the account's walks; everything that has no page of its own looks absent."""
    pages = {
        Reason.NOT_THE_OWNER: NOT_THE_OWNER,
        Reason.APP_UNAVAILABLE: APP_UNAVAILABLE,
        Reason.AUTHORIZE_UNKNOWN_CLIENT: APP_GONE,
        Reason.AUTHORIZE_UNREGISTERED_URI: APP_GONE,
        Reason.AUTHORIZE_SCOPE_UNKNOWN: APP_GONE,
        Reason.AUTHORIZE_CHALLENGE_REQUIRED: APP_GONE,
    }
    return pages.get(reason, NO_SUCH_PAGE)


def blocked_sentence(until: Micros, now: Micros) -> str:
    """When a block ends, in words and on the clock."""
    minutes = max(1, -(-(until - now) // MINUTE))
    wait = f"{minutes} minute{'' if minutes == 1 else 's'}"
    if minutes > 90:
        wait = f"{-(-minutes // 60)} hours"
    at = datetime.fromtimestamp(-(-until // SECOND), tz=UTC)
    return f"Too many wrong codes. You can try again in {wait}, at {at:%H:%M} UTC. Until then no code is looked at."


def moment(at: Micros, now: Micros) -> Moment:
    """A time as "3 days ago", with the absolute one beside it."""
    exact = datetime.fromtimestamp(at // SECOND, tz=UTC)
    return Moment(text=_ago(now - at, exact), iso=f"{exact:%Y-%m-%dT%H:%M:%SZ}", full=f"{exact:%d %B %Y, %H:%M} UTC")


def _ago(elapsed: int, exact: datetime) -> str:
    if elapsed < MINUTE:
        return "just now"
    for unit, size, limit in (("minute", MINUTE, HOUR), ("hour", HOUR, DAY), ("day", DAY, 30 * DAY)):
        if elapsed < limit:
            count = elapsed // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return f"on {exact.day} {exact:%B %Y}"
