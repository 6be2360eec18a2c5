"""The link, the answer to it and the exchange: whose answers are taken, and whose are not."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from frontdesk_client.connect import Connect, Network, SignIn
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import ApiError, AuthorizationFailed, FrontdeskError, TokenEndpointFailed
from frontdesk_client.stores.memory import MemoryStore

from sdk.answering import TOKENS, Answering, answering

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
CALLBACK = "https://app.example/connect/callback"


class Clock:
    """Told time."""

    def __init__(self) -> None:
        """Noon."""
        self.now = NOW

    def __call__(self) -> datetime:
        """As it is now."""
        return self.now


@pytest.fixture
def desk() -> Iterator[Answering]:
    """A token endpoint that answers well."""
    with answering() as server:
        server.said["/oauth2/token"] = (200, {}, TOKENS)
        server.said["/oauth2/revoke"] = (200, {}, {})
        yield server


@pytest.fixture
def clock() -> Clock:
    """Told time."""
    return Clock()


def make(desk: Answering, clock: Clock, **more: object) -> Connect:
    """An app's Connect, with a store of its own."""
    wishes: dict[str, object] = {"endpoints": desk.url, "redirect_uri": CALLBACK, "scopes": "resources locations"}
    return Connect("fdci_app", "fdcs_secret", MemoryStore(), clock=clock, **wishes | more)  # type: ignore[arg-type]


def asked_by(begun: SignIn) -> dict[str, str]:
    """The parameters of the link."""
    return dict(parse_qsl(urlsplit(begun.url).query))


def answer_to(begun: SignIn, **more: str) -> str:
    """The address that the browser comes back to."""
    said = {"code": "fdac_code", "state": asked_by(begun)["state"]} | more
    return f"{CALLBACK}?{urlencode(said)}"


def test_the_link_asks_for_a_code_with_state_nonce_and_an_s256_challenge(desk: Answering, clock: Clock) -> None:
    """RFC 6749 §4.1.1, RFC 7636 §4.3; each link has its own state, nonce and challenge."""
    connect = make(desk, clock)
    first, second = asked_by(connect.start("a")), asked_by(connect.start("a", prompt="consent"))
    assert first["client_id"] == "fdci_app"
    assert first["redirect_uri"] == CALLBACK
    assert first["response_type"] == "code"
    assert first["scope"] == "resources locations"
    assert first["code_challenge_method"] == "S256"
    assert second["prompt"] == "consent"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


def test_the_answer_to_it_becomes_tokens_in_the_store(desk: Answering, clock: Clock) -> None:
    """The code is redeemed with the app's proof and the verifier of the challenge, and with nothing else."""
    connect = make(desk, clock)
    begun = connect.start("a")
    tokens = connect.finish(answer_to(begun), begun.ticket, "a")
    assert connect.store.load("a") == tokens
    assert (tokens.access_token, tokens.refresh_token) == ("fdat_new", "fdrt_new")
    assert tokens.expires_at == NOW + timedelta(hours=1)
    ((method, target, form),) = desk.asked
    assert (method, target) == ("POST", "/oauth2/token")
    verifier = form.pop("code_verifier")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert challenge == asked_by(begun)["code_challenge"]
    assert form == {
        "client_id": "fdci_app",
        "client_secret": "fdcs_secret",
        "grant_type": "authorization_code",
        "code": "fdac_code",
    }


@pytest.mark.anyio
async def test_the_same_without_blocking(desk: Answering, clock: Clock) -> None:
    """`finish_async` and `revoke_async` do what their twins do."""
    connect = make(desk, clock)
    begun = connect.start()
    tokens = await connect.finish_async(urlsplit(answer_to(begun)).query, begun.ticket)
    assert connect.store.load("default") == tokens
    assert await connect.revoke_async()
    assert connect.store.load("default") is None


