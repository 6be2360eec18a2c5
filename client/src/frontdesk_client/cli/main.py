"""The `frontdesk-client` command: how a run begins and ends."""

import importlib
import os
import sys
from collections.abc import Sequence

from frontdesk_client.cli import crashes, speech
from frontdesk_client.cli.parser import read_words
from frontdesk_client.errors import ApiError, FrontdeskError, ReauthorizationRequired


def main() -> None:
    """Run what was typed, and end with 0, 1 (refused or failed), 2 (usage) or 130 (interrupted)."""
    crashes.leave_no_core()
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) is gone: point stdout elsewhere, or the interpreter complains at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(words: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    try:
        options = read_words(words)
        command = importlib.import_module(f"frontdesk_client.cli.{options.command}")
        return int(command.run(options) or 0)
    except speech.Refused as refused:
        speech.complain(refused.problem, refused.hint)
        return refused.code
    except ReauthorizationRequired:
        speech.complain("the connection is gone: the server refuses its refresh token", "connect again: 'login'")
    except ApiError as error:
        ask = f"{speech.PROGRAM} explain {error.request_id}" if error.request_id else ""
        speech.complain(speech.printable(str(error)), ask)
    except FrontdeskError as error:
        problem, _, todo = speech.printable(str(error)).partition(". ")
        speech.complain(problem.rstrip("."), todo.rstrip("."))
    except KeyboardInterrupt:
        return speech.EXIT_INTERRUPTED
    except BrokenPipeError:
        return 141  # as a process that SIGPIPE ended
    return speech.EXIT_REFUSED


if __name__ == "__main__":
    main()
