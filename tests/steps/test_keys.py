"""Keys, signed mandates, witnesses: by file, between two people who do not share a machine."""

import os
import stat

import pytest

import toolkit
from toolkit.case import open_case
from toolkit.custody import access, chain
from toolkit.errors import AuthorityError, IntegrityError, UsageError
from toolkit.steps import selftest
from toolkit.steps.consulted import consulted
from toolkit.steps.gate import standing_mandate

MANDATE = """
[mandate]
requested_by = "POST-1"
legal_basis = "authority 7"
necessity = "no other way"
purpose = "review"
cameras = ["KB-1"]
window = "2016"
threshold = 0.5
expires = 2098-12-31
reviewers = ["POST-2"]

[[mandate.probes]]
image = "images/a.png"
reason = "named by the review"
"""


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """Two keys outside the case; neither is in use."""
    monkeypatch.delenv("TOOLKIT_KEY", raising=False)
    return {
        "office": toolkit.new_key(tmp_path / "office.key", name="office"),
        "oversight": toolkit.new_key(tmp_path / "oversight.key", name="oversight", witness=True),
    }


@pytest.fixture
def case(tmp_path, keys):
    """A case with signers, a witness, a mandate, and one source."""
    root = tmp_path / "case"
    toolkit.new(root, title="A", from_="2016", to="2017")
    (root / "raw/share_log/2016.csv").write_text("a,b\n")
    said = (root / "case.toml").read_text()
    lists = f'signers = ["{keys["office"]}"]\nwitnesses = ["{keys["oversight"]}"]\n'
    (root / "case.toml").write_text(lists + said + MANDATE)
    return root


def use(monkeypatch, path):
    """Give a key as --key does."""
    monkeypatch.setenv("TOOLKIT_KEY", str(path))


def test_a_key_is_its_owners_alone_and_lies_outside_every_case(tmp_path, keys, case):
    """0600 from the start; never over something else; not below a case, also by a detour; nor used from there."""
    path = tmp_path / "office.key"
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert keys["office"] == toolkit.public_key(path)
    with pytest.raises(UsageError, match="expected a name that is free"):
        toolkit.new_key(path, name="office")
    (tmp_path / "detour").symlink_to(case / "hand")
    for inside in (case / "k", case / "raw" / "k", tmp_path / "detour" / "k"):
        with pytest.raises(UsageError, match="lies in the case"):
            toolkit.new_key(inside, name="office")
    with pytest.raises(UsageError, match="expected a file with a key"):
        toolkit.public_key(tmp_path / "none")


def test_a_key_that_lies_in_the_case_is_not_used(tmp_path, case, monkeypatch):
    """Whoever gets a copy of the case would get the key."""
    (case / "hand" / "office.key").write_bytes((tmp_path / "office.key").read_bytes())
    use(monkeypatch, case / "hand" / "office.key")

    with pytest.raises(UsageError, match="a key must lie outside the case"):
        toolkit.seal(open_case(case))


