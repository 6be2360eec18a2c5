"""What docs/limits.md tells people to write is allowed, and means what it says."""

import re
from pathlib import Path

import pytest

from frontdesk.flows.failures import EACH_ADDRESS, EACH_CLIENT, EVENT, KEPT
from frontdesk.gateway.document import read_document
from frontdesk.gateway.policy import compile_policy
from frontdesk.gateway.syntax import read_values
from frontdesk.settings import Settings, read_settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "limits.md").read_text()
_DOCUMENT = """
openapi: 3.1.0
info: {{title: Exports, version: "1"}}
components: {{securitySchemes: {{Basic: {{type: http, scheme: basic}}}}}}
security: [{{Basic: []}}]
{example}
"""


def _examples(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def _read(text: str, folder: Path) -> Settings:
    file = folder / "frontdesk.toml"
    file.write_text(text)
    return read_settings(file=file, environ={}, flags={})


def test_the_document_s_example_gives_those_limits() -> None:
    """As it stands there, below the head of a document."""
    (example,) = _examples("yaml")
    text = _DOCUMENT.format(example=example.replace("get: …", "get: {}"))
    policy = compile_policy(read_document(read_values(text.encode(), is_json=False)))
    limits = {each.method: each.limit for each in policy.operations if each.limit is not None}
    told = {method: (limit.name, limit.requests, limit.window, limit.rate.burst) for method, limit in limits.items()}
    assert told == {"GET": ("/exports/v1", 30, 60, 5), "POST": ("POST /exports/v1", 2, 3_600, 2)}


def test_the_settings_example_is_read(tmp_path: Path) -> None:
    """The entries of the table are the example's."""
    (example,) = _examples("toml")
    entries = _read(example, tmp_path).network_parameters
    assert all(f"| `{entry}` |" in PAGE for entry in entries)


@pytest.mark.parametrize("name", ["requests_per_second", "network_share", "network_parameters"])
def test_the_table_shows_the_defaults(name: str, tmp_path: Path) -> None:
    """What stands in the column "default" is the default."""
    (shown,) = re.findall(rf"^\| `{name}` \| `(.*?)` \|", PAGE, re.MULTILINE)
    assert getattr(_read(f"{name} = {shown}", tmp_path), name) == getattr(Settings(), name)


def test_the_budgets_are_those_that_are_counted() -> None:
    """Numbers and the event's name."""
    assert f"More than {EACH_CLIENT} that name one client id, or {EACH_ADDRESS} from one address" in PAGE
    assert f"`{EVENT}`" in PAGE
    assert f"{KEPT:,} ids" in PAGE


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ("networkId", "networkId"),
        ("path:networkId", "path:networkId"),
        ("networks/{id}", "path:networks/{id}"),
        ("path:networks/{id}", "path:networks/{id}"),
        ("query:filter[networkId]", "query:filter[networkId]"),
    ],
)
def test_a_parameter_is_named(value: str, means: str) -> None:
    """With its kind, or for both kinds."""
    given = read_settings(file=None, environ={"FRONTDESK_NETWORK_PARAMETERS": value}, flags={})
    assert given.network_parameters == (means,)
