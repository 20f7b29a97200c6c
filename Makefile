# Two commands on a fresh machine: make run, make test. They need Python 3.11 or newer, pip, git and make.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: help run test bench drills lint lock schemas clean

help:
	@echo "make run     set up, load the demo and serve on 127.0.0.1:8000"
	@echo "make test    set up and run the whole suite on SQLite and on a real PostgreSQL"
	@echo "make bench   time a match against one call of the encoder"
	@echo "make drills  run what is long: kills, crashes, crowds, training again; DRILLS='--only NAME' for one"
	@echo "make lint    check style"
	@echo "make lock    compile the lock files again (needs uv)"
	@echo "make schemas print the published contract into schemas/"

# The demo alone may accept on a draft resolution, and the office that allows it is made up.
run: export MANDATE_DESK_PROVISIONAL_ACCEPTANCE_ALLOWED_BY ?= Office for Demonstrations (made up)
run: $(READY)
	$(BIN)/mandate-desk db upgrade
	$(BIN)/mandate-desk demo load
	$(BIN)/mandate-desk serve

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest

bench: $(READY)
	$(BIN)/python -m bench.match_time

drills: $(READY)
	$(BIN)/python -m drills $(DRILLS)

lint: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(READY)
	$(BIN)/mandate-desk schemas write schemas

# Debian's python3 without python3-venv has no ensurepip; its own pip can then fill the environment.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv || $(PYTHON) -m venv --without-pip .venv
	test -x $(BIN)/pip || $(PYTHON) -m pip --python $(BIN)/python install --quiet pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock:
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 \
	  pyproject.toml --extra training --group dev --group build -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 \
	  pyproject.toml --group build -c requirements.lock -o requirements.runtime.lock

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis
