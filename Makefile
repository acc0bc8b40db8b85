# The two commands of the README. They need python3 with venv, and keep all that they install in .venv;
# only "make test" also installs system packages (bindep.txt), where it may.

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

.PHONY: demo test system-packages node-packages

demo: $(VENV)/.installed
	@$(VENV)/bin/ptgbot demo

test: $(VENV)/.installed-test system-packages node-packages
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ptgbot needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

# Again only when what is to be installed has changed.
$(VENV)/.installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	@echo "Installing ptgbot into $(VENV), this once"
	@$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: setup.cfg pyproject.toml | $(VENV)/bin/python
	@echo "Installing ptgbot and what its tests need into $(VENV), this once"
	@$(PIP) install --quiet --editable '.[test]'
	@touch $(VENV)/.installed $@

# Never stops the tests: those that need what is missing are skipped, and say so.
system-packages: $(VENV)/.installed-test
	@missing=$$($(VENV)/bin/bindep --brief test | tr '\n' ' '); \
	test -n "$$missing" || exit 0; \
	sudo=; test "$$(id -u)" = 0 || sudo="sudo --non-interactive"; \
	if command -v apt-get >/dev/null && $$sudo true 2>/dev/null; then \
		echo "Installing system packages: $$missing"; \
		$$sudo apt-get -qq update; \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $$missing >/dev/null; \
		missing=$$($(VENV)/bin/bindep --brief test | tr '\n' ' '); \
	fi; \
	test -z "$$missing" || echo "Not installed: $$missing- the tests that need them are skipped." \
		"To run them too, as root: apt-get install $$missing"

# Likewise. No lock file: it would name where one machine found them.
node-packages:
	@if test -d node_modules/axe-core -a -d node_modules/ical.js -a -d node_modules/node-ical; then :; \
	elif command -v npm >/dev/null; then \
		echo "Installing what tests use of Node.js into node_modules, this once"; \
		npm install --silent --no-audit --no-fund --no-package-lock || \
			echo "npm could not install it: the tests that need it are skipped."; \
	else \
		echo "There is no npm: the tests of accessibility and of other calendar readers are skipped."; \
	fi
