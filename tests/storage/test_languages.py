"""The language that somebody chose: the contract of both stores."""

import pytest

from frontdesk.protocol.ids import UserId
from storage.house import House

pytestmark = pytest.mark.anyio


async def test_a_chosen_language_is_remembered(house: House) -> None:
    """By every way to the user; nobody has one before, and it can be taken back."""
    north = await house.network("North", "olga@example.com")
    ada = await house.member("ada@example.com", north)
    assert ada.language == ""
    assert await house.store.set_user_language(user_id=ada.id, language="uk")
    assert (await house.store.find_user(ada.id)).language == "uk"
    assert (await house.store.find_user_by_email(ada.email)).language == "uk"
    assert [user.language for user in await house.store.list_users()] == ["uk", ""]
    assert (await house.store.find_user(ada.id)).roles == ada.roles
    assert await house.store.set_user_language(user_id=ada.id, language="")
    assert (await house.store.find_user(ada.id)).language == ""


async def test_nobody_has_no_language(house: House) -> None:
    """Nothing is made for a user who is not there."""
    assert not await house.store.set_user_language(user_id=UserId(house.new_id()), language="de")
    assert await house.store.list_users() == []
