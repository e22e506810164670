"""`toolkit bundle`: what a third party can check without us."""

import shutil
from importlib.resources import files
from pathlib import Path

from toolkit.audit.queries import ROOM
from toolkit.case import Case
from toolkit.custody import bag, digest, heads, lock, mandate, manifest, merkle, proofs, verify, write
from toolkit.custody.bundle import verify_bundle
from toolkit.custody.chain import LOG, load
from toolkit.custody.checkpoint import CHECKPOINT
from toolkit.custody.digest import read_regular
from toolkit.errors import IntegrityError, UsageError
from toolkit.steps.consulted import consulted
from toolkit.steps.job import signers_of

VERIFIER = "verify.py"
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
            case.root, [Path(source.path) for source in case.settings.sources], heads.Trust(signers_of(case))
        )
        if not found.ok:
            listed = "".join(f"\n  {failure}" for failure in found.failures)
            raise IntegrityError(f"{case.root}: not bundled, because it does not verify:{listed}")
        making = wanted.with_name(f"{wanted.name}.part")
        if making.exists():
            shutil.rmtree(making)  # ours: what a killed bundle left
        _fill(case, making)
        made = verify_bundle(making, heads.Trust(signers_of(case)))
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
    for name, sha256 in verify.expected_models(entries).items():
        path = ROOM / name.removeprefix("models/")
        if not path.is_file() or digest.file_digest(path) != sha256:
            raise UsageError(f"{name}: other than when the case was reconstructed: run 'toolkit run CASE' again first")
        write.copy_file(path, folder / "data" / name)
    _prove(case, folder / "data" / "proofs")
    verifier = files("toolkit.custody").joinpath("standalone.py").read_bytes()
    write.write_bytes(folder / VERIFIER, verifier)
    write.write_text(folder / "README.txt", _README)
    about = {
        "Source-Organization": "not stated",
        "External-Identifier": (case.root / CHECKPOINT).read_text().split("\n")[0],
        "Bagging-Date": str(entries[-1]["at"])[:10],
    }
    bag.seal_bag(folder, about)


def _prove(case: Case, folder: Path) -> None:
    """Write the statements of the reports, and a proof for each line of the log that they rest on."""
    head = read_regular(case.root / CHECKPOINT)
    size = int(head.split(b"\n")[1])
    leaves = [merkle.leaf_hash(line) for line in read_regular(case.root / LOG).split(b"\n")[:size]]
    made = proofs.all_statements(case.root, load(case.root / LOG).entries[:size], dict(manifest.read(case.root)))
    for index in sorted(made.rests_on):
        write.write_bytes(folder / f"{index}.tlog-proof", proofs.tlog_proof(leaves, index, head))
    write.write_bytes(folder / "statements.jsonl", made.content)


def _has_hand(case: Case) -> bool:
    return (case.root / "hand").is_dir()


def _witnessed(case: Case) -> list[Path]:
    folder = case.root / heads.WITNESSED
    return sorted(folder.iterdir()) if folder.is_dir() else []
