"""
G9 in the size of a CI: texts and files of others, damaged at random, for seconds a target; `make torture` takes five.

What is damaged is real: the registers, settings and log of the sample, and documents made as others write them. A try
is made of its target and its number alone, so that `fuzz.tried("mail", 17)` is the same bytes each time. It must come
back: rows that balance and coded problems, a value, or an error of ours; whatever else is raised is a crash. The alarm
of the kernel ends the process after ten seconds of work on one try, and a limit on its memory what asks for too much.
This is no fuzzing of hours: no coverage guides it, and it shows no more than that nothing was met in so many tries.
"""

import csv
import io
import json
import random
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

import papers
import polars as pl
from collecting import read_bytes
from generated import balances

from toolkit.audit import links
from toolkit.custody import chain, checkpoint, commitments, manifest, note
from toolkit.dates import interval, intervals
from toolkit.errors import ToolkitError
from toolkit.problems import CODES
from toolkit.readers import fulltext, querying
from toolkit.readers.declarations import read_declarations
from toolkit.readers.profiles import read_profile
from toolkit.settings import TEMPLATE, read_settings

HANGS_S = 10
MEMORY_BYTES = 3 << 30
SAMPLE = Path(__file__).parents[2] / "data_samples" / "kings_boulevard"
WORDS = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n", b'"', b",", b";", b"\t", b"=", b"[", b"{"),
    *(b"}", b"]", b"(", b"\\", b"../", b"9" * 400, b"1e999", b"-1", b"nan", b"null", b"'" * 3, b"%00", b"\x1b[2J"),
    *("\u202e".encode(), "\U0001f600".encode(), b"2017-02-30", b"0000-00-00", b"9999-12-31T24:00:00", b"x" * 5_000),
    *(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n", b"=?utf-8?q?=ff?=", b"obj", b"endobj", b"<<", b">>"),
    *(b"/Length 99999999", b"NEAR(", b" OR ", b"NOT ", b"~", b"*", b"UNKNOWN", b"../..", b"2017-XX", b"..", b"?"),
)
REGISTERS = ("share_log/crimint.csv", "transfers/email_gateway.csv", "disposals/disposals.csv", "posts/roster.csv",
             "custody/custody_imaging.csv", "agreements/versions.csv", "footage/footage.csv")  # fmt: skip
MAIL = """\
From: "Sharing desk" <POST-4@example.org>
To: POST-2@example.org
Subject: =?utf-8?q?Seven_images_=E2=80=93_May?=
Date: Tue, 03 May 2016 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary="c"

--c
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

Please find the log=20attached, caf=E9.

--c
Content-Type: text/html; charset=utf-8

<p>Please find the <b>log</b> attached.</p><script>x</script>
--c--
--b
Content-Type: text/csv; name="log.csv"
Content-Disposition: attachment; filename*=utf-8''log%20of%20May.csv
Content-Transfer-Encoding: base64

ZW50cnlfcmVmLG9jY3VycmVkLHJlY29yZGVkCkUtMSwyMDE2LTA1LTAzLDIwMTYtMDUtMDMK
--b
Content-Type: message/rfc822

From: POST-9@example.org
Subject: the message before

Sent on 2 May.
--b--
"""
NOTE = (
    "toolkit/case/28a3a18f6cd6406b086e9ffda1f9b8a1\n3\nbaLVvZ6cDgOYmBFbiHEZG1Fe6C5hRmOkuuYhyY7S9Ck=\n\n"
    "\u2014 office qJmZAdK5vVSL6fSTFVRrfIBQUsRhDu0KzPFQSSUGA9v2Xm6aLW0Dgl5S+KTrUB4W2HV6Hx4xZKUv0jTrXEwvLjBKYgI=\n"
)
QUERIES = (
    'image shared "facial recognition" recogni*',
    "recogntion~ OR NEAR(image sent, 5) NOT (usb OR disc)",
    '(stick OR drive) AND "not encrypted"',
)
DATES = (
    *("2016-05-01", "2016-05/2018-03", "2016-05-03T10:00:00+01:00", "03/04/2016"),
    *("2016?", "201X", "../2018", "May 2016"),
)
HAND = """\
left,right,judgement,who,when,why
T-1,E-1,positive,POST-2,2019-10-04,seen
D-1,E-2,unsure,POST-2,2019,"far, or not"
"""


class Fuzzed(NamedTuple):
    """Tries by target, how many of them were refused with an error of ours, and the most memory of the process."""

    tries: dict[str, int]
    refused: int
    most_bytes: int


