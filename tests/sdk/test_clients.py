"""One credential in six clients: what each request carries, when it is refreshed, and where it never goes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from frontdesk_client import BasicCredentials, OAuth
from frontdesk_client.errors import (
    ForeignOrigin,
    InsecureTransport,
    ReauthorizationRequired,
    RefreshRefused,
    TokenEndpointFailed,
)

from sdk.clients import EVERY, Send, Wish, by_aiohttp
from sdk.fixtures import ENDED, connect, keep, tokens
from sdk.small_api import SmallApi
from servers.processes import wait_until

every_client = pytest.mark.parametrize("send", EVERY, ids=lambda send: send.__name__.removeprefix("by_"))


@every_client
def test_a_request_carries_the_token_and_the_network(send: Send, api: SmallApi) -> None:
    """Contract, step 3. A network that the request names wins; a fresh token costs no token call."""
    api.good = {"access-0"}
    auth = connect(api, keep(tokens()), network="n-1")
    assert send(auth, Wish(url=f"{api.url}/things")).json()["network"] == "n-1"
    own = Wish(url=f"{api.url}/things", headers={"Spacebring-Network-Id": "n-2"})
    assert send(auth, own).json()["network"] == "n-2"
    assert send(auth.for_network("n-3"), Wish(url=f"{api.url}/things")).json()["network"] == "n-3"
    assert send(auth.for_network(None), Wish(url=f"{api.url}/things")).json()["network"] is None
    assert api.refreshes == 0


@every_client
def test_a_pair_goes_by_basic(send: Send, api: SmallApi) -> None:
    """The contract's own example; a refused pair is the caller's to see, and is not tried twice."""
    auth = BasicCredentials("client id", "client secret", api=api.url, network="n-1", network_header="x-network")
    assert send(auth, Wish(url=f"{api.url}/things")).status == 401
    (received,) = api.received
    assert received.headers["authorization"] == "Basic Y2xpZW50IGlkOmNsaWVudCBzZWNyZXQ="
    assert received.headers["x-network"] == "n-1"


@every_client
def test_a_token_that_ended_is_refreshed_first(send: Send, api: SmallApi) -> None:
    """One token call, no refused request, and the new tokens are in the store."""
    store = keep(tokens(left=ENDED))
    assert send(connect(api, store), Wish(url=f"{api.url}/things")).status == 200
    assert (api.refreshes, len(api.calls_to("/things"))) == (1, 1)
    kept = store.load("default")
    assert kept is not None
    assert (kept.access_token, kept.refresh_token) == ("access-1", "refresh-0")


@every_client
@pytest.mark.parametrize("path", ["/things", "/silent"])
def test_a_refused_token_is_replaced_once_and_the_request_repeated_once(send: Send, api: SmallApi, path: str) -> None:
    """With its body; the original API's 401 names no error. Where the new token is refused too, the answer is given."""
    auth = connect(api, keep(tokens("no-good")))
    got = send(auth, Wish(url=api.url + path, method="POST", body=b"what is sent"))
    assert got.status == (200 if path == "/things" else 401)
    first, second = api.calls_to(path)
    assert (first.headers["authorization"], second.headers["authorization"]) == ("Bearer no-good", "Bearer access-1")
    assert first.body == second.body == b"what is sent"
    assert api.refreshes == 1


@every_client
def test_a_server_that_refuses_every_token_costs_one_refresh(send: Send, api: SmallApi) -> None:
    """Each further 401 on the token that did not help is passed on as it is."""
    auth = connect(api, keep(tokens("no-good")))
    for _ in range(3):
        assert send(auth, Wish(url=f"{api.url}/never")).status == 401
    assert (api.refreshes, len(api.calls_to("/never"))) == (1, 4)


@every_client
def test_a_streamed_body_is_not_sent_twice(send: Send, api: SmallApi) -> None:
    """It was read, and is gone: its caller sees the 401, and the next request starts with a new token."""
    auth = connect(api, keep(tokens("no-good")))
    streamed = Wish(url=f"{api.url}/things", method="POST", body=b"once", streams=True)
    assert send(auth, streamed).status == 401
    assert len(api.calls_to("/things")) == 1
    assert send(auth, streamed).status == 200
    assert api.refreshes == 1


@every_client
def test_a_403_is_never_a_reason_to_refresh(send: Send, api: SmallApi) -> None:
    """A new token of the same grant may do just the same."""
    assert send(connect(api, keep(tokens())), Wish(url=f"{api.url}/forbidden")).status == 403
    assert (api.refreshes, len(api.received)) == (0, 1)


@every_client
def test_a_redirect_to_another_origin_takes_no_credential_along(
    send: Send, api: SmallApi, new_api: Callable[..., SmallApi]
) -> None:
    """Nor does the 401 that the other origin answers with make a refresh."""
    other = new_api()
    auth = connect(api, keep(tokens()))
    assert send(auth, Wish(url=f"{api.url}/away?to={other.url}/things")).status == 401
    (received,) = other.received
    assert "authorization" not in received.headers
    assert api.refreshes == 0


@every_client
def test_a_redirect_within_the_api_keeps_it(send: Send, api: SmallApi) -> None:
    """Also through the repetition after a refusal."""
    auth = connect(api, keep(tokens("no-good")))
    assert send(auth, Wish(url=f"{api.url}/away?to={api.url}/things")).status == 200
    assert api.refreshes == 1


