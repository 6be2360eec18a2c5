"""How the command line talks: answers on stdout, everything else on stderr, each error with what to do."""

import json
import sys
from collections.abc import Sequence

PROGRAM = "frontdesk-client"
EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class Refused(Exception):  # noqa: N818 - a no to a person, not a bug
    """A command that cannot be done: what happened, then what to do. Ends the process with `code`."""

    def __init__(self, problem: str, hint: str = "", *, code: int = EXIT_REFUSED) -> None:
        """One line each, without a full stop."""
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.code = code


def complain(problem: str, hint: str = "") -> None:
    """An error and its hint."""
    say(f"error: {problem}")
    if hint:
        say(f"hint: {hint}")


def say(text: str) -> None:
    """One line beside the answer."""
    print(f"{PROGRAM}: {text}", file=sys.stderr)


def print_json(answer: object) -> None:
    """The whole answer as one JSON value."""
    print(json.dumps(answer, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values, aligned."""
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        print(f"  {name.ljust(width)}  {printable(value)}".rstrip())


def printable(text: str) -> str:
    """Without what could move a terminal's cursor or colour it: a server's words are only words."""
    return "".join(each if each.isprintable() else "�" for each in text)
