"""`toolkit erase`: an image, or faces of bystanders, leave the case; a certificate says what went and what stayed."""

from dataclasses import dataclass

import polars as pl

from toolkit.case import Case
from toolkit.custody import access, erasure, lock, manifest, traces, write
from toolkit.custody.chain import LOG, load
from toolkit.custody.digest import shown
from toolkit.dates import interval
from toolkit.errors import AuthorityError, UsageError
from toolkit.steps.clock import today
from toolkit.steps.consulted import stated
from toolkit.steps.job import now, open_log, pending
from toolkit.steps.refusal import logged
from toolkit.steps.removal import Order, begin, carry_out, sought

BYSTANDERS = "bystanders"
RESIDUALS = ("reports that were printed or sent", "backups and copies of the case's folder or of its disk")
"""What no program that works on one folder can reach."""


@dataclass(frozen=True)
class Erasure:
    """
    What an erasure does, or did.

    Args:
        what: What is erased, in words.
        places: Path in the case and how many rows, mentions or files go there.
        residuals: What holds it too and is not reached.
        notes: What a person should read and decide.
        certificate: Path of the certificate; None: nothing was erased, this is what would be.
    """

    what: str
    places: tuple[tuple[str, int], ...]
    residuals: tuple[str, ...]
    notes: tuple[str, ...] = ()
    certificate: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What is asked for: files as (reference, path, SHA-256), and whether bystanders go."""

    files: tuple[tuple[str, str, str], ...] = ()
    bystanders: bool = False
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def refs(self) -> list[str]:
        """References of images, sorted."""
        return sorted({ref for ref, _, _ in self.files})


def erase(
    case: Case,
    image: str | None = None,
    *,
    bystanders: bool = False,
    due: bool = False,
    yes: bool = False,
) -> Erasure:
    """
    Say what would be erased and where, or, where *yes*, erase it and write a certificate.

    The image's files in `raw/` go, the one exception to 'raw/ is never written', with every copy of the same content;
    its digest goes from the manifest, tables and reports, its candidates and comparisons, and the caches. Its reference
    stays where registers and answers speak of it, and in a tombstone. Afterwards the case is scanned; a kill at any
    point costs nothing: the same command again finishes it.

    Args:
        case: The case; sealed.
        image: Reference of an image, or path of its file.
        bystanders: Erase every face that is no candidate: rows and descriptors.
        due: Erase what case.toml says is over by today: `[[retention]]`, `mandate.keep_descriptors_until`.
        yes: Whether to do it. Then TOOLKIT_AS must hold the post of who does it and TOOLKIT_REASON why, in words that
            name no person; TOOLKIT_WITNESS may hold the post of who watches.

    Raises:
        AuthorityError: If a hold of case.toml stands against it; that is logged.
        IntegrityError: If the scan afterwards finds something.
        UsageError: If there is nothing to erase, or reason or post is missing.
    """
    people = _people() if yes else {}
    finished = _finish(case) if yes else None
    if finished and not (image or bystanders or due):
        return finished
    if yes and image and (certificate := _gone(case, image)):
        return finished or Erasure(f"image {shown(image)}", (), (), ("was destroyed before",), certificate)
    wanted = _wanted(case, image, bystanders=bystanders, due=due)
    not_held(case, wanted.refs, bystanders=wanted.bystanders)
    with lock.locked(case.root):
        if not yes:
            order = _order(case, wanted, {})
            return Erasure(order["what"], _places(order), tuple(order["residuals"]), wanted.notes)
        write.sweep_temps(case.root)
        log = open_log(case)
        order = _order(case, wanted, {"at": now(), **people})
        begin(case, log, order)
        [(commitment, order)] = pending(case, log.entries).items()
        certificate = carry_out(case, log, commitment, order)
    return Erasure(order["what"], _places(order), tuple(order["residuals"]), wanted.notes, certificate)


@logged
def not_held(case: Case, refs: list[str], *, bystanders: bool) -> None:
    """
    Let nothing be erased that a hold of case.toml stands against today.

    Raises:
        AuthorityError: If one does; names it.
    """
    wanted = {*refs, *([BYSTANDERS] if bystanders else [])}
    for hold in case.settings.holds:
        ends = interval(hold.until).latest if hold.until else None
        stands = ends is None or ends.date() > today(case)
        if stands and (hold.ref == "*" or hold.ref in wanted):
            until = f"until {hold.until}" if hold.until else "for as long as it stands"
            raise AuthorityError(f"holds: {hold.ref} must be kept {until}: {hold.reason}; nothing was erased")


def _people() -> dict[str, str]:
    """Return who does it, who watches, and why."""
    said = stated()
    if "by" not in said or "reason" not in said:
        raise UsageError("expected --as POST, who erases, and --reason TEXT: a certificate says both")
    if said["by"] == said.get("witness"):
        raise UsageError(f"--witness: expected another post than --as: {said['by']} cannot be its own witness")
    return {"by": said["by"], "witness": said.get("witness", "none"), "reason": said["reason"]}


def _finish(case: Case) -> Erasure | None:
    """Finish what was begun earlier; None where nothing was."""
    if not pending(case, load(case.root / LOG).entries):
        return None
    with lock.locked(case.root):
        write.sweep_temps(case.root)
        log = open_log(case)
        for commitment, order in pending(case, log.entries).items():
            certificate = carry_out(case, log, commitment, order)
    return Erasure(order["what"], _places(order), tuple(order["residuals"]), (), certificate)


def _gone(case: Case, image: str) -> str | None:
    """Return the certificate of an image that was destroyed, of which no file is sealed."""
    sealed = {shown(entry.path) for entry in manifest.read(case.root)}
    stones = [stone for stone in erasure.tombstones(case.root) if stone.source not in sealed]
    return next((stone.certificate for stone in stones if image in (stone.image_ref, stone.source)), None)


def _wanted(case: Case, image: str | None, *, bystanders: bool, due: bool) -> Wanted:
    if sum((image is not None, bystanders, due)) != 1:
        raise UsageError("expected one of --image REF, --bystanders and --due")
    if due:
        return _due(case)
    if image is not None:
        return Wanted(_files(case, image))
    _swept(case)
    return Wanted(bystanders=True)


def _files(case: Case, image: str) -> tuple[tuple[str, str, str], ...]:
    """Return reference, path and digest of an image's files, and of every copy of them; all references they bear."""
    sealed = [entry for entry in manifest.read(case.root) if entry.path.startswith("raw/")]
    known = {shown(entry.path): entry.sha256 for entry in sealed}
    ingested = case.folder("ingest").joinpath("images").exists()
    listed = case.table("images").select("image_ref", "file").rows() if ingested else []
    refs: dict[str, set[str]] = {}
    for ref, file in listed:
        refs.setdefault(f"raw/images/{file}", set()).add(ref)
    digests = {sha256 for path, sha256 in known.items() if path == image or image in refs.get(path, ())}
    if not digests:
        gone = "; it was destroyed" if _gone(case, image) else ""
        raise UsageError(f"no sealed file of the image {image!r}: expected its reference or its path{gone}")
    copies = [entry for entry in sealed if entry.sha256 in digests]
    return tuple(
        sorted((ref, each.path, each.sha256) for each in copies for ref in refs.get(shown(each.path), {each.path}))
    )


