"""The log: each line commits to the one before, and a killed append loses nothing."""

import base64
import hashlib
import itertools
import json
import re

import pytest
import rfc8785
from doubles import Full
from hypothesis import given
from hypothesis import strategies as st

from toolkit.custody import chain, digest, log, merkle, write
from toolkit.custody.disk import Disk
from toolkit.custody.log import Log
from toolkit.errors import IntegrityError, ResourceError

AT = "2026-01-05T09:30:00+00:00"


@pytest.fixture
def path(tmp_path):
    """Where the log of a case is."""
    return tmp_path / "custody" / "log.jsonl"


def filled(path, steps=4):
    """Return a log with an intent, a unit and an outcome for each step."""
    opened = Log(path)
    for step, event in itertools.product(range(steps), ("intent", "unit", "outcome")):
        opened.append({"event": event, "step": f"step {step}", "unit": "one", "outputs": {"tables/é": "0" * 64}}, AT)
    return opened


def test_each_line_commits_to_the_one_before_in_canonical_json(path):
    """Its n counts, prev is the digest of the line before, the head is that of the last; the bytes are RFC 8785."""
    opened = filled(path, steps=1)

    lines = path.read_bytes().splitlines()
    assert [0, 1, 2] == [json.loads(line)["n"] for line in lines]
    digests = [hashlib.sha256(line).hexdigest() for line in lines]
    assert ["0" * 64, *digests[:-1]] == [json.loads(line)["prev"] for line in lines]
    assert lines == [rfc8785.dumps(json.loads(line)) for line in lines]
    assert digests[-1] == opened.head == Log(path).head
    leaves = [merkle.leaf_hash(line) for line in lines]
    root = base64.b64encode(merkle.root_of(leaves)).decode()
    assert f"toolkit/case/{leaves[0].hex()[:32]}\n3\n{root}\n\n" == path.with_name("checkpoint").read_text()
    assert opened.entries == log.read(path) == Log(path).entries
    assert digests == [entry.digest for entry in opened.entries]


def test_the_same_entries_give_the_same_bytes(tmp_path):
    """No clock, no chance: the time is what the caller gives."""
    filled(tmp_path / "a/custody/log.jsonl")
    filled(tmp_path / "b/custody/log.jsonl")

    assert (tmp_path / "a/custody/log.jsonl").read_bytes() == (tmp_path / "b/custody/log.jsonl").read_bytes()


def test_the_latest_entry_of_a_kind_is_found(path):
    """By any of its values; None where there is none."""
    opened = filled(path)

    assert 11 == opened.last(event="outcome")["n"]
    assert 4 == opened.last(event="unit", step="step 1")["n"]
    assert opened.last(event="outcome", step="step 9") is None
    assert "0" * 64 == Log(path.parent / "another" / "log.jsonl").head
    assert [] == log.read(path.parent / "another" / "log.jsonl")


@pytest.mark.parametrize(
    ("payload", "at", "message"),
    [
        ({"event": "intent", "threshold": 0.5}, AT, "no floats in the log: write 0.5 as text"),
        ({"event": "intent", "a": [{"b": (1.0,)}]}, AT, "no floats in the log: write 1.0 as text"),
        ({"event": "guess"}, AT, "event must be one of intent, unit, outcome, refusal"),
        ({"event": "recovered_tail"}, AT, "event must be one of"),
        ({}, AT, "event must be one of"),
        ({"event": "intent", "n": 3}, AT, "the log sets n itself"),
        ({"event": "intent", "step": "seal"}, "2026-01-05T09:30:00", "time must be in UTC"),
        ({"event": "intent", "step": "seal"}, "2026-01-05T09:30:00+01:00", "time must be in UTC"),
        ({"event": "intent", "step": "seal"}, "yesterday", "Invalid isoformat"),
        ({"event": "intent", "step": "seal", "large": 2**53}, AT, "exceeds safe integer domain"),
        ({"event": "intent", "step": "seal", "name": "\udcff"}, AT, "non-UTF-8"),
    ],
)
def test_what_cannot_be_logged_is_refused_and_nothing_is_written(path, payload, at, message):
    """Log before act: what cannot be logged must not be done."""
    opened = filled(path, steps=1)
    before = path.read_bytes()

    with pytest.raises(ValueError, match=re.escape(message)):
        opened.append(payload, at)

    assert before == path.read_bytes()
    assert opened.append({"event": "intent", "step": "seal"}, AT) == Log(path).head


def refused(path):
    """Whether reading the log ends with an IntegrityError."""
    try:
        log.read(path)
    except IntegrityError:
        return True
    return False


def edits(lines):
    """Yield every edit of whole lines: (kind, position, lines)."""
    for at, line in enumerate(lines):
        before, after = lines[:at], lines[at + 1 :]
        later = line.replace(b"09:30:00", b"09:30:01")
        yield "edit", at, [*before, later, *after]
        yield "delete", at, [*before, *after]
        yield "insert", at, [*before, line.replace(b'"unit"', b'"intent"'), line, *after]
        yield "duplicate", at, [*before, line, line, *after]
        yield "truncate", at, before
        if after:
            yield "swap", at, [*before, after[0], line, *after[1:]]


