"""Refreshes that are kept: whatever changes, the very same bytes are judged anew, on the very next try (D5)."""

import pickle
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from flows.foreign import foreign_secrets, foreign_tokens
from flows.scene import BLOCKED, COURSES, PICKER, REVOKED, UNBLOCKED, Change, Scene, name_of, parts_of
from frontdesk.flows import repeats as kept_refreshes
from frontdesk.flows.freshcodes import FreshCodes
from frontdesk.flows.registration import FreshClient
from frontdesk.flows.repeats import Repeats
from frontdesk.flows.rotation import Rotation
from frontdesk.flows.token import TokenFlow
from frontdesk.flows.uses import LastUses
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import read_form
from frontdesk.protocol.ids import HOUR
from frontdesk.protocol.token import TokenAnswer
from frontdesk.storage import open_sqlite
from frontdesk.testing.story import OPERATOR, Story, tokens_of
from frontdesk.testing.wire import FORM, Reply, call

pytestmark = pytest.mark.anyio


class Counter:
    """The token endpoint's walk of one worker, whose kept refreshes can be looked at."""

    def __init__(self, story: Story) -> None:
        """Nothing is kept yet."""
        house = story.house
        self.store = house.store
        self.repeats = Repeats(house.mint.trace)
        self.flow = TokenFlow(
            store=house.store,
            clock=house.clock,
            mint=house.mint,
            witness=house.witness,
            uses=LastUses(house.store),
            weak_forms=WeakForms(house.store, house.clock),
            repeats=self.repeats,
            rotation=Rotation(store=house.store, mint=house.mint, witness=house.witness),
            foreign_secrets=foreign_secrets(story),
            foreign_tokens=foreign_tokens(story),
            fresh=FreshCodes(),
            offered_roles=PICKER,
            access_token_lifetime=HOUR,
            grants_per_connection=256,
        )

    async def serves(self, body: bytes) -> TokenAnswer | Refusal:
        """Serve a request that has no proof beside its body, as the endpoint does."""
        again = self.flow.answer_again(body)
        if again is not None:
            return again
        form = read_form(body)
        assert form is not None
        return await self.flow.answer(form, [], OPERATOR, body=body)

    async def refuses(self, body: bytes) -> Reason | None:
        """Why the request is refused; None where it is granted."""
        outcome = await self.serves(body)
        return outcome.reason if isinstance(outcome, Refusal) else None

    def holds(self, body: bytes) -> bool:
        """Whether these bytes are kept as granted, and stand."""
        return self.repeats.find(body, self.store.glance()) is not None

    @property
    def kept(self) -> int:
        """How many refreshes are kept, standing or not."""
        return len(self.repeats._kept)


async def grant_twice(counter: Counter, body: bytes) -> TokenAnswer:
    """Grant a refresh by its records, then again by what was kept; the second answer."""
    assert await counter.refuses(body) is None
    assert counter.holds(body)
    again = counter.flow.answer_again(body)
    assert again is not None
    return again


@pytest.mark.parametrize("course", COURSES, ids=name_of)
async def test_after_each_change_the_same_bytes_are_judged_anew(story: Story, course: tuple[Change, ...]) -> None:
    """Refused, or granted again where it should be: on the first refresh after the change, and on the second."""
    scene, counter = await Scene.open(story), Counter(story)
    body = scene.refresh
    await grant_twice(counter, body)
    for change in course:
        await change.happens(scene)
        assert not counter.holds(body)
        assert await counter.refuses(body) is change.refresh
        assert counter.holds(body) is (change.refresh is None)
        assert await counter.refuses(body) is change.refresh


async def test_a_kept_refresh_gives_what_the_first_one_gave(story: Story) -> None:
    """Contract, step 4: the same refresh token and scopes, an access token of its own, good for an hour from now."""
    scene, counter = await Scene.open(story), Counter(story)
    body, token = scene.refresh, scene.partner.held.refresh_token
    first = await counter.serves(body)
    story.clock.pass_days(365)
    assert counter.holds(body)
    second, third = await counter.serves(body), await counter.serves(body)
    answers = [answer for answer in (first, second, third) if isinstance(answer, TokenAnswer)]
    assert len({answer.access_token for answer in answers}) == 3
    for answer in answers:
        assert (answer.refresh_token, answer.scopes, answer.expires_in) == (token, ("resources", "locations"), 3600)
    story.clock.pass_micros(HOUR - 1)
    assert await scene.partner.is_let_in("GET /resources/v1", network=scene.north.id, token=answers[1].access_token)
    assert not await scene.partner.is_let_in("GET /resources/v1", network=scene.north.id, token=answers[0].access_token)
    story.clock.pass_micros(1)
    assert not await scene.partner.is_let_in("GET /resources/v1", network=scene.north.id, token=answers[1].access_token)


