"""What every step has in common: the lock, intent and outcome in the log, and not doing again what is done."""

import datetime as dt
import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import polars as pl

import toolkit
from toolkit.case import Case, Run
from toolkit.custody import access, commitments, digest, erasure, lock, note, write
from toolkit.custody.chain import LOG, Entry, is_earlier, load
from toolkit.custody.log import Log, check_listed
from toolkit.custody.signing import keys_of
from toolkit.custody.tombstones import Tombstone, forgotten
from toolkit.errors import IntegrityError, NoCase, UsageError
from toolkit.problems import Problem
from toolkit.steps.consulted import stated
from toolkit.tables import table


@dataclass
class Job:
    """
    A step at work.

    Args:
        case: The case.
        step: Name of the step.
        inputs: Digest of all that its outcome depends on: other outcomes, settings, models, version of the tool. The
            log has it keyed.
        key: The key of the case that it is keyed with.
        log: The log of the case.
        up_to_date: Whether the last outcome had the same inputs and its files are still what they were.
    """

    case: Case
    step: str
    inputs: str
    log: Log
    up_to_date: bool
    began: float
    key: bytes
    outputs: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    sources: list[dict[str, object]] = field(default_factory=list)
    said: dict[str, object] = field(default_factory=dict)
    """What the outcome says beside its outputs."""

    def write(self, name: str, frame: pl.DataFrame, shard: str | None = None) -> None:
        """Write a table of this step, whole, also when it is empty; its columns are checked against `tables`."""
        path = self._path(name, shard)
        self.keep(path, write_frame(path, name, self.step, frame))

    def write_some_at_a_time(self, name: str, frames: Iterable[pl.DataFrame], shard: str | None = None) -> None:
        """Write a table, or a shard of it, that need not fit into memory; its bytes are those of the whole."""
        path = self._path(name, shard)
        batches = (batch for frame in frames for batch in frame.to_arrow().to_batches())
        self.keep(path, write.write_table(path, batches, table(name, self.step).arrow_schema()))

    def _path(self, name: str, shard: str | None) -> Path:
        return self.case.folder(self.step) / (f"{name}/{shard}.parquet" if shard else f"{name}.parquet")

    def write_problems(self, problems: Iterable[Problem]) -> None:
        """Write the `problems` table of this step, sorted."""
        rows = [
            (found.code, found.origin.source, found.origin.locator, found.message, found.kept)
            for found in sorted(set(problems))
        ]
        self.write("problems", pl.DataFrame(rows, schema=table("problems", self.step).schema(), orient="row"))

    def keep(self, path: Path, sha256: str) -> None:
        """Name a file as an output of this step."""
        self.outputs[self.case.relative(path)] = sha256

    def done(self, unit: str, inputs: str) -> dict[str, Any] | None:
        """
        Return the log's entry of a unit of the same inputs that an earlier run finished, if its files are intact.

        Files that were forgotten since are intact, and not among its `outputs` any more.
        """
        entry = self._units.get(unit)
        if entry is None or entry.get("inputs") != self.keyed(inputs):
            return None
        outputs = erasure.amended(entry, self._erased)
        if not self._intact(outputs):
            return None
        return {**entry, "outputs": {path: each for path, each in outputs.items() if path not in self.forgotten}}

    @cached_property
    def forgotten(self) -> dict[str, Tombstone]:
        """What was forgotten before this step began, or was about to be when a process was killed, by path."""
        return forgotten(self.log.entries).all

    @cached_property
    def _by(self) -> dict[str, str]:
        """What units are done with, wherever: the digest of the code, and of the models where faces are looked at."""
        from toolkit.steps.identity import models_digest  # noqa: PLC0415 - loads dlib

        networks = {"networks": models_digest()} if self.step in ("index", "sweep") else {}
        return {"code": code_digest(), **networks}

    @cached_property
    def _erased(self) -> list[Entry]:
        return [entry for entry in self.log.entries if entry["event"] == "erased"]

    @cached_property
    def _units(self) -> dict[str, Entry]:
        """The latest finished unit of each name."""
        of_this_step = (each for each in self.log.entries if (each["event"], each.get("step")) == ("unit", self.step))
        return {entry["unit"]: entry for entry in of_this_step}

    def unit(self, unit: str, inputs: str, outputs: dict[str, str], found: dict[str, Any]) -> None:
        """
        Log that a unit of work is finished, so that an interrupted step goes on after it.

        Args:
            unit: Its name, unique in the step.
            inputs: Digest of all that it depends on.
            outputs: Its files and their digests.
            found: What else the step needs of it when it goes on: counts and texts, no floats.
        """
        self._append("unit", unit=unit, inputs=self.keyed(inputs), outputs=outputs, found=found, **self._by)

    def result(self) -> Run:
        """Return what the step did."""
        written = () if self.up_to_date else tuple(sorted(self.outputs))
        problems = tuple(self.case.problems(self.step))
        seconds = time.monotonic() - self.began
        return Run(
            self.step,
            not self.up_to_date,
            written,
            problems,
            tuple(self.sources),
            self.log.head,
            tuple(self.notes),
            seconds,
        )

    def keyed(self, inputs: str) -> str:
        """
        Return what the log says of a digest of inputs: whoever has the log alone cannot try a picture against it.

        What a step or unit worked with often holds the digest of one file, and nothing else that is secret.
        """
        return erasure.keyed(self.key, inputs)

    def _intact(self, outputs: dict[str, str]) -> bool:
        return all(self._is_intact(name, sha256) for name, sha256 in outputs.items())

    def _is_intact(self, name: str, sha256: str) -> bool:
        if name in self.forgotten and self.forgotten[name].sha256 == sha256:
            return True
        return (path := self.case.root / name).is_file() and digest.file_digest(path) == sha256

    def _append(self, event: str, **payload: object) -> None:
        append(self.case, self.log, event, step=self.step, **payload)

    def _finish(self) -> None:
        """Remove what earlier runs of this step left and this one did not write, then log the outcome."""
        for path in sorted(self.case.folder(self.step).rglob("*.parquet")):
            if self.case.relative(path) not in self.outputs:
                write.remove(path)
        self._append("outcome", inputs=self.keyed(self.inputs), outputs=self.outputs, **self.said)


