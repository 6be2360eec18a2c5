"""docs/testing.md: each of its blocks is a test file of an integrator's project, and the project passes."""

import re
from pathlib import Path

import pytest

from frontdesk.testing import FakeAuthority
from testing_plugin.project import run_pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_every_block_runs(tmp_path: Path) -> None:
    """As it stands there, one file each; a block that holds no test runs when its file is read."""
    for number, block in enumerate(BLOCKS):
        (tmp_path / f"test_{number}.py").write_text(block if "def test_" in block else f"{block}\ndef test_(): pass\n")
    said = run_pytest(tmp_path)
    functions = sum(len(re.findall(r"^def test_", block, re.MULTILINE)) or 1 for block in BLOCKS)
    parametrized = 1  # one of them is two tests
    assert f"{functions + parametrized} passed" in said, said


def test_everything_that_can_be_forced_is_in_the_table() -> None:
    """A verb that the page does not name is one that nobody finds."""
    verbs = {name for name in vars(FakeAuthority) if name.endswith("_now")} | {"recover"}
    assert set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)) == verbs


@pytest.mark.parametrize("page", ["docs/identity.md", "docs/in-process.md"])
def test_the_receiving_side_is_linked(page: str) -> None:
    """Who looks for how to trust the headers finds both ways from here, and this page from the first one."""
    assert (ROOT / page).is_file()
    assert f"({Path(page).name}" in PAGE
    assert "(docs/testing.md)" in (ROOT / "README.md").read_text()
