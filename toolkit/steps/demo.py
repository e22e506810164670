"""`toolkit demo`: the bundled sample, copied to a folder of your own."""

import shutil
from pathlib import Path

import toolkit
from toolkit.case import Case, open_case
from toolkit.errors import UsageError

SAMPLE = "kings_boulevard"


def sample() -> Path:
    """
    Return the folder of the bundled sample.

    Raises:
        UsageError: If the tool was installed without it: its footage comes with the repository.
    """
    found = Path(toolkit.__file__).parent.parent / "data_samples" / SAMPLE
    if not (found / "case.toml").is_file():
        raise UsageError(f"no sample at {found}: it comes with a clone of the repository")
    return found


def demo(folder: str | Path = SAMPLE) -> Case:
    """
    Copy the sample case to *folder*, unless it is there already, and open it. Run it with `run`.

    Raises:
        UsageError: If the folder holds something else.
    """
    target = Path(folder)
    original = sample()
    if (target / "case.toml").is_file():
        if (target / "case.toml").read_bytes() != (original / "case.toml").read_bytes():
            raise UsageError(f"{folder}: holds another case; name a new folder")
    elif target.exists() and any(target.iterdir()):
        raise UsageError(f"{folder}: is not empty; name a new folder")
    else:
        for part in ("raw", "hand"):
            if (original / part).is_dir():
                shutil.copytree(original / part, target / part, dirs_exist_ok=True)
        shutil.copyfile(original / "case.toml", target / "case.toml")  # last: it makes the folder a case
    return open_case(target)
