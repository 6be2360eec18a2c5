"""Attacks on introspection: whoever may not know learns nothing, no dead token passes for a living one (rows IN)."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from flows.scene import BLOCKED, COURSES, DISABLED, ENABLED, UNBLOCKED, Change, Scene, name_of
from frontdesk.protocol.errors import Reason
from frontdesk.testing.story import OPERATOR, Api, Story
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio

INACTIVE = b'{"active":false}'


def basic(user: str, password: str) -> list[tuple[str, str]]:
    """An Authorization header."""
    return [("authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode())]


async def ask(story: Story, token: str, headers: list[tuple[str, str]] | None = None, **form: str) -> Reply:
    """One introspection request."""
    return await story.post("/oauth2/introspect", {"token": token, **form}, headers=headers or [])


def is_unproven(reply: Reply) -> bool:
    """401 invalid_client, not to be stored."""
    return (reply.status, reply.json()["error"], reply.header("cache-control")) == (401, "invalid_client", "no-store")


def is_inactive(reply: Reply) -> bool:
    """Exactly the one word."""
    return (reply.status, reply.body, reply.header("cache-control")) == (200, INACTIVE, "no-store")


async def test_in_01_nobody_is_told_without_proof(story: Story) -> None:
    """IN-01: no, wrong, unknown and foreign credentials are 401; so is an id alone, and the token itself as one."""
    partner, api = await story.connected_partner(), await story.api()
    token = partner.held.access_token
    north = await story.network("South")
    bare = await ask(story, token)
    assert is_unproven(bare)
    assert "Basic" in (bare.header("www-authenticate") or "")
    for user, secret in (
        (partner.client_id, api.secret),
        (api.id, partner.client_secret),
        (api.id, api.secret + "x"),
        ("fdri_unknown", api.secret),
        ("fdci_unknown", partner.client_secret),
        (north.client_id, north.client_secret),
        (api.id, ""),
    ):
        assert is_unproven(await ask(story, token, basic(user, secret)))
        assert is_unproven(await ask(story, token, client_id=user, client_secret=secret))
    assert is_unproven(await ask(story, token, client_id=partner.client_id))
    assert is_unproven(await ask(story, token, client_id=api.id))
    assert is_unproven(await ask(story, token, [("authorization", f"Bearer {token}")]))


async def test_two_proofs_are_none(story: Story) -> None:
    """CA-02 at this endpoint: two secrets, two ids or two headers are 400; the same id twice is fine."""
    partner, api = await story.connected_partner(), await story.api()
    token, header = partner.held.access_token, basic(api.id, api.secret)
    both = await ask(story, token, header, client_secret=api.secret)
    assert (both.status, both.json()["error"]) == (400, "invalid_request")
    other = await ask(story, token, header, client_id=partner.client_id)
    assert (other.status, other.json()["error"]) == (400, "invalid_request")
    assert (await ask(story, token, header + header)).status == 400
    assert (await ask(story, token, header, client_id=api.id)).json()["active"]


async def test_ca_06_an_encoded_pair_is_read_as_it_is_meant(story: Story) -> None:
    """CA-06: both halves are form-decoded here, too."""
    partner, api = await story.connected_partner(), await story.api()
    encoded = "".join(f"%{ord(c):02X}" if c in "_-" else quote(c) for c in api.id)
    assert (await ask(story, partner.held.access_token, basic(encoded, api.secret))).json()["active"]


async def test_in_03_a_dead_token_is_inactive_and_nothing_else_is_said(story: Story) -> None:
    """IN-03: unknown, malformed, expired, revoked, another client's; byte for byte the same."""
    partner, api, other = await story.connected_partner(), await story.api(), await story.partner("Other")
    held = partner.held
    for token in ("x", "fdat_x", "fdac_" + "x" * 70, held.access_token[:-1], held.access_token[:-6] + "000000", "é"):
        assert is_inactive(await api.introspects(token))
        assert is_inactive(await partner.introspects(token))
    assert is_inactive(await other.introspects(held.access_token))
    assert is_inactive(await other.introspects(held.refresh_token))
    assert (await api.introspects(held.access_token)).json()["active"]
    story.clock.pass_seconds(3_600)
    story.clock.pass_micros(-1)
    assert (await api.introspects(held.access_token)).json()["active"]
    story.clock.pass_micros(1)
    assert is_inactive(await api.introspects(held.access_token))
    assert (await partner.introspects(held.refresh_token)).json()["active"]
    await partner.revokes(held.refresh_token)
    assert is_inactive(await partner.introspects(held.refresh_token))


