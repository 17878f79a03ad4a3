"""Rules of thumb: walks through one block that pickers know by heart. Pure.

They are longer than the shortest walk, but need no list of turns: kept to compare with, and for floors where people
prefer them. Each starts and ends at the front.
"""

from collections.abc import Callable, Collection, Sequence

from .layout import Aisles, Point, by_aisle, widest_gap
from .walks import Route, along

Split = Callable[[float, Sequence[float], float], tuple[Sequence[float], Sequence[float]]]


def s_shape(floor: Aisles, stops: Collection[Point], start: Point) -> Route:
    """Walk through every aisle with stops; return in the last one where the walk would end at the back."""
    front, back = floor.cross
    walk, here = [(start[0], front)], front
    columns = list(by_aisle(stops).items())
    for i, (x, ys) in enumerate(columns):
        if here == back:
            walk, here = [*walk, (x, back), *[(x, y) for y in reversed(ys)], (x, front)], front
        elif i + 1 == len(columns):
            walk += [(x, front), *[(x, y) for y in ys], (x, front)]
        else:
            walk, here = [*walk, (x, front), *[(x, y) for y in ys], (x, back)], back
    return _from_start(start, walk, stops)


def returning(floor: Aisles, stops: Collection[Point], start: Point) -> Route:
    """Enter every aisle with stops from the front, and leave it there."""
    front, _ = floor.cross
    walk = [(start[0], front)]
    for x, ys in by_aisle(stops).items():
        walk += [(x, front), *[(x, y) for y in ys], (x, front)]
    return _from_start(start, walk, stops)


def midpoint(floor: Aisles, stops: Collection[Point], start: Point) -> Route:
    """Walk through the first and the last aisle; of those between, take each half from its own end."""
    return _around(floor, stops, start, lambda front, ys, back: _split(ys, (front + back) / 2))


def largest_gap(floor: Aisles, stops: Collection[Point], start: Point) -> Route:
    """Walk through the first and the last aisle; of those between, leave out the largest gap."""
    return _around(floor, stops, start, lambda front, ys, back: _split(ys, widest_gap(front, ys, back)[0]))


def _around(floor: Aisles, stops: Collection[Point], start: Point, split: Split) -> Route:
    """Up the first aisle, along the back, down the last aisle, home along the front; into the others from both ends."""
    columns = list(by_aisle(stops).items())
    if len(columns) < 2:
        return returning(floor, stops, start)
    front, back = floor.cross
    (first, up), *between, (last, down) = columns
    halves = [(x, *split(front, ys, back)) for x, ys in between]
    walk = [(start[0], front), (first, front), *[(first, y) for y in up], (first, back)]
    for x, _, high in halves:
        walk += [(x, back), *[(x, y) for y in reversed(high)], (x, back)]
    walk += [(last, back), *[(last, y) for y in reversed(down)], (last, front)]
    for x, low, _ in reversed(halves):
        walk += [(x, front), *[(x, y) for y in low], (x, front)]
    return _from_start(start, walk, stops)


def _from_start(start: Point, walk: Sequence[Point], stops: Collection[Point]) -> Route:
    return along([start, *walk, (start[0], walk[0][1]), start], stops)


def _split(ys: Sequence[float], highest: float) -> tuple[Sequence[float], Sequence[float]]:
    """What is taken from the front, and what from the back."""
    return [y for y in ys if y <= highest], [y for y in ys if y > highest]