def test_steps_of_a_case_with_signers_need_a_key_and_sign_every_head(tmp_path, case, monkeypatch):
    """Without one nothing is done; with one, verify says who signed."""
    with pytest.raises(AuthorityError, match="give the key"):
        toolkit.seal(open_case(case))
    assert not (case / "custody/log.jsonl").exists()

    use(monkeypatch, tmp_path / "office.key")
    toolkit.seal(open_case(case))
    toolkit.sign(open_case(case))
    found = toolkit.verify(case)
    assert found.ok, found.failures
    assert found.signed.startswith("signed by office (")
    assert "nobody could tell" in found.limits[1]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('cameras = ["KB-1"]', 'cameras = ["*"]'),
        ("threshold = 0.5", "threshold = 0.6"),
        ("expires = 2098-12-31", "expires = 2099-12-31"),
        ('window = "2016"', 'window = "2016/2018"'),
        ('image = "images/a.png"', 'image = "images/b.png"'),
        ('title = "A"', 'title = "B"'),
        ('# as_at = "2019-10-04" ', 'as_at = "2019-10-04"  '),
    ],
)
def test_an_edited_mandate_needs_a_new_signature(tmp_path, case, monkeypatch, was, now):
    """Every line of it, and the case it is for: exit 5 before anything is decoded, and verify names it."""
    use(monkeypatch, tmp_path / "office.key")
    toolkit.seal(open_case(case))
    with pytest.raises(AuthorityError, match="the mandate is not signed"):
        standing_mandate(open_case(case))
    toolkit.sign(open_case(case))
    assert standing_mandate(open_case(case)).purpose == "review"

    said = (case / "case.toml").read_text()
    assert was in said
    (case / "case.toml").write_text(said.replace(was, now))
    with pytest.raises(AuthorityError, match="was edited since office signed it") as error:
        standing_mandate(open_case(case))
    assert 5 == error.value.exit_code
    assert "V517" in [failure.code for failure in toolkit.verify(case).failures]

    toolkit.sign(open_case(case))
    assert standing_mandate(open_case(case)).purpose == "review"


def test_comments_and_other_tables_are_not_the_mandate(tmp_path, case, monkeypatch):
    """They may change without a new signature."""
    use(monkeypatch, tmp_path / "office.key")
    toolkit.seal(open_case(case))
    toolkit.sign(open_case(case))
    said = (case / "case.toml").read_text()
    (case / "case.toml").write_text("# a comment\n" + said.replace("looks_per_s = 2", "looks_per_s = 3"))

    assert standing_mandate(open_case(case)).purpose == "review"


def test_only_a_signer_signs(tmp_path, case, monkeypatch):
    """No key, a witness's, a stranger's of the same name; a mandate.sig of theirs counts for nothing."""
    with pytest.raises(UsageError, match="expected a key to sign with"):
        toolkit.sign(open_case(case))
    toolkit.new_key(tmp_path / "stranger.key", name="office")
    for name in ("oversight.key", "stranger.key"):
        use(monkeypatch, tmp_path / name)
        with pytest.raises(AuthorityError, match="does not list"):
            toolkit.sign(open_case(case))

    said = (case / "case.toml").read_text()
    stranger = toolkit.public_key(tmp_path / "stranger.key")
    lines = said.splitlines(keepends=True)
    (case / "case.toml").write_text(f'signers = ["{stranger}"]\n' + "".join(lines[1:]))
    toolkit.sign(open_case(case))
    (case / "case.toml").write_text(said)
    with pytest.raises(AuthorityError, match="none of the signers of case"):
        standing_mandate(open_case(case))


def test_a_case_that_gets_signers_later_is_signed_by_hand_first(tmp_path, case, monkeypatch):
    """A head that nobody signed is never gone on with: somebody looks at the log and answers for it."""
    said = (case / "case.toml").read_text()
    (case / "case.toml").write_text(said.split("\n", 2)[2])
    toolkit.seal(open_case(case))
    (case / "case.toml").write_text(said)
    use(monkeypatch, tmp_path / "office.key")
    (case / "raw/share_log/2017.csv").write_text("a,b\n")

    with pytest.raises(IntegrityError, match="not signed by a signer"):
        toolkit.seal(open_case(case))
    toolkit.sign(open_case(case))
    assert toolkit.seal(open_case(case)).did_work