async def test_in_04_the_token_travels_in_the_body_only(story: Story) -> None:
    """IN-04: GET and HEAD are 405, a token or a proof in the query is 400, and nothing of it is told."""
    partner, api = await story.connected_partner(), await story.api()
    token, headers = partner.held.access_token, basic(api.id, api.secret)
    target = "/oauth2/introspect?" + urlencode({"token": token})
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        reply = await call(story.app, method, target, headers=headers)
        assert (reply.status, reply.header("allow")) == (405, "POST")
    await api.introspects(token)  # what is kept by the body must not be found by it alone
    for query in ({"token": token}, {"client_id": api.id}, {"client_secret": api.secret}):
        reply = await story.post("/oauth2/introspect?" + urlencode(query), {"token": token}, headers=headers)
        assert (reply.status, reply.json()["error"]) == (400, "invalid_request")
        assert token not in reply.text


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b'{"token":"x"}', 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded", b"token=%zz", 400),
        ("application/x-www-form-urlencoded", b"token=a&token=b", 400),
        ("application/x-www-form-urlencoded", b"", 400),
        ("application/x-www-form-urlencoded", b"token=", 400),
        ("application/x-www-form-urlencoded", b"token=" + b"x" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(200)), 400),
    ],
)
async def test_a_malformed_request_is_refused(story: Story, content_type: str, body: bytes, status: int) -> None:
    """As at the token endpoint (PP-05, PP-07, PP-15), also for somebody who is proven."""
    api = await story.api()
    headers = [("content-type", content_type), *basic(api.id, api.secret)]
    assert (await call(story.app, "POST", "/oauth2/introspect", headers=headers, body=body)).status == status


async def test_in_05_a_refresh_token_is_nothing_to_an_api(story: Story) -> None:
    """IN-05: whoever presents one at an API must not be let in with it; its client may ask about its own."""
    partner, api = await story.connected_partner(), await story.api()
    token = partner.held.refresh_token
    assert (await partner.introspects(token)).json()["active"]
    for hint in ({}, {"token_type_hint": "refresh_token"}):
        assert is_inactive(await api.introspects(token, **hint))
    assert "introspect.refresh_token" in story.sightings.names()


# What becomes of a token at an API, where a call in one network would be refused only there.
def _is_dead(change: Change) -> bool:
    return change.call is Reason.BAD_CREDENTIAL or change.refresh is Reason.NO_NETWORK_LEFT


@pytest.mark.parametrize("course", COURSES, ids=name_of)
async def test_in_06_the_strictest_rule_wins_at_once(story: Story, course: tuple[Change, ...]) -> None:
    """IN-06: whatever ends a token makes it inactive on the very next question, whoever asked before and was told."""
    scene, api = await Scene.open(story), await story.api()
    token = scene.partner.held.access_token
    for asker in (api, api, scene.partner, scene.partner):
        assert (await asker.introspects(token)).json()["active"]
    for change in course:
        story.clock.pass_seconds(1)
        await change.happens(scene)
        for _ in range(2):
            reply = await api.introspects(token)
            assert is_inactive(reply) if _is_dead(change) else reply.json()["active"], change.name


async def test_in_06_two_rules_at_once_and_one_taken_back(story: Story) -> None:
    """IN-06: blocked and disabled; as long as one of the two holds, the token is inactive."""
    scene, api = await Scene.open(story), await story.api()
    token = scene.partner.held.access_token
    for change, active in ((BLOCKED, False), (DISABLED, False), (UNBLOCKED, False), (ENABLED, True)):
        await change.happens(scene)
        assert (await api.introspects(token)).json()["active"] is active, change.name


