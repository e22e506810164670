"""
The two verifiers against each other: bags that are broken in every way of a list, and what both say of each.

A bag of a small case is edited, its log written anew around an edit where the edit is one of a line (as whoever writes
into an unsigned case can), and its own manifests made again. `verify` and `verify.py` must both accept it, or both
refuse it, and neither may break. A mutation may be harmless: then both accept it.
"""

import contextlib
import hashlib
import io
import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from doubles import Forgetful
from flips import reseal
from small import AT, KEY, WITNESS, arguments_of, bag_of, both_say, small_case, unsigned_line

from toolkit.custody import bag, bundle, chain, checkpoint, heads, mandate, manifest, merkle, note, standalone, write
from toolkit.custody.heads import Trust
from toolkit.custody.signing import signed

TRIES = 2_000
OTHER = note.PrivateKey("other", note.SIGNER, bytes(range(1, 33)))
FORGED = note.PrivateKey(KEY.name, note.SIGNER, bytes(32))
Line = dict[str, Any]
HEX = "0" * 64
ODD = [
    None,
    True,
    0,
    -1,
    5,
    2**53,
    "",
    "x",
    HEX,
    [],
    ["x"],
    [HEX],
    {},
    {"a": "b"},
    "\0",
    "é",
    "e\u0301",
    "../x",
    10**15,
]
PATHS = ["tables//n", "tables/./n", "tables/../n", "/etc/passwd", "etc/passwd", "../x", "tables/a\0b", "hand", "tables"]
PATHS += [
    "tables/ingest/problems.parquet",
    "case.toml",
    "raw/x",
    "custody/erasures/abc.json",
    "reports/x",
    "models/a.sql",
]


