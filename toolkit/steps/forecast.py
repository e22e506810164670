"""What `plan` says; apart from it, so that showing it loads no decoder and no network."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Forecast:
    """
    What the index of all footage of a case would take.

    Times are of one core of this machine. They are given as least and most, because small faces are sought more or
    less often, depending on who is there, and nobody was looked for. Describing faces comes on top, since their number
    is not known.

    Args:
        files: Footage files that a decoder opens.
        not_opened: Footage files that none opens.
        no_length: Files among `files` that do not declare how long they are, and are not in the forecast.
        footage_hours: Declared length of the rest.
        footage_bytes: Their size.
        sampled_s: Seconds of footage that were decoded to take the time.
        searched_share: Share of the picture area of `looks_per_s` whole frames that moved and would be searched.
        worker_hours_least: Hours of one worker.
        worker_hours_most: And at most.
        workers: Workers that share it.
        describing_s: Seconds for 1,000 descriptors.
        face_bytes: Storage for 1,000 faces.
        cost_least: Price of the worker hours, where a price was given.
        cost_most: And at most.
        kept_until: Day until which the mandate keeps descriptors; None: they are forgotten when the sweep is done.
        again_hours: Hours of one worker to decode for a probe that comes after that, at most: only pieces of footage
            with faces are. Describing their faces comes on top.
        faces: How many faces an index found; None where there is none yet.
    """

    files: int
    not_opened: int
    no_length: int
    footage_hours: float
    footage_bytes: int
    sampled_s: float
    searched_share: float
    worker_hours_least: float
    worker_hours_most: float
    workers: int
    describing_s: float
    face_bytes: int
    cost_least: float | None = None
    cost_most: float | None = None
    kept_until: str | None = None
    again_hours: float = 0.0
    faces: int | None = None

    @property
    def hours(self) -> tuple[float, float]:
        """Hours from start to end, least and most, if the workers share the work evenly."""
        return self.worker_hours_least / self.workers, self.worker_hours_most / self.workers
