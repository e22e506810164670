"""
Check a bundle of `toolkit` without `toolkit`: one file, Python 3.11 or newer, standard library only.

    python3 verify.py BUNDLE [--trust KEY]... [--witness KEY]... [--head FILE]...

Signatures are checked with the `cryptography` package or the `openssl` program. Keys and heads must come from
outside the bundle. Exit code 0: everything is what was recorded; 4: something is not; 2: usage.
"""

# ruff: noqa: ANN001, ANN201, ANN202, PLR2004, PTH114, PTH118, S603
# mypy: ignore-errors
import argparse
import base64
import csv
import datetime as dt
import hashlib
import importlib
import io
import itertools
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
from pathlib import Path

HEX = re.compile(r"[0-9a-f]{64}")

# The grammar of a case and of a bag, as tables; `toolkit` reads these very tables, and its page custody/grammar.py
# says what they mean. A file that stands nowhere here is refused; whoever lets a new kind of file in adds a line.
PLACES = (  # path below data/, and what vouches for it
    (r"case\.toml", "case"),  # lines of the log: key `case`
    (r"hand/.+", "hand"),  # lines of the log: key `hand`, over the folder
    (r"custody/(log\.jsonl|checkpoint)", "log"),
    (r"custody/manifest\.sha256", "outputs"),  # lines of the log: key `outputs`
    (r"custody/mandate\.sig", "signature"),  # a signer of the case
    (r"custody/witnessed/[^/]+\.note", "head"),  # the log grew from it
    (r"custody/torn/[^/]+", "torn"),  # lines `recovered_tail`
    (r"custody/access\.jsonl", "access"),  # the last line `access`
    (r"custody/erasures/[0-9]{4,}\.(json|txt)", "outputs"),
    (r"(tables|reports)/.+", "outputs"),
    (r"models/.+\.sql", "models"),  # the last outcome with a key `models`
    (r"raw/.+", "manifest"),  # an excerpt: as it was sealed
    (r"proofs/(statements\.jsonl|(0|[1-9][0-9]{0,15})\.tlog-proof)", "statements"),  # made again, it must be the same
)
TAGS = ("README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "verify.py")
STATED = r"reports/[^/]+/tables/[^/]+\.csv"  # each row but the first is a statement
DEPTH = 32  # of JSON and of case.toml
SHAPES = {  # what a key of a line holds, where the line has it
    **dict.fromkeys(("prev", "case", "hand", "inputs", "code", "networks", "sha256"), "hex"),
    **dict.fromkeys(("at", "event", "step", "tool", "unit", "signed", "by"), "text"),
    **dict.fromkeys(("bytes", "lines", "n"), "count"),
    **dict.fromkeys(("outputs", "models"), "hex by path") | dict.fromkeys(("torn", "certificate"), "path"),
    **dict.fromkeys(("files", "forgets"), "stone list") | dict.fromkeys(("order", "reason"), "hex list"),
    "rows": "count by path",
    "ahead": "count list",
    "signers": "text list",
    "found": "object",
}
STONE = {"path": "path", "sha256": "hex", "rows": "count"}  # what the log has of a file that was forgotten
NEEDED = {  # event: keys that its line must have
    **dict.fromkeys(("intent", "outcome", "refusal"), ("step",)),
    "unit": ("step", "unit"),
    "access": ("lines", "bytes", "sha256"),
    "erased": ("certificate", "outputs", "rows"),
    "forgotten": ("files", "why"),
    "recovered_tail": ("torn", "sha256", "bytes"),
    "signers": ("signers",),
    "clock": ("ahead",),
}


class Fault(Exception):  # noqa: N818
    """Something that is not what was recorded."""


def need(ok, what):
    """Raise a fault unless *ok*."""
    if not ok:
        raise Fault(what)


def read(root, name):
    """Return the bytes of a regular file below the root; links are not followed anywhere."""
    path = root
    need(normal(name), f"{name!r} is no path below the bundle")
    for part in name.split("/"):
        path = path / part
        need(not path.is_symlink(), f"{name!r} is a link")
    need(path.exists(), f"{name!r} is missing")
    need(stat.S_ISREG(path.lstat().st_mode), f"{name!r} is not a regular file")
    return path.read_bytes()


def below(root, folder=""):
    """Return the path of all that is not a folder below a folder, sorted bytewise."""

    def unreadable(error):
        raise Fault(f"{error.filename!r} cannot be listed: {error.strerror}")

    found = []
    for at, folders, names in os.walk(root / folder, onerror=unreadable if os.path.lexists(root / folder) else None):
        links = [name for name in folders if os.path.islink(os.path.join(at, name))]
        found += [os.path.relpath(os.path.join(at, name), root / folder) for name in [*names, *links]]
    return sorted(found, key=os.fsencode)


def normal(path):
    """Whether a text is a path below a folder: relative, normalised, Unicode, without NUL."""
    if not isinstance(path, str) or re.search("[\0\ud800-\udfff]", path):
        return False
    return not {"", ".", ".."} & set(path.split("/"))


def place_of(path):
    """Return what vouches for a file at this path below data/, or nothing where none may stand."""
    return next((by for pattern, by in PLACES if normal(path) and re.fullmatch(pattern, path, re.DOTALL)), None)


def is_shape(value, shape):
    """Whether the value of a key has its shape (SHAPES)."""
    part, _, many = shape.partition(" ")
    if many == "list":
        return isinstance(value, list) and all(is_shape(each, part) for each in value)
    if many == "by path":
        return isinstance(value, dict) and all(is_shape(k, "path") and is_shape(v, part) for k, v in value.items())
    if shape == "stone":
        return (
            is_shape(value, "object") and set(value) == set(STONE) and all(is_shape(value[k], STONE[k]) for k in STONE)
        )
    if shape == "path":
        return place_of(value) is not None
    if shape == "count":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, dict if shape == "object" else str) and (shape != "hex" or bool(HEX.fullmatch(value)))


