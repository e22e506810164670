"""Same input, same bytes: the order in which sources are declared, their names and workers change no answer."""

import polars as pl
import pytest

import toolkit
from toolkit.answers import Answer
from toolkit.audit import origins
from toolkit.audit.asking import answer, answers_keyed, judge, verdicts_keyed
from toolkit.audit.counting import Counter
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
QUESTIONS = ["Q01", "Q09", "Q14", "Q36", "Q37", "Q49", "Q69"]
RULES = ["R3", "R12", "R13", "R25"]
RENAMED = {"share_log/camden.csv": "share_log/z.csv", "share_log/islington.csv": "share_log/a.csv"}


def linked(folder, *, workers=1, declared=DECLARED, names=None):
    """Return a case of those files, taken as far as its links."""
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
    return case


def results(case):
    """Return the bytes of every table that holds an answer, or that one rests on."""
    files = sorted((case.root / "tables").rglob("*.parquet"))
    return {case.relative(path): path.read_bytes() for path in files if path.stem != "sources"}


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The case as it is usually made."""
    return linked(tmp_path_factory.mktemp("usual") / "case")


def test_the_order_of_declarations_and_the_number_of_workers_change_no_byte(usual, tmp_path, monkeypatch):
    """Two workers, and sources.csv from its end to its begin: every table is the same, but for `sources`."""
    monkeypatch.setattr(step, "IN_PROCESS_BYTES", -1)
    other = linked(tmp_path / "case", workers=2, declared=DECLARED[::-1])
    for case in (usual, other):
        toolkit.reconstruct(case)

    assert len(results(usual)) > len(QUESTIONS)
    assert results(other) == results(usual)


@pytest.fixture(scope="module")
def as_linked(usual):
    """What the usual case was when it was linked."""
    return {name: content for name, content in results(usual).items() if "/reconstruct/" not in name}


@pytest.mark.parametrize(("workers", "first"), [(1, 1), (4, 2)])
def test_one_four_or_two_workers_and_three_orders_have_one_content(as_linked, workers, first, tmp_path, monkeypatch):
    """Sources declared from the second or the third on, by one worker or four (goal G13; two, and backwards, above)."""
    monkeypatch.setattr(step, "IN_PROCESS_BYTES", -1)

    other = linked(tmp_path / "case", workers=workers, declared=DECLARED[first:] + DECLARED[:first])

    assert as_linked == results(other)


def told(case, names):
    """Return what is said of a case, with the old names of its sources."""
    with case.connect() as tables:
        found = [*answer(tables, QUESTIONS), *judge(tables, RULES)]
    said = []
    for one in found:
        places = sorted((names.get(origin.source, origin.source), origin.locator) for origin in one.evidence)
        outcome = one.state if isinstance(one, Answer) else (one.verdict, one.reasons, one.flags)
        said.append((one.title, one.subject, outcome, places))
    return said


def test_names_of_sources_that_sort_otherwise_change_no_answer(usual, tmp_path):
    """Where a record stands is told with its new name; nothing else moves."""
    other = linked(tmp_path / "case", names=RENAMED)
    old = {f"raw/{new}": f"raw/{name}" for name, new in RENAMED.items()}

    assert told(other, old) == told(usual, {})


def counted(case, threads):
    """Return the tables of a case where more than one subject is counted, the rows of single subjects, and records."""
    found = []
    with case.connect(threads=threads) as tables:
        places = origins.places(tables)
        for ask in (answers_keyed, verdicts_keyed):
            many = Counter(
                lambda name, rows: found.append(rows.with_columns(pl.lit(name).alias("asked"))),
                lambda name, rows: found.extend(origins.rows_of(name, rows, places)),
                listed=1,
            )
            found.append(ask(tables, many=many))
    return found


def test_threads_change_no_answer(usual):
    """One thread and two, where subjects are counted: the same rows, in the same order."""
    one, two = counted(usual, 1), counted(usual, 2)

    assert len(one) > len(QUESTIONS)
    assert len(one) == len(two)
    assert all(frame.equals(other) for frame, other in zip(one, two, strict=True))
