"""A whole small case, made in milliseconds by the custody room itself: what bundles and torture need, and no more."""

import contextlib
import hashlib
import io
import json

from toolkit.audit.queries import ROOM
from toolkit.custody import (
    bag,
    bundle,
    chain,
    checkpoint,
    digest,
    grammar,
    manifest,
    merkle,
    note,
    proofs,
    standalone,
    write,
)
from toolkit.custody.log import Log
from toolkit.errors import IntegrityError

AT = "2026-01-05T09:30:00+00:00"
KEY = note.PrivateKey("office", note.SIGNER, bytes(range(32)))
WITNESS = note.PrivateKey("oversight", note.WITNESS, bytes(range(32, 64)))
CASE_TOML = '[case]\ntitle = "small"\nfrom = "2016"\nto = "2018"\n'
MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "authority 7"
necessity = "no other way"
purpose = "review"
cameras = ["KB-1"]
window = "2016"
threshold = 0.5
expires = 2098-12-31
reviewers = ["POST-2"]
"""
SOURCES = {
    "raw/share_log/2017.csv": "date,ref\n2017-05-01,a\n",
    "raw/share_log/odd\n%name.csv": "date,ref\n",
    "raw/images/café.png": "not a picture",
}
ANSWERS = """question,state,value,evidence
Q01,established,"a, b","[{""source"": ""raw/share_log/2017.csv"", ""locator"": ""line 2""}]"
Q02,not_found,,[]
Q03,attested,"two
lines","[{""source"": ""raw/images/café.png""}, {""source"": ""no file of ours""}]"
"""
VERDICTS = "rule,verdict\nR1,conforms\n"
OUTPUTS = {
    "ingest": {"tables/ingest/disclosures.parquet": "rows", "tables/ingest/problems.parquet": ""},
    "reconstruct": {"tables/reconstruct/answers.parquet": "answers"},
    "report": {
        "reports/beae4b312e4a/report.html": "<p>report</p>",
        "reports/beae4b312e4a/tables/answers.csv": ANSWERS,
        "reports/beae4b312e4a/tables/verdicts.csv": VERDICTS,
    },
}


def small_case(root, *, key=None, steps=OUTPUTS, mandate=False):
    """Make a case with sources, a human decision, and three steps behind it; signed where there is a key."""
    signed = f'signers = ["{key.public}"]\nwitnesses = ["{WITNESS.public}"]\n' if key else ""
    write.write_text(root / "case.toml", signed + CASE_TOML + (MANDATE if mandate else ""))
    for name, text in SOURCES.items():
        write.write_text(root / name, text)
    write.write_text(root / "hand/decisions/1.toml", "by = 'POST-2'")
    log = Log(root / chain.LOG, key, [str(key.public)] if key else ())
    add(root, log, "intent", "seal")
    sha256 = write.write_bytes(root / manifest.MANIFEST, manifest.render(manifest.scan(root).entries))
    add(root, log, "outcome", "seal", outputs={manifest.MANIFEST: sha256})
    for step, files in steps.items():
        add(root, log, "intent", step)
        outputs = {name: write.write_text(root / name, text) for name, text in files.items()}
        models = {"models/macros.sql": digest.file_digest(ROOM / "macros.sql")}
        add(root, log, "outcome", step, outputs=outputs, **({"models": models} if step == "reconstruct" else {}))
    return root


def add(root, log, event, step, **payload):
    """Append a line as the steps write it."""
    settings = {"case": digest.file_digest(root / "case.toml"), "hand": digest.folder_digest(root / "hand")}
    log.append({"event": event, "step": step, "inputs": "0" * 64, "tool": "0.1.0", **settings, **payload}, AT)


def unsigned_line(root, line, by=lambda line: line):
    """Append a line to the log as whoever can write there, without our code: well formed; *by* may sign it."""
    path = root / chain.LOG
    before = path.read_bytes().splitlines()
    whole = {**line, "at": AT, "n": len(before), "prev": hashlib.sha256(before[-1]).hexdigest()}
    with path.open("ab") as file:
        file.write(digest.canonical(by(whole)) + b"\n")


def bag_of(root, out):
    """Make a bag of a case as whoever can write one: everything that may stand there, whatever it is worth."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith("raw/") and grammar.place_of(name):
            write.write_bytes(out / "data" / name, path.read_bytes())
    for name in ("macros.sql",):
        write.write_bytes(out / "data/models" / name, (ROOM / name).read_bytes())
    lines = (root / chain.LOG).read_bytes().split(b"\n")[:-1]
    entries, head = [json.loads(line) for line in lines], (root / checkpoint.CHECKPOINT).read_bytes()
    size = int(head.split(b"\n")[1])
    try:
        made = proofs.all_statements(root, entries[:size], dict(manifest.read(root)))
        content, rests_on = made.content, made.rests_on
    except IntegrityError:
        content, rests_on = b"", ()
    write.write_bytes(out / "data/proofs/statements.jsonl", content)
    leaves = [merkle.leaf_hash(line) for line in lines[:size]]
    for index in rests_on:
        write.write_bytes(out / f"data/proofs/{index}.tlog-proof", proofs.tlog_proof(leaves, index, head))
    bag.seal_bag(out, {})
    return out


def arguments_of(trust):
    """Return what the verifier in a bundle is called with."""
    said = [part for key in trust.signers for part in ("--trust", key)]
    said += [part for key in trust.witnesses for part in ("--witness", key)]
    return said + [part for head in trust.kept for part in ("--head", str(head))]


def both_say(root, out, trust):
    """Return whether `verify` accepts a bag of this case, and how `verify.py` ends with it."""
    bag_of(root, out)
    with contextlib.redirect_stdout(io.StringIO()):
        code = standalone.main([str(out), *arguments_of(trust)])
    return bundle.verify_bundle(out, trust).ok, code
