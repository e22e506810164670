"""What the log commits to and does not hold: found by its salt, gone with it."""

from toolkit.custody import commitments


def test_what_is_erased_cannot_be_found_by_trying(tmp_path):
    """The same value has another commitment each time; without salt and value none of them says anything."""
    one, two, other = commitments.commit(tmp_path, ["I-1", "I-1", "I-2"])
    assert one != two

    assert 2 == commitments.erase(tmp_path, [one, two])

    assert {other: "I-2"} == commitments.opened(tmp_path)
    assert b"I-1" not in (tmp_path / commitments.OPENINGS).read_bytes()


def test_half_a_line_of_a_killed_process_is_no_value(tmp_path):
    """Nothing commits to it: the next value takes its place, and an erasure takes it away."""
    path = tmp_path / commitments.OPENINGS
    [one] = commitments.commit(tmp_path, ["a"])
    with path.open("ab") as file:
        file.write(b'{"commitment":"')
    [two] = commitments.commit(tmp_path, ["b"])
    assert {one: "a", two: "b"} == commitments.opened(tmp_path)

    with path.open("ab") as file:
        file.write(b'{"value":"I-1')
    commitments.erase(tmp_path, [one])
    assert path.read_bytes().endswith(b'"value":"b"}\n')