def append(case: Case, log: Log, event: str, **payload: object) -> None:
    """Append an entry to the log, with the settings and decisions that stand now."""
    log.append({"event": event, **settled(case), **payload}, at=now())


def key_of(inputs: object) -> str:
    """Return the digest of all that the outcome of a step depends on, the version of the tool included."""
    return digest.digest_of({"inputs": inputs, "tool": toolkit.__version__})


def key_of_digests(case: Case) -> bytes:
    """Return the key of the case's keyed digests; hold the case's lock. It leaves the case with nobody."""
    key = erasure.the_key(case.root, make=True)
    assert key is not None  # noqa: S101 - mypy: it was made
    return key


def salt_of_manifest(case: Case, erasures: int) -> str:
    """Return the salt of the manifest of a case in which so many erasures were done; hold the case's lock."""
    return erasure.keyed(key_of_digests(case), f"manifest after {erasures} erasures")


def write_frame(path: Path, name: str, step: str, frame: pl.DataFrame) -> str:
    """
    Write a table, or a shard of it, and return its digest.

    Raises:
        ValueError: If its columns are not those that `toolkit.tables` states.
    """
    schema = table(name, step).schema()
    if frame.schema != schema:
        wrong = sorted(set(frame.schema.items()) ^ set(schema.items()), key=str)
        raise ValueError(f"table {name!r} does not have the columns that toolkit.tables states: {wrong}")
    return write.write_table(path, frame.to_arrow())


@contextmanager
def job(
    case: Case, step: str, inputs: object, *, again: bool = False, flags: Mapping[str, object] | None = None
) -> Iterator[Job]:
    """
    Do a step: take the lock, log the intent, let the body write, log the outcome.

    The body must return at once where `up_to_date` is true. An exception leaves an intent without an outcome.

    Args:
        case: The case.
        step: Name of the step.
        inputs: Whatever the outcome depends on, as JSON without floats.
        again: Try again what failed twice and is in quarantine (W501), though nothing else has changed.
        flags: What was asked of the step beside `case.toml`; kept with the intent, for the runs after this one.

    Raises:
        CaseLocked: If another process is working on the case.
        IntegrityError: If the log does not hold together.
    """
    began = time.monotonic()
    with lock.locked(case.root):
        write.sweep_temps(case.root)
        log = open_log(case)
        refuse_pending(case, log.entries)
        behind = _clock_is_behind(log.entries)
        key = key_of(inputs)
        work = Job(case, step, key, log, up_to_date=False, began=began, key=key_of_digests(case), notes=behind)
        last = log.last(event="outcome", step=step)
        to_mend = again and any(problem.code == "W501" for problem in case.problems(step))
        outputs = erasure.amended(last, work._erased) if last else {}  # noqa: SLF001 - its own maker
        if last and last.get("inputs") == work.keyed(key) and not to_mend and work._intact(outputs):  # noqa: SLF001
            work.outputs = outputs
            work.up_to_date = True
            work.notes += ["nothing is in quarantine"] if again else []
            keep_access(case, log, alone=True)
            yield work
            return
        keep_access(case, log)
        said = {} if flags is None else {"flags": dict(flags)}
        work._append("intent", inputs=work.keyed(key), code=code_digest(), **said, **asked_by(case))  # noqa: SLF001
        yield work
        work._finish()  # noqa: SLF001


