"""An erasure under way: it is committed to first, each act can be done twice, and a kill at any point costs nothing."""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from toolkit.case import Case
from toolkit.custody import commitments, erasure, manifest, traces, write
from toolkit.custody.digest import Unreadable, canonical, file_digest, shown
from toolkit.custody.log import Log
from toolkit.custody.traces import Sought
from toolkit.errors import IntegrityError
from toolkit.steps.job import asked_by, keep_access, now, salt_of_manifest, settled, the_key, write_frame
from toolkit.tables import table

Order = dict[str, Any]
"""What is to be done, as JSON: it names digests, so that it lies where it can be erased, and the log commits to it."""

LIMITS = (
    "Copies in other files are not looked for: an attachment of an e-mail, a picture in a document, footage.",
    "A disk, above all an SSD, may hold bytes of a removed file until it writes there again: encrypt the disk.",
    "References and file names stay in the registers as received, in answers, and in the log.",
    "Digests of tables and reports as they were stay in the log: with every other byte of one, a picture can be tried.",
)


def sought(case: Case, order: Order) -> Sought:
    """Return what an order is to erase; the faces that stay are those that are candidates of another image."""
    refs, digests, paths = (frozenset(order[key]) for key in ("refs", "digests", "paths"))
    path = case.folder("sweep") / "candidates.parquet"
    if not path.exists():
        return Sought(digests, paths, refs)
    candidates = pl.read_parquet(path)  # not what the log has of it where an erasure was cut short and goes on
    candidates = candidates.filter(~pl.col("probe_id").is_in([*refs, *paths]))
    keep = frozenset(candidates["face_id"].to_list())
    return Sought(digests, paths, refs, keep if order["bystanders"] else None, keep)


def begin(case: Case, log: Log, order: Order) -> None:
    """Commit to an order and log the intent: from here on it will be carried out, whatever happens in between."""
    keep_access(case, log)
    [made] = commitments.commit(case.root, [canonical(order).decode()])
    log.append({"event": "intent", "step": erasure.STEP, **settled(case), **asked_by(case), "order": [made]}, at=now())


def carry_out(case: Case, log: Log, commitment: str, order: Order) -> str:
    """
    Do what an order says, or what is left of it, and return the certificate's path.

    Raises:
        IntegrityError: If the scan at its end finds something of it.
    """
    certificate = f"{erasure.FOLDER}/{order['number']:04d}.json"
    if not any(entry["event"] == "erased" and entry["certificate"] == certificate for entry in log.entries):
        wanted = sought(case, order)
        _remove_files(case, order)
        for name in list(traces.places(case.root)):
            traces.remove(case.root, name, wanted)
        outputs = _rewrite_manifest(case, order) | _digests(case, order)
        _forget_openings(case, order, commitment)
        _scan(case, wanted, order)
        outputs |= _certify(case, log, order) | _bury(case)
        said = {"certificate": certificate, "outputs": outputs, "rows": dict(order["tables"])}
        log.append({"event": "erased", "step": erasure.STEP, **settled(case), **said}, at=now())
    commitments.erase(case.root, [commitment])
    return certificate


def _remove_files(case: Case, order: Order) -> None:
    """Remove the files in raw/, the one exception to 'raw/ is never written'; one with other content stays."""
    for name in order["paths"]:
        path = case.root / name
        try:
            if file_digest(path) in order["digests"]:
                write.remove(path)
        except Unreadable as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise


def _rewrite_manifest(case: Case, order: Order) -> dict[str, str]:
    entries = manifest.read(case.root)
    left = [entry for entry in entries if entry.sha256 not in order["digests"]]
    path = case.root / manifest.MANIFEST
    if len(left) < len(entries):
        write.write_bytes(path, manifest.render(left, salt_of_manifest(case, order["number"])))
    return {manifest.MANIFEST: file_digest(path)} if order["digests"] else {}


def _digests(case: Case, order: Order) -> dict[str, str]:
    """Return the digests now of the tables and reports that lost something."""
    return {name: file_digest(case.root / name) for name in order["tables"]}