def test_another_process_of_the_app_takes_the_answer(desk: Answering, clock: Clock) -> None:
    """Tickets are signed with what all processes of an app share: its secret, or the key of a public one."""
    begun = make(desk, clock).start()
    make(desk, clock).finish(answer_to(begun), begun.ticket)
    key = b"k" * 32
    public = {"endpoints": desk.url, "redirect_uri": CALLBACK, "scopes": "resources", "clock": clock}
    begun = Connect("fdci_app", None, MemoryStore(), key=key, **public).start()  # type: ignore[arg-type]
    Connect("fdci_app", None, MemoryStore(), key=key, **public).finish(answer_to(begun), begun.ticket)  # type: ignore[arg-type]
    with pytest.raises(AuthorizationFailed, match="began no sign-in"):
        Connect("fdci_app", None, MemoryStore(), **public).finish(answer_to(begun), begun.ticket)  # type: ignore[arg-type]


def test_st_19_an_answer_in_another_browser_is_refused(desk: Answering, clock: Clock) -> None:
    """ST-19: a state is worth something only beside the ticket that the browser got with it (CVE-2025-68158)."""
    connect = make(desk, clock)
    mine, theirs = connect.start("a"), connect.start("a")
    for ticket in (None, "", "x", mine.ticket):  # no browser, any browser, a browser with its own sign-in
        with pytest.raises(AuthorizationFailed):
            connect.finish(answer_to(theirs), ticket, "a")
    assert not desk.asked
    assert connect.store.load("a") is None


def test_a_ticket_is_for_one_name_one_app_and_one_server(desk: Answering, clock: Clock) -> None:
    """A sign-in that one user began does not end in another one's connection, though the browser is the same."""
    connect = make(desk, clock)
    begun = connect.start("a")
    with pytest.raises(AuthorizationFailed):
        connect.finish(answer_to(begun), begun.ticket, "b")
    other = Connect(
        "fdci_other", "fdcs_secret", MemoryStore(), endpoints=desk.url, redirect_uri=CALLBACK, scopes="x", clock=clock
    )
    with pytest.raises(AuthorizationFailed):
        other.finish(answer_to(begun), begun.ticket, "a")
    elsewhere = make(desk, clock, endpoints="https://api.example")
    with pytest.raises(AuthorizationFailed):
        elsewhere.finish(answer_to(begun), begun.ticket, "a")
    assert not desk.asked


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_changed_ticket_is_none(desk: Answering, clock: Clock, place: int) -> None:
    """Neither its state nor its end can be written anew."""
    connect = make(desk, clock)
    begun = connect.start()
    assert len(begun.ticket) >= 98
    other = "A" if begun.ticket[place] != "A" else "B"
    with pytest.raises(AuthorizationFailed):
        connect.finish(answer_to(begun), begun.ticket[:place] + other + begun.ticket[place + 1 :])
    assert not desk.asked


def test_an_answer_works_once(desk: Answering, clock: Clock) -> None:
    """The second use is refused before the code goes anywhere, where it would end what the first one bought."""
    connect = make(desk, clock)
    begun = connect.start()
    connect.finish(answer_to(begun), begun.ticket)
    with pytest.raises(AuthorizationFailed, match="used already"):
        connect.finish(answer_to(begun), begun.ticket)
    assert len(desk.asked) == 1


def test_an_answer_is_good_for_ten_minutes(desk: Answering, clock: Clock) -> None:
    """Alive while now < its end; the very instant is too late."""
    connect = make(desk, clock)
    begun = connect.start()
    clock.now = NOW + timedelta(seconds=600)
    with pytest.raises(AuthorizationFailed, match="longer than 600 seconds"):
        connect.finish(answer_to(begun), begun.ticket)
    assert not desk.asked
    clock.now -= timedelta(microseconds=1)
    connect.finish(answer_to(begun), begun.ticket)


@pytest.mark.parametrize("iss", ["https://evil.example", "", "https://api.example/", None])
def test_mx_03_the_wrong_issuer_aborts(desk: Answering, clock: Clock, iss: str | None) -> None:
    """MX-03: where the issuer is known, an answer that names another, or none, is not redeemed (RFC 9207 §2.4)."""
    connect = make(desk, clock, endpoints=Endpoints.under(desk.url, issuer="https://api.example"))
    begun = connect.start()
    with pytest.raises(AuthorizationFailed, match="iss"):
        connect.finish(answer_to(begun, **({} if iss is None else {"iss": iss})), begun.ticket)
    assert not desk.asked
    connect.finish(answer_to(begun, iss="https://api.example"), begun.ticket)


