"""The groups of the 70 questions, in the order of the list that they come from."""

GROUPS = {
    "A": ("What was shared", 8),
    "B": ("When", 13),
    "C": ("By whom", 18),
    "D": ("To whom", 23),
    "E": ("Under which agreement", 29),
    "F": ("Legal basis", 34),
    "G": ("By which channel", 38),
    "H": ("Was it matched", 44),
    "I": ("Was action taken", 48),
    "J": ("What came back", 51),
    "K": ("Retention and deletion", 57),
    "L": ("Coverage and limits of the search", 64),
    "M": ("Negative findings and consistency", 70),
}
"""Letter -> name of the group, and number of its last question."""


def group_of(question: str) -> str:
    """
    Return the letter of a question's group.

    >>> [group_of(question) for question in ("Q01", "Q08", "Q09", "Q70")]
    ['A', 'A', 'B', 'M']
    """
    number = int(question.removeprefix("Q"))
    return next(letter for letter, (_, last) in GROUPS.items() if number <= last)


def group_named(wanted: str) -> str:
    """
    Return the letter of a group, by its letter or its name.

    Raises:
        KeyError: If there is none.

    >>> [group_named(wanted) for wanted in ("G", "g", "by which channel")]
    ['G', 'G', 'G']
    """
    for letter, (name, _) in GROUPS.items():
        if wanted.strip().casefold() in (letter.casefold(), name.casefold()):
            return letter
    raise KeyError(wanted)
