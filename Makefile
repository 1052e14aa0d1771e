# Two commands: `make train` and `make test`. Each sets up what it needs in .venv.
#
#   make setup    .venv alone
#   make train    `parelha train` with CONFIG
#   make test     the gate: every linter on our own code and the tests, side by side
#   make check-all  the gate and the tests marked exhaustive, which take minutes more
#   make fast     ruff, mypy (quick once it has its cache), and the tests that are not marked slow
#   make lint     the linters alone: ruff, flake8, mypy strict, pylint; `make tests` the tests alone
#   make format   lays the code out, and mends what ruff can mend
#   make coverage which lines and branches the fast tests run
#   make files    writes docs/files.md, the list of modules
#   make docs     the documentation as a site in build/site; every link is checked
#   make interop  the tests of bridges to other trainers, in an environment of their own with those
#   make dist     a wheel in dist, tried in an environment of its own
#   make lowest   the fast tests with the oldest dependencies that pyproject.toml allows
#   make newest   the fast tests with the newest ones, which pip gives to whoever installs the wheel
#   make clean    removes the environments, the caches and what was built
#
#   TORCH_BACKEND which build of torch: auto fits the machine (no CUDA without an NVIDIA GPU), cpu, cu130 ...;
#                 pip takes the one in pip's own index, as does a PIP_ARGS that names an index
#   TORCH_SPEC   the torch to install, such as TORCH_SPEC="torch==2.13.0"
#   PIP_ARGS     further arguments of every pip call
#   CONFIG       the configuration of `make train`
#   JOBS         processes side by side in linters, and in tests one more; the processors by default, 8 at most
#   ARGS         further arguments of `parelha train`, such as ARGS="--name second --seed 1"

PYTHON ?= python3
TORCH_SPEC ?= torch==2.13.0
PIP_ARGS ?=
TORCH_BACKEND ?= $(if $(findstring index,$(PIP_ARGS)),pip,auto)
CONFIG ?= configs/quickstart.toml
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
CODE := src suite tests benchmarks
JOBS ?= $(shell cores=$$(nproc 2>/dev/null || echo 2); echo $$((cores < 8 ? cores : 8)))
LINT_JOBS = $(shell echo $$((($(JOBS) + 1) / 2)))
# One more than there are processors, since some wait; a process that has run out of tests takes some of another's.
PARALLEL = --numprocesses=$$(($(JOBS) + 1)) --dist=worksteal

WHICH = -m "not exhaustive"

# $(call torch,ENVIRONMENT): uv knows where PyTorch keeps its builds and which of them fits the machine.
# Where it cannot get there, pip's index has to do, whose build for Linux brings CUDA's libraries.
define torch
@$(1)/bin/pip install --quiet $(PIP_ARGS) uv
@{ test "$(TORCH_BACKEND)" != pip && UV_HTTP_RETRIES=1 $(1)/bin/uv pip install --quiet --python $(1)/bin/python \
		--constraint constraints.txt --torch-backend "$(TORCH_BACKEND)" "$(TORCH_SPEC)"; } \
	|| { echo "torch comes from pip's own index: on Linux that may bring CUDA's libraries"; \
		$(1)/bin/pip install --quiet $(PIP_ARGS) "$(TORCH_SPEC)"; }
endef

.PHONY: setup train test tests check-all lint fast format coverage files docs dist lowest newest interop clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Parelha needs Python 3.11 or newer: set PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(call torch,$(VENV))
	$(BIN)/pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable ".[dev]"
	@touch $@

train: setup
	$(BIN)/parelha train $(CONFIG) $(ARGS)

# Linters and tests side by side, since most linters use one processor. What each command says stays together.
test: setup
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line lint tests

# Compiled modules are kept: dozens of processes would compile them anew.
tests: setup
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest $(PARALLEL) $(WHICH)

check-all: setup
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line lint tests WHICH=

lint: setup
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/flake8 $(CODE)
	$(BIN)/mypy
	$(BIN)/pylint --jobs=$(LINT_JOBS) src benchmarks

fast: setup
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/pytest $(PARALLEL) -m "not slow"

format: setup
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

# One process after the other: what the tests start in processes of their own is not counted.
coverage: setup
	$(BIN)/coverage run -m pytest -p no:xdist -m "not slow"
	$(BIN)/coverage report --sort=cover

files:
	$(PYTHON) -m tests.listing

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict

$(VENV)/.docs: $(VENV)/.ready
	$(BIN)/pip install --quiet $(PIP_ARGS) --constraint constraints.txt --editable ".[docs]"
	@touch $@

# The wheel by itself, as a user gets it: no checkout, no editable install, nothing of the extras.
dist: setup
	rm -rf dist build/fresh
	$(BIN)/pip wheel --quiet $(PIP_ARGS) --no-deps --wheel-dir dist .
	$(PYTHON) -m venv build/fresh
	$(call torch,build/fresh)
	build/fresh/bin/pip install --quiet $(PIP_ARGS) --constraint constraints.txt dist/*.whl
	cd build && fresh/bin/parelha tasks list > /dev/null && fresh/bin/parelha train quickstart --dry-run > /dev/null \
		&& fresh/bin/parelha doctor

# Only torch is taken as it stands in TORCH_SPEC: its oldest here is the one that pyproject.toml names.
lowest:
	$(PYTHON) -m venv build/lowest
	$(call torch,build/lowest)
	build/lowest/bin/uv pip install --quiet --python build/lowest/bin/python --resolution lowest-direct \
		--editable ".[dev,serve]"
	build/lowest/bin/pytest $(PARALLEL) -m "not slow"

newest:
	$(PYTHON) -m venv build/newest
	$(call torch,build/newest)
	build/newest/bin/pip install --quiet $(PIP_ARGS) --editable ".[dev]"
	build/newest/bin/pytest $(PARALLEL) -m "not slow"

# Other trainers pin some of the same packages (fsspec, python-dateutil) in older versions: in an
# environment of its own those are left to them, all else is what was tested.
interop: build/interop/.ready
	build/interop/bin/pytest -p no:xdist tests/test_interop.py tests/test_interop_packages.py

build/interop/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv build/interop
	grep -vE '^(fsspec|python-dateutil)==' constraints.txt > build/interop/constraints.txt
	$(call torch,build/interop)
	build/interop/bin/pip install --quiet $(PIP_ARGS) --constraint build/interop/constraints.txt \
		--editable ".[dev,trl,inspect,verifiers]"
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage build dist