def check_line(entry, place):
    """Check that a line of the log is one, by its event."""
    need(isinstance(entry, dict) and entry.get("event") in tuple(NEEDED), f"{place} is no object with an event")
    needed = {"n", "prev", "at", *NEEDED[entry["event"]]} | ({"why"} if "forgets" in entry else set())
    needed |= {"order"} if (entry["event"], entry.get("step")) == ("intent", "erase") else set()
    need(needed <= set(entry), f"{place} lacks {sorted(needed - set(entry))}")
    for key in entry:
        need(key not in SHAPES or is_shape(entry[key], SHAPES[key]), f"{place}: {key} is no {SHAPES.get(key)}")
    stones = "files" in entry or "forgets" in entry
    need(not stones or isinstance(entry.get("why"), str), f"{place}: why is no text")


def sha256(content):
    """Return a digest in hex."""
    return hashlib.sha256(content).hexdigest()


def checksum_line(digest, path):
    """Return the line of `sha256sum`."""
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return os.fsencode(("\\" if escaped != path else "") + f"{digest}  {escaped}\n")


def canonical(value):
    """Return canonical JSON (RFC 8785) as bytes; what TOML has beyond JSON, floats and dates, becomes text."""

    def text(value):
        if isinstance(value, dict):
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return "{" + ",".join(f"{text(key)}:{text(value[key])}" for key in keys) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(text, value)) + "]"
        if isinstance(value, float | dt.date | dt.time):
            value = repr(value) if isinstance(value, float) else value.isoformat()
        return json.dumps(value, ensure_ascii=False)

    return text(value).encode()


def parse(line):
    """Return the value of a line of canonical JSON."""

    def pairs(found):
        need(len(dict(found)) == len(found), "a key stands twice")
        return dict(found)

    def number(found):
        return need(len(found) < 18 and abs(int(found)) < 2**53, "an integer beyond 2^53") or int(found)

    def no_float(found):
        raise Fault(f"a float: {found}")

    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", line)
    steps = (1 if char in b"[{" else -1 for char in re.findall(rb"[\[\]{}]", bare))
    need(max(itertools.accumulate(steps), default=0) <= DEPTH, f"JSON deeper than {DEPTH}")
    hooks = {"object_pairs_hook": pairs, "parse_float": no_float, "parse_constant": no_float, "parse_int": number}
    value = json.loads(line.decode(), **hooks)
    need(canonical(value) == line, "not canonical JSON")
    return value


