# `make run` and `make test` need Python 3.11 or newer, git and make; everything else goes into .venv.
# Options: PY=python3.12  PORT=8001  DATA_DIR=/srv/quanheng  (and every variable of docs/deployment.md),
# TEST_PROCESSES=0 for tests one after another (BROWSER_PROCESSES for those in the browser).

PY ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
UV := $(VENV)/bin/uv
# More than two processors would keep busy: some tests wait for a minute, others work meanwhile.
TEST_PROCESSES ?= 4
BROWSER_PROCESSES ?= 3
# Where a machine says so, Python would compile a thousand modules anew in every process that is started.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run worker test test-sqlite test-postgres test-browser soak check format bench bench-form bench-desk bench-figures bench-large audit lock bundle clean

help:
	@echo "make run      start Quanheng at http://127.0.0.1:8000/ (PORT=, DATA_DIR=)"
	@echo "make worker   start one more worker (with REDIS_URL and DATABASE_URL)"
	@echo "make test     all tests: on SQLite, on PostgreSQL, in a browser"
	@echo "make soak     what make test takes in turn: every state of the expert's pages in every frame, every address on PostgreSQL"
	@echo "make check    format, lint, types, templates, migrations, translations"
	@echo "make format   put the code into shape"
	@echo "make bench    benchmarks; make bench-form: those of the expert's form"
	@echo "make bench-desk  pages of the coordinator with a panel of 500 (a minute or two)"
	@echo "make bench-large  a million respondents of an open link, a panel of 100,000 (ten minutes; RESPONDENTS=, INVITATIONS=)"
	@echo "make bench-figures  the report's whole set of figures (two minutes)"
	@echo "make audit    asks PyPI's advisories about every package of requirements*.txt (needs the internet)"
	@echo "make bundle   archives for houses without a network, into dist/ (PLATFORM=x86_64, WITH_PYTHON=FILE; docs/intranet.md)"
	@echo "make lock     renew requirements*.txt"
	@echo "make clean    remove the environment and caches; var/ with your data stays"

run: $(VENV)/ready
	$(PYTHON) manage.py run

worker: $(VENV)/ready
	$(PYTHON) -m celery -A config worker --loglevel INFO

test: test-sqlite test-postgres test-browser

test-sqlite: $(VENV)/ready-dev
	$(PYTHON) -m pytest -n $(TEST_PROCESSES) --dist worksteal

test-postgres: $(VENV)/ready-dev
	$(PYTHON) -m pytest -n $(TEST_PROCESSES) --dist worksteal --database=postgres

test-browser: $(VENV)/ready-dev
	$(PYTHON) -m pytest -n $(BROWSER_PROCESSES) --dist loadfile tests/browser

soak: $(VENV)/ready-dev
	QUANHENG_SOAK=1 $(PYTHON) -m pytest tests/browser/test_states.py tests/browser/test_axe.py tests/browser/test_whole_chain.py
	QUANHENG_SOAK=1 $(PYTHON) -m pytest tests/scoring/test_backups.py
	QUANHENG_SOAK=1 $(PYTHON) -m pytest tests/test_bundle.py
	QUANHENG_SOAK=1 $(PYTHON) -m pytest tests/reliability tests/surveys/test_hostile_files.py
	QUANHENG_SOAK=1 $(PYTHON) -m pytest -n $(TEST_PROCESSES) --dist worksteal --database=postgres

check: $(VENV)/ready-dev
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m djlint --lint --quiet templates
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py translations --check

format: $(VENV)/ready-dev
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

bench: $(VENV)/ready
	$(PYTHON) -m benchmarks

bench-form: $(VENV)/ready-dev
	$(PYTHON) -m benchmarks.form
	$(PYTHON) -m pytest -q --no-header tests/browser/test_form_goals.py tests/browser/test_lost_answers.py

bench-desk: $(VENV)/ready
	$(PYTHON) -m benchmarks.desk

bench-figures: $(VENV)/ready
	$(PYTHON) -m benchmarks.figures

bench-large: $(VENV)/ready-dev
	$(PYTHON) -m benchmarks.large

COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links

lock: $(VENV)/ready-dev
	$(COMPILE) requirements.in --output-file requirements.txt
	$(COMPILE) requirements-dev.in --output-file requirements-dev.txt

# In an environment of its own. --strict: a package that could not be asked about is a failure, not a silence.
audit: $(VENV)/ready-dev
	$(UV) tool run pip-audit==2.10.1 --strict --disable-pip --require-hashes -r requirements.txt
	$(UV) tool run pip-audit==2.10.1 --strict --disable-pip --require-hashes -r requirements-dev.txt

bundle: $(VENV)/ready
	$(PYTHON) -m deploy.bundle $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(WITH_PYTHON),--with-python $(WITH_PYTHON))

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv is many times faster; where it cannot reach the registry (a company's certificates, say), pip often can.
install = { $(UV) --version >/dev/null 2>&1 || $(PIP) install uv; } \
	&& $(UV) pip install --quiet --python $(PYTHON) --require-hashes -r $(1) \
	|| { echo "uv could not install $(1); pip tries." && $(PIP) install --require-hashes -r $(1); }

$(VENV)/made:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Quanheng needs Python 3.11 or newer. Name one, as in: make run PY=python3.12" >&2; exit 1; }
	@$(PY) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PY) -m venv $(VENV)
	@touch $@

$(VENV)/ready: requirements.txt | $(VENV)/made
	@echo "Installing requirements.txt into $(VENV) ..."
	@$(call install,requirements.txt)
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt $(VENV)/ready
	@echo "Installing requirements-dev.txt into $(VENV) ..."
	@$(call install,requirements-dev.txt)
	@touch $@
