"""`toolkit diff`: what changed between two reports of a case, and because of which source."""

from dataclasses import dataclass

import polars as pl

from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.steps.consulted import consulted

SAID = {
    "answers": ("question", ("state", "value", "unit", "caveats")),
    "verdicts": ("rule", ("verdict", "reasons", "flags")),
}
"""Table of a report -> its column that names what was asked, and those that say the outcome."""


@dataclass(frozen=True)
class Change:
    """
    An answer or a verdict that is not what it was.

    Args:
        name: Question or rule.
        subject: What it is about; None for the case.
        was: What the old report says, by column; None: nothing about that subject.
        now: And the new one.
        because: Sources that came, went or changed and whose records one of the two rests on; where there are none,
            all that did: registers speak by their silence, too. None at all: settings or the tool changed.
    """

    name: str
    subject: str | None
    was: dict[str, object] | None
    now: dict[str, object] | None
    because: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """
    Two reports, side by side.

    Args:
        old: Id of a report.
        new: Id of another.
        added: Sources that only the new one knows.
        removed: Sources that only the old one knows.
        replaced: Sources whose content differs.
        changes: Answers, then verdicts, in order.
    """

    old: str
    new: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    replaced: tuple[str, ...]
    changes: tuple[Change, ...]


def diff(case: Case, old: str, new: str) -> Difference:
    """
    Compare two reports of a case; that it was done goes on record.

    Args:
        case: The case.
        old: Id of a report, or its first digits.
        new: Id of another.

    Raises:
        UsageError: If there is no such report, or more than one.
    """
    ids = (_report(case, old), _report(case, new))
    before, after = (dict(_table(case, name, "sources").select("source", "sha256").rows()) for name in ids)
    added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    replaced = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    moved = {*added, *removed, *replaced}
    changes = [
        change
        for name in SAID
        for change in _changes(_table(case, ids[0], name), _table(case, ids[1], name), name, moved)
    ]
    consulted(case, f"diff {ids[0]} {ids[1]}")
    return Difference(ids[0], ids[1], tuple(added), tuple(removed), tuple(replaced), tuple(changes))


def _report(case: Case, wanted: str) -> str:
    known = sorted(path.name for path in (case.root / "reports").glob("*") if (path / "tables").is_dir())
    found = [name for name in known if wanted and name.startswith(wanted)]
    if len(found) != 1:
        raise UsageError(f"no single report {wanted!r}: this case has {', '.join(known) or 'none yet'}")
    return found[0]


def _table(case: Case, report: str, name: str) -> pl.DataFrame:
    return pl.read_parquet(case.checked(case.root / "reports" / report / "tables" / f"{name}.parquet"))


def _changes(old: pl.DataFrame, new: pl.DataFrame, table: str, moved: set[str]) -> list[Change]:
    """Return what differs between two tables; what is the same in both is set aside without being looked at singly."""
    name, said = SAID[table]
    columns = [name, "subject", *said, "evidence"]
    rows = pl.concat([old.select(columns).with_columns(side=0), new.select(columns).with_columns(side=1)])
    same = rows.group_by([name, "subject", *said]).len().filter(pl.col("len") > 1)
    keys = [name, "subject", *said]
    changed = rows.join(same.select(keys), on=keys, how="anti", nulls_equal=True)
    sides: dict[tuple[str, str | None], dict[int, dict[str, object]]] = {}
    for row in changed.sort(name, "subject", "side").iter_rows(named=True):
        sides.setdefault((row[name], row["subject"]), {})[row["side"]] = row
    found = []
    for (asked, subject), pair in sides.items():
        was, now = ({key: pair[side][key] for key in said} if side in pair else None for side in (0, 1))
        rests = {each["source"] for row in pair.values() for each in row["evidence"]}  # type: ignore[attr-defined]
        found.append(Change(asked, subject, was, now, tuple(sorted((rests & moved) or moved))))
    return found
