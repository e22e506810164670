"""The day of the work, by which authority is judged, and `toolkit clock`: lines of the log that a clock dated ahead."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from toolkit.case import Case
from toolkit.custody import lock, note
from toolkit.custody.chain import LOG, Entry, load
from toolkit.errors import AuthorityError, UsageError
from toolkit.steps.consulted import stated
from toolkit.steps.job import append, asked_by, open_log, signers_of, the_key


class Moment(NamedTuple):
    """A moment (UTC), and what says that it has come: this machine's clock, or a line of the log."""

    at: dt.datetime
    by: str


def day_of_work(case: Case) -> Moment:
    """
    Return the moment of the work: that of this machine's clock, or of the latest line of the log where that is later.

    A clock that is set back gives no day back: what was logged had come. Lines that a signer corrected do not count.

    Raises:
        IntegrityError: If the log does not hold together.
    """
    here = Moment(dt.datetime.now(dt.UTC), "this machine's clock")
    return max([here, *_times(load(case.root / LOG).entries)], key=lambda moment: moment.at)


def today(case: Case) -> dt.date:
    """Return the day of the work (UTC)."""
    return day_of_work(case).at.date()


def correct_clock(case: Case) -> list[int]:
    """
    Say in the log that the lines which are later than now were written by a clock that was ahead; return their places.

    They stay as they are. From then on authority is not judged by their times any more.

    Raises:
        AuthorityError: If the case lists no signers, or the key is not that of one: nobody else's word is enough.
        CaseLocked: If another process is working on the case.
        UsageError: If no reason is stated, or no line is later than now.
    """
    key, signers = the_key(case), [note.public_key(text) for text in signers_of(case)]
    if key is None or key.public not in signers:
        listed = ", ".join(signer.name for signer in signers) or "it lists none"
        raise AuthorityError(f"only a signer of case.toml may correct the log's clock, with --key ({listed})")
    if "reason" not in stated():
        raise UsageError("expected --reason TEXT: how it is known that a clock was ahead")
    with lock.locked(case.root):
        log = open_log(case)
        here = dt.datetime.now(dt.UTC)
        ahead = [int(line.by.removeprefix(_LINE)) - 1 for line in _times(log.entries) if line.at > here]
        if not ahead:
            raise UsageError(
                f"{LOG}: no line is later than {here:%Y-%m-%d %H:%M} UTC, which this machine's clock shows"
            )
        append(case, log, "clock", step="clock", ahead=ahead, **asked_by(case))
    return ahead


_LINE = f"{LOG} line "


def _times(entries: Iterable[Entry]) -> list[Moment]:
    """Return the time of each line, but for lines that were corrected and those that state none."""
    entries = list(entries)
    corrected = {n for entry in entries if entry["event"] == "clock" for n in entry["ahead"] if n < entry["n"]}
    times = [(entry["n"], _read(entry["at"])) for entry in entries if entry["n"] not in corrected]
    return [Moment(at, f"{_LINE}{n + 1}") for n, at in times if at is not None]


def _read(text: str) -> dt.datetime | None:
    """
    Return a time of the log; None where it is none, or has no zone.

    >>> _read("2026-01-05T09:30:00+00:00").year, _read("yesterday"), _read("2026-01-05T09:30:00")
    (2026, None, None)
    """
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
