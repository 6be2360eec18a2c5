"""The stores that docs/sdk/stores.md shows how to write."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sdk.doc_blocks import ROOT
from sdk.stores.kinds import RECIPES


@pytest.mark.timeout(300)
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_of_the_docs_keeps_the_contract(recipe: str, tmp_path: Path) -> None:
    """All of it, threads, processes, kill -9 and a full disk, with SQLite; run in a pytest of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/sdk/stores/test_contract.py",
        f"--basetemp={tmp_path / 'own'}",
    ]
    environment = {**os.environ, "STORE_RECIPE": recipe, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "12 passed" in done.stdout
