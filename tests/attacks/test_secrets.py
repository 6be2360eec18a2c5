"""Attacks on secrets that an owner may see again, and on the mails about them (rows OW-07 to OW-09, EM-01 to EM-05)."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.storage import MemoryStore, open_sqlite
from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import OPERATOR, OWNER, Customer, Story
from frontdesk.testing.wire import Reply, call

pytestmark = pytest.mark.anyio

BOSS = "boss@north.example"


def _reveal(north: Customer) -> str:
    return f"/account/networks/{north.id}/api/reveal"


async def _api(browser: Browser, north: Customer) -> Reply:
    return await browser.open(f"/account/networks/{north.id}/api")


async def _revealed(story: Story) -> int:
    return [event.action for event in await story.house.store.list_audit()].count("credential.revealed")


@pytest.mark.parametrize("role", ["administrator", "member"])
async def test_ow_07_nobody_but_the_owner_gets_any_of_it(story: Story, role: str) -> None:
    """OW-07: not in a page, header, script or mail, not with the owner's own form, not with a form of another page."""
    north = await story.network("North", owner=BOSS)
    await story.operator.give_role(OWNER, network_id=north.id, role=role, origin=OPERATOR)
    boss = await story.signs_in(BOSS)
    owners_form = find_form(await _api(boss, north), action=_reveal(north))
    browser = await story.signs_in()
    own_form = find_form(await browser.open("/account"), action="/sign-out")
    replies = [
        await browser.get(f"/account/networks/{north.id}/api"),
        await browser.get(_reveal(north)),
        await browser.post(_reveal(north), owners_form.hidden),
        await browser.post(_reveal(north), own_form.hidden),
        await browser.open("/account"),
        await browser.open(f"/account/networks/{north.id}/apps"),
        await browser.open("/account/apps"),
        await browser.get("/_frontdesk/static/secret.js"),
    ]
    assert [reply.status for reply in replies[:4]] == [403, 405, 403, 403]
    pair = await story.house.store.find_credential_of(north.id)
    assert pair is not None
    assert pair.sealed_secret is not None
    for text in [str(reply.headers) + reply.text for reply in replies] + [x.text for x in story.mail.to(OWNER)]:
        for secret in (north.client_secret, north.client_secret[5:25], pair.sealed_secret, north.client_id):
            assert secret not in text
    assert await _revealed(story) == 0


async def test_ow_07_the_role_is_read_in_the_very_write(story: Story) -> None:
    """OW-07: an owner who was one when the page was made, but is another by the write, is shown nothing."""
    north = await story.network("North", owner=BOSS)
    ada = await story.operator.give_role(OWNER, network_id=north.id, role="administrator", origin=OPERATOR)
    noted = await story.house.store.note_reveal(
        owner_id=ada.user.id,  # type: ignore[union-attr]
        network_id=north.id,
        version=1,
        seen_at=None,
        now=story.clock.now(),
        audit=story.an_audit_row("credential.revealed"),
    )
    assert not noted
    assert await _revealed(story) == 0


