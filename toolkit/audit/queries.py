"""The files of `sql/`, `questions/` and `rules/`: one select each, under a header of comments."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOM = Path(__file__).parent
BATCH_ROWS = 100_000
"""Rows that are taken from DuckDB at a time, where all of them need not fit into memory."""
_FIELD = re.compile(r"^([A-Z][a-z]+): +(.*)$")


@dataclass(frozen=True)
class Query:
    """
    One file.

    Args:
        name: View, question ("Q01") or rule ("R12").
        title: First line of its header, without the full stop.
        paragraphs: Paragraphs of the 2019 report, "p9"; empty for a view.
        reads: Tables and views it reads.
        register: Input table whose rows are the file's subjects; None where the file itself answers silence.
        awaits: Input table in which the record that answers it would stand; None where no register could.
        text: The whole file; what you read is what runs.
        needs: Input tables that a rule needs complete, the most needed first.
    """

    name: str
    title: str
    paragraphs: tuple[str, ...]
    reads: tuple[str, ...]
    register: str | None
    awaits: str | None
    text: str
    needs: tuple[str, ...] = ()


@cache
def queries(folder: str) -> dict[str, Query]:
    """Return the files of `sql`, `linking`, `questions` or `rules` by name, in natural order."""
    read = (_read(path) for path in (ROOM / folder).iterdir() if path.suffix == ".sql")
    return {query.name: query for query in sorted(read, key=lambda query: natural(query.name))}


def natural(name: str) -> tuple[int, str]:
    """
    Return the key by which R2 comes before R10.

    >>> sorted(["R10", "R8x", "R2", "R8"], key=natural)
    ['R2', 'R8', 'R8x', 'R10']
    """
    return int("".join(filter(str.isdigit, name)) or 0), name


def _read(path: Path) -> Query:
    """Read one file; raises as `_header` does."""
    text = path.read_text("utf-8")
    header, fields = _header(path)
    name = path.stem if path.parent.name in {"sql", "linking"} else path.stem.split("_")[0]
    name = re.sub(r"^R0*(\d+.*)$", r"R\1", name)
    return Query(
        name=name,
        title=header[0].rstrip("."),
        paragraphs=tuple(re.findall(r"p\d+|H", fields.get("Report", ""))),
        reads=_names(fields["Reads"]),
        register=(register := fields.get("Register", "").rstrip(".") or None),
        awaits=fields.get("Awaits", "").rstrip(".") or register,
        text=text,
        needs=_names(fields.get("Needs", "")),
    )


def reads(path: Path) -> set[str]:
    """Return what the header of a file says that it reads."""
    return set(_names(_header(path)[1]["Reads"]))


def _names(listed: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", listed))


def _header(path: Path) -> tuple[list[str], dict[str, str]]:
    """
    Return the lines of a file's header, and its named fields.

    Raises:
        ValueError: If there is none, or it does not say what the file reads.
    """
    header = [line[3:].rstrip() for line in path.read_text("utf-8").splitlines() if line.startswith("--")]
    fields = _fields(header)
    if not header or "Reads" not in fields:
        raise ValueError(f"{path.name}: expected a header with a title and 'Reads:', found {header[:1]}")
    return header, fields


def _fields(header: Iterable[str]) -> dict[str, str]:
    """
    Return the named fields of a header; one that is indented goes on with the line above.

    >>> _fields(["When?", "Reads:  entries,", "        posts.", "Not a field."])
    {'Reads': 'entries, posts.'}
    """
    fields: dict[str, str] = {}
    name = None
    for line in header:
        if found := _FIELD.match(line):
            name = found[1]
            fields[name] = found[2]
        elif name and line.startswith("  "):
            fields[name] += f" {line.strip()}"
        else:
            name = None
    return fields


def in_order(views: dict[str, Query], wanted: Iterable[str] | None = None) -> Iterator[Query]:
    """
    Yield views so that each comes after those it reads.

    Args:
        views: All that there are, by name.
        wanted: Those that are wanted, with what they read; None: all.

    Raises:
        ValueError: If two read each other.
    """
    done: set[str] = set()

    def visit(query: Query, above: tuple[str, ...]) -> Iterator[Query]:
        if query.name in above:
            raise ValueError(f"views read each other: {' -> '.join((*above, query.name))}")
        if query.name in done:
            return
        for read in query.reads:
            if read in views:
                yield from visit(views[read], (*above, query.name))
        done.add(query.name)
        yield query

    for name in views if wanted is None else sorted(wanted):
        yield from visit(views[name], ())


def tables_read(query: Query, views: dict[str, Query]) -> set[str]:
    """Return the tables a query reads, itself or through views."""
    return set(_flat(query.reads, views))


def _flat(names: Iterable[str], views: dict[str, Query]) -> Iterator[str]:
    for name in names:
        if name in views:
            yield from _flat(views[name].reads, views)
        else:
            yield name
