"""What a verb is: a generator that yields SQL with its values, is sent rows, and returns what it found or did.

Verbs know no database driver and no event loop: one text serves every driver. Placeholders `$1`, `$2` … are numbered
in the order of their first appearance, so that a driver which binds by position gets them right too.
"""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

Value: TypeAlias = str | int | bytes | None
Step: TypeAlias = tuple[str, tuple[Value, ...]]
Rows: TypeAlias = list[tuple[Any, ...]]

T = TypeVar("T")
Verb: TypeAlias = Generator[Step, Rows, T]
Make: TypeAlias = Callable[[], Verb[T]]
Execute: TypeAlias = Callable[[str, tuple[Value, ...]], Any]


def run(execute: Execute, verb: Verb[T]) -> T:
    """Carry a verb out on a cursor's `execute`. Rows are always read to the end.

    A statement that is left half read keeps the connection's snapshot: every later read would be of the past.
    """
    send = verb.send
    try:
        sql, values = next(verb)
        while True:
            sql, values = send(execute(sql, values).fetchall())
    except StopIteration as done:
        answer: T = done.value
        return answer