def test_mx_03_an_unknown_issuer_must_at_least_be_the_servers_own(desk: Answering, clock: Clock) -> None:
    """MX-03: where no issuer is set, none need be named (the original API), but another server's is refused."""
    connect = make(desk, clock)
    for iss in ("https://evil.example", "", "no address", f"{desk.url}1"):
        begun = connect.start()
        with pytest.raises(AuthorizationFailed, match="another server"):
            connect.finish(answer_to(begun, iss=iss), begun.ticket)
    assert not desk.asked
    begun = connect.start()
    connect.finish(answer_to(begun, iss=desk.url), begun.ticket)


def test_a_refusal_says_what_to_do(desk: Answering, clock: Clock) -> None:
    """An error answer to our own request is told with its code and a next step; its words cannot break a line."""
    connect = make(desk, clock)
    begun = connect.start()
    said = {"state": asked_by(begun)["state"], "error": "access_denied", "error_description": "No\r\nSet-Cookie: é"}
    with pytest.raises(AuthorizationFailed, match="The user said no") as caught:
        connect.finish(urlencode(said), begun.ticket)
    assert caught.value.error == "access_denied"
    assert "\n" not in str(caught.value)
    assert not desk.asked


def test_somebody_elses_refusal_is_not_shown(desk: Answering, clock: Clock) -> None:
    """An error without our state is another sign-in's answer, whatever it says."""
    connect = make(desk, clock)
    begun = connect.start()
    with pytest.raises(AuthorizationFailed, match="another sign-in") as caught:
        connect.finish("error=access_denied&error_description=pay+here", begun.ticket)
    assert caught.value.error is None


@pytest.mark.parametrize("twice", ["code", "state", "iss", "error"])
def test_a_parameter_that_comes_twice_is_refused(desk: Answering, clock: Clock, twice: str) -> None:
    """RFC 6749 §3.1: which of the two would be the right one, nobody knows."""
    connect = make(desk, clock)
    begun = connect.start()
    with pytest.raises(AuthorizationFailed, match="twice"):
        connect.finish(f"{answer_to(begun, iss=desk.url, error='x')}&{twice}=other", begun.ticket)
    assert not desk.asked


@pytest.mark.parametrize(
    ("status", "said", "word"),
    [
        (400, {"error": "invalid_grant"}, "works once"),
        (401, {"error": "invalid_client"}, "client id or secret"),
        (400, {"error": "something_else", "error_description": "why"}, "why"),
    ],
)
def test_a_refused_code_says_what_to_do(
    desk: Answering, clock: Clock, status: int, said: dict[str, str], word: str
) -> None:
    """And leaves the store as it was; no secret is in what is raised."""
    connect = make(desk, clock)
    desk.said["/oauth2/token"] = (status, {}, said)
    begun = connect.start()
    with pytest.raises(AuthorizationFailed, match=word) as caught:
        connect.finish(answer_to(begun), begun.ticket)
    assert caught.value.error == said["error"]
    assert "fdcs_secret" not in str(caught.value)
    assert "fdac_code" not in str(caught.value)
    assert connect.store.load("default") is None


def _id_token(**claims: object) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{middle}.c2ln"


@pytest.mark.parametrize(
    ("wrong", "value"),
    [("nonce", "another"), ("aud", "fdci_other"), ("aud", ["fdci_other"]), ("exp", 0), ("nonce", None), ("exp", None)],
)
def test_an_id_token_of_another_request_aborts(desk: Answering, clock: Clock, wrong: str, value: object) -> None:
    """The nonce of the link must come back in it, its audience be this app, its life not over; else nothing is kept."""
    connect = make(desk, clock)
    begun = connect.start()
    right = {"nonce": asked_by(begun)["nonce"], "aud": "fdci_app", "exp": NOW.timestamp() + 60, "iss": "x"}
    desk.said["/oauth2/token"] = (200, {}, {**TOKENS, "id_token": _id_token(**right | {wrong: value})})
    with pytest.raises(AuthorizationFailed, match="ID token"):
        connect.finish(answer_to(begun), begun.ticket)
    assert connect.store.load("default") is None


