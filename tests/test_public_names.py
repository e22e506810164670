"""The public names: each is there, says what it does, and loads nothing heavy before it is used."""

import subprocess
import sys

import pytest

import toolkit

HEAVY = {"polars", "duckdb", "pyarrow", "av", "dlib", "matplotlib", "numpy", "joblib", "rich", "jinja2", "PIL"}


@pytest.mark.parametrize("name", toolkit.__all__)
def test_every_public_name_is_there_and_says_what_it_does(name):
    """A name in `__all__` can be used, and `help` explains it."""
    assert getattr(toolkit, name).__doc__.strip()


@pytest.mark.parametrize(
    "code", ["import toolkit", "from toolkit.cli import main; main(['--help'], standalone_mode=False)"]
)
def test_nothing_heavy_loads_before_a_step_needs_it(code):
    """`import toolkit` and `toolkit --help` load no heavy library, which keeps them under half a second of CPU."""
    script = f"import sys\n{code}\nprint('LOADED', *sorted({HEAVY!r} & set(sys.modules)))"

    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert shown.splitlines()[-1].split() == ["LOADED"]


def test_a_name_that_is_not_public_is_an_ordinary_mistake():
    """A misspelt name is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="mistake"):
        toolkit.mistake  # noqa: B018
