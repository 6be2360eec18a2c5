"""The words that decisions are told in: problems, hints, roles, times. What happened, then what to do; no secret."""

from dataclasses import dataclass
from functools import lru_cache

from frontdesk.flows.signin import CodeFault
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.protocol.messages import N_, Ago, Day, TimeOfDay, say, say_count, utc
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


MONTH = 30 * DAY  # what is older is told by its day

ROLES = {Role.OWNER: N_("Owner"), Role.ADMINISTRATOR: N_("Administrator"), Role.MEMBER: N_("Member")}

EMAIL_PROBLEM = N_("Enter an e-mail address, such as name@example.com.")
TITLE_PROBLEM = N_("That is not the network's title. Type it as it is written, to be sure that it is this one.")
REGENERATED_MEANWHILE = N_(
    "Somebody regenerated these credentials after you opened this page. "
    "What you see now is in force; nothing of what you asked for was done."
)
REVEALED_MEANWHILE = N_(
    "The secret was shown or regenerated after you opened this page, and one page shows it once. "
    "Nothing was shown now. Press the button again if you still need it."
)
KEPT_NOWHERE = N_("This secret was told once and not kept, so nobody can see it again. If it is lost, regenerate.")
CHOOSE_ALLOW_OR_DENY = N_("Choose Allow or Deny.")

CODE_PROBLEMS = {
    CodeFault.MALFORMED: N_("A code is six digits. Check the mail and type it again."),
    CodeFault.WRONG: N_("That code is not right. Check that it is from the newest mail and type it again."),
    CodeFault.EXPIRED: N_("That code is older than 10 minutes. Send yourself a new one below."),
}

NO_SUCH_PAGE = Notice(
    status=404,
    title=N_("There is nothing here"),
    text=N_("The address is mistyped or old, or what it leads to is not for the account you are signed in with."),
    hint=N_("See what is yours in your account."),
    link="/account",
    link_text=N_("Go to your account"),
)
NOT_THE_OWNER = Notice(
    status=403,
    title=N_("Only the owner can see this"),
    text=N_("A network's API credentials and connections are shown to its owner and to nobody else."),
    hint=N_("Ask the network's owner to do what you came for."),
    link="/account",
    link_text=N_("Go to your account"),
)
NOT_A_MANAGER = Notice(
    status=403,
    title=N_("Only the owner and administrators can see this"),
    text=N_("Who is in a network is shown to those who look after its people."),
    hint=N_("Ask them to do what you came for."),
    link="/account",
    link_text=N_("Go to your account"),
)
INVITATION_GONE = Notice(
    status=404,
    title=N_("This invitation does not work"),
    text=N_("It was used or withdrawn, is older than 7 days, or its link is incomplete. Nothing was changed."),
    hint=N_("Ask whoever invited you to send another one."),
    link="/account",
    link_text=N_("Go to your account"),
)
INVITED_OTHERWISE = Notice(
    status=403,
    title=N_("This invitation is for another address"),
    text=N_("Only whoever was invited can accept or decline it. Nothing was changed."),
    hint=N_("Open the link again, and sign in with the address that it was sent to."),
    link="/account",
    link_text=N_("Go to your account"),
)
APP_UNAVAILABLE = Notice(
    status=409,
    title=N_("This app cannot be changed now"),
    text=N_("It was switched off, or it no longer uses the address that you connected it through."),
    hint=N_("Connect it again from the app itself, or disconnect it here."),
    link="/account/apps",
    link_text=N_("Go to your connected apps"),
)
APP_CHANGED = Notice(
    status=409,
    title=N_("The app was changed meanwhile"),
    text=N_(
        "Somebody changed it, or decided on it, after you opened this page. Nothing of what you asked for was done."
    ),
    hint=N_("Look at it as it is now, and repeat what you did."),
    link="/partner",
    link_text=N_("Go to your apps"),
)
SIGN_UP_CLOSED = Notice(
    status=403,
    title=N_("You cannot make apps yet"),
    text=N_("Those who run this service add the people who make apps for it."),
    hint=N_("Write to them and say what you want to make."),
)
TOO_MANY_APPS = Notice(
    status=409,
    title=N_("You have as many apps as you may have"),
    text=N_("The new one was not made."),
    hint=N_("Use one that you have, or write to those who run this service."),
    link="/partner",
    link_text=N_("Go to your apps"),
)
APP_UNREVIEWED = Notice(
    status=403,
    title=N_("This app is not open to you yet"),
    text=N_("Until an app is reviewed, only the people who make it can connect it. Nothing was connected."),
    hint=N_("Come back when its makers say that it is ready. You can close this page."),
)
STALE_SIGN_UP = Notice(
    status=400,
    title=N_("This link does not work here"),
    text=N_("It is older than an hour, or you began in another browser. No account was opened."),
    hint=N_("Begin again in this browser."),
    link="/partner/sign-up",
    link_text=N_("Begin again"),
)
ACCOUNT_THERE = Notice(
    status=409,
    title=N_("You have an account already"),
    text=N_("This link was used, or somebody who runs this service opened an account for you meanwhile."),
    hint=N_("Sign in with a code from your mailbox."),
    link="/sign-in?next=/partner",
    link_text=N_("Sign in"),
)
STALE_REQUEST = Notice(
    status=400,
    title=N_("This request has run out"),
    text=N_("It is older than 30 minutes, or it was begun in another browser. Nothing was connected."),
    hint=N_("Go back to the app that sent you here and begin again."),
)
STALE_CODE_PAGE = Notice(
    status=400,
    title=N_("This sign-in has run out"),
    text=N_("It was begun in another browser, or the address of this page is incomplete. Nobody was signed in."),
    hint=N_("Begin again here: a code works only in the browser that asked for it."),
    link="/sign-in",
    link_text=N_("Sign in"),
)
APP_GONE = Notice(
    status=400,
    title=N_("This app cannot be connected"),
    text=N_("It was switched off or its registration changed while you were here. Nothing was connected."),
    hint=N_("Tell the makers of the app. You can close this page."),
)
STALE_FORM = Notice(
    status=403,
    title=N_("This page was too old to use"),
    text=N_(
        "You signed in or out after it was opened, it was open for more than 12 hours, or your browser keeps no "
        "cookies. Nothing was changed."
    ),
    hint=N_("Go back, load the page again, and repeat what you did."),
)
CROSS_SITE = Notice(
    status=403,
    title=N_("That did not come from our page"),
    text=N_("Another site, or this site under another address, tried to send this form for you. Nothing was changed."),
    hint=N_("If you meant to do it, begin at our own address."),
)
WRONG_CONTENT_TYPE = Notice(
    status=415,
    title=N_("We cannot read that form"),
    text=N_("Forms are accepted as application/x-www-form-urlencoded only. Nothing was changed."),
    hint=N_("Use the page's own form."),
)
FORM_TOO_LARGE = Notice(
    status=413,
    title=N_("That is too much for this form"),
    text=N_("More was sent than this form can hold. Nothing was changed."),
    hint=N_("Go back and send less."),
)
MALFORMED = Notice(
    status=400,
    title=N_("We cannot read that"),
    text=N_("The form or the address is broken, or says something twice. Nothing was changed."),
    hint=N_("Go back, load the page again, and repeat what you did."),
)
WRONG_METHOD = Notice(
    status=405,
    title=N_("This address works differently"),
    text=N_("It cannot be opened like this. Nothing was changed."),
    hint=N_("Begin at your account."),
    link="/account",
    link_text=N_("Go to your account"),
)
OUT_OF_ORDER = Notice(
    status=503,
    title=N_("We cannot do this right now"),
    text=N_("Our memory does not answer, and without it we let nobody in and change nothing. It is not your fault."),
    hint=N_("Wait a moment, then load the page again."),
)
BROKEN = Notice(
    status=500,
    title=N_("Something broke on our side"),
    text=N_("We have noted what happened under the request id below."),
    hint=N_("Try again; if it happens again, tell support the request id."),
)


