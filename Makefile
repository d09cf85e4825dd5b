# Everything a developer needs, in .venv beside this file. On Windows, follow the README instead.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMPS := .venv/stamps
DEMO_OPTIONS := $(if $(filter-out 0 no,$(HEADLESS)),--headless)

.PHONY: setup models test lint audit demo screenshots constraints clean

setup: $(STAMPS)/installed

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer, and '$(PYTHON)' is older or missing: say make PYTHON=python3.12, for example." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) install -q -c constraints.txt pip setuptools
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/llama: $(STAMPS)/venv .ci/llama_wheel.py constraints.txt
	@wheel=$$($(BIN)/python .ci/llama_wheel.py) && \
	  $(PIP) install -q --no-deps --force-reinstall "$$wheel"
	@touch $@

$(STAMPS)/installed: $(STAMPS)/llama constraints.txt pyproject.toml
	$(PIP) install -q -c constraints.txt --build-constraint .ci/build-constraints.txt -e ".[test,servers]"
	@# an oracle for tests whose metadata asks for older libraries than it needs
	$(PIP) install -q -c constraints.txt --no-deps irrCAC
	@touch $@

models: setup
	$(BIN)/interview models pull offline

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Two processes at a time, whatever the machine has: language models and recognisers use all cores by themselves.
# What drives a browser may be tried once more, here only: it waits for some other program's clock. Whatever needed it
# stands in the summary as RERUN, so that a test that is not steady is seen and mended. The store's tests are run twice:
# on files of SQLite with all others, and on a temporary PostgreSQL server where there is one.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS)
test: setup models lint
	@# each part is run whatever the ones before it say: one run tells all
	$(PYTEST) -m browser -r aR --dist loadscope --reruns 1; browser=$$?; \
	  INTERVIEW_TEST_DATABASE=postgresql $(PYTEST) tests/store --dist loadfile; postgresql=$$?; \
	  $(PYTEST) -m "not browser" --dist worksteal && exit $$((browser + postgresql))

# Known weaknesses of the pinned packages. Needs an advisory service (AUDIT=osv asks another one); what could not be
# looked up counts as a failure, so that no answer is not taken for a good one.
audit: setup
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict \
	  $(if $(AUDIT),--vulnerability-service $(AUDIT)) --progress-spinner off

demo: setup models
	$(BIN)/interview demo $(DEMO_OPTIONS)

# Pictures of every page for docs/, from the sample study.
screenshots: setup models
	$(BIN)/python docs/make_screenshots.py

# After changing dependencies: install what is new, run the tests, then pin what is installed.
constraints:
	$(PIP) list --format=freeze --exclude interview-assistant | sed 's/+cpu$$//' > constraints.txt.new
	mv constraints.txt.new constraints.txt

clean:
	rm -rf .venv build dist demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