async def test_ow_08_no_get_shows_it(story: Story) -> None:
    """OW-08: GET, HEAD and a GET that says it is a POST, with the whole form in the query: nothing."""
    north = await story.network("North")
    browser = await story.signs_in()
    form = find_form(await _api(browser, north), action=_reveal(north))
    query = "&".join(f"{name}={value}" for name, value in form.hidden)
    cookie = ("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    for method in ("GET", "HEAD", "PUT"):
        reply = await call(
            story.app,
            method,
            f"{_reveal(north)}?{query}&_method=POST",
            headers=[cookie, ("x-http-method-override", "POST"), ("origin", ISSUER)],
        )
        assert (reply.status, north.client_secret in reply.text) == (405, False)
    assert await _revealed(story) == 0


async def test_ow_08_a_replayed_form_shows_nothing(story: Story) -> None:
    """OW-08: the same form again, the form with its spent mark exchanged, and one from before a regeneration."""
    north = await story.network("North")
    browser = await story.signs_in()
    first = await _api(browser, north)
    form = find_form(first, action=_reveal(north))
    assert north.client_secret in (await browser.post(_reveal(north), form.hidden)).text
    replayed = await browser.post(_reveal(north), form.hidden)
    assert (replayed.status, north.client_secret in replayed.text) == (409, False)
    assert "one page shows it once" in replayed.text
    # The mark is part of what the form's token proves: today's mark with yesterday's token is a forged form.
    now = dict(find_form(replayed, action=_reveal(north)).hidden)
    assert now["request"] != dict(form.hidden)["request"]
    forged = await browser.post(_reveal(north), list({**dict(form.hidden), "request": now["request"]}.items()))
    assert (forged.status, north.client_secret in forged.text) == (403, False)
    await story.operator.regenerate_credential(north.id, origin=OPERATOR)
    late = await browser.post(_reveal(north), list(now.items()))
    assert (late.status, "fdns_" in late.text) == (409, False)
    assert await _revealed(story) == 1


async def test_ow_08_without_a_fresh_sign_in_it_leads_to_one(story: Story) -> None:
    """OW-08: a session of five minutes is sent to sign in; its old form is worth nothing in the new session."""
    north = await story.network("North")
    browser = await story.signs_in()
    form = find_form(await _api(browser, north), action=_reveal(north))
    story.clock.pass_minutes(5)
    step_up = await browser.post(_reveal(north), form.hidden)
    assert "Sign in again" in step_up.text
    code_page = await browser.submit(step_up, email=OWNER)
    await browser.submit(code_page, code=story.login_code(OWNER))
    stale = await browser.post(_reveal(north), form.hidden)
    assert (stale.status, north.client_secret in stale.text) == (403, False)
    assert await _revealed(story) == 0


async def test_ow_08_seeing_the_page_does_not_make_a_session_fresh(story: Story) -> None:
    """OW-08: only a sign-in does; hours of clicking about do not."""
    north = await story.network("North")
    browser = await story.signs_in()
    for _ in range(4):
        story.clock.pass_minutes(60)
        await browser.open("/account")
    reply = await browser.submit(await _api(browser, north), action=_reveal(north))
    assert "Sign in again" in reply.text
    assert await _revealed(story) == 0


@pytest.mark.parametrize(
    "headers",
    [
        (("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")),
        (("origin", ISSUER), ("sec-fetch-site", "cross-site")),
        (("origin", "null"),),
    ],
)
async def test_ow_08_another_site_cannot_press_the_button(story: Story, headers: tuple[tuple[str, str], ...]) -> None:
    """OW-08, ST-04: even with the right form."""
    north = await story.network("North")
    browser = await story.signs_in()
    form = find_form(await _api(browser, north), action=_reveal(north))
    assert (await browser.post(_reveal(north), form.hidden, headers=headers)).status == 403
    assert await _revealed(story) == 0


async def test_ow_09_the_answer_is_kept_nowhere_and_says_nothing_by_the_way(story: Story) -> None:
    """OW-09: no-store, folded away, no field that a browser fills or saves, neutral title, no referrer."""
    north = await story.network("North")
    browser = await story.signs_in()
    shown = await browser.submit(await _api(browser, north), action=_reveal(north))
    assert shown.header("cache-control") == "no-store"
    assert shown.header("referrer-policy") in ("no-referrer", "same-origin")
    assert shown.all("set-cookie") == []
    title = shown.text.split("<title>")[1].split("</title>")[0]
    assert title == "API secret - Frontdesk"
    # Once in the page, inside a fold that is shut, marked as nothing to translate; in no field, attribute or link.
    assert shown.text.count(north.client_secret) == 1
    fold = re.search(r"<details>(.*?)</details>", shown.text, re.DOTALL)
    assert fold is not None
    assert f'id="secret" dir="ltr" translate="no">{north.client_secret}</code>' in fold.group(1)
    assert not re.search(r"<(?:input|textarea)\b(?![^>]*hidden)", shown.text)
    assert "&bull;" in shown.text
    assert all(north.client_secret not in value for _, value in shown.headers)


class _FullDisk:
    """A failpoint: from `fill` on, no commit can be made durable."""

    full = False

    def __call__(self, step: str) -> None:
        if self.full and step.endswith("before_commit"):
            raise OSError("disk full")


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_nothing_is_shown_that_cannot_be_written_down(kind: str, tmp_path: Path) -> None:
    """D8: where the audit row cannot be made durable the answer is 503, without the secret and without a mail."""
    disk = _FullDisk()
    store = (
        MemoryStore(failpoint=disk)
        if kind == "memory"
        else await open_sqlite(tmp_path / "frontdesk.db", create=True, identity=bytes(16), failpoint=disk)
    )
    story = await Story.begin(store)
    north = await story.network("North")
    browser = await story.signs_in()
    page = await _api(browser, north)
    letters = len(story.mail.letters)
    disk.full = True
    reply = await browser.submit(page, action=_reveal(north))
    assert (reply.status, north.client_secret in reply.text) == (503, False)
    assert len(story.mail.letters) == letters
    disk.full = False
    assert await _revealed(story) == 0
    assert north.client_secret in (await browser.submit(page, action=_reveal(north))).text
    await store.aclose()


async def test_em_01_em_03_em_04_new_letters_go_to_one_person_and_hold_what_was_meant(story: Story) -> None:
    """EM-01, EM-03, EM-04: names that came in unjudged add no header, recipient or message to any new letter."""
    north = await story.network("North")
    partner = await story.partner()
    store = story.house.store
    evil = "X\r\n.\r\nMAIL FROM:<a@evil.example>\r\nBcc: b@evil.example\x00\u202e"
    if isinstance(store, MemoryStore):  # as an import that judged nothing would have left it
        for network in list(store.networks.values()):
            store.networks[network.id] = replace(network, title=evil)
        for client in list(store.clients.values()):
            store.clients[client.id] = replace(client, name=evil)
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    await partner.revokes()
    await browser.submit(await _api(browser, north), action=_reveal(north))
    assert len(story.mail.letters) == 5
    for letter in story.mail.letters:
        assert letter.to == OWNER
        assert not re.search("[\r\0\u202e]", letter.subject + letter.text)
        assert "\n" not in letter.subject
        assert not re.search(r"(?m)^(\.|Bcc:|MAIL FROM)", letter.text)


async def test_em_05_links_of_the_new_letters_come_from_the_configuration(story: Story) -> None:
    """EM-05: a forged Host and forwarded host change no link in any of them."""
    north = await story.network("North")
    partner = await story.connected_partner(networks=[north.id])
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    form = find_form(await _api(browser, north), action=_reveal(north))
    cookie = ("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    forged = [("x-forwarded-host", "evil.example"), ("host", "evil.example")]
    await call(story.app, "POST", _reveal(north), headers=[cookie, ("origin", ISSUER), *forged], form=form.hidden)
    await call(story.app, "POST", f"/oauth2/revoke?token={partner.held.access_token}", headers=forged)
    subjects = " ".join(letter.subject for letter in story.mail.letters)
    for words in ("was connected to", "new browser", "was shown", "a connection of"):
        assert words in subjects
    for letter in story.mail.letters:
        links = re.findall(r"https?://[^/\s]+", letter.text)
        assert set(links) == {ISSUER}


async def test_no_secret_is_in_any_letter(story: Story) -> None:
    """D12: of all that is issued here, only sign-in codes go by mail."""
    north = await story.network("North")
    partner = await story.connected_partner(networks=[north.id])
    story.clock.pass_minutes(1)
    browser = await story.signs_in()
    await browser.submit(await _api(browser, north), action=_reveal(north))
    await story.operator.regenerate_credential(north.id, origin=OPERATOR)
    await partner.revokes()
    for letter in story.mail.letters:
        assert not re.search(r"fd[a-z]{2}_[A-Za-z0-9_-]{20,}", letter.text + letter.subject)


async def test_a_sealed_secret_never_prints(story: Story) -> None:
    """D12: a pair's record shows neither the secret nor what it is sealed in."""
    north = await story.network("North")
    pair = await story.house.store.find_credential_of(north.id)
    assert pair is not None
    assert pair.sealed_secret is not None
    assert pair.sealed_secret not in repr(pair)
    assert north.client_secret not in repr(pair)
