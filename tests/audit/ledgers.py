"""Tables written on the page, as the tables of a case."""

from pathlib import Path

import polars as pl

from toolkit.dates import interval, intervals
from toolkit.tables import SPAN, TABLES, Table, table

YES_NO = {"yes": True, "no": False}
PERIOD = {"from": interval("2016-05"), "to": interval("2018-03"), "as_at": interval("2019-10-04")}


def cells(text: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each table of a page: a name and a colon, a header, lines; cells stand between bars."""
    tables: dict[str, list[dict[str, str]]] = {}
    header: list[str] | None = None
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.endswith(":") and "|" not in line and " " not in line:
            tables[line[:-1]] = rows = []
            header = None
        elif header is None:
            header = [cell.strip() for cell in line.split("|")]
        else:
            rows.append(dict(zip(header, (cell.strip() for cell in line.split("|")), strict=True)))
    return tables


def typed(wanted: Table, rows: list[dict[str, str]]) -> pl.DataFrame:
    """Return the table of those rows; a cell that is blank or missing is null."""
    height = len(rows)
    written = {
        name: pl.Series([row.get(name) or None for row in rows], dtype=pl.String) for row in rows for name in row
    }
    stored = {"source": [f"raw/{wanted.name}.csv"] * height, "locator": [f"line {at + 2}" for at in range(height)]}
    columns = {name: pl.Series(values, dtype=pl.String) for name, values in stored.items()}
    kinds = {column.name: column.holds for column in wanted.columns}
    for name, texts in written.items():
        kind = kinds.get(name, "text")
        if kind == "when" or f"{name}_earliest" in kinds:
            spans = intervals(texts).drop("problem")
            columns |= {f"{name}_{part}": spans[part] for part in SPAN}
        else:
            columns |= {f"{name}_text": texts, name: _parsed(texts, kind)}
    schema = wanted.schema()
    if unknown := written.keys() - kinds.keys() - {"source", "locator"} - {name[:-9] for name in kinds}:
        raise KeyError(f"{wanted.name} has no column {unknown}")
    return pl.DataFrame(
        {name: columns.get(name, pl.Series([None] * height, dtype=dtype)).cast(dtype) for name, dtype in schema.items()}
    )


def _parsed(texts: pl.Series, kind: object) -> pl.Series:
    if kind in ("refs", "words") or isinstance(kind, pl.List):
        return texts.str.split(";")
    if kind == "yes_no":
        return texts.replace_strict(YES_NO, return_dtype=pl.Boolean)
    if kind == "count":
        return texts.cast(pl.Int64)
    if kind == pl.Boolean:
        return texts.replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
    return texts


def write_tables(case_dir: Path, tables: dict[str, list[dict[str, str]]], steps: tuple[str, ...]) -> None:
    """Write every table of those steps, empty where the page has none; 'index.coverage' is the table of one step."""
    for wanted in TABLES:
        if wanted.step not in steps:
            continue
        rows = tables.get(f"{wanted.step}.{wanted.name}", tables.get(wanted.name, []) if _first(wanted) else [])
        folder = case_dir / "tables" / wanted.step / (wanted.name if wanted.sharded else "")
        folder.mkdir(parents=True, exist_ok=True)
        typed(wanted, rows).write_parquet(folder / f"{wanted.name}.parquet")


def _first(wanted: Table) -> bool:
    return table(wanted.name) is wanted
