"""Routing: the walk of a picker, from where the cart stands over all stops to where it is handed over. Pure.

In aisles without or with one cross aisle between front and back the walk is the shortest there is, and so it is on any
floor up to twelve stops. Above, it is a good one: no published walk of the picking benchmark is shorter.
"""

from collections.abc import Iterable, Sequence

from . import blocks, one_block
from .layout import Aisles, Floor, Point
from .tours import Legs, tour
from .walks import Route, by_way_of

MOST_CROSS_AISLES = 3
"""With more of them the states of the exact programme are too many; a good tour is found sooner."""


def route(floor: Floor, stops: Iterable[Point], start: Point, end: Point | None = None, shakes: int = 100) -> Route:
    """The walk from start over all stops to end, or back; each stop is named once."""
    spots, end = list(dict.fromkeys(stops)), end or start
    if isinstance(floor, Aisles) and len(floor.cross) <= MOST_CROSS_AISLES:
        if len(floor.cross) == 2 and start == end:
            return one_block.shortest(floor, spots, start)
        if start == end or (start[1] in floor.cross and end[1] in floor.cross):
            return blocks.shortest(floor, spots, start, end)
    places = [start, *spots, end]
    return by_way_of(floor, [places[i] for i in tour(legs(floor, places), shakes)])


def legs(floor: Floor, places: Sequence[Point]) -> Legs:
    """How far each place is from each other."""
    rows: list[list[float]] = []
    for i, a in enumerate(places):
        rows.append([*[row[i] for row in rows], 0, *[floor.distance(a, b) for b in places[i + 1 :]]])
    return rows
