"""Logos of apps: what is uploaded never reaches a reader as it came, nor from elsewhere than from us. ATTACKS CS-06."""

import re
from dataclasses import replace

import pytest

from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.records import Client, Review
from frontdesk.storage import MemoryStore
from frontdesk.testing.browser import ISSUER, Browser, find_form
from frontdesk.testing.story import OWNER, Partner, Story
from frontdesk.testing.wire import Reply, call
from pictures import JPEG, draw_png

pytestmark = pytest.mark.anyio

_SRC = re.compile(r'<img class="logo" src="([^"]+)" alt=""')
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.cookie)</script></svg>'
PIXEL = b'<img src="https://tracker.example/pixel.gif">'


async def a_maker(story: Story) -> tuple[Browser, str]:
    """Somebody with an app, and the page of its logo."""
    browser = await story.signs_in(OWNER)
    await browser.submit(await browser.open("/partner"), name="Pat's Apps", homepage="")
    form = {"name": "Room Lights", "redirect_uris": "https://lights.example/cb", "scope:resources": "required"}
    made = await browser.submit(await browser.open("/partner/apps/new"), action="/partner/apps/new", **form)
    found = re.search(r'href="(/partner/apps/fdci_[A-Za-z0-9_-]+)"', made.text)
    assert found is not None
    return browser, found[1]


async def uploads(
    browser: Browser, path: str, picture: bytes, *, called: str = "logo.png", step: str = "save"
) -> Reply:
    """Send the form of the logo's page."""
    form = find_form(await browser.open(f"{path}/logo"), action=f"{path}/logo")
    return await browser.upload(form.action, [*form.hidden, ("step", step)], {"picture": (called, picture)})


async def app_at(story: Story, path: str) -> Client:
    """The app of a page, as it is stored."""
    client = await story.house.store.find_client(ClientId(path.rsplit("/", 1)[1]))
    assert client is not None
    return client


async def approve(story: Story, client: Client) -> None:
    """An operator approved the app, and knows who publishes it."""
    approved = replace(client, review=Review.APPROVED, verified_at=story.clock.now(), review_at=story.clock.now())
    assert await story.house.store.change_app(client=approved, before=client, audit=story.an_audit_row("x"))


async def test_cs_06_a_logo_is_ours_and_harmless(story: Story) -> None:
    """Whatever it is called it is served as what it is, without what it said besides, to nobody known."""
    north = await story.network("Northside")
    browser, path = await a_maker(story)
    sent = JPEG[:2] + b"\xff\xfe" + (len(PIXEL) + 2).to_bytes(2, "big") + PIXEL + JPEG[2:] + SVG
    shown = await uploads(browser, path, sent, called="logo.svg")
    src = _SRC.search(shown.text)
    assert src is not None, shown.text
    assert re.fullmatch(r"/_frontdesk/logos/[0-9a-f]{40}\.jpg", src[1])
    assert "img-src 'self'" in (shown.header("content-security-policy") or "")

    picture = await call(story.app, "GET", src[1], headers=[("cookie", "fd_browser=x")])
    assert picture.status == 200
    assert picture.body.startswith(b"\xff\xd8\xff")
    for bad in (PIXEL, SVG, b"ICC_PROFILE"):
        assert bad not in picture.body
    assert picture.header("content-type") == "image/jpeg"
    assert picture.header("cache-control") == "public, max-age=31536000, immutable"
    assert picture.header("x-content-type-options") == "nosniff"
    assert "default-src 'none'" in (picture.header("content-security-policy") or "")
    assert "sandbox" in (picture.header("content-security-policy") or "")
    assert picture.all("set-cookie") == []
    assert (await call(story.app, "HEAD", src[1])).body == b""
    assert (await call(story.app, "POST", src[1])).status == 405

    client = await app_at(story, path)
    app = Partner(
        story=story, client_id=client.id, client_secret="", scope="resources", redirect_uri="https://lights.example/cb"
    )
    consent = await browser.open(app.authorize_target())
    assert src[1] in consent.text
    await browser.submit(consent, network=[north.id], decision="allow")
    for page in ("/account/apps", "/partner", path):
        assert src[1] in (await browser.open(page)).text, page


