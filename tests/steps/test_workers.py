"""Units of work: whatever dies, nobody else's work is lost, and nothing is left running."""

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import doing
import pytest
from clusters import cluster, until

import toolkit
from toolkit.errors import IntegrityError, UsageError
from toolkit.steps.identity import identity, proof_in, unlike
from toolkit.steps.limits import Limits
from toolkit.steps.workers import DIED, Failed, run

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def workers_find_what_to_do(monkeypatch):
    """Other processes import `doing` too."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def alive(pid):
    """Return whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_unit_is_done_once(workers):
    """As many results as units, whatever the number of workers."""
    assert [(n, n * n) for n in range(7)] == sorted(run(range(7), doing.square, workers))


def test_one_worker_is_this_process_and_more_are_others():
    """One worker needs no other process; two never do a unit here."""
    assert {os.getpid()} == {pid for _, pid in run([1, 2], doing.pid, workers=1)}
    assert os.getpid() not in {pid for _, pid in run([1, 2], doing.pid, workers=2)}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_result_may_give_rise_to_more_units(workers):
    """Each number is followed by its half until it is odd."""
    found = run([12, 7], doing.square, workers, follow=lambda n, _: [n // 2] if n % 2 == 0 else [])

    assert [(3, 9), (6, 36), (7, 49), (12, 144)] == sorted(found)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_unit_that_fails_twice_is_quarantined(workers):
    """The others are done; the one is handed back with what it raised."""
    expected = {n: n for n in range(5)} | {3: Failed("ValueError: three is refused")}

    assert expected == dict(run(range(5), doing.fails, workers))


def test_a_worker_that_is_killed_loses_only_its_unit(tmp_path):
    """Unit 3 ends its worker by SIGKILL, twice; each other unit began exactly once, also those beside it."""
    units = [(tmp_path, n) for n in range(6)]

    done = {n: result for (_, n), result in run(units, doing.noted, workers=2)}

    assert {n: n for n in range(6)} | {3: Failed(DIED)} == done
    assert {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 5: 1} == {n: len((tmp_path / str(n)).read_text()) for n in range(6)}


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (doing.hangs, "no sign of life for 1 s; ended"),
        (doing.swallows, "needed more than 1 GiB of memory"),
        (doing.crashes, "its worker died of SIGSEGV"),
    ],
)
def test_a_unit_beyond_its_limits_costs_only_itself(function, why):
    """One worker is another process too: what hangs, crashes or asks for all memory is tried twice and handed back."""
    found = dict(run([1, 3, 2], function, workers=1, limits=lambda _: Limits(silent_s=1, memory_bytes=1 << 30)))

    assert {1: 1, 2: 2, 3: Failed(why)} == found


def test_a_unit_that_gets_on_may_take_its_time():
    """Two seconds of work under a limit of one: the limit is of silence, not of work."""
    assert [(4, 4)] == list(run([4], doing.gets_on, workers=1, limits=lambda _: Limits(silent_s=1)))


def test_one_worker_is_kept_for_the_next_run():
    """Starting one takes seconds; it is the same process, and its limits do not stay."""
    [(_, first)] = run([1], doing.pid, workers=1, limits=lambda _: Limits(silent_s=1, memory_bytes=1 << 30))

    assert [(1, first)] == list(run([1], doing.pid, workers=1, limits=lambda _: Limits()))
    assert first != os.getpid()
    assert [(3, 2 << 30)] == list(run([3], doing.swallows, workers=1, limits=lambda _: Limits()))


def test_a_unit_that_fails_once_is_done_the_second_time(tmp_path):
    """A worker that died for another reason (memory) costs its unit a second try, not its place."""
    units = [(tmp_path, n) for n in range(5)]

    assert list(range(5)) == sorted(result for _, result in run(units, doing.killed_once, workers=2))


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_person_must_decide_stops_the_work(workers):
    """An altered file is no fault of its unit: it is not tried again, and not quarantined."""
    with pytest.raises(IntegrityError, match="unit 2 is not what was sealed"):
        list(run(range(4), doing.must_act, workers))


