# One entry: `make check` is what continuous integration runs, in the environment that is active.
.PHONY: check lint types contracts test coverage docs format

check: lint types contracts test

lint:
	ruff check .
	ruff format --check .
	codespell
	validate-pyproject pyproject.toml

types:
	mypy

contracts:
	lint-imports

test:
	python -m pytest -q -n auto

coverage:
	NUMBA_DISABLE_JIT=1 python -m pytest -q --cov --cov-report=term

docs:
	python docs/generate.py

format:
	ruff check --fix .
	ruff format .
