"""The `frontdesk` command: what there is to type, and how a run ends.

Each command's module is imported only when it is asked for, so that `--help` stays quick.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence

import click

from frontdesk.cli import crashes, speech

# name: where it lives, what it is for
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("frontdesk.cli.serving:serve", "Run the front desk before your API."),
    "dev": ("frontdesk.cli.dev:dev", "Try everything: demo networks, partner app, API and mailbox."),
    "network": (
        "frontdesk.cli.network_members:network",
        "Add, list, suspend and give networks (the tenants of your API).",
    ),
    "user": ("frontdesk.cli.user_account:user", "Give people roles in networks; block them, see to their accounts."),
    "operator": (
        "frontdesk.cli.operator:operator",
        "Make the console's set-up link; appoint and dismiss operators.",
    ),
    "credential": (
        "frontdesk.cli.credential:credential",
        "Show, make, narrow, regenerate and end a network's Basic pairs.",
    ),
    "app": (
        "frontdesk.cli.app_invitations:app",
        "Register partners' apps; enable, disable, review, give a new secret.",
    ),
    "resource-server": (
        "frontdesk.cli.resource_server:resource_server",
        "Let APIs of yours ask what a token is worth (introspection).",
    ),
    "admin-key": (
        "frontdesk.cli.admin_key:admin_key",
        "Make, list and revoke keys of the administration API.",
    ),
    "grant": ("frontdesk.cli.grant:grant", "List and revoke what users granted to apps."),
    "explain": ("frontdesk.cli.explain:explain", "Say why a call was refused, by the id in its answer."),
    "shadow": ("frontdesk.cli.shadow:shadow", "Say what would be refused, while nothing is enforced."),
    "try": ("frontdesk.cli.trying.command:try_", "Ask a running server what the contract says, and compare."),
    "convert": (
        "frontdesk.cli.convert:convert",
        "Turn another authorization server's database into a file for 'frontdesk import'.",
    ),
    "import": ("frontdesk.cli.import_:import_", "Move in: take over networks, apps and tokens from a file."),
    "sync": ("frontdesk.cli.sync:sync", "Keep networks, people and roles in step with a list."),
    "export": ("frontdesk.cli.declaring:export", "Say what this installation is, as one file without secrets."),
    "plan": ("frontdesk.cli.declaring:plan", "Say what applying such a file would do."),
    "apply": ("frontdesk.cli.declaring:apply", "Bring this installation to where such a file is."),
    "keys": ("frontdesk.cli.keys:keys", "List, rotate, retire and restore keys, beside a running server."),
    "scan": ("frontdesk.cli.scan:scan", "Find leaked tokens and secrets in files and logs, and end them."),
    "policy": ("frontdesk.cli.policy:policy", "Look into the API's document as a policy: faults, changes, tests."),
    "config": ("frontdesk.cli.config:config", "Check and show the settings; print a template."),
    "doctor": ("frontdesk.cli.doctor:doctor", "Look for what is wrong, and say what to do."),
}


class LazyCommands(click.Group):
    """A group whose commands are imported when they are run, and listed from the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, purpose) in COMMANDS.items()])


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try it: 'frontdesk dev'. Every command has --help, --json and --data DIR (or FRONTDESK_DATA).",
)
@click.version_option(package_name="frontdesk", message="frontdesk %(version)s")
def root() -> None:
    """Frontdesk checks every caller's credentials at the door of a multi-tenant API."""


def main() -> None:
    """Run what was typed, and end with 0, 1 (refused or failed), 2 (usage) or 130 (interrupted)."""
    crashes.leave_no_secrets()
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) is gone: point stdout elsewhere, or the interpreter complains at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    try:
        outcome = root.main(args=list(arguments), prog_name="frontdesk", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.format_message(), err=True)
        return speech.EXIT_USAGE
    except click.UsageError as wrong:
        path = wrong.ctx.command_path if wrong.ctx is not None else "frontdesk"
        speech.complain(_sentence(wrong.format_message()), f"see '{path} --help'")
        return speech.EXIT_USAGE
    except click.ClickException as failed:
        speech.complain(_sentence(failed.format_message()))
        return speech.EXIT_REFUSED
    except speech.Refused as refused:
        speech.complain(refused.problem, refused.hint)
        return speech.EXIT_REFUSED
    except (click.Abort, KeyboardInterrupt):
        return speech.EXIT_INTERRUPTED
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    return outcome if isinstance(outcome, int) else 0


def _sentence(text: str) -> str:
    """Click's message in our form: one line, lower-case, no full stop."""
    line = " ".join(text.split()).rstrip(".")
    return line[:1].lower() + line[1:]


if __name__ == "__main__":
    main()