class Bag:
    """A bag that is about to be edited."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        """Edit the bag in this folder, by this chance."""
        self.root, self.data, self.chance = root, root / "data", chance
        self.sealed = True

    def files(self, folder: str = "data") -> list[Path]:
        """Return its files, in order."""
        return sorted(path for path in (self.root / folder).rglob("*") if path.is_file() and not path.is_symlink())

    def put(self, name: str, content: bytes = b"x") -> None:
        """Write a file below data/; one that stands in the way of a folder stays."""
        path = self.data / name
        with contextlib.suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def lines(self) -> list[Line]:
        """Return what the lines of the log say."""
        return [json.loads(line) for line in (self.data / chain.LOG).read_bytes().splitlines()]

    def rewrite(self, lines: list[Line], head: int = 0) -> None:
        """Write the log with these lines, each after the one before, its head, and the proofs that follow."""
        written: list[bytes] = []
        for n, line in enumerate(lines):
            prev = hashlib.sha256(written[-1]).hexdigest() if written else HEX
            whole = {**line, "n": n if isinstance(line.get("n", 0), int) else line["n"], "prev": prev}
            written.append(standalone.canonical(whole))
        self.put(chain.LOG, b"".join(line + b"\n" for line in written))
        size = len(written) - head
        root = merkle.root_of([merkle.leaf_hash(line) for line in written[:size]])
        said = checkpoint.Checkpoint(checkpoint.origin_of(written[0]), size, root) if written else None
        self.put(checkpoint.CHECKPOINT, note.Note(said.to_text()).to_bytes() if said else b"")
        with contextlib.suppress(Exception):  # statements of a log that is none: those that were there stay
            again = bag_of(self.data, self.root.with_name("again"))
            shutil.rmtree(self.data / "proofs")
            shutil.copytree(again / "data/proofs", self.data / "proofs")
        shutil.rmtree(self.root.with_name("again"), ignore_errors=True)

    def settle(self) -> None:
        """Let the last line say what case.toml and hand/ are now."""
        lines = self.lines()
        lines[-1]["case"] = hashlib.sha256((self.data / "case.toml").read_bytes()).hexdigest()
        self.rewrite(lines)

    def named(self, name: str, content: bytes) -> None:
        """Write an output, and let the log name it as it is."""
        self.put(name, content)
        lines = self.lines()
        for line in lines:
            if name in line.get("outputs", {}):
                line["outputs"][name] = hashlib.sha256(content).hexdigest()
        self.rewrite(lines)


def _any_line(made: Bag) -> tuple[list[Line], Line]:
    lines = made.lines()
    return lines, made.chance.choice(lines)


def odd_value(made: Bag) -> None:
    """A key of a line holds something else."""
    lines, line = _any_line(made)
    line[made.chance.choice([*sorted(line), *sorted(standalone.SHAPES)])] = made.chance.choice(ODD)
    made.rewrite(lines)


def odd_path(made: Bag) -> None:
    """A line names an output at another path."""
    lines, line = _any_line(made)
    line.setdefault("outputs", {})[made.chance.choice(PATHS)] = HEX
    made.rewrite(lines)


def odd_path_that_is_there(made: Bag) -> None:
    """A line names an output where none may stand, and the file is there, as named."""
    name = made.chance.choice(PATHS)
    made.put(name, b"x")
    lines, line = _any_line(made)
    line.setdefault("outputs", {})[name] = hashlib.sha256(b"x").hexdigest()
    made.rewrite(lines)


def key_gone(made: Bag) -> None:
    """A line lacks a key."""
    lines, line = _any_line(made)
    line.pop(made.chance.choice(sorted(line)))
    made.rewrite(lines)


def other_event(made: Bag) -> None:
    """A line is of another event."""
    lines, line = _any_line(made)
    line["event"] = made.chance.choice([*standalone.NEEDED, "guess"])
    made.rewrite(lines)


def other_step(made: Bag) -> None:
    """A line is of another step."""
    lines, line = _any_line(made)
    line["step"] = made.chance.choice(["erase", "report", "seal", "ingest", "x"])
    made.rewrite(lines)


def lines_moved(made: Bag) -> None:
    """A line is gone, doubled, or behind another."""
    lines, line = _any_line(made)
    at = lines.index(line)
    how = made.chance.randrange(3)
    moved = [*lines[:at], *lines[at + 1 :]] if how == 0 else [*lines[:at], dict(line), *lines[at:]]
    if how == 2:
        made.chance.shuffle(moved)
    made.rewrite(moved)


def head_behind(made: Bag) -> None:
    """The checkpoint covers fewer lines."""
    made.rewrite(made.lines(), head=made.chance.randrange(1, 4))


def line_added(made: Bag) -> None:
    """A line of any event stands at the end, with what its grammar asks for, or not."""
    line = {"event": made.chance.choice(list(standalone.NEEDED)), "at": AT, "n": 0}
    whole = {
        "step": made.chance.choice(["erase", "x"]), "unit": "x", "lines": 0, "bytes": 1, "sha256": HEX, "why": "why",
        "certificate": "custody/erasures/0001.json", "outputs": {}, "rows": {}, "files": [], "torn": "custody/torn/1",
        "signers": [str(KEY.public)], "order": [HEX], "signed": "office x",
    }  # fmt: skip
    made.rewrite([*made.lines(), line | {key: value for key, value in whole.items() if made.chance.random() < 0.7}])


def erase_begun(made: Bag) -> None:
    """An erasure was begun and is not finished; or its order is no list of commitments."""
    order = made.chance.choice([[HEX], [], 5, "x", None, {}])
    made.rewrite([*made.lines(), {"event": "intent", "step": "erase", "order": order, "at": AT}])


def deep_json(made: Bag) -> None:
    """A value is nested, up to 900 times."""
    lines, line = _any_line(made)
    value: Any = []
    for _ in range(made.chance.choice([10, 28, 29, 30, 31, 32, 60])):
        value = [value]
    line["flags"] = {"x": value}
    made.rewrite(lines)
    if made.chance.random() < 0.3:
        deep = b'{"at":' + b"[" * 900 + b"]" * 900 + b"}\n"
        made.put(chain.LOG, (made.data / chain.LOG).read_bytes() + deep)


def temp_left(made: Bag) -> None:
    """A killed process left a file half written."""
    made.put(
        made.chance.choice(["tables", "reports/x", "custody", "hand", "proofs", "models"]) + "/.tmp-0123456789abcdef"
    )


def proof_added(made: Bag) -> None:
    """There is one file more among the proofs."""
    made.put(
        f"proofs/{made.chance.choice(['1.tlog-proof', '01.tlog-proof', '٣.tlog-proof', '+1.tlog-proof', 'x', 'a/b'])}"
    )


def proof_edited(made: Bag) -> None:
    """A proof says its number in another way."""
    path = made.chance.choice(made.files("data/proofs"))
    content = path.read_bytes()
    was, now = made.chance.choice([(b"index ", b"index 0"), (b"index ", b"index +"), (b"=\n", b"\n"), (b"@v1", b"@v2")])
    path.write_bytes(content.replace(was, now, 1))


def statements_edited(made: Bag) -> None:
    """The statements are in another order, not canonical, emptied, or edited."""
    path = made.data / bundle.STATEMENTS
    lines = path.read_bytes().splitlines(keepends=True)
    how = made.chance.randrange(5)
    if how == 0:
        made.chance.shuffle(lines)
    elif how == 1:
        lines[0] = lines[0].replace(b'":', b'": ', 1)
    elif how == 2:
        lines[0] = b'{"sources":{}}\n'
    elif how == 3:
        said = json.loads(lines[0])
        said["sources"] = {}
        lines[0] = standalone.canonical(said) + b"\n"
    else:
        lines.append(b"\n")
    path.write_bytes(b"".join(lines))


def folder_for_file(made: Bag) -> None:
    """A folder stands where a file may, or a file in it where none may."""
    made.put(made.chance.choice(["custody/witnessed/s/a.note", "custody/witnessed/a.note/b", "custody/torn/a/b"]))


def certificate_named_oddly(made: Bag) -> None:
    """A certificate of erasure has a name that is none, or that the log does not know."""
    name = made.chance.choice(["abc", "1", "0001", "00001", "\u0660\u0660\u0660\u0661", "0001x"])
    made.put(f"custody/erasures/{name}.json", b"{}")
    if made.chance.random() < 0.5:
        digest = hashlib.sha256(b"{}").hexdigest()
        of = f"sha256 of custody/erasures/{name}.json: {digest}\n"
        made.put(f"custody/erasures/{name}.txt", note.Note(of).to_bytes())
        text = hashlib.sha256((made.data / f"custody/erasures/{name}.txt").read_bytes()).hexdigest()
        outputs = {f"custody/erasures/{name}.json": digest, f"custody/erasures/{name}.txt": text}
        said = {"certificate": f"custody/erasures/{name}.json", "rows": {}, "outputs": outputs}
        made.rewrite([*made.lines(), {"event": "erased", "step": "erase", "at": AT, **said}])


def hand_a_file(made: Bag) -> None:
    """What people decided is a file, not a folder."""
    shutil.rmtree(made.data / "hand", ignore_errors=True)
    made.put("hand", b"")
    lines = made.lines()
    for line in lines:
        if "hand" in line:
            line["hand"] = hashlib.sha256(b"").hexdigest()
    made.rewrite(lines)


def settings_odd(made: Bag) -> None:
    """case.toml is no TOML, no UTF-8, lists signers, or states a mandate."""
    text = (made.data / "case.toml").read_bytes()
    odd = [
        b"signers = 5\n",
        b'signers = ["x"]\n',
        b"signers = []\n",
        b"= \n",
        b"\xff",
        b"a = " + b"[" * 900 + b"]" * 900 + b"\n",
    ]
    odd += [
        f'signers = ["{KEY.public}"]\n'.encode(),
        b"\xef\xbb\xbf",
        b"[mandate]\na = 1\n",
        b"a = 1979-05-27\r\n",
        b"#\r",
    ]
    made.put("case.toml", made.chance.choice(odd) + text)
    made.settle()


def signature_of_nothing(made: Bag) -> None:
    """A signature of a mandate stands there, of a mandate or of none."""
    if made.chance.random() < 0.5:
        made.put("case.toml", (made.data / "case.toml").read_bytes() + b"[mandate]\nthreshold = 0.5\n")
        made.settle()
    text = "toolkit mandate\n" + HEX + "\n"
    with contextlib.suppress(Exception):
        text = mandate.text_of((made.data / "case.toml").read_text())
    made.put(mandate.MANDATE_NOTE, made.chance.choice([b"x", note.Note(text, (KEY.sign(text),)).to_bytes()]))


def manifest_odd(made: Bag) -> None:
    """The manifest names a path that no source has, and the log has the manifest as it is."""
    path = made.chance.choice(
        [
            b"etc/passwd",
            b"../x",
            b"raw/a\0b",
            b"/a//b",
            b"/",
            b"raw",
            b"raw/../x",
            b"raw//a",
            b"/etc/passwd",
            b"raw/\xff",
            b"raw/ok",
        ]
    )
    lines = [
        *(made.data / manifest.MANIFEST).read_bytes().splitlines(keepends=True),
        HEX.encode() + b"  " + path + b"\n",
    ]
    content = b"".join(sorted(lines, key=lambda line: line.lstrip(b"\\")[66:]))
    made.named(manifest.MANIFEST, made.chance.choice([content, content[:-1], content + b"\n", content.upper(), b""]))


def excerpt(made: Bag) -> None:
    """A source lies in the bag, as it was sealed, or forged."""
    name, content = made.chance.choice([("raw/share_log/2017.csv", b"date,ref\n2017-05-01,a\n"), ("raw/x", b"x")])
    made.put(name, made.chance.choice([content, b"forged"]))


def readers(made: Bag) -> None:
    """The record of who read stands there, as the log has it, or not."""
    content = b'{"at":"x"}\n'
    made.put("custody/access.jsonl", made.chance.choice([content, b""]))
    if made.chance.random() < 0.7:
        said = {"lines": 1, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        made.rewrite([*made.lines(), {"event": "access", "at": AT, **said}])


def models(made: Bag) -> None:
    """A rule was added, edited, taken away, or named by a line."""
    how = made.chance.randrange(4)
    name = made.chance.choice(["models/rules/R99.sql", "models/macros.sql", "models/x", "models/rules/R99.SQL"])
    if how < 2:
        made.put(name, b"select 1")
    if how == 0:
        (made.data / "models/macros.sql").unlink(missing_ok=True)
    if how > 1:
        lines, line = _any_line(made)
        line["models"] = {name: hashlib.sha256(b"select 1").hexdigest()}
        made.rewrite(lines)


def file_added(made: Bag) -> None:
    """A file lies anywhere below data/."""
    folder = made.chance.choice(["", "hand/", "reports/", "tables/", "custody/", "models/", "evil/", "cache/"])
    made.put(folder + made.chance.choice(["evil.html", "a b", "\udcff", "lock", "openings.jsonl", "é", "\n"]))


def bit(made: Bag) -> None:
    """A bit of a file is another."""
    path = made.chance.choice([path for path in made.files() if path.stat().st_size])
    content = bytearray(path.read_bytes())
    at = made.chance.randrange(8 * len(content))
    content[at // 8] ^= 1 << at % 8
    path.write_bytes(content)


def bytes_changed(made: Bag) -> None:
    """Bytes of a file are gone, or there are more."""
    path = made.chance.choice([path for path in made.files() if path.stat().st_size])
    content = path.read_bytes()
    at = made.chance.randrange(len(content))
    path.write_bytes(made.chance.choice([content[:at], content[:at] + b"\r" + content[at:], content + b"\n", b""]))


def file_gone(made: Bag) -> None:
    """A file is missing."""
    made.chance.choice(made.files()).unlink()


def table_odd(made: Bag) -> None:
    """A report's table is no table of ours, and the log has it as it is."""
    name = "reports/beae4b312e4a/tables/verdicts.csv"
    odd = [
        b"",
        b"\n",
        b"rule\n\xff\n",
        b"evidence\n5\n",
        b"evidence\n[]\n",
        b'evidence\n"[{}]"\n',
        b"a\0b\n1\n",
        b'"open\n',
    ]
    odd += [
        b"evidence,evidence\n[],5\n",
        b"evidence\n" + b"[" * 5000 + b"\n",
        b"rule,evidence\nR1\n",
        b"a\n" + b"x" * 200_000 + b"\n",
        b"a\rb\r",
    ]
    made.named(name, made.chance.choice(odd))