def notice_of(reason: Reason) -> Notice:
    """The page for a refusal of the account's walks; everything that has no page of its own looks absent."""
    pages = {
        Reason.NOT_THE_OWNER: NOT_THE_OWNER,
        Reason.NOT_A_MANAGER: NOT_A_MANAGER,
        Reason.INVITATION_GONE: INVITATION_GONE,
        Reason.INVITED_OTHERWISE: INVITED_OTHERWISE,
        Reason.APP_UNAVAILABLE: APP_UNAVAILABLE,
        Reason.APP_CHANGED_MEANWHILE: APP_CHANGED,
        Reason.SIGN_UP_CLOSED: SIGN_UP_CLOSED,
        Reason.TOO_MANY_APPS: TOO_MANY_APPS,
        Reason.AUTHORIZE_UNREVIEWED: APP_UNREVIEWED,
        Reason.AUTHORIZE_UNKNOWN_CLIENT: APP_GONE,
        Reason.AUTHORIZE_UNREGISTERED_URI: APP_GONE,
        Reason.AUTHORIZE_SCOPE_UNKNOWN: APP_GONE,
        Reason.AUTHORIZE_CHALLENGE_REQUIRED: APP_GONE,
    }
    return pages.get(reason, NO_SUCH_PAGE)


def blocked_sentence(until: Micros, now: Micros) -> str:
    """When a block ends, in words and on the clock."""
    minutes = max(1, -(-(until - now) // MINUTE))
    at = TimeOfDay(Micros(-(-until // SECOND) * SECOND))
    if minutes > 90:
        return say_count(
            "Too many wrong codes. You can try again in %(count)s hour, at %(at)s UTC. No code is looked at before.",
            "Too many wrong codes. You can try again in %(count)s hours, at %(at)s UTC. No code is looked at before.",
            -(-minutes // 60),
            at=at,
        )
    return say_count(
        "Too many wrong codes. You can try again in %(count)s minute, at %(at)s UTC. No code is looked at before.",
        "Too many wrong codes. You can try again in %(count)s minutes, at %(at)s UTC. No code is looked at before.",
        minutes,
        at=at,
    )


def moment(at: Micros, now: Micros) -> Moment:
    """A time as "3 days ago", with the absolute one beside it."""
    elapsed = min(now - at, MONTH)
    if elapsed < MINUTE:
        return _moment(at // SECOND, 0)
    # Days, hours and minutes are whole minutes; what is said changes with the largest of them only.
    unit = DAY if elapsed >= DAY else HOUR if elapsed >= HOUR else MINUTE
    return _moment(at // SECOND, elapsed // unit * unit)


@lru_cache(maxsize=8_192)
def _moment(second: int, elapsed: int) -> Moment:
    at = Micros(second * SECOND)
    return Moment(text=_ago(elapsed, at), iso=f"{utc(at):%Y-%m-%dT%H:%M:%SZ}", full=exactly(at))


def exactly(at: Micros) -> str:
    """Day and time of day."""
    return _exactly(at // MINUTE)


@lru_cache(maxsize=8_192)
def _exactly(minute: int) -> str:
    at = Micros(minute * MINUTE)
    return say("%(day)s, %(time)s UTC", day=Day(at), time=TimeOfDay(at))


def _ago(elapsed: int, at: Micros) -> str:
    if elapsed < MINUTE:
        return N_("just now")
    return Ago(elapsed) if elapsed < MONTH else say("on %(day)s", day=Day(at))
