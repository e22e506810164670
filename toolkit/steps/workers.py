"""
How units of work are run: in this process, in processes of its own (joblib's loky), or on a Dask cluster.

A unit is a pure function's argument, and its result is small; what is large it writes to the case. Each worker has one
unit at a time, so a worker that dies names the unit it died of, and nobody else's work is lost. (joblib's `Parallel`
ends all of them, and every result that was not handed over yet.) A unit that fails is tried once more, alone, after
all the others; one that fails again is `Failed`, and the caller quarantines it (W501).

What decodes is given limits, and then never runs in this process. One worker is kept for the next units: starting one
takes seconds.
"""

import atexit
import os
import re
import resource
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import joblib
from joblib.externals.loky import process_executor
from joblib.externals.loky.process_executor import ProcessPoolExecutor

from toolkit.errors import ResourceError, ToolkitError, UsageError
from toolkit.steps.limits import Limits, within

U = TypeVar("U")
R = TypeVar("R")

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS"), "1"
)
"""Environment of a worker: the workers are what runs in parallel."""

OWN_MEMORY = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Else Arrow reserves 1 GiB at once, which counts as the worker's whether it is used or not."""

SAME_BYTES = ("toolkit", "numpy", "polars", "pyarrow", "av", "dlib-bin", "onnxruntime")
"""Packages that must have the same version everywhere, because they decide the bytes of a result."""

SIGNAL_S = 1.0
"""How soon Ctrl-C is heard: the kernel may hand it to a thread of a library, and then it does not end a wait."""

_LEFT_BEHIND = 0.25
"""Share of what a unit may take that its worker may have taken before; a fresh one uses 0.1 GiB."""
_RESERVED = 0.5
"""Share of it that the worker may hold reserved: allocators keep the place of what they give back (fresh: 0.15 GiB)."""

DIED = "its worker died (killed, out of memory, or a fault in a decoder)"


@dataclass(frozen=True)
class Failed:
    """A unit that failed twice, and how the second time."""

    why: str


def run(  # noqa: PLR0913 - by name only
    units: Sequence[U],
    function: Callable[[U], R],
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    follow: Callable[[U, R], Sequence[U]] | None = None,
    limits: Callable[[U], Limits] | None = None,
    root: Path | None = None,
) -> Iterator[tuple[U, R | Failed]]:
    """
    Yield each unit with its result as it comes, in no order.

    Args:
        units: What to do; started in this order.
        function: Does one; importable by its name, as workers are separate processes.
        workers: Processes; None: all cores. 1: this process, where there are no limits; 0: this process in any case,
            without the protection of another.
        scheduler: Address of a Dask scheduler whose workers see the case under the same path ("tcp://host:8786").
        follow: Returns the units that a result gives rise to; they are next.
        limits: Returns what a unit may take; with them each is done in another process. A Dask cluster's workers are
            not ours to end, and have limits of their own.
        root: Folder of the case: each worker of a cluster shows, before and with every result, that it sees this case,
            and that its code and models are those of this process.

    Raises:
        ToolkitError: What a unit raised, if the operator must act; all workers are ended.
        UsageError: If there is no such scheduler, or its workers are not fit.
        ResourceError: If the scheduler goes away.
    """
    if not units:
        return
    limits = None if scheduler is not None or workers == 0 else limits
    here = workers == 0 or (workers == 1 and limits is None)
    with _lanes(workers, scheduler, root, here=here) as lanes:
        again = []
        work = _Work(function, follow, limits)
        for unit, result in _finished(lanes, units, work):
            if isinstance(result, _Once):
                again.append((unit, result))
            else:
                yield unit, result
        for unit, once in again:
            if once.final:
                yield unit, Failed(once.why)
                continue
            for it_or_next, result in _finished(lanes[:1], [unit], work):
                yield it_or_next, Failed(result.why) if isinstance(result, _Once) else result


@dataclass(frozen=True)
class _Once:
    """A unit that failed; final where the cluster tried it again already."""

    why: str
    final: bool


@dataclass(frozen=True)
class _Work(Generic[U, R]):
    """What is done with each unit."""

    function: Callable[[U], R]
    follow: Callable[[U, R], Sequence[U]] | None
    limits: Callable[[U], Limits] | None