def test_a_witness_sees_that_the_log_only_grew_and_no_line_of_it(tmp_path, case, monkeypatch, keys):
    """Twice by file; the request holds hashes only. A log that was cut or rewritten since is not cosigned."""

    def hand_over(since=None):
        use(monkeypatch, tmp_path / "office.key")
        (tmp_path / "request").write_text(toolkit.head(open_case(case), since))
        use(monkeypatch, tmp_path / "oversight.key")
        return toolkit.witness(tmp_path / "request", seen=tmp_path / "seen", trust=[keys["office"]])

    use(monkeypatch, tmp_path / "office.key")
    toolkit.seal(open_case(case))
    toolkit.sign(open_case(case))
    before = {name: (case / "custody" / name).read_bytes() for name in ("log.jsonl", "checkpoint")}
    (tmp_path / "first").write_text(hand_over())
    assert "seal" not in (tmp_path / "request").read_text()
    assert "3 lines, cosigned by oversight" in toolkit.keep_head(open_case(case), tmp_path / "first")

    for n in range(3):
        (case / f"raw/share_log/{n}.csv").write_text("a,b\n")
        use(monkeypatch, tmp_path / "office.key")
        toolkit.seal(open_case(case))
    (tmp_path / "second").write_text(hand_over(tmp_path / "seen"))
    assert 9 == int((tmp_path / "second").read_text().split("\n")[1])
    found = toolkit.verify(case, heads=[tmp_path / "second"])
    assert found.ok, found.failures
    assert 1 == len(found.limits)

    with pytest.raises(IntegrityError, match="ask for another"):
        hand_over(tmp_path / "first")
    for name, content in before.items():
        (case / "custody" / name).write_bytes(content)
    with pytest.raises(IntegrityError, match="cut short or rolled back"):
        toolkit.head(open_case(case), tmp_path / "second")
    with pytest.raises(IntegrityError, match="lines were seen last"):
        hand_over()
    assert "V516" in [failure.code for failure in toolkit.verify(case, heads=[tmp_path / "second"]).failures]


def test_a_split_view_is_not_cosigned(tmp_path, case, monkeypatch, keys):
    """Two logs of one origin: the second is refused, whatever its proof."""
    use(monkeypatch, tmp_path / "office.key")
    toolkit.seal(open_case(case))
    one = {name: (case / "custody" / name).read_bytes() for name in ("log.jsonl", "checkpoint")}
    (case / "raw/share_log/a.csv").write_text("a,b\n")
    toolkit.seal(open_case(case))
    (tmp_path / "request").write_text(toolkit.head(open_case(case)))
    use(monkeypatch, tmp_path / "oversight.key")
    toolkit.witness(tmp_path / "request", seen=tmp_path / "seen", trust=[keys["office"]])

    for name, content in one.items():
        (case / "custody" / name).write_bytes(content)
    use(monkeypatch, tmp_path / "office.key")
    for name in "bcd":
        (case / f"raw/share_log/{name}.csv").write_text("a,b\n")
        toolkit.seal(open_case(case))
    (tmp_path / "request").write_text(toolkit.head(open_case(case), None).replace("old 0", "old 5"))
    use(monkeypatch, tmp_path / "oversight.key")
    with pytest.raises(IntegrityError, match="did not grow from the 5 that were seen: rewritten or cut"):
        toolkit.witness(tmp_path / "request", seen=tmp_path / "seen", trust=[keys["office"]])
    with pytest.raises(IntegrityError, match="not signed by a signer that is trusted"):
        toolkit.witness(tmp_path / "request", seen=tmp_path / "other", trust=[keys["oversight"]])
    use(monkeypatch, tmp_path / "office.key")
    with pytest.raises(UsageError, match="expected a witness's key"):
        toolkit.witness(tmp_path / "request", seen=tmp_path / "other")
    assert os.environ["TOOLKIT_KEY"].endswith("office.key")


def broken_key(tmp_path, how):
    """Make a file that is to be a key and is none, from one that is; return its path."""
    line, path = (tmp_path / "office.key").read_bytes(), tmp_path / "broken.key"
    if how == "folder":
        path.mkdir()
    elif how == "circle":
        path.symlink_to(path)
    elif how != "absent":
        edits = {
            "cut": line[:40],
            "cut in its last bytes": line[:-6],
            "empty": b"",
            "UTF-16": line.decode().encode("utf-16"),
            "not UTF-8": line.replace(b"office", b"\xff"),
            "not ASCII": line[:-2] + "\u00e9\n".encode(),
            "public": toolkit.public_key(tmp_path / "office.key").encode(),
        }
        path.write_bytes(edits[how])
    return path


