"""References of made-up records: many, all different, none a neighbour's by one slip of the finger; and such slips."""

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from toolkit.synthetic.force.plan import CHANNELS

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"[:30], np.uint8)
_PLACES = 7
_SPACE = len(_ALPHABET) ** _PLACES
_STEP = 8_736_028_057
"""Odd, and no multiple of 3 or 5, so that it runs through all of the space before it repeats."""
_PREFIX = np.frombuffer(b"CI-", np.uint8)
_DIGITS = 10**8
LARGEST = 10**8
"""Numbers of images and records stay below: no reference repeats, and the products fit 64 bits."""

_MISTAKEN = np.arange(256, dtype=np.uint8)
for _right, _wrong in ("0O", "1I", "2Z", "5S", "8B", "6G", "7T", "4A", "3E", "9P", "CG", "DO", "MN", "EF", "KX", "PR"):
    _MISTAKEN[ord(_right)] = ord(_wrong)


def image_refs(numbers: NDArray[np.integer]) -> pl.Series:
    """
    Return the reference of each image.

    >>> image_refs(np.array([0, 1])).to_list()
    ['CI-0000000', 'CI-BVF6HR7']
    """
    return _text(_image_bytes(numbers))


def misspelt(numbers: NDArray[np.integer], random: np.random.Generator) -> pl.Series:
    """
    Return the reference of each image as somebody typed it from a sheet of paper: 6 in 10 have one slip.

    A slip is a look-alike, two characters exchanged, one left out or typed twice, the hyphen a blank, or lower case.
    """
    right = _image_bytes(numbers)
    count, width = right.shape
    typed: NDArray[np.uint8] = np.repeat(right, 2, axis=1)
    kept: NDArray[np.bool_] = np.tile(np.array([True, False]), (count, width))
    rows = np.arange(count)
    place = random.integers(len(_PREFIX), width, size=(count,))
    slip = random.choice(7, size=(count,), p=[0.3, 0.2, 0.14, 0.12, 0.1, 0.08, 0.06])
    like = rows[slip == 1]
    typed[like, 2 * place[like]] = _MISTAKEN[right[like, place[like]]]
    swap = rows[(slip == 2) & (place < width - 1)]  # noqa: PLR2004 - the numbers of the slips, in order
    typed[swap, 2 * place[swap]] = right[swap, place[swap] + 1]
    typed[swap, 2 * place[swap] + 2] = right[swap, place[swap]]
    kept[rows[slip == 3], 2 * place[slip == 3]] = False  # noqa: PLR2004
    kept[rows[slip == 4], 2 * place[slip == 4] + 1] = True  # noqa: PLR2004
    typed[slip == 5, 2 * (len(_PREFIX) - 1)] = ord(" ")  # noqa: PLR2004
    lower = (typed >= ord("A")) & (typed <= ord("Z")) & (slip == 6)[:, None]  # noqa: PLR2004
    typed[lower] += ord("a") - ord("A")
    return _text(typed, kept)


def record_refs(prefix: str, numbers: NDArray[np.integer], register: int) -> pl.Series:
    """
    Return the reference of each record: eight digits that differ between registers, and never repeat in one.

    >>> record_refs("CRIM-", np.array([1, 2]), register=0).to_list()
    ['CRIM-37481223', 'CRIM-74962440']
    """
    digits = (numbers.astype(np.int64) * 37_481_217 + 6 + 13_579_111 * register) % _DIGITS
    powers = 10 ** np.arange(7, -1, -1)
    text = (digits[:, None] // powers % 10 + ord("0")).astype(np.uint8)
    start = np.tile(np.frombuffer(prefix.encode(), np.uint8), (len(text), 1))
    return _text(np.hstack([start, text]))


def with_references(plan: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the plan with the reference of each record about each disclosure, null where there is none."""
    number = plan["i"].to_numpy()
    random = np.random.default_rng([seed, int(number[0]), 1])
    second, has_second = plan["second"].to_numpy(), plan["second"] >= 0
    is_email = plan["channel"].is_in([CHANNELS.index("secure_email"), CHANNELS.index("email")])
    refs = plan.with_columns(
        entry_ref=record_refs("CRIM-", number, 0),
        gateway_ref=record_refs("GW-", number, 1),
        media_ref=record_refs("MED-T-", number, 2),
        receipt_ref=record_refs("RC-", number, 3),
        enrolment_ref=record_refs("EN-", number, 4),
        deletion_ref=record_refs("DSP-", number, 5),
        collection_ref=record_refs("DSC-", number, 6),
        destruction_ref=record_refs("DSD-", number, 7),
        custody_ref=record_refs("CUST-", number, 8),
        medium_ref=record_refs("MED-", number, 9),
        image=image_refs(number),
        second_image=_where(has_second, image_refs(np.maximum(second, 0))),
        spelt=_where(plan["fuzzy"], misspelt(number, random)),
        second_spelt=_where(plan["fuzzy"] & has_second, misspelt(np.maximum(second, 0), random)),
        is_email=is_email,
    )
    return refs.with_columns(
        pl.when("is_email").then("gateway_ref").otherwise("media_ref").alias("transfer_ref"),
        pl.when("on_medium").then("medium_ref").alias("medium_ref"),
        pl.coalesce("spelt", "image").alias("spelt"),
        pl.coalesce("second_spelt", "second_image").alias("second_spelt"),
        image_refs=pl.concat_str("image", "second_image", separator=";", ignore_nulls=True),
    ).with_columns(spelt_refs=pl.concat_str("spelt", "second_spelt", separator=";", ignore_nulls=True))


def _image_bytes(numbers: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return the characters of each reference, shape (n, 10)."""
    scrambled = numbers.astype(np.int64) * _STEP % _SPACE
    powers = len(_ALPHABET) ** np.arange(_PLACES - 1, -1, -1)
    places = _ALPHABET[scrambled[:, None] // powers % len(_ALPHABET)]
    return np.hstack([np.tile(_PREFIX, (len(places), 1)), places])


def _text(characters: NDArray[np.uint8], kept: NDArray[np.bool_] | None = None) -> pl.Series:
    """Return each row of characters, shape (n, width), as a text; of those that are *kept*, where given."""
    if kept is None:
        lengths = np.full(len(characters), characters.shape[1])
    else:
        lengths, characters = kept.sum(axis=1), characters[kept]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    buffers = pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters))
    return pl.Series(pa.LargeStringArray.from_buffers(len(lengths), *buffers))


def _where(mask: pl.Series, values: pl.Series) -> pl.Series:
    return values.set(~mask, None)
