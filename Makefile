# Two commands on a bare machine: `make translate` and `make test`. Both set up `.venv` first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: translate test check benchmark clean

translate: $(VENV)/installed
	$(BIN)/duizhao translate source_en

test: $(VENV)/installed-test
	sh tests/browser.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

benchmark: $(VENV)/installed-test
	$(BIN)/python -m benchmarks.run

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/pip install -q -c constraints.txt -e ".[test,train]"
	touch $@

clean:
	rm -rf $(VENV)
