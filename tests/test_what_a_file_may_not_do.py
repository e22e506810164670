"""A file is never run, whatever is in it (fault 75), and never an argument, whatever it is called (fault 81)."""

import ast
import io
import os
import pickle
import shutil
import struct
from pathlib import Path

import joblib
import making
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from mandates import mandate

import toolkit
from toolkit.cli import main

TOP = Path(toolkit.__file__).parent


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, sprung):
        """Make this folder."""
        self.sprung = str(sprung)

    def __reduce__(self):
        """Be unpickled by calling this."""
        return os.makedirs, (self.sprung, 0o777, True)


def pickled(trap):
    """As the pickle module writes it."""
    return pickle.dumps(trap)


def of_joblib(trap):
    """As joblib keeps a result in its cache."""
    out = io.BytesIO()
    joblib.dump({"faces": [trap]}, out)
    return out.getvalue()


def of_numpy(trap):
    """An array of objects."""
    out = io.BytesIO()
    np.save(out, np.array([trap], object), allow_pickle=True)
    return out.getvalue()


def of_arrow(trap):
    """A table in Parquet with a type of a Python class, which PyArrow before 14.0.1 unpickled when it opened one."""
    kind = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": pickle.dumps(trap)}
    out = io.BytesIO()
    pq.write_table(pa.table([pa.array(["E-1"])], pa.schema([pa.field("entry_ref", pa.string(), metadata=kind)])), out)
    return out.getvalue()


