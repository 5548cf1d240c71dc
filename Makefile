# Everything a person or a machine does with this checkout. Needs make, Python 3.11 or newer and a package index:
# `.venv` is made here, and made anew only when a pyproject.toml or constraints.txt changes.

PYTHON ?= python3
SHELL  := /bin/sh

BIN     := .venv/bin
PROJECT := $(wildcard pyproject.toml plugins/*/*/pyproject.toml)
PLUGINS := $(patsubst %/pyproject.toml,-e ./%,$(wildcard plugins/*/*/pyproject.toml))
# Where mypy finds every package of ours by its name: the folders are the list.
EMPTY   :=
SOURCES := $(subst $(EMPTY) $(EMPTY),:,$(strip $(wildcard core/src plugins/*/*/src examples/*/src)))
PIP     := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet -c constraints.txt
CORE_TESTS := $(wildcard tests/core tests/plugins)

.DEFAULT_GOAL := help
.NOTPARALLEL:  # the targets share .venv and two cores
.PHONY: help demo test check tests tests-httpx2 clients bench bench-peers docs constraints clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do printf '  make %-14s %s\n' "$$name" "$$what"; done

demo: .venv/.demo ## Watch tasks go through their states at the simulator; nothing to configure
	$(BIN)/tidings demo

test: check docs tests-httpx2 tests ## Check, build the docs and run every test

check: .venv/.dev ## Lint, types, layers and changelog fragments
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	MYPYPATH=$(SOURCES) $(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m towncrier build --draft --version next > /dev/null

tests: .venv/.dev ## Run every test, and measure the coverage of the core
	TIDINGS_TEST_CLIENTS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term

tests-httpx2: .venv/.dev ## Run the core's and the plugins' tests with httpx2 in httpx's place
	TIDINGS_TEST_HTTPX2=1 $(BIN)/python -m pytest -n 2 --dist loadgroup $(CORE_TESTS)

clients: .venv/.dev ## Let the makers' own client libraries read from the simulator (part of the tests, too)
	TIDINGS_TEST_CLIENTS=1 $(BIN)/python -m pytest tests/clients

bench: .venv/.dev ## Measure: every figure beside loops written by hand, in one run of some twenty minutes
	$(BIN)/python tests/benchmarks/bench.py --json build/bench.json

bench-peers: build/peers/.done ## Measure: makers' own client libraries, each waiting in its own way
	build/peers/bin/python tests/benchmarks/peers.py --json build/bench-peers.json

docs: .venv/.dev ## Build the docs into docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

constraints: .venv/bin/python ## Pin the newest versions that the ranges in pyproject.toml allow
	rm -rf build/newest && $(PYTHON) -m venv build/newest
	build/newest/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/newest/bin/python -m pip install --quiet -e ".[all]" $(PLUGINS) --group dev --group clients --group peers
	{ sed -n '/^#/p' constraints.txt; build/newest/bin/python -m pip list --exclude-editable --format=freeze \
		| grep -v -i -E '^(pip|setuptools)=='; } > build/constraints.txt
	mv build/constraints.txt constraints.txt && rm -rf build/newest

clean: ## Remove .venv and everything that was built
	rm -rf .venv build dist out docs/_build .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Tidings needs Python 3.11 or newer, and "$(PYTHON)" is not: name one with make PYTHON=python3.11' >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# pip knows dependency groups since 25.1.
.venv/.pip: $(BIN)/python
	$(PIP) install --quiet --upgrade "pip>=25.1"
	@touch $@

# One call names all our own distributions, because none of them is on the index yet.
.venv/.dev: .venv/.pip $(PROJECT) constraints.txt
	$(INSTALL) -e ".[all]" $(PLUGINS) --group dev --group clients
	@touch $@ .venv/.demo

# A room of their own: what the libraries bring along is nothing that the tests should run with.
build/peers/.done: $(PROJECT) constraints.txt | .venv/.pip
	$(BIN)/python -m venv build/peers
	build/peers/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	build/peers/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e ".[all]" $(PLUGINS) --group peers
	@touch $@

.venv/.demo: .venv/.pip $(PROJECT) constraints.txt
	$(INSTALL) -e ".[demo]" $(PLUGINS)
	@touch $@
