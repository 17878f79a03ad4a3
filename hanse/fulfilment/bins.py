"""Bins: which bins units are taken from. Pure.

First expired, first out; a lot without expiry comes last. Among equals pick faces come first, then bulk, then the
dock; there the fewest bins: one that covers the need alone, the nearest on the walk first, else the fullest. A lot
whose life after the promised day of delivery is shorter than the customer wants is not taken.

Where the customer takes only so many lots of an item in a shipment, the earliest lots are chosen that cover the need
together; where none do, those that cover most of it.

Reserve gives whole packs only, and only where the other bins of that expiry do not cover the need: the packs come
from reserve then, and the faces give the rest. An item that has no pick face at the site is picked wherever it lies.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from hanse.kernel.rows import row

LAST = date.max
RANKS = {"pick-face": 0, "bulk": 1, "dock": 2, "reserve": 3}


@row
class Open:
    """Units of an allocation that no pick task asks for yet.

    `lots` are those of the item that its order has from the site already; it takes `max_lots` of them at most.
    """

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
    max_lots: int | None = None
    lots: Sequence[str] | None = None
    perishable: bool = False
    supplier: str = ""
    """The supplier whose site it is, where it is one's: the units are ordered of him."""


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
    few: dict[tuple[int, int, int], set[str]] = {}
    for want in wanted:
        need = want.quantity
        fit = [s for s in at[want.item, want.site] if free[s] and _lasts(s, want)]
        if want.max_lots is not None:
            key = (want.order, want.item, want.site)
            if key not in few:
                together = sum(w.quantity for w in wanted if (w.order, w.item, w.site) == key)
                few[key] = {s.lot for s in _of_few_lots(fit, together, free, want.max_lots, want.lots or ())}
            fit = [s for s in fit if s.lot in few[key]]
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


def _of_few_lots(fit: Sequence[Shelf], need: int, free: Mapping[Shelf, int], most: int, has: Collection[str]) -> list[Shelf]:
    """The shelves of as many lots as may still be taken: the earliest that cover the need together, else those that cover most of it.

    A lot that the order has already, and units without a lot, count for none.
    """
    units: dict[str, int] = {}
    for s in fit:
        units[s.lot] = units.get(s.lot, 0) + free[s]
    known = {lot for lot in units if not lot or lot in has}
    room = max(0, most - len(has))
    left = need - sum(units[lot] for lot in known)
    new = [lot for lot in units if lot not in known]
    if left <= 0:
        new = []
    elif sum(sorted((units[lot] for lot in new), reverse=True)[:room]) < left:
        new = sorted(new, key=lambda lot: -units[lot])[:room]
    else:
        new = _earliest(new, left, units, room)
    return [s for s in fit if s.lot in known or s.lot in new]


def _earliest(lots: Sequence[str], need: int, units: Mapping[str, int], room: int) -> list[str]:
    """Of lots in the order in which they should leave the first that, with the fullest of the later ones, cover the need."""
    chosen: list[str] = []
    for n, lot in enumerate(lots):
        later = sorted((units[x] for x in lots[n + 1:]), reverse=True)
        if need > 0 and room and units[lot] + sum(later[: room - 1]) >= need:
            chosen.append(lot)
            need, room = need - units[lot], room - 1
    return chosen


def undated(chosen: Sequence[Chosen], shelves: Sequence[Shelf]) -> list[Chosen]:
    """What was taken from a lot without expiry though the item perishes, or its other lots have one: it went last, and is worth a look."""
    dated = {s.item for s in shelves if s.expires_on}
    return [c for c in chosen if c.shelf.lot and c.shelf.expires_on is None and (c.open.perishable or c.shelf.item in dated)]


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