def leaf_hash(line):
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\0" + line).digest()


def root_of(leaves):
    """Return the root over hashes of leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def included(leaf, index, size, path, root):
    """Whether a leaf is in the tree: the path is followed from the root's side down, and must be used up."""
    need(0 <= index < size and all(len(each) == 32 for each in path), "the proof cannot be one")

    def climb(index, size, path):
        if size == 1:
            need(not path, "the proof is too long")
            return leaf
        need(path, "the proof is too short")
        split, *rest = 1 << (size - 1).bit_length() - 1, *path[:-1]
        if index < split:
            return hashlib.sha256(b"\1" + climb(index, split, rest) + path[-1]).digest()
        return hashlib.sha256(b"\1" + path[-1] + climb(index - split, size - split, rest)).digest()

    return climb(index, size, path) == root


def public_key(text):
    """Return (name, id, kind, key) of a public key's line."""
    name, key_id, encoded = (*text.strip().split("+", 2), "", "")[:3]
    key = base64.b64decode(encoded, validate=True)
    found = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if len(key) != 33 or key[0] not in (1, 4) or found.hex() != key_id:
        raise ValueError(f"not a public key: {text!r}")
    return name, found, key[0], key[1:]


def key_line(key):
    """Return the line of a public key."""
    return f"{key[0]}+{key[1].hex()}+{base64.b64encode(bytes([key[2]]) + key[3]).decode()}"


def note(content):
    """Return the text of a note and its signatures: (name, id, made)."""
    whole = content.decode()
    text, found, tail = whole.rpartition("\n\n")
    *lines, rest = tail.split("\n")
    bad = re.search(r"[\x00-\x09\x0b-\x1f\x7f]", whole)
    need(found and not rest and len(lines) <= 100 and not bad, "not a signed note")
    signatures = []
    for line in lines:
        parts = re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        need(parts and len(parts[2]) % 4 == 0, "a signature is none")
        made = base64.b64decode(parts[2])
        need(len(made) > 4 and base64.b64encode(made).decode() == parts[2], "a signature is none")
        signatures.append((parts[1], made[:4], made[4:]))
    return text + "\n", signatures


def signers(content, keys):
    """Return the names of those of *keys* that signed a note; a signature of theirs that does not hold is a fault."""
    text, signatures = note(content)
    found = []
    for name, key_id, kind, key in keys:
        stamp = 8 if kind == 4 else 0
        for made in [made for by, made_id, made in signatures if (by, made_id) == (name, key_id)]:
            head = f"cosignature/v1\ntime {int.from_bytes(made[:stamp], 'big')}\n" if stamp else ""
            whole = len(made) == stamp + 64 and (head + text).encode()
            need(whole and holds(key, whole, made[stamp:]), f"the signature of {name} does not hold")
            found.append(name)
    return found


def holds(key, message, made):
    """Whether an Ed25519 signature holds, by the `cryptography` package, or the `openssl` program (3.0 or newer)."""
    try:
        ed25519 = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    except ImportError:
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, name) for name in ("key.der", "message", "signature")]
            der = bytes.fromhex("302a300506032b6570032100") + key  # RFC 8410
            for name, content in zip(names, (der, message, made), strict=True):
                Path(name).write_bytes(content)
            asked = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
            asked += ["-inkey", names[0], "-in", names[1], "-sigfile", names[2]]
            return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(made, message)
    except importlib.import_module("cryptography.exceptions").InvalidSignature:
        return False
    return True


def head_of(content):
    """Return (origin, size, root) of a checkpoint."""
    parts = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n", note(content)[0])
    root = base64.b64decode(parts[3]) if parts else b""
    need(parts and base64.b64encode(root).decode() == parts[3], "not a checkpoint")
    return parts[1], int(parts[2]), root


