"""What assertions are made of, and what they work on: a scratch folder on the user's disk, small fixtures, one case."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import toolkit
from toolkit.case import Case, open_case
from toolkit.custody import write

FIXTURES = Path(__file__).parent / "fixtures"
"""Packaged with the tool: two made-up people, a clip of 3 s, the registers of the sample case."""

Found: TypeAlias = "str | tuple[bool, str]"
"""What was found, which must be what is expected; or whether it holds, and what was found."""

_CASE = """\
[case]
title = "selftest"
from = "2016-05"
to = "2018-03"
as_at = "2019-10-04"
[index]
min_face_px = 80
"""
MANDATE = """\
[mandate]
requested_by = "POST-1"
legal_basis = "made up"
necessity = "made up"
purpose = "selftest"
cameras = ["KB-1"]
window = "2017-01"
threshold = 0.5
expires = "2098-12-31"
reviewers = ["POST-2", "POST-3"]
"""


class Unchecked(Exception):  # noqa: N818 - reads as the state it names
    """Raised by an assertion that this machine or installation does not allow to be checked; says why."""


@dataclass(frozen=True)
class Assertion:
    """
    One thing that must hold.

    Args:
        name: A letter for the group and a number; never used for another assertion.
        what: What is asserted, and the source of the expected value.
        expected: What must be found.
        check: Finds it.
    """

    name: str
    what: str
    expected: str
    check: "Callable[[Bench], Found]"


class Bench:
    """Where assertions work. Nothing outside its folder is written."""

    def __init__(self, folder: Path) -> None:
        """Work in *folder*, which exists and is empty."""
        self.folder, self._count = folder, 0

    def place(self) -> Path:
        """Return a path that is free."""
        self._count += 1
        return self.folder / f"{self._count:03}"

    def file(self, content: bytes) -> Path:
        """Write a file and return its path."""
        path = self.place()
        write.write_bytes(path, content)
        return path

    @cached_property
    def faces(self) -> dict[str, Any]:
        """Boxes and descriptors of the bundled pictures, as dlib gave them when they were made."""
        found: dict[str, Any] = json.loads((FIXTURES / "faces.json").read_text("utf-8"))
        return found

    @cached_property
    def case(self) -> Case:
        """The registers of the sample and the bundled clip, sealed, ingested and linked. Copy it to change it."""
        root = self.place()
        shutil.copytree(FIXTURES / "registers", root / "raw")
        (root / "raw/footage").mkdir()
        shutil.copyfile(FIXTURES / "clip.mp4", root / "raw/footage/clip.mp4")
        starts = "file,camera_id,starts,zone\nclip.mp4,KB-1,2017-01-09T08:30:00,Europe/London\n"
        (root / "raw/footage/footage.csv").write_text(starts, "utf-8")
        (root / "case.toml").write_text(_CASE + MANDATE, "utf-8")
        toolkit.seal(open_case(root))
        toolkit.ingest(open_case(root), workers=1)
        toolkit.link(open_case(root))
        return open_case(root)

    def copy(self) -> Path:
        """Return a copy of the case, to be changed."""
        root = self.place()
        shutil.copytree(self.case.root, root)
        return root
