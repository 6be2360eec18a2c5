#!/usr/bin/env bash
# Installs Debian packages quietly, trying three times; prints the log only when it failed.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "prepare: apt-get install $*"
for try in 1 2 3; do
  if { apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    exit 0
  fi
  sleep $((try * 5))
done
tail -n 20 "$log" >&2
echo "prepare: error: apt-get could not install: $*" >&2
exit 1
