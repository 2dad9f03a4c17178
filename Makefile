# make run    set everything up and open the app in the browser
# make test   set everything up, check everything, run every test
# make lint   the checks alone
# make soak   the tests that take minutes
#
# VENV=.venv                              the environment
# PYTHON=python3.12                       the Python that makes it, 3.11 to 3.13
# REQUIREMENTS=requirements-cpu.txt       PyTorch without CUDA, for small hosts

VENV ?= .venv
REQUIREMENTS ?= requirements.txt
SUITS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python,\
	$(shell $(name) -c '$(SUITS)' >/dev/null 2>&1 && echo $(name))))

PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
# The files of tests are dealt out in their order: those in the browser, which take longest, come early. Each process
# computes on one core, so that they do not wait for each other.
PARALLEL = -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# What mypy reads: pages/ is a folder of scripts, not a package.
SOURCES = $(wildcard app.py cnnplay pages/*.py)

.PHONY: run test lint soak install browser database

run: $(RUN_READY)
	$(PY) -m streamlit run app.py

test: lint browser database
	OMP_NUM_THREADS=1 $(PY) -m pytest $(PARALLEL)

soak: install browser
	$(PY) -m pytest -m soak --timeout=3600

lint: install
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(SOURCES)
	PYTHONPATH=. $(VENV)/bin/lint-imports

install: $(DEV_READY)

browser: install
	PY=$(PY) tests/install_chromium.sh

database:
	tests/install_postgresql.sh

$(PY):
	@test -n "$(PYTHON)" || { echo "cnnplay needs Python 3.11 to 3.13 with venv (Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.txt $(REQUIREMENTS) constraints.txt | $(PY)
	$(PIP) -r $(REQUIREMENTS)
	@touch $@

$(DEV_READY): requirements-dev.txt requirements-extras.txt $(RUN_READY)
	$(PIP) -r requirements-dev.txt
	@touch $@
