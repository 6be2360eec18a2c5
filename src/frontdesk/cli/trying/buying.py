"""Steps 2 and 4 of OAuth2 as steps: codes and refresh tokens become access tokens, or the reason why not."""

from frontdesk.cli.trying.keeps import from_json
from frontdesk.cli.trying.steps import Ask, Group, Pairs, Step, Want
from frontdesk.cli.trying.wants import has, oauth_fault, tokens

TOKEN = "/oauth2/token"  # noqa: S105 - a path
PROOF: Pairs = (("client_id", "{client_id}"), ("client_secret", "{client_secret}"))
OTHER_PROOF: Pairs = (("client_id", "{other_client_id}"), ("client_secret", "{other_client_secret}"))
CODE = ("grant_type", "authorization_code")
REFRESH = ("grant_type", "refresh_token")
APP = ("{client_id}", "{client_secret}")


def posts(name: str, says: str, form: Pairs, *, wants: tuple[Want, ...], basic: tuple[str, str] | None = None) -> Step:
    """A token request."""
    return Step(name=name, says=says, action=Ask(method="POST", path=TOKEN, form=form, basic=basic), wants=wants)


def exchanges(name: str, says: str, *more: tuple[str, str], wants: tuple[Want, ...], proof: Pairs = PROOF) -> Step:
    """An exchange that is refused, or answers in another way."""
    return posts(name, says, (*proof, CODE, *more), wants=wants)


def exchanged(name: str, says: str, code: str, scope: str, label: str, *more: tuple[str, str]) -> Step:
    """An exchange that works; its tokens are kept under a label."""
    tail = f"_{label}" if label else ""
    return Step(
        name=name,
        says=says,
        action=Ask(method="POST", path=TOKEN, form=(*PROOF, CODE, ("code", code), *more)),
        wants=tokens(scope),
        keeps=(
            from_json("access_token", f"access_token{tail}"),
            from_json("refresh_token", f"refresh_token{tail}"),
        ),
    )


def _refreshes(name: str, says: str, *more: tuple[str, str], wants: tuple[Want, ...], proof: Pairs = PROOF) -> Step:
    return posts(name, says, (*proof, REFRESH, *more), wants=wants)


_WRONG: Pairs = (("client_id", "{client_id}"), ("client_secret", "{wrong_secret}"))
_UNKNOWN_CODE = ("code", "{unknown_token}")
_HELD = ("refresh_token", "{refresh_token}")
_BAD_CLIENT = oauth_fault(401, "invalid_client")
_BAD_REQUEST = oauth_fault(400, "invalid_request")
_BAD_GRANT = oauth_fault(400, "invalid_grant")
_BAD_SCOPE = oauth_fault(400, "invalid_scope")

EXCHANGE = Group(
    title="OAuth2, step 2: the exchange",
    text="""The partner's server posts the code to `/oauth2/token` with `client_id` and `client_secret` in the form, or
in HTTP Basic. The request needs no redirect_uri; one that is sent must match. Faults are JSON with `error` (RFC 6749
5.2), and no token answer may be stored.""",
    example="exchange",
    steps=(
        exchanges("client-wrong-secret", "a wrong secret", _UNKNOWN_CODE, wants=_BAD_CLIENT, proof=_WRONG),
        exchanges(
            "client-unknown",
            "an unknown client",
            _UNKNOWN_CODE,
            wants=_BAD_CLIENT,
            proof=(("client_id", "{unknown_id}"), ("client_secret", "{wrong_secret}")),
        ),
        posts(
            "client-wrong-basic",
            "a wrong secret in Basic: with a challenge",
            (CODE, _UNKNOWN_CODE),
            basic=("{client_id}", "{wrong_secret}"),
            wants=(*_BAD_CLIENT, has("WWW-Authenticate", "Basic")),
        ),
        posts("client-two-secrets", "two secrets", (*PROOF, CODE, _UNKNOWN_CODE), basic=APP, wants=_BAD_REQUEST),
        posts(
            "client-two-ids",
            "two different ids",
            (("client_id", "{unknown_id}"), CODE, _UNKNOWN_CODE),
            basic=APP,
            wants=_BAD_REQUEST,
        ),
        posts("no-grant-type", "no grant_type", PROOF, wants=_BAD_REQUEST),
        posts(
            "unknown-grant-type",
            "a grant_type that is not offered",
            (*PROOF, ("grant_type", "password")),
            wants=oauth_fault(400, "unsupported_grant_type"),
        ),
        exchanges("no-code", "no code", wants=_BAD_REQUEST),
        exchanges("unknown-code", "an unknown code", _UNKNOWN_CODE, wants=_BAD_GRANT),
        exchanges("code-twice", "a parameter twice", _UNKNOWN_CODE, _UNKNOWN_CODE, wants=_BAD_REQUEST),
        exchanges("code-of-another", "another app's code", ("code", "{code}"), wants=_BAD_GRANT, proof=OTHER_PROOF),
        exchanges(
            "exchange-wrong-redirect",
            "a redirect_uri that is sent must match",
            ("code", "{code}"),
            ("redirect_uri", "{redirect_uri}/"),
            wants=_BAD_GRANT,
        ),
        exchanged(
            "exchange",
            "a code buys both tokens; scope holds what was granted, separated by spaces, in the order asked",
            "{code}",
            "{scope}",
            "",
        ),
    ),
)

RENEWAL = Group(
    title="OAuth2, step 4: refreshing",
    text="""A refresh token has no expiry date and does not change on refresh; each refresh gives a new access token for
an hour. The scope may shrink; what was never asked for is `invalid_scope`.""",
    example="refresh",
    steps=(
        _refreshes(
            "refresh",
            "the same refresh token again",
            _HELD,
            wants=tokens("{scope}", refresh="{refresh_token}"),
        ),
        posts(
            "refresh-basic",
            "the client may authenticate with Basic, both halves form-encoded",
            (REFRESH, _HELD),
            basic=("{client_id_encoded}", "{client_secret}"),
            wants=tokens("{scope}", refresh="{refresh_token}"),
        ),
        Step(
            name="refresh-narrower",
            says="the scope may shrink",
            action=Ask(method="POST", path=TOKEN, form=(*PROOF, REFRESH, _HELD, ("scope", "{scope_a}"))),
            wants=tokens("{scope_a}", refresh="{refresh_token}"),
            keeps=(from_json("access_token", "access_token_narrow"),),
        ),
        _refreshes(
            "refresh-restored",
            "and is whole again the next time",
            _HELD,
            ("scope", "{scope_commas}"),
            wants=tokens("{scope}", refresh="{refresh_token}"),
        ),
        _refreshes(
            "refresh-wider",
            "a scope that was never asked for",
            _HELD,
            ("scope", "{scope} frontdesk-try.unknown"),
            wants=_BAD_SCOPE,
        ),
        _refreshes("refresh-other-client", "another app's refresh token", _HELD, wants=_BAD_GRANT, proof=OTHER_PROOF),
        _refreshes("refresh-wrong-secret", "a wrong secret", _HELD, wants=_BAD_CLIENT, proof=_WRONG),
        _refreshes(
            "refresh-with-access",
            "an access token is no refresh token",
            ("refresh_token", "{access_token}"),
            wants=_BAD_GRANT,
        ),
        _refreshes(
            "refresh-unknown", "an unknown refresh token", ("refresh_token", "{unknown_token}"), wants=_BAD_GRANT
        ),
        _refreshes("refresh-none", "no refresh_token", wants=_BAD_REQUEST),
    ),
)
