"""An import only goes down, and a room never imports another room."""

import ast
from pathlib import Path

import pytest

import toolkit

ROOT = Path(toolkit.__file__).parent
GROUND = {"errors", "problems", "answers", "dates", "columns", "computed", "tables", "settings", "shown", "registers"}
ROOMS = {"custody", "readers", "footage", "faces", "audit", "review", "synthetic"}
FLOORS = (
    {"cli": 5, "terminal": 4, "__main__": 6, "steps": 3, "case": 2} | dict.fromkeys(ROOMS, 1) | dict.fromkeys(GROUND, 0)
)
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def imported(path: Path) -> set[str]:
    """Return the parts of toolkit that a file imports, wherever in the file it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "toolkit":
            parts = node.module.split(".")[1:]
            names |= {parts[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("toolkit.")}
    return names - {"__version__"}


def place(path: Path) -> str:
    """Return the room or file on the top level that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_import_only_goes_down(path):
    """Floors: cli > terminal > steps > case > rooms > ground; rooms are strangers to each other."""
    here = place(path)

    upward = {there for there in imported(path) - {here} if FLOORS[there] >= FLOORS[here] and here not in GROUND}

    assert upward == set()


def test_the_ground_floor_imports_only_itself():
    """The ground floor knows nothing of the house above it."""
    above = {place(path): imported(path) - GROUND for path in FILES if place(path) in GROUND}

    assert above == {name: set() for name in above}
