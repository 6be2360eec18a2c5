"""Each case that an integrator has to meet, forced, and seen by every client."""

import pytest

from .conftest import BROKEN, Desk


def test_what_is_ready_works(desk: Desk) -> None:
    """A Basic pair and a connection are there, and the API says who called."""
    network, connection = desk.authority.network, desk.authority.connection
    assert desk.calls_as(network).said["subject"] == f"network:{network.id}"
    called = desk.calls(connection)
    assert called.status == 200
    assert (called.said["network"], called.said["client"]) == (network.id, connection.app.client_id)


def test_expire_now(desk: Desk) -> None:
    """The access token is refused as too old; the refresh token buys another that works."""
    connection = desk.authority.connection
    assert desk.calls(connection).status == 200
    desk.authority.expire_now()
    refused = desk.calls(connection)
    assert refused.status == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    renewed = desk.refreshes(connection)
    assert renewed.status == 200
    headers = {
        "authorization": f"Bearer {renewed.said['access_token']}",
        "spacebring-network-id": connection.network.id,
    }
    assert desk.send("GET", desk.authority.url + "/resources/v1", headers=headers).status == 200


def test_revoke_now(desk: Desk) -> None:
    """Both tokens are dead."""
    connection = desk.authority.connection
    assert desk.calls(connection).status == 200
    desk.authority.revoke_now()
    assert desk.calls(connection).status == 401
    refused = desk.refreshes(connection)
    assert (refused.status, refused.said["error"]) == (400, "invalid_grant")


def test_disconnect_now(desk: Desk) -> None:
    """The user cuts the app off: its tokens are dead as well."""
    connection = desk.authority.connection
    desk.authority.disconnect_now()
    assert desk.calls(connection).status == 401
    assert desk.refreshes(connection).said["error"] == "invalid_grant"


def test_disconnect_now_in_one_network(desk: Desk) -> None:
    """The other network is still reached, by the same token."""
    north, south = desk.authority.network, desk.authority.add_network("Southside")
    connection = desk.authority.connect(networks=[north, south])
    desk.authority.disconnect_now(connection, network=south)
    refused = desk.calls(connection, network=south)
    assert (refused.status, refused.said["type"]) == (403, "networkForbidden")
    assert desk.calls(connection, network=north).status == 200


def test_regenerate_now(desk: Desk) -> None:
    """The old pair is refused, the new one is not."""
    old = desk.authority.network
    new = desk.authority.regenerate_now()
    assert desk.calls_as(old).status == 401
    assert desk.calls_as(new).status == 200
    assert desk.authority.network == new


def test_rotate_now(desk: Desk) -> None:
    """The tokens that another process got are good; whoever presents the replaced one ends them all."""
    connection = desk.authority.connect(desk.authority.add_app(strict=True))
    newer = desk.authority.rotate_now(connection)
    assert newer.refresh_token != connection.refresh_token
    assert desk.calls(newer).status == 200
    refused = desk.refreshes(connection)
    assert (refused.status, refused.said["error"]) == (400, "invalid_grant")
    assert desk.calls(newer).status == 401


def test_only_strict_apps_rotate(desk: Desk) -> None:
    """The contract's own refresh tokens do not change, and saying that they did would be a lie."""
    with pytest.raises(AssertionError, match="strict=True"):
        desk.authority.rotate_now(desk.authority.connection)


def test_limit_now(desk: Desk) -> None:
    """429 says how long to wait, and that long it lasts; the token endpoint is not limited."""
    connection = desk.authority.connection
    desk.authority.limit_now(seconds=7)
    limited = desk.calls(connection)
    assert (limited.status, limited.said["type"], limited.headers["retry-after"]) == (429, "rateLimited", "7")
    assert limited.headers["ratelimit"] == '"default";r=0;t=7'
    desk.authority.sleep(6.9)
    assert desk.calls(connection).headers["retry-after"] == "1"
    assert desk.refreshes(connection).status == 200
    desk.authority.sleep(0.1)
    assert desk.calls(connection).status == 200


def test_limit_now_so_many_times(desk: Desk) -> None:
    """For a client that really waits, while the clock stands still."""
    desk.authority.limit_now(times=2)
    assert [desk.calls_as(desk.authority.network).status for _ in range(3)] == [429, 429, 200]


def test_fail_now(desk: Desk) -> None:
    """503 with Retry-After at the API and at the token endpoint, each in its own form."""
    connection = desk.authority.connection
    desk.authority.fail_now(times=2)
    failed = desk.calls(connection)
    assert (failed.status, failed.headers["retry-after"]) == (503, "1")
    failed = desk.refreshes(connection)
    assert (failed.status, failed.said, failed.headers["retry-after"]) == (
        503,
        {"error": "temporarily_unavailable"},
        "1",
    )
    assert desk.refreshes(connection).status == 200
    assert desk.calls(connection).status == 200


def test_fail_now_at_one_path_until_recovery(desk: Desk) -> None:
    """Only that path, for as long as the test wants."""
    connection = desk.authority.connection
    desk.authority.fail_now(times=None, path="/oauth2/token")
    assert [desk.refreshes(connection).status for _ in range(3)] == [503, 503, 503]
    assert desk.calls(connection).status == 200
    desk.authority.recover()
    assert desk.refreshes(connection).status == 200


def test_lose_answer_now(desk: Desk) -> None:
    """The code was redeemed, and nobody knows: trying again ends what it bought, as the protocol has it."""
    authority, app = desk.authority, desk.authority.app
    code = (
        authority.approve(
            f"{authority.url}/oauth2/authorize?client_id={app.client_id}&redirect_uri={app.redirect_uri}"
            "&response_type=code&scope=resources&state=s"
        )
        .partition("code=")[2]
        .partition("&")[0]
    )
    authority.lose_answer_now(path="/oauth2/token")
    with pytest.raises(BROKEN):
        desk.asks_token(app, grant_type="authorization_code", code=code)
    assert desk.asks_token(app, grant_type="authorization_code", code=code).said["error"] == "invalid_grant"
    assert [(seen.path, seen.status) for seen in authority.seen] == [("/oauth2/token", None), ("/oauth2/token", 400)]


def test_a_lost_refresh_is_asked_again(desk: Desk) -> None:
    """Also a strict app loses nothing: until the successor is used, the same token is answered."""
    connection = desk.authority.connect(desk.authority.add_app(strict=True))
    desk.authority.lose_answer_now()
    with pytest.raises(BROKEN):
        desk.refreshes(connection)
    assert desk.refreshes(connection).status == 200


def test_the_metadata_is_the_authority_s_own(desk: Desk) -> None:
    """Whatever the client discovers leads back to the authority."""
    told = desk.send("GET", desk.authority.url + "/.well-known/oauth-authorization-server").said
    assert told["issuer"] == desk.authority.url
    assert told["token_endpoint"] == desk.authority.url + "/oauth2/token"
