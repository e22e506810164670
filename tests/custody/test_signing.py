"""A signed case: nothing unsigned counts, and who signs changes only in sight."""

import json

import pytest
from doubles import Forgetful
from small import AT, KEY, WITNESS, add, both_say, small_case, unsigned_line

import toolkit
from toolkit.custody import bundle, chain, checkpoint, digest, grammar, manifest, note, verify, write
from toolkit.custody.heads import Trust
from toolkit.custody.log import Log
from toolkit.custody.signing import NotSigned, signed
from toolkit.custody.standalone import NEEDED
from toolkit.errors import AuthorityError, IntegrityError

OTHER = note.PrivateKey("other", note.SIGNER, bytes(range(1, 33)))
REPORT = "reports/beae4b312e4a/report.html"
TRUST = Trust([str(KEY.public)], [str(WITNESS.public)])


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """That writes wait for the disk is tested elsewhere."""
    monkeypatch.setattr(write, "disk", Forgetful())


@pytest.fixture
def case(tmp_path):
    """A signed case whose report somebody edited."""
    root = small_case(tmp_path / "case", key=KEY)
    write.write_text(root / REPORT, "<p>another report</p>")
    return root


def claim(root, path):
    """Return what makes an edited file the one that the log has."""
    return {"outputs": {path: digest.file_digest(root / path)}, "step": "report", "unit": "x"}


LINES = {
    "intent": {"step": "report"},
    "unit": {"step": "report", "unit": "x"},
    "outcome": {"step": "report"},
    "refusal": {"step": "work_list"},
    "access": {"lines": 0, "bytes": 0, "sha256": "0" * 64},
    "erased": {"step": "erase", "certificate": "custody/erasures/0001.json", "rows": {}},
    "forgotten": {"step": "forget", "files": [], "why": "no reason"},
    "recovered_tail": {"torn": "custody/torn/1", "sha256": "0" * 64, "bytes": 1},
    "signers": {"signers": [str(OTHER.public)]},
    "clock": {"step": "clock", "ahead": [0]},
}
BY = {
    "nobody": lambda line: line,
    "another": lambda line: signed(line, OTHER),
    "another under the signer's name": lambda line: signed(line, note.PrivateKey("office", note.SIGNER, bytes(32))),
    "the signer, of another line": lambda line: {**line, "signed": signed({**line, "n": 0}, KEY)["signed"]},
    "nobody, lost": lambda line: {**line, "lost": True},
}


def test_there_is_a_line_of_every_kind_to_try():
    """Whoever adds an event is asked here whether it counts unsigned."""
    assert set(NEEDED) == set(LINES)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("event", LINES)
def test_a_line_that_no_signer_signed_is_named_and_believed_for_nothing(case, event, by, tmp_path):
    """Every kind of line: not by verify, not by verify.py, not by a table that is read, nor by the next step or key."""
    line = {"event": event, **LINES[event]}
    if event in ("unit", "outcome", "erased"):
        line["outputs"] = claim(case, REPORT)["outputs"]
    unsigned_line(case, line, BY[by])
    number = len((case / chain.LOG).read_bytes().splitlines())

    found = verify.verify(case, (), TRUST)
    assert ["V526"] == [failure.code for failure in found.failures if failure.path == chain.LOG]
    assert f"line {number}: " in str(found.failures)
    assert "believed" in str(found.failures)
    assert not found.signed.startswith("signed")
    for go_on in (lambda: Log(case / chain.LOG, KEY, [str(KEY.public)]), lambda: chain.load(case / chain.LOG)):
        with pytest.raises(NotSigned, match=f"line {number}: "):
            go_on()
    assert (False, 4) == both_say(case, tmp_path / "bag", TRUST)


@pytest.mark.parametrize("path", [REPORT, "reports/beae4b312e4a/tables/answers.csv", manifest.MANIFEST, "case.toml"])
def test_an_edited_file_is_not_what_an_appended_line_says_it_is(tmp_path, path):
    """The attack: an outcome that names the digest of an edited report, answers table, manifest or case.toml."""
    root = small_case(tmp_path / "case", key=KEY)
    write.write_bytes(root / path, (root / path).read_bytes() + b"\n# edited\n")
    unsigned_line(root, {"event": "outcome", **claim(root, path), "case": digest.file_digest(root / "case.toml")})

    assert not verify.verify(root, (), TRUST).ok
    assert (False, 4) == both_say(root, tmp_path / "bag", TRUST)


def test_key_sign_and_run_refuse_such_a_line(tmp_path, monkeypatch):
    """Whoever has the key does not sign it by accident; the line is shown."""
    root = tmp_path / "case"
    public = toolkit.new_key(tmp_path / "key", name="office")
    monkeypatch.setenv("TOOLKIT_KEY", str(tmp_path / "key"))
    toolkit.new(root, title="A", from_="2016", to="2017")
    (root / "case.toml").write_text(f'signers = ["{public}"]\n' + (root / "case.toml").read_text())
    toolkit.seal(toolkit.open_case(root))
    unsigned_line(root, {"event": "outcome", "step": "report", "outputs": {}})

    for ask in (toolkit.sign, toolkit.run, toolkit.seal):
        with pytest.raises(IntegrityError, match="line 4: not signed, and the case is signed by office"):
            ask(toolkit.open_case(root))


