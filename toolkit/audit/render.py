"""The report as a page: self-contained, no script, everything that came from evidence escaped."""

import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from toolkit.shown import visible


def _shown(value: object) -> object:
    """Return what a template may show of a value; Jinja then escapes all but Markup, which filters return."""
    if isinstance(value, Markup):
        return Markup(visible(value, keep="\n\t"))  # noqa: S704 - escapes hold nothing that is markup
    return visible(str(value), keep="\n\t")


def escaped(value: object) -> Markup:
    r"""
    Return a value as it stands in a page.

    >>> escaped("<b>\u202e")
    Markup('&lt;b&gt;\\u202e')
    """
    return escape(_shown(value))


_PAGES = Environment(
    loader=PackageLoader("toolkit.audit"),
    autoescape=True,
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=False,
    keep_trailing_newline=True,
)


def pages() -> dict[str, str]:
    """Return the SHA-256 of each file that the page is made of: a report is made again when they change."""
    files = sorted(resources.files("toolkit.audit").joinpath("templates").iterdir(), key=lambda path: path.name)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}


def report_page(values: Mapping[str, Any], *, timeline: str) -> str:
    """
    Return the report as HTML.

    Args:
        values: What the template names; every value is escaped.
        timeline: The figure as SVG from `charts.svg`, whose text matplotlib has escaped or drawn as paths.
    """
    style = resources.files("toolkit.audit").joinpath("templates/report.css").read_text("utf-8")
    page = _PAGES.get_template("report.html.j2")
    return page.render(**values, timeline=Markup(timeline), style=Markup(style))  # noqa: S704 - both are ours
