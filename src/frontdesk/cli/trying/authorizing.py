"""Step 1 of OAuth2 as steps: a valid authorize request, and every fault of one."""

from frontdesk.cli.trying.steps import Ask, Follow, Group, Pairs, Step
from frontdesk.cli.trying.wants import error_page, page, sent_back, status, stays_here

AUTHORIZE = "/oauth2/authorize"
VALID: Pairs = (
    ("client_id", "{client_id}"),
    ("redirect_uri", "{redirect_uri}"),
    ("response_type", "code"),
    ("scope", "{scope}"),
    ("state", "s 1"),
)


def asked(*, less: str = "", **more: str) -> Pairs:
    """A valid request, changed: without a parameter, or with others in their place or beside them."""
    kept = [(name, value) for name, value in VALID if name != less and name not in more]
    return (*kept, *more.items())


def _difference(query: Pairs) -> str:
    """How a request differs from a valid one."""
    names = [name for name, _ in query]
    gone = [f"without {name}" for name, _ in VALID if name not in names]
    twice = [f"{name} twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    more = [f"{name}={value}" for name, value in query if (name, value) not in VALID and f"{name} twice" not in twice]
    return ", ".join(["a valid request", *gone, *twice, *more])


def authorizes(query: Pairs, browser: str = "") -> Ask:
    """An authorize request, told by how it differs from a valid one."""
    return Ask(method="GET", path=AUTHORIZE, query=query, browser=browser, brief=_difference(query))


def _shown(name: str, says: str, query: Pairs) -> Step:
    return Step(name=name, says=says, action=authorizes(query), wants=error_page())


def _told(name: str, says: str, query: Pairs, error: str, *, state: str = "s 1") -> Step:
    wants = (status(302), sent_back(error=error, state=state))
    return Step(name=name, says=says, action=authorizes(query), wants=wants)


AUTHORIZING = Group(
    title="OAuth2, step 1: the authorize request",
    text="""The partner sends its user's browser to `/oauth2/authorize`. An unknown client, a redirect_uri that is not
registered, or either sent twice, shows an error page and never redirects. Every other fault goes back to the
redirect_uri with `error`, `error_description`, the `state` as it was sent, and `iss`.""",
    example="authorize-valid",
    steps=(
        Step(
            name="authorize-valid",
            says="a valid request is a 302 to the login page",
            action=authorizes(asked(), "stranger"),
            wants=(status(302), stays_here()),
        ),
        Step(
            name="authorize-login-page",
            says="the login page asks for an e-mail address",
            action=Follow(browser="stranger"),
            wants=(status(200), page("email")),
            needs=("went_stranger",),
        ),
        _shown("authorize-unknown-client", "an unknown client: a page", asked(client_id="{unknown_id}")),
        _shown(
            "authorize-other-redirect",
            "a redirect_uri that is not registered: a page",
            asked(redirect_uri="https://nobody.invalid/"),
        ),
        _shown(
            "authorize-redirect-by-letter",
            "a redirect_uri is compared byte for byte",
            asked(redirect_uri="{redirect_uri}/"),
        ),
        _shown("authorize-client-twice", "client_id twice: a page", (*asked(), ("client_id", "{client_id}"))),
        _shown(
            "authorize-redirect-twice", "redirect_uri twice: a page", (*asked(), ("redirect_uri", "{redirect_uri}"))
        ),
        _told("authorize-no-type", "no response_type", asked(less="response_type"), "invalid_request"),
        _told("authorize-token", "response_type=token", asked(response_type="token"), "unsupported_response_type"),
        _told("authorize-no-scope", "no scope", asked(less="scope"), "invalid_scope"),
        _told(
            "authorize-unknown-scope",
            "a scope that the app is not registered for",
            asked(scope="{scope} frontdesk-try.unknown"),
            "invalid_scope",
        ),
        _told("authorize-bad-scope", "a malformed scope", asked(scope='{scope} "'), "invalid_scope"),
        _told(
            "authorize-state-twice",
            "a parameter twice; a state sent twice is not returned",
            (*asked(), ("state", "s 2")),
            "invalid_request",
            state="",
        ),
        _told(
            "authorize-no-state",
            "no state: none comes back",
            asked(less="state", response_type="token"),
            "unsupported_response_type",
            state="",
        ),
        _told("authorize-fragment", "response_mode=fragment", asked(response_mode="fragment"), "invalid_request"),
        _told("authorize-object", "a request object", asked(request="e30.e30."), "request_not_supported"),
        _told("authorize-uri", "a request_uri", asked(request_uri="urn:x"), "request_uri_not_supported"),
        _told(
            "authorize-plain-pkce",
            "code_challenge_method=plain",
            asked(code_challenge="{challenge}", code_challenge_method="plain"),
            "invalid_request",
        ),
        _told(
            "authorize-short-challenge",
            "a code_challenge that is no S256",
            asked(code_challenge="short", code_challenge_method="S256"),
            "invalid_request",
        ),
        _told("authorize-bad-prompt", "a prompt that is not known", asked(prompt="dance"), "invalid_request"),
        _told("authorize-nobody", "prompt=none, and nobody is signed in", asked(prompt="none"), "login_required"),
    ),
)
