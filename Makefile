# Two commands: `make train` and `make test`. Each sets up what it needs in .venv.
#
#   TORCH_SPEC   the torch to install, such as TORCH_SPEC="torch==2.13.0" PIP_ARGS="--index-url ..."
#   PIP_ARGS     further arguments of every pip call
#   CONFIG       the configuration of `make train`
#   ARGS         further arguments of `parelha train`, such as ARGS="--name second --steps 8"

PYTHON ?= python3
TORCH_SPEC ?= torch==2.13.0
PIP_ARGS ?=
CONFIG ?= configs/quickstart.toml
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
CODE := src suite tests benchmarks

.PHONY: setup train test lint clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Parelha needs Python 3.11 or newer: set PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet $(PIP_ARGS) "$(TORCH_SPEC)"
	$(BIN)/pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable ".[dev]"
	@touch $@

train: setup
	$(BIN)/parelha train $(CONFIG) $(ARGS)

test: setup lint
	$(BIN)/pytest

lint: setup
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/flake8 $(CODE)
	$(BIN)/mypy
	$(BIN)/pylint src benchmarks

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build
