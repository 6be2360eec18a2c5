"""Runs pytest as an integrator does, in a project that knows nothing of ours."""

import subprocess
import sys
from pathlib import Path


def run_pytest(project: Path, *options: str) -> str:
    """What pytest prints, run in a project that has nothing but its tests."""
    (project / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=100, check=False)
    return done.stdout + done.stderr