async def test_a_rotated_secret_ends_the_old_bytes_and_serves_the_new(story: Story) -> None:
    """What the user granted stays; who proves itself by the old secret is nobody."""
    scene, counter = await Scene.open(story), Counter(story)
    old = scene.refresh
    await grant_twice(counter, old)
    fresh = await scene.registration.rotate_secret(scene.partner.client_id, origin=OPERATOR)
    assert isinstance(fresh, FreshClient)
    assert await counter.refuses(old) is Reason.CLIENT_UNPROVEN
    await grant_twice(counter, scene.refresh_with(client_secret=fresh.secret))
    assert await counter.refuses(old) is Reason.CLIENT_UNPROVEN


async def test_other_bytes_are_another_request(story: Story) -> None:
    """A kept refresh proves nothing for a wrong secret, another token, another app or a wider scope."""
    scene, counter = await Scene.open(story), Counter(story)
    stranger = await story.partner("Stranger")
    await grant_twice(counter, scene.refresh)
    token, secret = scene.partner.held.refresh_token, scene.partner.client_secret
    others = [
        (scene.refresh_with(client_secret=secret[:-1]), Reason.CLIENT_UNPROVEN),
        (scene.refresh_with(client_secret=stranger.client_secret), Reason.CLIENT_UNPROVEN),
        (scene.refresh_with(client_id=stranger.client_id, client_secret=stranger.client_secret), Reason.OTHER_CLIENT),
        (scene.refresh_with(refresh_token=token[:-1]), Reason.TOKEN_UNKNOWN),
        (scene.refresh_with(scope="resources admin"), Reason.SCOPE_WIDENED),
        (scene.refresh_with(grant_type="password"), Reason.UNSUPPORTED_GRANT_TYPE),
    ]
    for body, reason in others:
        assert await counter.refuses(body) is reason
        assert not counter.holds(body)
    assert counter.kept == 1
    assert counter.holds(scene.refresh)


async def test_a_narrowed_refresh_stays_narrow_and_narrows_nothing_else(story: Story) -> None:
    """RFC 6749 §6: each request's own scope, kept or not."""
    scene, counter = await Scene.open(story), Counter(story)
    whole, narrow = scene.refresh, scene.refresh_with(scope="locations")
    assert (await grant_twice(counter, whole)).scopes == ("resources", "locations")
    assert (await grant_twice(counter, narrow)).scopes == ("locations",)
    assert (await grant_twice(counter, whole)).scopes == ("resources", "locations")


async def test_a_token_that_was_written_with_escapes_is_served_and_not_kept(story: Story) -> None:
    """What cannot be read out of the bytes again is judged each time."""
    scene, counter = await Scene.open(story), Counter(story)
    token = scene.partner.held.refresh_token
    body = scene.refresh.replace(token.encode(), b"%66" + token[1:].encode())
    for _ in range(2):
        answer = await counter.serves(body)
        assert isinstance(answer, TokenAnswer)
        assert answer.refresh_token == token
    assert counter.kept == 0


async def test_a_field_that_ends_like_the_token_s_is_not_mistaken_for_it(story: Story) -> None:
    """The answer names the token that was proven, wherever else the bytes hold something like it."""
    scene, counter = await Scene.open(story), Counter(story)
    token = scene.partner.held.refresh_token
    decoys = [f"x_refresh_token={token}x&".encode(), f"x_refresh_token={token[:-1]}&".encode(), b"x=refresh_token%3D&"]
    for decoy in decoys:
        assert (await grant_twice(counter, decoy + scene.refresh)).refresh_token == token