def stands_deeper(made: Bag) -> None:
    """A table lies in a folder more, or has another ending, and the log names it."""
    name = made.chance.choice(
        ["reports/a/b/tables/x.csv", "reports/a/tables/b/x.csv", "reports/tables/x.csv", "reports/a/tables/x.CSV"]
    )
    made.put(name, b"a\n1\n")
    lines = made.lines()
    lines.append(
        {"event": "outcome", "step": "report", "at": AT, "outputs": {name: hashlib.sha256(b"a\n1\n").hexdigest()}}
    )
    made.rewrite(lines)


def forgotten(made: Bag) -> None:
    """Tombstones, of descriptors or of something else, of what is there or was."""
    path = made.chance.choice(["tables/index/descriptors/a.parquet", "tables/ingest/problems.parquet"])
    stone = {"path": path, "sha256": hashlib.sha256(b"").hexdigest(), "rows": 1}
    if made.chance.random() < 0.2:
        stone["rows"] = "1"
    wrote = {"event": "unit", "step": "index", "unit": "a", "at": AT, "outputs": {path: stone["sha256"]}}
    gone = {"event": "forgotten", "step": "forget", "files": [stone], "why": "done", "at": AT}
    made.rewrite([*made.lines(), *([wrote] if made.chance.random() < 0.7 else []), gone])
    if made.chance.random() < 0.5:
        made.put(path, b"")


