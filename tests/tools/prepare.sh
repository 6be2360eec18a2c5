#!/usr/bin/env bash
# Fetches what the suite needs beside its Python packages: Chromium, curl, wrk, PHP, and Node with two OAuth clients.
# Installs Debian packages only as root; anybody else is told in one line what the suite will leave out. Quick the
# second time.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Servers of the suite run as somebody else, who could not keep what Python compiles: each start would do it again.
.venv/bin/python -m compileall -q -j 0 src

have() { command -v "$1" >/dev/null 2>&1; }
have_chromium() { have chromium || have chromium-browser || have google-chrome; }
# Playwright brings a Node of its own, which wants a library that a bare machine lacks.
have_driver() {
  local driver
  driver=$(compgen -G ".venv/lib/python*/site-packages/playwright/driver/node") && "$driver" --version >/dev/null 2>&1
}

wanted=()
have_chromium || wanted+=(chromium fonts-liberation fonts-dejavu-core)
have_driver || wanted+=(libatomic1)
have curl || wanted+=(curl ca-certificates)
have wrk || wanted+=(wrk)
have node || wanted+=(nodejs)
have npm || wanted+=(npm)
have php || wanted+=(php-cli)

if ((${#wanted[@]})) && [[ $(id -u) == 0 ]] && have apt-get; then
  tests/tools/apt.sh "${wanted[@]}"
fi

# The lock file names no address, so npm asks the registry that it is set up for.
node=tests/clients/node
if have node && have npm && ! cmp -s "$node/package-lock.json" "$node/node_modules/.installed"; then
  echo "prepare: installing the Node test clients"
  (cd "$node" && npm ci --loglevel=error --ignore-scripts --no-audit --no-fund >/dev/null) &&
    cp "$node/package-lock.json" "$node/node_modules/.installed"
fi

left_out=()
have_chromium || left_out+=("the browser tests (no Chromium)")
have_driver || left_out+=("the browser tests (Playwright wants libatomic1)")
have curl || left_out+=("curl")
have wrk || left_out+=("the benchmark's own test (no wrk)")
have php || left_out+=("the syntax of the quick start in PHP")
[[ -f $node/node_modules/.installed ]] || left_out+=("the Node clients")
if ((${#left_out[@]})); then
  printf "prepare: left out: %s" "${left_out[0]}"
  ((${#left_out[@]} > 1)) && printf ", %s" "${left_out[@]:1}"
  [[ $(id -u) == 0 ]] && echo || echo ' - run as root once to install them'
fi