def test_every_edit_of_whole_lines_is_refused(path):
    """Edit, delete, insert, swap, duplicate and truncate at every position, the head being as it was."""
    filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    done = 0

    for kind, at, edited in edits(lines):
        path.write_bytes(b"".join(edited))
        assert refused(path), f"{kind} at {at} was not noticed"
        done += 1

    assert 6 * 12 - 1 == done


def test_every_edited_byte_is_refused(path):
    """Any one byte of the log or the head, with a bit flipped."""
    filled(path, steps=1)

    for file in (path, path.with_name("checkpoint")):
        content = file.read_bytes()
        for at in range(len(content)):
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert refused(path), f"byte {at} of {file.name} was not noticed"
        file.write_bytes(content)

    assert 3 == len(log.read(path))


def test_an_edit_with_its_digests_made_anew_is_refused_by_a_head_that_was_kept(path):
    """Without the old head nobody can tell: the honest limit, and why heads are to be kept elsewhere."""
    filled(path)
    head = path.with_name("checkpoint").read_bytes()
    forged = path.parent.parent / "forged" / "log.jsonl"
    filled(forged, steps=3)
    path.write_bytes(forged.read_bytes())

    with pytest.raises(IntegrityError, match="has 9 whole lines, but custody/checkpoint names 12: cut short"):
        log.read(path)
    path.with_name("checkpoint").write_bytes(forged.with_name("checkpoint").read_bytes())

    assert 9 == len(log.read(path))
    assert head != path.with_name("checkpoint").read_bytes()


