"""What people type and see at sign-in."""

import re

from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OWNER, Story
from frontdesk.testing.wire import Reply


async def code_page(story: Story, browser: Browser, address: str = OWNER) -> Reply:
    """The page that asks for the code, once this address was typed."""
    return await browser.submit(await browser.open("/sign-in"), email=address)


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def is_signed_in(browser: Browser) -> bool:
    """Whether the browser holds a session's cookie."""
    return any("session" in name for name in browser.cookies)


def words(page: Reply) -> str:
    """A page less what differs by design: hidden fields and the request id."""
    text = re.sub(r"<input[^>]*hidden[^>]*>", "", page.text)
    return re.sub(r"\b[0-9a-f]{20,}\b", "", re.sub(r"request=[^\"&]*|challenge(?:=|%3D)[^\"&]*", "", text))
