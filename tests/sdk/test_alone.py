"""The SDK needs httpx2, and nothing else."""

import subprocess
import sys

ALONE = """
import sys
for name in ("aiohttp", "django", "flask", "frontdesk", "httpx", "keyring", "requests", "starlette"):
    sys.modules[name] = None  # as where it is not installed
import httpx2
from frontdesk_client import BasicCredentials, Connect, MemoryStore, OAuth
auth = OAuth("id", None, MemoryStore(), endpoints="https://api.example.com")
assert isinstance(auth, httpx2.Auth)
assert isinstance(BasicCredentials("id", "secret", api="https://api.example.com"), httpx2.Auth)
"""


def test_nothing_but_httpx2_is_needed() -> None:
    """Other clients, frameworks and stores of secrets are met where they are installed."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
