"""What the console does, programs and operators can do, too: no line of the console's matrix is without its like."""

import click
import pytest

from frontdesk.cli.main import root
from frontdesk.web.admin.table import OPERATIONS
from web.admin.same import SAME
from web.matrix import MATRIX

MOST_EXEMPT = 38  # lines, three of them the invited one's word; a higher number needs a reason


def find_command(words: str) -> click.Command | None:
    """A command by what is typed after `frontdesk`."""
    command: click.Command | None = root
    for word in words.split():
        if not isinstance(command, click.Group):
            return None
        command = command.get_command(click.Context(command), word)
    return command


def test_every_line_of_the_console_has_its_like() -> None:
    """Neither more nor fewer: whoever adds a page or an action says here what does the same over the API."""
    assert SAME.keys() == MATRIX.keys()


def test_what_is_named_is_there() -> None:
    """Each operation is in the table, and each command can be typed."""
    names = {row.name for row in OPERATIONS}
    for line, like in SAME.items():
        assert set(like.operations) <= names, f"{line}: {set(like.operations) - names} is no operation"
        assert not like.command or find_command(like.command) is not None, f"{line}: no command {like.command!r}"


def test_few_lines_are_for_browsers_only() -> None:
    """Each with a reason; an action that changes something for others is never among them."""
    exempt = [line for line, like in SAME.items() if not like.operations]
    assert all(SAME[line].why for line in exempt)
    assert len(exempt) <= MOST_EXEMPT, len(exempt)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_every_operation_is_told_in_the_words_of_its_table(row: object) -> None:
    """A summary, and a docstring of the walk behind it."""
    assert getattr(row, "summary", "")
    assert getattr(row, "walk", None).__doc__
