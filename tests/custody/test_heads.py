"""Who signed the head, who saw an earlier one: what a rewritten, cut or forked log fails against."""

import pytest

from toolkit.custody import chain, checkpoint, heads, note, verify
from toolkit.custody.heads import Trust
from toolkit.custody.log import Log
from toolkit.errors import AuthorityError, IntegrityError

AT = "2026-01-05T09:30:00+00:00"
KEY = note.PrivateKey("office", note.SIGNER, bytes(range(32)))
OTHER = note.PrivateKey("other", note.SIGNER, bytes(range(1, 33)))
WITNESS = note.PrivateKey("oversight", note.WITNESS, bytes(range(32, 64)))
SIGNERS = [str(KEY.public)]


def fill(case, lines, key=None, *, step="seal"):
    """Append lines to the log of a case."""
    log = Log(case / chain.LOG, key, [str(key.public)] if key else ())
    for _ in range(lines):
        log.append({"event": "intent", "step": step}, AT)


def copy_log(case, to):
    """Copy log and checkpoint over another case's."""
    for name in (chain.LOG, checkpoint.CHECKPOINT):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes((case / name).read_bytes())


def cosign(case):
    """Let the witness cosign the head of a case; return what it kept."""
    found = note.parse((case / checkpoint.CHECKPOINT).read_bytes(), "x")
    return note.Note(found.text, (*found.signatures, WITNESS.sign(found.text, 1_700_000_000))).to_bytes()


def test_a_case_says_who_signed_its_head(tmp_path):
    """Nobody; a signer; somebody whose key is not listed, which counts as nobody."""
    fill(tmp_path / "a", 2)
    assert heads.signed(tmp_path / "a", Trust()) == "unsigned"
    with pytest.raises(IntegrityError, match="not signed by a signer"):
        heads.signed(tmp_path / "a", Trust(SIGNERS))

    fill(tmp_path / "b", 2, KEY)
    assert heads.signed(tmp_path / "b", Trust(SIGNERS)) == f"signed by office ({KEY.public.id.hex()})"
    assert heads.signed(tmp_path / "b", Trust()) == "unsigned (signed by office, whose key is not among the signers)"
    assert heads.signed(tmp_path / "none", Trust(SIGNERS)) == "unsigned"


def test_where_there_are_signers_nothing_is_appended_without_a_key_of_theirs(tmp_path):
    """No log, no operation: neither without a key, nor with another's; nothing is written."""
    fill(tmp_path, 1, KEY)
    before = (tmp_path / chain.LOG).read_bytes()

    for key in (None, OTHER):
        with pytest.raises(AuthorityError, match=r"give the key of one of its signers \(office\) with --key"):
            Log(tmp_path / chain.LOG, key, SIGNERS)
    assert before == (tmp_path / chain.LOG).read_bytes()


def test_a_log_whose_head_no_signer_signed_is_not_gone_on_with(tmp_path):
    """Whoever has no key can write a whole log, but not one that the next step signs unseen."""
    fill(tmp_path / "real", 3, KEY)
    fill(tmp_path / "forged", 4)
    copy_log(tmp_path / "forged", tmp_path / "real")

    with pytest.raises(IntegrityError, match="not signed by a signer of case"):
        Log(tmp_path / "real" / chain.LOG, KEY, SIGNERS)
    assert "V515" in [failure.code for failure in verify.verify(tmp_path / "real", (), Trust(SIGNERS)).failures]
    assert "V515" not in [failure.code for failure in verify.verify(tmp_path / "real").failures]


def test_every_truncation_of_a_log_of_256_lines_is_noticed_with_a_head_and_said_not_to_be_without(tmp_path):
    """Rolled back to an older valid, signed head, 256 times: only a head from outside tells, and verify says so."""
    old, full, kept = tmp_path / "old", tmp_path / "full", tmp_path / "kept.note"
    log = Log(full / chain.LOG, KEY, SIGNERS)
    noticed, said = 0, 0
    states = []
    for _ in range(257):
        log.append({"event": "intent", "step": "seal"}, AT)
        states.append(((full / chain.LOG).read_bytes(), (full / checkpoint.CHECKPOINT).read_bytes()))
    kept.write_bytes(states[-1][1])
    (old / "custody").mkdir(parents=True)
    for lines, head in states[:-1]:
        (old / chain.LOG).write_bytes(lines)
        (old / checkpoint.CHECKPOINT).write_bytes(head)
        agree, faults = heads.compare(old, Trust(SIGNERS, kept=[kept]))
        noticed += agree == 0 and "cut short or rolled back" in faults[0][1]
        said += "nobody could tell" in " ".join(heads.limits(heads.signed(old, Trust(SIGNERS)), 0, len(lines)))

    assert (256, 256) == (noticed, said)
    assert (1, []) == heads.compare(full, Trust(SIGNERS, kept=[kept]))


def test_a_history_rewritten_with_the_stolen_key_is_noticed_by_what_a_witness_kept(tmp_path):
    """Without the witness it is a whole, signed log; with it, not."""
    real, forged = tmp_path / "real", tmp_path / "forged"
    fill(real, 5, KEY)
    kept = tmp_path / "witness.note"
    kept.write_bytes(cosign(real))
    fill(forged, 1, KEY)
    fill(forged, 6, KEY, step="another history")

    assert heads.signed(forged, Trust(SIGNERS)).startswith("signed by office")
    assert (0, []) == heads.compare(forged, Trust(SIGNERS))
    agree, faults = heads.compare(forged, Trust(SIGNERS, kept=[kept]))
    assert 0 == agree
    assert "the first 6 lines are not those that it was made of: rewritten" in faults[0][1]
    found = verify.verify(forged, (), Trust(SIGNERS, kept=[kept]))
    assert ("V516", str(kept)) in [(failure.code, failure.path) for failure in found.failures]


def test_cosigned_heads_in_the_case_are_compared_where_the_witness_is_known(tmp_path):
    """An unknown witness proves nothing; a forged one of a known name is a failure; so is one of another log."""
    fill(tmp_path, 5, KEY)
    folder = tmp_path / heads.WITNESSED
    folder.mkdir()
    (folder / "1.note").write_bytes(cosign(tmp_path))
    fill(tmp_path, 2, KEY)
    known = Trust(SIGNERS, [str(WITNESS.public)])

    assert (1, []) == heads.compare(tmp_path, known)
    assert (0, []) == heads.compare(tmp_path, Trust(SIGNERS))
    content = (folder / "1.note").read_bytes()
    (folder / "1.note").write_bytes(content.replace(b"\n6\n", b"\n5\n"))
    assert "rewritten" in heads.compare(tmp_path, known)[1][0][1]
    fill(tmp_path / "fork", 5, OTHER)
    (folder / "1.note").write_bytes(cosign(tmp_path / "fork"))
    assert "is of the log toolkit/case/" in heads.compare(tmp_path, known)[1][0][1]
    (folder / "1.note").write_bytes(b"no note")
    assert 1 == len(heads.compare(tmp_path, known)[1])


def test_a_case_toml_that_cannot_be_read_is_named_and_ends_nothing(tmp_path):
    """Verify says what it can of the rest."""
    fill(tmp_path, 2, KEY)
    for content in (b"\xff\xfe", b"[mandate\n"):
        (tmp_path / "case.toml").write_bytes(content)

        codes = [failure.code for failure in verify.verify(tmp_path, (), Trust(SIGNERS)).failures]
        assert "V517" in codes