class _Lane:
    """One worker; another one is started where it died."""

    def __init__(self, start: Callable[[], Executor]) -> None:
        self._start = start
        self._executor: Executor | None = None

    def submit(self, function: Callable[[U], R], unit: U, limits: Limits | None = None) -> "Future[R]":
        """Have a unit done; what an earlier one left behind in the worker never counts against it."""
        if limits:
            used, reserved = _own_bytes(self._running())
            if used > limits.memory_bytes * _LEFT_BEHIND or reserved > limits.memory_bytes * _RESERVED:
                self.end()
        try:
            return self._running().submit(function, unit)
        except BrokenProcessPool:  # it died while it had nothing to do
            self.end()
            return self._running().submit(function, unit)

    def _running(self) -> Executor:
        self._executor = self._executor or self._start()
        return self._executor

    def rest(self) -> None:
        """Keep the worker, which has nothing to do, for the next run, or end it where one is kept."""
        if isinstance(self._executor, ProcessPoolExecutor) and _place() not in _kept:
            _kept[_place()], self._executor = self._executor, None
        self.end()

    def end(self) -> None:
        """End the worker, whatever it is doing."""
        if isinstance(self._executor, ProcessPoolExecutor):
            self._executor.shutdown(wait=True, kill_workers=True)
        self._executor = None


def _own_bytes(executor: Executor) -> tuple[int, int]:
    """
    Return the memory of its own that a worker uses, and what it has reserved, which its limit counts.

    Both are 0 where it is not started yet, or nobody can tell (no /proc).
    """
    pids = list(getattr(executor, "_processes", None) or ())
    try:
        [pages] = [[int(number) for number in Path(f"/proc/{pid}/statm").read_text().split()] for pid in pids]
        resident, shared, data = pages[1], pages[2], pages[5]
    except (OSError, ValueError, IndexError):
        return 0, 0
    return (resident - shared) * resource.getpagesize(), data * resource.getpagesize()


def warm(module: str) -> None:
    """Start the worker that is kept, and let it load a module, while this process has other things to do."""
    executor = _process(os.getpid())
    executor.submit(import_module, module)
    _kept[_place()] = executor


_kept: dict[tuple[object, ...], ProcessPoolExecutor] = {}
"""The worker that waits for the next run, by what it was started with; at most one in a process."""


def _place() -> tuple[object, ...]:
    """Return what a worker must have been started with: this process, and where modules are found."""
    return os.getpid(), os.environ.get("PYTHONPATH"), os.getcwd()  # noqa: PTH109 - a key, not a path to join


@atexit.register
def end_kept() -> None:
    """End the worker that is kept, if there is one."""
    for place in [place for place in _kept if place[0] == os.getpid()]:
        _kept.pop(place).shutdown(wait=True, kill_workers=True)


def _finished(lanes: Sequence[_Lane], units: Iterable[U], work: _Work[U, R]) -> Iterator[tuple[U, R | _Once]]:
    """Yield each unit with its result, or how it failed."""
    waiting, free, limits = deque(units), list(lanes), work.limits
    running: dict[Future[R], tuple[U, _Lane]] = {}
    while waiting or running:
        while waiting and free:
            unit, lane = waiting.popleft(), free.pop()
            function = partial(within, limits(unit), work.function) if limits else work.function
            running[lane.submit(function, unit, limits(unit) if limits else None)] = unit, lane
        done, _ = wait(running, SIGNAL_S, FIRST_COMPLETED)
        for future in done:
            unit, lane = running.pop(future)
            free.append(lane)
            result: R | _Once = _result(future, lane, limits(unit) if limits else None)
            if work.follow and not isinstance(result, _Once):
                waiting.extendleft(reversed(work.follow(unit, result)))
            yield unit, result


def _result(future: "Future[R]", lane: _Lane, limits: Limits | None) -> R | _Once:
    try:
        return future.result()
    except ToolkitError:
        raise
    except BrokenProcessPool as error:
        lane.end()
        signals = set(re.findall(r"SIG[A-Z]+", str(error))) - {"SIGKILL", "SIGTERM"}
        ended_by = signals.pop() if len(signals) == 1 else ""
        beyond = limits.sentence(ended_by) if limits else None
        return _Once(beyond or (f"its worker died of {ended_by}" if ended_by else DIED), final=False)
    except CancelledError:
        raise ResourceError("the Dask scheduler is gone; what was finished is kept, run again to go on") from None
    except Exception as error:  # noqa: BLE001 - whatever a decoder or a model raises
        if type(error).__name__ == "KilledWorker":  # Dask's: it tried other workers, and they died as well
            return _Once(DIED, final=True)
        beyond = limits.sentence(type(error).__name__) if limits else None
        if beyond:
            lane.end()  # what the unit took is its worker's still: the next unit is not to pay for it
        why = beyond or type(error).__name__
        return _Once(f"{why}: {error}".strip(": "), final=False)