async def test_cs_06_what_is_no_picture_is_refused_in_words() -> None:
    """A drawing that is a program never is one; nothing is kept, and the page says what to do."""
    story = await Story.begin(MemoryStore())
    await story.network("Northside")
    browser, path = await a_maker(story)
    declared, posing = b"<?xml version='1.0'?>" + SVG, b"\x89PNG\r\n\x1a\n" + SVG
    for sent in (SVG, declared, b"<html>", b"", draw_png(8, 8), posing):
        refused = await uploads(browser, path, sent)
        assert refused.status == 400
        assert 'href="#picture"' in refused.text
        assert (await app_at(story, path)).logo == ""


async def test_cs_06_a_logo_that_was_replaced_is_gone(story: Story) -> None:
    """So is one that was removed; initials stand in its place, and its address answers nothing."""
    await story.network("Northside")
    browser, path = await a_maker(story)
    first = _SRC.search((await uploads(browser, path, draw_png())).text)
    second = _SRC.search((await uploads(browser, path, draw_png(shade=200))).text)
    assert first is not None
    assert second is not None
    assert (await call(story.app, "GET", first[1])).status == 404
    bare = await uploads(browser, path, b"", step="remove")
    assert _SRC.search(bare.text) is None
    assert ">RL</span>" in bare.text
    gone = await call(story.app, "GET", second[1])
    assert gone.status == 404
    assert gone.header("cache-control") == "no-store"
    for name in ("x.svg", "..%2f..%2fkeys.json", "0" * 40, "0" * 40 + ".png"):
        assert (await call(story.app, "GET", f"/_frontdesk/logos/{name}")).status == 404


@pytest.mark.parametrize("step", ["save", "remove"])
async def test_cs_06_another_logo_of_an_approved_app_is_reviewed_again(step: str) -> None:
    """As another name is: it is a draft, its publisher is proven no more, and the same picture changes nothing."""
    story = await Story.begin(MemoryStore())
    await story.network("Northside")
    browser, path = await a_maker(story)
    await uploads(browser, path, draw_png())
    await approve(story, await app_at(story, path))
    approved = await app_at(story, path)
    await uploads(browser, path, draw_png())
    assert await app_at(story, path) == approved
    await uploads(browser, path, draw_png(shade=77), step=step)
    after = await app_at(story, path)
    assert (after.review, after.verified_at) == (Review.DRAFT, None)


UPLOAD = "multipart/form-data; boundary=a"
PART = b'--a\r\nContent-Disposition: form-data; name="s"\r\n'
NESTED = PART + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n--a--"
CODED = PART + b"Content-Transfer-Encoding: base64\r\n\r\neA==\r\n--a--"


BROKEN = (
    (b"", "multipart/form-data", 400),
    (b"x", "multipart/form-data; boundary=a; boundary=b", 400),
    (b"--a\r\n\r\n", UPLOAD, 400),
    (PART + b"\r\nsave", UPLOAD, 400),
    ((PART + b"\r\nx\r\n") * 2 + b"--a--\r\n", UPLOAD, 400),
    (NESTED, UPLOAD, 400),
    (CODED, UPLOAD, 400),
    (PART + b"\r\nx\r\n--a--\r\n", UPLOAD, 403),
    (b"step=save", "application/x-www-form-urlencoded", 415),
    (b"x" * 300_000, UPLOAD, 413),
)


async def test_a_broken_upload_is_refused() -> None:
    """Whatever the form lacks, nothing is read of it beyond that; without our own token nothing happens."""
    story = await Story.begin(MemoryStore())
    await story.network("Northside")
    browser, path = await a_maker(story)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    for body, kind, status in BROKEN:
        headers = [("cookie", cookies), ("content-type", kind), ("origin", ISSUER), ("sec-fetch-site", "same-origin")]
        reply = await call(story.app, "POST", f"{path}/logo", headers=headers, body=body)
        assert reply.status == status, reply.text
        foreign = [*headers[:2], ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
        assert (await call(story.app, "POST", f"{path}/logo", headers=foreign, body=body)).status in (403, 415)
        assert (await app_at(story, path)).logo == ""
