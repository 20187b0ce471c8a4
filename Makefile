# The one place where commands are listed: `make help`. Needs make and Python 3.11 to 3.14 with venv; setup brings the rest.
.DEFAULT_GOAL := help
.PHONY: help setup run test check format fresh shots walk bench

PY := .venv/bin/python
ARGS ?=

# Every candidate is tried by running it: a version manager's shim exists without the version behind it.
define SETUP
@for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	if $$python -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; \
	then exec $$python scripts/setup.py; fi; \
done; \
echo "No Python 3.11, 3.12, 3.13 or 3.14 with venv was found. On Debian: apt-get install python3 python3-venv"; exit 1
endef

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## bring everything that is needed into .venv, node_modules and static/dist
	$(SETUP)

run: setup ## the portal with a demo shop, on a free port of this machine
	@PARTWRIGHT_DEMO=$${PARTWRIGHT_DEMO-1} exec $(PY) manage.py serve

test: setup ## everything: checks, the suite on SQLite and PostgreSQL, faults, browser (ten to twenty minutes)
	@$(PY) -m scripts.test $(ARGS)

check: setup ## the quick part: lint, types, contracts, the suite on SQLite (two to four minutes)
	@$(PY) -m scripts.test --quick $(ARGS)

format: setup ## put Python and templates into their form
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format . ; $(PY) -m djhtml templates

fresh: setup ## what somebody who has just cloned gets: run and test of the committed state, in an empty home
	@$(PY) -m scripts.fresh

shots: setup ## pictures of all pages, wide and narrow, into shots/
	@$(PY) -m scripts.shots $(ARGS)

walk: setup ## cases 1 to 3 in a browser, against a fresh installation; pictures into walk/
	@$(PY) -m tests.browser.walk

bench: setup ## what is claimed about speed; one alone: make bench ARGS=name
	@for file in bench/$(or $(ARGS),[a-z]*).py; do echo "== $$file"; $(PY) -m "bench.$$(basename $$file .py)" || exit 1; done
