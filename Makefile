# Zicht. Each target is a few plain commands; the README gives them for people without make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-all search check bench docs lock clean

help:
	@echo "make demo    build a fictional province and serve it on http://127.0.0.1:8000"
	@echo "make test    run the tests"
	@echo "make test-all  the slow ones of national size as well"
	@echo "make search  the tests of random examples, with new ones"
	@echo "make check   lint, types and import rules"
	@echo "make bench   measure, beside peers, in one run"
	@echo "make docs    build the documentation"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Zicht needs Python 3.11 or newer; name it with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python has no venv here. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

# A stamp for each set of requirements, so that a second run installs nothing.
$(VENV)/build.stamp: requirements/build.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing pinned and hashed dependencies ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing pinned and hashed dependencies, tools for testing included ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/build.stamp

demo: $(VENV)/build.stamp
	@$(BIN)/zicht demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest

test-all: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m ""

search: $(VENV)/dev.stamp
	env -u CI $(BIN)/python -m pytest -m "hypothesis and not slow"

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bench.stamp: requirements/bench.txt $(VENV)/dev.stamp
	@echo "Installing the peers that benchmarks are held against ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

bench: $(VENV)/bench.stamp
	$(BIN)/python -m benchmarks

docs: $(VENV)/dev.stamp
	$(BIN)/mkdocs build --strict

# Needs uv; writes lock files that name no registry.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra serve pyproject.toml requirements/tools.in -o requirements/serve.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra serve --extra build pyproject.toml requirements/tools.in -o requirements/build.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra serve --extra build --extra dev pyproject.toml requirements/tools.in -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra serve --extra build --extra dev --extra bench pyproject.toml requirements/tools.in -o requirements/bench.txt

clean:
	rm -rf $(VENV) .demo site
	find . -name "*.nb[ic]" -delete
