"""Which nginx is measured: the one that people run."""

import shutil
import subprocess
import sys

from machine import HERE

sys.path.insert(0, str(HERE.parent / "tests"))
from servers.needs import find_nginx as find_nginx_of_suite

UNPACKED = HERE.parent / "build" / "nginx" / "usr" / "sbin" / "nginx"


def find_nginx() -> str:
    """The system's, else the one that `run.sh` unpacked, else the suite's: a static build that takes longer."""
    found = shutil.which("nginx") or (str(UNPACKED) if UNPACKED.exists() else find_nginx_of_suite())
    if found is None:
        raise SystemExit("bench: error: nginx is not here; `make setup` brings one")
    return found


def nginx_version() -> str:
    """What it calls itself."""
    said = subprocess.run([find_nginx(), "-v"], capture_output=True, text=True).stderr
    return said.partition("nginx/")[2].split()[0]
