"""Bins: which bins units are taken from. Pure.

First expired, first out; a lot without expiry comes last. Among equals pick faces come first, then bulk, then the
dock; there the fewest bins: one that covers the need alone, the nearest on the walk first, else the fullest. A lot
that expires before the customer's minimum life is over is not taken.

Reserve gives whole packs only, and only where the other bins of that expiry do not cover the need: the packs come
from reserve then, and the faces give the rest. An item that has no pick face at the site is picked wherever it lies.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from hanse.kernel.rows import row

LAST = date.max
RANKS = {"pick-face": 0, "bulk": 1, "dock": 2, "reserve": 3}


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
    pack: int | None = None
    """Units in the item's smallest pack, 0 where it has none; nothing where it has no pick face at the site."""


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
    rank: int = 0
    """What the bin is for, as its turn among equals (`RANKS`)."""


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
        for _, equals in groupby(fit, key=_expiry):
            for shelf, taken in _taken(list(equals), need, free, want.pack):
                chosen.append(Chosen(want, shelf, taken))
                free[shelf] -= taken
                need -= taken
    return chosen


def _taken(equals: Sequence[Shelf], need: int, free: dict[Shelf, int], pack: int | None) -> Iterator[tuple[Shelf, int]]:
    """What each of these shelves, which expire alike, gives."""
    if pack is not None and equals[-1].rank == RANKS["reserve"]:
        apart, equals = [s for s in equals if s.rank == RANKS["reserve"]], [s for s in equals if s.rank != RANKS["reserve"]]
        whole = need // pack * pack if pack and sum(free[s] for s in equals) < need else 0
        for shelf in sorted(apart, key=free.__getitem__, reverse=True) if whole else ():
            if taken := min(whole, free[shelf] // pack * pack):
                yield shelf, taken
                whole -= taken
                need -= taken
    for _, alike in groupby(equals, key=_rank):
        left = list(alike)
        while need and left:
            shelf = _best(left, need, free)
            taken = min(need, free[shelf])
            yield shelf, taken
            need -= taken
            left.remove(shelf)


def _expiry(shelf: Shelf) -> date:
    return shelf.expires_on or LAST


def _rank(shelf: Shelf) -> int:
    return shelf.rank


def _first_out(shelf: Shelf) -> tuple[date, int, int, str, str]:
    return (_expiry(shelf), shelf.rank, shelf.walk, shelf.bin_code, shelf.lot)


def _lasts(shelf: Shelf, want: Open) -> bool:
    return shelf.expires_on is None or want.lasts_until is None or shelf.expires_on >= want.lasts_until


def _best(equals: Sequence[Shelf], need: int, free: dict[Shelf, int]) -> Shelf:
    """The nearest that covers the need alone, else the fullest."""
    for shelf in equals:
        if free[shelf] >= need:
            return shelf
    return max(equals, key=free.__getitem__)
