"""A small case with faces and candidates that no engine had to find, for the tests of `toolkit erase`."""

import numpy as np
import polars as pl

import toolkit
from toolkit.case import open_case
from toolkit.steps.job import job
from toolkit.tables import table

MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "authority 7"
necessity = "no other way"
purpose = "review"
cameras = ["KB-1"]
window = "2017"
threshold = 0.5
expires = "2098-12-31"
reviewers = ["POST-2"]
"""
FILES = {
    "raw/share_log/2017.csv": "entry_ref,occurred,recorded,unit_ref,post_ref,direction,use,recipient_ref,image_refs\n"
    "E-1,2017-01-03,2017-01-04,U-1,POST-1,out,facial_recognition,R-1,I-1;I-3\n",
    "raw/images/images.csv": "file,image_ref,subject_ref,captured\n"
    "i.png,I-1,SUB-01,2016-01-01\ncopy.png,I-2,SUB-01,2016-01-01\nother.png,I-3,SUB-02,2016-01-01\n",
    "raw/images/i.png": "picture of the first, nothing but bytes" * 20,
    "raw/images/copy.png": "picture of the first, nothing but bytes" * 20,
    "raw/images/other.png": "picture of another" * 20,
}
FACES = {"a": ("face-1", "face-2", "face-3"), "b": ("face-4", "face-5")}
CANDIDATES = {"I-1": ("face-1", "face-4"), "I-3": ("face-2",)}
"""The third and fifth are bystanders; the first and fourth become bystanders when I-1 is erased."""


def make(root):
    """Make the case: sealed and ingested by the steps, indexed and swept by hand."""
    toolkit.new(root, title="E", from_="2016", to="2018")
    with (root / "case.toml").open("a") as settings:
        settings.write(MANDATE)
    for name, text in FILES.items():
        (root / name).write_text(text)
    toolkit.seal(open_case(root))
    toolkit.ingest(open_case(root), workers=1)
    case = open_case(root)
    with job(case, "index", INPUTS) as work:
        index(work)
    with job(case, "sweep", INPUTS) as work:
        sweep(work)
    return case


INPUTS = {"anything": "as before"}


def index(work):
    """Write the faces of two files of footage, each a unit of work."""
    for number, (name, ids) in enumerate(FACES.items()):
        rows = {"face_id": list(ids), "source": [f"raw/footage/{name}.mp4"] * len(ids)}
        work.write("faces", filled("faces", rows), name)
        numbers = np.random.default_rng(number).random((len(ids), 128), np.float32)
        described = pl.DataFrame({"face_id": list(ids), "descriptor": numbers}, schema=table("descriptors").schema())
        work.write("descriptors", described, name)
        outputs = {path: sha256 for path, sha256 in work.outputs.items() if path.endswith(f"/{name}.parquet")}
        work.unit(name, "inputs", outputs, {})
    work.write("coverage", table("coverage", "index").schema().to_frame())
    work.write_problems([])


def sweep(work):
    """Write the candidates of two images, and what was compared."""
    images = dict(work.case.table("images").select("image_ref", "sha256").rows())
    found = [(ref, face) for ref, faces in CANDIDATES.items() for face in faces]
    where = {face: f"raw/footage/{name}.mp4" for name, faces in FACES.items() for face in faces}
    rows = {"probe_id": [r for r, _ in found], "face_id": [f for _, f in found], "source": [where[f] for _, f in found]}
    work.write("candidates", filled("candidates", rows))
    probes = {"probe_id": list(CANDIDATES), "sha256": [images[ref] for ref in CANDIDATES], "searched": [True, True]}
    work.write("probes", filled("probes", probes))
    for name, faces in FACES.items():
        near = [(images[ref], face) for ref, face in found if face in faces]
        compared = {"probe_sha256": [sha256 for sha256, _ in near], "face_id": [face for _, face in near]}
        work.write("comparisons", filled("comparisons", compared), name)
        described = work.case.table("descriptors").filter(pl.col("face_id").is_in(compared["face_id"]))
        work.write("candidate_descriptors", described, name)
    work.write("coverage", table("coverage", "sweep").schema().to_frame())
    work.write_problems([])


def filled(name, columns):
    """Return a table with these columns, the others null."""
    schema = table(name).schema()
    frame = pl.DataFrame(columns, schema_overrides={key: schema[key] for key in columns})
    rest = [pl.lit(None, dtype).alias(key) for key, dtype in schema.items() if key not in columns]
    return frame.with_columns(rest).select(schema.names())
