"""What people read: times, blocks, scopes in plain words, and a page for every refusal (rows CS-02, CS-05)."""

import pytest

from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import DAY, HOUR, MINUTE, SECOND, Micros
from frontdesk.web.scope_words import ScopeWords
from frontdesk.web.words import NO_SUCH_PAGE, NOT_THE_OWNER, blocked_sentence, moment, notice_of

NOW = Micros(1_800_000_000 * SECOND)  # 15 January 2027, 08:00 UTC
TEXTS = {
    "resources": "Read and write resources and bookings",
    "resources.readonly": "Read resources and bookings",
    "locations": "Read and write locations",
    "locations.readonly": "Read locations",
    "reports": "View reports",
}


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (0, "just now"),
        (MINUTE - 1, "just now"),
        (MINUTE, "1 minute ago"),
        (2 * HOUR - 1, "1 hour ago"),
        (DAY, "1 day ago"),
        (30 * DAY - 1, "29 days ago"),
        (30 * DAY, "on 16 December 2026"),
        (-5 * SECOND, "just now"),
    ],
)
def test_times_are_relative_with_the_exact_one_beside(ago: int, said: str) -> None:
    """Half-open, and a clock that ran ahead says nothing silly."""
    assert moment(Micros(NOW - ago), NOW).text == said
    assert moment(NOW, NOW).full == "15 January 2027, 08:00 UTC"
    assert moment(NOW, NOW).iso == "2027-01-15T08:00:00Z"


@pytest.mark.parametrize(
    ("left", "said"),
    [(20 * MINUTE, "in 20 minutes, at 08:20 UTC"), (1, "in 1 minute, at"), (22 * HOUR, "in 22 hours, at 06:00 UTC")],
)
def test_a_block_ends_in_words(left: int, said: str) -> None:
    """Never a minute too early."""
    assert said in blocked_sentence(Micros(NOW + left), NOW)


def test_what_changes_data_comes_first_and_includes_its_reading() -> None:
    """`x` includes `x.readonly`, which is then no line of its own."""
    lines = ScopeWords(texts=TEXTS).lines(["locations.readonly", "resources.readonly", "resources"])
    assert [(line.text, line.writes) for line in lines] == [
        ("See and change resources and bookings", True),
        ("See locations", False),
    ]


def test_a_scope_without_a_text_is_shown_by_its_name() -> None:
    """Rather than hidden; and counted as changing data."""
    (line,) = ScopeWords(texts={}).lines(["odd"])
    assert (line.text, line.writes) == ("odd", True)


def test_the_document_may_say_which_scopes_change_data() -> None:
    """`writes` wins over the name."""
    (line,) = ScopeWords(texts=TEXTS, writes=frozenset({"resources"})).lines(["reports"])
    assert (line.text, line.writes) == ("View reports", False)


def test_what_it_cannot_do_is_everything_else() -> None:
    """Changing where only reading was asked for, both where nothing was."""
    assert ScopeWords(texts=TEXTS).beyond(["locations.readonly"]) == (
        "change locations",
        "see or change reports",
        "see or change resources and bookings",
    )
    assert ScopeWords(texts=TEXTS).beyond(["locations", "resources", "reports"]) == ()


def test_every_reason_has_a_page() -> None:
    """What has no page of its own looks absent, so that nothing can be learnt from it."""
    assert notice_of(Reason.NOT_THE_OWNER) is NOT_THE_OWNER
    assert notice_of(Reason.PAGE_UNKNOWN) is NO_SUCH_PAGE
    assert all(notice_of(reason).hint for reason in Reason)
