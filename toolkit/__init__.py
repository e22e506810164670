"""Offline batch toolkit for forensic search and audit reconstruction."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.case import Case, Run, open_case
    from toolkit.faces.pictures import describe_image
    from toolkit.steps.ask import ask
    from toolkit.steps.check import check
    from toolkit.steps.demo import demo
    from toolkit.steps.index import index
    from toolkit.steps.ingest import ingest
    from toolkit.steps.new import new
    from toolkit.steps.reconstruct import reconstruct
    from toolkit.steps.report import report
    from toolkit.steps.run import run
    from toolkit.steps.seal import seal
    from toolkit.steps.sweep import sweep
    from toolkit.steps.verify import verify

__version__ = "0.1.0"

_WHERE = {
    "Case": "toolkit.case",
    "Run": "toolkit.case",
    "open_case": "toolkit.case",
    "describe_image": "toolkit.faces.pictures",
    "ask": "toolkit.steps.ask",
    "check": "toolkit.steps.check",
    "demo": "toolkit.steps.demo",
    "index": "toolkit.steps.index",
    "ingest": "toolkit.steps.ingest",
    "new": "toolkit.steps.new",
    "reconstruct": "toolkit.steps.reconstruct",
    "report": "toolkit.steps.report",
    "run": "toolkit.steps.run",
    "seal": "toolkit.steps.seal",
    "sweep": "toolkit.steps.sweep",
    "verify": "toolkit.steps.verify",
}

__all__ = [
    "Case",
    "Run",
    "ask",
    "check",
    "demo",
    "describe_image",
    "index",
    "ingest",
    "new",
    "open_case",
    "reconstruct",
    "report",
    "run",
    "seal",
    "sweep",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Load a public name when it is first used, so that `import toolkit` loads no heavy library."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'toolkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, "__version__"]
