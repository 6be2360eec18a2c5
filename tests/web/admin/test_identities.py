"""Passkeys' names and accounts elsewhere over the administration API."""

import pytest

from frontdesk.protocol.ids import Email
from frontdesk.protocol.passkeys import Passkey
from frontdesk.protocol.provider import Identity
from frontdesk.testing.story import OWNER
from web.admin.office import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


async def test_an_operator_renames_unlinks_and_allows() -> None:
    """Each told to its person by mail, without the operator's address; twice is refused."""
    office = await Office.open()
    await office.gets("POST /networks", {"title": "Northside", "owner": OWNER})
    store, now = office.story.house.store, office.story.clock.now()
    user = await store.find_user_by_email(Email(OWNER))
    identity = Identity(issuer="https://accounts.example", subject="u-1", email=None)
    await store.link_identity(
        identity=identity, user_id=user.id, now=now, audit=office.story.an_audit_row("identity.linked")
    )
    passkey = Passkey(
        id=b"p1", user_id=user.id, name="Phone", public_key=b"k", sign_count=0, synced=False, created_at=now
    )
    await store.add_passkey(passkey=passkey, limit=20, audit=office.story.an_audit_row("passkey.added"))
    person = f"/users/{OWNER}"
    (listed,) = (await office.gets(f"GET {person}/identities"))["identities"]
    assert (listed["issuer"], listed["unlinked_at"]) == ("https://accounts.example", None)
    one = f"{person}/identities/{listed['id']}"
    await office.gets(f"DELETE {one}")
    assert await office.is_refused(f"DELETE {one}") == (404, "notFound")
    assert await store.find_identity(identity) is None
    await office.gets(f"POST {one}/allow")
    assert await office.is_refused(f"POST {one}/allow") == (404, "notFound")
    await office.gets(f"PUT {person}/passkeys/7031/name", {"name": "Old phone"})
    assert await office.is_refused(f"PUT {person}/passkeys/7031/name", {"name": " "}) == (409, "refused")
    assert (await office.gets(f"GET {person}/passkeys"))["passkeys"][0]["name"] == "Old phone"
    letters = office.story.mail.to(OWNER)[-3:]
    assert [letter.subject.rpartition(": ")[2] for letter in letters] == [
        "your sign-in elsewhere was changed",
        "your sign-in elsewhere was changed",
        "a passkey was renamed",
    ]
    assert not any("127.0.0.1" in letter.text for letter in letters)
