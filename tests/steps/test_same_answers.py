"""Same input, same bytes: the order in which sources are declared, their names and workers change no answer."""

import pytest

import toolkit
from toolkit.steps import ingest as step

SHARED = "entry_ref,occurred,recorded,direction,use,recipient_ref,image_refs\n"
FILES = {
    "share_log/camden.csv": f"{SHARED}E1,2017-03-01,2017-03-02,out,facial_recognition,CO,I1;I2\n",
    "share_log/islington.csv": f"{SHARED}E2,2017-05,2017-06-02,out,facial_recognition,CO,I3\n",
    "transfers/media.csv": "transfer_ref,occurred,use,recipient_ref,image_refs,entry_ref\n"
    "T1,2017-03-01,facial_recognition,CO,I1;I2,E1\nT2,2017-09-01,facial_recognition,CO,I9,\n",
    "recipient/receipts.csv": "receipt_ref,occurred,recipient_ref,image_refs\nRC1,2017-03-02,CO,I1;I2\n",
    "statements/report.csv": "statement_ref,tense,topic,claim,count,count_unit\nS1,past,Q01,asserts,4,images\n",
}
DECLARED = ["share_log/camden.csv,,yes", "share_log/islington.csv,2016/2018,yes", "recipient/receipts.csv,2017,yes"]
RENAMED = {"share_log/camden.csv": "share_log/z.csv", "share_log/islington.csv": "share_log/a.csv"}


def reconstructed(folder, *, workers=1, declared=DECLARED, names=None):
    """Return a case of those files, taken as far as its answers."""
    names = names or {}
    case = toolkit.new(folder, title="A case", from_="2016-05", to="2018-03")
    settings = case.root / "case.toml"
    settings.write_text(settings.read_text().replace("# as_at =", "as_at ="))
    for name, text in FILES.items():
        (case.root / "raw" / names.get(name, name)).write_text(text)
    lines = [line.replace(name := line.split(",")[0], names.get(name, name)) for line in declared]
    (case.root / "raw" / "sources.csv").write_text("\n".join(["path,covers,complete", *lines, ""]))
    case = toolkit.open_case(folder)
    toolkit.seal(case)
    toolkit.ingest(case, workers=workers)
    toolkit.link(case)
    toolkit.reconstruct(case)
    return case


def results(case):
    """Return the bytes of every table that holds an answer, or that one rests on."""
    files = sorted((case.root / "tables").rglob("*.parquet"))
    return {case.relative(path): path.read_bytes() for path in files if path.stem != "sources"}


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The case as it is usually made."""
    return reconstructed(tmp_path_factory.mktemp("usual") / "case")


def test_the_order_of_declarations_and_the_number_of_workers_change_no_byte(usual, tmp_path, monkeypatch):
    """Two workers, and sources.csv from its end to its begin: every table is the same, but for `sources`."""
    monkeypatch.setattr(step, "IN_PROCESS_BYTES", -1)
    other = reconstructed(tmp_path / "case", workers=2, declared=DECLARED[::-1])

    assert results(other) == results(usual)


def test_names_of_sources_that_sort_otherwise_change_no_answer(usual, tmp_path):
    """Where a record stands is told with its new name; nothing else moves."""
    other = reconstructed(tmp_path / "case", names=RENAMED)
    old = {f"raw/{new}": f"raw/{name}" for name, new in RENAMED.items()}

    def told(found):
        places = sorted((old.get(origin.source, origin.source), origin.locator) for origin in found.evidence)
        about = found.question if hasattr(found, "question") else found.rule
        subject = old.get(found.subject, found.subject)
        said = (found.state, found.unit) if hasattr(found, "state") else (found.verdict, found.reasons, found.flags)
        return about, subject or "", said, places

    for asked in (toolkit.ask, toolkit.check):
        assert sorted(map(told, asked(other)), key=str) == sorted(map(told, asked(usual)), key=str)
