"""Step 3 of OAuth2 and what a refused call gets, as steps: every check at the door, and the order they come in."""

from frontdesk.cli.trying.callers import NETWORK_HEADER, PAIR
from frontdesk.cli.trying.keeps import whole
from frontdesk.cli.trying.steps import Ask, Group, Pairs, Step, Want
from frontdesk.cli.trying.wants import (
    allows,
    challenges,
    lists_scopes,
    networks,
    passes,
    refusal,
    same_as,
    seconds_to_wait,
    some_are,
    status,
)

IN_A: Pairs = ((NETWORK_HEADER, "{network}"),)
ELSEWHERE: Pairs = ((NETWORK_HEADER, "{nowhere}"),)
_BAD = refusal(400, "invalidRequest")


def calls(
    name: str,
    says: str,
    wants: tuple[Want, ...],
    *,
    token: str = "",
    basic: tuple[str, str] | None = None,
    headers: Pairs = (),
    path: str = "{path_call}",
    query: Pairs = (),
    method: str = "GET",
    needs: tuple[str, ...] = (),
) -> Step:
    """One call to the API."""
    action = Ask(method=method, path=path, query=query, headers=headers, basic=basic, bearer=token)
    return Step(name=name, says=says, action=action, wants=wants, needs=needs)


_TOKEN, _NARROW = "{access_token}", "{access_token_narrow}"

CALLS = Group(
    title="OAuth2, step 3: calling the API",
    text="""`Authorization: Bearer …`, and in `spacebring-network-id` one of the networks that the user chose. A call
without the header is 400 `networkRequired` unless the grant was ever given exactly one network. A network outside the
grant is 403 `networkForbidden`, the same answer whether or not it exists. `GET /networks/v1` needs none.""",
    example="bearer-call",
    steps=(
        calls("bearer-call", "in a network that was chosen", passes(), token=_TOKEN, headers=IN_A),
        calls(
            "bearer-second-network",
            "in another one that was chosen",
            passes(),
            token=_TOKEN,
            headers=((NETWORK_HEADER, "{network_b}"),),
        ),
        calls("bearer-no-network", "several networks, no header", refusal(400, "networkRequired"), token=_TOKEN),
        Step(
            name="bearer-unknown-network",
            says="a network that does not exist",
            action=Ask(method="GET", path="{path_call}", bearer=_TOKEN, headers=ELSEWHERE),
            wants=refusal(403, "networkForbidden"),
            keeps=(whole("bearer_refused"),),
        ),
        calls(
            "bearer-unticked-network",
            "one that was not ticked: the same answer",
            (*refusal(403, "networkForbidden"), same_as("bearer_refused", "a network that does not exist")),
            token=_TOKEN,
            headers=((NETWORK_HEADER, "{network_c}"),),
            needs=("bearer_refused",),
        ),
        calls(
            "networks-bearer",
            "the networks of the grant; no header is needed",
            networks("{network} {network_b}"),
            token=_TOKEN,
            path="{path_networks}",
        ),
        calls(
            "networks-bearer-header",
            "a header that is sent is checked all the same",
            refusal(403, "networkForbidden"),
            token=_TOKEN,
            path="{path_networks}",
            headers=ELSEWHERE,
        ),
        calls(
            "refresh-token-as-bearer",
            "a refresh token opens nothing at the API",
            refusal(401, "unauthenticated"),
            token="{refresh_token}",  # noqa: S106 - the name of a fact
            headers=IN_A,
        ),
    ),
)

