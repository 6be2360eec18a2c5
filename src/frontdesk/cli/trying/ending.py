"""How access ends, as steps: revocation, a code used twice, a regenerated pair."""

from frontdesk.cli.trying.buying import OTHER_PROOF, PROOF, REFRESH, exchanges, posts
from frontdesk.cli.trying.calling import IN_A, calls
from frontdesk.cli.trying.describing import INTROSPECT, not_active
from frontdesk.cli.trying.keeps import from_page
from frontdesk.cli.trying.steps import Ask, Fill, Group, Pairs, Step, Want
from frontdesk.cli.trying.wants import allows, empty_object, lacks, oauth_fault, page, passes, refusal, status

REVOKE = "/oauth2/revoke"
_DONE = (status(200), empty_object())
_DEAD = refusal(401, "unauthenticated")


def _revokes(
    name: str, says: str, wants: tuple[Want, ...], *, query: Pairs = (), form: Pairs | None = None, method: str = "POST"
) -> Step:
    return Step(name=name, says=says, action=Ask(method=method, path=REVOKE, query=query, form=form), wants=wants)


def _is_dead(name: str, says: str, refresh: str) -> Step:
    form = (*PROOF, REFRESH, ("refresh_token", refresh))
    return posts(name, says, form, wants=oauth_fault(400, "invalid_grant"))


REVOCATION = Group(
    title="OAuth2, step 5: revoking",
    text="""`POST /oauth2/revoke?token=…` with an access or a refresh token, in the query or in the form (RFC 7009): 200
`{}`, and both tokens of that grant are dead. Client authentication is checked where it is present. An unknown token
answers 200 all the same.""",
    example="revoke-query",
    steps=(
        _revokes(
            "revoke-get",
            "GET revokes nothing",
            (status(405), allows("POST")),
            query=(("token", "{unknown_token}"),),
            method="GET",
        ),
        _revokes("revoke-unknown", "an unknown token is 200", _DONE, query=(("token", "{unknown_token}"),)),
        _revokes("revoke-nothing", "no token", oauth_fault(400, "invalid_request")),
        _revokes(
            "revoke-wrong-secret",
            "client authentication is checked where it is present",
            oauth_fault(401, "invalid_client"),
            form=(("client_id", "{client_id}"), ("client_secret", "{wrong_secret}"), ("token", "{unknown_token}")),
        ),
        _revokes(
            "revoke-other-client",
            "another app's right credentials: 200 without effect",
            _DONE,
            form=(*OTHER_PROOF, ("token", "{refresh_token_one}")),
        ),
        calls(
            "revoke-had-no-effect",
            "so the token still works",
            passes(),
            token="{access_token_one}",  # noqa: S106 - the name of a fact
            headers=IN_A,
        ),
        _revokes("revoke-query", "the refresh token, in the query", _DONE, query=(("token", "{refresh_token_one}"),)),
        calls(
            "revoked-access",
            "its access token is dead",
            _DEAD,
            token="{access_token_one}",  # noqa: S106 - the name of a fact
            headers=IN_A,
        ),
        _is_dead("revoked-refresh", "its refresh token is dead", "{refresh_token_one}"),
        Step(
            name="revoked-introspected",
            says="introspection says so too, where there is one",
            action=Ask(method="POST", path=INTROSPECT, form=(*PROOF, ("token", "{access_token_one}"))),
            wants=not_active(),
        ),
        _revokes("revoke-again", "a second time: 200", _DONE, query=(("token", "{refresh_token_one}"),)),
        _revokes(
            "revoke-body",
            "the access token, in the form, with client authentication",
            _DONE,
            form=(*PROOF, ("token", "{access_token_skipped}")),
        ),
        _is_dead("revoked-by-access", "the refresh token of that grant is dead too", "{refresh_token_skipped}"),
        calls(
            "others-live-on",
            "another grant of the same user lives on",
            passes(),
            token="{access_token}",  # noqa: S106 - the name of a fact
            headers=IN_A,
        ),
    ),
)

REPLAY = Group(
    title="A code works once",
    text="""A code works once, for 60 seconds. A second use fails, and revokes what the first one issued.""",
    example="code-replayed",
    steps=(
        exchanges("code-replayed", "a second use fails", ("code", "{code}"), wants=oauth_fault(400, "invalid_grant")),
        calls(
            "replay-kills-access",
            "and ends the access token",
            _DEAD,
            token="{access_token}",  # noqa: S106 - the name of a fact
            headers=IN_A,
        ),
        _is_dead("replay-kills-refresh", "and the refresh token", "{refresh_token}"),
    ),
)

_API_PAGE = "/account/networks/{network_c}/api"

REGENERATION = Group(
    title="The pair is the owner's",
    text="""Only the network's owner can see the client id and secret, under Account > [Network] > API, and can
regenerate them there. The old pair is refused from then on, everywhere.""",
    example="new-pair-works",
    steps=(
        Step(
            name="pair-not-for-members",
            says="a member of the network does not see its pair",
            action=Ask(method="GET", path="/account/networks/{network}/api", browser="guest"),
            wants=(status(403, 404), lacks("basic_id", "the client id")),
            needs=("code_of_guest",),
        ),
        calls("old-pair-works", "a pair", passes(), basic=("{basic_c_id}", "{basic_c_secret}")),
        Step(
            name="pair-page",
            says="its owner's page",
            action=Ask(method="GET", path=_API_PAGE, browser="owner"),
            wants=(status(200), page("title")),
            needs=("code_of_owner",),
            page="api",
        ),
        Step(
            name="pair-regenerated",
            says="the owner regenerates it, and sees the new one",
            action=Fill(browser="owner", page="api", field="title", values=(("title", "{title_c}"),)),
            wants=(status(200),),
            keeps=(from_page(r"(fdni_\w+)", "new_pair_id"), from_page(r"(fdns_[\w-]+)", "new_pair_secret")),
        ),
        calls(
            "old-pair-dead",
            "the old pair is refused",
            _DEAD,
            basic=("{basic_c_id}", "{basic_c_secret}"),
            needs=("new_pair_secret",),
        ),
        calls("new-pair-works", "the new one works", passes(), basic=("{new_pair_id}", "{new_pair_secret}")),
    ),
)
