#!/usr/bin/env bash
# Measures on two cores: servers on core 0, wrk on core 1. SECS, ROUNDS, CONNS, GRANTS, NETWORKS and ONLY by environment.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v wrk >/dev/null || ! command -v taskset >/dev/null; then
  if [[ $(id -u) != 0 ]]; then
    echo "bench: error: wrk and taskset are needed" >&2
    echo "bench: hint: apt-get install wrk util-linux" >&2
    exit 1
  fi
  tests/tools/apt.sh wrk util-linux
fi
exec .venv/bin/python bench/bench.py