def _swept(case: Case) -> None:
    """Refuse where nobody knows yet which faces are candidates."""
    outcome = next(
        (each for each in reversed(load(case.root / LOG).entries) if each.get("step") in ("index", "sweep")), None
    )
    if outcome is None or (outcome["step"], outcome["event"]) != ("sweep", "outcome"):
        raise UsageError("which faces are bystanders' is not known before a sweep: run 'toolkit sweep CASE' first")


def _due(case: Case) -> Wanted:
    """Return what case.toml says is over by today; what clauses say is for a person to read."""
    over = [each for each in case.settings.retention if _is_over(case, each.until)]
    files: set[tuple[str, str, str]] = set()
    why = [f"{each.ref}: {each.basis}, until {each.until}" for each in over]
    for each in over:
        if each.ref != BYSTANDERS and not _gone(case, each.ref):
            files |= set(_files(case, each.ref))
    keep = case.settings.mandate.keep_descriptors_until if case.settings.mandate else None
    kept_too_long = keep is not None and _is_over(case, keep)
    if kept_too_long:
        why.append(f"{BYSTANDERS}: mandate.keep_descriptors_until {keep}")
    bystanders = kept_too_long or any(each.ref == BYSTANDERS for each in over)
    if bystanders:
        _swept(case)
    return Wanted(tuple(sorted(files)), bystanders, tuple(why), _clauses(case))


