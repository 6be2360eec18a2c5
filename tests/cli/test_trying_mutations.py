"""Whatever a server gets wrong, `frontdesk try` names the step: one kind of mistake after the other."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from cli.mutating import Asked, Mutation, Mutator, Said, unchanged
from cli.test_trying import outcomes, tries
from servers.house import House
from servers.processes import free_port
from servers.upstream import Upstream

# Each run types some wrong codes: beyond sixty a minute, of all addresses together, a server slows everybody down.
RUNS_A_START = 7


@pytest.fixture(scope="module")
def behind_proxy(upstream: Upstream) -> Iterator[Mutator]:
    """A server behind a proxy that is its public address."""
    port = free_port()
    house = House(upstream=upstream.url, public_url=f"http://127.0.0.1:{port}")
    proxy = Mutator(house=house, port=port)
    try:
        house.start()
        proxy.start()
        yield proxy
        proxy.stop()
    finally:
        house.leave()


@pytest.fixture
def mutator(behind_proxy: Mutator) -> Mutator:
    """The same, started anew now and then."""
    behind_proxy.runs += 1
    if behind_proxy.runs % RUNS_A_START == 0:
        behind_proxy.house.kill()
        behind_proxy.house.start()
    return behind_proxy


def is_token_answer(asked: Asked, said: Said) -> bool:
    """Whether tokens were given."""
    return asked.path == "/oauth2/token" and said.status == 200


def redirects_by_307(asked: Asked, said: Said) -> Said:
    """A redirect that would carry a form along."""
    return replace(said, status=307) if said.status == 302 else said


def forgets_no_store(asked: Asked, said: Said) -> Said:
    """Tokens that a cache may keep."""
    return said.without("cache-control") if is_token_answer(asked, said) else said


def says_invalid_request(asked: Asked, said: Said) -> Said:
    """Another error word."""
    return said.with_document(error="invalid_request") if said.document.get("error") == "invalid_grant" else said


def challenges_nobody(asked: Asked, said: Said) -> Said:
    """401 without a challenge."""
    return said.without("www-authenticate") if said.status == 401 else said


def blames_who_sent_nothing(asked: Asked, said: Said) -> Said:
    """An error in the challenge although no credential was sent."""
    if said.status == 401 and not asked.header("authorization"):
        return said.with_header("www-authenticate", 'Basic realm="x", Bearer realm="x", error="invalid_token"')
    return said


def forgets_iss(asked: Asked, said: Said) -> Said:
    """Redirects without `iss`."""
    location = next((value for name, value in said.headers if name.lower() == "location"), "")
    return said.with_header("location", location.partition("&iss=")[0]) if "&iss=" in location else said


def rotates(asked: Asked, said: Said) -> Said:
    """Another refresh token at each refresh."""
    is_refresh = is_token_answer(asked, said) and asked.field("grant_type") == "refresh_token"
    return said.with_document(refresh_token=said.document["refresh_token"] + "x") if is_refresh else said


def tells_networks_apart(asked: Asked, said: Said) -> Said:
    """A refusal that says whether the network exists."""
    if said.document.get("type") == "networkForbidden" and not asked.header("spacebring-network-id").endswith("ffff"):
        return said.with_document(message="This network exists, but is not yours.")
    return said


def has_no_limit(asked: Asked, said: Said) -> Said:
    """However many calls."""
    return replace(said, status=403).with_document(type="networkForbidden") if said.status == 429 else said


def allows_nothing(asked: Asked, said: Said) -> Said:
    """405 without `Allow`."""
    return said.without("allow") if said.status == 405 else said


def redirects_strangers(asked: Asked, said: Said) -> Said:
    """An unknown client's user is sent to whatever address it gave: an open redirector."""
    if asked.path == "/oauth2/authorize" and said.status == 400:
        return replace(said, status=302, body=b"").with_header(
            "location", "https://frontdesk-try.invalid/callback?error=x"
        )
    return said


def has_no_request_id(asked: Asked, said: Said) -> Said:
    """Answers that support cannot find."""
    return said.without("x-request-id")


def ignores_scopes(asked: Asked, said: Said) -> Said:
    """Any token opens everything in its networks."""
    return replace(said, status=200, body=b"{}") if said.document.get("type") == "insufficientScope" else said


def knows_no_404(asked: Asked, said: Said) -> Said:
    """A credential is asked for before the path is looked at."""
    return replace(said, status=401).with_document(type="unauthenticated") if said.status == 404 else said


def writes_xml(asked: Asked, said: Said) -> Said:
    """Errors in another shape."""
    return replace(said, body=b"<error/>") if "type" in said.document else said


def lives_shorter(asked: Asked, said: Said) -> Said:
    """Tokens of half an hour."""
    return said.with_document(expires_in=1800) if is_token_answer(asked, said) else said