def check_bag(root):
    """Check the bag (RFC 8493): each file is in a manifest, with its digest, and nothing else is there."""
    need(read(root, "bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "not a bag")
    listed = {}
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        *lines, rest = read(root, manifest).decode().split("\n")
        names = need(not rest, f"{manifest} does not end in a newline") or []
        for line in lines:
            need(HEX.fullmatch(line[:64]) and line[64:66] == "  " and "\r" not in line, f"{manifest}: {line[:80]!r}")
            name = line[66:].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
            written = name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
            need(written == line[66:], f"{manifest}: {name!r} is not encoded as RFC 8493 has it")
            need(name.startswith("data/") is (manifest == "manifest-sha256.txt"), f"{manifest}: {name!r}")
            names.append(name)
            listed[name] = line[:64]
        need(names == sorted(set(names), key=os.fsencode), f"{manifest}: out of order, or a file stands twice")
    there = set(below(root)) - {"tagmanifest-sha256.txt"}
    stray = {name for name in there if not name.startswith("data/")} - set(TAGS)
    need(not stray, f"no files of a bundle: {sorted(stray)[:5]}")
    alike = {}
    for name in there:
        for end in [at for at, char in enumerate(name) if char == "/"] + [len(name)]:
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name[:end]).casefold())
            same = alike.setdefault(folded, name[:end]) == name[:end]
            need(same, f"{name!r} and {alike[folded]!r} differ by case or Unicode form only")
    need(there == set(listed), f"missing or in no manifest: {sorted(there ^ set(listed))[:5]}")
    for name, digest in listed.items():
        need(sha256(read(root, name)) == digest, f"{name!r} is not what the bag's manifest has")
    return len(listed)


def check_log(data):
    """Check the log, and return its lines, what they say, and who signs: (keys, place of line, by, keys, lost)."""
    *lines, torn = read(data, "custody/log.jsonl").split(b"\n")
    need(lines and not torn, "the log is empty, or ends in bytes that are no line")
    head = read(data, "custody/checkpoint")
    origin, size, root = head_of(head)
    entries, prev, keys, changes = [], "0" * 64, [], []
    for number, line in enumerate(lines):
        entry, place = parse(line), f"line {number + 1} of the log"
        check_line(entry, place)
        need(entry["prev"] == prev and entry["n"] == number, f"{place} does not follow the one before")
        keys = check_signed(entry, place, keys, changes)
        prev = sha256(line)
        entries.append(entry)
    need(0 < size <= len(lines), f"the checkpoint names {size} lines, the log has {len(lines)}")
    need(root_of([leaf_hash(line) for line in lines[:size]]) == root, "the log is not what the checkpoint commits to")
    need(origin == "toolkit/case/" + leaf_hash(lines[0]).hex()[:32], "the checkpoint is of another log")
    need(
        keys or all(entry["event"] == "unit" for entry in entries[size:-1]), "lines beyond the checkpoint had their own"
    )
    may = head_keys(changes, size)
    need(not may or signers(head, may), "the checkpoint is not signed by a signer of the case")
    return lines, entries, keys, changes


def check_signed(entry, place, keys, changes):
    """Check that a line is signed by a key in force, where there is any; return the keys in force after it."""
    if entry["event"] != "signers":
        need(keys or not {"signed", "signers"} & set(entry), f"{place}: is signed, and nobody says who signs")
        if keys:
            signer_of(entry, place, keys)
            named = entry["event"] != "outcome" or entry.get("signers") == [key_line(key) for key in keys]
            need(named, f"{place}: names other signers than those in force")
        return keys
    new, lost = [public_key(text) for text in entry["signers"]], entry.get("lost", False)
    as_written = [key_line(key) for key in new] == entry["signers"] and 0 < len(set(new)) == len(new)
    need(as_written and all(key[2] == 1 for key in new), f"{place}: not a list of signers' keys")
    need(isinstance(lost, bool) and (keys or not lost), f"{place}: `lost`, where no keys were in force")
    changes.append((entry["n"], signer_of(entry, place, keys if keys and not lost else new), new, lost))
    return new


