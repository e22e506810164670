"""
The tables of a case as DuckDB views.

Parquet is the record, this is a way to look at it: a connection in memory, one view for each table over files that are
listed one by one, and the shared views of `sql/`. Nothing is written to disk but what a step lets spill, and once the
views stand the connection can read nothing but the tables of the case.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from toolkit.audit import origins
from toolkit.audit.queries import ROOM, Query, in_order, queries, reads
from toolkit.columns import SPAN, Table
from toolkit.dates import Interval
from toolkit.errors import IntegrityError
from toolkit.tables import TABLES

SAFE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",  # a name in SQL is never a variable of the program
    "memory_limit": "80%",
    "temp_directory": "",  # nothing is spilled: beyond the limit, a query fails
    "max_temp_directory_size": "0B",
}
MEMORY_GIB = 8
"""What DuckDB may hold before it spills. It uses more than it counts: 10^7 disclosures take 16 GiB in all."""
_ON_VIEWS = "macros_on_views.sql"
Admit = Callable[[Table, Sequence[Path]], bool]
"""Whether a table with these files is shown."""

_TIMES = ("text", "earliest", "latest", "precision")
SETTINGS = pl.Schema(
    {
        "title": pl.String,
        **{f"{time}_{part}": SPAN[part] for time in ("from", "to", "as_at", "window") for part in _TIMES},
        "threshold": pl.Float64,
        "min_face_px": pl.Int64,
        "looks_per_s": pl.Float64,
        "r13_days": pl.Int64,
        "r20_days": pl.Int64,
    }
)
"""Columns of the one-row table `settings`: what `case.toml` says, as data."""


def settings_row(values: Mapping[str, object]) -> pl.DataFrame:
    """
    Return the table `settings`.

    Args:
        values: By column of `SETTINGS`; an `Interval` under `from`, `to`, `as_at` or `window` fills its four columns.
            What is missing is null.

    Raises:
        ValueError: If a key is none of the columns.
    """
    row: dict[str, object] = {}
    for name, value in values.items():
        row |= (
            {f"{name}_{part}": getattr(value, part) for part in _TIMES}
            if isinstance(value, Interval)
            else {name: value}
        )
    if unknown := sorted(row.keys() - SETTINGS.keys()):
        raise ValueError(f"settings: expected {', '.join(SETTINGS)}; found {', '.join(unknown)}")
    return pl.DataFrame([{name: row.get(name) for name in SETTINGS}], schema=SETTINGS)


def _spilling(folder: Path) -> dict[str, str]:
    """
    Return settings to spill into a folder what does not fit: into MEMORY_GIB, or 60 % of the machine's memory.

    Of the disk, nine tenths of what is free.
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = min(MEMORY_GIB << 30, physical * 3 // 5)
    free = shutil.disk_usage(next(above for above in (folder, *folder.parents) if above.exists())).free
    return {
        "temp_directory": folder.as_posix(),
        "max_temp_directory_size": f"{free * 9 // 10 >> 20}MiB",
        "memory_limit": f"{limit >> 20}MiB",
    }


def open_views(  # noqa: PLR0913 - by name only
    case_dir: Path,
    settings: Mapping[str, object] | None = None,
    *,
    shared: str = "sql",
    wanted: Collection[str] | None = None,
    threads: int = 1,
    spill: Path | None = None,
    narrow: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
    admit: Admit | None = None,
) -> duckdb.DuckDBPyConnection:
    """
    Return a connection with a view for each table of a case; the caller closes it.

    `problems` and `coverage` unite those of the steps and say which in a column `step`. The table of a step that has
    not run is empty; `steps_run` names the steps that have. `settings` has one row.

    Args:
        case_dir: Folder of the case.
        settings: See `settings_row`.
        shared: "sql", for the views that questions and rules share, or "linking", for none of them.
        wanted: Of the shared views, those that are read, each made with what it reads itself; None: all.
        threads: Threads of DuckDB; answers and verdicts are the same for any number.
        spill: Folder, made when it is needed, for what does not fit into memory; None: nothing is written.
        narrow: Called when the tables stand and the shared views do not: see `as_at.narrow`.
        admit: Asked of each table and its files, before one is opened, whether it is shown; else it is empty, as if its
            step had not run. Raises where the files are not what was written.

    Raises:
        IntegrityError: If a table is a link, or is not a file.
    """
    config = SAFE | {"threads": threads} | (_spilling(spill) if spill else {})
    connection = duckdb.connect(":memory:", config=config)
    try:
        connection.execute("set global TimeZone = 'UTC'")
        if "ipykernel" not in sys.modules:  # there DuckDB asks for ipywidgets, even to let go of its bar
            connection.execute("set enable_progress_bar = false")
        _add_tables(connection, case_dir, admit)
        if narrow:
            narrow(connection)
        _add(connection, "settings", settings_row(settings or {}))
        connection.execute((ROOM / "macros.sql").read_text("utf-8"))
        origins.number_places(connection)
        if shared == "sql":
            for view in _shared(wanted):
                connection.execute(f'create table "{view.name}" as\n{view.text}')
        connection.execute((ROOM / (_ON_VIEWS if shared == "sql" else "macros_of_linking.sql")).read_text("utf-8"))
        connection.execute("set allowed_directories = $1", [[(case_dir / "tables").as_posix()]])
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def _shared(wanted: Collection[str] | None) -> Iterator[Query]:
    """Yield the shared views that are wanted, and those that the macros read, in the order in which they are made."""
    views = queries("sql")
    return in_order(views, None if wanted is None else {*wanted} | (views.keys() & reads(ROOM / _ON_VIEWS)))


def _add_tables(connection: duckdb.DuckDBPyConnection, case_dir: Path, admit: Admit | None) -> None:
    """Add a view for each registered table, their unions, `steps_run` and `register_kinds`."""
    shared = {table.name for table in TABLES if sum(other.name == table.name for other in TABLES) > 1}
    steps_run = set()
    for table in TABLES:
        name = f"{table.step}_{table.name}" if table.name in shared else table.name
        files = _files(case_dir, table)
        if admit and not admit(table, files or ()):
            files = None
        if files is None:
            _add(connection, name, table.schema().to_frame())
            continue
        steps_run.add(table.step)
        if files:
            _show(connection, name, files)
        else:
            _add(connection, name, table.schema().to_frame())
    for name in sorted(shared):
        having = [table.step for table in TABLES if table.name == name]
        union = " union all ".join(f"select '{step}' as step, * from {step}_{name}" for step in having)
        connection.execute(f"create view {name} as {union}")
    _add(connection, "steps_run", pl.DataFrame({"step": sorted(steps_run)}, schema={"step": pl.String}))
    kinds = [(table.name, table.kind) for table in TABLES if table.kind]
    _add(connection, "register_kinds", pl.DataFrame(kinds, schema=["table_name", "kind"], orient="row"))


def _add(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Copy a frame into a table."""
    connection.from_arrow(frame.to_arrow()).create(name)


def _show(connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[Path]) -> None:
    """
    Add a view of Parquet files.

    DuckDB takes a path for a pattern, at every reading. Where the folder's name has characters of one, the files are
    copied while nothing is locked yet.
    """
    paths = [path.as_posix() for path in files]
    literal = [re.sub(r"([*?\[])", r"[\1]", path) for path in paths]
    found = connection.read_parquet(literal)
    if literal == paths:
        found.create_view(name)
    else:
        found.create(name)


def _files(case_dir: Path, table: Table) -> Sequence[Path] | None:
    """
    Return the Parquet files of a table, in order; None where its step has not written it.

    Raises:
        IntegrityError: If one is a link, or is not a file.
    """
    folder = case_dir / "tables" / table.step
    path = folder / (table.name if table.sharded else f"{table.name}.parquet")
    if not path.exists():
        return None
    files = sorted(path.iterdir()) if table.sharded else [path]
    files = [file for file in files if file.suffix == ".parquet"]
    for file in (folder, path, *files):
        if file.is_symlink():
            raise IntegrityError(f"{file.relative_to(case_dir)}: expected a file of the case, found a link")
    return files
