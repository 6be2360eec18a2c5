"""What is asked of a person, or read from where they said; a secret is never taken from a command line."""

import argparse
import getpass
import sys
from pathlib import Path

from frontdesk_client.cli.speech import EXIT_USAGE, Refused


def ask_line(question: str) -> str:
    """A line that may be seen; the question is no part of the answer on stdout."""
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise Refused("nothing was typed", "type it, or send it to stdin")
    return line.strip()


def ask_needed(question: str, option: str) -> str:
    """A line that is needed, of whoever sits there; otherwise the option that gives it."""
    if not sys.stdin.isatty():
        raise Refused(f"{option} is missing", f"give {option}", code=EXIT_USAGE)
    answer = ask_line(question)
    if not answer:
        raise Refused(f"{option} is needed", f"give {option}", code=EXIT_USAGE)
    return answer


def read_secret(options: argparse.Namespace, question: str) -> str:
    """The secret, from where the options say, or asked for unseen; empty: none was given."""
    if options.secret_file:
        try:
            return _first_line(Path(options.secret_file).read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{options.secret_file} cannot be read: {_reason(error)}", "name a text file") from None
    if options.secret_stdin:
        return _first_line(sys.stdin.readline())
    if not sys.stdin.isatty():
        raise Refused("the secret is missing", "--secret-stdin, --secret-file FILE or --public", code=EXIT_USAGE)
    return getpass.getpass(question, stream=sys.stderr).strip()


def _first_line(text: str) -> str:
    return text.splitlines()[0].strip() if text.strip() else ""


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "no reason given") if isinstance(error, OSError) else "it is no text"
