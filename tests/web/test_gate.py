"""The gate before every page: methods, form types, senders, sizes, tokens (rows ST, PP-07, CS-01, HD, CD-16)."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from frontdesk.storage import open_sqlite
from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import CALLBACK, OWNER, Story
from frontdesk.testing.wire import FORM, Reply, call
from frontdesk.web.page_app import Open, Own
from frontdesk.web.site import PAGES

pytestmark = pytest.mark.anyio

PATHS = {path.replace("{network}", "018f6c2a-91aa-7000-8000-000000000001"): page for path, page in PAGES.items()}
SHOWN = sorted(path for path, page in PATHS.items() if page.show is not None)
# Forms that carry a file are of another type: tests/attacks/test_logos.py.
UPLOADS = {path for path, page in PATHS.items() if isinstance(page, Own) and page.uploads}
TAKEN = sorted(path for path, page in PATHS.items() if page.take is not None and path not in UPLOADS)


async def consent_page(story: Story, browser: Browser) -> Reply:
    """The consent page of a new app, for a signed-in owner."""
    partner = await story.partner()
    return await browser.open(partner.authorize_target())


async def decide(browser: Browser, page: Reply, *, headers: tuple[tuple[str, str], ...], **changed: str) -> Reply:
    """Post the consent form with something changed."""
    pairs = dict(find_form(page, fields=frozenset({"decision"})).hidden)
    network = page.text.split('name="network" value="')[1].split('"')[0]
    pairs |= {"decision": "allow", "network": network, **changed}
    return await browser.post("/consent", list(pairs.items()), headers=headers)


OWN = (("origin", ISSUER), ("sec-fetch-site", "same-origin"))


@pytest.mark.parametrize(
    ("row", "headers", "changed"),
    [
        ("ST-04", (("sec-fetch-site", "cross-site"),), {}),
        ("ST-04", (("sec-fetch-site", "same-site"),), {}),
        ("ST-04", (("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")), {}),
        ("ST-04", (("origin", "https://evil.example"),), {}),
        ("ST-04", (("origin", "null"),), {}),
        ("ST-04", (("origin", ISSUER + ".evil.example"),), {}),
        ("ST-04", (("origin", ISSUER), ("origin", "https://evil.example")), {}),
        ("ST-04", OWN, {"form_token": ""}),
        ("ST-04", OWN, {"form_token": "1.AAAAAAAAAAAAAAAAAAAAAA"}),
        ("ST-04", OWN, {"form_token": "99999999999999999999.x"}),
        ("ST-04", OWN, {"form_token": "²٣.é"}),
        ("ST-17", OWN, {"request": "changed"}),
    ],
)
async def test_a_forged_decision_is_refused(
    story: Story, row: str, headers: tuple[tuple[str, str], ...], changed: dict[str, str]
) -> None:
    """403 and no code, whoever sends it (the row's id is the case's)."""
    await story.network("Northside")
    browser = await story.signs_in()
    page = await consent_page(story, browser)
    refused = await decide(browser, page, headers=headers, **changed)
    assert refused.status == 403, row
    assert refused.header("location") is None
    assert (await decide(browser, page, headers=OWN)).location.startswith(CALLBACK)


@pytest.mark.parametrize("headers", [OWN, (("sec-fetch-site", "none"),), ()], ids=["own", "reloaded", "no browser"])
async def test_our_own_forms_pass(story: Story, headers: tuple[tuple[str, str], ...]) -> None:
    """A browser's own form, a reloaded one, and a script that sends neither header but holds the token."""
    await story.network("Northside")
    browser = await story.signs_in()
    decided = await decide(browser, await consent_page(story, browser), headers=headers)
    assert (decided.status, decided.location.split("?")[0]) == (303, CALLBACK)


async def test_st_17_extra_hidden_fields_change_nothing(story: Story) -> None:
    """Scope, client, user and redirect come from the sealed request, whatever else the form says."""
    await story.network("Northside")
    browser = await story.signs_in()
    partner = await story.partner(scope="locations")
    page = await browser.open(partner.authorize_target())
    lies = {"scope": "resources", "client_id": "x", "redirect_uri": "https://evil.example", "user": "x"}
    decided = await decide(browser, page, headers=OWN, **lies)
    assert decided.location.startswith(CALLBACK)
    tokens = await partner.exchanges(decided.location.split("code=")[1].split("&")[0])
    assert tokens.json()["scope"] == "locations"


