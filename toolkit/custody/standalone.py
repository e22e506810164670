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
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HEX = re.compile(r"[0-9a-f]{64}")
ESCAPED = {"\\": "\\", "n": "\n", "r": "\r"}
DER = bytes.fromhex("302a300506032b6570032100")  # before the 32 bytes of an Ed25519 key (RFC 8410)


class Fault(Exception):  # noqa: N818
    """Something that is not what was recorded."""


def need(ok, what):
    """Raise a fault unless *ok*."""
    if not ok:
        raise Fault(what)


def read(root, name):
    """Return the bytes of a regular file below the root; links are not followed anywhere."""
    path = root
    for part in name.split("/"):
        need(part not in ("", ".", ".."), f"{name!r} leads out of the bundle")
        path = path / part
        need(not path.is_symlink(), f"{name!r} is a link")
    need(path.exists(), f"{name!r} is missing")
    need(stat.S_ISREG(path.lstat().st_mode), f"{name!r} is not a regular file")
    return path.read_bytes()


def below(root, folder=""):
    """Return the path of all that is not a folder below a folder, sorted bytewise."""
    found = []
    for at, folders, names in os.walk(root / folder):
        links = [name for name in folders if os.path.islink(os.path.join(at, name))]
        found += [os.path.relpath(os.path.join(at, name), root / folder) for name in [*names, *links]]
    return sorted(found, key=os.fsencode)


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
        need(len(found) < 18 and abs(int(found)) < 2**53, "an integer beyond 2^53")
        return int(found)

    def no_float(found):
        raise Fault(f"a float: {found}")

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
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    key = base64.b64decode(encoded, validate=True)
    found = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if len(key) != 33 or key[0] not in (1, 4) or found.hex() != key_id:
        raise ValueError(f"not a public key: {text!r}")
    return name, found, key[0], key[1:]


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
            for name, content in zip(names, (DER + key, message, made), strict=True):
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
        need(not rest, f"{manifest} does not end in a newline")
        names = []
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
    need(there == set(listed), f"missing or in no manifest: {sorted(there ^ set(listed))[:5]}")
    for name, digest in listed.items():
        need(sha256(read(root, name)) == digest, f"{name!r} is not what the bag's manifest has")
    return len(listed)


def check_log(data):
    """Check the log, and return its lines and what they say."""
    *lines, torn = read(data, "custody/log.jsonl").split(b"\n")
    need(lines and not torn, "the log is empty, or ends in bytes that are no line")
    origin, size, root = head_of(read(data, "custody/checkpoint"))
    entries, prev = [], "0" * 64
    for number, line in enumerate(lines):
        entry = parse(line)
        need(isinstance(entry, dict), f"line {number + 1} of the log is no object")
        need(all(isinstance(entry.get(key), str) for key in ("prev", "at", "event")), f"line {number + 1} of the log")
        in_place = entry.get("n") == number and not isinstance(entry["n"], bool)
        need(entry["prev"] == prev and in_place, f"line {number + 1} does not follow the one before")
        prev = sha256(line)
        entries.append(entry)
    need(0 < size <= len(lines), f"the checkpoint names {size} lines, the log has {len(lines)}")
    need(root_of([leaf_hash(line) for line in lines[:size]]) == root, "the log is not what the checkpoint commits to")
    need(origin == "toolkit/case/" + leaf_hash(lines[0]).hex()[:32], "the checkpoint is of another log")
    need(all(entry["event"] == "unit" for entry in entries[size:-1]), "lines beyond the checkpoint had their own")
    return lines, entries


def check_outputs(data, entries):
    """Check that tables and reports are what the latest outcome of each step names, and nothing else is there."""
    wrote, expected, gone = {}, {}, set()
    for entry in entries:
        step, outputs = str(entry.get("step")), entry.get("outputs")
        if entry["event"] == "forgotten":  # only descriptors are, each as it was
            whole = [(str(f["path"]), str(f["sha256"]), int(f["rows"]), entry["why"]) for f in entry["files"]]
            stones = {stone[:2] for stone in whole if stone[0].startswith("tables/index/descriptors/")}
            expected, gone = dict(expected.items() - stones), gone | stones
        if entry["event"] in ("unit", "outcome", "erased") and isinstance(outputs, dict):
            if entry["event"] == "outcome" and step != "report":
                expected = {path: digest for path, digest in expected.items() if wrote[path] != step}
            wrote, expected = dict.fromkeys(outputs, step) | wrote, expected | {k: str(v) for k, v in outputs.items()}
    torn = [(entry["torn"], entry["sha256"]) for entry in entries if entry["event"] == "recovered_tail"]
    for path, digest in [*expected.items(), *torn]:
        need(sha256(read(data, path)) == digest, f"{path!r} is not what the log has")
    for path in [f"{folder}/{name}" for folder in ("tables", "reports") for name in below(data, folder)]:
        need(path in expected, f"no line of the log names {path}, or it was forgotten")
    return expected, len({path for path, _ in gone} - set(expected))


