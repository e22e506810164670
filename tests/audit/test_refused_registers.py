"""A register that nobody could read: the answers that wait for it say so, and none of them becomes a no."""

import pytest
from ledgers import PERIOD
from reading import write_case

from toolkit.audit.asking import answer
from toolkit.audit.sentences import answer_sentence
from toolkit.audit.views import open_views

SHARED = "entry_ref,occurred,direction,use,image_refs\nE1,2017-03-01,out,facial_recognition,I1\n"
ALERTS = "match_ref,image_ref,occurred\nM1,I9,2017-05-01\n"
TEXTS = "agreement_ref,version,clause,topic\nAG,1,2.1,purpose\n"
UNREADABLE = {
    "rows under a header that no table has": "this,that\n1,2\n3,4\n",
    "a header that no table has, and no rows": "this,that\n",
}


def asked(tmp_path, files, question="Q40"):
    """Return the answer about the image that was shared, of a folder of files."""
    folder = tmp_path / "registers"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    write_case(folder, tmp_path)
    with open_views(tmp_path, PERIOD) as tables:
        [found] = [one for one in answer(tables, [question]) if one.subject == "I1"]
    return found


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_refused_register_is_in_the_coverage_of_the_answer_that_waits_for_it(content, tmp_path):
    """Beside one that was read: nothing found there is no more than that, and the other was not examined."""
    found = asked(
        tmp_path, {"entries.csv": SHARED, "recorded_matches.csv": ALERTS, "recorded_matches/refused.csv": content}
    )

    assert (found.state, found.coverage.examined, list(found.coverage.not_examined)) == (
        "not_found",
        1,
        ["cannot_parse"],
    )
    assert "cannot parse" in answer_sentence(found)


def test_where_only_a_refused_register_could_tell_nothing_was_searched(tmp_path):
    """Texts without a duty to record would make it 'no duty'; a file that may be the alert log lies there unread."""
    files = {"entries.csv": SHARED, "clauses.csv": TEXTS}

    assert asked(tmp_path / "none", files).state == "no_duty"
    refused = asked(tmp_path / "refused", files | {"recorded_matches/refused.csv": "this,that\n"})
    assert (refused.state, refused.coverage.declared) == ("not_searched", None)
    assert answer_sentence(refused) == "Not searched: cannot parse (how many is not known)."
