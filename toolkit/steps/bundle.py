"""`toolkit bundle`: what a third party can check without us."""

import shutil
from importlib.resources import files
from pathlib import Path, PurePosixPath

from toolkit.case import Case
from toolkit.custody import bag, digest, heads, lock, mandate, manifest, merkle, proofs, verify, write
from toolkit.custody.bundle import STATEMENTS, verify_bundle
from toolkit.custody.chain import LOG, Entry, load
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.errors import IntegrityError, UsageError
from toolkit.steps.consulted import consulted

VERIFIER = "verify.py"
_MODELS = ("", "sql", "rules", "questions")
"""Folders of the SQL as run, below `toolkit.audit`."""
_README = """\
This folder is a BagIt bag (RFC 8493). It holds the record of a case: tables, reports, the rules and questions as they
were run, the log of what was done, and proofs. The sources themselves are not in it; their digests are, in
data/custody/manifest.sha256.

To check it: python3 verify.py . --trust KEY --witness KEY --head FILE

Take keys, heads and the verifier from somebody other than the sender of this folder: whoever can write a bundle can
write a key, and a verifier, into it. The log proves what was recorded, not that it is true or complete.
"""


def bundle(case: Case, out: str | Path) -> Path:
    """
    Write a bundle to a new folder: a BagIt bag with tables, reports, rules and questions, log, proofs and a verifier.

    The case is verified first. The same case gives the same bytes. Who made it, and for whom, goes on record.

    Args:
        case: The case.
        out: Folder to make, outside the case; it is there whole or not at all.

    Raises:
        IntegrityError: If the case does not verify.
        UsageError: If the folder exists, lies in the case, or the case was never sealed.
    """
    wanted = Path(out).resolve()
    if wanted.exists() or wanted.is_relative_to(case.root):
        raise UsageError(f"{out}: expected a folder that does not exist, outside the case")
    with lock.locked(case.root):
        found = verify.verify(
            case.root, [Path(source.path) for source in case.settings.sources], heads.Trust(case.settings.signers)
        )
        if not found.ok:
            listed = "".join(f"\n  {failure}" for failure in found.failures)
            raise IntegrityError(f"{case.root}: not bundled, because it does not verify:{listed}")
        making = wanted.with_name(f"{wanted.name}.part")
        if making.exists():
            shutil.rmtree(making)  # ours: what a killed bundle left
        _fill(case, making)
        made = verify_bundle(making, heads.Trust(case.settings.signers))
        if not made.ok:
            raise IntegrityError(f"{making}: what was written does not verify: {made.failures[0]}")
        consulted(case, f"bundle {wanted.name}", "disclosure")
        write.publish_folder(making, wanted)
    return wanted


def _fill(case: Case, folder: Path) -> None:
    entries = load(case.root / LOG).entries
    outputs = verify.expected_outputs(entries)
    torn = [str(entry["torn"]) for entry in entries if entry["event"] == "recovered_tail"]
    below_hand = [f"hand/{name}" for name in digest.files_under(case.root / "hand")] if _has_hand(case) else []
    kept = [mandate.MANDATE_NOTE, *(f"{heads.WITNESSED}/{path.name}" for path in _witnessed(case))]
    there = [name for name in kept if (case.root / name).is_file()]
    for name in ("case.toml", LOG, CHECKPOINT, *outputs, *torn, *below_hand, *there):
        write.copy_file(case.root / name, folder / "data" / name)
    for kind in _MODELS:
        for path in sorted(files("toolkit.audit").joinpath(kind).iterdir(), key=lambda path: path.name):
            if path.name.endswith(".sql"):
                write.write_bytes(folder / "data" / "models" / kind / path.name, path.read_bytes())
    _prove(case, entries, outputs, folder / "data" / "proofs")
    verifier = files("toolkit.custody").joinpath("standalone.py").read_bytes()
    write.write_bytes(folder / VERIFIER, verifier)
    write.write_text(folder / "README.txt", _README)
    about = {
        "Source-Organization": "not stated",
        "External-Identifier": (case.root / CHECKPOINT).read_text().split("\n")[0],
        "Bagging-Date": str(entries[-1]["at"])[:10],
    }
    bag.seal_bag(folder, about)


def _prove(case: Case, entries: list[Entry], outputs: dict[str, str], folder: Path) -> None:
    """Write a proof for each outcome that names what a report rests on, and a statement for each row of its tables."""
    head = (case.root / CHECKPOINT).read_bytes()
    size = int(head.split(b"\n")[1])
    leaves = [merkle.leaf_hash(line) for line in (case.root / LOG).read_bytes().split(b"\n")[:size]]
    sealed = dict(manifest.read(case.root))
    seal = _names(entries[:size], manifest.MANIFEST, outputs[manifest.MANIFEST])
    lines, used = [], set()
    for name in sorted(outputs):
        if not PurePosixPath(name).match(proofs.TABLES):
            continue
        report = _names(entries[:size], name, outputs[name])
        if seal is None or report is None:
            raise UsageError("the last step was interrupted: run 'toolkit run CASE' again first")
        used |= {seal, report}
        named = {"report": f"{report}.tlog-proof", "seal": f"{seal}.tlog-proof"}
        text = (case.root / name).read_bytes().decode()
        lines += [digest.canonical(found) for found in proofs.statements(name, text, sealed, named)]
    for index in sorted(used):
        write.write_bytes(folder / f"{index}.tlog-proof", proofs.tlog_proof(leaves, index, head))
    write.write_bytes(folder.parent / STATEMENTS, b"".join(line + b"\n" for line in lines))


def _names(entries: list[Entry], path: str, sha256: str) -> int | None:
    """Return the place of the last outcome that names a file with this digest."""
    found = (
        n
        for n, entry in reversed(list(enumerate(entries)))
        if entry["event"] in ("outcome", "erased") and _has(entry, path)
    )
    at = next(found, None)
    return at if at is not None and entries[at]["outputs"][path] == sha256 else None


def _has(entry: Entry, path: str) -> bool:
    return path in entry.get("outputs", {})


def _has_hand(case: Case) -> bool:
    return (case.root / "hand").is_dir()


def _witnessed(case: Case) -> list[Path]:
    folder = case.root / heads.WITNESSED
    return sorted(folder.iterdir()) if folder.is_dir() else []
