"""The measurement of what a credential costs is one that runs."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "sdk.py"


def test_every_client_is_measured() -> None:
    """A few requests of each; what they cost says nothing here, for other tests run beside it."""
    done = subprocess.run([sys.executable, str(BENCH), "2", "2"], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    for client in ("httpx2", "httpx", "requests", "httpx2 async", "httpx async", "aiohttp"):
        (line,) = [line for line in done.stdout.splitlines() if line[:14].strip() == client]
        assert len(line[14:].replace("+", " +").replace("-", " -").split()) == 5
