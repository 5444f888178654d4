# All that is needed is make and a Python 3.12 or 3.13; `make` alone lists the targets.

VENV ?= .venv
VENV_MESA4 ?= .venv-mesa4
WORKERS ?= 2
BIN := $(VENV)/bin
READY := $(VENV)/.installed
READY_MESA4 := $(VENV_MESA4)/.installed
RESULTS ?= results/demo

export RAY_USAGE_STATS_ENABLED ?= 0
export MPLBACKEND ?= Agg

.DEFAULT_GOAL := help
.PHONY: help demo test check bench trust test-mesa4 lock upgrade clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(READY) ## set up, run the baseline market beside the published figures, prove both engines equal
	$(BIN)/downline run configs/baseline.yaml --out $(RESULTS)
	@$(BIN)/python scripts/same-ledger configs/baseline.yaml

test: check ## set up, then every check and every test but the long proofs
	$(BIN)/python -m pytest -q -n $(WORKERS)

check: $(READY) ## lint, format, types, import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

trust: $(READY) ## the long proofs
	$(BIN)/python -m pytest -q -m trust

bench: $(READY) ## measure speed and memory; PARTS="engines start" measures some
	$(BIN)/python -m benchmarks $(PARTS)

test-mesa4: $(READY_MESA4) ## the tests on the pre-release of Mesa 4
	$(VENV_MESA4)/bin/python -m pytest -q -n $(WORKERS)

lock: ## write the locks anew where pyproject.toml asks for it
	scripts/lock

upgrade: ## write the locks anew with the newest releases
	scripts/lock --upgrade

clean: ## remove what the tools leave behind; keeps the environments and results
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml setup.py
	@scripts/make-venv $(VENV) requirements.txt

$(READY_MESA4): requirements-mesa4.txt pyproject.toml setup.py
	@scripts/make-venv $(VENV_MESA4) requirements-mesa4.txt