def signer_of(entry, place, keys):
    """Return the key in force that signed a line."""
    parts = re.fullmatch(r"([^\s+]+) ([A-Za-z0-9+/]{90,92}={0,2})", entry.get("signed", ""))
    need(parts, f"{place} is not signed, and the case is: nothing it says is believed")
    made = base64.b64decode(parts[2])
    need(base64.b64encode(made).decode() == parts[2], f"{place}: the signature is not written as it should be")
    by = [key for key in keys if (key[0], key[1]) == (parts[1], made[:4])]
    need(by, f"{place} is signed by {parts[1]}, who is no signer of the case: nothing it says is believed")
    whole = canonical({key: value for key, value in entry.items() if key != "signed"})
    whole = f"toolkit log line\n{sha256(whole)}\n".encode()
    need(len(made) == 68 and holds(by[0][3], whole, made[4:]), f"{place}: the signature of {parts[1]} does not hold")
    return by[0]


def head_keys(changes, size):
    """Return who may sign a checkpoint over so many lines; one that ends in a change, the signers before it too."""
    keys = []
    for at, _, new, _ in changes:
        if at < size - 1:
            keys = new
        elif at == size - 1:
            keys = [*keys, *(key for key in new if key not in keys)]
    return keys


def expected_outputs(entries):
    """Return path -> digest of what the latest outcome of each step names, and (path, digest) of what was forgotten."""
    wrote, expected, gone = {}, {}, set()
    for entry in entries:
        step, outputs = str(entry.get("step")), entry.get("outputs")
        if entry["event"] == "forgotten":  # only descriptors are, each as it was
            stones = {(each["path"], each["sha256"]) for each in entry["files"]}
            stones = {stone for stone in stones if stone[0].startswith("tables/index/descriptors/")}
            expected, gone = dict(expected.items() - stones), gone | stones
        if entry["event"] in ("unit", "outcome", "erased") and outputs is not None:
            need(all(place_of(path) == "outputs" for path in outputs), "an output stands where none may")
            if entry["event"] == "outcome" and step != "report":
                expected = {path: digest for path, digest in expected.items() if wrote[path] != step}
            wrote, expected = dict.fromkeys(outputs, step) | wrote, expected | outputs
    return expected, gone


def check_places(data, entries):
    """Check that each file stands where it may, and is what the log has of it; return the outputs and how many went."""
    expected, gone = expected_outputs(entries)
    models = next((entry["models"] for entry in reversed(entries) if "models" in entry), {})
    torn = {entry["torn"]: entry["sha256"] for entry in entries if entry["event"] == "recovered_tail"}
    known = {"outputs": expected, "models": models, "torn": torn}
    for kind, path, digest in [(kind, *each) for kind, files in known.items() for each in files.items()]:
        need(place_of(path) == kind, f"{path!r} is named where no file may stand")
        need(sha256(read(data, path)) == digest, f"{path!r} is not what the log has")
    for path in below(data):
        by = place_of(path)
        need(by, f"{path!r} stands where nothing may")
        need(by not in known or path in known[by], f"no line of the log names {path!r}, or it was forgotten")
    begun = [each for each in entries if (each["event"], each.get("step")) == ("intent", "erase")]
    need(len(begun) <= sum(each["event"] == "erased" for each in entries), "an erasure was begun and is not finished")
    access = [entry["sha256"] for entry in entries if entry["event"] == "access"][-1:]
    same = "custody/access.jsonl" not in below(data) or [sha256(read(data, "custody/access.jsonl"))] == access
    need(same, "'custody/access.jsonl' is not what the log has")
    return expected, len({path for path, _ in gone} - set(expected))


def normal_source(path):
    """Whether a path is one of a source: below raw/, or absolute, outside the case; a name need not be Unicode."""
    parts = path.split("/")
    whole = "\0" not in path and not {".", ".."} & set(parts) and "" not in parts[1:]
    return whole and len(parts) > 1 and parts[0] in ("raw", "")


