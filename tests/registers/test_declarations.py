"""What a declaration may say: a name that is not there, or a contradiction, is refused with its file and key."""

import re
import shutil
from pathlib import Path

import pytest

from toolkit import registers
from toolkit.errors import UsageError
from toolkit.readers.declarations import LAYOUT
from toolkit.registers.declaration import Register
from toolkit.registers.loading import load

FOLDER = Path(registers.__file__).parent
REQUIRED = ("kind", "place", "row", "asked_for", "corroborated_by", "identity", "written")


@pytest.fixture
def edited(tmp_path):
    """Return a function that loads the declarations with one file changed, and returns what is said of it."""
    folder = tmp_path / "registers"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))

    def edit(name: str, change: tuple[str, str]) -> str:
        path = folder / name
        before = path.read_text()
        assert change[0] in before
        path.write_text(before.replace(*change, 1))
        with pytest.raises(UsageError) as refused:
            load(folder)
        path.write_text(before)
        return str(refused.value).removeprefix(f"{folder}/")

    return edit


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("place = 1", "place = 1\ncolour = 2", "colour: no such key"),
        ("place = 1", "place = 'first'", "place: expected int, found str"),
        ("place = 1", 'place = 1\nname = "x"', "name: expected the name of the file to say it"),
        ('kind = "recipient"', 'kind = "gossip"', "kind: expected one of share_log, custody,"),
        ('"enrolments"', '"enrolment"', "corroborated_by: expected names of other registers"),
        ('"enrolments"', '"receipts"', "corroborated_by: expected names of other registers"),
        ('["enrolments", "transfers"]', '["transfers", "transfers"]', "corroborated_by: expected each name once"),
        (
            '["receipt_ref"]',
            '["receipt_ref", "receipt_ref"]',
            "identity: expected each name once",
        ),
        ("place = 1", 'place = 1\nsequences = [["occurred", "occurred"]]', "sequences: expected each name once"),
        ("required = true", "", "columns: expected one at least that is required"),
        ('holds = "when"', 'holds = "word"\nwords = ["a", "a"]', "written: expected columns that hold when"),
        ('doc = "recipient"', 'doc = "r"\nwords = ["a", "a"]', "columns.recipient_ref.words: expected each word once"),
        ('identity = ["receipt_ref"]', 'identity = ["ref"]', "identity: expected columns of receipts"),
        ('written = ["occurred"]', 'written = ["post_ref"]', "written: expected columns that hold when"),
        ("place = 1", 'place = 1\nends = ["removed"]', "ends: expected columns that hold when"),
        ("place = 1", 'place = 1\nsequences = [["occurred", "x"]]', "sequences: expected columns that"),
        ("place = 1", 'place = 1\nsearched = { text = "x", about = "receipt_ref" }', "searched: expect"),
        ("[columns.receipt_ref]", "[added]\nx = []\n\n[columns.receipt_ref]", "added: expected columns"),
        (
            "[columns.receipt_ref]",
            '[added]\noccurred = ["x"]\n\n[columns.receipt_ref]',
            "added.occurred",
        ),
        (
            'holds = "when"',
            'holds = "date"',
            "columns.occurred.holds: expected one of text, ref, refs, when,",
        ),
        ('doc = "recipient"', 'docs = "recipient"', "columns.recipient_ref.docs: no such key"),
        ('holds = "when"', 'holds = "when"\nwords = ["a"]', "columns.occurred.words: expected words only where"),
        ('doc = "recipient"', 'doc = "recipient"\nwords = "u"', "columns.recipient_ref.words: expected"),
        (
            '"units.unit_ref"',
            '"units.ref"',
            "columns.recipient_ref.known_by: expected <register>.<column>",
        ),
        ('holds = "when"', 'holds = "when"\nknown_by = ["units.unit_ref"]', "columns.occurred.known_by"),
        ("required = true", 'required = true\nblank = "none"', "columns.receipt_ref.blank: expected"),
        ('["receipt no", "slip"]', '["sender"]', "columns.from_ref.also_called: expected names that"),
        ("[facts.sent]", "[facts.send]", "facts: expected some of sent, received_back,"),
        (
            'how = "shows"',
            'how = "says"',
            "facts.sent.how: expected one of shows, may_show, found 'says'",
        ),
        ('bound = "by"', 'bound = "on"', "facts.sent.bound: expected one of at, by, found 'on'"),
        ("[facts.sent]", "[facts]\nsent = 1\n[facts.told]", "facts.sent: expected object, found int"),
        ('bound = "by"', "", "facts.sent.bound: expected a bound where there is a time"),
        ('time = "occurred"', "", "facts.sent.bound: expected a bound where there is a time"),
        ('time = "occurred"', 'time = "post_ref"', "facts.sent.time: expected a column that holds when"),
        (
            'unit = "from_ref"',
            'unit = "image_refs"',
            "facts.sent.unit: expected a column that holds ref",
        ),
        ('image = "image_refs"', 'image = "x"', "facts.sent.image: expected a column that holds ref or"),
        ("place = 1", "place = ", "not TOML: "),
    ],
)
def test_what_is_unknown_or_contradictory_is_refused_with_its_file_and_key(edited, old, new, expected):
    """Nothing that a file says is passed over."""
    assert edited("receipts.toml", (old, new)).startswith(f"receipts.toml: {expected}")


def test_the_name_of_the_file_is_the_name_of_a_table(tmp_path):
    """It stands in paths and in SQL."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "registers"))
    shutil.copy(folder / "receipts.toml", folder / "Receipts-2.toml")

    with pytest.raises(UsageError, match=r"Receipts-2\.toml: the file's name: expected small letters and _"):
        load(folder)


def test_a_blank_says_nothing_but_where_it_is_declared():
    """Of an end, too, a blank says nothing; of sources.csv, `declared_rows` says that none are declared."""
    declared = {
        f"{name}.{column}"
        for name, register in registers.REGISTERS.items()
        for column, said in register.columns.items()
        if said.blank == "none"
    }

    assert declared == {"agreement_versions.status", "clauses.in_error", "clauses.must_record"}
    assert [column.name for column in LAYOUT.columns if column.blank == "none"] == ["declared_rows"]


@pytest.mark.parametrize("key", REQUIRED)
def test_what_every_register_must_say_is_missed_in_each(edited, key):
    """A register that is silent about one thing would be treated otherwise, and nobody would see it."""
    said = {}
    for name in registers.REGISTERS:
        [line] = re.findall(rf"^{key} = .*\n", (FOLDER / f"{name}.toml").read_text(), re.MULTILINE)
        said[name] = edited(f"{name}.toml", (line, ""))

    assert said == {name: f"{name}.toml: {key}: required, not found" for name in registers.REGISTERS}


def test_the_required_keys_are_those_without_a_default():
    """The list above is the declaration's own."""
    fields = dict(zip(Register.__struct_fields__[::-1], Register.__struct_defaults__[::-1], strict=False))

    assert [name for name in Register.__struct_fields__ if name not in fields] == ["name", *REQUIRED, "columns"]


def test_a_file_that_is_not_there_or_not_utf_8_is_refused(tmp_path):
    """With its path, like every other fault."""
    kinds = tmp_path / "shared" / "kinds.toml"
    with pytest.raises(UsageError, match=f"{kinds}: cannot be read"):
        load(tmp_path)
    kinds.parent.mkdir()
    kinds.write_bytes(b"posts = 'x'\nunits = '\xff'")
    with pytest.raises(UsageError, match=f"{kinds}: line 2: expected UTF-8, found byte 0xff"):
        load(tmp_path)
