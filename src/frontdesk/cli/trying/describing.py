"""What the server says of itself and of tokens, and what only time could show, as steps."""

from frontdesk.cli.trying.buying import PROOF
from frontdesk.cli.trying.facts import Facts
from frontdesk.cli.trying.steps import Answer, Ask, Group, Keep, Step, Wait, Want
from frontdesk.cli.trying.wants import has, is_json, member, oauth_fault, status


def _names(name: str, path: str) -> Want:
    """An endpoint below the issuer, or the issuer itself."""

    def judge(answer: Answer, facts: Facts) -> str:
        wanted = facts.get("issuer") + path
        found = answer.document.get(name)
        if found == wanted:
            return ""
        return f"{name} is not {wanted}" + (": try that address instead" if not path and found else "")

    return Want(words=f"`{name}`: {path or 'the address that was asked'}", judge=judge)


def _has_one(name: str, value: str) -> Want:
    def judge(answer: Answer, _: Facts) -> str:
        found = answer.document.get(name)
        return "" if isinstance(found, list) and value in found else f"{name} without {value}"

    return Want(words=f"`{name}` has `{value}`", judge=judge)


METADATA = Group(
    title="Metadata",
    text="""The server describes itself (RFC 8414); `iss` in every redirect is its issuer (RFC 9207).""",
    example="metadata",
    steps=(
        Step(
            name="metadata",
            says="the endpoints, below the issuer",
            action=Ask(method="GET", path="/.well-known/oauth-authorization-server"),
            wants=(
                status(200),
                has("Content-Type", "application/json"),
                _names("issuer", ""),
                _names("authorization_endpoint", "/oauth2/authorize"),
                _names("token_endpoint", "/oauth2/token"),
                _names("revocation_endpoint", "/oauth2/revoke"),
                _has_one("response_types_supported", "code"),
                _has_one("grant_types_supported", "authorization_code"),
                _has_one("grant_types_supported", "refresh_token"),
                _has_one("token_endpoint_auth_methods_supported", "client_secret_post"),
                _has_one("token_endpoint_auth_methods_supported", "client_secret_basic"),
                _has_one("code_challenge_methods_supported", "S256"),
                member("authorization_response_iss_parameter_supported", True),
            ),
            keeps=(Keep(name="path_introspection", read=lambda answer: _path(answer, "introspection_endpoint")),),
        ),
    ),
)


def _path(answer: Answer, name: str) -> str:
    """The path of an endpoint below this very issuer."""
    issuer, endpoint = answer.document.get("issuer"), answer.document.get(name)
    if not isinstance(issuer, str) or not isinstance(endpoint, str) or not endpoint.startswith(f"{issuer}/"):
        return ""
    return endpoint.removeprefix(issuer)


INTROSPECT = "{path_introspection}"


def not_active() -> tuple[Want, ...]:
    """What there is to say of a token that is worth nothing."""
    return status(200), is_json('{"active":false}', {"active": False}), has("Cache-Control", "no-store")


INTROSPECTION = Group(
    title="Introspection",
    text="""A confidential client may ask what its own tokens are worth (RFC 7662), with client authentication.""",
    example="introspect-live",
    steps=(
        Step(
            name="introspect-live",
            says="an access token of its own",
            action=Ask(method="POST", path=INTROSPECT, form=(*PROOF, ("token", "{access_token}"))),
            wants=(status(200), member("active", True), has("Cache-Control", "no-store")),
        ),
        Step(
            name="introspect-unknown",
            says="an unknown token is not active, and nothing more is said",
            action=Ask(method="POST", path=INTROSPECT, form=(*PROOF, ("token", "{unknown_token}"))),
            wants=not_active(),
        ),
        Step(
            name="introspect-wrong-secret",
            says="a wrong secret",
            action=Ask(
                method="POST",
                path=INTROSPECT,
                form=(("client_id", "{client_id}"), ("client_secret", "{wrong_secret}"), ("token", "{unknown_token}")),
            ),
            wants=oauth_fault(401, "invalid_client"),
        ),
    ),
)

TIME = Group(
    title="What only time shows",
    text="""A trial does not wait for these.""",
    example="",
    steps=(
        Step(name="code-expires", says="invalid_grant", action=Wait(asked="exchange a code after 60 seconds")),
        Step(name="access-expires", says="401", action=Wait(asked="call with an access token after one hour")),
        Step(name="refresh-lives", says="200", action=Wait(asked="refresh after a year")),
        Step(name="block-ends", says="the right code works", action=Wait(asked="sign in 20 minutes after the block")),
        Step(name="login-code-expires", says="refused", action=Wait(asked="sign in with a code after 10 minutes")),
        Step(
            name="wrong-codes-a-day",
            says="blocked",
            action=Wait(asked="a 21st wrong code for an address within 24 hours"),
        ),
        Step(name="mail-a-minute", says="no second mail", action=Wait(asked="ask for codes six times within an hour")),
    ),
)
