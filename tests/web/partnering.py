"""What tests of the partner's pages do again and again: become a partner, make an app, read what a page tells."""

import re

from frontdesk.testing.browser import Browser
from frontdesk.testing.story import OWNER, Story
from frontdesk.testing.wire import Reply

NEW = "/partner/apps/new"
CLIENT = re.compile(r"fdci_[A-Za-z0-9_-]{16,}")
SECRET = re.compile(r"fdcs_[A-Za-z0-9_-]{20,}")


async def becomes_partner(story: Story, address: str = OWNER) -> Browser:
    """Somebody with an account signs in and signs up."""
    browser = await story.signs_in(address)
    page = await browser.open("/partner")
    assert page.status == 200
    assert (await browser.submit(page, name="Pat's Apps", homepage="")).status == 200
    assert browser.at == NEW
    return browser


async def makes_app(browser: Browser, **filled: str) -> Reply:
    """Fill the form of a new app."""
    asked = {"name": "Room Lights", "scope:resources": "required", "scope:locations": "optional", **filled}
    return await browser.submit(await browser.open(NEW), action=NEW, **asked)


def path_in(page: Reply) -> str:
    """The app's own page, which this one leads to."""
    found = re.search(r'href="(/partner/apps/fdci_[A-Za-z0-9_-]+)"', page.text)
    assert found is not None, page.text
    return found.group(1)


def pair_in(page: Reply) -> tuple[str, str]:
    """The client id and the secret that a page tells."""
    client, secret = CLIENT.search(page.text), SECRET.search(page.text)
    assert client is not None, page.text
    assert secret is not None, page.text
    return client.group(), secret.group()
