"""The benchmark itself, in a few seconds: it fills a store, proves each answer right, and prints its table."""

import os
import subprocess
import sys

import pytest

from servers.needs import ROOT, need

SMALL = {"SECS": "1", "ROUNDS": "1", "CONNS": "2", "GRANTS": "500", "NETWORKS": "50", "TO_REVOKE": "10"}


@pytest.mark.timeout(120)
def test_the_benchmark_runs_and_says_what_it_measured() -> None:
    """Refresh, introspection and code flows over a small store; every figure has its ratio, and gaps are named."""
    need("wrk")
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "bench.py")],
        capture_output=True,
        text=True,
        env={**os.environ, **SMALL, "ONLY": "refresh,introspect,code flow"},
    )
    assert done.returncode == 0, done.stderr
    for word in ("floor", "refresh (W1)", "introspect (W2)", "code flow (W4)", "ratio", "Not measured", "500 grants"):
        assert word in done.stdout, done.stdout