def test_an_id_token_of_this_request_passes(desk: Answering, clock: Clock) -> None:
    """And so does an answer without one, as Frontdesk's and the original API's are."""
    connect = make(desk, clock)
    begun = connect.start()
    right = {"nonce": asked_by(begun)["nonce"], "aud": ["x", "fdci_app"], "exp": NOW.timestamp() + 60}
    desk.said["/oauth2/token"] = (200, {}, {**TOKENS, "id_token": _id_token(**right)})
    assert connect.finish(answer_to(begun), begun.ticket).access_token == "fdat_new"


@pytest.mark.parametrize("token", ["x", "a.!.c", 7, "a.W10.c", {}])
def test_an_id_token_that_is_none_aborts(desk: Answering, clock: Clock, token: object) -> None:
    """Whatever stands there, it is a refusal and no crash."""
    connect = make(desk, clock)
    begun = connect.start()
    desk.said["/oauth2/token"] = (200, {}, {**TOKENS, "id_token": token})
    with pytest.raises(AuthorizationFailed, match="ID token"):
        connect.finish(answer_to(begun), begun.ticket)


def test_revoking_ends_it_there_and_forgets_it_here(desk: Answering, clock: Clock) -> None:
    """By the form with the app's proof; by the query and nothing else where the server wants it so."""
    connect = make(desk, clock)
    assert not connect.revoke()
    for endpoints in (Endpoints.under(desk.url), Endpoints.under(desk.url, revoke_in_query=True)):
        connect = make(desk, clock, endpoints=endpoints)
        begun = connect.start()
        connect.finish(answer_to(begun), begun.ticket)
        assert connect.revoke()
        assert connect.store.load("default") is None
    (_, first, second_form), (_, second, none) = [each for each in desk.asked if "revoke" in each[1]]
    assert first == "/oauth2/revoke"
    assert second_form == {"client_id": "fdci_app", "client_secret": "fdcs_secret", "token": "fdrt_new"}
    assert (second, none) == ("/oauth2/revoke?token=fdrt_new", {})


def test_what_could_not_be_revoked_is_kept(desk: Answering, clock: Clock) -> None:
    """A connection that is still open somewhere is not forgotten: it can be tried again."""
    connect = make(desk, clock)
    begun = connect.start()
    tokens = connect.finish(answer_to(begun), begun.ticket)
    desk.said["/oauth2/revoke"] = (503, {"Retry-After": "2"}, {})
    with pytest.raises(TokenEndpointFailed, match="may still be open") as caught:
        connect.revoke()
    assert caught.value.retry_after == 2
    assert connect.store.load("default") == tokens


def test_nothing_that_is_printed_holds_a_secret(desk: Answering, clock: Clock) -> None:
    """Neither the app's secret nor a ticket."""
    connect = make(desk, clock)
    begun = connect.start()
    assert "fdcs_secret" not in repr(connect)
    assert begun.ticket not in repr(begun)
    assert "fdcs_secret" not in begun.ticket


@pytest.mark.anyio
async def test_the_networks_of_a_connection(desk: Answering, clock: Clock) -> None:
    """Asked with its access token and without a network; what is no list of networks is an error in words."""
    clock.now = datetime.now(UTC)
    connect = make(desk, clock)
    begun = connect.start()
    connect.finish(answer_to(begun), begun.ticket)
    desk.said["/networks/v1"] = (200, {}, {"networks": [{"id": "n1", "title": "Harbour"}]})
    assert connect.networks() == [Network(id="n1", title="Harbour")]
    assert await connect.networks_async() == [Network(id="n1", title="Harbour")]
    desk.said["/networks/v1"] = (403, {}, {"message": "No.", "type": "networkForbidden"})
    with pytest.raises(ApiError, match="networkForbidden"):
        connect.networks()
    for said in (b"<html>", [], {"networks": [{}]}, {"networks": 7}):
        desk.said["/networks/v1"] = (200, {}, said)
        with pytest.raises(FrontdeskError, match="no list of networks"):
            connect.networks()
