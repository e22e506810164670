"""Query packs: named questions to the full text, as TOML in `packs/`. A new pack is a new file."""

import tomllib
from importlib import resources

import msgspec


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[queries]]`: what is looked for, and why a passage that has it may matter."""

    query: str
    why: str


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    A pack.

    `proposes` says what a passage that it finds may record: "disclosure", or nothing. It stays a proposal until a
    person has read the passage and says so.
    """

    name: str
    title: str
    queries: list[Query]
    proposes: str | None = None


def packs() -> dict[str, Pack]:
    """Return the packs by name, sorted."""
    folder = resources.files("toolkit.readers") / "packs"
    found = [
        msgspec.convert(tomllib.loads(path.read_text("utf-8")) | {"name": path.name.removesuffix(".toml")}, Pack)
        for path in folder.iterdir()
        if path.name.endswith(".toml")
    ]
    return {pack.name: pack for pack in sorted(found, key=lambda pack: pack.name)}
