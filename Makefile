# From a clone to a report: `make report`. The rest: `make help`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help report test check bench calibration docs browser clean

VENV := .venv
BIN := $(VENV)/bin
CHROMIUM ?= /usr/bin/chromium
REVIEW ?= data/smi_functioning
TO ?= reports/$(notdir $(REVIEW))

# A name on the path may be a shim that cannot run: the first that runs and is new enough counts.
PYTHONS := python3.13 python3.12 python3.14 python3 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 12))
PYTHON ?= $(shell for name in $(PYTHONS); do \
	"$$name" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && { echo "$$name"; break; }; done)

help: ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

report: $(VENV)/installed ## the main job: REVIEW (data/smi_functioning) to a page in TO
	$(BIN)/consilience report $(REVIEW) --to $(TO)
	@echo "The report: file://$(abspath $(TO))/index.html"

test: $(VENV)/installed-dev ## all tests but the slow ones
	PYTHONDONTWRITEBYTECODE= CONSILIENCE_CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

check: $(VENV)/installed-dev ## style, types, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed ## a table of figures: how fast, beside a plain reference
	$(BIN)/python benchmarks/run.py

calibration: $(VENV)/installed ## recompute docs/calibration: hours; it goes on where it stopped
	$(BIN)/python benchmarks/calibration/fixed_truth.py
	$(BIN)/python benchmarks/calibration/run.py

docs: $(VENV)/installed-docs ## the documentation as pages: dist/docs/html
	$(BIN)/python docs/generate.py dist/docs/source
	$(BIN)/python -m sphinx -q -W --keep-going -b html dist/docs/source dist/docs/html
	@echo "The documentation: file://$(abspath dist/docs/html)/index.html"

browser: ## Debian's Chromium and its fonts, for the tests that open a page
	@if test -x "$(CHROMIUM)"; then echo "$(CHROMIUM) is there."; \
	elif command -v apt-get >/dev/null; then \
	  run=$$(test "$$(id -u)" = 0 || echo sudo); export DEBIAN_FRONTEND=noninteractive; \
	  $$run apt-get update -qq && $$run apt-get install -y -qq --no-install-recommends \
	    chromium fonts-dejavu-core fonts-liberation; \
	else echo "No $(CHROMIUM) and no apt-get: install Chromium, then make CHROMIUM=/its/path ..." >&2; exit 1; fi

clean: ## forget the environment and all caches; data, models and reports stay
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "Consilience needs Python 3.12 or newer;" \
	  "found: $(or $(PYTHON),none). Install one, or name it: make PYTHON=/path/to/python3.13 ..." >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/installed: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	@echo "Installing Consilience and what it needs into $(VENV): about a minute, once."
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	@echo "Installing Consilience and its tools into $(VENV): about a minute, once."
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-docs: $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	@echo "Installing Consilience and what makes its documentation into $(VENV)."
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[docs]'
	@touch $@ $(VENV)/installed
