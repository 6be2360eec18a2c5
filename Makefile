# Two commands matter: `make demo` and `make test`. Both set everything up first.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup demo run fmt check test contract bench kill-sweep clean lock

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## the virtual environment with pinned and hashed requirements

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "hint: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
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

test: setup ## the whole suite, browser and real servers included
	@tests/tools/prepare.sh
	@$(BIN)/python -m pytest $(ARGS)

contract: setup ## docs/contract.md again, from the table that `frontdesk try` asks
	@$(BIN)/python -m frontdesk.cli.trying.document > docs/contract.md

bench: setup ## refresh, check and the code flow with wrk, beside the floor
	@bench/run.sh

kill-sweep: setup ## kill -9 at every failpoint and races over four workers, many trials
	@$(BIN)/python -m pytest tests/faults -m sweep --timeout 3600 $(ARGS)

lock: ## write requirements/*.txt again from pyproject.toml
	@requirements/lock.sh

clean: ## remove what was made here
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build tests/clients/node/node_modules