ORDER = Group(
    title="What a refused call gets, and the order of the checks",
    text="""JSON with `message` and `type`, `X-Request-Id`, and for 401 and insufficient scope a challenge for each
scheme that would do. The first check that fails decides: 400 `invalidRequest`, 404 or 405, 401, 429, 403
`schemeForbidden`, 400 or 403 for the network, 403 `insufficientScope`.""",
    example="scope-missing",
    steps=(
        calls("target-double-slash", "an ambiguous target", _BAD, path="/{path_call}"),
        calls("target-encoded-slash", "an ambiguous target", _BAD, path="{path_call}/a%2Fb"),
        calls("target-dots", "an ambiguous target", _BAD, path="{path_call}/../v1"),
        calls("target-semicolon", "an ambiguous target", _BAD, path="{path_call};a=b"),
        calls(
            "token-in-query",
            "a token in the query is refused",
            _BAD,
            basic=PAIR,
            query=(("access_token", "{unknown_token}"),),
        ),
        calls(
            "two-credentials",
            "two credentials",
            _BAD,
            basic=PAIR,
            headers=(("Authorization", "Bearer {unknown_token}"),),
        ),
        calls("network-twice", "the network header twice", _BAD, headers=(*IN_A, *IN_A)),
        calls("network-malformed", "a malformed network id", _BAD, headers=((NETWORK_HEADER, "1"),)),
        calls(
            "malformed-before-unknown",
            "a malformed call to an unknown path is 400, not 404",
            _BAD,
            path="{path_unknown}",
            headers=((NETWORK_HEADER, "1"),),
        ),
        calls(
            "unknown-path",
            "no such path, before any credential is asked for",
            refusal(404, "unknownOperation"),
            path="{path_unknown}",
        ),
        calls(
            "unlisted-method",
            "not this method, before any credential is asked for",
            (*refusal(405, "methodNotAllowed"), allows("{method_s_listed}")),
            path="{path_unlisted}",
            method="{method_unlisted}",
        ),
        calls(
            "overlapping-templates",
            "two templates fit, and neither lists the method: the methods of both",
            (*refusal(405, "methodNotAllowed"), allows("{method_s_overlap}")),
            path="{path_overlap}",
            method="{method_overlap}",
        ),
        calls(
            "head-follows-get", "HEAD follows GET", (status(200),), method="HEAD", basic=PAIR, path="{path_networks}"
        ),
        calls(
            "credential-before-network",
            "a wrong credential in another network is 401",
            refusal(401, "unauthenticated"),
            basic=("{basic_id}", "{wrong_secret}"),
            headers=ELSEWHERE,
        ),
        calls(
            "scheme-before-network",
            "Basic where only OAuth2 is allowed, and in another network: schemeForbidden",
            refusal(403, "schemeForbidden"),
            basic=PAIR,
            path="{path_oauth_only}",
            method="{method_oauth_only}",
            headers=ELSEWHERE,
        ),
        calls(
            "scheme-basic-only",
            "a token where only Basic is allowed",
            refusal(403, "schemeForbidden"),
            token=_TOKEN,
            path="{path_basic_only}",
            method="{method_basic_only}",
            headers=ELSEWHERE,
        ),
        calls(
            "network-before-scope",
            "a token without the scope, in another network: networkForbidden",
            refusal(403, "networkForbidden"),
            token=_NARROW,
            path="{path_narrow}",
            headers=ELSEWHERE,
        ),
        calls(
            "no-network-before-scope",
            "a token without the scope, and no network: networkRequired",
            refusal(400, "networkRequired"),
            token=_NARROW,
            path="{path_narrow}",
        ),
        calls(
            "scope-missing",
            "a token that holds none of the operation's scopes",
            (
                *refusal(403, "insufficientScope"),
                challenges("Bearer", error="insufficient_scope"),
                lists_scopes("{scope_s_narrow}"),
            ),
            token=_NARROW,
            path="{path_narrow}",
            headers=IN_A,
        ),
        calls(
            "scope-any",
            "any one of the operation's scopes is enough",
            passes(),
            token=_NARROW,
            path="{path_call}",
            headers=IN_A,
        ),
        calls(
            "scope-readonly",
            "a scope x includes x.readonly",
            passes(),
            token=_NARROW,
            path="{path_readonly}",
            headers=IN_A,
        ),
        calls(
            "scope-none-needed",
            "an empty list of scopes: a valid token is enough",
            passes(),
            token=_NARROW,
            path="{path_any_token}",
            headers=IN_A,
        ),
        Step(
            name="rate-limit",
            says="more than 10 requests in a second for one credential; 429 comes before 403",
            action=Ask(
                method="GET",
                path="{path_call}",
                basic=("{pair_to_spend}", "{secret_to_spend}"),
                headers=ELSEWHERE,
                together="{burst}",
            ),
            wants=(some_are(429, "rateLimited"), *refusal(429, "rateLimited"), seconds_to_wait()),
            needs=("many_at_once",),
        ),
    ),
)
