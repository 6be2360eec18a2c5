# Two commands matter: `make demo` and `make test`. Both set everything up first.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup demo run fmt check test contract bench soak kill-sweep canaries words walk guesses sameness sdk-races fuzz clean lock

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## the virtual environment with pinned and hashed requirements

$(STAMP): requirements/dev.txt pyproject.toml client/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "hint: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . --editable client
	@touch $@

demo: setup ## a server with demo networks, an owner, a partner app, the demo API and a mailbox page
	@$(BIN)/frontdesk dev

run: setup ## frontdesk serve, with ARGS="…"
	@$(BIN)/frontdesk serve $(ARGS)

fmt: setup ## format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

check: setup ## ruff, mypy --strict, import-linter, deptry
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry src
	@$(BIN)/deptry client/src --config client/pyproject.toml

test: setup ## the whole suite, browser and real servers included
	@tests/tools/prepare.sh
	@$(BIN)/python -m pytest $(ARGS)

contract: setup ## docs/contract.md again, from the table that `frontdesk try` asks
	@$(BIN)/python -m frontdesk.cli.trying.document > docs/contract.md

bench: setup ## refresh, check and the code flow with wrk, beside the floor
	@bench/run.sh

soak: setup ## a gigabyte each way through the proxy with flat memory, and a thousand slow callers beside honest ones
	@$(BIN)/python -m pytest tests/builtin_proxy -m sweep -s --timeout 900 $(ARGS)

kill-sweep: setup ## kill -9 at every failpoint and races over four workers, many trials
	@$(BIN)/python -m pytest tests/faults -m sweep --timeout 3600 $(ARGS)

canaries: setup ## every secret in every place of every endpoint, and none comes out; a million random strings are none of ours
	@$(BIN)/python -m pytest tests/attacks/test_canaries.py tests/protocol/test_leaks.py -m sweep --timeout 1800 $(ARGS)

words: setup ## the catalogues of translations again, with every text that is marked in the source
	@$(BIN)/python tests/tools/catalogues.py

guesses: setup ## a hundred thousand timed secrets and a million random codes
	@$(BIN)/python -m pytest tests/attacks/test_guessing.py -m sweep $(ARGS)

walk: setup ## every page in every state, four languages, two widths, light and dark; the pictures are in build/walk
	@tests/tools/prepare.sh
	@$(BIN)/python -m pytest tests/browser/test_walk.py -m sweep $(ARGS)

sameness: setup ## twenty thousand generated calls through every way in, against the oracle
	@tests/tools/prepare.sh
	@$(BIN)/python -m pytest tests/sameness tests/middleware/test_generated.py -m 'sweep or not sweep' -s $(ARGS)

sdk-races: setup ## a hundred rounds of 64 threads, 64 tasks and 16 processes with one ended token, while replies get lost
	@$(BIN)/python -m pytest tests/sdk/test_races.py -m sweep -s --timeout 3600 $(ARGS)

fuzz: setup ## hunt the matcher, the upstream form and the header readers for FUZZ_SECONDS (600)
	@tests/tools/prepare.sh
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} $(BIN)/python -m pytest tests/fuzz -s --timeout 7200 $(ARGS)

lock: ## write requirements/*.txt again from pyproject.toml
	@requirements/lock.sh

clean: ## remove what was made here
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build tests/clients/node/node_modules
