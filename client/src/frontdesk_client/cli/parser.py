"""What can be typed, as a table: the parser, the help and the completions are made of it."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from frontdesk_client.cli.speech import EXIT_USAGE, PROGRAM, Refused

SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True)
class Word:
    """One option or argument, with what argparse is told of it."""

    name: str
    help: str
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its module has the same name, with a function `run(options)`."""

    name: str
    purpose: str
    words: tuple[Word, ...] = ()


_JSON = Word("--json", "Answer with one JSON value on stdout.", {"action": "store_true"})
_PROFILE = Word("--profile", "Which profile. Also FRONTDESK_CLIENT_PROFILE.", {"metavar": "NAME"})
_NETWORK = Word("--network", "The network to call, instead of the profile's.", {"metavar": "ID"})

COMMANDS = (
    Command(
        "login",
        "Connect, and keep the connection under a profile.",
        (
            Word("--server", "Address of the API. Asked for where it is not known.", {"metavar": "URL"}),
            Word("--client-id", "Of your app, or with --basic of the network.", {"metavar": "ID"}),
            Word("--public", "The app has no secret.", {"action": "store_true"}),
            Word("--secret-file", "Read the secret from a file.", {"metavar": "FILE"}),
            Word("--secret-stdin", "Read the secret from the first line of stdin.", {"action": "store_true"}),
            Word("--basic", "A network's own pair instead of an app.", {"action": "store_true"}),
            Word("--scope", "What to ask for, separated by spaces.", {"metavar": '"A B"'}),
            Word("--redirect-uri", "As registered. Default: http://127.0.0.1/callback.", {"metavar": "URI"}),
            Word("--network", "The network to call when none is named.", {"metavar": "ID"}),
            Word("--network-header", "The header that names it.", {"metavar": "NAME"}),
            Word("--no-browser", "Print the link, and ask for the address you end at.", {"action": "store_true"}),
            Word("--add-network", "Have the user asked again, to add a network.", {"action": "store_true"}),
            Word("--files", "Keep tokens in files, not in the keyring.", {"action": "store_true"}),
        ),
    ),
    Command(
        "status",
        "Say what is kept; asks no server. Ends with 1 where nobody is logged in.",
        (Word("--all", "Every profile.", {"action": "store_true"}),),
    ),
    Command("networks", "List the networks that may be called."),
    Command(
        "call",
        "Call the API, and print its answer. Ends with 1 where it refuses.",
        (
            Word("method", "GET, POST, …", {"metavar": "METHOD"}),
            Word("path", "Of the API, with a query where it takes one.", {"metavar": "PATH"}),
            _NETWORK,
            Word("--data", "The body: text, @FILE, or - for stdin.", {"metavar": "BODY"}),
            Word("--header", "May be repeated.", {"metavar": '"NAME: VALUE"', "action": "append", "default": []}),
        ),
    ),
    Command(
        "explain",
        "Say why a call was refused, by the id in its answer.",
        (Word("id", "X-Request-Id of the answer.", {"metavar": "ID"}),),
    ),
    Command(
        "logout",
        "Revoke the connection, and forget it and the secret.",
        (Word("--forget", "Only forget; the server is not told.", {"action": "store_true"}),),
    ),
    Command(
        "completion",
        "Print the completion for a shell.",
        (Word("shell", ", ".join(SHELLS), {"choices": SHELLS, "metavar": "SHELL"}),),
    ),
)
COMMON = (_PROFILE, _JSON)

_EPILOG = f"""Secrets are asked for, or read from stdin or a file: never type one into a command line.
Completion: eval "$({PROGRAM} completion bash)", or zsh; {PROGRAM} completion fish | source.
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in our form, without what was typed: it may have been a secret."""

    def error(self, message: str) -> NoReturn:
        """End with 2."""
        raise Refused(message, f"see '{self.prog} --help'", code=EXIT_USAGE)


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command and its options; `Refused` where that is none."""
    parser = build_parser()
    options, rest = parser.parse_known_args(words)
    if rest:
        names = [word.partition("=")[0] for word in rest if word.startswith("-")]
        hint = "secrets are asked for, or read with --secret-stdin or --secret-file"
        named = f"no such option: {', '.join(names)}" if names else "too many words"
        is_secret = any("secret" in name or "token" in name for name in names)
        raise Refused(named, hint if is_secret else f"see '{PROGRAM} {options.command} --help'", code=EXIT_USAGE)
    options.profile = options.profile or os.environ.get("FRONTDESK_CLIENT_PROFILE") or "default"
    return options


def build_parser() -> argparse.ArgumentParser:
    """The parser of the table."""
    parser = _Parser(
        prog=PROGRAM,
        description="Connect to a multi-tenant API, call it, and see why a call was refused.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        made = commands.add_parser(command.name, help=command.purpose, description=command.purpose, allow_abbrev=False)
        for word in (*command.words, *COMMON):
            made.add_argument(word.name, help=word.help, **word.more)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"{PROGRAM} {version('frontdesk-client')}")
        parser.exit()
