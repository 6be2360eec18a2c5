"""Login as steps: an address, six digits, and what keeps others out."""

from frontdesk.cli.trying.authorizing import asked, authorizes
from frontdesk.cli.trying.keeps import shape_of
from frontdesk.cli.trying.steps import Fill, Follow, Group, Pairs, ReadMail, Reload, Step, Want
from frontdesk.cli.trying.wants import no_form, no_redirect, offers, page, same_shape, status, stays_here


def _asks_for_code(browser: str, email: str, query: Pairs, *, known: bool = True) -> tuple[Step, ...]:
    """From the authorize link to the page that wants the code, and to the mail where somebody has the address."""
    walk = (
        Step(
            name=f"{browser}-authorize",
            says="somebody who is not signed in is sent to sign in",
            action=authorizes(query, browser),
            wants=(status(302), stays_here()),
            needs=(email,),
        ),
        Step(
            name=f"{browser}-sign-in-page",
            says="the login page asks for an address",
            action=Follow(browser=browser),
            wants=(status(200), page("email")),
            needs=(f"went_{browser}",),
            page="sign-in",
        ),
        Step(
            name=f"{browser}-address",
            says="an address is taken, and leads to the page for the code",
            action=Fill(browser=browser, page="sign-in", field="email", values=(("email", f"{{{email}}}"),)),
            wants=(status(303), stays_here()),
        ),
        Step(
            name=f"{browser}-code-page",
            says="the page asks for the code" if known else "an address that nobody has gets the same page",
            action=Follow(browser=browser),
            wants=(status(200), page("code"), *(() if known else (same_shape("code_page_owner", "a known address"),))),
            needs=(f"went_{browser}", *(() if known else ("code_page_owner",))),
            page="code",
            keeps=(shape_of(f"code_page_{browser}"),),
        ),
    )
    sent = Step(
        name=f"{browser}-mail",
        says="six digits come by mail",
        action=ReadMail(email=f"{{{email}}}"),
        needs=(f"code_page_{browser}",),
    )
    return (*walk, sent) if known else walk


def _types(name: str, browser: str, code: str, says: str, *wants: Want, times: int = 1, of: str = "") -> Step:
    """Type a code into the page that `of` (else the same browser) was shown."""
    return Step(
        name=name,
        says=says,
        action=Fill(browser=browser, page=f"{of}/code" if of else "code", field="code", values=(("code", code),)),
        wants=wants,
        times=times,
    )


SIGNING_IN = Group(
    title="Login",
    text="""An e-mail address, then a six-digit code that is sent to it. A code lives 10 minutes and works once, in the
browser that asked for it. Five wrong codes within 20 minutes block the address until 20 minutes after the first. An
address that nobody has gets the same page, and no mail. The forms' fields are `email` and `code`.""",
    example="owner-authorize",
    steps=(
        *_asks_for_code("owner", "owner_email", asked(scope="{scope_commas}")),
        _types("wrong-code", "owner", "{wrong_code}", "a wrong code: the page again", page("code")),
        Step(
            name="other-browser-page",
            says="another browser is not shown the page",
            action=Reload(browser="stranger", page="owner/code"),
            wants=(no_form("code"),),
            needs=("code_of_owner",),
        ),
        _types(
            "other-browser",
            "stranger",
            "{code_of_owner}",
            "a code works only in the browser that asked for it",
            status(400, 403, 404, 409, 410),
            no_redirect(),
            of="owner",
        ),
        _types(
            "right-code", "owner", "{code_of_owner_spaced}", "spaces in a code are stripped", status(303), stays_here()
        ),
        Step(
            name="consent-page",
            says="sign-in leads on to consent: who asks, in which networks",
            action=Follow(browser="owner"),
            wants=(status(200), page("network", "decision"), offers("{network} {network_b} {network_c}")),
            needs=("went_owner", "network_c"),
            page="consent",
        ),
        Step(
            name="code-page-again",
            says="who goes back to the page for the code",
            action=Reload(browser="owner", page="code"),
            wants=(status(200), page("code")),
            needs=("code_of_owner",),
            page="code",
        ),
        _types("code-once", "owner", "{code_of_owner}", "finds that a code works once", page("code")),
        *_asks_for_code("nobody", "nobody_email", asked(), known=False),
        *_asks_for_code("locked", "locked_email", asked()),
        _types("four-wrong-codes", "locked", "{wrong_code}", "a wrong code: the page again", page("code"), times=4),
        _types("fifth-wrong-code", "locked", "{wrong_code}", "the fifth wrong code blocks the address", no_redirect()),
        _types("blocked", "locked", "{code_of_locked}", "then the right code is refused too", no_redirect()),
        *_asks_for_code("guest", "guest_email", asked()),
        _types("member-code", "guest", "{code_of_guest}", "a member signs in too", status(303), stays_here()),
        Step(
            name="no-mail-to-nobody",
            says="an address that nobody has gets no mail",
            action=ReadMail(email="{nobody_email}", never=True),
            needs=("code_page_nobody",),
        ),
    ),
)
