# Each command sets up what it needs in .venv, once, and again when pyproject.toml or requirements.lock changes.
# Needed beforehand: Python 3.11 or newer. Nothing is installed outside .venv. Another Python: make test PYTHON=python3.13

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
EVALKIT := .venv/bin/evalkit
STAMP := .venv/installed
ARGS ?=

# Settings of the user's own shell that would send pip elsewhere, or other code into our tests.
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PIP_TARGET PIP_PREFIX PIP_REQUIRE_HASHES

.PHONY: help setup reports docs screenshots test lab check static indicators lock clean
.NOTPARALLEL:

help: ## list the commands
	@echo "make COMMAND, where COMMAND is one of:"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-13s %s\n", $$1, $$2 }'

setup: $(STAMP) ## only set up .venv

reports: $(STAMP) ## make the pages of both shipped workspaces: published figures, and the invented country
	@status=0; \
	for workspace in vn-published demo; do $(EVALKIT) run "data/$$workspace" || status=$$?; done; \
	echo; \
	for workspace in vn-published demo; do \
		index="reports/$$workspace/index.html"; \
		if [ -f "$$index" ]; then echo "open in a browser: $(CURDIR)/$$index"; else echo "not made: $$index"; fi; \
	done; \
	exit $$status

docs: $(STAMP) ## make the documentation site in docs/_site, read without network: how-to, methods, functions, messages; half a minute
	@$(PY) -m tools.docs_site

screenshots: $(STAMP) ## take pictures of two of these pages by the installed Chromium, into reports/screenshots
	@$(PY) -m tools.screenshots

test: $(STAMP) ## run the tests and the examples in the docstrings (make test ARGS="-k rates" runs some of them)
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist loadgroup $(ARGS)

lab: $(STAMP) ## open JupyterLab at explore, copies of notebooks/explore
	@$(EVALKIT) lab

check: static test ## everything that must pass before a change goes in

static: $(STAMP) ## the part of check that runs no test: format, lint, types, import layers
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

indicators: $(STAMP) ## write docs/indicators.md anew from the programme's TOML and the worked examples in tests/specs
	@$(PY) -m evalkit.programme.catalogue_page --specs tests/specs docs/indicators.md

lock: | $(PY) ## pin all dependencies anew after a change in pyproject.toml (ARGS=--upgrade takes newer versions)
	@$(PY) -m pip install -q uv
	@$(PY) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], "editables", sep="\n")' \
	| .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --extra dev $(ARGS) --output-file requirements.lock pyproject.toml -

clean: ## remove the pages of the shipped workspaces, the documentation site and all caches; .venv and other people's reports stay
	rm -rf reports/vn-published reports/demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist docs/_site
	find $(wildcard src tests benchmarks notebooks) \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "evalkit needs Python 3.11 or newer and found none." >&2; \
		echo "Install one, or name it: make reports PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$(PYTHON) cannot make a virtual environment: its venv or ensurepip module is missing." >&2; \
		echo "On Debian or Ubuntu: sudo apt-get install python3-venv; then run the command again." >&2; exit 1; fi
	@$(PYTHON) -m venv --clear .venv

$(STAMP): pyproject.toml requirements.lock | $(PY)
	@echo "setting up .venv: about a minute, and only now ..."
	@if ! $(PY) -m pip install -q --require-hashes -r requirements.lock 2>.venv/install.log; then \
		cat .venv/install.log >&2; \
		if grep -q "DO NOT MATCH THE HASHES" .venv/install.log; then \
			echo "A download is not the file that requirements.lock names: stopped, nothing was installed from it." >&2; exit 1; fi; \
		if $(PY) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then \
			echo "The pinned packages could not be installed; the lines above say why (often: no network)." >&2; exit 1; fi; \
		echo "The pinned packages do not all fit this Python ($$($(PY) -V)); the lines above say which." >&2; \
		echo "Going on with the newest versions that pyproject.toml allows: figures may differ in their last digit." >&2; \
		$(PY) -m pip install -q -e '.[dev]'; \
	else \
		$(PY) -m pip install -q --no-deps --no-build-isolation -e . || exit 1; \
		$(PY) -m pip check -q || { echo "requirements.lock does not fit pyproject.toml: run make lock" >&2; exit 1; }; \
	fi
	@touch $(STAMP)