def rewrite(path, number, **changes):
    """Rewrite one line, leaving the others as they are."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number] = rfc8785.dumps({**json.loads(lines[number]), **changes}) + b"\n"
    path.write_bytes(b"".join(lines))


def test_the_message_names_the_line_what_was_expected_and_what_was_found(path):
    """In the words of the house."""
    opened = filled(path)
    rewrite(path, 1, step="another")
    found = opened.entries[2]["prev"][:12]
    expected = hashlib.sha256(path.read_bytes().splitlines()[1]).hexdigest()[:12]

    with pytest.raises(IntegrityError) as error:
        log.read(path)

    assert f"custody/log.jsonl: line 3 does not follow line 2: expected prev={expected}, found {found}" == str(
        error.value
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"a":1,"a":1}', "line 1 cannot be read: a key stands twice in one object"),
        (b'{"a":0.5}', "line 1 cannot be read: a float: 0.5"),
        (b'{"a":NaN}', "line 1 cannot be read: a float: NaN"),
        (b'{"a":9007199254740992}', "line 1 cannot be read: an integer beyond 2^53"),
        (b'{"b":1,"a":1}', "line 1 is not canonical JSON (RFC 8785)"),
        (b'{"a": 1}', "line 1 is not canonical JSON (RFC 8785)"),
        (b'{"a":-0}', "line 1 is not canonical JSON (RFC 8785)"),
        (b'{"a":"\\u0041"}', "line 1 is not canonical JSON (RFC 8785)"),
        (b'{"a":"\\ud800"}', "line 1 cannot be read: "),
        (b'{"a":"\xff"}', "line 1 cannot be read: "),
        ('{"\U00010000":1,"\uffff":1}'.encode(), "line 1: expected an object with n, prev, at and event"),
        ('{"\uffff":1,"\U00010000":1}'.encode(), "line 1 is not canonical JSON (RFC 8785)"),
        (b"[" * 100_000, "line 1 cannot be read: "),
        (b"", "line 1 cannot be read: "),
        (b"[]", "line 1: expected an object with n, prev, at and event"),
        (
            b'{"at":"","event":"outcome","n":0,"prev":"' + b"1" * 64 + b'","step":"a"}',
            "line 1 does not follow the start",
        ),
        (b'{"at":"","event":"outcome","n":0,"prev":"","step":"a"}', "line 1: prev: expected hex, found ''"),
        (b'{"at":"","event":"outcome","n":true,"prev":"' + b"0" * 64 + b'","step":"a"}', "line 1: n: expected count"),
        (b'{"at":"","event":"outcome","n":1,"prev":"' + b"0" * 64 + b'","step":"a"}', "line 1: expected n=0, found 1"),
        (b'{"at":"","event":"outcome","n":0,"prev":"' + b"0" * 64 + b'"}', "line 1: a line 'outcome' has a key 'step'"),
        (b'{"at":"","event":"guess","n":0,"prev":"' + b"0" * 64 + b'"}', "line 1: expected an event of intent,"),
    ],
)
def test_a_line_that_we_would_not_write_is_refused(path, line, message):
    """Also where another reader of JSON might see something else in it."""
    write.write_bytes(path, line + b"\n")

    with pytest.raises(IntegrityError) as error:
        log.read(path)

    assert str(error.value).startswith(f"custody/log.jsonl: {message}")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=6),
        max_leaves=12,
    )
)
def test_the_fast_canonical_form_is_that_of_rfc_8785(value):
    """For everything a line may hold."""
    line = rfc8785.dumps(value)

    assert line == digest.canonical_exact(json.loads(line))


def test_a_torn_tail_is_kept_and_named_by_the_next_append(path):
    """Bytes after the last newline, cut anywhere, are no entry; they are moved away before anything is appended."""
    filled(path, steps=1)
    whole, head = path.read_bytes(), path.with_name("checkpoint").read_bytes()
    last = len(whole.splitlines(keepends=True)[-1])
    for cut in range(1, last):
        path.write_bytes(whole[:-cut])
        path.with_name("checkpoint").write_bytes(head)
        with pytest.raises(IntegrityError, match="cut short"):  # the head names that line: this was no kill
            log.read(path)

    torn = b'{"at":"2026-01-05T09:3'
    path.write_bytes(whole + torn)
    assert 3 == len(log.read(path))
    assert torn == chain.load(path).tail
    assert whole + torn == path.read_bytes()  # reading repairs nothing
    opened = Log(path)
    opened.append({"event": "intent", "step": "seal"}, AT)

    name = f"custody/torn/00000003-{hashlib.sha256(torn).hexdigest()[:12]}"
    assert torn == (path.parent.parent / name).read_bytes()
    assert whole == path.read_bytes()[: len(whole)]
    recovered = log.read(path)[3]
    assert ("recovered_tail", name, len(torn), hashlib.sha256(torn).hexdigest()) == tuple(
        recovered[key] for key in ("event", "torn", "bytes", "sha256")
    )
    opened.append({"event": "outcome", "step": "seal"}, AT)
    Log(path).append({"event": "intent", "step": "ingest"}, AT)
    assert 1 == [entry["event"] for entry in log.read(path)].count("recovered_tail")


def test_a_tail_that_was_kept_before_a_kill_is_kept_once(path):
    """Killed between keeping the tail and cutting it off: the next append finds it kept, and names it once."""
    filled(path, steps=1)
    whole, torn = path.read_bytes(), b'{"at":"2026'
    kept = path.with_name("torn") / f"00000003-{hashlib.sha256(torn).hexdigest()[:12]}"
    write.write_new(kept, torn)
    path.write_bytes(whole + torn)

    log.append(path, {"event": "intent", "step": "seal"}, AT)

    assert [kept] == list(kept.parent.iterdir())
    assert torn == kept.read_bytes()
    assert ["recovered_tail", "intent"] == [entry["event"] for entry in log.read(path)[3:]]


def test_a_full_disk_leaves_the_log_as_it_was_and_it_goes_on_when_there_is_room(path, monkeypatch):
    """At every call of an append; the same open log is used on."""
    opened = filled(path, steps=1)
    failures = 0

    for at in range(1, 20):
        before = len(opened.entries)
        monkeypatch.setattr(write, "disk", Full(at))
        try:
            opened.append({"event": "intent", "step": f"try {at}"}, AT)
        except ResourceError:
            failures += 1
        else:
            break
        monkeypatch.setattr(write, "disk", Disk())
        assert opened.entries == Log(path).entries
        assert len(opened.entries) - before in (0, 1)  # the line may be there when only its head failed
        opened.append({"event": "outcome", "step": f"after {at}"}, AT)
        assert opened.head == Log(path).head

    assert failures >= 5


def test_a_log_that_another_wrote_to_is_not_written_to(path):
    """Two writers need the lock; without it the second notices."""
    opened, other = Log(path), Log(path)
    other.append({"event": "intent", "step": "seal"}, AT)

    with pytest.raises(IntegrityError, match="written by another"):
        opened.append({"event": "intent", "step": "seal"}, AT)


def test_a_log_or_head_that_is_gone_is_noticed(path):
    """Neither can be taken away for itself."""
    filled(path)
    head = path.with_name("checkpoint").read_bytes()
    path.with_name("checkpoint").unlink()
    with pytest.raises(
        IntegrityError, match="custody/checkpoint: names 0 of 12 lines, but line 1 had its own checkpoint"
    ):
        log.read(path)
    path.with_name("checkpoint").write_bytes(head)
    path.unlink()
    with pytest.raises(IntegrityError, match="has 0 whole lines, but custody/checkpoint names 12: cut short"):
        log.read(path)


def test_thousands_of_units_are_appended_and_read_in_one_pass(path, monkeypatch):
    """An append does not read what is there: it makes the same few disk calls at any length."""

    class Counted(Full):
        def step(self, call, *arguments):
            self.calls += 1
            return call(*arguments) if not call.__name__.startswith("fsync") else None

    disk = Counted(0)
    monkeypatch.setattr(write, "disk", disk)
    opened = Log(path)
    opened.append({"event": "intent", "step": "index"}, AT)
    disk.calls = 0

    for unit in range(5_000):
        opened.append({"event": "unit", "step": "index", "unit": str(unit), "outputs": {"tables/a": "0" * 64}}, AT)

    assert 3 * 5_000 == disk.calls
    assert opened.head == Log(path).head