def _forget_openings(case: Case, order: Order, commitment: str) -> None:
    """Erase the values that name the image, and orders that were never begun; the log keeps their commitments."""
    named = sorted({*order["refs"], *order["digests"], *order["paths"]})
    if not named:
        return
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, named))})(?![\w-])")
    kept = commitments.opened(case.root)
    about = [made for made, value in kept.items() if made != commitment and pattern.search(value)]
    commitments.erase(case.root, about)


def _scan(case: Case, wanted: Sought, order: Order) -> None:
    """Look again, everywhere: nothing may be left."""
    left = [name for name in traces.places(case.root) if traces.count(case.root, name, wanted)]
    left += [name for name in order["paths"] if _holds(case, name, order)]
    if pattern := wanted.mentions:
        kept = (manifest.MANIFEST, "custody/access.jsonl", "custody/log.jsonl")
        there = [name for name in kept if (case.root / name).is_file()]
        left += [name for name in there if pattern.search((case.root / name).read_bytes())]
    if left:
        listed = ", ".join(map(shown, left[:5]))
        raise IntegrityError(f"{case.root}: the scan still finds something in {listed}; look there, and run it again")


def _holds(case: Case, name: str, order: Order) -> bool:
    path = case.root / name
    return path.is_file() and file_digest(path) in order["digests"]


def _certify(case: Case, log: Log, order: Order) -> dict[str, str]:
    key = erasure.the_key(case.root, make=True)
    assert key is not None  # noqa: S101 - mypy: it was made
    signer = the_key(case)
    intent = next(entry for entry in reversed(log.entries) if entry.get("step") == erasure.STEP)
    said = {
        "certificate": order["number"],
        "at": order["at"],
        "by": order["by"],
        "witness": order["witness"],
        "reason": order["reason"],
        "what": order["what"],
        "tombstones": [
            {"image_ref": ref, "source": source, "keyed_digest": erasure.keyed(key, sha256)}
            for ref, source, sha256 in order["files"]
        ],
        "removed": [{"place": name, "count": n} for name, n in order["places"]],
        "residuals": order["residuals"],
        "limits": list(LIMITS),
        "log": {"line": intent["n"] + 1, "sha256": intent.digest},
        "signature": f"signed by {signer.name}" if signer else "unsigned: no key was given",
    }
    return erasure.write_certificate(case.root, said, _readable(said), signer)


def _readable(said: Mapping[str, Any]) -> str:
    """Return a certificate as people read it."""
    stones = [
        f"  {shown(each['image_ref'])}: {shown(each['source'])}, keyed digest {each['keyed_digest']}"
        for each in said["tombstones"]
    ]
    removed = [f"  {shown(each['place'])}: {each['count']}" for each in said["removed"]]
    lines = [
        f"Certificate of erasure {said['certificate']:04d}",
        f"{said['what']}; {said['at']} (UTC); by {said['by']}; witness: {said['witness']}",
        f"reason: {shown(said['reason'])}",
        *(["destroyed:", *stones] if stones else []),
        "removed from (rows, mentions or files):",
        *removed,
        "not reached:",
        *(f"  {shown(each)}" for each in said["residuals"]),
        "limits:",
        *(f"  {each}" for each in said["limits"]),
        f"a scan of the case afterwards found nothing; intent: line {said['log']['line']} of custody/log.jsonl",
        said["signature"],
    ]
    return "\n".join(lines) + "\n"


def _bury(case: Case) -> dict[str, str]:
    """Write the table of tombstones anew, for questions; none where no image was ever destroyed."""
    stones = erasure.tombstones(case.root)
    if not stones:
        return {}
    frame = pl.DataFrame(stones, schema=table("tombstones").schema(), orient="row").sort("image_ref", "source")
    path = case.folder(erasure.STEP) / "tombstones.parquet"
    return {case.relative(path): write_frame(path, "tombstones", erasure.STEP, frame)}
