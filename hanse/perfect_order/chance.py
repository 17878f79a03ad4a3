"""Chance: how likely a commitment on its way will be perfect, as those of the past were at the same step with as much slack. Pure.

What waits for a step now passes it with no more slack than it has: it is held against all that passed it with as much or less. A
lane with few is drawn towards all lanes, by the weight of twenty orders. Under thirty orders nothing is said at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.kernel.samples import Share, wilson

from .passed import BANDS, Cell, together

FEW = 30
"""Of fewer orders than these no chance is told."""
DRAWN_BY = 20
"""So many orders' weight all lanes have on the share of one."""
LEVELS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
"""The levels of chance that are held against what happened."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance of being perfect (0 to 1), the bounds within which it lies, and of how many orders of this lane it is known. Of too few nothing is."""

    value: float | None
    low: float = 0.0
    high: float = 1.0
    n: int = 0


UNKNOWN = Chance(None)
SURE_NOT = Chance(0.0, 0.0, 0.0)
"""That of a commitment of which a condition has failed already."""


class Learnt:
    """What became of the orders of the past, by lane, step and band of slack."""

    def __init__(self, cells: Mapping[Cell, Share]):
        self._of_lane = dict(cells)
        everywhere: dict[tuple[str, int], list[Share]] = {}
        for (_, step, band), share in cells.items():
            everywhere.setdefault((step, band), []).append(share)
        self._everywhere = {key: together(of) for key, of in everywhere.items()}

    def chance(self, lane: str, step: str, band: int, waits: bool = False) -> Chance:
        """The chance of what passed a step in a band; or of what still waits for it with that much left."""
        bands = range(band + 1) if waits else [band]
        all_lanes = together(self._everywhere.get((step, b), Share(0, 0)) for b in bands)
        if all_lanes.value is None or all_lanes.n < FEW:
            return UNKNOWN
        own = together(self._of_lane.get((lane, step, b), Share(0, 0)) for b in bands)
        n = own.n + DRAWN_BY
        hits = own.hits + DRAWN_BY * all_lanes.value
        low, high = wilson(round(hits), n)
        return Chance(hits / n, min(low, hits / n), max(high, hits / n), own.n)


@dataclass(frozen=True, slots=True)
class Level:
    """Orders that were given a chance of this level: what was foreseen on the whole, and what happened, with its interval."""

    from_: float
    to: float
    n: int
    foreseen: float
    happened: float
    low: float
    high: float

    @property
    def right(self) -> bool:
        """Whether what was foreseen lies within the interval of what happened."""
        return self.low <= self.foreseen <= self.high


def calibrated(before: Mapping[Cell, Share], after: Mapping[Cell, Share]) -> list[Level]:
    """What earlier weeks foresee of the later ones, beside what happened: the back-test of the chances, by their level."""
    learnt = Learnt(before)
    given: dict[int, list[tuple[float, Share]]] = {}
    for (lane, step, band), share in after.items():
        if (value := learnt.chance(lane, step, band).value) is not None:
            level = min(sum(value >= edge for edge in LEVELS), len(LEVELS) - 1) - 1
            given.setdefault(level, []).append((value, share))
    return [_level(nr, given[nr]) for nr in sorted(given)]


def _level(nr: int, given: Sequence[tuple[float, Share]]) -> Level:
    found = together(share for _, share in given)
    foreseen = sum(value * share.n for value, share in given) / found.n
    return Level(LEVELS[nr], LEVELS[nr + 1], found.n, foreseen, found.value or 0.0, found.low, found.high)


def band_words(band: int) -> str:
    """A band of slack in words."""
    return BANDS[band]