def witnessed(made: Bag) -> None:
    """A cosigned head lies there: of this log, of another, cut, or by nobody."""
    head = (made.data / checkpoint.CHECKPOINT).read_bytes()
    found = note.parse(head, "head")
    cosigned = note.Note(found.text, (WITNESS.sign(found.text, 1_700_000_000),)).to_bytes()
    forged = note.Note(found.text + "more\n", (WITNESS.sign(found.text, 1),)).to_bytes()
    made.put(
        f"{heads.WITNESSED}/{made.chance.choice(['1.note', 'x.txt'])}",
        made.chance.choice([head, cosigned, forged, b""]),
    )


def head_odd(made: Bag) -> None:
    """The checkpoint is written in another way."""
    content = (made.data / checkpoint.CHECKPOINT).read_bytes()
    was, now = made.chance.choice(
        [(b"\n8\n", b"\n08\n"), (b"\n8\n", b"\n8 \n"), (b"=\n", b"\n"), (b"\n\n", b"\n"), (b"\n", b"\r\n")]
    )
    made.put(checkpoint.CHECKPOINT, content.replace(was, now))


def alike(made: Bag) -> None:
    """Two names, or folders, differ by case or Unicode form only."""
    one, two = made.chance.choice(
        [("hand/é", "hand/e\u0301"), ("hand/A", "hand/a"), ("hand/A/x", "hand/a/y"), ("hand/ß", "hand/SS")]
    )
    made.put(one)
    made.put(two)
    lines = made.lines()
    lines[-1]["hand"] = hashlib.sha256(b"").hexdigest()
    made.rewrite(lines)