SOURCES = {
    "share_log/a.pkl": pickled,
    "share_log/b.csv": pickled,
    "share_log/c.xlsx": pickled,
    "share_log/d.json": pickled,
    "share_log/e.eml": pickled,
    "share_log/f.npy": of_numpy,
    "share_log/g.csv": of_numpy,
    "share_log/h.parquet": of_arrow,
    "share_log/i.joblib": of_joblib,
    "images/i.png": pickled,
    "footage/a.mp4": pickled,
    "footage/b.npy": of_numpy,
}
"""Where a file of somebody else's may lie, and how it was written."""
CLIPS = ("plain.mp4", "-i.mp4", "concat:plain.mp4|plain.mp4", "http:..mp4", "pipe:0.mp4", "%d.mp4", "file:plain.mp4")


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A case that was taken the straight way over sources that are traps and clips with odd names."""
    top = tmp_path_factory.mktemp("files")
    root = toolkit.new(top / "case", title="Traps", from_="2016", to="2018").root
    with (root / "case.toml").open("a") as settings:
        settings.write(mandate())
    for name, written in SOURCES.items():
        (root / "raw" / name).write_bytes(written(Trap(root / "sprung")))
    entry = "entry_ref,occurred,use,direction,image_refs\nE-1,2016-06-01,facial_recognition,out,IMG-1\n"
    (root / "raw/share_log/log.csv").write_text(entry)
    (root / "raw/images/images.csv").write_text("file,image_ref,subject_ref,captured\ni.png,IMG-1,S-1,2016\n")
    clip = making.MAKERS["clip"](top / "clip.mp4")
    for number, name in enumerate(CLIPS):  # no two of one content: an atom of other bytes at their end
        (root / "raw/footage" / name).write_bytes(clip + struct.pack(">I4sI", 12, b"free", number))
    case = toolkit.open_case(root)
    for step in (toolkit.seal, toolkit.ingest, toolkit.index, toolkit.sweep, toolkit.link, toolkit.reconstruct):
        step(case, **({"workers": 0} if step in (toolkit.ingest, toolkit.index, toolkit.sweep) else {}))
    return case


@pytest.mark.parametrize("written", [pickled, of_joblib, of_numpy])
def test_a_trap_springs_where_it_is_unpickled(written, tmp_path):
    """By whoever loads it as Python does: the tests below can fail."""
    loads = {pickled: pickle.load, of_joblib: joblib.load, of_numpy: lambda file: np.load(file, allow_pickle=True)}

    loads[written](io.BytesIO(written(Trap(tmp_path / "sprung"))))

    assert (tmp_path / "sprung").is_dir()


def test_a_source_that_is_a_pickle_is_named_and_not_loaded(case):
    """Each has a problem under its own name; what lay beside them was read; nothing was run, by verify neither."""
    named = {problem.origin.source for problem in case.problems()}

    assert [name for name in SOURCES if f"raw/{name}" not in named] == []
    assert ["E-1"] == case.table("entries")["entry_ref"].to_list()
    assert toolkit.verify(case.root).ok
    assert not (case.root / "sprung").exists()


IN_ITS_PLACE = {
    ("cache/**/*", "seal"): 0,
    ("cache/**/*", "ingest"): 3,
    ("cache/**/*", "search"): 0,
    ("tables/ingest/entries/*", "reconstruct"): 4,
    ("tables/reconstruct/answers.parquet", "ask"): 4,
    ("tables/index/faces/*", "sweep"): 4,
    ("custody/checkpoint", "seal"): 4,
    ("custody/log.jsonl", "link"): 4,
    ("hand/links.csv", "link"): 2,
    ("profiles/x.toml", "ingest"): 2,
    ("case.toml", "verify"): 2,
}
"""What is replaced with a pickle, the command that reads it, and its exit code: a cache is made anew."""


@pytest.mark.parametrize(("place", "command"), IN_ITS_PLACE, ids=lambda each: each.replace("*", "-"))
def test_a_pickle_in_the_place_of_our_own_files_is_not_loaded(case, tmp_path, place, command):
    """Written by whoever can write into the case: refused, or nothing but a cache that is damaged."""
    root = shutil.copytree(case.root, tmp_path / "case")
    (root / "cache/joblib/toolkit/output").mkdir(parents=True)
    for name in ("cache/joblib/toolkit/output/output.pkl", "hand/links.csv", "profiles/x.toml"):
        if name.startswith(place.partition("/")[0]):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).touch()
    if command == "ingest":
        (root / "tables/ingest/sources.parquet").unlink()  # so that it is done again, from the cache
    files = [path for path in root.glob(place) if path.is_file()]
    for path in files:
        path.write_bytes(of_joblib(Trap(root / "sprung")) if "cache" in place else pickled(Trap(root / "sprung")))

    ran = CliRunner().invoke(main, [command, str(root), *(["image"] if command == "search" else [])])

    assert files
    assert IN_ITS_PLACE[place, command] == ran.exit_code, ran.output
    assert not (root / "sprung").exists()


UNPICKLE = {"pickle", "_pickle", "cPickle", "pickletools", "cloudpickle", "dill", "shelve", "marshal", "torch", "yaml"}
"""Modules that no code of ours imports."""
LOADS = {("joblib", "load"), ("joblib", "Memory"), ("np", "load"), ("numpy", "load"), ("pl", "deserialize"),
         ("pd", "read_pickle"), ("importlib", "reload"), ("pa", "register_extension_type")}  # fmt: skip


def unpickles(tree):
    """Yield what in a file could load objects of Python, or run a text."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names if alias.name.split(".")[0] in UNPICKLE)
            case ast.ImportFrom(module=str(module)):
                names = {alias.name for alias in node.names}
                if module.split(".")[0] in UNPICKLE or (
                    module.split(".")[0] == "joblib" and names & {"load", "Memory"}
                ):
                    yield module
            case ast.Attribute(attr=name, value=ast.Name(id=of)) if (of, name) in LOADS or name == "deserialize":
                yield f"{of}.{name}"
            case ast.keyword(arg="allow_pickle"):
                yield "allow_pickle"
            case ast.Call(func=ast.Name(id="eval" | "exec" | "compile" as name)):
                yield name


def test_no_code_of_ours_can_load_one():
    """In no file of the tool: no module that unpickles, no loader that may, no text that is run."""
    assert {"pickle", "joblib", "np.load", "allow_pickle", "eval"} == set(
        unpickles(ast.parse("import pickle\nfrom joblib import load\nnp.load(f, allow_pickle=True)\neval(x)"))
    )
    files = sorted(TOP.rglob("*.py"))

    assert len(files) > 150
    assert {
        path.relative_to(TOP).as_posix(): list(found)
        for path in files
        if (found := [*unpickles(ast.parse(path.read_text("utf-8")))])
    } == {}


def test_a_clip_is_examined_as_under_a_plain_name(case):
    """As many frames, looked at or not for the same causes; and the same problem, that nobody said when it was."""
    examined = case.table("coverage", "index").filter(measure="frames")
    plain = examined.filter(source=f"raw/footage/{CLIPS[0]}").drop("source")

    assert plain["n"].sum() == 25
    for name in CLIPS:
        assert examined.filter(source=f"raw/footage/{name}").drop("source").equals(plain), name
    problems = [(found.origin.source, found.code) for found in case.problems("index")]
    assert sorted((f"raw/footage/{name}", "M115") for name in CLIPS) == sorted(
        (source, code) for source, code in problems if source.removeprefix("raw/footage/") in CLIPS
    )
