# What can be done in a fresh clone. Everything is installed into .venv, and only there.

BIN := .venv/bin
export PYTHONPATH := $(CURDIR)/src
export PYTHONNOUSERSITE := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check format lock bench-quotes clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | \
	 while IFS='|' read -r target text; do printf '%-22s %s\n' "$$target" "$$text"; done

demo: ## Set up, load the demo course and serve it (PORT=8000, QUAESTIO_DATA=var)
	@tools/setup run
	@exec $(BIN)/quaestio demo

test: ## Run every test: on SQLite, on PostgreSQL, in Chromium
	@tools/setup dev
	@$(BIN)/python -m tests.support.chromium
	@$(BIN)/python tools/test.py $(ARGS)

check: ## Check style, types, the import contracts and the migrations
	@tools/setup dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	QUAESTIO_DATA=.mypy_cache/data $(BIN)/mypy
	$(BIN)/python tools/check_migrations.py

format: ## Put the code into its form
	@tools/setup dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench-quotes: ## Measure the quotation checker against the plain scan
	@tools/setup dev
	bench/quotes.sh

lock: ## Choose the newest allowed versions anew and write requirements/*.txt
	@tools/setup dev
	tools/lock

clean: ## Remove .venv and what the tools cached; var/ (data) stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build
