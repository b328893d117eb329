# The first thing a newcomer types. Both `make demo` and `make test` install all they need into .venv.

.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
WORKFLOWS := .github/workflows/deploy.yml src/lakectl/template/ci/github/deploy.yml
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# The newest Python that lakectl runs on; `make demo PYTHON=...` chooses another.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)

help:  ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: .venv/lakectl  ## Install, make sample workbooks, run the pipeline on them, ask questions; no Java
	@rm -rf demo
	@$(BIN)/lakectl init demo >/dev/null
	@$(BIN)/lakectl --project demo sample demo/workbooks --orders 500 --dirty 2 --seed 7
	$(BIN)/lakectl --project demo ingest demo/workbooks
	$(BIN)/lakectl --project demo query top_customers -p limit=5
	$(BIN)/lakectl --project demo query sales_by_day
	@echo && echo "Now look around: cd demo && ../$(BIN)/lakectl rejects list"

# In up to two processes (see tests/conftest.py); files in their order, since those that take longest come first.
test: .venv/dev  ## Install (Java too, if there is none), run all tests
	java_home=$$($(BIN)/python -m lakectl.platforms.local.java) && \
		JAVA_HOME=$$java_home $(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/dev  ## Format, lint, types, imports, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m lakectl.cli.reference --check docs/cli.md
	$(BIN)/python -m lakectl.platforms.local.trino.rules --check docs/queries.md

scan: .venv/scan  ## Look for insecure settings in the CloudFormation templates and the workflows
	.venv/scan/bin/checkov --compact --quiet --skip-download --framework cloudformation --directory src/lakectl/platforms/aws
	.venv/scan/bin/zizmor --offline --quiet $(WORKFLOWS)
	@if command -v actionlint >/dev/null; then actionlint $(WORKFLOWS); else echo "actionlint is not on this machine"; fi

bench: .venv/dev  ## One table of ratios against what people do today (ARGS=name ... for some)
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: .venv/dev  ## Ask random statements of DuckDB and of a real Trino (LAKECTL_TRINO_SQL names it; COUNT=300)
	LAKECTL_FUZZ=$(or $(COUNT),300) $(BIN)/pytest --numprocesses 0 tests/trino/test_fuzz.py

docs: .venv/dev  ## Write the generated docs anew
	$(BIN)/python -m lakectl.cli.reference docs/cli.md
	$(BIN)/python -m lakectl.platforms.local.trino.rules docs/queries.md

lock: .venv/dev  ## Write constraints.txt anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --extra spark --group dev pyproject.toml -o constraints.txt

clean:  ## Remove what was installed and made
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "lakectl needs Python 3.11, 3.12 or 3.13: install one, or name it: make demo PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "This Python cannot make virtual environments (on Debian and Ubuntu: apt-get install python3-venv)"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

.venv/lakectl: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing lakectl into .venv ..."
	@$(INSTALL) --editable .
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing lakectl, Spark and the test tools into .venv ..."
	@$(INSTALL) --editable '.[spark]' --group dev
	@touch $@ .venv/lakectl

# Apart from the others: it pins a hundred packages of its own.
.venv/scan: .venv/bin/python
	@echo "Installing checkov and zizmor into .venv/scan ..."
	@$(BIN)/python -m venv .venv/scan || { rm -rf .venv/scan; exit 2; }
	@.venv/scan/bin/python -m pip install --quiet --disable-pip-version-check checkov==3.3.30 zizmor==1.32.0 || { rm -rf .venv/scan; exit 2; }

.PHONY: help demo test check scan bench fuzz docs lock clean
