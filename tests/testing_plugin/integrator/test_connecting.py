"""The user's part of connecting, without a browser."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from frontdesk.testing import FakeAuthority


def authorize_url(authority: FakeAuthority, **changed: str) -> str:
    """Where the integrator's code sends the user."""
    app = authority.app
    asked = {
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "response_type": "code",
        "scope": "resources",
        "state": "s-1",
    }
    return f"{authority.url}/oauth2/authorize?" + urlencode({**asked, **changed})


def answer_in(address: str) -> dict[str, str]:
    """What comes back in the callback's query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_the_user_approves(authority: FakeAuthority) -> None:
    """The callback has a code that is good, the state that was sent, and who issued it."""
    back = authority.approve(authorize_url(authority))
    assert back.startswith(authority.app.redirect_uri + "?")
    answer = answer_in(back)
    assert (answer["state"], answer["iss"]) == ("s-1", authority.url)
    form = {
        "client_id": authority.app.client_id,
        "client_secret": authority.app.client_secret,
        "grant_type": "authorization_code",
        "code": answer["code"],
    }
    with httpx2.Client(transport=authority.transport()) as client:
        tokens = client.post(authority.url + "/oauth2/token", data=form).json()
    assert tokens["scope"] == "resources"


def test_the_user_denies(authority: FakeAuthority) -> None:
    """With the error of RFC 6749 §4.1.2.1."""
    answer = answer_in(authority.deny(authorize_url(authority)))
    assert (answer["error"], answer["state"]) == ("access_denied", "s-1")


def test_a_day_later_the_user_signs_in_again(authority: FakeAuthority) -> None:
    """Sessions end while the clock goes on; approving goes on all the same."""
    for _ in range(3):
        assert "code" in answer_in(authority.approve(authorize_url(authority, prompt="consent")))
        authority.clock.pass_days(1)


def test_a_request_that_shows_an_error_page_is_said_so(authority: FakeAuthority) -> None:
    """Nobody is sent back to an address that is not registered."""
    with pytest.raises(AssertionError, match="not sent back"):
        authority.approve(authorize_url(authority, redirect_uri="https://elsewhere.example/cb"))


def test_another_address_is_refused(authority: FakeAuthority) -> None:
    """A URL made for another server would never have come here."""
    with pytest.raises(AssertionError, match="is not at"):
        authority.approve("https://other.example/oauth2/authorize?client_id=x")


def test_several_users_and_apps(authority: FakeAuthority) -> None:
    """Each connection is its own."""
    south = authority.add_network("Southside", owner="pavlo@southside.example")
    other = authority.add_app("Coffee", scope="locations")
    connection = authority.connect(other, networks=[south])
    assert (connection.user, connection.scope) == ("pavlo@southside.example", "locations")
    authority.revoke_now(connection)
    with httpx2.Client(transport=authority.transport(), base_url=authority.url) as client:
        mine = authority.connection
        headers = {"authorization": f"Bearer {mine.access_token}", "spacebring-network-id": mine.network.id}
        assert client.get("/resources/v1", headers=headers).status_code == 200


def test_a_public_app_has_no_secret(authority: FakeAuthority) -> None:
    """It proves itself by PKCE alone."""
    app = authority.add_app(public=True)
    assert app.client_secret is None
    assert authority.connect(app).refresh_token