def check_manifest(data, expected):
    """Read the sources' manifest, which was checked with the outputs, and return path -> digest."""
    need("custody/manifest.sha256" in expected, "the case was never sealed")
    content, found = re.sub(rb"\A# salt [0-9a-f]{64}\n", b"", read(data, "custody/manifest.sha256")), {}
    for line in content.split(b"\n")[:-1]:
        digest, path = os.fsdecode(line.lstrip(b"\\")[:64]), os.fsdecode(line.lstrip(b"\\")[66:])
        if line.startswith(b"\\"):
            path = path.replace("\\\\", "\0").replace("\\n", "\n").replace("\\r", "\r").replace("\0", "\\")
        need(checksum_line(digest, path) == line + b"\n" and HEX.fullmatch(digest), "a line of the manifest is none")
        need(normal_source(path), f"a line of the manifest names no source: {path!r}")
        found[path] = digest
    for path in [path for path in below(data) if path.startswith("raw/")]:
        need(found.get(path) == sha256(read(data, path)), f"{path!r} is not what was sealed")
    in_order = list(found) == sorted(found, key=os.fsencode) and len(found) == content.count(b"\n")
    need(in_order and content.endswith(b"\n") | (not content), "the manifest is out of order, or a file stands twice")
    return found


def check_settings(data, entries):
    """Check `case.toml` and `hand/` against what the last step worked with."""
    folder = b"".join(checksum_line(sha256(read(data, f"hand/{name}")), name) for name in below(data, "hand"))
    for key, now in (("case", sha256(read(data, "case.toml"))), ("hand", sha256(folder))):
        recorded = [entry[key] for entry in entries if key in entry]
        need(not recorded or recorded[-1] == now, f"{key} is not what the last step worked with")


def check_statements(data, lines, entries, sealed):
    """Check statements and proofs: they are made again from reports, manifest and log, and must be the same bytes."""
    csv.field_size_limit(2**31 - 1)
    head = read(data, "custody/checkpoint")
    _, size, root = head_of(head)
    names, manifest = below(data), "custody/manifest.sha256"
    tables = [name for name in names if re.fullmatch(STATED, name, re.DOTALL)]
    seal, said, used, rows = naming(entries[:size], manifest, sha256(read(data, manifest))), [], set(), 0
    for name in tables:
        report = naming(entries[:size], name, sha256(read(data, name)))
        need(report is not None and seal is not None, f"no line below the checkpoint names {name!r} and the manifest")
        used |= {report, seal}
        header, *cells = list(csv.reader(io.StringIO(read(data, name).decode(), newline=""))) or [[]]
        at = header.index("evidence") if "evidence" in header else None
        for row, each in enumerate(cells, 1):
            evidence = json.loads(each[at] or "[]") if at is not None else []
            sources = sorted({str(one["source"]) for one in evidence} & set(sealed))
            whole = {"file": name, "row": row, "row_sha256": sha256(canonical(each))}
            whole["sources"] = {source: sealed[source] for source in sources}
            whole["proofs"] = {"report": f"{report}.tlog-proof", "seal": f"{seal}.tlog-proof"}
            said.append(canonical(whole) + b"\n")
        rows += len(cells)
    need(read(data, "proofs/statements.jsonl") == b"".join(said), "the statements are not those of the reports")
    proofs = {f"proofs/{at}.tlog-proof" for at in used} | {"proofs/statements.jsonl"}
    there = {name for name in names if place_of(name) == "statements"}
    need(there == proofs, f"proofs that no statement needs, or that are missing: {sorted(there ^ proofs)[:3]}")
    for at in used:
        first, _, rest = read(data, f"proofs/{at}.tlog-proof").partition(b"\n\n")
        header, index, *path = first.decode().split("\n")
        need((header, index, rest) == ("c2sp.org/tlog-proof@v1", f"index {at}", head), f"{at}.tlog-proof is no proof")
        hashes = [base64.b64decode(each, validate=True) for each in path]
        need([base64.b64encode(each).decode() for each in hashes] == path, f"{at}.tlog-proof is no proof")
        need(included(leaf_hash(lines[at]), at, size, hashes, root), f"{at}.tlog-proof proves nothing")
    return rows


def naming(entries, path, digest):
    """Return the place of the last line that names a file as an output, if it has this digest of it."""
    for entry in reversed(entries):
        if entry["event"] in ("outcome", "erased") and path in entry.get("outputs", {}):
            return entry["n"] if entry["outputs"][path] == digest else None
    return None


