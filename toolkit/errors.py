"""What stops the tool. Faulty *evidence* never does: that is a `Problem` (problems.py)."""

import re


class ToolkitError(Exception):
    """Base of every error the operator can act on; `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(ToolkitError):
    """A command, argument or `case.toml` that cannot be understood."""

    exit_code = 2


def not_utf8(name: object, error: UnicodeDecodeError) -> UsageError:
    r"""
    Return what is raised of a file that a person writes for the tool, and that is not UTF-8.

    >>> try:
    ...     b"title = 1\nfrom = \xff".decode()
    ... except UnicodeDecodeError as error:
    ...     str(not_utf8("case.toml", error))
    'case.toml: line 2: expected UTF-8, found byte 0xff; save it as UTF-8'
    """
    line, byte = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start]
    return UsageError(f"{name}: line {line}: expected UTF-8, found byte 0x{byte:02x}; save it as UTF-8")


def in_our_words(message: str) -> str:
    """
    Turn msgspec's message into key, expected, found.

    >>> in_our_words("Expected `float`, got `str` - at `$.mandate.threshold`")
    'mandate.threshold: expected float, found str'
    >>> in_our_words("Object contains unknown field `colour` - at `$.index`")
    'index.colour: no such key'
    >>> in_our_words("Object missing required field `title` - at `$.case`")
    'case.title: required, not found'
    """
    message, _, place = message.partition(" - at ")
    key = place.strip("`").removeprefix("$").removeprefix(".")
    if named := re.match(r"Object (contains unknown|missing required) field `(.+)`", message):
        full = ".".join(filter(None, (key, named[2])))
        return f"{full}: no such key" if named[1].startswith("contains") else f"{full}: required, not found"
    message = message.replace("`", "").replace("Expected", "expected").replace(", got", ", found")
    return f"{key}: {message}"


class IntegrityError(ToolkitError):
    """Something sealed, written or logged is not what it was."""

    exit_code = 4


class AuthorityError(ToolkitError):
    """The mandate is missing, expired, or does not cover what was asked."""

    exit_code = 5


class CaseLocked(ToolkitError):  # noqa: N818 - reads as the state it names, like the exit code's table
    """Another process is working on the case."""

    exit_code = 6


class ResourceError(ToolkitError):
    """Out of disk, memory or time; what was committed stays, run again to go on."""

    exit_code = 7


class NoCase(ToolkitError):  # noqa: N818
    """The folder is not a case, or was written by a newer tool."""

    exit_code = 10


EXIT_CODES = {
    0: "all good",
    1: "a bug in the tool",
    2: "usage: a command, argument or case.toml that cannot be understood",
    3: "finished; some input is quarantined or damaged (all of it listed)",
    4: "integrity: something sealed, written or logged is not what it was",
    5: "authority: the mandate is missing, expired or too narrow",
    6: "locked: another process is working on the case",
    7: "out of disk, memory or time; run again to go on",
    8: "every input was refused",
    10: "not a case, or written by a newer tool",
    130: "interrupted; run again to go on",
}
"""Documented exit codes. They describe the case, not what this run had to do."""
