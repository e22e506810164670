"""The sample case as `toolkit demo` runs it: what a reviewer is told, pinned, from how it was made."""

import json
from collections import Counter
from pathlib import Path

import pytest

from toolkit import ask, check, open_case

IMAGES = [f"KX-0{n}" for n in range(1, 8)]
SWEPT_AND_FOUND = {"KX-01", "KX-02", "KX-03", "KX-04", "KX-06"}  # four persons; KX-03 and KX-06 are one photograph
PLANTED = [
    ("R1", {("cannot_determine", ("time_precision",), ()): 1, ("conforms", (), ()): 5}),
    ("R2", {("conforms", (), ()): 6, ("not_applicable", (), ()): 1}),
    ("R12", {("breach", (), ()): 1}),
    ("R13", {("breach", (), ()): 1}),
    ("R15", {("cannot_determine", ("rule_ambiguous",), ("two_readings",)): 1}),
    ("R16", {("breach", (), ()): 1}),
    ("R22", {("breach", (), ()): 1, ("cannot_determine", ("missing_field",), ()): 1}),
    ("R29", {("cannot_determine", ("denominator_unknown", "memory_only"), ()): 1}),
    ("R30", {("breach", (), ("text_in_error",)): 1}),
    ("R35", {("breach", (), ("undated_statement",)): 1}),
]
"""Rule -> (verdict, reasons, flags) -> how often, from data_samples/kings_boulevard/README.md."""
GOLDEN = json.loads((Path(__file__).parent / "golden" / "kings_boulevard.json").read_text("utf-8"))
"""What must come out, written by hand: state, value and unit of each subject ("": the case; null: any value)."""


@pytest.fixture(scope="module")
def case(sample):
    """Open the shared run of the sample."""
    return open_case(sample[0])


def answers(case, question):
    """Return the answers to a question by subject."""
    return {answer.subject: answer for answer in ask(case, question)}


def states(case, question):
    """Return subject -> state."""
    return {subject: answer.state for subject, answer in answers(case, question).items()}


def test_the_demo_ends_as_a_case_with_damaged_input_does(sample):
    """Its input is damaged on purpose: exit code 3, with the headline table, the report's path and the time."""
    _, ran = sample

    assert ran.returncode == 3
    assert ran.stderr == ""
    assert [word in ran.stdout for word in ("Images shared", "7 images", "report.html", "pipeline: ")] == [True] * 4


def test_the_five_counts(case):
    """Images, distinct files, occasions, records and persons are five different counts, each with its own unit."""
    counts = [(a.unit, a.value, a.state) for a in ask(case, "Q02")]

    expected = {"images": 7, "files": 6, "occasions": 5, "records": 6, "persons": 6}
    assert sorted(counts) == sorted((unit, value, "established") for unit, value in expected.items())


def test_first_and_last_disclosure_have_bounds(case):
    """The first is known only to the month; its bounds are those of May 2016 in London."""
    found = answers(case, "Q10")

    assert found["first"].value == {
        "text": "2016-05",
        "earliest": "2016-04-30T23:00:00Z",
        "latest": "2016-05-31T23:00:00Z",
        "precision": "month",
    }
    assert (found["last"].value["text"], found["last"].value["precision"]) == ("2018-03-06T11:00", "minute")


def test_who_shared_with_whom_under_what_and_how(case):
    """Unit and post, recipient, agreement version and channel of each occasion."""
    occasions = [f"OCC-{n}" for n in range(1, 6)]
    sender, recipient = answers(case, "Q14"), answers(case, "Q19")
    agreement, channel = answers(case, "Q24"), answers(case, "Q35")

    assert [sender[one].value for one in occasions] == [{"unit": "CAMDEN", "post": "POST-SPOC-1"}] * 5
    assert {recipient[one].state for one in occasions} == {"established"}
    assert [agreement[one].state for one in occasions] == ["conflicting", *["established"] * 4]
    assert [agreement[one].value["version"] for one in occasions[1:]] == ["1", "2", "2", "2"]
    assert [channel[one].value["channel"] for one in occasions] == [
        "encrypted_usb",
        "secure_email",
        "hard_drive",
        "encrypted_usb",
        "secure_email",
    ]


def test_was_it_matched_by_the_recipients_records(case):
    """No alert log is held: not searched, and never 'no'."""
    assert states(case, "Q40") == dict.fromkeys(IMAGES, "not_searched")


def test_would_a_sweep_find_the_person(case):
    """Four persons' images have candidates, said to be unreviewed; the others are not found within stated coverage."""
    found = answers(case, "Q42")

    assert {image for image in IMAGES if found[image].state == "established"} == SWEPT_AND_FOUND
    assert {found[image].state for image in set(IMAGES) - SWEPT_AND_FOUND} == {"not_found"}
    for image in SWEPT_AND_FOUND:
        assert (found[image].unit, found[image].value > 0) == ("candidates", True)
        assert "candidates, not reviewed" in found[image].caveats
    causes = found["KX-07"].coverage.not_examined
    assert sorted(causes) == ["frame_not_sampled", "out_of_period", "truncated"]
    assert found["KX-07"].coverage.declared == found["KX-07"].coverage.examined + sum(causes.values())


