"""Fault 42: sources whose names differ by next to nothing are read, kept and handed on each by itself."""

import unicodedata

import toolkit

ENTRY = "entry_ref,occurred,use,direction,image_refs\n{},2016-06-01,facial_recognition,out,IMG-1\n"
LONG = "x" * 40
NAMES = (
    "log a.csv",
    "log-a.csv",
    "log_a.csv",
    "LOG-A.csv",
    "log-a.CSV",
    "log-\u00e9.csv",
    "log-e\u0301.csv",
    "log-a\u200b.csv",
    "log-a\\u200b.csv",
    f"{LONG}30187.csv",  # these two have the first 8 hex digits of their paths' SHA-256 in common, found in a second
    f"{LONG}64177.csv",
)


def test_no_source_is_written_over_another(tmp_path):
    """By case, accents, spaces, what is not seen, or 32 bits of a digest: a row and a shard of each, and all is ok."""
    case = toolkit.new(tmp_path / "case", title="Clash", from_="2016", to="2018")
    for number, name in enumerate(NAMES):
        (case.root / "raw/share_log" / name).write_text(ENTRY.format(f"E-{number}"))

    toolkit.seal(case)
    toolkit.ingest(case, workers=0)
    bag = toolkit.bundle(case, tmp_path / "bag")

    assert {f"E-{number}" for number in range(len(NAMES))} == set(case.table("entries")["entry_ref"])
    assert len(NAMES) == case.table("sources")["source"].n_unique()
    assert toolkit.verify(case.root).ok
    for folder in (case.root / "tables", bag):
        written = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        assert all(name.isascii() for name in written)
        assert len(written) == len({unicodedata.normalize("NFC", name).casefold() for name in written})
    assert len(NAMES) == len(list((bag / "data/tables/ingest/entries").iterdir()))
    assert toolkit.verify(bag).ok
