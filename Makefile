# Everything a person does here. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
# Processes that test, each on servers of its own; where a broker is given they would empty each other's queues.
WORKERS ?= $(if $(AMQP_URL),0,2)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
COMPILE := .venv/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-index-url --custom-compile-command "make lock"

NODE_FOLDERS := tests/contract tests/acceptance/page examples/node

.PHONY: help ground setup node node-ground browser proxies pictures demo up test check contract lint types fmt \
  bench bench-extract bench-projector bench-replay bench-audit bench-load bench-takeover bench-gateway chaos fuzz fuzz-api lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed ## Install what is missing: the servers' binaries, Python packages into .venv

# Always run, and quick when all is there; its order before the packages is all that matters.
ground:
	@./deploy/local/bootstrap.sh

.venv/.installed: requirements-dev.lock pyproject.toml | ground
	@echo "installing Python packages into .venv" >&2
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

node: $(NODE_FOLDERS:=/node_modules/.installed) ## Install Node.js where it is missing, and the packages that tests run with it

node-ground:
	@WITH_NODE=1 ./deploy/local/bootstrap.sh

browser: ## Install Debian's Chromium where it is missing, in which tests look at the page
	@WITH_BROWSER=1 ./deploy/local/bootstrap.sh

proxies: ## Install nginx and Caddy where they are missing, through which tests look at the gateway; start neither
	@WITH_PROXIES=1 ./deploy/local/bootstrap.sh

pictures: setup browser ## Draw docs/page anew: the page as tests see it, with made-up names
	@HEATSTREAM_PICTURES=docs/page $(BIN)/python -m pytest -q tests/acceptance/page/test_pictures.py

%/node_modules/.installed: %/package-lock.json %/package.json %/.npmrc | node-ground
	@echo "installing Node packages into $*" >&2
	@cd $* && npm ci --silent
	@touch $@

demo: setup ## Do the main job end to end on private servers, and stop
	@$(BIN)/heatstream demo

up: setup ## Start everything and stay up; prints the address, Ctrl-C stops it
	@$(BIN)/heatstream up

test: setup node browser proxies ## Run all tests against real PostgreSQL and RabbitMQ
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile

check: setup lint types test ## What CI runs: format, lint, types, architecture, tests

lint: setup ## Check format and lint
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .

types: setup ## Check types, strictly
	@$(BIN)/mypy

fmt: setup ## Format the code and mend what lint can mend
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

contract: setup ## Write schema/asyncapi.yaml, schema/openapi.json and what else follows from the models
	@$(BIN)/python -m tests.contract

bench: setup ## Measure on private servers; prints JSON lines (BENCH=name for one)
	@$(BIN)/python -m tests.bench $(BENCH)

bench-extract: setup ## Measure the reader beside bare text, pdfplumber and two workers; prints JSON lines
	@$(BIN)/python -m tests.bench extract

bench-projector: setup ## Measure the projector beside its queue, its database and a peer; prints JSON lines (SECONDS=60)
	@$(BIN)/python -m tests.bench projector $(if $(SECONDS),--seconds $(SECONDS))

bench-replay: setup ## Measure a replay beside the same fold in SQL (EVENTS=5000000 for the long form); prints JSON lines
	@$(if $(EVENTS),HEATSTREAM_EVENTS=$(EVENTS)) $(BIN)/python -m tests.bench replay

bench-audit: setup ## Verify a log of 500,000 events, by digests alone and whole; prints JSON lines
	@$(BIN)/python -m tests.bench audit

bench-load: setup ## Two workers under 200 batches and a site that fails; prints JSON lines
	@$(BIN)/python -m tests.bench load

bench-takeover: setup ## Measure how soon lost projectors' partitions are written by others; prints JSON lines
	@$(BIN)/python -m tests.bench takeover

bench-gateway: setup ## Measure submits beside a bare loop and FastAPI with Celery, uploads, and 5,000 streams; prints JSON lines
	@$(BIN)/python -m tests.bench gateway-posts gateway-uploads gateway-streams

chaos: setup ## Kill each service at each moment of a batch, and projectors over and over; the tests do a part of it
	@HEATSTREAM_CHAOS=long $(BIN)/python -m pytest -q tests/chaos

fuzz: setup ## Read damaged sheets in the sandbox for a while; prints JSON lines (SECONDS=300, SEED=n)
	@$(BIN)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

fuzz-api: setup ## Ask a gateway whatever its OpenAPI document allows, and what it does not (SECONDS=300, SEED=n)
	@HEATSTREAM_FUZZ_API=$(or $(SECONDS),300) HEATSTREAM_FUZZ_SEED=$(or $(SEED),$$(date +%s)) \
	  $(BIN)/python -m pytest -q tests/integration/api/test_contract.py

lock: ## Write the lock files anew from pyproject.toml, with hashes: what runs, and that with the tools
	@test -x .venv/uv/bin/uv || { $(PYTHON) -m venv .venv/uv && .venv/uv/bin/pip install --quiet uv; }
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) --group dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock
	@for folder in $(NODE_FOLDERS); do (cd $$folder && npm install --package-lock-only --silent) || exit; done

clean: ## Remove all that was made here: environment, data, caches
	@test ! -d .heatstream || find .heatstream -name elsewhere -exec sh -c 'rm -rf "$$(cat "$$1")"' sh {} \;
	@rm -rf .venv .heatstream $(NODE_FOLDERS:=/node_modules) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
