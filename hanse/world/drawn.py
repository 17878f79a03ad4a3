"""Drawn: the futures as pictures. Data for SVG: where dots, intervals, lines and bands lie. Pure; what is drawn stands in a table too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log10
from typing import Any

from .whatif import MEASURES, Difference, OnDay
from .whatif_words import LOOKS, figure, unit_of, verdict

WIDE = 260.0
"""The dot-and-interval plot; zero lies in its middle, and each measure has a scale of its own."""
CHART = (640.0, 210.0)
LEFT, RIGHT, TOP, BOTTOM = 58.0, 24.0, 12.0, 24.0


def plotted(differences: Sequence[Difference], currency: str) -> list[dict[str, Any]]:
    """Each measure's difference as a dot with its interval round the line of zero, and in figures."""
    return [_row(d, currency) for d in differences]


def _row(d: Difference, currency: str) -> dict[str, Any]:
    reach = max(abs(d.low), abs(d.high)) or 1.0

    def at(value: float) -> float:
        return round(WIDE / 2 + (WIDE / 2 - 8) * value / reach, 1)

    found, unit = verdict(d), unit_of(d.measure, currency)
    bounds = f"{figure(d.measure, d.low, signed=True)} to {figure(d.measure, d.high, signed=True)}"
    return {
        "it": d, "word": MEASURES[d.measure].word, "unit": unit, "verdict": found, "look": LOOKS[found], "low": at(d.low), "high": at(d.high), "point": at(d.difference),
        "without": figure(d.measure, d.without), "with_it": figure(d.measure, d.with_it), "difference": figure(d.measure, d.difference, signed=True), "bounds": bounds,
        "label": f"{MEASURES[d.measure].word}: {figure(d.measure, d.difference, signed=True)} {unit}, between {bounds}: {found}",
    }


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a daily chart: its line, its band, and the days on which it stands alone."""

    changed: bool
    line: str
    band: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A measure day by day: both sides, the marks of the scales, and the same as a table."""

    measure: str
    word: str
    unit: str
    sides: tuple[Side, ...]
    heights: tuple[tuple[float, str], ...]
    days: tuple[tuple[float, date], ...]
    rows: tuple[tuple[date, str, str, str, str], ...]


def charts(told: Sequence[OnDay], currency: str, measures: Sequence[str]) -> list[Chart]:
    """A chart for each measure of which any day tells."""
    return [_chart(name, [d for d in told if d.measure == name], currency) for name in measures if any(d.measure == name for d in told)]


def _chart(measure: str, told: Sequence[OnDay], currency: str) -> Chart:
    first, last = min(d.on for d in told), max(d.on for d in told)
    ticks = scale(min(d.low for d in told), max(d.high for d in told))
    bottom, top = ticks[0], ticks[-1]

    def x(on: date) -> float:
        return round(LEFT + (CHART[0] - LEFT - RIGHT) * (on - first).days / max(1, (last - first).days), 1)

    def y(value: float) -> float:
        return round(TOP + (CHART[1] - TOP - BOTTOM) * (top - value) / (top - bottom), 1)

    def points(found: Sequence[tuple[date, float]]) -> str:
        return " ".join(f"{x(on)},{y(value)}" for on, value in found)

    sides = []
    for changed in (False, True):
        mine = [d for d in told if d.changed is changed]
        band = [(d.on, d.high) for d in mine] + [(d.on, d.low) for d in reversed(mine)]
        sides.append(Side(changed, points([(d.on, d.middle) for d in mine]), points(band)))
    marked = [first + (last - first) * n // 4 for n in range(5)] if (last - first).days >= 4 else [first, last]
    return Chart(
        measure, MEASURES[measure].word, unit_of(measure, currency), tuple(sides), tuple((y(t), f"{t:,g}") for t in ticks),
        tuple((x(on), on) for on in dict.fromkeys(marked)), _table(measure, told))


def _table(measure: str, told: Sequence[OnDay]) -> tuple[tuple[date, str, str, str, str], ...]:
    by = {(d.on, d.changed): d for d in told}
    rows = []
    for on in sorted({d.on for d in told}):
        cells = []
        for changed in (False, True):
            d = by.get((on, changed))
            cells += ["", ""] if d is None else [figure(measure, d.middle), f"{figure(measure, d.low)} – {figure(measure, d.high)}"]
        rows.append((on, cells[0], cells[1], cells[2], cells[3]))
    return tuple(rows)


def scale(low: float, high: float, marks: int = 4) -> list[float]:
    """Round marks from a little under the lowest value to a little over the highest."""
    span = (high - low) or abs(high) or 1.0
    raw = span / marks
    magnitude = 10.0 ** floor(log10(raw))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw * 0.999)
    first = floor(low / step)
    found = [round(n * step, 10) for n in range(first, first + 2 * marks + 3)]
    end = next(n for n, value in enumerate(found) if value >= high and n)
    return found[: end + 1]