def offers_other_networks(asked: Asked, said: Said) -> Said:
    """A consent page without one of the owner's networks."""
    return replace(said, body=said.body.replace(b'name="network"', b'name="other"', 1))


MUTATIONS: list[tuple[Mutation, str]] = [
    (redirects_by_307, "authorize-valid"),
    (forgets_no_store, "exchange"),
    (says_invalid_request, "unknown-code"),
    (challenges_nobody, "no-credential"),
    (blames_who_sent_nothing, "no-credential"),
    (forgets_iss, "authorize-no-type"),
    (rotates, "refresh"),
    (tells_networks_apart, "bearer-unticked-network"),
    (has_no_limit, "rate-limit"),
    (allows_nothing, "unlisted-method"),
    (redirects_strangers, "authorize-unknown-client"),
    (has_no_request_id, "unknown-path"),
    (ignores_scopes, "scope-missing"),
    (knows_no_404, "unknown-path"),
    (writes_xml, "bearer-no-network"),
    (lives_shorter, "exchange"),
    (offers_other_networks, "consent-page"),
]


@pytest.mark.parametrize(("mutation", "step"), MUTATIONS, ids=lambda value: getattr(value, "__name__", None))
def test_each_mistake_is_caught_at_its_step(mutator: Mutator, mutation: Mutation, step: str) -> None:
    """Exit 1, the step named, and everything removed all the same."""
    mutator.mutation, mutator.answer_first = mutation, lambda _: None
    code, answer = tries(mutator.house, url=mutator.url)
    assert code == 1
    assert step in outcomes(answer, "MISMATCH")
    assert answer["removed"] == {"networks": 3, "users": 3, "apps": 2}
    assert outcomes(answer, "MISMATCH")[0] in answer["next"]


class Forgetful:
    """Accepts a code as often as it comes: the second use gets what the first one got."""

    def __init__(self) -> None:
        self.given: dict[bytes, Said] = {}

    def remember(self, asked: Asked, said: Said) -> Said:
        """Keep what an exchange gave."""
        if is_token_answer(asked, said) and asked.field("grant_type") == "authorization_code":
            self.given[asked.body] = said
        return said

    def answer(self, asked: Asked) -> Said | None:
        """Give it again."""
        return self.given.get(asked.body) if asked.path == "/oauth2/token" else None


def revokes_nothing(asked: Asked) -> Said | None:
    """200, and nothing done."""
    if asked.path != "/oauth2/revoke" or asked.method != "POST" or "token=" not in asked.target:
        return None
    return Said(status=200, headers=(("Content-Type", "application/json"),), body=b"{}")


def revokes_by_get(asked: Asked) -> Said | None:
    """A link in a mail revokes."""
    if asked.path == "/oauth2/revoke" and asked.method == "GET":
        return Said(status=200, headers=(), body=b"{}")
    return None


def test_a_used_code_that_is_accepted_is_caught(mutator: Mutator) -> None:
    """Once only, and a replay kills what the first use gave."""
    forgetful = Forgetful()
    mutator.mutation, mutator.answer_first = forgetful.remember, forgetful.answer
    code, answer = tries(mutator.house, url=mutator.url)
    assert (code, outcomes(answer, "MISMATCH")) == (1, ["code-replayed", "replay-kills-access", "replay-kills-refresh"])


@pytest.mark.parametrize(
    ("answer_first", "steps"),
    [
        (revokes_nothing, ["revoked-access", "revoked-refresh", "revoked-introspected"]),
        (revokes_by_get, ["revoke-get"]),
    ],
)
def test_a_revocation_without_effect_or_by_a_link_is_caught(
    mutator: Mutator, answer_first: Callable[[Asked], Said | None], steps: list[str]
) -> None:
    """200 is not enough: the tokens are tried."""
    mutator.mutation, mutator.answer_first = unchanged, answer_first
    code, answer = tries(mutator.house, url=mutator.url)
    assert (code, outcomes(answer, "MISMATCH")) == (1, steps)


def test_the_proxy_itself_changes_nothing(mutator: Mutator) -> None:
    """What is caught above is the mutation."""
    mutator.mutation, mutator.answer_first = unchanged, lambda _: None
    code, answer = tries(mutator.house, url=mutator.url)
    assert (code, outcomes(answer, "MISMATCH")) == (0, [])


def test_a_server_that_tells_secrets_does_not_make_the_run_tell_them(mutator: Mutator) -> None:
    """Whatever an answer echoes, the table holds no value of this run."""

    def echoes(asked: Asked, said: Said) -> Said:
        secret = asked.field("client_secret") or asked.field("refresh_token")
        return said.with_document(error=secret, type=secret) if secret else said

    mutator.mutation, mutator.answer_first = echoes, lambda _: None
    done = mutator.house.run("try", mutator.url, "--openapi", str(mutator.house.openapi))
    assert done.returncode == 1
    assert "fdcs_" not in done.stdout + done.stderr
    assert "fdrt_" not in done.stdout + done.stderr
