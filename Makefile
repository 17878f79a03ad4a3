# hanse. `make demo` shows it, `make up` starts a company of one's own, `make test` and `make check` prove it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome))
export HANSE_HOME ?= $(CURDIR)/.hanse

.PHONY: install demo up test test-slow check bench shots lock

install: $(VENV)/.installed  ## the environment alone, in .venv: locked versions, with hashes

$(VENV)/.installed: requirements.lock pyproject.toml tools/venv.sh
	tools/venv.sh "$(PYTHON)" $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q hanse
	touch $@

$(VENV)/.tests: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	tools/chromium.sh
	touch $@

demo: install  ## a simulated web shop with a past of ninety days, served on http://127.0.0.1:8000 while its time goes on (PACE=0: only you work)
	$(BIN)/hanse demo $(if $(PACE),--pace $(PACE))

up: install  ## an empty company of one's own, served on http://127.0.0.1:8000
	$(BIN)/hanse up

test: $(VENV)/.tests  ## all tests but the slow ones, on a real PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 15 -m "not slow"

test-slow: $(VENV)/.tests  ## the long runs: kills, volume, races 200 times each, machines along new ways
	HANSE_RACES=200 HANSE_HYPOTHESIS=explore $(BIN)/python -m pytest -m "slow or at_length"

check: $(VENV)/.tests  ## style, types, layers, the rules of the house, migrations
	$(BIN)/ruff check .
	$(BIN)/mypy hanse
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_house.py
	$(BIN)/python tools/migrations.py

bench: install  ## what hanse costs next to its floor
	$(BIN)/hanse bench

shots: $(VENV)/.tests  ## screenshots for the docs
	$(BIN)/python tools/shots.py

LOCK := $(BIN)/uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

lock: $(VENV)/.tests  ## write all lock files anew from pyproject.toml
	echo 'setuptools>=77' | $(LOCK) --output-file requirements.lock pyproject.toml -
	echo 'setuptools>=77' | $(LOCK) --extra analytics --output-file requirements-analytics.lock pyproject.toml -
	echo 'setuptools>=77' | $(LOCK) --extra cluster --output-file requirements-cluster.lock pyproject.toml -
	echo 'setuptools>=77' | $(LOCK) --extra dev --output-file requirements-dev.lock pyproject.toml -