def test_no_bystander_is_among_the_candidates(case):
    """Every candidate is the person of its photograph: seen only in the clips where that person was made to walk."""
    walks = {
        "KX-01": {"KB1_2016-06-14", "KB2_2017-06-30"},
        "KX-02": {"KB2_2016-10-08"},
        "KX-03": {"KB1_2017-02-21"},
        "KX-04": {"KB1_2017-11-09"},
        "KX-06": {"KB1_2017-02-21"},
    }
    seen = {(probe, source) for probe, source in case.table("candidates").select("probe_id", "source").iter_rows()}

    expected = {(probe, f"raw/footage/{clip}.mp4") for probe, clips in walks.items() for clip in clips}
    assert seen == expected


def test_footage_after_the_window_is_not_decoded(case):
    """The clip of June 2018 is in the case and comes out as out_of_period, with its frames counted."""
    rows = case.table("coverage", "index").filter(source="raw/footage/KB1_2018-06-12.mp4")

    assert sorted(rows.select("measure", "cause", "n").iter_rows()) == [
        ("files", "out_of_period", 1),
        ("frames", "out_of_period", 280),
    ]


def test_what_came_back(case):
    """Nothing is on record within the registers held; later, only a public statement speaks."""
    came_back, later = ask(case, "Q49"), ask(case, "Q50")

    assert [(a.state, a.coverage.examined > 0) for a in came_back] == [("not_found", True)]
    assert {a.state for a in later} == {"attested"}


def test_each_disposal(case):
    """Each image's copy was disposed of, on record."""
    assert states(case, "Q53") == dict.fromkeys(IMAGES, "destroyed")


def test_which_units_were_searched_and_how(case):
    """Twelve BCUs replied, four from memory; nobody counted the OCUs."""
    found = answers(case, "Q59")

    assert found["BCUs"].value == {"units": 12, "replied": 12, "from_memory": 4}
    assert found["OCUs"].state == "attested"


@pytest.mark.parametrize(("rule", "planted"), PLANTED, ids=[rule for rule, _ in PLANTED])
def test_planted_verdicts(case, rule, planted):
    """What was planted is found, as often as it was planted; only 'conforms' may stand beside it."""
    found = Counter((v.verdict, tuple(sorted(v.reasons)), tuple(sorted(v.flags))) for v in check(case, rule))
    others = {key for key in found if key not in planted}

    assert {key: found[key] for key in planted} == planted
    assert {verdict for verdict, _, _ in others} <= {"conforms", "not_applicable", "cannot_determine"}


def test_the_unrecorded_transfer_is_outside_the_five_and_its_state_is_record_missing(case):
    """A transfer without an entry is no sixth occasion; the register that should hold it is complete and silent."""
    [breach] = [verdict for verdict in check(case, "R12") if verdict.verdict == "breach"]
    missing = [answer.subject for answer in ask(case, "Q37") if answer.state == "record_missing"]

    assert missing == [breach.subject]


@pytest.mark.parametrize("question", GOLDEN["answers"])
def test_each_subject_has_the_answer_written_by_hand(case, question):
    """All subjects of the question, no other; where the page names a value or a caveat, that one."""
    expected, caveats = GOLDEN["answers"][question], GOLDEN["caveats"].get(question, {})
    found = {answer.subject or "": answer for answer in ask(case, question)}
    values = {key: None if expected.get(key, [0])[1:2] == [None] else found[key].value for key in found}

    assert {key: [answer.state, values[key], answer.unit] for key, answer in found.items()} == expected
    assert {key: caveat for key, caveat in caveats.items() if caveat not in found[key].caveats} == {}


@pytest.mark.parametrize("rule", GOLDEN["verdicts"])
def test_each_subject_has_the_verdict_written_by_hand(case, rule):
    """All subjects of the rule, no other, with their reasons and flags."""
    found = {v.subject or "": [v.verdict, sorted(v.reasons), sorted(v.flags)] for v in check(case, rule)}

    assert found == GOLDEN["verdicts"][rule]


def test_verify_finds_nothing_wrong(sample, run_cli):
    """What the run left behind is what the log names."""
    ran = run_cli("verify", sample[0], "--json")

    assert (ran.returncode, json.loads(ran.stdout)["failures"]) == (0, [])


def test_a_second_run_does_no_work(sample, run_cli):
    """Nothing changed, so no step works; the case still holds damaged input, so the code is still 3."""
    ran = run_cli("run", sample[0], "--json")

    assert (ran.returncode, [step["did_work"] for step in json.loads(ran.stdout)]) == (3, [False] * 7)


def test_json_of_ask_has_the_documented_shape(sample, run_cli):
    """The shape that machines rely on."""
    [found] = json.loads(run_cli("ask", sample[0], "Q01", "--json").stdout)

    assert list(found) == ["schema_version", "question", "title", "paragraphs", "answers"]
    assert (found["question"], found["paragraphs"]) == ("Q01", ["p9"])
    [answer] = found["answers"]
    assert list(answer) == [
        "subject",
        "state",
        "value",
        "unit",
        "evidence",
        "records",
        "subjects",
        "by_register",
        "coverage",
        "caveats",
        "statements",
    ]
    assert (answer["subject"], answer["value"], answer["unit"]) == (None, 7, "images")
    assert set(answer["evidence"][0]) == {"source", "locator"}
    assert {"declared", "examined", "not_examined"} <= set(answer["coverage"])


def test_why_says_which_time_of_a_camera_was_examined(sample, run_cli):
    """From the first of its files to the last; where it looked is no register, so that no time is declared."""
    said = run_cli("ask", sample[0], "Q42", "--why").stdout

    assert "camera KB-1 (2016-06-14T12:31:05/2018-06-12T17:05:19): 3 of 4 files; not examined: 1 out of period" in said
