"""Every page in every state: what the browser walk visits, and as whom. Add a line for each page and state of yours.

    Stop("api", "/account/networks/{network}/api", OLENA)
    Stop("api-mistyped", "/account/networks/{network}/api", OLENA, regenerate("Northside"))

`{network}` and the like are filled in by `Stage.path`. What has to be there before is made in `stage.set_the_stage`.
What is done on the page must not need words, because the walk speaks four languages: find buttons by form or value.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from playwright.sync_api import Page

from browser.stage import MIKA, NIL, NOBODY, OLENA, RUTH, VERA, Stage
from frontdesk.protocol.ids import NetworkId
from frontdesk.protocol.network_rules import NetworkRules

Deed: TypeAlias = Callable[[Page, Stage], None]


def nothing(page: Page, stage: Stage) -> None:
    """The page as it opens."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One page in one state. `name` names its pictures; `does` brings the state about."""

    name: str
    path: str
    whom: str = NOBODY
    does: Deed = nothing


def press(form: str, *, value: str = "") -> Deed:
    """Send the form whose action ends like this, by its button of this value or its first."""

    def deed(page: Page, stage: Stage) -> None:
        _open_folds(page)
        button = f"button[value='{value}']" if value else "button"
        page.locator(f"form[action$='{form}'] {button}").first.click()

    return deed


def fill(form: str, **values: str) -> Deed:
    """Fill a form's fields and send it."""

    def deed(page: Page, stage: Stage) -> None:
        _open_folds(page)
        for name, value in values.items():
            page.locator(f"form[action$='{form}'] input[name={name}]").fill(value)
        page.locator(f"form[action$='{form}'] button").first.click()

    return deed


