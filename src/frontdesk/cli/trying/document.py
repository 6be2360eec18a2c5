"""docs/contract.md, written from the table that `frontdesk try` asks: `make contract`."""

from collections.abc import Iterator

from frontdesk.cli.trying.asking import curl, tell
from frontdesk.cli.trying.facts import Facts
from frontdesk.cli.trying.steps import Ask, Group, Step, Wait
from frontdesk.cli.trying.table import TABLE

HEAD = """# The contract, step by step

What callers of the API ask, and what the contract says they get. This page is written from the very table that
`frontdesk try URL` asks of a running server (`make contract`); a test keeps the two the same. The paths, scopes and
methods are examples: a run takes them from the API's own OpenAPI document.

In the curl lines `$API` is the server's address, and the other variables are what a reader has of their own:
`$BASIC_ID` and `$BASIC_SECRET` are a network's pair, `$CLIENT_ID` and `$CLIENT_SECRET` a partner's app. What stands in
`<…>` is made up, or was given by an earlier step.
"""

SAMPLE = Facts(
    known={
        "header": "spacebring-network-id",
        "scope": "resources locations",
        "scope_commas": "resources,locations",
        "scope_a": "resources",
        "path_call": "/resources/v1",
        "path_narrow": "/locations/v1",
        "path_readonly": "/plans/v1",
        "path_any_token": "/networks/v1",
        "path_oauth_only": "/webhooks/v1",
        "method_oauth_only": "GET",
        "path_basic_only": "/keys/v1",
        "method_basic_only": "GET",
        "path_networks": "/networks/v1",
        "path_unknown": "/frontdesk-try/no-such-path",
        "path_unlisted": "/resources/v1",
        "method_unlisted": "OPTIONS",
        "path_overlap": "/invoices/v1/items/void",
        "method_overlap": "GET",
        "path_introspection": "/oauth2/introspect",
    }
)


def write_document() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n{part}\n" for group in TABLE for part in _group(group))


def _group(group: Group) -> Iterator[str]:
    yield f"## {group.title}"
    yield group.text
    example = next((step.action for step in group.steps if step.name == group.example), None)
    if isinstance(example, Ask):
        yield f"```\n{curl(example, _as_variable)}\n```"
    yield "\n".join(["| step | what | asked | answered |", "| --- | --- | --- | --- |", *map(_row, group.steps)])


def _row(step: Step) -> str:
    asked = tell(step.action, SAMPLE.show)
    shown = asked if isinstance(step.action, Wait) else f"`{asked}`"
    times = f" ({step.times} times)" if step.times > 1 else ""
    answered = ", ".join(SAMPLE.show(want.words) for want in step.wants) or step.says
    return f"| {step.name} | {step.says} | {shown}{times} | {answered} |"


def _as_variable(text: str) -> str:
    """A text for the shell: samples as they are, whatever the reader has as a variable."""
    return SAMPLE.show_as(text, lambda name: f"${name.upper()}")


if __name__ == "__main__":
    print(write_document(), end="")
