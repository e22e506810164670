"""What happens to each disclosure: who, when, how, to whom, what became of it, and the one thing that is wrong."""

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toolkit.synthetic.force.agreements import (
    ALL_ENDED,
    BORDER,
    EXPIRED,
    FORBIDDEN,
    OPEN,
    PERMITTED,
    day_classes,
    held_until,
)
from toolkit.synthetic.force.faults import (
    CODES,
    DAMAGED,
    FAULT,
    FAULTS,
    LOOSE,
    NOT_IN_FUZZY,
    PHYSICAL,
    RECEIVED,
    is_fault,
)
from toolkit.synthetic.force.posts import roster
from toolkit.synthetic.force.units import (
    BCU_OF,
    BEGINS,
    BOROUGHS,
    DAYS,
    GUIDANCE,
    IS_FUZZY,
    SYSTEM_FROM,
    SYSTEM_TO,
    UNITS,
)

Ints = NDArray[np.integer]
Yes = NDArray[np.bool_]

CHANNELS = ("encrypted_usb", "secure_email", "hard_drive", "usb", "email", "paper", "other")
_ON_MEDIUM = np.array([True, False, True, True, False, True, False])
SECOND, POOL = 20_000_000, 40_000_000
"""Numbers of images: the i-th disclosure's own is i, its second SECOND + i; those shared time and again follow POOL."""
_MORNING, _EVENING = 7 * 60, 20 * 60
_POOLS = ("inside", "expired", "forbidden", "before", "after", "relabelled", "stale_unit")