def no_file(made: Bag) -> None:
    """A link or a pipe stands where a file stood."""
    path = made.chance.choice(made.files(made.chance.choice(["data", "."])))
    path.unlink()
    path.symlink_to("/etc/hostname") if made.chance.random() < 0.5 else os.mkfifo(path)
    made.sealed = False


def tag_added(made: Bag) -> None:
    """A file lies beside data/ that no bundle has."""
    (made.root / made.chance.choice(["evil.html", "readme.txt", "fetch.txt", "x"])).write_bytes(b"")


def bag_odd(made: Bag) -> None:
    """A manifest of the bag is written in another way, and the one above it says so."""
    reseal(made.root)
    path = made.root / made.chance.choice([bag.PAYLOAD, bag.TAGS, "bagit.txt"])
    content = path.read_bytes()
    odd = [
        content + b"\n",
        content[:-1],
        content.replace(b"\n", b"\r\n"),
        content.upper(),
        content.replace(b"  ", b" *"),
        b"",
    ]
    odd += [content.replace(b"data/", b"data//", 1), content.replace(b"data/", b"./data/", 1), content + content]
    path.write_bytes(made.chance.choice(odd))
    made.sealed = False


def signed_by_nobody(made: Bag) -> None:
    """A line says that it is signed, or names signers, in a log that nobody signs."""
    lines, line = _any_line(made)
    line[made.chance.choice(["signed", "signers", "lost"])] = made.chance.choice(
        ["office x", [str(KEY.public)], True, [], 5]
    )
    made.rewrite(lines)