def _clauses(case: Case) -> tuple[str, ...]:
    """Return the clauses about retention: no program knows which day they mean."""
    if not case.folder("ingest").joinpath("clauses").exists():
        return ()
    clauses = case.table("clauses").filter(pl.col("topic") == "retention").sort("agreement_ref", "version", "clause")
    return tuple(
        f"{row['agreement_ref']}/{row['version']} {row['clause']}, for a person to read: {row['text']}"
        for row in clauses.iter_rows(named=True)
    )


def _is_over(case: Case, until: str) -> bool:
    ends = interval(until).latest
    return ends is not None and ends.date() <= today(case)


def _order(case: Case, wanted: Wanted, said: dict[str, str]) -> Order:
    """Return what is to be done, with every place it has left something in."""
    order: Order = {
        **said,
        "number": len(erasure.certificates(case.root)) + 1,
        "what": _words(wanted),
        "files": [list(each) for each in wanted.files],
        "refs": wanted.refs,
        "digests": sorted({sha256 for _, _, sha256 in wanted.files}),
        "paths": sorted({path for _, path, _ in wanted.files}),
        "bystanders": wanted.bystanders,
    }
    seek = sought(case, order)
    found = {name: n for name in traces.places(case.root) if (n := traces.count(case.root, name, seek))}
    listed = sum(entry.sha256 in seek.digests for entry in manifest.read(case.root))
    order["tables"] = {name: n for name, n in found.items() if not name.startswith("cache/")}
    places = {**dict.fromkeys(order["paths"], 1), **({manifest.MANIFEST: listed} if listed else {}), **found}
    order["places"] = [list(each) for each in sorted(places.items())]
    order["residuals"] = _residuals(case, order)
    return order


def _words(wanted: Wanted) -> str:
    parts = [f"image {shown(ref)}" for ref in wanted.refs]
    parts += ["every face that is no candidate"] if wanted.bystanders else []
    due = f" (due: {'; '.join(wanted.why)})" if wanted.why else ""
    return (", ".join(parts) or "nothing") + due


def _residuals(case: Case, order: Order) -> list[str]:
    """Return what else holds it: outside sources, bundles that were made, what people wrote, and what is always so."""
    outside = [e.path for e in manifest.read(case.root) if e.path.startswith("/") and e.sha256 in order["digests"]]
    found = [f"{shown(path)}: outside the case, the same content" for path in outside]
    given = (line for line in access.read(case.root) if line.get("operation") == "disclosure")
    found += [f"{line['what']}, made {line['at'][:10]}, for {line.get('to', 'somebody not stated')}" for line in given]
    hand = sorted(path for path in (case.root / "hand").rglob("*") if path.is_file())
    named = [*order["refs"], *order["digests"]]
    for path in hand:
        text = path.read_bytes()
        if any(each.encode() in text for each in named):
            found.append(f"{case.relative(path)}: names it; a person wrote it")
    return [*found, *RESIDUALS]


def _places(order: Order) -> tuple[tuple[str, int], ...]:
    return tuple((name, n) for name, n in order["places"])