def _open_folds(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")


def asks_for_a_code(page: Page, stage: Stage) -> None:
    """As far as the code page, for an address that nobody has."""
    stage.story.clock.pass_minutes(2)
    fill("/sign-in", email="somebody@nowhere.example")(page, stage)


def types_a_wrong_code(page: Page, stage: Stage) -> None:
    """One of five."""
    asks_for_a_code(page, stage)
    fill("/sign-in/code", code="123456")(page, stage)


def is_blocked(page: Page, stage: Stage) -> None:
    """All five."""
    asks_for_a_code(page, stage)
    for _ in range(5):
        fill("/sign-in/code", code="123456")(page, stage)


def comes_from_the_app(page: Page, stage: Stage) -> None:
    """By the link of the app that nobody connected."""
    page.goto(stage.url + stage.partner.authorize_target(prompt="consent"))


def comes_from_the_choosy_app(page: Page, stage: Stage) -> None:
    """By the link of the app that can do without some of what it asks for."""
    page.goto(stage.url + stage.choosy.authorize_target(prompt="consent"))


def looks_for_a_network(page: Page, stage: Stage) -> None:
    """Among many; one is ticked before."""
    comes_from_the_choosy_app(page, stage)
    page.locator("input[name=network]").nth(3).check()
    page.locator("input[name=sought]").fill("Studios 2")
    page.locator("input[name=sought]").press("Enter")
    page.wait_for_load_state()


def allows_nowhere(page: Page, stage: Stage) -> None:
    """Without a network ticked."""
    comes_from_the_app(page, stage)
    for box in page.locator("input[name=network]").all():
        box.uncheck()
    page.locator("button[value=allow]").click()


def opens_freshly(page: Page, stage: Stage) -> None:
    """The page again, for somebody who signed in a moment ago."""
    sessions, now = stage.story.house.store.sessions, stage.story.clock.now()  # type: ignore[attr-defined]
    sessions.update({key: replace(session, signed_in_at=now) for key, session in sessions.items()})
    page.reload()


def wishes_in_vain(page: Page, stage: Stage) -> None:
    """Several fields are wrong."""
    opens_freshly(page, stage)
    page.locator("textarea[name=operations]").fill("GET /resource/v1")
    page.locator("textarea[name=addresses]").fill("192.0.2.7/24")
    fill("/new", name="Accounting", last_day="2020-01-31")(page, stage)


def narrows_in_vain(page: Page, stage: Stage) -> None:
    """The main pair, to what is no address."""
    opens_all(page, stage)
    page.locator("textarea[name=addresses]").fill("192.0.2.7/24")
    page.locator("form[action$='/api/change'] button").first.click()


def only_reads(page: Page, stage: Stage) -> None:
    """What is connected to the network, with everything open."""
    grants = stage.story.house.store.grants  # type: ignore[attr-defined]
    for key, grant in list(grants.items()):
        edges = tuple(replace(edge, reads_only=edge.dropped_at is None) for edge in grant.edges)
        grants[key] = replace(grant, edges=edges)
    page.reload()
    opens_all(page, stage)


def asks_for_a_passkey(page: Page, stage: Stage) -> None:
    """The page of a network whose rules say so, as long as it takes to look at it."""
    rules, network = stage.story.house.store.network_rules, NetworkId(stage.north.id)  # type: ignore[attr-defined]
    before = rules.get(network)
    rules[network] = NetworkRules(network_id=network, version=1, owner_passkey=True)
    page.reload()
    del rules[network]
    if before is not None:
        rules[network] = before


def makes_credentials(page: Page, stage: Stage) -> None:
    """Another pair, and its secret."""
    opens_freshly(page, stage)
    fill("/new", name=f"Night shift {stage.story.clock.now()}-{len(page.context.pages)}")(page, stage)


def opens_all(page: Page, stage: Stage) -> None:
    """With every fold open."""
    _open_folds(page)


def opens_the_folds_freshly(page: Page, stage: Stage) -> None:
    """The same, of somebody who signed in a moment ago."""
    opens_freshly(page, stage)
    _open_folds(page)


def just_signed_in(path: str, then: Deed = nothing) -> Deed:
    """The page at `path`, of somebody who has just signed in, whatever the other stops did to the clock."""

    def deed(page: Page, stage: Stage) -> None:
        sessions, now = stage.story.house.store.sessions, stage.story.clock.now()  # type: ignore[attr-defined]
        for key, session in list(sessions.items()):
            sessions[key] = replace(session, signed_in_at=now, last_seen_at=now)
        page.goto(stage.url + path)
        then(page, stage)

    return deed


def asks_for_a_link(page: Page, stage: Stage) -> None:
    """As far as the page that says where the link went."""
    stage.story.clock.pass_minutes(2)
    fill("/sign-up", email="somebody@nowhere.example")(page, stage)


def describes(page: Page, step: str, *uris: str, scope: str = "") -> None:
    """Fill in what an app is, and press one of the two buttons."""
    _open_folds(page)
    page.locator("input[name=name]").fill("Room Lights")
    page.locator("textarea[name=redirect_uris]").fill("\n".join(uris))
    page.locator("input[name=probe]").fill("https://lights.example/cb/")
    if scope:
        page.locator(f"select[name='scope:{scope}']").select_option("required")
    page.locator(f"button[value={step}]").click()


def checks_addresses(page: Page, stage: Stage) -> None:
    """One is good, one is not."""
    describes(page, "check", "https://lights.example/cb", "http://lights.example/cb")


def types_addresses(page: Page, stage: Stage) -> None:
    """One is good, one is not, what the app sends is near: all is said without a button."""
    page.locator("textarea[name=redirect_uris]").press_sequentially("http://lights.example/cb")
    page.locator("#verdicts code").first.wait_for(state="visible")
    page.locator("textarea[name=redirect_uris]").press_sequentially("\nhttps://lights.example/cb")
    page.locator("#verdicts li").first.wait_for(state="visible")


def describes_badly(page: Page, stage: Stage) -> None:
    """With a bad address, and nothing to do."""
    describes(page, "save", "http://lights.example/cb")


def makes_an_app(page: Page, stage: Stage) -> None:
    """As far as its secret."""
    describes(page, "save", scope="resources")


def tries_an_app(page: Page, stage: Stage) -> None:
    """As far as our test page, with a code."""
    makes_an_app(page, stage)
    page.locator("a[href$='/try']").first.click()
    page.locator("a[href*='/oauth2/authorize']").first.click()
    page.wait_for_timeout(1_200)  # Allow can be pressed after a pause
    page.locator("button[value=allow]").click()
    page.wait_for_url("**/partner/try**")


def uploads_a_drawing(page: Page, stage: Stage) -> None:
    """Which is a program, whatever it is called."""
    drawing = {"name": "logo.png", "mimeType": "image/png", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    page.locator("input[name=picture]").set_input_files(drawing)
    page.locator("button[value=save]").click()


def invites_a_maker(email: str) -> Deed:
    """Somebody shall be one of the app's makers, a while after the last one was invited."""

    def deed(page: Page, stage: Stage) -> None:
        stage.story.clock.pass_minutes(2)
        opens_freshly(page, stage)
        page.locator("input[name=email]").fill(email)
        page.locator("form").evaluate_all("forms => forms.forEach(form => { form.noValidate = true })")
        page.locator("button[value=invite]").click()

    return deed


def accepts_namelessly(page: Page, stage: Stage) -> None:
    """Without a name as a maker of apps."""
    page.locator("button[value=accept]").click()


API = "/account/networks/{network}/api"
MEMBERS = "/account/networks/{network}/members"
INVITATION = "/account/invitations/{invited}"
SECOND = "/account/security/second"
CREDENTIAL = API + "/credentials/{credential}"

STOPS: tuple[Stop, ...] = (
    # signing in
    Stop("sign-in", "/sign-in"),
    Stop("sign-in-problem", "/sign-in", NOBODY, fill("/sign-in", email="olena..k@north.example")),
    Stop("sign-in-for-an-app", "/livez", NOBODY, comes_from_the_app),
    Stop("sign-in-again", "/sign-in?again=1&next=/account", NOBODY),
    Stop("code", "/sign-in", NOBODY, asks_for_a_code),
    Stop("code-wrong", "/sign-in", NOBODY, types_a_wrong_code),
    Stop("code-blocked", "/sign-in", NOBODY, is_blocked),
    Stop("signed-out", "/signed-out"),
    Stop("language", "/language?next=/account"),
    # consent
    Stop("consent", "/livez", OLENA, comes_from_the_app),
    Stop("consent-problem", "/livez", OLENA, allows_nowhere),
    Stop("consent-choices", "/livez", OLENA, comes_from_the_choosy_app),
    Stop("consent-more-among-many", "/livez", VERA, comes_from_the_choosy_app),
    Stop("consent-found", "/livez", VERA, looks_for_a_network),
    Stop("consent-without-networks", "/livez", NIL, comes_from_the_app),
    # networks
    Stop("networks", "/account", OLENA),
    Stop("networks-none-owned", "/account", NIL),
    Stop("networks-none", "/account", RUTH),
    Stop("api", API, OLENA),
    Stop("api-open", API, OLENA, opens_all),
    Stop("api-narrow-problem", API, OLENA, narrows_in_vain),
    Stop("api-mistyped", API, OLENA, fill("/regenerate", title="Northside")),
    Stop("api-secret", API, OLENA, press("/reveal")),
    Stop("api-fresh-secret", API, OLENA, fill("/regenerate", title="Northside Coworking")),
    Stop("api-not-kept", "/account/networks/{forgotten}/api", OLENA),
    Stop("credential", CREDENTIAL, OLENA, opens_all),
    Stop("credential-mistyped", CREDENTIAL, OLENA, fill("/regenerate", title="Northside")),
    Stop("credential-problem", CREDENTIAL, OLENA, fill("/change", name="Reports", last_day="2020-01-31")),
    Stop("credential-secret", CREDENTIAL, OLENA, press("/reveal")),
    Stop("credentials-new-not-fresh", f"{API}/new", OLENA),
    Stop("credentials-new", f"{API}/new", OLENA, opens_freshly),
    Stop("credentials-new-problem", f"{API}/new", OLENA, wishes_in_vain),
    Stop("credentials-new-secret", f"{API}/new", OLENA, makes_credentials),
    Stop("guests", "/account/networks/{network}/apps", OLENA),
    Stop("guests-only-reading", "/account/networks/{network}/apps", OLENA, only_reads),
    Stop("owner-asked-for-a-passkey", "/account/networks/{network}/apps", OLENA, asks_for_a_passkey),
    Stop("requests", "/account/networks/{network}/requests", OLENA),
    Stop("requests-empty", "/account/networks/{network}/requests?status=429", OLENA),
    Stop("request", "/account/networks/{network}/requests/{refused}", OLENA),
    Stop("app-requests", "/partner/apps/{client}/requests", MIKA),
    Stop("app-requests-problem", "/partner/apps/{client}/requests?other=north", MIKA),
    Stop("history", "/account/networks/{network}/history", OLENA),
    Stop("history-problem", "/account/networks/{network}/history?since=yesterday", OLENA),
    Stop("history-empty", "/account/networks/{network}/history?since=2001-01-01&until=2001-01-02", OLENA),
    Stop("rules", "/account/networks/{network}/rules", OLENA),
    Stop("rules-problem", "/account/networks/{network}/rules", OLENA, fill("/rules", days="many", another="x")),
    Stop("owner", "/account/networks/{network}/owner", OLENA),
    Stop("members", MEMBERS, OLENA, opens_the_folds_freshly),
    Stop("members-not-fresh", MEMBERS, OLENA, opens_all),
    Stop("members-problem", MEMBERS, OLENA, fill("/invite", email="olena..k@north.example")),
    Stop("members-found-nobody", f"{MEMBERS}?q=zzz", OLENA),
    Stop("members-of-an-administrator", "/account/networks/{harbour}/members", OLENA, opens_all),
    Stop("invitation", INVITATION),
    Stop("invitation-of-another", INVITATION, OLENA),
    Stop("invitation-of-yours", INVITATION, NIL),
    Stop("invitation-gone", "/account/invitations/fdil_x"),
    # partners
    Stop("partner-sign-up", "/partner/sign-up"),
    Stop("partner-sign-up-problem", "/partner/sign-up", NOBODY, fill("/sign-up", email="olena..k@north.example")),
    Stop("partner-sign-up-sent", "/partner/sign-up", NOBODY, asks_for_a_link),
    Stop("partner-sign-up-late", "/partner/sign-up/confirm?request=x"),
    Stop("partner-join", "/partner", NIL),
    Stop("partner-join-problem", "/partner", NIL, fill("/partner", name=" ", homepage="http://x.example")),
    Stop("partner", "/partner", MIKA),
    Stop("partner-app-new", "/partner/apps/new", MIKA),
    Stop("partner-app-new-typed", "/partner/apps/new", MIKA, types_addresses),
    Stop("partner-app-new-checked", "/partner/apps/new", MIKA, checks_addresses),
    Stop("partner-app-new-problem", "/partner/apps/new", MIKA, describes_badly),
    Stop("partner-app-made", "/partner/apps/new", MIKA, makes_an_app),
    Stop("partner-app-landed", "/partner/apps/new", MIKA, tries_an_app),
    Stop("partner-app", "/partner/apps/{client}", MIKA),
    Stop("partner-app-about", "/partner/apps/{client}/about", MIKA),
    Stop("partner-app-logo", "/partner/apps/{client}/logo", MIKA),
    Stop("partner-app-logo-refused", "/partner/apps/{client}/logo", MIKA, uploads_a_drawing),
    Stop("partner-app-makers", "/partner/apps/{client}/makers", MIKA, opens_all),
    Stop("partner-app-makers-problem", "/partner/apps/{client}/makers", MIKA, invites_a_maker("mika@@harbour.example")),
    Stop("partner-app-makers-invited", "/partner/apps/{client}/makers", MIKA, invites_a_maker("new@harbour.example")),
    Stop("partner-invitation", "/partner/invitations/{invitation}", VERA),
    Stop("partner-invitation-problem", "/partner/invitations/{invitation}", VERA, accepts_namelessly),
    Stop("partner-invitation-of-another", "/partner/invitations/{invitation}", NIL),
    Stop("partner-app-secrets", "/partner/apps/{client}/security", MIKA, opens_all),
    Stop("partner-app-start", "/partner/apps/{client}/start", MIKA, opens_all),
    Stop("partner-app-try", "/partner/apps/{client}/try", MIKA),
    Stop("partner-app-review", "/partner/apps/{client}/review", MIKA),
    # a user's own
    Stop("apps", "/account/apps", OLENA),
    Stop("apps-unused", "/account/apps", VERA),
    Stop("apps-empty", "/account/apps", RUTH),
    Stop("security", "/account/security", OLENA),
    Stop("security-freshly", "/account/security", OLENA, opens_the_folds_freshly),
    Stop("passkey", "/account/security", OLENA, just_signed_in("/account/security/passkeys")),
    Stop("second-set-up", "/account/security", OLENA, just_signed_in(SECOND)),
    Stop("second-set-up-wrong", "/account/security", OLENA, just_signed_in(SECOND, fill("/second", code="12345"))),
    Stop("profile", "/account/profile", OLENA),
    Stop("profile-email", "/account/profile/email", OLENA),
    Stop("profile-delete", "/account/profile/delete", OLENA),
    # operators
    Stop("operator", "/operator", RUTH),
    Stop("operator-tested", "/operator", RUTH, press("/mail")),
    Stop("operator-queue", "/operator/apps", RUTH),
    Stop("operator-search", "/operator/search?q=n", RUTH),
    Stop("operator-search-nothing", "/operator/search?q=zzz", RUTH),
    Stop("operator-network", "/operator/networks/{network}", RUTH),
    Stop("operator-person", "/operator/people/{member}", RUTH),
    Stop("operator-person-kept", "/operator/people/{owner}", RUTH, press("/service")),
    Stop("operator-app", "/operator/apps/{client}", RUTH),
    Stop("operator-app-waiting", "/operator/apps/{waiting}", RUTH),
    Stop("operator-app-returned-bare", "/operator/apps/{waiting}", RUTH, press("/review", value="return")),
    Stop("operators", "/operator/operators", RUTH),
    Stop("operators-problem", "/operator/operators", RUTH, fill("/operators", email="nobody..x@nowhere.example")),
    Stop("operator-setup", "/operator/setup/{link}"),
    Stop("operator-setup-signed-in", "/operator/setup/{link}", NIL),
    # errors
    Stop("error-not-found", "/account/nothing", OLENA),
    Stop("error-not-found-signed-out", "/account/nothing"),
    Stop("error-not-the-owner", API, NIL),
    Stop("error-stale-request", "/consent?request=x"),
    Stop("error-stale-code", "/sign-in/code?challenge=x"),
    Stop("error-bad-link", "/oauth2/authorize?client_id=nobody"),
)
