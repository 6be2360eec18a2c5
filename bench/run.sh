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
# The nginx that people run: the system's, or its package's, unpacked and not installed (installing would start a server).
if ! command -v nginx >/dev/null && [[ ! -x build/nginx/usr/sbin/nginx ]] && command -v apt-get >/dev/null; then
  mkdir -p build/nginx
  for package in nginx nginx-core; do
    (cd build/nginx && apt-get -qq download "$package" && dpkg-deb -x "$package"_*.deb . && rm ./*.deb) >/dev/null 2>&1 || true
    [[ ! -x build/nginx/usr/sbin/nginx ]] || break
  done
fi
.venv/bin/python bench/bench.py
exec taskset -c 1 .venv/bin/python bench/sdk.py
