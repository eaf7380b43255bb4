# make help lists what there is. Each target sets up what it needs: .venv from requirements.lock.
VENV ?= .venv
ARGS ?=
RIVAL ?= .venv-bench
BIN := $(VENV)/bin
KEY := $(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
READY := $(VENV)/.ready-$(KEY)

# Tests are shared out over the cores; what one process compiles the others load.
SHARED := --numprocesses=auto --maxprocesses=4 --dist=worksteal

# Python 3.11 is the reference; 3.12 and 3.13 work.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& command -v $$p && break; done)

# make run worlds=50 war.delta=0.98: make takes such words for its own variables, we hand them on.
OURS := ARGS VENV RIVAL PYTHON
WORDS = $(strip $(foreach v,$(filter-out $(OURS) MAKE%,$(.VARIABLES)),$(if \
	$(filter command line,$(origin $(v))),'$(v)=$(subst ','\'',$($(v)))')))

.PHONY: help setup run test thorough check golden reproduce lock classroom bench
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(READY) ## .venv with every pinned package

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Tango needs Python 3.11, 3.12 or 3.13" >&2; exit 1; }
	@echo "Setting up $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then \
		uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock \
		&& uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock \
		&& $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@rm -f $(VENV)/.ready-*
	@touch $@

run: $(READY) ## one run: make run worlds=50 seed=3, or make run ARGS="-m war.delta=0.975,0.985"
	@$(BIN)/tango $(ARGS) $(WORDS)

test: $(READY) ## what CI runs: unit, property, doc and golden tests, presets small
	$(BIN)/python -m pytest $(SHARED) $(ARGS)

thorough: $(READY) ## the long ring: thousands of examples, kills
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -m "thorough or not thorough" $(SHARED) $(ARGS)

check: $(READY) ## formatting, lint, types: seconds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

golden: $(READY) ## rewrite the golden transcripts and show what changed
	$(BIN)/python -m pytest -q tests/golden --golden
	git --no-pager diff --stat -- tests/golden

reproduce: $(READY) ## every preset in full (calibrate needs its extra), into an emptied results folder
	find results -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
	$(BIN)/tango -m 'experiment=glob(*,exclude=calibrate)'

classroom: ## one lesson for a class (not built yet)
	@echo "make classroom: not built yet; it comes with a later stage" >&2; exit 1

bench: $(READY) $(RIVAL)/.ready ## how fast worlds are computed, beside NegMAS in a venv of its own
	@$(BIN)/python -m experiments.bench --rival-python $(RIVAL)/bin/python $(ARGS)

# NegMAS is AGPL: measured as another program, never installed beside ours.
$(RIVAL)/.ready: requirements-bench.lock
	@test -n "$(PYTHON)" || { echo "Tango needs Python 3.11, 3.12 or 3.13" >&2; exit 1; }
	@echo "Setting up $(RIVAL) ..." >&2
	@$(PYTHON) -m venv --clear $(RIVAL)
	@if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then \
		uv pip install -q --compile-bytecode --python $(RIVAL)/bin/python --require-hashes \
			-r requirements-bench.lock; \
	else \
		$(RIVAL)/bin/python -m pip install -q --disable-pip-version-check --require-hashes \
			-r requirements-bench.lock; \
	fi
	@touch $@

lock: ## rewrite the three lock files (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --group test --group build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --group bench -o requirements-bench.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --group test --group build --group calibrate pyproject.toml \
		-o requirements-calibrate.lock