@contextmanager
def _lanes(workers: int | None, scheduler: str | None, root: Path | None, *, here: bool) -> Iterator[list[_Lane]]:
    """Give the lanes, which start a worker when they are first used, and end them, also when interrupted."""
    if scheduler is not None:
        with _cluster(scheduler, root) as (executor, n_workers):
            yield [_Lane(lambda: executor) for _ in range(min(workers or n_workers, n_workers))]
        return
    start = _Here if here else partial(_process, os.getpid())
    lanes = [_Lane(start) for _ in range(1 if here else workers or joblib.cpu_count())]
    try:
        yield lanes
    except BaseException:
        for lane in lanes:
            lane.end()
        raise
    for lane in lanes:
        lane.rest()


class _Here(Executor):
    """This process."""

    def submit(self, function: Callable[..., R], /, *args: Any, **kwargs: Any) -> "Future[R]":  # noqa: ANN401
        future: Future[R] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as another process would hand it over
            future.set_exception(error)
        return future


def _process(parent: int) -> ProcessPoolExecutor:
    """Return the process that is kept, or start one (fork and exec: a fork alone hangs under Polars' threads)."""
    if _place() in _kept:
        return _kept.pop(_place())
    return ProcessPoolExecutor(1, env=ONE_THREAD | OWN_MEMORY, initializer=_in_worker, initargs=(parent,))


def _in_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, and end when it is gone, however it went; what it may take, its units' limits say."""
    # Loky ends a worker that has grown by 300 MB, between two units and with a warning: here every unit has its limit.
    process_executor._USE_PSUTIL = False  # noqa: SLF001 - there is no other switch
    # A library that gives up writes where and on what; why a unit failed is told by its result.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


@contextmanager
def _cluster(address: str, root: Path | None) -> Iterator[tuple[Executor, int]]:
    """
    Connect to an existing Dask cluster; nothing is started, and nothing is left on it.

    Raises:
        UsageError: If Dask is not installed, nobody answers, or the workers differ from this machine.
    """
    try:
        distributed: Any = import_module("distributed")  # an extra
    except ImportError:
        raise UsageError("--scheduler needs Dask: pip install 'toolkit[dask]'") from None
    _knock(address)
    with distributed.Client(address, timeout=10, set_as_default=False) as client:
        threads = client.nthreads()
        if not threads:
            raise UsageError(f"--scheduler {address}: it has no workers; start some with: dask worker {address}")
        if several := sorted(worker for worker, n in threads.items() if n != 1):
            raise UsageError(
                f"--scheduler {address}: expected workers of one thread, found more in {', '.join(several)}; "
                f"start them with: dask worker {address} --nworkers auto --nthreads 1"
            )
        here = _versions()
        for worker, there in sorted(client.run(_versions).items()):
            if there != here:
                unlike = ", ".join(
                    f"{name} {there[name]} (here {here[name]})" for name in here if there[name] != here[name]
                )
                raise UsageError(f"--scheduler {address}: worker {worker} has {unlike}; the same bytes need the same")
        executor = client.get_executor(pure=False)
        if root is None:
            yield executor, len(threads)
            return
        from toolkit.steps import identity  # noqa: PLC0415 - loads Polars, which a worker that starts need not wait for

        with identity.proof_in(root) as proof:
            vouched = identity.Vouched(executor, address, proof)
            for worker, (name, there) in sorted(client.run(identity.told, proof).items()):
                vouched.check(f"{worker} on {name}", there)
            yield vouched, len(threads)


def _knock(address: str) -> None:
    """Refuse an address where nobody answers, before Dask tries: its client hangs when it is thrown away half made."""
    place = urlsplit(address)
    try:
        if place.scheme not in ("tcp", "tls") or not place.hostname or not place.port:
            raise ValueError("expected tcp://host:port")  # noqa: TRY301
        socket.create_connection((place.hostname, place.port), timeout=10).close()
    except (OSError, ValueError) as error:
        raise UsageError(f"--scheduler {address}: no Dask scheduler answers ({error})") from None


def _versions() -> dict[str, str]:
    """Return the version of each package that decides the bytes of a result."""
    return {name: _version(name) for name in SAME_BYTES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
