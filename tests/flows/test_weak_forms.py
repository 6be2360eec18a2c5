"""Counting weak forms beside the requests, and switching them off: flows/weak_forms.py, flows/hardening.py."""

from typing import Any

import pytest

from frontdesk.flows.hardening import AppStanding, Hardening, Treatment
from frontdesk.flows.operator import Objection
from frontdesk.flows.weak_forms import WeakForms
from frontdesk.protocol.ids import DAY, MINUTE, ClientId, Micros
from frontdesk.protocol.records import Client, Profile
from frontdesk.protocol.store import StoreUnavailable
from frontdesk.protocol.weak_forms import ABOUT, WeakForm, WeakUse
from frontdesk.testing.story import OPERATOR, Partner, Story

pytestmark = pytest.mark.anyio


class ShutStore:
    """A store that takes nothing until it is opened, then keeps what it was told."""

    def __init__(self) -> None:
        self.is_open = False
        self.told: list[WeakUse] = []

    async def count_weak_forms(self, *, uses: list[WeakUse]) -> None:
        """Refuse, or keep."""
        if not self.is_open:
            raise StoreUnavailable("shut")
        self.told += uses


async def use(story: Story, partner: Partner, *forms: WeakForm) -> None:
    """The app uses these forms now, as far as the counter is concerned."""
    for form in forms:
        story.weak_forms.saw(ClientId(partner.client_id), form, story.clock.now())
    await story.weak_forms.flush(everything=True)


async def asks_for(story: Story, partner: Partner, **wishes: Any) -> Client | Objection:
    """The operator wants the app treated otherwise."""
    asked = {"profile": None, "require_pkce": None, "force": False, **wishes}
    hardening = Hardening(store=story.house.store, clock=story.clock)
    return await hardening.change(partner.client_id, origin=OPERATOR, **asked)


async def standing_of(story: Story, partner: Partner) -> AppStanding | None:
    """What the report says of an app."""
    found = await Hardening(store=story.house.store, clock=story.clock).list_standings()
    return next((one for one in found if one.client.id == partner.client_id), None)


def test_every_form_is_told_of() -> None:
    """A new form needs its words."""
    assert set(ABOUT) == set(WeakForm)


async def test_a_form_is_written_at_once_and_then_once_a_minute(story: Story) -> None:
    """However often it is used and flushed in between; at the end the rest is written."""
    partner = await story.partner()
    store, form = story.house.store, WeakForm.REFRESH_UNROTATED
    counter, start = WeakForms(store, story.clock), story.clock.now()
    uses = []
    for _ in range(13):
        counter.saw(ClientId(partner.client_id), form, story.clock.now())
        await counter.flush()
        uses.append((await store.list_weak_forms())[0].uses)
        story.clock.pass_seconds(5)
    assert uses == [1] * 12 + [13]
    counter.saw(ClientId(partner.client_id), form, story.clock.now())
    await counter.flush(everything=True)
    (written,) = await store.list_weak_forms()
    assert (written.uses, written.first_at, written.last_at) == (14, start, start + MINUTE + 5_000_000)


async def test_what_could_not_be_written_is_not_lost(story: Story) -> None:
    """FAULTS: the store is away for a while; counts and first use are whole afterwards."""
    store: Any = ShutStore()
    counter, start = WeakForms(store, story.clock), story.clock.now()
    for _ in range(3):
        counter.saw(ClientId("fdci_a"), WeakForm.NO_PKCE, story.clock.now())
        story.clock.pass_seconds(1)
        with pytest.raises(StoreUnavailable):
            await counter.flush()
    store.is_open = True
    await counter.flush()
    last = Micros(start + 2_000_000)
    assert store.told == [
        WeakUse(client_id=ClientId("fdci_a"), form=WeakForm.NO_PKCE, first_at=start, last_at=last, uses=3)
    ]