KINDS: tuple[Callable[[Bag], None], ...] = (
    odd_value, odd_path, odd_path_that_is_there, key_gone, other_event, other_step, lines_moved, head_behind,
    line_added, erase_begun, deep_json, temp_left, proof_added, proof_edited, statements_edited, folder_for_file,
    certificate_named_oddly, hand_a_file, settings_odd, signature_of_nothing, manifest_odd, excerpt, readers, models,
    file_added, bit, bytes_changed, file_gone, table_odd, stands_deeper, forgotten, witnessed, head_odd, alike, no_file,
    tag_added, bag_odd, signed_by_nobody,
)  # fmt: skip


def disagreements(folder: Path, tries: int = TRIES) -> tuple[Counter[str], Counter[str], list[str]]:
    """Return how many mutations of each kind were tried, how many both accepted, and where the two disagree."""
    write.disk = Forgetful()  # type: ignore[no-untyped-call]
    bags = [(bag_of(small_case(folder / "plain/case"), folder / "plain/bag"), Trust())]
    signed = small_case(folder / "signed/case", key=KEY)
    bags.append((bag_of(signed, folder / "signed/bag"), Trust([str(KEY.public)], [str(WITNESS.public)])))
    tried: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    wrong = []
    for number in range(tries):
        kind = KINDS[number % len(KINDS)]
        whole, trust = bags[number // len(KINDS) % 4 == 3]
        copy = folder / "copy"
        shutil.copytree(whole, copy)
        made = Bag(copy, random.Random(number))  # noqa: S311 - the same edits each time
        kind(made)
        if made.sealed:
            with contextlib.suppress(Exception):  # a name that no manifest can say: the bag's own stay as they were
                reseal(copy)
        said = _both(copy, trust)
        tried[kind.__name__] += 1
        accepted[kind.__name__] += said == (True, 0)
        if said not in ((True, 0), (False, 4)):
            wrong.append(f"{number} {kind.__name__}: {said}")
        shutil.rmtree(copy)
    return tried, accepted, wrong


def appended(folder: Path, fewer: int = 1) -> tuple[int, int]:
    """Return how many lines of every kind, signed by every wrong hand, were appended to a signed log, and refused."""
    write.disk = Forgetful()  # type: ignore[no-untyped-call]
    root, trust = small_case(folder / "case", key=KEY), Trust([str(KEY.public)], [str(WITNESS.public)])
    report = "reports/beae4b312e4a/report.html"
    write.write_text(root / report, "edited")
    log, tried, refused = (root / chain.LOG).read_bytes(), 0, 0
    claim = {"outputs": {report: hashlib.sha256(b"edited").hexdigest()}, "step": "report", "unit": "x", "rows": {}}
    rest = {"lines": 0, "bytes": 0, "sha256": HEX, "files": [], "why": "x", "torn": "custody/torn/1"}
    more = {"certificate": "custody/erasures/0001.json", "signers": [str(OTHER.public)], "ahead": [0]}
    hands: list[Callable[[Line], Line]] = [dict, lambda line: signed(line, OTHER), lambda line: signed(line, FORGED)]
    hands.append(lambda line: {**line, "signed": signed({**line, "n": 0}, KEY)["signed"]})
    for number, (event, hand) in enumerate((event, hand) for event in standalone.NEEDED for hand in hands):
        if number % fewer:
            continue
        keys = {**claim, **rest, **more}
        unsigned_line(root, {"event": event, **{key: keys[key] for key in (*standalone.NEEDED[event], *claim)}}, hand)
        copy = folder / str(number)
        ours, theirs = both_say(root, copy, trust)
        tried, refused = tried + 1, refused + (ours is False and theirs == 4)
        (root / chain.LOG).write_bytes(log)
        shutil.rmtree(copy)
    return tried, refused


def _both(copy: Path, trust: Trust) -> tuple[object, object]:
    with contextlib.redirect_stdout(io.StringIO()) as told:
        try:
            theirs: object = standalone.main([str(copy), *arguments_of(trust)])
        except Exception as error:  # noqa: BLE001 - that it breaks is what is looked for
            theirs = repr(error)
    try:
        ours: object = bundle.verify_bundle(copy, trust).ok
    except Exception as error:  # noqa: BLE001
        ours = repr(error)
    if (ours, theirs) not in ((True, 0), (False, 4)):
        ours = (
            (ours, told.getvalue()[:300], [str(each) for each in bundle.verify_bundle(copy, trust).failures][:3])
            if isinstance(ours, bool)
            else ours
        )
    return ours, theirs