def fuzz(folder: Path, seconds: float, targets: tuple[str, ...] = ()) -> Fuzzed:
    """Try each target for so many seconds of this process's work, and at least twenty times."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    tries, refused = {}, 0
    for target in targets or tuple(TARGETS):
        ends, number = time.process_time() + seconds, 0
        while number < 20 or time.process_time() < ends:
            signal.setitimer(signal.ITIMER_PROF, HANGS_S)
            try:
                attempt(folder, target, number)
            except ToolkitError:
                refused += 1
            except BaseException as error:
                raise AssertionError(f"{target}, try {number}: {type(error).__name__}: {error}") from error
            number += 1
        tries[target] = number
    signal.setitimer(signal.ITIMER_PROF, 0)
    return Fuzzed(tries, refused, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def attempt(folder: Path, target: str, number: int) -> None:
    """Make one try; whatever is raised but an error of ours is a crash."""
    where, content = tried(target, number)
    TARGETS[target][1](folder, where, content)


def tried(target: str, number: int) -> tuple[str, bytes]:
    """Return the bytes of a try, and what file they are of."""
    chance = random.Random(f"{target} {number}")  # noqa: S311 - the same bytes each time
    files = TARGETS[target][0]()
    where, content = files[number % len(files)]
    return where, damaged(content, chance, [other for _, other in files])


def damaged(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Damage a file in one to eight places."""
    found = bytearray(content)
    for _ in range(1 + int(8 * chance.random() ** 3)):
        at = chance.randrange(len(found) + 1)
        to = min(len(found), at + int(len(found) ** chance.random()))
        kind = chance.randrange(8)
        if kind == 0 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and at < len(found):
            found[at] = chance.randrange(256)
        elif kind == 2:
            del found[at:to]
        elif kind == 3:
            found[at:at] = found[at:to] * chance.randrange(1, 4)
        elif kind == 4:
            del found[at:]
        elif kind == 5:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            found[at:to] = other[start : start + to - at]
        else:
            found[at : at + chance.choice((0, 0, 1, 4))] = chance.choice(WORDS)
    return bytes(found)


@cache
def _registers() -> list[tuple[str, bytes]]:
    """Registers of the sample, their first lines."""
    texts = [(f"raw/{name}", (SAMPLE / "raw" / name).read_bytes()) for name in REGISTERS]
    return [(name, b"".join(text.splitlines(keepends=True)[:40])) for name, text in texts]


@cache
def _rows() -> list[dict[str, str]]:
    [(_, text)] = _registers()[:1]
    return [row for row in csv.DictReader(io.StringIO(text.decode())) if None not in row][:12]


@cache
def _jsons() -> list[tuple[str, bytes]]:
    lines = "\n".join(json.dumps(row) for row in _rows())
    nested = json.dumps({"exported": "2019-10-04", "rows": [{**row, "by": {"post": "P"}, "n": 1e5} for row in _rows()]})
    return [("raw/share_log/a.json", nested.encode()), ("raw/share_log/a.jsonl", lines.encode())]


@cache
def _workbooks() -> list[tuple[str, bytes]]:
    rows = [tuple(_rows()[0]), *(tuple(row.values()) for row in _rows())]
    cells = {number: [cell.replace("&", "").replace("<", "") for cell in row] for number, row in enumerate(rows, 1)}
    odd = {1: [("", "1E5"), ('t="b"', "1"), ('t="e"', "#REF!")]}
    made = papers.workbook(("log", "", cells), ("other", "hidden", odd))
    return [("raw/share_log/a.xlsx", made)]


@cache
def _pdfs() -> list[tuple[str, bytes]]:
    plain = papers.pdf("Seven images were shared.\nBy e-mail.", "", "Page three.")
    attached = papers.pdf("See the log.", attached={"log.csv": _registers()[0][1][:600]})
    return [("raw/share_log/a.pdf", plain), ("raw/share_log/b.pdf", attached)]


def _mails() -> list[tuple[str, bytes]]:
    return [("raw/share_log/a.eml", MAIL.encode())]


def _dates() -> list[tuple[str, bytes]]:
    return [("date", date.encode()) for date in DATES]


