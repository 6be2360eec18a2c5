"""What docs/scopes.md and docs/leaks.md tell people to write into the settings is allowed, and means what they say."""

import re
from pathlib import Path

import pytest

from frontdesk.protocol.leaks import KINDS
from frontdesk.protocol.records import Role
from frontdesk.protocol.scopes import implied
from frontdesk.settings import Settings, inclusion_of, read_settings, role_scopes_of

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _examples(name: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", (DOCS / name).read_text(), re.DOTALL)


def _read(text: str, folder: Path) -> Settings:
    file = folder / "frontdesk.toml"
    file.write_text(text)
    return read_settings(file=file, environ={}, flags={})


def test_the_examples_are_settings(tmp_path: Path) -> None:
    """Each block can be pasted into a file, and all of them into one."""
    blocks = _examples("scopes.md")
    assert len(blocks) == 2
    settings = _read("\n".join(blocks), tmp_path)
    assert implied(("everything",), inclusion_of(settings)) >= {"resources.readonly", "resources.admin", "everything"}
    rules = role_scopes_of(settings, inclusion_of(settings))
    assert rules.told(("resources", "bookings"), Role.MEMBER) == ("resources.readonly", "bookings")
    assert rules.told(("resources",), Role.ADMINISTRATOR) == ("resources",)


@pytest.mark.parametrize(
    "name", ["scope_match", "implied_scopes", "role_scopes", "picker_roles", "networkless_operations"]
)
def test_the_table_shows_the_defaults(name: str, tmp_path: Path) -> None:
    """What stands in the column "default" is the default."""
    (shown,) = re.findall(rf"^\| `{name}` \| `(.*?)` \|", (DOCS / "scopes.md").read_text(), re.MULTILINE)
    assert getattr(_read(f"{name} = {shown}", tmp_path), name) == getattr(Settings(), name)


@pytest.mark.parametrize(
    "line", ['leaked_secrets = "end"', "revoke_leaked_in_url = true", 'leak_keys = "leak-keys.json"']
)
def test_what_the_page_on_leaks_says_can_be_written(line: str, tmp_path: Path) -> None:
    """As it stands there."""
    assert line in (DOCS / "leaks.md").read_text()
    assert _read(line, tmp_path) != Settings()


def test_the_page_on_leaks_gives_the_right_expressions() -> None:
    """Prefixes and lengths that are handed to scanning services are those of the values that are made."""
    page = (DOCS / "leaks.md").read_text()
    for prefix, kind in KINDS.items():
        assert f"| `{prefix}` |" in page
        lengths = [length - len(prefix) for length in kind.lengths]
        group = next(line for line in page.splitlines() if re.match(r"fd.*_\[A-Z", line) and prefix[2:4] in line)
        least, most = re.findall(r"\{(\d+)(?:,(\d+))?\}", group)[0]
        assert (int(least), int(most or least)) == (lengths[0], lengths[-1])