async def test_only_granted_refreshes_are_kept(story: Story) -> None:
    """No refusal, and no exchange of a code: a code's second use must end what the first one issued."""
    scene, counter = await Scene.open(story), Counter(story)
    await BLOCKED.happens(scene)
    assert await counter.refuses(scene.refresh) is Reason.USER_BLOCKED
    await UNBLOCKED.happens(scene)
    code = await scene.partner.obtains_code(await story.signs_in(), networks=[scene.north.id])
    exchange = urlencode(
        {
            "client_id": scene.partner.client_id,
            "client_secret": scene.partner.client_secret,
            "grant_type": "authorization_code",
            "code": code,
        }
    ).encode()
    assert await counter.refuses(exchange) is None
    assert counter.kept == 0
    assert await counter.refuses(exchange) is Reason.CODE_USED


async def post(story: Story, body: bytes, *headers: tuple[str, str], query: str = "") -> Reply:
    """Send these very bytes to the endpoint."""
    sent = [("content-type", FORM), *headers]
    return await call(story.app, "POST", "/oauth2/token" + query, headers=sent, body=body)


async def test_a_body_is_kept_only_where_it_was_the_whole_proof(story: Story) -> None:
    """Proven by an Authorization header, the same body without it is nobody's; so it is with a query beside it."""
    scene = await Scene.open(story)
    pair = b64encode(f"{scene.partner.client_id}:{scene.partner.client_secret}".encode()).decode()
    bare = urlencode({"grant_type": "refresh_token", "refresh_token": scene.partner.held.refresh_token}).encode()
    for _ in range(2):
        assert (await post(story, bare, ("authorization", f"Basic {pair}"))).status == 200
        assert (await post(story, bare)).json()["error"] == "invalid_client"


async def test_what_comes_beside_a_kept_body_is_still_judged(story: Story) -> None:
    """A second credential, a parameter in the query, another content type: refused as if nothing were kept."""
    scene = await Scene.open(story)
    body = scene.refresh
    for _ in range(2):
        assert tokens_of(await post(story, body)).refresh_token == scene.partner.held.refresh_token
    other = b64encode(f"{scene.partner.client_id}:wrong".encode()).decode()
    assert (await post(story, body, ("authorization", f"Basic {other}"))).json()["error"] == "invalid_request"
    assert (await post(story, body, query="?scope=resources")).json()["error"] == "invalid_request"
    plain = await call(story.app, "POST", "/oauth2/token", headers=[("content-type", "text/plain")], body=body)
    assert plain.json()["error"] == "invalid_request"
    assert (await call(story.app, "GET", "/oauth2/token", body=body)).status == 405


async def test_a_change_by_another_worker_counts_at_once(tmp_path: Path) -> None:
    """D5: what another process committed to the database is seen before any kept refresh is trusted."""
    path = tmp_path / "frontdesk.db"
    here = await open_sqlite(path, create=True, identity=bytes(16))
    there = await open_sqlite(path, create=False)
    try:
        story = await Story.begin(here)
        scene, counter = await Scene.open(story), Counter(story)
        await grant_twice(counter, scene.refresh)
        elsewhere = replace(scene, story=replace(story, house=replace(story.house, store=there)))
        await REVOKED.happens(elsewhere)
        assert not counter.holds(scene.refresh)
        assert await counter.refuses(scene.refresh) is Reason.GRANT_REVOKED
    finally:
        await there.aclose()
        await here.aclose()


async def test_no_secret_is_kept(story: Story) -> None:
    """Neither printed nor held: the body, the refresh token, the app's secret, the access tokens that were bought."""
    scene, counter = await Scene.open(story), Counter(story)
    bought = await grant_twice(counter, scene.refresh)
    held = pickle.dumps(counter.repeats._kept)  # every byte of every field, printed or not
    shown = repr(counter.repeats) + repr(counter.repeats._kept)
    assert scene.partner.client_id.encode() in held  # the search can find what is there
    secrets = {
        "body": scene.refresh.decode(),
        "refresh token": scene.partner.held.refresh_token,
        "app's secret": scene.partner.client_secret,
        "access token": bought.access_token,
    }
    for name, secret in secrets.items():
        assert not any(part.encode() in held or part in shown for part in parts_of(secret)), name


async def test_only_so_many_are_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that varies its bytes without end takes no more room than `KEPT`; what went is judged anew."""
    monkeypatch.setattr(kept_refreshes, "KEPT", 3)
    scene, counter = await Scene.open(story), Counter(story)
    bodies = [scene.refresh_with(nonce=str(number)) for number in range(10)]
    for body in bodies:
        await grant_twice(counter, body)
        assert counter.kept <= 3
    assert not counter.holds(bodies[0])
    assert await counter.refuses(bodies[0]) is None