@cache
def _written() -> list[tuple[str, bytes]]:
    """What the operator writes: settings, profiles, declarations, decisions, queries."""
    profiles = sorted((Path(querying.__file__).parent / "profiles").glob("*.toml"))
    settings = TEMPLATE.format(title='"A"', from_='"2016"', to='"2018"').encode()
    return [
        ("case.toml", (SAMPLE / "case.toml").read_bytes()),
        *(("query", query.encode()) for query in QUERIES),
        ("raw/sources.csv", (SAMPLE / "raw/sources.csv").read_bytes()),
        ("case.toml", settings),
        ("hand/links.csv", HAND.encode()),
        *((f"profiles/{path.name}", path.read_bytes()) for path in profiles[:3]),
    ]


@cache
def _kept() -> list[tuple[str, bytes]]:
    """What the tool itself keeps in custody/, which anybody may have written."""
    line = rb'{"at":"2026-01-05T09:30:00+00:00","event":"intent","n":0,"prev":"%s","step":"seal"}' % (b"0" * 64)
    opening = b'{"commitment":"%s","salt":"%s","value":"a reason"}\n' % (b"0" * 64, b"0" * 64)
    sealed = b"".join(b"%s  raw/%s/a.csv\n" % (b"0" * 64, kind) for kind in (b"custody", b"images", b"share_log"))
    return [
        (chain.LOG, line + b"\n"),
        (checkpoint.CHECKPOINT, NOTE.encode()),
        (manifest.MANIFEST, sealed),
        (commitments.OPENINGS, opening),
    ]


def _source(folder: Path, where: str, content: bytes) -> None:
    """A source is read: it never raises for what is wrong with the file."""
    for found in read_bytes(folder, content, where):
        assert found.problems.is_empty() or set(found.problems["code"]) <= CODES.keys(), found.problems
        rows_in = found.row["rows_in"][0]
        assert balances(found) if rows_in is not None and found.table != "passages" else True, found.row


def _date(_: Path, __: str, content: bytes) -> None:
    """A date is read alone and among others: the same, and its bounds in order."""
    text = content.decode("utf-8", "replace")
    one = interval(text)
    column = intervals(pl.Series([text, "2016"], dtype=pl.String)).row(0, named=True)
    assert (one.earliest, one.latest) == (column["earliest"], column["latest"]), text
    assert one.earliest is None or one.latest is None or one.earliest < one.latest, text


def _understood(folder: Path, where: str, content: bytes) -> None:
    """What the operator wrote is understood, or refused with an error of ours."""
    if where == "case.toml":
        (folder / where).write_bytes(content)
        read_settings(folder / where)
    elif where == "raw/sources.csv":
        read_declarations(content)
    elif where.startswith("profiles/"):
        read_profile(where, content.decode("utf-8", "replace"))
    elif where == "hand/links.csv":
        links.read_judgements(content.decode("utf-8", "replace"))
    else:
        _asked(content.decode("utf-8", "replace"))


def _asked(query: str) -> None:
    """A query is an expression that the full-text index answers, or is refused."""
    try:
        wanted = querying.expression(query, lambda word: querying.spellings(word, ["image", "recognition", "shared"]))
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(fulltext._SCHEMA)
            fulltext.Index(connection).find(wanted)
    except (querying.NotUnderstood, fulltext.BadQuery) as error:
        raise ToolkitError(str(error)) from error


def _custody(folder: Path, where: str, content: bytes) -> None:
    """What lies in custody/ is read, or is an IntegrityError."""
    (folder / "custody").mkdir(exist_ok=True)
    (folder / where).write_bytes(content)
    try:
        if where == chain.LOG:
            chain.load(folder / where)
        elif where == manifest.MANIFEST:
            manifest.parse(content)
        elif where == commitments.OPENINGS:
            commitments.opened(folder)
        else:
            checkpoint.parse(note.parse(content, where).text, where)
    finally:
        (folder / where).unlink()


Files = Callable[[], list[tuple[str, bytes]]]
TARGETS: dict[str, tuple[Files, Callable[[Path, str, bytes], None]]] = {
    "delimited": (_registers, _source),
    "json": (_jsons, _source),
    "workbook": (_workbooks, _source),
    "mail": (_mails, _source),
    "pdf": (_pdfs, _source),
    "dates": (_dates, _date),
    "operator": (_written, _understood),
    "custody": (_kept, _custody),
}


def described(found: Fuzzed) -> Iterator[str]:
    """Yield what was found, in parts of a sentence."""
    yield f"{sum(found.tries.values()):,} damaged files and texts of {len(found.tries)} kinds, 0 crashes, 0 hangs"
    yield f"{found.refused:,} refused with an error of ours, at most {found.most_bytes / 1e6:.0f} MB"
    yield ", ".join(f"{name} {count:,}" for name, count in found.tries.items())
