"""
The declaration of a register: everything about it that is not SQL, in one TOML file. A new register is a new file.

```toml
kind = "recipient"                      # folder under raw/ whose files feed it: a key of shared/kinds.toml
place = 1                               # among the registers of its kind, in pages
row = "a receipt of images by ..."      # what one row is
asked_for = "the recipient's receipts"  # how one asks a custodian for it
corroborated_by = ["enrolments"]        # registers of somebody else that would show the same; what says most first
identity = ["receipt_ref"]              # columns that say what a row is about: twice with other contents is C302
written = ["occurred"]                  # times by which a row was written down; the first that is stated counts
ends = ["removed"]                      # ends that are events: until they come, nobody can write them down
sequences = [["enrolled", "removed"]]   # times that follow each other: the other way round is C301
searched = { text = "narrative", about = "entry_ref" }  # column that `toolkit search` reads, and what it is about
[added]                                 # time of what is added to a row later -> the columns that it brings
disposed = ["disposal"]
[columns.use]                           # in the order of the table
holds = "word"                          # see `Column`
doc = "what for"
required = true                         # a blank puts the row in quarantine
words = "uses"                          # the words themselves, or a key of shared/words.toml; of a ref: no references
known_by = ["units.unit_ref"]           # columns that define a reference: one that none of them has is T215
also_called = ["purpose"]               # how other systems name it, for `toolkit profile`
blank = "none"                          # a blank says that there is none; without it, a blank says nothing
[facts.sent]                            # a key of shared/facts.toml that rows show or may show; others it cannot
how = "shows"                           # or "may_show"
time = "occurred"                       # column with the time; without it the row gives none
bound = "by"                            # "at": it happened in that time; "by": then or before
unit = "from_ref"                       # columns that say for which unit, recipient and image
recipient = "recipient_ref"
image = "image_refs"
where = "received by a third party"     # which rows; without it, every row
```

The keys of the first part are always there, empty where there is nothing to name, so that no register is treated
otherwise because somebody forgot it; only `ends`, `sequences`, `searched` and `[added]` may be left out.
"""

from typing import Literal

import msgspec

Holds = Literal["text", "ref", "refs", "when", "word", "words", "yes_no", "count", "computed"]


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    `[columns.<name>]`.

    `holds` is text; ref (a reference, compared verbatim); refs (several, separated by ';'); when (a date in the EDTF
    subset); word (one of `words`); words (several, separated by ';'); yes_no; count (a whole number); or computed: a
    text that no source brings and the tool adds. Of a ref, `words` are what stands for no reference and is understood:
    the "none" of a witness.
    """

    holds: Holds
    doc: str
    required: bool = False
    words: str | tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    blank: Literal["unknown", "none"] = "unknown"


class Cell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[facts.<fact>]`: a cell of the matrix of facts and registers."""

    how: Literal["shows", "may_show"]
    time: str | None = None
    bound: Literal["at", "by"] | None = None
    unit: str | None = None
    recipient: str | None = None
    image: str | None = None
    where: str = ""


class Searched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`searched`: the column that the full text is made of, and the reference of what it is about."""

    text: str
    about: str


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a declaration; `name` is its file's, and `words` of its columns are the words themselves."""

    name: str
    kind: str
    place: int
    row: str
    asked_for: str
    corroborated_by: tuple[str, ...]
    identity: tuple[str, ...]
    written: tuple[str, ...]
    columns: dict[str, Column]
    ends: tuple[str, ...] = ()
    sequences: tuple[tuple[str, str], ...] = ()
    searched: Searched | None = None
    added: dict[str, tuple[str, ...]] = {}
    facts: dict[str, Cell] = {}


class Declared(msgspec.Struct, frozen=True):
    """
    All that is declared.

    Args:
        kinds: Folder under raw/ -> what lies in it, in the order of the pages.
        words: Name of a vocabulary that several columns share -> its words.
        facts: What registers show -> in a few words, in order.
        registers: By name, in the order of kinds and places.
    """

    kinds: dict[str, str]
    words: dict[str, tuple[str, ...]]
    facts: dict[str, str]
    registers: dict[str, Register]
