"""
Descriptors are forgotten when the sweep is done: most are of people nobody asked about.

What stays are the boxes of all faces, and the descriptors of candidates, so that what reviewers see can be worked out
again. The log keeps a tombstone of each shard (custody/tombstones.py).
"""

from dataclasses import replace

import pyarrow.parquet as pq

from toolkit.case import Case, Run
from toolkit.custody import lock, write
from toolkit.custody.digest import file_digest
from toolkit.custody.log import Log
from toolkit.custody.tombstones import FORGETTABLE, Tombstone, forgotten, listed
from toolkit.custody.verify import expected_outputs
from toolkit.errors import IntegrityError
from toolkit.settings import Mandate
from toolkit.steps import describing, pieces
from toolkit.steps.clock import today
from toolkit.steps.gate import keeps_descriptors
from toolkit.steps.job import append, asked_by, open_log


def after(sweep: Run, case: Case, mandate: Mandate) -> Run:
    """
    Forget the descriptors of a case whose sweep is done, unless its mandate keeps them, and say so in the sweep's run.

    A process that is killed on the way leaves an intent in the log; the next run forgets the rest.

    Raises:
        CaseLocked: If another process is working on the case.
        IntegrityError: If a shard is not what the log has of it: that is looked into first.
    """
    with lock.locked(case.root):
        write.sweep_temps(case.root)
        pieces.forget(case)
        describing.forget(case)
        log = open_log(case)
        keeps = keeps_descriptors(mandate, today(case))
        begun = forgotten(log.entries).begun
        files = dict(begun) if keeps else begun | _there(case, log, _why(mandate))
        if files:
            _remove(case, log, files, begun)
    if keeps:
        kept = f"descriptors are kept until {mandate.keep_descriptors_until} (mandate.keep_descriptors_until)"
        return replace(sweep, head=log.head, notes=(*sweep.notes, kept) if sweep.did_work else sweep.notes)
    if not files:
        return sweep
    said = f"descriptors of {sum(stone.rows for stone in files.values())} faces forgotten"
    return replace(sweep, did_work=True, head=log.head, notes=(*sweep.notes, said))


def _why(mandate: Mandate) -> str:
    until = mandate.keep_descriptors_until
    reason = f"mandate.keep_descriptors_until, {until}, has come" if until else "no mandate.keep_descriptors_until"
    return f"the sweep is done; {reason}"


def _there(case: Case, log: Log, why: str) -> dict[str, Tombstone]:
    """Return the tombstones of the shards that are there: as the log has them, or forgotten and there again."""
    expected, gone = expected_outputs(log.entries), forgotten(log.entries).done
    found = {}
    for path in sorted((case.root / FORGETTABLE).glob("*.parquet")):
        name = case.relative(path)
        if name in gone:
            found[name] = gone[name]._replace(why=why)
        elif name in expected:
            if (now := file_digest(path)) != expected[name]:
                raise IntegrityError(f"{name}: expected the digest {expected[name]}, found {now}; not forgotten")
            found[name] = Tombstone(name, now, pq.read_metadata(path).num_rows, "", why)
    return found


def _remove(case: Case, log: Log, files: dict[str, Tombstone], begun: dict[str, Tombstone]) -> None:
    """Say what will be removed, remove it, and say that it is; what an earlier process said is not said again."""
    why = next(iter(files.values())).why
    if files.keys() - begun.keys():
        append(case, log, "intent", step="forget", forgets=listed(files.values()), why=why, **asked_by(case))
    for name in sorted(files):
        write.remove(case.root / name)
    append(case, log, "forgotten", step="forget", files=listed(files.values()), why=why)
