"""What `frontdesk` says of itself, how quickly, and how it ends."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from frontdesk.cli import main
from frontdesk.cli.main import COMMANDS, root, run

FRONTDESK = Path(sys.executable).parent / "frontdesk"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with the words that call it."""
    context = click.Context(root)
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            for inner, child in command.commands.items():
                yield f"{name} {inner}", child
        else:
            yield name, command


def cpu_of(*command: str) -> float:
    """User and system seconds of one run; the least of three, since others share the machine."""
    used = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(used)


def test_help_takes_less_than_0_3_seconds_of_cpu() -> None:
    """A command line that is slow to say what it can do is not asked."""
    assert cpu_of(str(FRONTDESK), "--help") < 0.3 + cpu_of(sys.executable, "-c", "pass")


def test_help_lists_every_command_with_the_first_sentence_of_its_own_help() -> None:
    """The table in main.py stands in for modules that are not imported: it must not drift from them."""
    context = click.Context(root)
    for name, (_, purpose) in COMMANDS.items():
        command = root.get_command(context, name)
        assert command is not None
        assert command.help is not None
        if isinstance(command, click.Group):
            assert command.help == purpose


def test_the_commands_are_those_that_are_promised() -> None:
    """Scripts are written against these words."""
    assert {name for name, _ in commands()} == {
        "serve",
        "dev",
        *(f"network {word}" for word in ("add", "list", "show", "suspend", "resume", "rules", "give", "end-offer")),
        *(f"network {word}" for word in ("apps", "cut", "let-write", "adopt", "history")),
        *(f"network {word}" for word in ("members", "invite", "invitations", "withdraw")),
        *(f"user {word}" for word in ("add", "remove", "list", "show", "block", "unblock", "change-email", "delete")),
        *(f"user {word}" for word in ("sessions", "sign-out", "passkeys", "forget-passkey", "forget-second-factor")),
        *(f"user {word}" for word in ("language", "make-partner", "apps", "disconnect", "take-scope")),
        *(f"user {word}" for word in ("rename-passkey", "identities", "unlink", "link-again")),
        *(f"operator {word}" for word in ("link", "add", "remove", "list", "search", "health", "history")),
        *(f"credential {word}" for word in ("add", "end", "list", "narrow", "regenerate", "show")),
        *(f"app {word}" for word in ("add", "list", "enable", "disable", "change", "rotate-secret", "own-scopes")),
        *(f"app {word}" for word in ("show", "describe", "logo", "add-secret", "end-secret", "add-maker")),
        *(f"app {word}" for word in ("remove-maker", "submit", "withdraw", "reviews", "review", "observed")),
        *(f"app {word}" for word in ("invite-maker", "invited-makers", "uninvite-maker")),
        *(f"resource-server {word}" for word in ("add", "list", "rotate-secret", "disable", "enable", "remove")),
        *(f"admin-key {word}" for word in ("add", "list", "revoke")),
        *(f"grant {word}" for word in ("list", "revoke")),
        *(f"convert {word}" for word in ("dot", "doorkeeper", "hydra")),
        *(f"keys {word}" for word in ("list", "rotate", "retire", "restore", "destroy")),
        *(f"policy {word}" for word in ("accept", "diff", "lint", "proxy-config", "show", "test")),
        *(f"config {word}" for word in ("check", "show", "template")),
        *(f"shadow {word}" for word in ("forget", "report")),
        "apply",
        "doctor",
        "export",
        "plan",
        "explain",
        "import",
        "scan",
        "sync",
        "try",
    }


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_takes_json_and_data_and_says_what_it_does(name: str, command: click.Command) -> None:
    """`--json` and `--data DIR` everywhere."""
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--json", "--data"} <= options, name
    assert command.help


@pytest.mark.parametrize(
    ("typed", "error", "hint"),
    [
        (["netwrk"], "no such command 'netwrk'", "see 'frontdesk --help'"),
        (["network", "add"], "missing argument 'TITLE'", "see 'frontdesk network add --help'"),
        (["serve", "--port", "70000"], "invalid value for '--port'", "see 'frontdesk serve --help'"),
        (["network", "list", "--nope"], "no such option", "see 'frontdesk network list --help'"),
        (["user", "add", "a@b.example", "--network", "x", "--role", "owner"], "invalid value for '--role'", "--help"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_where_to_look(
    typed: list[str], error: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Usage is 2; the answer's channel stays empty."""
    assert run(typed) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0].startswith(f"frontdesk: error: {error}")
    assert lines[-1].startswith("frontdesk: hint: ")
    assert hint in lines[-1]


def test_no_command_at_all_is_wrong_usage_and_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was done, so it is not a success."""
    assert run([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_an_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a command runs, the way a shell expects it."""

    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main.root, "main", interrupted)
    assert run(["network", "list"]) == 130


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """`frontdesk … | head -1` must not end in a traceback."""
    piped = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {FRONTDESK} config template | head -1"],
        capture_output=True,
        text=True,
    )
    assert piped.stdout.startswith("# Settings of Frontdesk")
    assert piped.stderr == ""
