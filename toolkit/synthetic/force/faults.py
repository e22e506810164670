"""What can be wrong with a disclosure of the made-up force, and how often it is."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

FAULTS = {
    "none": 0.0,  # the rest
    "before": 0.015,  # shared before the recognition systems ran
    "after": 0.03,  # shared after they had ceased
    "stale_unit": 0.008,  # and the borough is named that the BCU had replaced
    "relabelled": 0.012,  # the BCU is named that did not exist yet: no breach, its boroughs' agreements count
    "impossible_unit": 0.006,  # a unit is named that began later, and replaced none
    "expired": 0.012,  # no version held on that day
    "forbidden": 0.01,  # the version says nothing of facial recognition
    "coarse": 0.015,  # dated by the month
    "late": 0.015,  # recorded 5 to 60 days later
    "author_not_spoc": 0.006,
    "former_spoc": 0.004,
    "carrier_not_spoc": 0.005,
    "wrong_channel": 0.012,
    "bare_hard_drive": 0.008,  # nobody says whether it was encrypted
    "outside_purpose": 0.01,
    "personal_data": 0.008,
    "names": 0.008,
    "other_category": 0.008,
    "no_disposal_by_then": 0.01,  # the person had not been charged, cautioned, reprimanded or warned
    "other_source": 0.006,  # the image comes from no system of paragraph 7
    "unrecorded": 0.015,  # no entry in the intelligence system
    "use_blank": 0.003,  # the entry does not say what for
    "lapsed_vetting": 0.01,
    "not_signatory": 0.006,
    "never_disposed": 0.008,
    "held_too_long": 0.008,
    "not_collected": 0.006,  # destroyed, and never collected
    "wrong_order": 0.005,  # destroyed, then collected
    "collected_by_other": 0.005,  # not by the SPOC
    "unwitnessed": 0.01,  # the record says that nobody watched the deletion
    "witness_not_spoc": 0.006,
    "witness_blank": 0.006,
    "unit_blank": 0.002,
    "recipient_blank": 0.002,
    "channel_blank": 0.003,
    "reasons_blank": 0.003,
    "author_blank": 0.002,
    "when_blank": 0.002,
    "images_blank": 0.002,
    "entered_twice": 0.01,  # two entries of one occasion
    "row_twice": 0.006,  # exports that overlap
    "damaged": 0.0,  # the first few of the whole: the reader keeps their row apart
}
"""Fault -> its share of disclosures. A disclosure has one at most; what follows from it is in `ledger`."""
FAULT = pl.Enum(list(FAULTS))
DAMAGED = 12
"""Rows that no reader can put into columns, however large the force."""
CODES = {name: code for code, name in enumerate(FAULTS)}
PHYSICAL = ("not_collected", "wrong_order", "collected_by_other")
"""Faults that only a medium can have."""
NOT_IN_FUZZY = ("recipient_blank", "when_blank", "images_blank")
"""Faults that would cut the only link where references are misspelt."""
RECEIVED = ("lapsed_vetting", "not_signatory", "never_disposed", "held_too_long")
"""Faults that only show where the recipient's books have the disclosure."""
LOOSE = ("coarse", "use_blank", "damaged", "unit_blank", "recipient_blank", "when_blank", "images_blank")
"""Faults with which only a transfer that names the entry ties it to what was received: there always is one."""


def is_fault(codes: NDArray[np.integer], *names: str) -> NDArray[np.bool_]:
    """
    Return which of the codes is one of these faults.

    >>> is_fault(np.array([0, 1]), "before").tolist()
    [False, True]
    """
    return np.isin(codes, [CODES[name] for name in names])
