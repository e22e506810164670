"""The registers that sources feed, one declaration each, beside this file; `declaration.py` says how one is written."""

from pathlib import Path

from toolkit.registers.loading import load

_DECLARED = load(Path(__file__).parent)

KINDS = _DECLARED.kinds
"""Folders under raw/ -> what lies in them."""
FACTS = _DECLARED.facts
"""What registers show -> in a few words."""
REGISTERS = _DECLARED.registers
"""Input table -> its declaration."""