@pytest.mark.parametrize(
    ("wish", "blocking", "harmless"),
    [
        (
            {"profile": Profile.STRICT},
            [WeakForm.NO_PKCE, WeakForm.NO_STATE_NO_PKCE, WeakForm.REVOKE_QUERY, WeakForm.REVOKE_UNAUTHENTICATED],
            [WeakForm.REFRESH_UNROTATED],
        ),
        (
            {"require_pkce": True},
            [WeakForm.NO_PKCE, WeakForm.NO_STATE_NO_PKCE],
            [WeakForm.REVOKE_QUERY, WeakForm.REVOKE_UNAUTHENTICATED, WeakForm.REFRESH_UNROTATED],
        ),
    ],
    ids=["strict", "pkce"],
)
async def test_what_is_in_use_is_not_switched_off(
    story: Story, wish: dict[str, Any], blocking: list[WeakForm], harmless: list[WeakForm]
) -> None:
    """For thirty days to the microsecond, with the list; what takes nothing away does not block. Force does it."""
    for form in blocking:
        partner = await story.partner()
        await use(story, partner, form)
        story.clock.pass_micros(30 * DAY - 1)
        refused = await asks_for(story, partner, **wish)
        assert isinstance(refused, Objection)
        assert ABOUT[form].text in refused.problem
        assert "--force" in refused.hint
        story.clock.pass_micros(1)
        assert isinstance(await asks_for(story, partner, **wish), Client)
    partner = await story.partner()
    await use(story, partner, *harmless)
    assert isinstance(await asks_for(story, partner, **wish), Client)
    forced = await story.partner()
    await use(story, forced, *blocking)
    assert isinstance(await asks_for(story, forced, **wish, force=True), Client)
    newest = (await story.house.store.list_audit(limit=1))[0]
    assert newest.action == "client.profile_changed"
    assert newest.detail.endswith("by force")


async def test_mx_10_a_change_keeps_what_is_not_named(story: Story) -> None:
    """MX-10: profile and PKCE are changed one by one; loosening is never refused."""
    partner = await story.partner()
    assert isinstance(await asks_for(story, partner, require_pkce=True), Client)
    for profile in (Profile.STRICT, Profile.COMPAT):
        changed = await asks_for(story, partner, profile=profile)
        assert isinstance(changed, Client)
        assert (changed.profile, changed.require_pkce) == (profile, True)
    await use(story, partner, *WeakForm)
    changed = await asks_for(story, partner, require_pkce=False)
    assert isinstance(changed, Client)
    assert (changed.profile, changed.require_pkce) == (Profile.COMPAT, False)
    assert [event.detail for event in await story.house.store.list_audit(limit=4)] == [
        "compat with PKCE to compat",
        "strict with PKCE to compat with PKCE",
        "compat with PKCE to strict with PKCE",
        "compat to compat with PKCE",
    ]


async def test_the_report_says_what_is_needed_and_since_when_the_rest_is_not(story: Story) -> None:
    """In use; not since its last use; not since the app was made. What can be ended is offered after thirty days."""
    partner = await story.partner(redirect_uris=["https://p.example/cb", "http://localhost/cb"])
    made_at = story.clock.now()
    story.clock.pass_days(1)
    await use(story, partner, WeakForm.NO_PKCE)
    pkce_at = story.clock.now()
    story.clock.pass_days(29)
    await use(story, partner, WeakForm.REVOKE_QUERY, WeakForm.REFRESH_UNROTATED)
    standing = await standing_of(story, partner)
    assert standing is not None
    assert standing.plain_uris == ("http://localhost/cb",)
    told = {found.form: (found.in_use, found.since) for found in standing.deviations}
    assert told == {
        WeakForm.NO_PKCE: (True, pkce_at),
        WeakForm.NO_STATE_NO_PKCE: (False, made_at),
        WeakForm.REVOKE_QUERY: (True, story.clock.now()),
        WeakForm.REVOKE_UNAUTHENTICATED: (False, made_at),
        WeakForm.REFRESH_UNROTATED: (True, story.clock.now()),
    }
    assert standing.can_end == ""
    story.clock.pass_days(1)
    standing = await standing_of(story, partner)
    assert standing is not None
    assert standing.can_end == "--require-pkce"
    story.clock.pass_days(29)
    await use(story, partner, WeakForm.REFRESH_UNROTATED)
    standing = await standing_of(story, partner)
    assert standing is not None
    assert standing.can_end == "--profile strict"
    assert isinstance(await asks_for(story, partner, profile=Profile.STRICT), Client)
    standing = await standing_of(story, partner)
    assert standing is not None
    assert standing.deviations == ()


async def test_strict_native_and_disabled_apps_are_not_in_the_report(story: Story) -> None:
    """They deviate from nothing, or do nothing."""
    quiet = [
        await story.partner(treatment=Treatment(profile=Profile.STRICT)),
        await story.partner(redirect_uris=["http://127.0.0.1/cb"], treatment=Treatment(native=True)),
        await story.partner(),
    ]
    await story.house.store.set_client_disabled(
        client_id=ClientId(quiet[2].client_id), disabled=True, now=story.clock.now(), audit=story.an_audit_row("off")
    )
    for partner in quiet:
        assert await standing_of(story, partner) is None
