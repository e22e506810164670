"""What a self-test found, and how a person reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.shown import visible

LIMITS = (
    "These assertions show that this installation computes what was computed when the tool was made. They are no",
    "measure of recognition: the pictures show made-up people, and error rates on people are for the user to measure,",
    "on footage like that of the case. Nor do they show that a method is fit for a purpose: the user says that.",
)


@dataclass(frozen=True)
class Finding:
    """What became of an assertion: passed, failed, or (None) not checked; and how long it took."""

    name: str
    group: str
    what: str
    expected: str
    found: str
    passed: bool | None
    seconds: float


@dataclass(frozen=True)
class Selftest:
    """
    A report.

    Args:
        about: Tool, code, weights, machine, versions, time.
        findings: One an assertion, in order.
        signed: Who signed it, or "unsigned".
        folder: Where it was written; None: nowhere.
    """

    about: dict[str, Any]
    findings: tuple[Finding, ...]
    signed: str
    folder: Path | None

    @property
    def exit_code(self) -> int:
        """4 where an assertion failed, 3 where none did but some could not be checked, else 0."""
        states = {finding.passed for finding in self.findings}
        return 4 if False in states else 3 if None in states else 0


def tally(found: Iterable[Finding]) -> tuple[int, int, int]:
    """Return how many passed, failed, and were not checked."""
    states = [finding.passed for finding in found]
    return states.count(True), states.count(False), states.count(None)


def report_text(report: Selftest) -> str:
    """Return the report as a person reads it: result, anomalies, limits, what it was run on, every assertion."""
    passed, failed, unchecked = tally(report.findings)
    about = report.about
    lines = [
        "SELF-TEST REPORT",
        "",
        f"tool      {about['tool']}, code {about['code']}",
        f"at        {about['at']} on {about['machine']['host']}",
        f"result    {len(report.findings)} assertions: {passed} passed, {failed} failed, {unchecked} not checked",
        f"signed    {report.signed}",
        "",
        "ANOMALIES",
        *(_lines(finding) for finding in report.findings if finding.passed is False),
        *([] if failed else ["none"]),
        "",
        "NOT CHECKED",
        *(_lines(finding) for finding in report.findings if finding.passed is None),
        *([] if unchecked else ["none"]),
        "",
        "LIMITS",
        *LIMITS,
        "",
        "MACHINE AND VERSIONS",
        *(f"{name}: {value}" for name, value in about["machine"].items()),
        f"python: {about['python']}",
        *(f"{name}: {value}" for name, value in about["versions"].items()),
        f"ffmpeg: {about['ffmpeg']}",
        *(f"weights {name}: {sha256}" for name, sha256 in about["weights"].items()),
        "",
        "ASSERTIONS",
    ]
    group = None
    for finding in report.findings:
        if finding.group != group:
            group = finding.group
            lines += ["", group.upper()]
        lines.append(_lines(finding))
    lines += [
        "",
        "Run by (post): ____________________   Accepted by (post): ____________________   Date: __________",
        "",
    ]
    return "\n".join(visible(line, keep="\n") for line in lines)


def _lines(finding: Finding) -> str:
    state = {True: "pass", False: "FAIL", None: "not checked"}[finding.passed]
    head = f"{finding.name}  {state}  {finding.what}"
    return f"{head}\n     expected: {finding.expected}\n     found:    {finding.found}"
