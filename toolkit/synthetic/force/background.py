"""What else the registers hold: images sent for other uses, received back, and transfers that are no disclosure."""

import numpy as np
import polars as pl

from toolkit.synthetic.force.plan import POOL
from toolkit.synthetic.force.posts import roster
from toolkit.synthetic.force.references import image_refs, record_refs
from toolkit.synthetic.force.registers import CATEGORIES, SYSTEMS, pick
from toolkit.synthetic.force.units import BCU_OF, BEGINS, BOROUGHS, DAYS, OTHERS, RECIPIENTS, SYSTEM_TO, UNITS

_OTHER = 60_000_000
"""Numbers of records and images that are about something else follow this one."""
_USES = ("identification_appeal", "poster", "briefing", "investigation", "other")
_NARRATIVES = (
    "Still supplied, ordinary recording.",
    "Poster for local shops, not for any camera system.",
    "Identification appeal to guards: does anybody know this person?",
    "Briefing slide for a joint patrol, with two images.",
)
_CHANNELS = ("email", "secure_email")
_A_FIFTH = 0.2
_CAME_BACK = 0.01
"""Share of these entries that record images received because of facial recognition after the systems had ceased."""


def background(start: int, count: int, seed: int) -> dict[str, pl.DataFrame]:
    """
    Return rows of `entries` and `transfers` that belong to no disclosure for facial recognition.

    Args:
        start: Number of the first.
        count: How many entries; a fifth of them are in the register of transfers too.
        seed: Of the whole force.
    """
    random = np.random.default_rng([seed, start, 2])
    numbers = np.arange(start, start + count) + _OTHER
    borough = random.integers(0, len(BOROUGHS), count)
    came_back = random.random(count) < _CAME_BACK
    days = np.where(came_back, random.integers(SYSTEM_TO + 5, DAYS - 10, count), random.integers(5, DAYS - 10, count))
    bcu = BCU_OF[borough]
    to = np.where(came_back, bcu, random.integers(0, len(RECIPIENTS) + len(OTHERS), count))
    rows = pl.DataFrame(
        {
            "i": numbers,
            "fault": np.where(came_back, "came_back", "none"),
            "entry_ref": record_refs("CRIM-", numbers, 0),
            "transfer_ref": record_refs("GW-", numbers, 1),
            "occurred.day": days,
            "recorded.day": days + random.integers(0, 2, count),
            "unit": np.where(days >= BEGINS[bcu], len(BOROUGHS) + bcu, borough),
            "post": roster().officer[borough],
            "direction": np.where(came_back | (random.random(count) < _A_FIFTH), "in", "out"),
            "use": random.integers(0, len(_USES), count),
            "to": to,
            "image_refs": image_refs(numbers),
            "channel": random.integers(0, len(_CHANNELS), count),
            "narrative": random.integers(0, len(_NARRATIVES), count),
            "transferred": random.random(count) < _A_FIFTH,
        }
    ).with_columns(
        pick(UNITS, "unit").alias("unit_ref"),
        pick(roster().refs, "post").alias("post_ref"),
        pl.when(pl.col("fault") == "came_back")
        .then(pl.lit("facial_recognition"))
        .otherwise(pick(_USES, "use"))
        .alias("use"),
        pick((*RECIPIENTS, *OTHERS), "to").alias("recipient_ref"),
        pick(_CHANNELS, "channel").alias("channel"),
        pick(_NARRATIVES, "narrative").alias("narrative"),
    )
    columns = ("occurred.day", "recorded.day", "unit_ref", "post_ref", "recipient_ref", "use", "image_refs", "channel")
    sent = rows.filter(pl.col("transferred") & (pl.col("direction") == "out"))
    return {
        "entries": rows.select("i", "fault", "entry_ref", *columns, "direction", "narrative"),
        "transfers": sent.select("transfer_ref", *columns, pl.lit(1, pl.Int8).alias("export")),
    }


def pool_custody(count: int) -> pl.DataFrame:
    """Return the custody records, of 2011, of the images that are shared time and again."""
    numbers = np.arange(POOL, POOL + count)
    refs = record_refs("CUST-", numbers, 8)
    return pl.DataFrame(
        {
            "custody_ref": refs,
            "subject_ref": "SUB-" + refs.str.slice(5),
            "image_ref": image_refs(numbers),
            "system": [SYSTEMS[number % len(SYSTEMS)] for number in range(count)],
            "category": [CATEGORIES[number % 2] for number in range(count)],
            "disposal": "charged",
            "disposed.day": -1 - numbers % 300,
            "age_status": "adult",
            "export": np.arange(count) % len(SYSTEMS),
        }
    )