def check_manifest(data, expected):
    """Read the sources' manifest, which was checked with the outputs, and return path -> digest."""
    need("custody/manifest.sha256" in expected, "the case was never sealed")
    content, found = read(data, "custody/manifest.sha256"), {}
    for line in content.split(b"\n")[:-1]:
        digest, path = os.fsdecode(line.lstrip(b"\\")[:64]), os.fsdecode(line.lstrip(b"\\")[66:])
        if line.startswith(b"\\"):
            path = re.sub(r"\\(.?)", lambda part: ESCAPED.get(part[1], part[0]), path, flags=re.DOTALL)
        need(checksum_line(digest, path) == line + b"\n" and HEX.fullmatch(digest), "a line of the manifest is none")
        found[path] = digest
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
    """Check every statement of every report: its row, its file, its sources, and that the log has them."""
    csv.field_size_limit(2**31 - 1)
    head = read(data, "custody/checkpoint")
    _, size, root = head_of(head)
    names = [f"reports/{name}" for name in below(data, "reports") if "/tables/" in name and name.endswith(".csv")]
    tables = {name: list(csv.reader(io.StringIO(read(data, name).decode(), newline=""))) for name in names}
    wanted, proven = {(name, row) for name, rows in tables.items() for row in range(1, len(rows))}, {}
    for name in below(data, "proofs"):
        if name == "statements.jsonl":
            continue
        first, _, rest = read(data, f"proofs/{name}").partition(b"\n\n")
        header, index, *path = first.decode().split("\n")
        at = int(index.removeprefix("index "))
        as_is = (header, index, rest, name) == ("c2sp.org/tlog-proof@v1", f"index {at}", head, f"{at}.tlog-proof")
        need(as_is and at < size, f"{name} is no proof")
        hashes = [base64.b64decode(each, validate=True) for each in path]
        need(included(leaf_hash(lines[at]), at, size, hashes, root), f"{name} proves nothing")
        proven[name] = entries[at]
    for line in read(data, "proofs/statements.jsonl").split(b"\n")[:-1]:
        said = parse(line)
        need(said["proofs"]["report"] in proven and said["proofs"]["seal"] in proven, "a statement has no proof")
        report, seal = proven[said["proofs"]["report"]], proven[said["proofs"]["seal"]]
        name, row = said["file"], said["row"]
        need(report["outputs"][name] == sha256(read(data, name)), f"{name} is not what the log has")
        manifest = sha256(read(data, "custody/manifest.sha256"))
        need(seal["outputs"]["custody/manifest.sha256"] == manifest, "the manifest is not what the log has")
        need((name, row) in wanted, f"{name} has no row {row}, or two statements for it")
        need(sha256(canonical(tables[name][row])) == said["row_sha256"], f"{name} row {row} is not what is stated")
        wanted.remove((name, row))
        for source, digest in said["sources"].items():
            need(sealed.get(source) == digest, f"{source!r} is not what was sealed")
    need(not wanted, f"no statement for {sorted(wanted)[:3]}")
    return sum(len(rows) - 1 for rows in tables.values() if rows)


def check_signatures(data, lines, trust, witnesses, heads):
    """Check who signed head and mandate, and whether the log grew from every head that is relied on; say so."""
    by = signers(read(data, "custody/checkpoint"), trust)
    need(by or not trust, "the checkpoint is not signed by a key that is trusted")
    mandated = tomllib.loads(read(data, "case.toml").decode())
    if trust and "mandate" in mandated:
        content = read(data, "custody/mandate.sig")
        need(signers(content, trust), "the mandate is not signed by a key that is trusted")
        said = {name: mandated.get(name, {}) for name in ("case", "mandate")}
        signed = f"toolkit mandate\n{sha256(canonical(said))}\n"
        need(note(content)[0] == signed, "the mandate was edited since it was signed")
    for name in [f"custody/erasures/{name}" for name in below(data, "custody/erasures") if name.endswith(".json")]:
        content = read(data, name.removesuffix("json") + "txt")
        of = f"sha256 of {name}: {sha256(read(data, name))}\n" in note(content)[0]
        need(of and (not trust or signers(content, trust)), f"{name} is not signed by a key that is trusted")
    cosigned = [f"custody/witnessed/{name}" for name in below(data, "custody/witnessed") if name.endswith(".note")]
    kept, agree = [(name, read(data, name), witnesses) for name in cosigned], 0
    for place, content, keys in [*kept, *((head, Path(head).read_bytes(), None) for head in heads)]:
        origin, size, root = head_of(content)
        need(size <= len(lines), f"{place} names {size} lines, the log has {len(lines)}: cut short or rolled back")
        need(origin == "toolkit/case/" + leaf_hash(lines[0]).hex()[:32], f"{place} is of another log")
        need(not size or root_of([leaf_hash(line) for line in lines[:size]]) == root, f"{place}: of other lines")
        agree += keys is None or bool(signers(content, keys))
    return f"signed by {', '.join(by)}" if by else "unsigned, or by a key that you did not name with --trust", agree


def verify(root, trust=(), witnesses=(), heads=()):
    """Check a bundle; return sentences about it, or raise a Fault."""
    files, data = check_bag(root), root / "data"
    lines, entries = check_log(data)
    outputs, gone = check_outputs(data, entries)
    sealed = check_manifest(data, outputs)
    check_settings(data, entries)
    statements = check_statements(data, lines, entries, sealed)
    signed, agree = check_signatures(data, lines, trust, witnesses, heads)
    return [
        f"{files} files, {len(lines)} lines of the log, {len(outputs)} tables and reports, {gone} forgotten",
        f"{statements} statements; {len(sealed)} sources: their digests are here, they themselves are not",
        f"head: {signed}; {agree} heads from outside agree with it",
        "The log proves what was recorded, not that it is true or complete.",
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
        sys.stdout.write(f"FAILED: {error}\n")
        return 4
    sys.stdout.write("\n".join([*said, "ok"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
