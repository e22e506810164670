"""The notebooks run from top to bottom on the sample, and each .ipynb is the twin of its .py."""

from pathlib import Path

import jupytext
import nbclient
import pytest

import toolkit

NOTEBOOKS = sorted((Path(toolkit.__file__).parent.parent / "notebooks").glob("*.py"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's own libraries
def test_a_notebook_runs_and_draws(path, sample, monkeypatch):
    """Every cell runs; at least one draws, and every cell but the imports shows something."""
    monkeypatch.setenv("TOOLKIT_CASE", str(sample[0]))
    monkeypatch.setenv("PYTHONPATH", str(Path(toolkit.__file__).parent.parent))
    notebook = jupytext.read(path)

    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    shown = [cell["outputs"] for cell in notebook.cells if cell.cell_type == "code"]
    drawn = [output for outputs in shown for output in outputs if "image/png" in output.get("data", {})]
    assert [bool(outputs) for outputs in shown[1:]] == [True] * (len(shown) - 1)
    assert len(drawn) >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_two_forms_of_a_notebook_say_the_same(path):
    """`jupytext --sync` keeps them together."""
    source, twin = jupytext.read(path), jupytext.read(path.with_suffix(".ipynb"))

    assert [(c.cell_type, c.source) for c in twin.cells] == [(c.cell_type, c.source) for c in source.cells]