@pytest.mark.parametrize("ends_by", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path, ends_by):
    """Interrupted or killed: finished units are handed over before, and a moment later nothing runs."""
    script = f"""
        from pathlib import Path
        import doing
        from toolkit.steps.workers import run
        folder = Path({str(tmp_path)!r})
        for (_, n), result in run([(folder, n) for n in range(4)], doing.slow, workers=2):
            (folder / f"{{n}}.kept").touch()
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stderr=subprocess.DEVNULL)
    until(lambda: all((tmp_path / name).exists() for name in ("0.kept", "1.kept", "2.pid", "3.pid")))

    parent.send_signal(ends_by)

    assert parent.wait(20) != 0
    workers = {int(path.read_text()) for path in tmp_path.glob("*.pid") if path.read_text()}
    until(lambda: not any(alive(pid) for pid in workers))
    assert ["0.kept", "1.kept"] == sorted(path.name for path in tmp_path.glob("*.kept"))


@pytest.mark.parametrize("address", ["localhost", "tcp://127.0.0.1:9", "tcp://127.0.0.1:port"])
def test_a_scheduler_that_is_not_there_is_said_so(address):
    """An address where nobody answers is a mistake of the command, not of the evidence."""
    answer = "no Dask scheduler answers" if importlib.util.find_spec("distributed") else "needs Dask: pip install"

    with pytest.raises(UsageError, match=answer):
        list(run([1], doing.square, scheduler=address))


@pytest.fixture(scope="module")
def scheduler():
    """Give the address of a Dask scheduler with two workers on loopback."""
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    with cluster(2) as address:
        yield address


def test_a_dask_cluster_does_the_same(scheduler):
    """Every unit once; one that fails twice is quarantined with the same words."""
    expected = {n: n for n in range(5)} | {3: Failed("ValueError: three is refused")}

    assert expected == dict(run(range(5), doing.fails, scheduler=scheduler))


def test_a_dask_worker_that_dies_names_its_unit(scheduler, tmp_path):
    """Unit 3 ends its worker; Dask tries it elsewhere; then it is handed back, and every other unit is done."""
    units = [(tmp_path, n) for n in range(6)]

    done = {n: result for (_, n), result in run(units, doing.noted, scheduler=scheduler)}

    assert {n: n for n in range(6)} | {3: Failed(DIED)} == done


def test_a_dask_worker_with_other_code_is_refused(tmp_path, monkeypatch):
    """The same version number, one line edited: named with its host before anything is done, exit 2."""
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    edited = tmp_path / "edited"
    shutil.copytree(Path(toolkit.__file__).parent, edited / "toolkit", ignore=shutil.ignore_patterns("__pycache__"))
    with (edited / "toolkit/faces/search.py").open("a") as file:
        file.write("# edited\n")
    monkeypatch.setenv("PYTHONPATH", str(edited))  # of the cluster that is started now
    with cluster(1) as address:
        with pytest.raises(
            UsageError, match=rf"worker \S+ on {re.escape(socket.gethostname())} has other code"
        ) as raised:
            list(run([1], doing.square, scheduler=address, root=tmp_path))
        assert 2 == raised.value.exit_code


def test_a_dask_worker_shows_with_every_result_that_it_sees_this_case(scheduler, tmp_path):
    """Before and with each unit; when the work is done nothing of the proof is left."""
    assert {n: n * n for n in range(5)} == dict(run(range(5), doing.square, scheduler=scheduler, root=tmp_path))
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]

    with pytest.raises(UsageError, match=rf"on {re.escape(socket.gethostname())} has not this case under {tmp_path}"):
        list(run([tmp_path], doing.empties_the_case, scheduler=scheduler, root=tmp_path))


def test_what_differs_between_two_processes_is_said(tmp_path):
    """Code, models and case, each by name; the same process differs in nothing."""
    with proof_in(tmp_path) as proof:
        here = identity(proof)
        assert [] == unlike(here, identity(proof), proof)
        other = identity(tmp_path / "elsewhere" / proof.name) | {"models": "0" * 64, "code": "1" * 64}
        expected = ["other code (1111", "other models (0000", f"not this case under {tmp_path}"]
        found = unlike(here, other, proof)
    assert [True] * 3 == [said.startswith(start) for said, start in zip(found, expected, strict=True)]
