"""`python -m toolkit.synthetic.force DIR --disclosures N --seed S` writes a made-up force as a case."""

import argparse
from pathlib import Path

from toolkit.synthetic.force import write_force


def main() -> None:
    """Write a made-up force."""
    parser = argparse.ArgumentParser(prog="python -m toolkit.synthetic.force", description=__doc__)
    parser.add_argument("case_dir", type=Path)
    parser.add_argument("--disclosures", type=int, default=1000, help="1000 to 10000000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layouts", default="ABCDE", help="export layouts in use; A is the toolkit's own")
    chosen = parser.parse_args()
    write_force(chosen.case_dir, chosen.disclosures, chosen.seed, chosen.layouts)


if __name__ == "__main__":
    main()
