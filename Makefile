# make install: .venv with everything; make run: the server; make test, make lint: what .ci/run runs.
# make soak: the tests that take minutes; make laws: property tests at length; make clients: real clients alone;
# make bench: see benchmarks/README.md.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=

.PHONY: install run test lint laws soak clients bench evaluate clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev,clients]'
	@touch $@

run: install
	@$(BIN)/flowgen serve $(ARGS)

test: install
	$(BIN)/python -m pytest

laws: install
	HYPOTHESIS_PROFILE=laws $(BIN)/python -m pytest $(or $(ARGS),tests/unit)

soak: install
	$(BIN)/python -m pytest -m soak

clients: install
	$(BIN)/python -m pytest -v tests/integration/clients

bench: install
	$(BIN)/python -m benchmarks.compare $(ARGS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

evaluate: install
	$(BIN)/python -m training.evaluate $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
