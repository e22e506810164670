"""What each worker did when: it notes the units of the index itself, beside the case."""

import json
import os
import time
from pathlib import Path
from typing import Any

from toolkit.case import Case
from toolkit.steps import pieces

_work_on = pieces.work_on


def work_on(case: Case, how: pieces.How, piece: pieces.Piece) -> Any:  # noqa: ANN401 - as `pieces.work_on`
    """Do a unit in place of `pieces.work_on`, and note when it began and ended, and its CPU seconds."""
    began, cpu = time.monotonic(), time.process_time()
    try:
        return _work_on(case, how, piece)
    finally:
        unit = began, time.monotonic(), time.process_time() - cpu
        with (case.root.parent / f"{case.root.name}.{os.getpid()}.jsonl").open("a") as notes:
            notes.write(json.dumps(unit) + "\n")


def shifts(root: Path, began: float, ended: float) -> list[str]:
    """
    Return a line for each worker of a case that was indexed between two moments of `time.monotonic`.

    Busy, but not on a processor: something else was using the machine.
    """
    lines = []
    for notes in sorted(root.parent.glob(f"{root.name}.*.jsonl")):
        units = [json.loads(line) for line in notes.read_text().splitlines()]
        busy_s, cpu_s = sum(to - since for since, to, _ in units), sum(cpu for *_, cpu in units)
        first_s, idle_s = units[0][0] - began, ended - units[-1][1]
        between_s = ended - began - busy_s - first_s - idle_s
        lines.append(
            f"  {len(units):3} units, first after {first_s:4.1f} s, busy {busy_s:5.1f} s ({cpu_s:5.1f} of the CPU), "
            f"between them {between_s:4.1f} s, idle at the end {idle_s:4.1f} s"
        )
    return lines
