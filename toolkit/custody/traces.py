"""
Where an image, or faces that nobody looks for, have left something in a case, and how it is taken out.

Tables that steps computed lose the rows. Tables that say what a register says keep the row and lose the digest, which
is no part of the register. What a person may have read, a report or an answer, keeps its rows, and the word `destroyed`
stands where the digest stood.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from toolkit.custody import write
from toolkit.custody.digest import files_under
from toolkit.tables import TABLES

DESTROYED = "destroyed"
"""What stands in a report where a digest stood."""

_REGISTERS = {table.name for table in TABLES if table.kind} | {"records", "passages", "unread_rows", "unread_cells"}
_DESCRIBED = "candidate_descriptors"
_PREFIX = 12
_PATHS, _REFS = ("source", "probe_source", "part_of"), ("probe_id",)
STAT_CACHE, TEXTS = "cache/stat.json", "cache/text.sqlite"


@dataclass(frozen=True)
class Sought:
    """
    What is to be erased.

    Args:
        digests: SHA-256 of files, in hex.
        paths: Paths of those files in the case.
        refs: References of images.
        keep_faces: The faces that stay; None: no face goes.
        keep_described: The candidates that stay: what the sweep kept of the others' descriptors goes. None: none goes.
    """

    digests: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()
    keep_faces: frozenset[str] | None = None
    keep_described: frozenset[str] | None = None

    @property
    def mentions(self) -> re.Pattern[bytes] | None:
        """A digest, or the beginning of one, in a text; None where there is none to find."""
        starts = sorted(digest[:_PREFIX].encode() for digest in self.digests)
        return re.compile(b"(?:" + b"|".join(starts) + b")[0-9a-f]*") if starts else None


def places(case_root: Path) -> Iterator[str]:
    """Yield the path of each file that an erasure looks into, in order."""
    for folder in ("cache", "reports", "tables"):
        if (case_root / folder).is_dir():
            yield from (f"{folder}/{name}" for name in files_under(case_root / folder) if name != ".")


def count(case_root: Path, name: str, sought: Sought) -> int:
    """Return how many rows or mentions a file would lose; 1 for one in the cache that goes as a whole."""
    if name.startswith("cache/") and not _is_kept(name):
        return 1
    if name == STAT_CACHE:
        return len(_states(case_root) & sought.paths)
    if not name.endswith(".parquet"):
        pattern = sought.mentions
        return len(pattern.findall((case_root / name).read_bytes())) if pattern else 0
    schema = pl.read_parquet_schema(case_root / name)
    touched = pl.scan_parquet(case_root / name).filter(_touched(name, pl.Schema(schema), sought))
    return int(touched.select(pl.len()).collect().item())


def remove(case_root: Path, name: str, sought: Sought) -> int:
    """Take out of a file what `count` counts, and return how much that was; what is not evidence goes as a whole."""
    lost = count(case_root, name, sought)
    path = case_root / name
    if not lost:
        return 0
    if name == STAT_CACHE:
        states = json.loads(path.read_bytes())
        write.write_text(path, json.dumps({each: state for each, state in states.items() if each not in sought.paths}))
    elif name.startswith("cache/"):
        write.remove(path)
    elif name.endswith(".parquet"):
        write.write_table(path, _without(name, pl.read_parquet(path), sought).to_arrow())
    elif pattern := sought.mentions:
        write.write_bytes(path, pattern.sub(DESTROYED.encode(), path.read_bytes()))
    return lost


def _is_kept(name: str) -> bool:
    """Whether a file of the cache stays where there is nothing of it; the others are made again in no time."""
    return name == STAT_CACHE or name.startswith("cache/ingest/")


def _states(case_root: Path) -> frozenset[str]:
    try:
        return frozenset(json.loads((case_root / STAT_CACHE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return frozenset()


def _without(name: str, frame: pl.DataFrame, sought: Sought) -> pl.DataFrame:
    """Return a table as it is to be."""
    how = _treatment(name)
    if how == "rows":
        return frame.filter(~_touched(name, frame.schema, sought))
    if how == "cells":
        known = pl.col("sha256").is_in(list(sought.digests))
        return frame.with_columns(pl.when(known).then(None).otherwise(pl.col("sha256")).alias("sha256"))
    pattern = sought.mentions
    texts = [column for column, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(pl.col(texts).str.replace_all(pattern.pattern.decode(), DESTROYED)) if pattern else frame


def _touched(name: str, schema: pl.Schema, sought: Sought) -> pl.Expr:
    """Return whether a row is touched."""
    how, found = _treatment(name), [pl.lit(value=False)]
    if how == "cells":
        found += [pl.col("sha256").is_in(list(sought.digests))] if "sha256" in schema else []
    elif how == "mentions":
        if pattern := sought.mentions:
            text = pattern.pattern.decode()
            found += [pl.col(each).str.contains(text) for each, dtype in schema.items() if dtype == pl.String]
    else:
        texts = [each for each, dtype in schema.items() if dtype == pl.String]
        found += [pl.col(each).is_in(list(sought.digests)) for each in texts if sought.digests]
        found += [pl.col(each).is_in(list(sought.paths)) for each in _PATHS if each in schema]
        found += [pl.col(each).is_in([*sought.refs, *sought.paths]) for each in _REFS if each in schema]
        keep = sought.keep_described if f"/{_DESCRIBED}/" in name else sought.keep_faces
        if keep is not None and "face_id" in schema:
            found.append(~(pl.col("face_id").is_in(list(keep)) | pl.col("face_id").is_null()))
    return pl.any_horizontal(each.fill_null(value=False) for each in found)


def _treatment(name: str) -> str:
    """Return what a table loses: rows, cells or mentions."""
    folder, step, *rest = name.split("/")
    if folder == "reports" or step == "reconstruct":
        return "mentions"
    return "cells" if folder == "tables" and step == "ingest" and rest[0] in _REGISTERS else "rows"
