"""Made-up people are their codes."""

import pytest

from toolkit.synthetic.people import TRAITS, cast, code_of, person, random_person


def test_a_person_is_written_as_their_code_and_read_again():
    """The code of a person gives the person again, trait by trait."""
    codes = [*cast().subjects.values(), *cast().bystanders, *cast().others, random_person(5).code]

    assert codes == [code_of(person(code)) for code in codes]


def test_the_order_of_the_traits_is_the_order_of_the_bytes():
    """The first byte is the skin, the last the make-up: codes found by searching stay valid."""
    dark_and_made_up = person("ff" + "00" * 41 + "ff")

    assert (43, "skin", "makeup") == (len(TRAITS), TRAITS[0].name, TRAITS[-1].name)
    assert (1.0, -1.0, 1.0) == (dark_and_made_up.skin, dark_and_made_up.warmth, dark_and_made_up.makeup)


def test_a_code_of_another_length_is_refused():
    """43 bytes, no more and no fewer."""
    with pytest.raises(ValueError, match="a code must be 43 bytes, found 2: 'abcd'"):
        person("abcd")


def test_the_cast_is_forty_different_people():
    """Nobody is both a subject and a bystander."""
    codes = [*cast().subjects.values(), *cast().bystanders, *cast().others]

    assert 40 == len(set(codes)) == len(codes)


def test_the_same_seed_draws_the_same_stranger():
    """A random person is decided by the seed alone."""
    assert random_person(1) == random_person(1)
    assert random_person(1) != random_person(2)
