"""The SDK's pages are true: every block of code on them is run, against a real server."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdk.browser_door import SCRIPT, BrowserDoor
from sdk.doc_blocks import ROOT, read_blocks
from sdk.stores.recipes import begin_project
from servers.partner import SCOPES, Town
from servers.processes import clean_environment

PAGES = [ROOT / "client/README.md", *sorted((ROOT / "docs/sdk").glob("*.md"))]


@pytest.fixture
def door(town: Town) -> Iterator[BrowserDoor]:
    """The owner's browser, which lets apps into the first network."""
    opened = BrowserDoor(lambda link: town.person().approve(link, [town.places[0].id]))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def native_id(town: Town) -> str:
    """An app of the command line's."""
    words = ("--redirect-uri", "http://127.0.0.1/callback", "--scope", SCOPES, "--public", "--native")
    return str(town.house.admin("app", "add", "Terminal", *words)["client_id"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_a_page_runs(page: Path, town: Town, native_id: str, door: BrowserDoor, tmp_path: Path) -> None:
    """In order, as a reader would type them, to the end. Nothing is skipped: the runner refuses what it cannot run."""
    begin_project(tmp_path)
    (tmp_path / "browser.py").write_text(SCRIPT)
    place, app = town.places[0], town.app
    environment = clean_environment(
        {
            "API": town.house.url,
            "DOOR": door.url,
            "BROWSER": f"{sys.executable} {tmp_path / 'browser.py'} %s &",
            "CLIENT_ID": app.client_id,
            "CLIENT_SECRET": app.client_secret,
            "NATIVE_CLIENT_ID": native_id,
            "NETWORK_ID": place.id,
            "NETWORK_CLIENT_ID": place.client_id,
            "NETWORK_CLIENT_SECRET": place.client_secret,
            "DJANGO_SETTINGS_MODULE": "settings",
            "HOME": str(tmp_path),
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PIP_NO_INDEX": "1",  # what a page installs is here, with its extras
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONPATH": str(ROOT / "tests"),
        }
    )
    for name in ("CI", "SSH_CONNECTION", "SSH_TTY"):  # the reader sits at a desk, with a browser
        environment.pop(name, None)
    command = [sys.executable, str(ROOT / "tests/sdk/reader.py"), str(page)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    shown = [line for line in done.stdout.splitlines() if line.startswith("--- ")]
    assert shown == [f"--- {page.name}:{block.line} {block.language}" for block in read_blocks(page)]


def test_the_pages_are_found() -> None:
    """Those that show code do, and the project's own README leads to them."""
    shown = {"README.md", "quick-start.md", "connect.md", "command-line.md", "stores.md", "manners.md"}
    assert {page.name for page in PAGES} >= shown
    assert all(read_blocks(page) for page in PAGES if page.name in shown)
    said = (ROOT / "README.md").read_text()
    assert "client/README.md" in said
    assert "docs/sdk/quick-start.md" in said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading of it."""
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", page.read_text()):
        path, _, heading = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), target
        titles = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
        headings = [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles]
        assert not heading or heading in headings, target
