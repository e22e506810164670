"""How footage is looked at: what `case.toml` says, and what the index was asked for beside it."""

from collections.abc import Mapping

from toolkit.case import Case
from toolkit.custody.chain import LOG, load
from toolkit.steps.pieces import How

ENGINE = "onnx"
ENGINES = {"cpu": ENGINE, "cuda": "onnx_cuda"}
"""Engine of each device."""


def flags_of(case: Case, given: Mapping[str, object] | None = None) -> dict[str, object]:
    """
    Return what was asked of the index beside `case.toml`: now, or in the run before as far as nothing is asked now.

    Args:
        case: The case.
        given: By name: `exhaustive` True or False, `device`; None: as before.
    """
    last = next((entry for entry in reversed(load(case.root / LOG).entries) if _begins_index(entry)), None)
    before: dict[str, object] = dict(last.get("flags", {})) if last else {}
    asked = before | {name: value for name, value in (given or {}).items() if value is not None}
    return {name: value for name, value in sorted(asked.items()) if value not in (False, "cpu")}


def _begins_index(entry: Mapping[str, object]) -> bool:
    return (entry["event"], entry.get("step")) == ("intent", "index")


def how_to_look(case: Case, flags: Mapping[str, object]) -> How:
    """Return how the case's footage is looked at."""
    settings, engine = case.settings.index, ENGINES[str(flags.get("device", "cpu"))]
    exhaustive = settings.exhaustive or bool(flags.get("exhaustive"))
    return How(settings.looks_per_s, settings.min_face_px, engine, exhaustive)


def in_words(flags: Mapping[str, object]) -> list[str]:
    """Say how footage is looked at where `case.toml` does not say it."""
    said = ["every frame is looked at (--exhaustive)"] if "exhaustive" in flags else []
    return said + ([f"faces are described on {flags['device']} (--device)"] if "device" in flags else [])
