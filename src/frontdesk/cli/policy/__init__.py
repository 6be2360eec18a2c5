"""`frontdesk policy`: the API's document, read as the policy that decides every call."""

import click

from frontdesk.cli.policy.accept import accept
from frontdesk.cli.policy.diff import diff
from frontdesk.cli.policy.lint import lint_
from frontdesk.cli.policy.proxy_config import proxy_config
from frontdesk.cli.policy.show import show
from frontdesk.cli.policy.test import test_


@click.group(no_args_is_help=True)
def policy() -> None:
    """Look into the API's document as a policy: faults, changes, tests."""


policy.add_command(lint_)
policy.add_command(show)
policy.add_command(test_)
policy.add_command(diff)
policy.add_command(accept)
policy.add_command(proxy_config)
