# Each target says what it does after its ##: `make help` lists them.
# PYTHON=python3.12 in front or behind chooses another Python than the best one found.

.DEFAULT_GOAL := help
.PHONY: help run test lint types bench docs schema clean lock ready ready-dev

# A process that may not keep what it compiled compiles all that it imports, some seconds of computing at each start.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
START := sh deploy/hereabouts_bootstrap/start.sh
COMPILE = pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --no-annotate --no-emit-index-url

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

run: ready ## Set everything up and start the demo town (Ctrl-C stops it)
	@exec $(BIN)/hereabouts demo

test: ready-dev lint types ## Set everything up, then lint, types, layers and all tests
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: ready-dev ## Check style, formatting and the layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: ready-dev ## Check types (mypy, strict)
	@$(BIN)/mypy

bench: ready-dev ## Measure speed, each figure as a ratio to a bare loop
	@$(BIN)/pytest tests/bench --override-ini python_files='bench_*.py' --capture no

docs: ready-dev ## Check the docs: links, settings, commands, picture
	@$(BIN)/pytest tests/test_house_docs.py --quiet

schema: ready-dev ## Write down anew the schema that all migrations make (needs TimescaleDB: deploy/ci/timescale)
	@CI=true $(BIN)/pytest tests/platform/test_schema.py --renew-schema --quiet

clean: ## Remove the environment and all caches; data stays
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

lock: ## Choose the packages' versions again (needs uv); UPGRADE=--upgrade takes the newest
	@uv=$$($(START) uv) && \
	$$uv $(COMPILE) $(UPGRADE) --group build --group dev pyproject.toml --output-file requirements-dev.lock && \
	$$uv $(COMPILE) --group build --constraint requirements-dev.lock pyproject.toml --output-file requirements.lock && \
	printf 'pip\nuv\n' | $$uv $(COMPILE) $(UPGRADE) - --output-file deploy/hereabouts_bootstrap/installer.lock

ready:
	@$(START) run

ready-dev:
	@$(START) dev
