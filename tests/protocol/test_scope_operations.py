"""What a scope opens, operation by operation."""

from frontdesk.protocol.scope_operations import OpenedOperation, opened_by

LIST = OpenedOperation(method="GET", template="/rooms", words="List rooms")
MAKE = OpenedOperation(method="POST", template="/rooms", words="Book a room")
DROP = OpenedOperation(method="DELETE", template="/rooms/{id}")
NAMED = {"rooms.readonly": [LIST], "rooms": [LIST, MAKE, DROP], "plans": [MAKE]}


def test_what_changes_data_comes_first_and_each_once() -> None:
    """With what the scope includes; an operation without a summary is told as it is called."""
    found = opened_by(("rooms",), NAMED)
    assert [operation.text for operation in found] == ["Book a room", "DELETE /rooms/{id}", "List rooms"]
    assert [operation.reads for operation in found] == [False, False, True]


def test_reading_opens_no_more_than_reading() -> None:
    """And a scope that no operation names opens nothing."""
    assert opened_by(("rooms.readonly",), NAMED) == (LIST,)
    assert opened_by(("keys",), NAMED) == ()