async def disable(story: Story, api: Api) -> None:
    """The operator disables it."""
    await story.resource_servers.disable(api.id, disabled=True, origin=OPERATOR)


async def rotate(story: Story, api: Api) -> None:
    """The operator gives it a new secret."""
    await story.resource_servers.rotate_secret(api.id, origin=OPERATOR)


async def remove(story: Story, api: Api) -> None:
    """The operator forgets it."""
    await story.resource_servers.remove(api.id, origin=OPERATOR)


@pytest.mark.parametrize("act", [disable, rotate, remove])
async def test_a_resource_server_is_shut_out_at_once(story: Story, act: Callable[..., Awaitable[None]]) -> None:
    """What it was told before is not told again to a secret that is not its own any more."""
    partner, api = await story.connected_partner(), await story.api()
    token = partner.held.access_token
    for _ in range(2):
        assert (await api.introspects(token)).json()["active"]
    await act(story, api)
    assert is_unproven(await api.introspects(token))
    if act is disable:
        await story.resource_servers.disable(api.id, disabled=False, origin=OPERATOR)
        assert (await api.introspects(token)).json()["active"]


async def test_a_wrong_secret_is_not_told_what_a_right_one_was(story: Story) -> None:
    """What is kept is found by the whole proof: one byte less of it, in header or body, finds nothing."""
    partner, api = await story.connected_partner(), await story.api()
    token = partner.held.access_token
    fields = {"client_id": api.id, "client_secret": api.secret}
    for _ in range(2):
        assert (await ask(story, token, **fields)).json()["active"]
        assert (await api.introspects(token)).json()["active"]
    assert is_unproven(await ask(story, token, client_id=api.id, client_secret=api.secret[:-1]))
    assert is_unproven(await ask(story, token, basic(api.id, api.secret[:-1])))
    assert is_unproven(await ask(story, token))
    # The bytes of a header and a body in one body are another request.
    header = basic(api.id, api.secret)[0][1]
    body = f"{header}\n{urlencode({'token': token})}".encode()
    typed = [("content-type", "application/x-www-form-urlencoded")]
    assert (await call(story.app, "POST", "/oauth2/introspect", headers=typed, body=body)).status == 401


async def test_ca_04_unknown_and_wrong_look_the_same(story: Story) -> None:
    """CA-04: an unknown resource server and a wrong secret get the same answer."""
    api = await story.api()
    answers: set[Any] = set()
    for user, secret in ((api.id, "wrong"), ("fdri_" + "0" * 22, "wrong"), (api.id, ""), ("fdri_" + "0" * 22, "")):
        reply = await ask(story, "x", basic(user, secret))
        answers.add((reply.status, reply.body, reply.header("www-authenticate")))
    assert len(answers) == 1


async def test_ca_14_a_resource_server_opens_nothing_else(story: Story) -> None:
    """CA-14: its pair is no client at token and revoke, and no Basic pair at the API; an API's secret is no token."""
    partner, api = await story.connected_partner(), await story.api()
    proof = {"client_id": api.id, "client_secret": api.secret}
    for form in (
        {"grant_type": "client_credentials"},
        {"grant_type": "refresh_token", "refresh_token": partner.held.refresh_token},
    ):
        assert is_unproven(await story.post("/oauth2/token", {**proof, **form}))
    assert is_unproven(await story.post("/oauth2/revoke", {**proof, "token": partner.held.refresh_token}))
    assert (await partner.introspects(partner.held.refresh_token)).json()["active"]
    assert (await story.check("GET /resources/v1", authorization=basic(api.id, api.secret)[0][1])).status == 401
    assert (await story.check("GET /resources/v1", authorization=f"Bearer {api.secret}")).status == 401


async def test_introspection_is_never_counted_against_a_token(story: Story) -> None:
    """The ten calls a second are the partner's: an API that asks about them must not use them up."""
    partner, api = await story.connected_partner(), await story.api()
    for _ in range(30):
        assert (await api.introspects(partner.held.access_token)).json()["active"]
    assert await partner.is_let_in("GET /resources/v1")
