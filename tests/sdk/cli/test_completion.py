"""Completion, asked of the shells themselves."""

import shutil
import subprocess

import pytest
from frontdesk_client.cli.completion import write_bash, write_fish, write_zsh
from frontdesk_client.cli.parser import COMMANDS


def complete_in_bash(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    script = f"""{write_bash()}
COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
COMP_CWORD={len(words) - 1}
_frontdesk_client
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


def test_bash_offers_commands_and_their_options() -> None:
    """Of the command that is typed, wherever it stands; the shells after `completion`."""
    assert complete_in_bash("frontdesk-client", "lo") == ["login", "logout"]
    assert set(complete_in_bash("frontdesk-client", "")) >= {each.name for each in COMMANDS}
    assert complete_in_bash("frontdesk-client", "login", "--secret") == ["--secret-file", "--secret-stdin"]
    assert complete_in_bash("frontdesk-client", "call", "GET", "/x", "--net") == ["--network"]
    assert complete_in_bash("frontdesk-client", "completion", "z") == ["zsh"]
    assert "README.md" in complete_in_bash("frontdesk-client", "login", "--secret-file", "READ")


@pytest.mark.parametrize(("shell", "write"), [("zsh", write_zsh), ("fish", write_fish)])
def test_every_command_and_option_is_in_it(shell: str, write: object) -> None:
    """And the shell, where it is here, takes every line."""
    script = write()  # type: ignore[operator]
    for command in COMMANDS:
        assert command.name in script
        for word in command.words:
            assert not word.name.startswith("--") or word.name.removeprefix("--") in script
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here to read it")
    done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_fish_offers_the_same() -> None:
    """Asked of fish itself."""
    if shutil.which("fish") is None:
        pytest.skip("fish is not here")
    script = f"{write_fish()}\ncomplete -C 'frontdesk-client login --secret'"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["--secret-file", "--secret-stdin"]
