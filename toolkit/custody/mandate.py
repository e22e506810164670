"""
`custody/mandate.sig`: the mandate's detached signature, a signed note over what the mandate and the case say.

Two lines are signed: `toolkit mandate`, and the SHA-256 of the canonical JSON (RFC 8785) of the tables `[case]` and
`[mandate]` of `case.toml`, with numbers that are no integers, and dates, as text. The case's title, period and `as_at`
are in it so that a signature is not good for another case, nor for another day.
"""

import datetime as dt
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toolkit.custody import note
from toolkit.custody.digest import digest_of, read_regular
from toolkit.custody.signing import keys_of
from toolkit.errors import AuthorityError, IntegrityError, UsageError

MANDATE_NOTE = "custody/mandate.sig"
"""Path of the mandate's signature in a case."""


def text_of(case_toml: str) -> str:
    r"""
    Return the text that is signed.

    Raises:
        AuthorityError: If there is no mandate.

    >>> text_of('[case]\ntitle = "a"\n[mandate]\nthreshold = 0.5\n').splitlines()[1][:12]
    '8ed0ebb4ab6a'
    """
    tables = tomllib.loads(case_toml)
    if "mandate" not in tables:
        raise AuthorityError("case.toml states no [mandate]: nothing to sign")
    said = {name: _without_floats(tables.get(name, {})) for name in ("case", "mandate")}
    return f"toolkit mandate\n{digest_of(said)}\n"


def signers_in(case_root: Path) -> tuple[note.PublicKey, ...]:
    """
    Return the public keys that `case.toml` lists as signers.

    Raises:
        IntegrityError: If it cannot be read, or lists none that could be.
    """
    try:
        listed = tomllib.loads(read_regular(case_root / "case.toml").decode()).get("signers", [])
    except (ValueError, RecursionError) as error:
        raise IntegrityError(f"case.toml: cannot be read: {error}") from error
    try:
        return keys_of(listed, "case.toml")
    except UsageError as error:
        raise IntegrityError(str(error)) from error


def check(case_root: Path, signers: Sequence[str]) -> list[note.PublicKey]:
    """
    Return who signed the mandate of a case as it stands; nobody where it lists no signers, or states none.

    Raises:
        AuthorityError: If there are signers and none of them signed it, or it was edited since.
    """
    if not signers:
        return []
    try:
        case_toml = read_regular(case_root / "case.toml").decode()
        stated = "mandate" in tomllib.loads(case_toml)
    except (IntegrityError, ValueError, RecursionError) as error:
        raise AuthorityError(
            f"case.toml: cannot be read, so that nobody can say whether it is signed: {error}"
        ) from error
    if not stated:
        return []
    path = case_root / MANDATE_NOTE
    again = "its signer signs it with 'toolkit key sign CASE --key FILE'"
    if not os.path.lexists(path):
        raise AuthorityError(f"the mandate is not signed, and case.toml lists signers: {again}")
    try:
        found = note.parse(read_regular(path), MANDATE_NOTE)
        by = note.signed_by(found, [note.public_key(text) for text in signers], MANDATE_NOTE)
    except IntegrityError as error:
        raise AuthorityError(f"{error}; {again}") from error
    if not by:
        raise AuthorityError(f"{MANDATE_NOTE}: none of the signers of case.toml signed it; {again}")
    if found.text != text_of(case_toml):
        raise AuthorityError(f"case.toml: [case] or [mandate] was edited since {by[0].name} signed it; {again}")
    return by


def _without_floats(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Return the value with floats and dates as text: two programs may write the same float differently."""
    if isinstance(value, dict):
        return {key: _without_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_floats(inner) for inner in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else value
