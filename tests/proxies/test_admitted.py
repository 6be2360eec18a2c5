"""What reaches the API through a front proxy: who calls, as Frontdesk says it, and nothing that the caller says."""

from proxies.conftest import Guarded


def test_an_admitted_call_reaches_the_api_with_its_identity(guarded: Guarded) -> None:
    """D10: the same identity headers as through the built-in proxy, never the credential, and the target unchanged."""
    told = []
    for wire in (guarded.direct(), guarded.wire()):
        reply = wire.ask("GET", "/resources/v1?day=1&startDate[gte]=2026-01-01", guarded.bearer | {"Cookie": "a=b"})
        assert reply.status == 200
        heard = guarded.api.requests[-1]
        assert heard.target == "/resources/v1?day=1&startDate[gte]=2026-01-01"
        assert heard.all("authorization") == []
        told.append(
            [(name, value) for name, value in sorted(heard.headers) if name.startswith("x-frontdesk-") and value]
        )
        assert heard.all("spacebring-network-id") == [guarded.town.places[0].id]
        # Traefik cannot tell the caller what a check that admits has said.
        named = reply.headers.get("x-request-id")
        assert len(heard.all("x-request-id")) == 1
        assert [named] == heard.all("x-request-id") or (named is None and guarded.proxy.kind == "traefik")
    assert guarded.api.requests[-1].all("cookie") == []  # the built-in proxy takes away its own alone
    assert told[0] == told[1]
    names = [name.removeprefix("x-frontdesk-") for name, _ in told[0]]
    assert names == ["client", "network", "role", "scheme", "scopes", "subject"]


def test_the_check_cannot_be_asked_through_the_proxy(guarded: Guarded) -> None:
    """GW-14: whoever stands behind a configured peer is no peer."""
    asked = {"X-Original-Method": "GET", "X-Original-URI": "/resources/v1"}
    for path in ("/_frontdesk/check", "/_frontdesk/refusal", "/_frontdesk/envoy/resources/v1"):
        reply = guarded.wire().ask("GET", path, guarded.pair | asked)
        assert (reply.status, reply.json()["type"]) == (404, "unknownOperation"), path
    assert guarded.wire().ask("GET", "/_frontdesk_check", guarded.pair | asked).status == 404  # nginx's own location


def test_what_is_left_of_a_limit_is_told_with_an_answer(guarded: Guarded) -> None:
    """RateLimit and its policy, as the built-in proxy tells them; Traefik has no way to."""
    reply = guarded.wire().ask("GET", "/resources/v1", guarded.pair)
    if guarded.proxy.kind == "traefik":
        assert "ratelimit" not in reply.headers
    else:
        assert reply.headers["ratelimit"].startswith('"default";r=')
        assert reply.headers["ratelimit-policy"].startswith('"default";q=10000')
