# Two commands are the contract: `make demo` runs the main job on the bundled sample, `make test` passes the tests.
# Both need only Python 3.11+, pip, make and a package index. Everything else is a convenience.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test sample bench torture docs lock clean

demo: .venv/installed
	$(BIN)/toolkit demo build/demo; code=$$?; [ $$code -eq 0 ] || [ $$code -eq 3 ]

test: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist loadfile

.venv/installed: requirements.lock pyproject.toml packaging/dlib-shim/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "toolkit needs Python 3.11 or newer, this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation ./packaging/dlib-shim -e .
	$(BIN)/python -m pip check
	touch $@

# Everything in data_samples/ again, from its seed: minutes of rendering.
sample: .venv/installed
	$(BIN)/python -m toolkit.synthetic

# Ours beside the peers, in the same run: benchmarks/results.md and results.json. Minutes; wants a quiet machine.
bench: .venv/installed
	$(BIN)/python -m benchmarks

# Every kill, failing call, crash state, flipped bit, edited log, generated table and race, not the tenth that `make test` takes: half an hour.
torture: .venv/installed
	PYTHONPATH=tests/custody:tests/readers $(BIN)/python tests/torture/torture.py

# The page of columns in CONTRIBUTING.md and that of the registers, from the code.
docs: .venv/installed
	$(BIN)/python -c 'from pathlib import Path; from toolkit.readers.describe import describe_tables as page; \
	  path = Path("CONTRIBUTING.md"); head, _, rest = path.read_text().partition("<!-- tables -->\n"); \
	  path.write_text(head + "<!-- tables -->\n" + page().strip() + "\n<!-- /tables -->" + rest.partition("<!-- /tables -->")[2])'
	mkdir -p docs
	$(BIN)/python -c 'from pathlib import Path; from toolkit.registers.page import describe_registers as page; \
	  Path("docs/registers.md").write_text(page())'

clean:
	rm -rf build

# Names, versions and hashes only: no index address is ever written.
lock:
	mkdir -p build
	echo 'dlib ; sys_platform == "never"' > build/override.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
	  --override build/override.txt --all-extras --group dev --group bench pyproject.toml -o requirements.lock
