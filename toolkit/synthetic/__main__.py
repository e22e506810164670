"""`python -m toolkit.synthetic CASE_DIR` writes the raw files of the sample case anew; the same bytes each time."""

import argparse
from pathlib import Path

from toolkit.synthetic import registers, sample_footage


def main() -> None:
    """Write what the sample case was handed: registers, pictures and footage."""
    parser = argparse.ArgumentParser(prog="python -m toolkit.synthetic", description=__doc__)
    parser.add_argument("case_dir", type=Path, nargs="?", default=Path("data_samples/kings_boulevard"))
    parser.add_argument("--workers", type=int, default=1, help="clips rendered at a time")
    chosen = parser.parse_args()
    registers.write(chosen.case_dir)
    sample_footage.write(chosen.case_dir, chosen.workers)


if __name__ == "__main__":
    main()