@pytest.mark.parametrize(
    "how",
    [
        "absent",
        "folder",
        "circle",
        "empty",
        "cut",
        "cut in its last bytes",
        "UTF-16",
        "not UTF-8",
        "not ASCII",
        "public",
    ],
)
def test_a_file_that_is_no_key_is_named_and_nothing_is_done(tmp_path, case, monkeypatch, how):
    """Whoever asks for the key: the file, what was expected, none of the secret; and no line of the log is written."""
    path = broken_key(tmp_path, how)
    secret = (tmp_path / "office.key").read_text().rpartition("+")[2][:20]
    use(monkeypatch, path)

    for ask in (
        lambda: toolkit.public_key(path),
        lambda: toolkit.seal(open_case(case)),
        lambda: selftest._signer(path),
    ):
        with pytest.raises(UsageError, match=r"broken\.key: expected a (private key|file with a key)") as told:
            ask()
        assert secret not in str(told.value)
    assert not (case / chain.LOG).exists()


def test_a_broken_key_ends_the_command_with_2_and_one_line(tmp_path, case, monkeypatch, run_cli):
    """In a process of its own: no traceback, from the key itself or from a step that signs with it."""
    path = broken_key(tmp_path, "not UTF-8")
    expected = f"toolkit: {path}: expected a private key, one line of text; found bytes that are no UTF-8\n"
    use(monkeypatch, path)

    for command in (("key", "show", path), ("seal", case)):
        ran = run_cli(*command)
        assert (2, "", expected) == (ran.returncode, ran.stdout, ran.stderr)


def test_signers_and_names_that_are_no_text_are_refused(tmp_path, case):
    """A public key that is not ASCII, in case.toml; a name with half a character, of which no empty file is left."""
    settings = case / "case.toml"
    settings.write_text(settings.read_text().replace("+", "+\u00e9", 3))

    with pytest.raises(UsageError, match="expected a public key, found 'office"):
        toolkit.verify(case)
    with pytest.raises(UsageError, match="name of a key: expected text"):
        toolkit.new_key(tmp_path / "half.key", name="\udcff")
    assert not (tmp_path / "half.key").exists()


def ready(tmp_path, case, monkeypatch):
    """Seal and sign the case; return its root."""
    use(monkeypatch, tmp_path / "office.key")
    toolkit.seal(open_case(case))
    toolkit.sign(open_case(case))
    return case


@pytest.mark.parametrize("command", ["seal", "ingest", "run", "link", "reconstruct"])
def test_a_step_without_a_key_ends_with_5_also_when_it_is_up_to_date(tmp_path, case, monkeypatch, run_cli, command):
    """Whatever case.toml lists by now; nothing is written into the log."""
    ready(tmp_path, case, monkeypatch)
    toolkit.ingest(open_case(case), workers=1)
    monkeypatch.delenv("TOOLKIT_KEY")
    log = (case / chain.LOG).read_bytes()
    said = (case / "case.toml").read_text()

    for text in (said, said.split("\n", 1)[1]):
        (case / "case.toml").write_text(text)
        ran = run_cli(command, case)
        assert (5, log) == (ran.returncode, (case / chain.LOG).read_bytes()), ran.stderr


def test_a_mandate_is_not_widened_by_deleting_the_signers(tmp_path, case, monkeypatch):
    """The log says who signs: the mandate stands only as they signed it, and verify names case.toml."""
    ready(tmp_path, case, monkeypatch)
    said = (case / "case.toml").read_text().split("\n", 1)[1]
    (case / "case.toml").write_text(said.replace('cameras = ["KB-1"]', 'cameras = ["*"]'))

    with pytest.raises(AuthorityError, match=r"case\.toml: signers: expected those of the log, office") as error:
        standing_mandate(open_case(case))
    assert 5 == error.value.exit_code
    assert {"V512", "V517", "V528"} <= {failure.code for failure in toolkit.verify(case).failures}
    for key in ("office.key", "oversight.key"):
        use(monkeypatch, tmp_path / key)
        with pytest.raises(AuthorityError, match="signed once is signed from then on"):
            toolkit.sign(open_case(case))


