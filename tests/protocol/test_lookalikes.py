"""Names that a hurried reader takes for one another."""

import pytest

from frontdesk.protocol.lookalikes import poses_as, resembles, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Door Locks", "Door L0cks"),
        ("Door Locks", "Dооr Locks"),  # Cyrillic о
        ("Door Locks", "DOOR-LOCKS"),
        ("Door Locks", "Door Lock"),
        ("Door Locks", "Dóor Löcks"),
        ("Door Locks", "Door Iocks"),
        ("Door Locks", "Ｄｏｏｒ Ｌｏｃｋｓ"),
        ("Calendar Sync", "Calender Sync"),
        ("Modern", "Modem"),
        ("Wave", "VVave"),
        ("Ключі", "Kлючi"),
        ("Straße", "Strasse"),
        ("会議室", "会議室 "),
    ],
)
def test_names_that_look_the_same(one: str, other: str) -> None:
    """By letters of other scripts, digits, marks, case, punctuation, runs of letters, or one letter in a long name."""
    assert resembles(skeleton(one), skeleton(other))
    assert resembles(skeleton(other), skeleton(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Door Locks", "Window Locks"),
        ("Maps", "Mops"),  # short names differ in one letter all the time
        ("Door Locks", "Door Locks Pro Max"),
        ("Calendar", "Calendars!!"[::-1]),
        ("会議室", "受付"),
        ("", ""),
        ("!?", "--"),
    ],
)
def test_names_that_do_not(one: str, other: str) -> None:
    """A warning that everybody gets is none; a name of nothing but marks is like no other."""
    assert not resembles(skeleton(one), skeleton(other))


@pytest.mark.parametrize(
    ("name", "house", "poses"),
    [
        ("Frontdesk Support", "Frontdesk", True),
        ("Fr0nt-Desk", "Frontdesk", True),
        ("Front Office", "Frontdesk", False),
        ("Hub Support", "Hub", False),  # too short a name to be kept from everybody
    ],
)
def test_names_that_sound_like_the_house(name: str, house: str, poses: bool) -> None:
    """Wherever in the name."""
    assert poses_as(name, house) is poses
