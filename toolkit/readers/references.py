"""What is no reference though it stands where one should, and what nobody sees in one: neither makes another image."""

import re
import unicodedata

import polars as pl

_HIDDEN = r"[\p{Cf}\x{00AD}\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180E}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}]"
"""Characters without a width: zero width, joiners, byte-order mark, soft hyphen, marks of direction."""
_BLANK = r"[\p{Z}\t\n\v\f\r\x{0085}]"
"""Characters that show as a space: no-break, thin, ideographic, line ends."""
_UNSEEN = rf"^{_BLANK}|{_BLANK}$|{_HIDDEN}|[^\P{{Z}} ]"
_SUSPECT = r"^[^0-9]*$|^[#*]|[\s,&+|;\x{2010}-\x{2015}\x{2026}\x{2212}]|[0-9](?:-|/|\.\.)[^0-9]"
"""What a look is taken at, one by one: most references have a digit and none of these."""

_SAYS_NOTHING = frozenset(
    [
        "na",
        "nil",
        "nill",
        "none",
        "nul",
        "null",
        "nan",
        "no",
        "nothing",
        "empty",
        "blank",
        "void",
        "missing",
        "absent",
        "omitted",
        "redacted",
        "withheld",
        "restricted",
        "tbc",
        "tbd",
        "tba",
        "tobeconfirmed",
        "tobeadvised",
        "tobeadded",
        "tobedetermined",
        "toconfirm",
        "tofollow",
        "pending",
        "awaited",
        "awaiting",
        "unknown",
        "unk",
        "unkn",
        "notknown",
        "nk",
        "nr",
        "ns",
        "notrecorded",
        "notstated",
        "notapplicable",
        "notavailable",
        "notavail",
        "notgiven",
        "notsupplied",
        "notprovided",
        "notentered",
        "notlisted",
        "nosuch",
        "noref",
        "noreference",
        "noreferences",
        "norefs",
        "nonumber",
        "unnumbered",
        "unspecified",
        "undisclosed",
        "various",
        "several",
        "multiple",
        "many",
        "some",
        "sundry",
        "other",
        "others",
        "same",
        "ditto",
        "do",
        "idem",
        "ibid",
        "attached",
        "attachment",
        "attachments",
        "enclosed",
        "enclosure",
        "appended",
        "asattached",
        "aslisted",
        "asdiscussed",
        "asrequested",
        "asstated",
        "asper",
        "asprevious",
        "aspreviously",
        "asbefore",
        "aslast",
        "list",
        "listed",
        "seelist",
        "illegible",
        "unreadable",
        "unclear",
        "invalid",
        "error",
        "deleted",
        "xxx",
        "xx",
        "xxxx",
        "imageattached",
        "imagesattached",
        "photoattached",
        "photosattached",
        "fileattached",
        "filesattached",
    ]
)
"""Letters and digits of what people write where they know no reference, in lower case."""
_POINTS_ELSEWHERE = re.compile(
    r"(see|refer to|as|per|cf\.?|vide) (the )?"
    r"(above|below|attach\w*|previous\w*|before|earlier|over\w*|list\w*|note\w*|narrative|text|file|log|email|e-mail|"
    r"enclos\w*|append\w*|annex\w*|report|schedule|spreadsheet|separate\w*|other|entry|last|free text|details|"
    r"crime report|remarks|comments?)\b.*|(attached|enclosed|appended) .*"
)
_THINGS = (
    r"(?:images?|imgs?|photos?|photographs?|pictures?|pics?|stills?|items?|files?|refs?|references?|records?|exhibits?|"
    r"faces?|persons?|people|subjects?|suspects?|individuals?|mugshots?|jpe?gs?|copies|entries|off)"
)
_NUMBER = (
    r"(?:[0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|several|some|many|various|"
    r"multiple|all|both|a few|a number of|a couple of|numerous|unknown number of|no)"
)
_COUNTED = re.compile(
    rf"(?:x ?)?{_NUMBER} ?(?:x )?(?:\w+ ){{0,2}}{_THINGS}(?: .*)?|{_THINGS} ?(?:x ?[0-9]+|\([0-9]+\)|x)"
    r"|[0-9]+ ?(?:no|nos|off|x)\.?|x ?[0-9]+"
)
_DASH = "[-\u2010-\u2015\u2212]"
_TO = rf"(?:to|thru|through|till|until|up to|{_DASH}|\.\.+|\u2026)"
_SPACED_RANGE = re.compile(rf"(?:from )?\S*[0-9]\S* {_TO} \S*[0-9]\S*")
_TIGHT_RANGE = re.compile(rf"([^\W\d_][^0-9]*)[0-9]+ ?(?:{_DASH}|\.\.+|\u2026) ?\1[0-9]+")
_SEVERAL = re.compile(r".*[0-9]\s*(?:[,|&+;]|\band\b|\bor\b)\s*\S.*|.+\b(?:etc\b\.?|et al\b\.?|and others)", re.DOTALL)
_ERROR = re.compile(r"#(?:ref|n/?a|name|value|div/?0|null|num|gettingdata|getting_data|spill|calc|error)[!?]?")


def cleaned(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    r"""
    Return references without what nobody sees in them, and whether any was there; a blank becomes null.

    >>> cleaned(pl.Series(["KX-01\u200b", "\u00a0KX-01"]))[0].to_list()
    ['KX-01', 'KX-01']
    """
    unseen = text.str.contains(_UNSEEN).fill_null(value=False)
    if not unseen.any():
        return text, unseen
    bare = pl.col(text.name).str.replace_all(_HIDDEN, "").str.replace_all(_BLANK, " ").str.strip_chars(" ")
    bare = pl.when(bare != "").then(bare)
    return text.to_frame().select(pl.when(unseen).then(bare).otherwise(text.name).alias(text.name)).to_series(), unseen


def no_references(values: pl.Series, words: tuple[str, ...] = ()) -> set[str]:
    """
    Return the values that name nothing, or several things as one.

    Args:
        values: Cells that should hold a reference each, without what nobody sees.
        words: What the column declares as a word of its own: the "none" of a witness.

    >>> sorted(no_references(pl.Series(["KX-01", "N/A", "2 images", "KX-01 to KX-04", "BCU-CN"])))
    ['2 images', 'KX-01 to KX-04', 'N/A']
    """
    some = values.drop_nulls().unique()
    suspects = some.filter(some.str.contains(_SUSPECT))
    return {value for value in suspects.to_list() if value not in words and is_no_reference(value)}


def is_no_reference(value: str) -> bool:
    """
    Return whether a value names nothing, or several things as one.

    >>> [is_no_reference(each) for each in ("as above", "?", "KX-01 - KX-04", "KX-01, KX-02", "MPS 2017/12")]
    [True, True, True, True, False]
    """
    said = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    bare = said.strip(" .,;:!?*()[]{}<>\"'-_/\\\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
    plain = "".join(each for each in bare if each.isalnum())
    if not plain or plain in _SAYS_NOTHING or _ERROR.fullmatch(said):
        return True
    patterns = (_POINTS_ELSEWHERE, _COUNTED, _SPACED_RANGE)
    return any(pattern.fullmatch(bare) for pattern in patterns) or any(
        pattern.fullmatch(said) for pattern in (_TIGHT_RANGE, _SEVERAL)
    )