def plan(start: int, count: int, pool: int, seed: int) -> pl.DataFrame:
    """
    Return what happens to each of *count* disclosures, one row each, from number *start* on.

    Args:
        start: Number of the first.
        count: How many.
        pool: Images that are shared time and again.
        seed: Of the whole force; a part has its own stream of random numbers.
    """
    random = np.random.default_rng([seed, start])
    shares = np.array(list(FAULTS.values()))
    shares[0] = 1 - shares.sum()
    fault = random.choice(len(shares), count, p=shares).astype(np.uint8)
    borough = random.integers(0, len(BOROUGHS), count)
    fuzzy = IS_FUZZY[borough]
    fault[fuzzy & is_fault(fault, *NOT_IN_FUZZY)] = CODES["channel_blank"]
    unit, days = _where_and_when(fault, borough, random)
    if start == 0:
        whole = np.flatnonzero((fault == 0) & ~fuzzy & (days < SYSTEM_FROM + 180))
        fault[whole[: min(DAMAGED, count // 200)]] = CODES["damaged"]
    columns: dict[str, object] = {
        "i": np.arange(start, start + count),
        "borough": borough,
        "bcu": BCU_OF[borough],
        "unit": unit,
        "fuzzy": fuzzy,
        "day": days,
        "minute": random.integers(_MORNING, _EVENING, count),
        "dated_to_minute": _chance(random, count, 0.5),
        "class": day_classes()[unit, days],
    }
    columns |= _recording(fault, borough, days, random)
    columns |= _travel(fault, fuzzy, random)
    columns |= _images(fault, start, pool, random)
    columns |= _end(fault, unit, days, random)
    columns |= _people(fault, columns, random)
    frame = pl.DataFrame(columns)
    return frame.with_columns(pl.Series("fault", fault).cat.to(FAULT))


def _chance(random: np.random.Generator, count: int, share: float) -> Yes:
    return random.random(count) < share


@cache
def _day_pools() -> tuple[NDArray[np.int32], Ints, Ints]:
    """Return the days of each borough and pool, one after the other, where each begins, and how many there are."""
    classes, every = day_classes(), np.arange(DAYS)
    inside = (every > SYSTEM_FROM + 1) & (every < SYSTEM_TO - 1)
    later = (every > SYSTEM_TO + 2) & (every < DAYS - 20) & (abs(every - GUIDANCE) > 2)  # noqa: PLR2004 - days
    early = (every > 10) & (every < SYSTEM_FROM - 3)  # noqa: PLR2004 - days
    found: list[Ints] = []
    for number, bcu in enumerate(BCU_OF):
        own, its = classes[number], classes[len(BOROUGHS) + bcu]
        replaced = every >= BEGINS[bcu]
        chosen = (
            inside & (own == PERMITTED),
            inside & (own == EXPIRED),
            inside & (own == FORBIDDEN),
            early & np.isin(own, (PERMITTED, OPEN)),
            later & (np.where(replaced, its, own) != BORDER),
            inside & (its == PERMITTED),
            later & replaced & (own != BORDER),
        )
        found += [np.flatnonzero(days) for days in chosen]
    lengths = np.array([len(days) for days in found])
    return np.concatenate(found).astype(np.int32), np.cumsum(lengths) - lengths, lengths


def _where_and_when(fault: Ints, borough: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the unit that each entry names, and the day."""
    days, starts, lengths = _day_pools()
    pool = np.zeros(len(fault), np.int64)
    for number, name in enumerate(_POOLS[1:], 1):
        pool[fault == CODES[name]] = number
    place = borough * len(_POOLS) + pool
    chosen = days[starts[place] + (random.random(len(fault)) * lengths[place]).astype(np.int64)]
    bcu = len(BOROUGHS) + BCU_OF[borough]
    is_bcu = (chosen >= BEGINS[BCU_OF[borough]]) & ~is_fault(fault, "stale_unit") | is_fault(fault, "relabelled")
    return np.where(is_fault(fault, "impossible_unit"), len(UNITS) - 1, np.where(is_bcu, bcu, borough)), chosen


def _recording(fault: Ints, borough: Ints, days: Ints, random: np.random.Generator) -> dict[str, object]:
    """When the entry was made: while the same SPOC was there; else it is made at once, and nothing is planted."""
    lag = random.choice(3, len(fault), p=[0.7, 0.2, 0.1])
    late = is_fault(fault, "late")
    lag[late] = random.integers(5, 61, late.sum())
    recorded = np.minimum(days + lag, DAYS - 1)
    spoc = roster().spoc
    torn = spoc[borough, days] != spoc[borough, recorded]
    fault[late & torn] = CODES["none"]
    lag = np.where(torn, 0, lag)
    return {"lag": lag, "recording_minute": random.integers(5, 180, len(fault)), "late": is_fault(fault, "late")}


def _travel(fault: Ints, fuzzy: Yes, random: np.random.Generator) -> dict[str, object]:
    """How it travelled, and who wrote that down."""
    count = len(fault)
    channel = random.choice(4, count, p=[0.35, 0.5, 0.1, 0.05])
    encrypted = np.ones(count, bool)
    wrong = is_fault(fault, "wrong_channel")
    channel[wrong] = random.choice([4, 5, 3, 6], wrong.sum(), p=[0.4, 0.2, 0.3, 0.1])
    channel[is_fault(fault, *PHYSICAL)] = CHANNELS.index("encrypted_usb")
    bare = is_fault(fault, "bare_hard_drive")
    channel[bare] = CHANNELS.index("hard_drive")
    encrypted[wrong] = False
    received = fuzzy | _chance(random, count, 0.8) | is_fault(fault, *RECEIVED)
    in_register = _chance(random, count, 0.97) | is_fault(fault, "unrecorded", *LOOSE)
    return {
        "channel": channel,
        "encrypted": np.where(bare, -1, encrypted),
        "on_medium": _ON_MEDIUM[channel],
        "transferred": ~fuzzy & in_register,
        "named": _chance(random, count, 0.7) | is_fault(fault, *LOOSE),
        "received": received,
        "enrolled": received & (_chance(random, count, 0.8) | is_fault(fault, *RECEIVED)),
        "receipt_minute": random.integers(1, 40, count),
        "received_to_minute": _chance(random, count, 0.4),
    }


def _images(fault: Ints, start: int, pool: int, random: np.random.Generator) -> dict[str, object]:
    """Each has one image of its own; some that nothing is wrong with have a second, some one of the pool."""
    count = len(fault)
    own = np.arange(start, start + count)
    extra = random.choice(3, count, p=[0.75, 0.2, 0.05]) * (fault == 0)
    second, shared = np.where(extra == 1, SECOND + own, -1), extra > 1
    second[shared] = POOL + random.integers(0, pool, shared.sum())
    return {
        "second": second,
        "category": random.choice(3, count, p=[0.3, 0.6, 0.1]) * ~is_fault(fault, "no_disposal_by_then")
        + is_fault(fault, "no_disposal_by_then"),
        "charge": random.choice(4, count, p=[0.6, 0.25, 0.05, 0.1]),
        "custody_lag": random.integers(30, 700, count),
        "system": random.choice(3, count, p=[0.6, 0.25, 0.15]),
    }


def _end(fault: Ints, unit: Ints, days: Ints, random: np.random.Generator) -> dict[str, object]:
    """When it was disposed of: within the version it was shared under, and before or soon after the systems ceased."""
    limit = held_until()[unit, days]
    limit = np.where(days <= SYSTEM_TO, np.minimum(limit, SYSTEM_TO + 20), limit)
    span = np.clip(limit - days - 2, 0, 250)
    removed = days + 2 + (random.random(len(days)) * (span + 1)).astype(np.int64)
    long = is_fault(fault, "held_too_long")
    removed[long] = ALL_ENDED + 41 + random.integers(0, 120, long.sum())
    return {"removed": removed, "collected": np.where(is_fault(fault, "wrong_order"), removed + 4, removed - 1)}


def _people(fault: Ints, columns: dict[str, object], random: np.random.Generator) -> dict[str, object]:
    """Who did each thing: numbers of the roster."""
    who = roster()
    borough, bcu = np.asarray(columns["borough"]), np.asarray(columns["bcu"])
    days, removed = np.asarray(columns["day"]), np.asarray(columns["removed"])
    collected = np.asarray(columns["collected"])
    spoc, officer, operator = who.spoc[borough, days], who.officer[borough], who.operator[bcu, days]
    author = np.where(is_fault(fault, "author_not_spoc"), officer, spoc)
    author = np.where(is_fault(fault, "former_spoc"), who.former[borough, days], author)
    receiver = np.where(is_fault(fault, "lapsed_vetting"), who.lapsed[bcu], operator)
    receiver = np.where(is_fault(fault, "not_signatory"), who.guard[bcu], receiver)
    collector = np.where(is_fault(fault, "collected_by_other"), officer, who.spoc[borough, collected])
    witness = np.where(is_fault(fault, "witness_not_spoc"), officer, who.spoc[borough, removed])
    return {
        "author": author,
        "carrier": np.where(is_fault(fault, "carrier_not_spoc"), officer, -1),
        "sender": np.where(is_fault(fault, "carrier_not_spoc"), officer, author),
        "receiver": receiver,
        "collector": collector,
        "destroyer": who.spoc[borough, removed],
        "deleter": who.operator[bcu, removed],
        "witness": witness,
        "narrative": random.integers(0, 4, len(fault)),
    }
