"""The contract's two kinds of caller, as steps: who is let in, and how nobody else is."""

from frontdesk.cli.trying.keeps import only_network, whole
from frontdesk.cli.trying.steps import Ask, Group, Step
from frontdesk.cli.trying.wants import challenges, has, networks, oauth_fault, passes, refusal, same_as

NETWORK_HEADER = "{header}"
PAIR = ("{basic_id}", "{basic_secret}")

CALLERS = Group(
    title="Two kinds of caller",
    text="""A customer proves itself with HTTP Basic (`client_id` as user name, `client_secret` as password) and acts on
the one network that the pair belongs to. A partner sends a bearer token and names one of the networks that its user
chose in the header `spacebring-network-id`. One kind never passes for the other.""",
    example="basic-call",
    steps=(
        Step(
            name="networks-basic",
            says="with Basic, the networks are the pair's own one",
            action=Ask(method="GET", path="{path_networks}", basic=PAIR),
            wants=networks("{network}"),
            needs=("network",),
        ),
        Step(
            name="networks-basic-any",
            says="a Basic pair belongs to exactly one network",
            action=Ask(method="GET", path="{path_networks}", basic=PAIR),
            wants=networks("", exactly=False),
            keeps=(only_network("network"),),
        ),
        Step(
            name="basic-call",
            says="a Basic pair opens its network; no network header is needed",
            action=Ask(method="GET", path="{path_call}", basic=PAIR),
            wants=passes(),
        ),
        Step(
            name="basic-own-network",
            says="the header may be sent, if it names the pair's own network",
            action=Ask(method="GET", path="{path_call}", basic=PAIR, headers=((NETWORK_HEADER, "{network}"),)),
            wants=passes(),
        ),
        Step(
            name="basic-other-network",
            says="a header that names another network is 403",
            action=Ask(method="GET", path="{path_call}", basic=PAIR, headers=((NETWORK_HEADER, "{nowhere}"),)),
            wants=refusal(403, "networkForbidden"),
            keeps=(whole("basic_refused"),),
        ),
        Step(
            name="basic-foreign-network",
            says="the same answer whether or not that network exists",
            action=Ask(method="GET", path="{path_call}", basic=PAIR, headers=((NETWORK_HEADER, "{network_b}"),)),
            wants=(*refusal(403, "networkForbidden"), same_as("basic_refused", "a network that does not exist")),
            needs=("basic_refused",),
        ),
        Step(
            name="basic-wrong-secret",
            says="a wrong secret is 401",
            action=Ask(method="GET", path="{path_call}", basic=("{basic_id}", "{wrong_secret}")),
            wants=(*refusal(401, "unauthenticated"), challenges("Basic", "Bearer", error="invalid_token")),
            keeps=(whole("wrong_secret_refused"),),
        ),
        Step(
            name="basic-unknown-id",
            says="an unknown client id is 401, answered as a wrong secret is",
            action=Ask(method="GET", path="{path_call}", basic=("{unknown_id}", "{wrong_secret}")),
            wants=(*refusal(401, "unauthenticated"), same_as("wrong_secret_refused", "a wrong secret")),
            needs=("wrong_secret_refused",),
        ),
        Step(
            name="basic-malformed",
            says="a malformed credential is 401",
            action=Ask(method="GET", path="{path_call}", headers=(("Authorization", "Basic !"),)),
            wants=refusal(401, "unauthenticated"),
        ),
        Step(
            name="basic-form-encoded",
            says="at the API a pair is never form-decoded",
            action=Ask(method="GET", path="{path_call}", basic=("{basic_id_encoded}", "{basic_secret}")),
            wants=refusal(401, "unauthenticated"),
        ),
        Step(
            name="no-credential",
            says="no credential: a challenge for each scheme that would do, without an error",
            action=Ask(method="GET", path="{path_call}"),
            wants=(*refusal(401, "unauthenticated"), challenges("Basic", "Bearer")),
        ),
        Step(
            name="unknown-bearer",
            says="a bearer token that is none is 401 with error invalid_token",
            action=Ask(method="GET", path="{path_call}", bearer="{unknown_token}"),
            wants=(*refusal(401, "unauthenticated"), challenges("Bearer", error="invalid_token")),
        ),
        Step(
            name="app-as-customer",
            says="a partner's id and secret are no Basic pair of a network",
            action=Ask(method="GET", path="{path_call}", basic=("{client_id}", "{client_secret}")),
            wants=refusal(401, "unauthenticated"),
        ),
        Step(
            name="customer-as-app",
            says="a network's pair is no app",
            action=Ask(
                method="POST",
                path="/oauth2/token",
                form=(
                    ("client_id", "{basic_id}"),
                    ("client_secret", "{basic_secret}"),
                    ("grant_type", "refresh_token"),
                    ("refresh_token", "{unknown_token}"),
                ),
            ),
            wants=(*oauth_fault(401, "invalid_client"), has("Content-Type", "application/json")),
        ),
    ),
)
