"""
A whole force, made up: disclosures over eight years, their registers in five export layouts, and what was planted.

`units` says who there is, `agreements` and `posts` what held when, `plan` what happens to each disclosure, `registers`
what each register says of it, `exports` how a register is spelled, `ledger` what a reader must find. Names of boroughs
and BCUs are those of London; everything else is made up, and nobody is named.
"""

from toolkit.synthetic.force.write import write_force

__all__ = ["write_force"]
