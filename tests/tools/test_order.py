"""The order in which test files are given out names files that are there."""

from order import LONGEST_FIRST, TESTS


def test_each_file_that_comes_first_is_there_and_named_once() -> None:
    """A file that was renamed would quietly come last again."""
    assert [name for name in LONGEST_FIRST if not (TESTS / name).is_file()] == []
    assert len(set(LONGEST_FIRST)) == len(LONGEST_FIRST)
