"""`frontdesk policy show`: the compiled document as a table, one row an operation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from frontdesk.cli import speech
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.policy.reading import read_policy, settle_with
from frontdesk.protocol.access import Alternative, Operation
from frontdesk.protocol.ids import SECOND


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--path", metavar="TEXT", help="Only paths that hold this text.")
@click.option("--method", metavar="METHOD", help="Only this method.")
@click.option("--scope", metavar="SCOPE", help="Only operations that name this scope.")
@click.option(
    "--scheme", type=click.Choice(["basic", "oauth2", "public", "none"]), help="Only operations that this opens."
)
@standing
def show(
    ground: Ground, file: Path, *, path: str | None, method: str | None, scope: str | None, scheme: str | None
) -> int:
    """Print what each operation of the document FILE needs, as it is compiled under the settings."""
    policy = read_policy(settle_with(ground, file))
    found = [
        operation
        for operation in policy.operations
        if (path is None or path in operation.path)
        and (method is None or operation.method == method.upper())
        and (scope is None or any(scope in each.scopes for each in operation.alternatives))
        and (scheme is None or scheme in (operation.schemes or ("none",)))
    ]
    if ground.as_json:
        speech.print_json({"operations": [describe(operation) for operation in found]})
    elif not found:
        click.echo(f"None of the {len(policy.operations)} operations is like that.")
    else:
        speech.print_table(
            ["METHOD", "PATH", "OPENED BY", "NETWORK", "LIMIT"], [list(_row(operation)) for operation in found]
        )
    return 0


def describe(operation: Operation) -> dict[str, Any]:
    """One operation for JSON. A token must hold one scope of each list of `needs`."""
    return {
        "method": operation.method,
        "path": operation.path,
        "networkless": operation.networkless,
        "limit": _limit(operation) or None,
        "alternatives": [
            {"scheme": each.scheme, "needs": [sorted(needed) for needed in each.needs]}
            if each.scheme == "oauth2"
            else {"scheme": each.scheme}
            for each in operation.alternatives
        ],
    }


def _row(operation: Operation) -> Iterator[str]:
    yield operation.method
    yield operation.path
    yield " or ".join(map(in_words, operation.alternatives)) or "nothing"
    yield "not needed" if operation.networkless else "needed"
    yield _limit(operation)


def _limit(operation: Operation) -> str:
    """The limit that the document gives it; empty where the credential's own counts."""
    limit = operation.limit
    return f"{limit.requests} in {limit.per / SECOND:g} s, for {limit.name}" if limit is not None else ""


def in_words(alternative: Alternative) -> str:
    """One way to open an operation: `oauth2 rooms|rooms.readonly and staff`."""
    needs = " and ".join("|".join(sorted(needed)) for needed in alternative.needs)
    return f"{alternative.scheme} {needs}".rstrip()
