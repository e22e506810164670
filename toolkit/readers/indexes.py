"""`images.csv` and `footage.csv` against the files that lie beside them."""

from collections.abc import Collection, Mapping

import polars as pl

from toolkit.readers.faults import PROBLEMS, problem, shown

INDEXES = {"images": ("images", "images.csv"), "footage": ("footage_files", "footage.csv")}
"""Kind -> its table, and the name of its index in raw/<kind>/."""


def is_index(kind: str, source: str) -> bool:
    """Return whether a file of a kind that holds pictures or footage is its index; the others are media."""
    return kind in INDEXES and source == f"raw/{kind}/{INDEXES[kind][1]}"


def with_digests(kind: str, frame: pl.DataFrame, digests: Mapping[str, str]) -> pl.DataFrame:
    """
    Return the index's table with the digest of each file that is present.

    Args:
        kind: images or footage.
        frame: Its table.
        digests: Path in the case -> digest, as sealed.
    """
    paths = (f"raw/{kind}/{file}" for file in frame["file"])
    return frame.with_columns(pl.Series("sha256", [digests.get(path) for path in paths], pl.String))


def unpaired(
    kind: str, frame: pl.DataFrame, media: Collection[str], named: Collection[str], destroyed: Collection[str] = ()
) -> pl.DataFrame:
    """
    Return the problems (F409): files listed and not present, and, where there is an index, present and not listed.

    Args:
        kind: images or footage.
        frame: Its table, with digests.
        media: Paths in the case of the files of that kind, without the index.
        named: Paths that need not be listed, for they are named elsewhere (the mandate's probes).
        destroyed: Paths that need not be present, for there is a tombstone.
    """
    index = f"raw/{kind}/{INDEXES[kind][1]}"
    found = [PROBLEMS.to_frame()]
    for source, locator, file in frame.filter(pl.col("sha256").is_null()).select("source", "locator", "file").rows():
        if f"raw/{kind}/{file}" in destroyed:
            continue
        message = f"expected the file raw/{kind}/{shown(file)[1:-1]}, found none"
        found.append(problem("F409", source, locator, message, "row kept, without a file"))
    if frame.is_empty():
        return pl.concat(found)
    listed = {f"raw/{kind}/{file}" for file in frame["file"]}
    message = f"expected a row in {index}, found none"
    found += [
        problem("F409", path, "", message, "file kept, without a row")
        for path in sorted(set(media) - listed - set(named))
    ]
    return pl.concat(found)