def test_lines_beyond_the_head_that_a_signer_signed_are_recovered(tmp_path):
    """A kill before the checkpoint: they are lines of the case, and no failure; the next step goes on."""
    root = small_case(tmp_path / "case", key=KEY)
    head = (root / checkpoint.CHECKPOINT).read_bytes()
    log = Log(root / chain.LOG, KEY, [str(KEY.public)])
    for event in ("intent", "unit", "outcome"):
        add(root, log, event, "index", **({"unit": "a"} if event == "unit" else {}), outputs={})
    (root / checkpoint.CHECKPOINT).write_bytes(head)

    assert verify.verify(root, (), TRUST).ok
    assert (True, 0) == both_say(root, tmp_path / "bag", TRUST)
    add(root, Log(root / chain.LOG, KEY, [str(KEY.public)]), "intent", "sweep")
    assert verify.verify(root, (), TRUST).ok


def test_a_case_without_signers_works_as_ever_and_says_so(tmp_path):
    """Unsigned lines count there; a line that says it is signed, where nobody signs, does not."""
    root = small_case(tmp_path / "case")
    assert ("unsigned", True) == (verify.verify(root).signed, verify.verify(root).ok)
    unsigned_line(root, {"event": "intent", "step": "index"}, BY["another"])
    assert not verify.verify(root).ok
    assert (False, 4) == both_say(root, tmp_path / "bag", Trust())


def test_each_outcome_names_the_signers(tmp_path):
    """As the log has them; another list is no line of the case, whoever signs it."""
    root = small_case(tmp_path / "case", key=KEY)
    entries = chain.load(root / chain.LOG, every=True).entries
    assert {(str(KEY.public),)} == {tuple(entry["signers"]) for entry in entries if entry["event"] == "outcome"}

    unsigned_line(
        root, {"event": "outcome", "step": "x", "signers": [str(OTHER.public)]}, lambda line: signed(line, KEY)
    )
    with pytest.raises(NotSigned, match="names other signers than those in force"):
        chain.load(root / chain.LOG)
    assert (False, 4) == both_say(root, tmp_path / "bag", TRUST)


def relist(root, *keys):
    """Let case.toml list other signers, as anybody can who writes into the case."""
    rest = [line for line in (root / "case.toml").read_text().splitlines() if not line.startswith("signers")]
    listed = [f"signers = {json.dumps([str(key.public) for key in keys])}"] if keys else []
    write.write_text(root / "case.toml", "\n".join([*listed, *rest, ""]))


@pytest.mark.parametrize("keys", [(), (OTHER,), (KEY, OTHER)])
def test_signed_once_is_signed_from_then_on(tmp_path, keys):
    """Whatever case.toml lists: no step without a change that an old key signed (exit 5), and verify names it."""
    root = small_case(tmp_path / "case", key=KEY, mandate=True)
    relist(root, *keys)

    for key in (None, OTHER, KEY):
        with pytest.raises(AuthorityError, match=r"case\.toml: signers: expected those of the log, office"):
            Log(root / chain.LOG, key, [str(each.public) for each in keys])
    assert "V528" in {failure.code for failure in verify.verify(root).failures}
    assert (False, 4) == both_say(root, tmp_path / "bag", TRUST)


def test_a_change_of_signers_is_a_line_that_an_old_one_signs(tmp_path):
    """From then on the new sign; whoever trusts the old trusts them; the old sign no more."""
    root = small_case(tmp_path / "case", key=KEY)
    log = Log(root / chain.LOG, OTHER, [str(OTHER.public)], adopt=True)
    with pytest.raises(AuthorityError, match="give the key of one of its signers"):
        log.change_signers([OTHER.public], AT)
    Log(root / chain.LOG, KEY, adopt=True).change_signers([OTHER.public], AT)
    relist(root, OTHER)
    with pytest.raises(AuthorityError, match="give the key of one of its signers"):
        Log(root / chain.LOG, KEY, [str(OTHER.public)])
    add(root, Log(root / chain.LOG, OTHER, [str(OTHER.public)]), "intent", "index")

    for trust in (TRUST, Trust([str(OTHER.public)]), Trust(own=True)):
        found = verify.verify(root, (), trust)
        assert (True, f"signed by other ({OTHER.public.id.hex()})") == (found.ok, found.signed), found.failures
        assert (True, 0) == both_say(root, tmp_path / f"bag {trust.signers}", trust)


def test_a_lost_key_leaves_a_line_in_sight_for_ever(tmp_path):
    """Verify fails until the new key is named by whoever asks; the old one is not enough."""
    root = small_case(tmp_path / "case", key=KEY)
    Log(root / chain.LOG, OTHER, adopt=True).change_signers([OTHER.public], AT, lost=True)
    relist(root, OTHER)
    add(root, Log(root / chain.LOG, OTHER, [str(OTHER.public)]), "intent", "index")

    for trust, codes in ((Trust(own=True), {"V527"}), (Trust(), {"V527"}), (TRUST, {"V515", "V527"})):
        assert codes == {failure.code for failure in verify.verify(root, (), trust).failures}
        assert (False, 4) == both_say(root, tmp_path / f"bag {trust}", trust)
    named = Trust([str(OTHER.public)])
    assert verify.verify(root, (), named).ok
    assert (True, 0) == both_say(root, tmp_path / "bag", named)


def test_every_line_says_what_kind_it_is():
    """The grammar knows every event that the log may hold, and refuses any other."""
    line = {"n": 0, "prev": "0" * 64, "at": AT}
    assert "expected an event of" in grammar.line_fault({**line, "event": "guess"})
    assert dict.fromkeys(LINES, "") == {
        event: grammar.line_fault({**line, "event": event, "signed": "x", "outputs": {}, **rest})
        for event, rest in LINES.items()
    }
    assert bundle.STATEMENTS == "proofs/statements.jsonl"
