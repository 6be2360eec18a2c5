#!/usr/bin/env bash
# Pins and hashes, without addresses: uv must be installed (pip install uv).
set -euo pipefail
cd "$(dirname "$0")/.."
common=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet --custom-compile-command "make lock")
uv pip compile pyproject.toml "${common[@]}" -o requirements/main.txt
uv pip compile pyproject.toml --group dev "${common[@]}" -o requirements/dev.txt
