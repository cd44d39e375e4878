# What a newcomer types. `make demo` shows the product, `make test` checks the checkout.
#
#   PYTHON   the interpreter that makes the virtual environment (3.11 or later)
#   VENV     where that environment lies
PYTHON ?= python3
VENV ?= .venv

# Where tests leave the pictures of the pages that they have looked at.
export SMART_ALERT_ARTEFACTS ?= $(CURDIR)/artefacts

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Tools are called as modules of this interpreter: a checkout that was moved keeps working.
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --quiet --disable-pip-version-check

.PHONY: help demo test test-long bench clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: $(VENV)/.installed ## the sample footage through the whole pipeline, into demo/
	@$(RUN) -m pipeline demo --out demo

test: $(VENV)/.installed-test ## formatting, lint, types, import contracts and every quick test
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) $(VENV)/bin/lint-imports
	$(RUN) -m pytest -m "not long"

test-long: $(VENV)/.installed-test ## the tests that take more than a few seconds
	$(RUN) -m pytest -m long

bench: $(VENV)/.installed-bench ## the figures of benchmarks/README.md
	$(RUN) -m benchmarks.peer
	$(RUN) -m benchmarks.memory
	$(RUN) -m benchmarks.rules

clean: ## removes what make made
	rm -rf $(VENV) artefacts demo bench-out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamps: an environment is made once, and its packages are installed again when pyproject.toml changes.
$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || \
	    { echo "make: $(PYTHON) not found: Python 3.11 or later is needed; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "make: Python 3.11 or later is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1); name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "make: $(PYTHON) lacks its venv module (on Debian and Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	@echo "Installing Smart Alert into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.made pyproject.toml
	@echo "Installing Smart Alert and what its tests need into $(VENV) ..."
	@$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: $(VENV)/.made pyproject.toml
	@echo "Installing Smart Alert and what its benchmarks need into $(VENV) ..."
	@$(PIP) install --editable '.[bench]'
	@touch $@ $(VENV)/.installed
