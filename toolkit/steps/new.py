"""`toolkit new`: the folder of a case."""

import json
from pathlib import Path

from toolkit.case import Case, open_case
from toolkit.custody import write
from toolkit.errors import UsageError
from toolkit.registers import KINDS
from toolkit.settings import TEMPLATE


def new(path: str | Path, *, title: str, from_: str, to: str) -> Case:
    """
    Make the folder of a case: a commented `case.toml`, `hand/`, and `raw/<kind>/` for each kind of source.

    Args:
        path: The folder; made where it does not exist.
        title: Title of the case.
        from_: Begin of the period (EDTF, "2016-05").
        to: End of the period, included.

    Raises:
        UsageError: If the folder already is a case, or a date cannot be read.
    """
    root = Path(path).resolve()
    if (root / "case.toml").exists():
        raise UsageError(f"{path}: already a case")
    for folder in ("hand", *(f"raw/{kind}" for kind in KINDS)):
        (root / folder).mkdir(parents=True, exist_ok=True)
    values = {"title": title, "from_": from_, "to": to}
    text = TEMPLATE.format(**{name: json.dumps(value, ensure_ascii=False) for name, value in values.items()})
    write.write_text(root / "case.toml", text)
    try:
        return open_case(root)
    except UsageError:
        (root / "case.toml").unlink()
        raise
