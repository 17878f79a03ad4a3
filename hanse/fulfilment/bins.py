"""Bins: which bins units are taken from. Pure.

First expired, first out; a lot without expiry comes last. Among equals the fewest bins: one that covers the
need alone, the nearest on the walk first, else the fullest. A lot that expires before the customer's minimum
life is over is not taken.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from hanse.kernel.rows import row

LAST = date.max


@row
class Open:
    """Units of an allocation that no pick task asks for yet."""

    allocation: int
    order: int
    line: int
    position: int
    item: int
    sku: str
    site: int
    site_code: str
    quantity: int
    line_missing: int = 0
    lasts_until: date | None = None
    tote: int | None = None
    drawn: int = 0


@row
class Shelf:
    """What a bin has free of an item and lot."""

    item: int
    site: int
    bin: int
    bin_code: str
    lot: str
    free: int
    walk: int = 0
    expires_on: date | None = None


@row
class Chosen:
    """Take so many units for an allocation from a shelf."""

    open: Open
    shelf: Shelf
    quantity: int


def choose(wanted: Sequence[Open], shelves: Sequence[Shelf]) -> list[Chosen]:
    """Choose shelves for each wish in turn; later wishes see what earlier ones took."""
    free = {s: s.free for s in shelves}
    at: dict[tuple[int, int], list[Shelf]] = defaultdict(list)
    for shelf in sorted(shelves, key=_first_out):
        at[shelf.item, shelf.site].append(shelf)
    chosen: list[Chosen] = []
    for want in wanted:
        need = want.quantity
        fit = [s for s in at[want.item, want.site] if free[s] and _lasts(s, want)]
        while need and fit:
            shelf = _best([s for s in fit if s.expires_on == fit[0].expires_on], need, free)
            taken = min(need, free[shelf])
            chosen.append(Chosen(want, shelf, taken))
            free[shelf] -= taken
            need -= taken
            fit.remove(shelf)
    return chosen


def _first_out(shelf: Shelf) -> tuple[date, int, str, str]:
    return (shelf.expires_on or LAST, shelf.walk, shelf.bin_code, shelf.lot)


def _lasts(shelf: Shelf, want: Open) -> bool:
    return shelf.expires_on is None or want.lasts_until is None or shelf.expires_on >= want.lasts_until


def _best(equals: Sequence[Shelf], need: int, free: dict[Shelf, int]) -> Shelf:
    """The nearest that covers the need alone, else the fullest."""
    for shelf in equals:
        if free[shelf] >= need:
            return shelf
    return max(equals, key=free.__getitem__)
