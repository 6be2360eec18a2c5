"""The plugin in a project that knows nothing of ours: found by itself, and able to make a careless client fail."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from testing_plugin.project import run_pytest

HERE = Path(__file__).parent
# The forced case that a client without a refresh does not survive, beside a case that it does.
CARELESS = """
import httpx2
import pytest

@pytest.mark.parametrize("expires", [False, True])
def test_the_door_opens(authority, expires):
    connection = authority.connection
    if expires:
        authority.expire_now()
    headers = {
        "authorization": f"Bearer {connection.access_token}",
        "spacebring-network-id": connection.network.id,
    }
    with httpx2.Client(transport=authority.transport(), base_url=authority.url) as client:
        client.get("/resources/v1", headers=headers).raise_for_status()
"""


def test_an_integrator_s_project_passes(tmp_path: Path) -> None:
    """The sample project beside this file, elsewhere: every case with every client, and not one warning."""
    shutil.copytree(HERE / "integrator", tmp_path / "integrator", ignore=shutil.ignore_patterns("__pycache__"))
    said = run_pytest(tmp_path)
    count = re.search(r"^(\d+) passed in", said, re.MULTILINE)
    assert count is not None, said
    assert int(count.group(1)) >= 100


def test_a_careless_client_fails(tmp_path: Path) -> None:
    """What the plugin is for: without the forced case nobody notices, with it the test fails. No secret is printed."""
    (tmp_path / "test_door.py").write_text(CARELESS)
    said = run_pytest(tmp_path)
    assert "1 failed, 1 passed" in said, said
    assert "401" in said
    assert not re.search(r"fd(at|rt|cs|ns)_\w", said)


def test_a_run_without_an_authority_does_not_wait_for_one(tmp_path: Path) -> None:
    """pytest imports the plugin in every run where Frontdesk is installed: next to nothing may come with it."""
    (tmp_path / "test_other.py").write_text(
        "import sys\n\n\ndef test_other():\n"
        "    ours = {name for name in sys.modules if name.partition('.')[0] == 'frontdesk'}\n"
        "    assert ours == {'frontdesk', 'frontdesk.testing', 'frontdesk.testing.plugin'}\n"
    )
    assert "1 passed" in run_pytest(tmp_path)


def test_without_pytest_and_without_clients_the_authority_works() -> None:
    """It needs neither: whoever uses another runner opens it in a `with` block."""
    program = (
        "import sys\n"
        "sys.modules.update(pytest=None, httpx2=None, httpx=None, requests=None)\n"
        "import frontdesk\n"
        "from frontdesk.testing import FakeAuthority\n"
        "with FakeAuthority() as authority:\n"
        "    print(authority.connect().scope)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "locations resources\n", done.stderr


def test_fixtures_are_told_to_whoever_asks(tmp_path: Path) -> None:
    """`pytest --fixtures` shows them with a sentence each."""
    said = run_pytest(tmp_path, "--fixtures")
    for name in ("authority_options", "authority", "listening_authority"):
        assert re.search(rf"^{name} -- .*\n +\S", said, re.MULTILINE), said
