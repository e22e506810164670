"""Write a made-up force as the folder of a case, part by part, so that its size is bounded by the disk alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.synthetic.force import ledger, papers
from toolkit.synthetic.force.background import background, pool_custody
from toolkit.synthetic.force.exports import LAYOUTS, Layout, profile, spelled
from toolkit.synthetic.force.plan import plan
from toolkit.synthetic.force.references import with_references
from toolkit.synthetic.force.registers import SYSTEMS, registers
from toolkit.synthetic.force.units import day

PART = 100_000
"""Disclosures made at a time."""
MOST = 20_000_000
"""References repeat beyond."""

PERIODS = (
    ("2012-01/2014-12", day(2015, 1, 1), "E"),
    ("2015-01/2016-04", day(2016, 5, 1), "D"),
    ("2016-05/2016-10", day(2016, 11, 1), "A"),
    ("2016-11/2017-04", day(2017, 5, 1), "B"),
    ("2017-05/2017-10", day(2017, 11, 1), "C"),
    ("2017-11/2018-03", day(2018, 4, 1), "D"),
    ("2018-04/2019-12", day(2020, 1, 1), "E"),
)
"""Time that an export covers, the day after it, and its layout: systems were replaced as the years went by."""
_WHEN = {
    "entries": "occurred",
    "transfers": "occurred",
    "receipts": "occurred",
    "enrolments": "enrolled",
    "disposals": "occurred",
}
_KINDS = {
    "entries": ("share_log", "crimint", "yes"),
    "receipts": ("recipient", "recipient_receipts", "unknown"),
    "enrolments": ("recipient", "recipient_watchlist", "unknown"),
    "disposals": ("disposals", "disposal_register", "yes"),
}
_TRANSFERS = ("media_register", "email_gateway")
_OFFSETS = {"email_gateway": (180, 300), "recipient_receipts": (-120, 60)}
"""System -> least and most seconds by which its clock is ahead; the rows are written as that clock showed them."""
_SHOWN_MIN = {"email_gateway": 4, "recipient_receipts": -1}


@dataclass
class Export:
    """An open file of a case, and what `raw/sources.csv` will say of it."""

    path: str
    table: str
    layout: Layout
    declared: dict[str, str]
    file: BinaryIO
    rows: int = field(default=0)

    def add(self, rows: pl.DataFrame, *, damaged: bool = False) -> None:
        """Write rows; *damaged*: as a system does that does not quote."""
        if rows.height or not self.rows:
            spelled(self.table, rows, self.layout).write_csv(
                self.file,
                include_header=self.file.tell() == 0,
                separator=self.layout.delimiter,
                quote_style="never" if damaged else "necessary",
            )
            self.rows += rows.height


def write_force(case_dir: Path, disclosures: int, seed: int = 1, layouts: str = "ABCDE") -> None:
    """
    Write a made-up force: `case.toml`, `raw/`, `profiles/` for the layouts, and `planted.parquet`, the ledger.

    The same bytes for the same arguments. Memory does not grow with *disclosures*; the folder needs about 1 KB of each.

    Args:
        case_dir: New or empty folder.
        disclosures: How many disclosures for facial recognition, 1 to MOST.
        seed: Of everything that is drawn.
        layouts: Layouts in use; an export in another is written in the first of them.

    Raises:
        ValueError: If *disclosures* or *layouts* is out of range.
        FileExistsError: If the folder holds something.
    """
    if not 1 <= disclosures <= MOST:
        raise ValueError(f"disclosures: expected 1 to {MOST}, found {disclosures}")
    if not layouts or set(layouts) - set(LAYOUTS):
        raise ValueError(f"layouts: expected some of {''.join(LAYOUTS)}, found {layouts!r}")
    if case_dir.exists() and any(case_dir.iterdir()):
        raise FileExistsError(f"{case_dir}: expected a new or an empty folder, found files in it")
    exports = dict(_open(case_dir, layouts))
    try:
        with pq.ParquetWriter(case_dir / "planted.parquet", _arrow(ledger.SCHEMA.to_frame()).schema) as truth:
            for part, rows in _parts(disclosures, seed):
                truth.write_table(_arrow(rows))
                _add(exports, part)
    finally:
        for export in exports.values():
            export.file.close()
    papers.write(case_dir, [(export.path, export.declared, export.rows) for export in exports.values()])
    for name, layout in sorted({(export.table, export.layout.name) for export in exports.values()}):
        if layout != "A":
            (case_dir / "profiles").mkdir(exist_ok=True)
            (case_dir / "profiles" / f"{name}_{layout}.toml").write_text(profile(name, LAYOUTS[layout]), "utf-8")


def _arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _parts(disclosures: int, seed: int) -> Iterator[tuple[dict[str, pl.DataFrame], pl.DataFrame]]:
    """Yield the registers of each part, and its rows of the ledger."""
    pool = max(20, disclosures // 50)
    for start in range(0, disclosures, PART):
        count = min(PART, disclosures - start)
        made = with_references(plan(start, count, pool, seed), seed)
        tables = registers(made)
        other = background(start // 7, count // 7, seed)
        rows = pl.concat([ledger.planted(made), ledger.came_back(other["entries"])])
        damaged = pl.col("fault") == "damaged"
        tables["damaged"] = tables["entries"].filter(damaged)
        tables["entries"] = pl.concat(
            [tables["entries"].filter(~damaged).cast({"fault": pl.String}), other["entries"]], how="diagonal_relaxed"
        )
        tables["transfers"] = pl.concat([tables["transfers"], other["transfers"]], how="diagonal_relaxed")
        if start == 0:
            tables["custody_records"] = pl.concat(
                [tables["custody_records"], pool_custody(pool)], how="vertical_relaxed"
            )
        yield tables, rows


def _open(case_dir: Path, layouts: str) -> Iterator[tuple[tuple[str, int, int], Export]]:
    """Yield each file by table, export of the table, and period; nothing is in it yet."""
    for period, (covers, _, layout) in enumerate(PERIODS):
        used = LAYOUTS[layout if layout in layouts else layouts[0]]
        for name, (kind, system, complete) in _KINDS.items():
            yield (name, 0, period), _export(case_dir, kind, system, name, covers, complete, used)
        for number, system in enumerate(_TRANSFERS):
            place = ("transfers", number, period)
            yield place, _export(case_dir, "transfers", system, "transfers", covers, "unknown", used)
    for number, system in enumerate(SYSTEMS):
        used = LAYOUTS["ABC"[number] if "ABC"[number] in layouts else layouts[0]]
        place = ("custody_records", number, 0)
        yield place, _export(case_dir, "custody", system, "custody_records", "2009-01/2019-12", "yes", used)


def _export(  # noqa: PLR0913, PLR0917 - what a line of sources.csv says
    case_dir: Path, kind: str, system: str, name: str, covers: str, complete: str, layout: Layout
) -> Export:
    path = f"raw/{kind}/{system}_{covers.replace('/', '_')}.csv"
    (case_dir / path).parent.mkdir(parents=True, exist_ok=True)
    least, most = _OFFSETS.get(system, ("", ""))
    declared = {
        "system": system,
        "covers": covers,
        "complete": complete,
        "clock_offset_min_s": str(least),
        "clock_offset_max_s": str(most),
        "date_order": layout.order or "",
    }
    return Export(path, name, layout, declared, (case_dir / path).open("wb"))


def _add(exports: dict[tuple[str, int, int], Export], part: dict[str, pl.DataFrame]) -> None:
    """Sort the rows of a part into the files."""
    for name, rows in part.items():
        if name == "custody_records":
            for number in range(len(SYSTEMS)):
                exports[name, number, 0].add(rows.filter(pl.col("export") == number))
        elif name == "damaged":
            if rows.height:
                exports["entries", 0, 2].add(rows, damaged=True)
        else:
            _add_by_period(exports, name, rows)


def _add_by_period(exports: dict[tuple[str, int, int], Export], name: str, rows: pl.DataFrame) -> None:
    day_of = pl.col(f"{_WHEN[name]}.day")
    day_of = pl.coalesce(day_of, "recorded.day") if name == "entries" else day_of
    ends = [following for _, following, _ in PERIODS]
    period = pl.sum_horizontal((day_of >= end).cast(pl.Int8) for end in ends[:-1])
    number = pl.col("export") if name == "transfers" else pl.lit(0)
    rows = rows.with_columns(period.alias("period"), number.alias("number"))
    for (table, which, when), export in exports.items():
        if table == name:
            mine = rows.filter((pl.col("period") == when) & (pl.col("number") == which))
            export.add(_by_its_clock(mine, export.declared["system"]))


def _by_its_clock(rows: pl.DataFrame, system: str) -> pl.DataFrame:
    """Move minutes by what the system's clock is ahead."""
    shown = _SHOWN_MIN.get(system)
    return rows.with_columns(pl.col("occurred.minute") + shown) if shown else rows