def check_signatures(data, lines, signing, trust, witnesses, heads):
    """Check who signed head and mandate, and whether the log grew from every head that is relied on; say so."""
    (keys, changes), relied, head = signing, set(trust), read(data, "custody/checkpoint")
    for _, by, new, lost in changes:
        relied |= set(new) if by in relied else set()
        need(not lost or set(new) & set(trust), "the signers' keys were lost: name one of the new with --trust")
    by = signers(head, [key for key in head_keys(changes, head_of(head)[1]) if key in relied])
    need(by or not trust, "the checkpoint is not signed by a key that is trusted")
    told = tomllib.loads(read(data, "case.toml").decode())
    listed = told.get("signers", [])
    need(is_shape(listed, "text list"), "case.toml: signers: no list of keys")
    need(set(listed) == {key_line(key) for key in keys}, "case.toml lists other signers than the log")
    may = [key for key in keys if key in relied] or keys
    if keys and "mandate" in told:
        content = read(data, "custody/mandate.sig")
        need(signers(content, may), "the mandate is not signed by a signer of the case")
        said = {name: told.get(name, {}) for name in ("case", "mandate")}
        signed = f"toolkit mandate\n{sha256(canonical(said))}\n"
        need(note(content)[0] == signed, "the mandate was edited since it was signed")
    else:
        need("custody/mandate.sig" not in below(data), "a signature of a mandate, and no mandate that is signed")
    for name in [f"custody/erasures/{name}" for name in below(data, "custody/erasures") if name.endswith(".json")]:
        content = read(data, name.removesuffix("json") + "txt")
        of = f"sha256 of {name}: {sha256(read(data, name))}\n" in note(content)[0]
        need(of and (not keys or signers(content, may)), f"{name} is not signed by a signer of the case")
    cosigned = [f"custody/witnessed/{name}" for name in below(data, "custody/witnessed")]
    kept, agree = [(name, read(data, name), witnesses) for name in cosigned], 0
    kept += [(place, read(Path(place).parent, Path(place).name), None) for place in heads]
    for place, content, by_whom in kept:
        origin, size, root = head_of(content)
        need(size <= len(lines), f"{place} names {size} lines, the log has {len(lines)}: cut short or rolled back")
        need(origin == "toolkit/case/" + leaf_hash(lines[0]).hex()[:32], f"{place} is of another log")
        need(not size or root_of([leaf_hash(line) for line in lines[:size]]) == root, f"{place}: of other lines")
        agree += by_whom is None or bool(signers(content, by_whom))
    return f"signed by {', '.join(by)}" if by else "unsigned, or by a key that you did not name with --trust", agree


def verify(root, trust=(), witnesses=(), heads=()):
    """Check a bundle; return sentences about it, or raise a Fault."""
    files, data = check_bag(root), root / "data"
    lines, entries, *signing = check_log(data)
    outputs, gone = check_places(data, entries)
    sealed = check_manifest(data, outputs)
    check_settings(data, entries)
    statements = check_statements(data, lines, entries, sealed)
    signed, agree = check_signatures(data, lines, signing, trust, witnesses, heads)
    return [
        f"{files} files, {len(lines)} lines of the log, {len(outputs)} tables and reports, {gone} forgotten",
        f"{statements} statements; {len(sealed)} sources: their digests are here, they themselves are not",
        f"head: {signed}; {agree} heads from outside agree with it",
        "The log proves what was recorded, not that it is true or complete.",
        "ok",
    ]


def main(arguments=None):
    """Check the bundle that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path)
    for name in ("--trust", "--witness", "--head"):
        parser.add_argument(name, action="append", default=[])
    asked = parser.parse_args(arguments)
    try:
        keys = [[public_key(text) for text in texts] for texts in (asked.trust, asked.witness)]
    except ValueError as error:
        parser.error(str(error))
    try:
        said = verify(asked.bundle, *keys, asked.head)
    except (Fault, ValueError, KeyError, TypeError, AttributeError, OSError, csv.Error, RecursionError) as error:
        said = [f"FAILED: {error}"]
    try:
        sys.stdout.write("\n".join(said).encode("ascii", "backslashreplace").decode() + "\n")
        sys.stdout.flush()
    except OSError as error:
        sys.stderr.write(f"cannot write: {error.strerror}\n")
        os._exit(7)  # what is left in the buffer cannot be written either
    return 4 if said[0].startswith("FAILED: ") else 0


if __name__ == "__main__":
    sys.exit(main())