@every_client
def test_another_origin_gets_no_credential(send: Send, api: SmallApi, new_api: Callable[..., SmallApi]) -> None:
    """Another port is another origin. aiohttp cannot tell a call from a redirect, so there it goes without."""
    other = new_api()
    for auth in (connect(api, keep(tokens())), BasicCredentials("i", "s", api=api.url)):
        if send is by_aiohttp:
            assert send(auth, Wish(url=f"{other.url}/things")).status == 401
            assert "authorization" not in other.received.pop().headers
        else:
            with pytest.raises(ForeignOrigin, match=api.url):
                send(auth, Wish(url=f"{other.url}/things"))
    assert other.received == []


@every_client
def test_a_second_origin_of_the_api_can_be_named(send: Send, api: SmallApi, new_api: Callable[..., SmallApi]) -> None:
    """`api` takes all of them."""
    other = new_api()
    auth = BasicCredentials("i", "s", api=(api.url, f"{other.url}/v2"))
    send(auth, Wish(url=f"{other.url}/things"))
    assert "authorization" in other.received[0].headers


@every_client
def test_a_connection_that_is_gone_says_what_to_do(send: Send, api: SmallApi) -> None:
    """Refused, never there, or ended without a refresh token. What is known to be dead is not asked about again."""
    auth = connect(api, keep(tokens(left=ENDED, refresh="revoked")))
    for _ in range(2):
        with pytest.raises(ReauthorizationRequired, match=r"ended.* Connect") as caught:
            send(auth, Wish(url=f"{api.url}/things"))
    assert caught.value.name == "default"
    assert "Connect" in caught.value.next_step
    assert api.refreshes == 1
    for held in (None, tokens(left=ENDED, refresh=None)):
        with pytest.raises(ReauthorizationRequired):
            send(connect(api, keep(held)), Wish(url=f"{api.url}/things"))
    assert (api.refreshes, api.calls_to("/things")) == (1, [])


@every_client
def test_a_new_connection_takes_the_place_of_a_dead_one(send: Send, api: SmallApi) -> None:
    """Whoever saved it: the same object goes on with it."""
    store = keep(tokens(left=ENDED, refresh="revoked"))
    auth = connect(api, store)
    with pytest.raises(ReauthorizationRequired):
        send(auth, Wish(url=f"{api.url}/things"))
    store.save("default", tokens(left=ENDED))
    assert send(auth, Wish(url=f"{api.url}/things")).status == 200


@every_client
def test_a_wrong_secret_is_not_mistaken_for_a_lost_connection(send: Send, api: SmallApi) -> None:
    """Connecting anew would not help."""
    auth = OAuth("the-id", "wrong", keep(tokens(left=ENDED)), endpoints=api.url)
    with pytest.raises(RefreshRefused, match="invalid_client"):
        send(auth, Wish(url=f"{api.url}/things"))


@every_client
def test_a_lost_answer_of_the_token_endpoint_is_asked_for_again(send: Send, api: SmallApi) -> None:
    """One more call for each lost answer and each "later", up to four; then it is an error that says so."""
    api.troubles = [0, 503, 0]
    assert send(connect(api, keep(tokens(left=ENDED))), Wish(url=f"{api.url}/things")).status == 200
    assert api.refreshes == 4
    api.troubles = [503] * 9
    with pytest.raises(TokenEndpointFailed, match="503"):
        send(connect(api, keep(tokens(left=ENDED))), Wish(url=f"{api.url}/things"))
    assert api.refreshes == 8


@every_client
def test_what_another_process_saved_is_found_when_a_token_is_refused(send: Send, api: SmallApi) -> None:
    """Then no refresh is needed: a rotating server would see one as theft."""
    api.good = {"access-other"}
    store = keep(tokens("no-good"))
    auth = connect(api, store)
    assert send(auth, Wish(url=f"{api.url}/silent")).status == 401  # the old one is in memory from now on
    api.refreshes = 0
    auth = connect(api, store)
    store.save("default", tokens("no-good"))
    send(auth, Wish(url=f"{api.url}/forbidden"))
    store.save("default", tokens("access-other"))
    assert send(auth, Wish(url=f"{api.url}/things")).status == 200
    assert api.refreshes == 0


@every_client
def test_a_token_is_refreshed_ahead_of_its_end(send: Send, api: SmallApi) -> None:
    """Within the leeway, beside the requests; where that fails they go on with the old one, and it is tried again."""
    api.good = {"access-0"}
    api.troubles = [503] * 4
    auth = connect(api, keep(tokens(left=timedelta(seconds=30))))
    for _ in range(3):
        assert send(auth, Wish(url=f"{api.url}/things")).status == 200
    wait_until(lambda: api.refreshes == 4)
    auth = connect(api, keep(tokens(left=timedelta(seconds=30))))
    for _ in range(2):
        assert send(auth, Wish(url=f"{api.url}/things")).status == 200
    wait_until(lambda: api.refreshes == 5)
    assert send(auth, Wish(url=f"{api.url}/things")).status == 200


@pytest.mark.parametrize("address", ["http://api.example.com", "http://192.0.2.1:8080", "ftp://localhost", "nothing"])
def test_no_credential_is_made_for_plain_http_elsewhere(address: str) -> None:
    """It is refused before any request."""
    with pytest.raises((InsecureTransport, ValueError)):
        BasicCredentials("i", "s", api=address)
    with pytest.raises((InsecureTransport, ValueError)):
        OAuth("i", "s", keep(None), endpoints=address)