def pending(case: Case, entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Return commitment -> order of each erasure that was begun and is not finished (see steps/removal.py)."""
    begun = [entry for entry in entries if entry["event"] == "intent" and entry.get("step") == erasure.STEP]
    kept = commitments.opened(case.root) if begun else {}
    return {made: json.loads(kept[made]) for entry in begun for made in entry["order"] if made in kept}


def refuse_pending(case: Case, entries: Iterable[Entry]) -> None:
    """
    Let no step work on a case from which half an image is gone.

    Raises:
        IntegrityError: If an erasure was begun and is not finished.
    """
    if pending(case, entries):
        raise IntegrityError(f"{case.root}: an erasure was begun and is not finished: run 'toolkit erase CASE --yes'")


def now() -> str:
    """Return the time, as the log has it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


def _clock_is_behind(entries: Sequence[Entry]) -> list[str]:
    """Say so where this machine's clock shows a time before the last line of the log: one of the two is wrong."""
    here, last = now(), entries[-1]["at"] if entries else ""
    if not is_earlier(here, last):
        return []
    return [f"C303 this machine's clock shows {here[:19]}, the last line of the log is of {last[:19]}: is it right?"]


@cache
def code_digest() -> str:
    """Return the digest of the tool as installed: its code, SQL, profiles and templates, by path and content."""
    top = Path(toolkit.__file__).parent
    files = sorted(path for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return digest.digest_of({path.relative_to(top).as_posix(): digest.file_digest(path) for path in files})


def settled(case: Case) -> dict[str, str]:
    """Return what every line of a step says of the case: settings, human decisions, version of the tool."""
    hand = digest.folder_digest(case.root / "hand")
    return {"case": case.settings_digest(), "hand": hand, "tool": toolkit.__version__}


def asked_by(case: Case) -> dict[str, object]:
    """Return the post of who is at work, and a commitment to the reason, as far as they are stated."""
    said = stated()
    reason = {"reason": commitments.commit(case.root, [said["reason"]])} if "reason" in said else {}
    return {"by": said["by"], **reason} if "by" in said else dict(reason)


def keep_access(case: Case, log: Log, *, alone: bool = False) -> None:
    """
    Commit to what was read since the last step, if anything was: who reads or reviews writes no line of the log.

    Args:
        case: The case.
        log: Its log.
        alone: Whether no other line follows, that would commit to what was decided in `hand/` and set in `case.toml`.
    """
    settings = settled(case)
    last = {key: entry[key] for entry in log.entries for key in ("case", "hand") if key in entry}
    changed = any(last[key] != settings[key] for key in last)
    if read := access.unsealed(case.root, log.entries, again=alone and changed):
        log.append({**read, **settings}, at=now())


def signers_of(case: Case) -> list[str]:
    """
    Return the public keys that sign the case: the log says whose, and `case.toml` must say the same.

    Raises:
        AuthorityError: If the log is signed, and `case.toml` lists other signers.
        IntegrityError: If the log does not hold together.
    """
    signing, listed = load(case.root / LOG).signing, list(case.settings.signers)
    if signing.keys:
        check_listed(signing, keys_of(listed, "case.toml"), 0)
    return signing.lines or listed


def open_log(case: Case, *, adopt: bool = False) -> Log:
    """
    Return the log of a case, with the key that `--key` or TOOLKIT_KEY names; hold the case's lock.

    Args:
        case: The case.
        adopt: Whether somebody is about to sign what none of the case's signers signed, or to change who signs.

    Raises:
        AuthorityError: If the case is signed, and there is no key of a signer, or `case.toml` lists other signers.
        IntegrityError: If the log does not hold together, or its head is not signed by a signer of the case.
        NoCase: If a newer version of the tool wrote to it last.
        UsageError: If the key cannot be read.
    """
    log = Log(case.root / LOG, the_key(case), case.settings.signers, adopt=adopt)
    wrote = next((str(entry["tool"]) for entry in reversed(log.entries) if "tool" in entry), "")
    if _numbers(wrote) > _numbers(toolkit.__version__):
        raise NoCase(
            f"{case.root}: written by toolkit {wrote}, newer than this one ({toolkit.__version__}); use that one"
        )
    return log


def _numbers(version: str) -> list[int]:
    """Return the numbers of a version, to be compared: 0.10.1 is newer than 0.9."""
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def the_key(case: Case | None = None) -> note.PrivateKey | None:
    """
    Return the key that `--key` or TOOLKIT_KEY names; None where neither does.

    Raises:
        UsageError: If the file holds no key, or lies in the case: a key there would sign for whoever copies it.
    """
    named = os.environ.get("TOOLKIT_KEY")
    if not named:
        return None
    if case and Path(os.path.realpath(named)).is_relative_to(case.root):
        raise UsageError(f"{named}: a key must lie outside the case")
    return key_in(named)


def key_in(path: str | Path) -> note.PrivateKey:
    """
    Return the private key in a file.

    Raises:
        UsageError: If it holds none; names the file, and shows nothing of what is in it.
    """
    try:
        return note.private_key(Path(path).read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: expected a file with a key, found: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected a private key, one line of text; found bytes that are no UTF-8") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def shard_name(source: str) -> str:
    """
    Return the name of a source's shard: readable, and unlike any other source's.

    Whoever sends sources chooses their paths: of 64,000 two share their first 8 hex digits, and one would be written
    over the other; two that share 32 cannot be found.

    >>> shard_name("raw/footage/KB1 2016.mp4")
    'KB1-2016-da8d736592110d77c2f238a309b6ae77'
    """
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", Path(source).stem)[:40].strip("-")
    return f"{stem}-{hashlib.sha256(source.encode()).hexdigest()[:32]}"