def relist(case, *keys):
    """Let case.toml list other signers."""
    rest = (case / "case.toml").read_text().split("\n", 1)[1]
    (case / "case.toml").write_text(f"signers = [{', '.join(repr(key) for key in keys)}]\n" + rest)


def test_an_old_signer_signs_the_change_to_a_new_one(tmp_path, case, monkeypatch):
    """Both by `key sign`: the old for the change, the new for the mandate; then the old signs no more."""
    ready(tmp_path, case, monkeypatch)
    new = toolkit.new_key(tmp_path / "new.key", name="successor")
    relist(case, new)
    use(monkeypatch, tmp_path / "new.key")
    with pytest.raises(AuthorityError, match="the log does not name successor"):
        toolkit.sign(open_case(case))

    use(monkeypatch, tmp_path / "office.key")
    assert "successor sign from now on" in " ".join(toolkit.sign(open_case(case)))
    with pytest.raises(AuthorityError, match="give the key of one of its signers"):
        toolkit.seal(open_case(case))
    use(monkeypatch, tmp_path / "new.key")
    toolkit.sign(open_case(case))
    (case / "raw/share_log/2018.csv").write_text("a,b\n")
    toolkit.seal(open_case(case))
    found = toolkit.verify(case)
    assert (True, "signed by successor (") == (found.ok, found.signed[:21]), found.failures


def test_a_lost_key_has_a_path_that_everybody_sees(tmp_path, case, monkeypatch, run_cli):
    """`key sign --lost` with the new key: the case goes on, and verifies for whoever names that key, and only then."""
    ready(tmp_path, case, monkeypatch)
    new = toolkit.new_key(tmp_path / "new.key", name="successor")
    relist(case, new)
    use(monkeypatch, tmp_path / "new.key")

    ran = run_cli("key", "sign", case, "--lost")
    assert (0, True) == (ran.returncode, "the old keys being lost" in ran.stdout), ran.stderr
    toolkit.seal(open_case(case))
    assert ["V527"] == [failure.code for failure in toolkit.verify(case).failures]
    assert toolkit.verify(case, trust=[new]).ok


def test_an_unsigned_log_is_shown_line_by_line_to_whoever_takes_it_over(tmp_path, case, monkeypatch):
    """`key sign` names the lines that it makes its own."""
    said = (case / "case.toml").read_text()
    (case / "case.toml").write_text(said.split("\n", 2)[2])
    toolkit.seal(open_case(case))
    (case / "case.toml").write_text(said)
    use(monkeypatch, tmp_path / "office.key")

    told = toolkit.sign(open_case(case))

    assert [
        "line 1, not signed: intent seal",
        "line 2, not signed: outcome seal",
        "line 3: office sign from now on",
    ] == [line.partition(": ")[2].partition(", 20")[0] for line in told[:3]]


def test_readers_hold_no_key_and_the_next_step_with_one_commits_what_they_did(tmp_path, case, monkeypatch):
    """Reading goes to access.jsonl, deciding to hand/; also a step that has nothing else to do commits to both."""
    ready(tmp_path, case, monkeypatch)
    toolkit.ingest(open_case(case), workers=1)
    monkeypatch.delenv("TOOLKIT_KEY")
    consulted(open_case(case), "ask Q01")
    (case / "hand/decisions.csv").write_text("a,b\n")
    assert ["V513"] == [failure.code for failure in toolkit.verify(case).failures]

    use(monkeypatch, tmp_path / "office.key")
    toolkit.ingest(open_case(case), workers=1)

    last = chain.load(case / chain.LOG, every=True).entries[-1]
    assert ("access", 1) == (last["event"], last["lines"])
    assert toolkit.verify(case).ok
    (case / access.ACCESS).write_bytes(b"")
    assert ["V521"] == [failure.code for failure in toolkit.verify(case).failures]
