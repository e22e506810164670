"""Offline batch toolkit for forensic search and audit reconstruction."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.case import Case, Run, open_case
    from toolkit.faces.pictures import describe_image
    from toolkit.steps.access import access
    from toolkit.steps.ask import ask, questions
    from toolkit.steps.bundle import bundle
    from toolkit.steps.check import check
    from toolkit.steps.clock import correct_clock
    from toolkit.steps.coverage import coverage
    from toolkit.steps.demo import demo
    from toolkit.steps.diff import diff
    from toolkit.steps.erase import erase
    from toolkit.steps.export import export
    from toolkit.steps.index import index
    from toolkit.steps.ingest import ingest
    from toolkit.steps.key import new_key, public_key, sign
    from toolkit.steps.link import link
    from toolkit.steps.nearest import nearest
    from toolkit.steps.new import new
    from toolkit.steps.plan import plan
    from toolkit.steps.profile import profile
    from toolkit.steps.reconstruct import reconstruct
    from toolkit.steps.report import report
    from toolkit.steps.run import run
    from toolkit.steps.seal import seal
    from toolkit.steps.search import proposals, search
    from toolkit.steps.selftest import check_report, selftest
    from toolkit.steps.sweep import sweep
    from toolkit.steps.verify import verify
    from toolkit.steps.why import why
    from toolkit.steps.witness import head, keep_head, witness

__version__ = "0.1.0"

_WHERE = {
    "Case": "toolkit.case",
    "Run": "toolkit.case",
    "open_case": "toolkit.case",
    "access": "toolkit.steps.access",
    "ask": "toolkit.steps.ask",
    "bundle": "toolkit.steps.bundle",
    "check": "toolkit.steps.check",
    "check_report": "toolkit.steps.selftest",
    "correct_clock": "toolkit.steps.clock",
    "coverage": "toolkit.steps.coverage",
    "demo": "toolkit.steps.demo",
    "diff": "toolkit.steps.diff",
    "erase": "toolkit.steps.erase",
    "describe_image": "toolkit.faces.pictures",
    "export": "toolkit.steps.export",
    "head": "toolkit.steps.witness",
    "index": "toolkit.steps.index",
    "ingest": "toolkit.steps.ingest",
    "keep_head": "toolkit.steps.witness",
    "link": "toolkit.steps.link",
    "nearest": "toolkit.steps.nearest",
    "new": "toolkit.steps.new",
    "plan": "toolkit.steps.plan",
    "new_key": "toolkit.steps.key",
    "profile": "toolkit.steps.profile",
    "proposals": "toolkit.steps.search",
    "public_key": "toolkit.steps.key",
    "questions": "toolkit.steps.ask",
    "reconstruct": "toolkit.steps.reconstruct",
    "report": "toolkit.steps.report",
    "run": "toolkit.steps.run",
    "seal": "toolkit.steps.seal",
    "search": "toolkit.steps.search",
    "selftest": "toolkit.steps.selftest",
    "sign": "toolkit.steps.key",
    "sweep": "toolkit.steps.sweep",
    "verify": "toolkit.steps.verify",
    "why": "toolkit.steps.why",
    "witness": "toolkit.steps.witness",
}

__all__ = [
    "Case",
    "Run",
    "access",
    "ask",
    "bundle",
    "check",
    "check_report",
    "correct_clock",
    "coverage",
    "demo",
    "describe_image",
    "diff",
    "erase",
    "export",
    "head",
    "index",
    "ingest",
    "keep_head",
    "link",
    "nearest",
    "new",
    "new_key",
    "open_case",
    "plan",
    "profile",
    "proposals",
    "public_key",
    "questions",
    "reconstruct",
    "report",
    "run",
    "seal",
    "search",
    "selftest",
    "sign",
    "sweep",
    "verify",
    "why",
    "witness",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Load a public name when it is first used, so that `import toolkit` loads no heavy library."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'toolkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, "__version__"]
