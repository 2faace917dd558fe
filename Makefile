# Everything here may be run again at any time; nothing needs root.
# Needs: Python 3.11 or newer with venv, make, and pip's usual package source.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# Pages whose generated blocks are kept in step by cog.
PAGES   = $(shell grep -l '\[\[\[cog' README.md dcaguard/help/*.md 2>/dev/null)

# Recorded history and exchange replies, when they lie beside the checkout: more tests run with them.
ifneq ($(wildcard ../shared/data),)
export DCAGUARD_HISTORY_DIR ?= $(abspath ../shared/data)
endif
ifneq ($(wildcard ../shared/fixtures),)
export DCAGUARD_FIXTURES_DIR ?= $(abspath ../shared/fixtures)
endif

# The suite syncs thousands of small journals: in memory, where there is room for them, that takes
# a third of the time. What a disk may do wrong is acted out above it (tests/sim, tests/live).
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 {print "/dev/shm"}')

.DEFAULT_GOAL := help
.PHONY: help install demo test cover test-long bench lint format types layers docs docs-write check lock \
        mutants clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: $(READY)  ## a virtual environment with every dependency pinned by hash

demo: $(READY)  ## replay recorded real days on the embedded paper exchange: no key, no network
	@rm -rf -- demo-workspace
	$(BIN)/dcaguard demo --dir demo-workspace

test: $(READY)  ## the whole suite but the long tests, in random order
	TMPDIR=$(or $(MEMORY),$(TMPDIR)) $(BIN)/python -m pytest -n auto --dist worksteal

cover: $(READY)  ## the same with branch coverage, child processes included: twice as long
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

test-long: $(READY)  ## many seeds, whole history, an end at every write (strace), guided fuzzing (atheris)
	@command -v strace >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get install -qqy strace; } || \
	  echo "without strace the tests in tests/kill skip: apt-get install strace"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes \
	  -r tests/fuzz/atheris.lock || echo "atheris is not built for this Python: guided fuzzing skips"
	$(BIN)/python -m pytest -m long --timeout 3600 -n auto --dist load

bench: $(READY)  ## side-by-side measurements; prints markdown rows
	@for script in tests/bench/bench_*.py; do \
	  echo "## $$script"; $(BIN)/python "$$script" || exit 1; done

lint: $(READY)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)  ## ruff: mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY)  ## mypy, strict
	$(BIN)/mypy

layers: $(READY)  ## who may import whom
	$(BIN)/lint-imports

docs: $(READY)  ## generated parts of README and help are in step
	@if [ -z "$(PAGES)" ]; then echo "docs: no page has a generated part"; \
	else $(BIN)/cog --check -PUe $(PAGES); fi

docs-write: $(READY)  ## write the generated parts again
	@[ -z "$(PAGES)" ] || $(BIN)/cog -r -PUe $(PAGES)

check: test lint types layers docs  ## all of the above, as .ci/run does

mutants: $(READY)  ## change core/ on purpose and see whether a test notices (an hour or more)
	$(BIN)/python -m pip install -q --disable-pip-version-check 'mutmut>=3.8'
	$(BIN)/mutmut run

clean:  ## remove what these targets made
	rm -rf -- $(VENV) demo-workspace build dist mutants .coverage .coverage.*

# The stamp stands for the environment: it is made again when the lock or the project's metadata
# change. The project itself is linked, not copied, so an edit is live at once.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "dcaguard needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments: install its venv package (Debian: python3-venv)."; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Resolved with Python 3.11, the oldest we support: its backports are harmless on newer ones.
# pip's own settings are left out, so that no address and no file of one machine gets in.
lock:  ## resolve the dependencies again and pin them by hash
	@[ -x build/lock/bin/pip-compile ] || { $(PYTHON) -m venv build/lock && \
	  build/lock/bin/pip install -q --disable-pip-version-check 'pip-tools>=7.5'; }
	env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	  CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile --quiet --upgrade \
	  --generate-hashes --no-strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --extra dev --output-file requirements.lock pyproject.toml
	@! grep -nE '://' requirements.lock
