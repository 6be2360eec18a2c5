"""The measurement of pages, in a few seconds: it fills a store, asks for every page, and prints a row for one."""

import os
import re
import subprocess
import sys

import pytest

from frontdesk.web.site import PAGES
from servers.needs import ROOT, need


@pytest.mark.timeout(120)
def test_pages_are_measured_beside_the_floor() -> None:
    """Every page of the table answers in each of its states, over a small store; slow here is no failure."""
    need("wrk")
    told = {"SECS": "1", "CONNS": "2", "NETWORKS": "60", "PEOPLE": "30", "ROUNDS": "1"}
    told |= {"ONLY": "/operator/operators", "LANGUAGES": "en"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "pages.py")], capture_output=True, text=True, env={**os.environ, **told}
    )
    assert done.returncode in (0, 1), done.stderr
    for word in ("floor", "/operator/operators ", " ms", " kB ", "of the floor", "/sign-in/provider/callback"):
        assert word in done.stdout, done.stdout + done.stderr
    answered = re.search(r"^(\d+) pages and states answer", done.stdout, re.MULTILINE)
    assert answered is not None
    assert int(answered[1]) > sum(page.show is not None for page in PAGES.values())