async def test_a_token_is_good_for_its_own_form_only(story: Story) -> None:
    """The sign-out form's token cannot decide a consent."""
    await story.network("Northside")
    browser = await story.signs_in()
    page = await consent_page(story, browser)
    other = dict(find_form(page, action="/sign-out").hidden)["form_token"]
    assert (await decide(browser, page, headers=OWN, form_token=other)).status == 403


async def test_a_token_grows_old(story: Story) -> None:
    """Twelve hours; the very end is too late."""
    browser = story.browser()
    page = await browser.open("/sign-in")
    story.clock.pass_seconds(12 * 3600 - 1)
    assert (await browser.submit(page, email=OWNER)).status == 200
    story.clock.pass_seconds(1)
    assert (await browser.submit(page, email=OWNER)).status == 403


async def test_st_05_head_does_nothing(story: Story) -> None:
    """HEAD on consent, where GET would issue a code at once, issues none."""
    north = await story.network("Northside")
    partner = await story.partner()
    browser = await story.signs_in()
    await partner.connects(browser, networks=[north.id])
    before = await story.house.store.list_audit(limit=100)
    reply = await browser.get(partner.authorize_target(prompt="consent"))
    assert reply.location.startswith("/consent?request=")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headed = await call(story.app, "HEAD", reply.location, headers=[("cookie", cookie)])
    assert (headed.status, headed.header("location"), headed.body) == (405, None, b"")
    assert await story.house.store.list_audit(limit=100) == before


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post"])
async def test_hd_08_other_methods_get_405(story: Story, method: str) -> None:
    """With `Allow`, on every page of the table."""
    for path in sorted(PATHS):
        reply = await call(story.app, method, path)
        assert reply.status == 405, path
        assert reply.header("allow") is not None, path
        assert reply.all("access-control-allow-origin") == [], path


async def test_st_06_a_method_override_is_ignored(story: Story) -> None:
    """Neither the field nor the header turns a GET into a decision."""
    await story.network("Northside")
    browser = await story.signs_in()
    page = await consent_page(story, browser)
    hidden = dict(find_form(page, fields=frozenset({"decision"})).hidden)
    target = "/consent?" + urlencode({**hidden, "_method": "POST", "decision": "deny"})
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [("cookie", cookie), ("x-http-method-override", "POST"), ("x-method-override", "POST")]
    reply = await call(story.app, "GET", target, headers=headers)
    assert (reply.status, reply.header("location")) == (200, None)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "application/json", "text/plain", "", f"{FORM}, text/plain"]
)
async def test_pp_07_other_form_types_get_415_before_the_body_is_read(story: Story, kind: str) -> None:
    """Even where the body would be far too large, or the token missing."""
    headers = [("content-type", kind)] if kind else []
    for path in TAKEN:
        reply = await call(story.app, "POST", path, headers=headers, body=b"x" * 200_000)
        assert reply.status == 415, path


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"a=" + b"x" * 70_000, 413),
        (b"&".join(b"f%d=1" % number for number in range(600)), 400),
        (b"a=%zz", 400),
        (b"a=%ff", 400),
        (b"email=a&email=b", 400),
        (b"form_token=a&form_token=b", 400),
    ],
)
async def test_forms_are_bounded_and_say_each_thing_once(story: Story, body: bytes, status: int) -> None:
    """Bytes, fields, escapes, UTF-8, repeats: refused before a page's code runs."""
    for path in TAKEN:
        reply = await call(story.app, "POST", path, headers=[("content-type", FORM)], body=body)
        assert reply.status == status, path


async def test_a_broken_or_doubled_query_is_refused(story: Story) -> None:
    """400, never 500."""
    for path in SHOWN:
        assert (await call(story.app, "GET", f"{path}?request=%zz")).status == 400, path
        assert (await call(story.app, "GET", f"{path}?request=a&request=b")).status == 400, path


