"""A whole small case, made in milliseconds by the custody room itself: what bundles and torture need, and no more."""

from toolkit.audit.queries import ROOM
from toolkit.custody import chain, digest, manifest, note, write
from toolkit.custody.log import Log

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
