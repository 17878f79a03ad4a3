"""Passed: with how much slack a commitment passed the steps of its way, planned backward from its promise. Pure.

Slack is what was left until the step had to be done: by the calendar and cut-off of the site and the days of the lane. It is
put into bands, so that orders of the past can be counted and those on their way be compared with them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hanse.fulfilment.batching import Pace
from hanse.fulfilment.slack import Departs, departs_of, way_of
from hanse.kernel.rows import row
from hanse.kernel.samples import Share
from hanse.network.calendar import Way as WayOn
from hanse.network.schedule import Steps

from .evidence import Way

STEPS = ("release", "pick", "pack", "hand over", "delivery")
"""The steps of an order's way. What is handed over waits for its delivery; its slack is that of the hand-over."""
EDGES = (-24.0, 0.0, 4.0, 24.0, 72.0)
"""The hours of slack at which a band ends: what lies at an edge belongs to the band above."""
BANDS = ("more than a day late", "up to a day late", "under 4 h left", "4 to 24 h left", "1 to 3 days left", "more than 3 days left")


def band_of(hours: float) -> int:
    """The band of a slack, the least first."""
    return sum(hours >= edge for edge in EDGES)


def steps_of(departs: Departs, way: WayOn, due_on: date, lines: int, units: int) -> Steps:
    """By when each step has to be done, so that goods arrive on their day."""
    return departs.steps(departs.last_cut_off(due_on, way), lines, units, Pace())


@dataclass(frozen=True, slots=True)
class Planned:
    """By when each step had to be done."""

    at: Mapping[str, datetime]

    @classmethod
    def of(cls, steps: Steps) -> "Planned":
        return cls({"release": steps.release_by, "pick": steps.picked_by, "pack": steps.packed_by, "hand over": steps.hand_over_by, "delivery": steps.hand_over_by})

    def slack_h(self, step: str, at: datetime) -> float:
        """The hours that were left at an instant until the step had to be done."""
        return (self.at[step] - at).total_seconds() / 3600


@row
class Ended:
    """A commitment that is judged, with its last parcel: on which lane, by whom, and whether it was perfect."""

    order: int
    due_on: date
    perfect: bool
    parcel: int
    carrier: str
    lane: str


Cell = tuple[str, str, int]
"""A lane, a step and a band of slack."""


def slacks(way: Way, due_on: date) -> dict[str, float]:
    """The hours of slack with which a parcel passed each step that was told."""
    departs = departs_of(way.zone, way.country, way.region, way.workdays, way.cut_off, way.opens, way.closes)
    planned = Planned.of(steps_of(departs, way_of(way.days, way.transit_on, way.receives_on, way.to_country, way.to_region), due_on, way.lines, way.units))
    told = {"release": way.released_at, "pick": way.picked_at, "pack": way.packed_at, "hand over": way.handed_over_at, "delivery": way.handed_over_at}
    return {step: planned.slack_h(step, at) for step, at in told.items() if at is not None}


def cells(ended: Iterable[Ended], ways: Mapping[int, Way]) -> dict[Cell, Share]:
    """How many commitments passed a step in a band of slack on a lane, and how many of them were perfect.

    Of what was handed over the lane is that of its carrier: how it arrives is his doing.
    """
    n, perfect = Counter[Cell](), Counter[Cell]()
    for it in ended:
        if (way := ways.get(it.parcel)) is None:
            continue
        for step, hours in slacks(way, it.due_on).items():
            cell = (f"{it.carrier}|{it.lane}" if step == "delivery" else it.lane, step, band_of(hours))
            n[cell] += 1
            perfect[cell] += it.perfect
    return {cell: Share(perfect[cell], n[cell]) for cell in sorted(n)}


def together(shares: Iterable[Share]) -> Share:
    """Shares put together."""
    hits = n = 0
    for share in shares:
        hits, n = hits + share.hits, n + share.n
    return Share(hits, n)


def over_weeks(kept: Sequence[tuple[date, Cell, Share]], first: date | None = None, before: date | None = None) -> dict[Cell, Share]:
    """The cells of some weeks put together."""
    found: dict[Cell, list[Share]] = {}
    for week, cell, share in kept:
        if (first is None or week >= first) and (before is None or week < before):
            found.setdefault(cell, []).append(share)
    return {cell: together(of) for cell, of in found.items()}
