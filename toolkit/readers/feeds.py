"""Which table a source feeds: by the profile meant for it, by our own columns, or by a profile that fits its header."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from toolkit.columns import Table
from toolkit.readers.faults import shown
from toolkit.readers.layouts import NoLayout, layout, named, source_columns
from toolkit.readers.likeness import resembled
from toolkit.readers.profiles import Profile
from toolkit.readers.values import Manner


@dataclass(frozen=True)
class Feed:
    """
    A table, and how a source's columns become its columns.

    Args:
        table: The table.
        profile: The profile that says how; None: they are ours already.
        names: Our column, or the profile's name of theirs -> the name in the header.
    """

    table: Table
    profile: Profile | None = None
    names: dict[str, str] = field(default_factory=dict)

    def cells(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return the cells under our names."""
        cells = cells.select(pl.col(theirs).alias(name) for name, theirs in self.names.items())
        return self.profile.cells(cells) if self.profile else cells

    def manner(self, declared: Manner) -> Manner:
        """Return how the cells are read."""
        return self.profile.manner(declared) if self.profile else declared

    def places(self, header: list[str]) -> dict[str, tuple[int, int]]:
        """Return our columns -> the places of the first and the last of theirs in a row."""
        of = {name: header.index(theirs) for name, theirs in self.names.items()}
        if self.profile is None:
            return {name: (at, at) for name, at in of.items()}
        found = {}
        for ours, theirs in self.profile.columns.items():
            places = [of[name] for name in ([theirs] if isinstance(theirs, str) else theirs)]
            found[ours] = (min(places), max(places))
        return found

    def unused(self, header: list[str]) -> dict[str, str]:
        """Return the names of a header that are not used and are like one of ours -> that one."""
        said = [*self.profile.columns, *self.profile.constants] if self.profile else list(self.names)
        used = set(self.names.values())
        left = [name for name in header if name not in used]
        likest = {name: resembled(source_columns(self.table), name, said) for name in left}
        return {name: ours for name, ours in likest.items() if ours}


class NoFeed(Exception):  # noqa: N818 - reads as the state it names
    """No table can be fed: code of the problem and what was expected and found."""

    def __init__(self, code: str, message: str) -> None:
        """Keep code and message apart."""
        super().__init__(message)
        self.code, self.message = code, message


def candidates(kind: str, source: str, profiles: Sequence[Profile]) -> list[Profile | None]:
    """
    Return the profiles to try for a source, in order; None stands for our own columns.

    Raises:
        NoFeed: If two profiles are meant for it (T217).
    """
    of_kind = [profile for profile in profiles if profile.feeds.kind == kind]
    meant = [profile for profile in of_kind if profile.is_meant(source)]
    if len(meant) > 1:
        names = shown([profile.name for profile in meant])
        raise NoFeed("T217", f"expected one profile whose applies_to names this file, found {names}")
    return [*meant] or [None, *(profile for profile in of_kind if not profile.applies_to)]


def feed(kind: str, names: list[str], profile: Profile | None) -> Feed:
    """
    Return the feed of a header by one candidate.

    Raises:
        NoFeed: If it does not fit (T206).
    """
    if profile is None:
        try:
            table = layout(kind, names)
        except NoLayout as error:
            raise NoFeed("T206", str(error)) from None
        return Feed(table, names=named(table, names))
    if missing := profile.missing(names):
        raise NoFeed("T206", f"{profile.name}: expected the columns {shown(missing)}, each once; found {shown(names)}")
    return Feed(profile.feeds, profile, profile.spelled(names))


def best(feeds: Sequence[Feed]) -> Feed:
    """
    Return the feed of our own columns, else of the profile that names most columns.

    Raises:
        NoFeed: If two profiles name as many (T217).
    """
    counts = {len(found.profile.theirs()): found for found in feeds if found.profile}
    for found in feeds:
        if found.profile is None:
            return found
    most = max(counts)
    names = [found.profile.name for found in feeds if found.profile and len(found.profile.theirs()) == most]
    if len(names) > 1:
        raise NoFeed("T217", f"expected one profile that fits the header, found {shown(sorted(names))}: say applies_to")
    return counts[most]
