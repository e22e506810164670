# Two commands are the contract: `make demo` runs the main job on the bundled sample, `make test` passes the tests.
# Both need only Python 3.11+, pip, make and a package index. Everything else is a convenience.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lock sample tables clean

demo: .venv/installed
	$(BIN)/toolkit demo build/demo; code=$$?; [ $$code -eq 0 ] || [ $$code -eq 3 ]

test: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest

.venv/installed: requirements.lock pyproject.toml packaging/dlib-shim/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "toolkit needs Python 3.11 or newer, this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation ./packaging/dlib-shim -e .
	$(BIN)/python -m pip check
	touch $@

# Names, versions and hashes only: no index address is ever written.
lock:
	echo 'dlib ; sys_platform == "never"' > build/override.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	  --override build/override.txt --all-extras --group dev pyproject.toml -o requirements.lock
