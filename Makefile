# What a newcomer types: `make demo` to see it, `make test` to check it. Everything lands in .venv.
# Needs Python 3.11 or newer with venv and pip, and make. The first run of each fetches pinned packages; later
# runs need no network.

VENV := .venv
BIN := $(VENV)/bin
UV ?= uv
WORKERS ?= 2
DEMO ?=
TESTS ?=

ifndef PYTHON
PYTHON := $(shell for candidate in python3.13 python3.12 python3.11 python3.14 python3; do \
	$$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& command -v $$candidate && break; done)
endif

COVERAGE := COVERAGE_RCFILE=tests/coverage.ini $(BIN)/coverage
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
INSTALLED_TESTS := $(VENV)/.installed-tests
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.PHONY: help install demo test check lint format typecheck imports unit browser migration lock wheel clean

help:
	@echo "make demo       the sample program in a browser; make demo DEMO='--speed 3600' to watch a week go by"
	@echo "make test       everything that CI runs; make unit TESTS=tests/store for a part of it"
	@echo "make install    the command .venv/bin/prepaired, and nothing else"
	@echo "make check      format, lint, types and import rules, without tests"
	@echo "make format     lays the code out"
	@echo "make migration  MESSAGE='...' drafts a migration from the models"
	@echo "make lock       refreshes the pinned requirements (needs uv)"
	@echo "make wheel      builds dist/*.whl"
	@echo "make clean      removes what was built; the virtual environment stays"

install: $(INSTALLED)

demo: $(INSTALLED)
	@$(BIN)/prepaired demo $(DEMO)

test: check unit

check: lint typecheck imports

lint: $(INSTALLED_TESTS)
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "not laid out as agreed: run make format"; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise .

format: $(INSTALLED_TESTS)
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

typecheck: $(INSTALLED_TESTS)
	@$(BIN)/mypy

imports: $(INSTALLED_TESTS)
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }
	@tail -n 2 $(VENV)/imports.log | grep .

# Coverage is that of the pure folders. pytest's closing line is said again at the end, where it is looked for.
unit: $(INSTALLED_TESTS) browser
	@$(COVERAGE) erase
	@{ $(COVERAGE) run -m pytest -q -n $(WORKERS) --dist loadfile $(TESTS); echo $$? > $(VENV)/status; } 2>&1 \
		| tee $(VENV)/pytest.log
	@$(COVERAGE) combine --quiet
	@for folder in pairing nudges escalation; do \
		echo "coverage of $$folder: $$($(COVERAGE) report --include="$$folder/*" --format=total) %"; \
	done
	@tail -n 1 $(VENV)/pytest.log; exit $$(cat $(VENV)/status)

browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	[ -n "$$PREPAIRED_TEST_BROWSER" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing chromium for the browser tests"; \
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1 && exit 0; \
	fi; \
	echo "no chromium here: the browser tests will be skipped, and fail in CI"

migration: $(INSTALLED_TESTS)
	@$(BIN)/python -m store.migrations.write "$(MESSAGE)"

lock:
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --group test -c requirements.txt -o requirements-test.txt
	printf 'hatchling\neditables\n' | $(LOCK) -c requirements-test.txt - -o requirements-build.txt
	$(LOCK) pyproject.toml --extra large -c requirements.txt -o requirements-large.txt

wheel: $(INSTALLED)
	@$(BIN)/python -m hatchling build -t wheel

clean:
	rm -rf dist build .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Prepaired needs Python 3.11 or newer with venv and pip" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# pip refuses hashes and a local project in one call: pinned packages first, its builder among them, then the
# project alone, so that nothing is fetched that has no hash.
$(INSTALLED): requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.txt -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(INSTALLED_TESTS): $(INSTALLED) requirements-test.txt requirements-large.txt
	@echo "installing what the tests need"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-test.txt
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-large.txt
	@touch $@
