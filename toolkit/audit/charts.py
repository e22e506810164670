"""Figures of the report and the notebooks."""

import datetime as dt
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from toolkit.shown import visible

INK, RULE = "#1d2733", "#c9d1da"
COLOURS = {
    "disclosure": "#b3261e",
    "agreement": "#2b5c8a",
    "system": "#5b6b7b",
    "footage": "#3b7d4f",
    "statement": "#8a5a00",
}
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
THIN_DAYS = 12
"""A span shorter than this is drawn as a point, or it would not be seen on an axis of years."""

APART = 1300
"""What lies nearer than this part of the axis is drawn once: a page at twice its size has so many pixels."""
LANE_CHARS = 60
"""Longest name of a lane that is drawn whole."""


@dataclass(frozen=True)
class Span:
    """One thing on a lane: its bounds (half-open), its kind (a key of `COLOURS`), and a word about it."""

    lane: str
    kind: str
    earliest: dt.datetime | None
    latest: dt.datetime | None
    label: str = ""


def timeline(spans: Sequence[Span], period: tuple[dt.datetime, dt.datetime]) -> Figure:
    """
    Draw what happened when: one lane a thing, bars as long as the bounds are apart, an open end where unbounded.

    Args:
        spans: In the order of their lanes, top to bottom.
        period: Bounds of the case, shaded.

    Returns:
        A figure, 9 inches wide.
    """
    lanes = list(dict.fromkeys(span.lane for span in spans))
    known = [when for span in spans for when in (span.earliest, span.latest) if when]
    first, last = min([*known, period[0]]), max([*known, period[1]])
    margin = (last - first) * 0.02
    figure = Figure(figsize=(9, 0.8 + 0.34 * max(len(lanes), 1)), layout="constrained")
    axes = figure.add_subplot()
    axes.axvspan(mdates.date2num(period[0]), mdates.date2num(period[1]), color="#f1f4f7", zorder=0)
    rows = {lane: len(lanes) - 1 - row for row, lane in enumerate(lanes)}
    for span in _seen_apart(spans, (last - first) / APART):
        _draw(axes, span, rows[span.lane], first - margin, last + margin)
    axes.set_xlim(mdates.date2num(first - margin), mdates.date2num(last + margin))
    axes.set_ylim(-0.6, len(lanes) - 0.4)
    axes.set_yticks(range(len(lanes)), [_short(lane) for lane in lanes[::-1]], fontsize=8, color=INK, parse_math=False)
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=10))
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.tick_params(axis="x", labelsize=8, colors=INK, length=3)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    return figure


def _seen_apart(spans: Sequence[Span], step: dt.timedelta) -> list[Span]:
    """Return the spans that would be seen: one of those that share lane, kind, word, and bounds to within a step."""

    def at(when: dt.datetime | None) -> int | None:
        return None if when is None or not step else int((when - EPOCH) / step)

    seen = {(span.lane, span.kind, span.label, at(span.earliest), at(span.latest)): span for span in reversed(spans)}
    return list(seen.values())[::-1]


def _draw(axes: Axes, span: Span, row: int, first: dt.datetime, last: dt.datetime) -> None:
    colour = COLOURS[span.kind]
    if span.earliest is None and span.latest is None:
        return
    left, right = mdates.date2num(span.earliest or first), mdates.date2num(span.latest or last)
    if right - left < THIN_DAYS:
        axes.plot([(left + right) / 2], [row], marker="D", markersize=5, color=colour, zorder=3)
    else:
        axes.barh(row, right - left, left=left, height=0.46, color=colour, alpha=0.85, zorder=2)
    if span.latest is None:
        axes.plot([right], [row], marker=">", markersize=6, color=colour, zorder=3, clip_on=False)
    if span.label:
        axes.annotate(
            _short(span.label),
            (right, row),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color=INK,
            parse_math=False,
        )


def _short(text: str) -> str:
    """Return a lane's name as it is drawn: nothing in it acts, and it leaves room for the bars."""
    text = visible(text)
    return text if len(text) <= LANE_CHARS else f"{text[: LANE_CHARS - 4]} ..."


def svg(figure: Figure) -> str:
    """Return the figure as SVG text: the same figure gives the same bytes."""
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "toolkit", "svg.fonttype": "path"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # drawn as an empty box
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
