"""Consent as steps: what is offered, what is granted, when the page is skipped; and what a code from it buys."""

from frontdesk.cli.trying.authorizing import asked, authorizes
from frontdesk.cli.trying.buying import exchanged, exchanges
from frontdesk.cli.trying.keeps import from_redirect
from frontdesk.cli.trying.steps import Ask, Fill, Follow, Group, Pairs, Step
from frontdesk.cli.trying.wants import (
    buttons,
    networks,
    oauth_fault,
    page,
    passes,
    sent_back,
    status,
    stays_here,
)


def _decides(browser: str, *values: tuple[str, str]) -> Fill:
    return Fill(browser=browser, page="consent", field="decision", values=values)


def _shown_again(name: str, says: str, query: Pairs) -> tuple[Step, Step]:
    """An authorize request of somebody signed in that leads to the consent page."""
    return (
        Step(
            name=name,
            says=says,
            action=authorizes(query, "owner"),
            wants=(status(302), stays_here()),
            needs=("code",),
        ),
        Step(
            name=f"{name}-page",
            says="the page asks again",
            action=Follow(browser="owner"),
            wants=(status(200), page("network", "decision")),
            needs=("went_owner",),
            page="consent",
        ),
    )


CONSENT = Group(
    title="Consent",
    text="""Between sign-in and the redirect stands a page: who asks, for which scopes, in which networks. It offers
the networks in which the user is owner or administrator, and grants only what was ticked. What was posted and not
offered is ignored. The form's fields are `network`, once for each that is ticked, and `decision`: allow or deny.""",
    example="",
    steps=(
        Step(
            name="consent-nothing-to-give",
            says="a user with no network to give gets a page whose only button is deny",
            action=Follow(browser="guest"),
            wants=(status(200), page("decision", lacks="network"), buttons("decision", "deny")),
            needs=("went_guest", "members_are_not_offered"),
            page="consent",
        ),
        Step(
            name="consent-nothing-denied",
            says="deny: access_denied",
            action=_decides("guest", ("decision", "deny")),
            wants=(status(303), sent_back(error="access_denied", state="s 1")),
            needs=("members_are_not_offered",),
        ),
        Step(
            name="consent-empty",
            says="allow with no network left shows the page again",
            action=_decides("owner", ("decision", "allow")),
            wants=(status(200, 400), page("network", "decision")),
            page="consent",
        ),
        Step(
            name="consent-allow",
            says="allow: back to the app with a code; what was not offered is ignored",
            action=_decides(
                "owner",
                ("network", "{network}"),
                ("network", "{network_b}"),
                ("network", "{nowhere}"),
                ("decision", "allow"),
            ),
            wants=(status(303), sent_back(state="s 1")),
            keeps=(from_redirect("code", "code"),),
        ),
    ),
)

CONSENT_AGAIN = Group(
    title="Consent, the next time",
    text="""For a confidential client the page is skipped when the redirect_uri is the same, no scope goes beyond what
was given, and every network that the page would offer was offered then: the answer is the redirect itself, and the
networks are those that were given. `prompt=consent` always shows the page.""",
    example="consent-skipped",
    steps=(
        Step(
            name="consent-skipped",
            says="the same again: no page, but a code at once",
            action=authorizes(asked(), "owner"),
            wants=(status(302), sent_back(state="s 1")),
            needs=("access_token",),
            keeps=(from_redirect("code", "code_skipped"),),
        ),
        exchanged("exchange-skipped", "its code works as any other", "{code_skipped}", "{scope}", "skipped"),
        Step(
            name="networks-skipped",
            says="a skipped consent gives the networks of the earlier one",
            action=Ask(method="GET", path="{path_networks}", bearer="{access_token_skipped}"),
            wants=networks("{network} {network_b}"),
        ),
        *_shown_again("consent-prompted", "prompt=consent always shows the page", asked(prompt="consent")),
        Step(
            name="consent-deny",
            says="deny: access_denied",
            action=_decides("owner", ("decision", "deny")),
            wants=(status(303), sent_back(error="access_denied", state="s 1")),
            needs=("code",),
        ),
        *_shown_again(
            "consent-pkce",
            "a code_challenge (S256) binds the code",
            asked(prompt="consent", code_challenge="{challenge}", code_challenge_method="S256"),
        ),
        Step(
            name="consent-one",
            says="one network is ticked",
            action=_decides("owner", ("network", "{network}"), ("decision", "allow")),
            wants=(status(303), sent_back(state="s 1")),
            needs=("code",),
            keeps=(from_redirect("code", "code_one"),),
        ),
        exchanges(
            "pkce-missing",
            "such a code needs its verifier",
            ("code", "{code_one}"),
            wants=oauth_fault(400, "invalid_grant"),
        ),
        exchanges(
            "pkce-wrong",
            "and no other",
            ("code", "{code_one}"),
            ("code_verifier", "{wrong_verifier}"),
            wants=oauth_fault(400, "invalid_grant"),
        ),
        exchanged(
            "pkce-right",
            "with its verifier it works",
            "{code_one}",
            "{scope}",
            "one",
            ("code_verifier", "{verifier}"),
        ),
        Step(
            name="one-network-needs-no-header",
            says="a grant that was given exactly one network needs no header",
            action=Ask(method="GET", path="{path_call}", bearer="{access_token_one}"),
            wants=passes(),
        ),
    ),
)
