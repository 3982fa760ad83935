# Everything Jiwar is started, tested and checked with. Each target prepares what it needs:
# Python >= 3.11, git and make are enough. `make` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
FUZZ_READY := $(VENV)/.fuzz-ready

.DEFAULT_GOAL := help
.PHONY: help run demo test check fix bench fuzz mutants vectors messages screenshots lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_READY) ## Start a hub on http://127.0.0.1:8000 (PORT=, JIWAR_DATA=, JIWAR_SECRET= change it)
	@$(BIN)/jiwar run

demo: $(RUN_READY) ## Start a hub filled with a made-up community
	@$(BIN)/jiwar demo

# Stories and promises run apart: they play whole days, which takes a third longer where lines are counted.
EVERY := $(BIN)/pytest --numprocesses=auto --dist=loadfile
WHOLE := tests/browser tests/promises

# A narrowed run needs the browser only where it says so.
test: $(DEV_READY) $(if $(T),$(if $(findstring fuzz,$(T)),$(FUZZ_READY)),$(FUZZ_READY)) $(if $(T),$(if $(findstring browser,$(T))$(findstring promises,$(T)),browser),browser) ## Run every test; T=tests/core narrows, and takes pytest's options
	@if [ -n "$(T)" ]; then $(BIN)/pytest $(T); else $(EVERY) $(WHOLE:%=--ignore=%) --cov --cov-report=term && $(EVERY) $(WHOLE); fi

check: $(DEV_READY) ## Format, lint, types, import contracts, house tests, translations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy $(wildcard src tests bench spec tools)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest --quiet tests/house

fix: $(DEV_READY) ## Format, and mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(DEV_READY) ## Measure against the floors of the same run
	@$(BIN)/python -m bench

fuzz: $(FUZZ_READY) ## Search every decoder for bytes that break it; FUZZ_SECONDS=60 each, T=name picks one
	@$(BIN)/python -m tests.fuzz.search $(or $(FUZZ_SECONDS),60) $(T)

mutants: $(DEV_READY) browser ## Break each promise on purpose; its test has to turn red
	@$(BIN)/python -m tests.mutants

vectors: $(DEV_READY) ## Write spec/vectors anew; a diff means that the protocol changed
	@$(BIN)/python -m spec.vectors.generate

messages: $(DEV_READY) ## Bring the catalogues up to date with the sentences in code and templates
	@$(BIN)/python -m tools.messages

screenshots: $(DEV_READY) browser ## Take pictures of the main pages into screenshots/
	@$(BIN)/python -m tests.browser.screenshots

lock: .venv-lock/.ready ## Resolve requirements/*.in anew, with hashes, from releases a week old or older
	@sh requirements/lock.sh "$(CURDIR)/.venv-lock/bin/uv"

clean: ## Remove what the other targets made (a hub's data stays)
	@rm -rf .venv .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@rm -rf .coverage .coverage.* build dist screenshots

.PHONY: browser
browser:
	@sh tests/browser/ensure_browser.sh

$(VENV)/.created:
	@sh requirements/venv.sh "$(PYTHON)" $(VENV)
	@touch $@

$(RUN_READY): $(VENV)/.created requirements/build.txt requirements/run.txt pyproject.toml
	@echo "Installing what a hub needs ..."
	@$(INSTALL) --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(DEV_READY): $(RUN_READY) requirements/dev.txt
	@echo "Installing what tests and checks need ..."
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

# Where it has no wheel, the tests that need it say so and are skipped.
$(FUZZ_READY): $(DEV_READY) requirements/fuzz.txt
	@echo "Installing what a search for bad input needs ..."
	@$(INSTALL) --only-binary :all: --require-hashes -r requirements/fuzz.txt || echo "No atheris here: searches are skipped."
	@touch $@

.venv-lock/.ready: requirements/lock.txt
	@sh requirements/venv.sh "$(PYTHON)" .venv-lock
	@.venv-lock/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@touch $@