async def test_every_open_form_needs_its_token(story: Story) -> None:
    """No row of the table is forgotten."""
    for path in (path for path in TAKEN if isinstance(PATHS[path], Open)):
        assert (await call(story.app, "POST", path, form={"email": OWNER})).status == 403, path


async def test_nobody_reaches_an_own_page_without_signing_in(story: Story) -> None:
    """303 away, whichever method the page has, and nothing of it in the answer."""
    for path in (path for path in sorted(PATHS) if isinstance(PATHS[path], Own)):
        method = "GET" if PATHS[path].show is not None else "POST"
        reply = await call(story.app, method, path, form={} if method == "POST" else None)
        assert reply.status == 303, path
        assert reply.location.startswith(("/sign-in", "/signed-out")), path


async def test_every_own_form_needs_its_token(story: Story) -> None:
    """Signed in, without a token: 403 on every row."""
    await story.network("Northside")
    browser = await story.signs_in()
    for path in (path for path in TAKEN if isinstance(PATHS[path], Own)):
        assert (await browser.post(path, [("client", "x")])).status == 403, path


async def test_cs_01_hd_02_hd_04_every_page_carries_the_shields(story: Story) -> None:
    """No framing, no cache, no third party, and no script but a file of ours that is named whole, on every page."""
    await story.network("Northside")
    stranger, owner = story.browser(), await story.signs_in()
    for path in (*SHOWN, "/account/nothing", "/sign-in/", "/account/"):
        must_carry_the_shields(path, await stranger.open(path))
        must_carry_the_shields(path, await owner.open(path))


def must_carry_the_shields(path: str, reply: Reply) -> None:
    """Every header that keeps a page to itself."""
    policy = reply.header("content-security-policy") or ""
    assert "default-src 'none'" in policy, path
    assert "frame-ancestors 'none'" in policy, path
    assert "base-uri 'none'" in policy, path
    assert "unsafe" not in policy, path
    scripts = re.findall(r'<script src="(/_frontdesk/static/[\w.-]+\.js)" defer></script>', reply.text)
    assert reply.text.count("<script") == len(scripts) == policy.count("script-src") <= 1, path
    assert all(f"script-src {ISSUER}{script};" in policy for script in scripts), path
    assert "form-action" in policy, path
    assert reply.header("x-frame-options") == "DENY", path
    assert reply.header("x-content-type-options") == "nosniff", path
    assert reply.header("cache-control") == "no-store", path
    assert reply.header("cross-origin-opener-policy") == "same-origin", path
    assert " style=" not in reply.text, path
    assert " on" + "click" not in reply.text, path
    has_form = "<form" in reply.text
    assert reply.header("referrer-policy") == ("same-origin" if has_form else "no-referrer"), path  # CD-16


async def test_a_new_browser_gets_its_cookie_once(story: Story) -> None:
    """On the first page, and never again."""
    browser = story.browser()
    first = await browser.open("/sign-in")
    assert [cookie.split("=")[0] for cookie in first.all("set-cookie")] == ["fd_browser"]
    assert (await browser.open("/sign-in")).all("set-cookie") == []


async def test_a_slash_too_many_is_no_redirect(story: Story) -> None:
    """A redirect would be built from the Host header (EM-05's cousin)."""
    reply = await call(story.app, "GET", "/sign-in/", headers=[("host", "evil.example")])
    assert (reply.status, reply.header("location")) == (404, None)


async def test_ot_17_a_store_that_is_away_gives_a_503_page(tmp_path: Path) -> None:
    """With Retry-After; nobody is let in, and nobody is called signed out."""
    story = await Story.begin(await open_sqlite(tmp_path / "away.db", create=True, identity=bytes(16)))
    await story.network("Northside")
    browser = await story.signs_in()
    page = await browser.open("/sign-in?next=/account")
    assert page.status == 200
    fresh = story.browser()
    form = await fresh.open("/sign-in")
    await story.house.store.aclose()  # type: ignore[attr-defined]
    for reply in (await browser.open("/account"), await fresh.submit(form, email=OWNER)):
        assert (reply.status, reply.header("retry-after")) == (503, "5")
        assert "What to do" in reply.text
