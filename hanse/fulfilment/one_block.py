"""One block: the shortest round through parallel aisles between a front and a back cross aisle. Pure.

The dynamic programme of Ratliff and Rosenthal (1983). Aisles are taken from left to right. What matters of the walk so
far is how it touches the back and the front end of the aisle (0 not at all, E an even number of times, U an odd
number) and in how many pieces it lies; the cheapest way into each such state goes on. Aisles without a stop are left
out: walking through one is never shorter than through its neighbour. The place a round starts from is a stop.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from .layout import Aisles, Point, by_aisle, widest_gap
from .walks import Route, Stretch, along, in_one_aisle, in_one_go

IN_AISLE = {
    # before: once through, from the back and return, from the front and return, both but for the largest gap, twice through
    "000": ("UU1", "E01", "0E1", "EE2", "EE1"),
    "UU1": ("EE1", "UU1", "UU1", "UU1", "UU1"),
    "E01": ("UU1", "E01", "EE2", "EE2", "EE1"),
    "0E1": ("UU1", "EE2", "0E1", "EE2", "EE1"),
    "EE1": ("UU1", "EE1", "EE1", "EE1", "EE1"),
    "EE2": ("UU1", "EE2", "EE2", "EE2", "EE1"),
}
TO_NEXT = {
    # before: how often along the back, how often along the front, state in the next aisle
    "UU1": ((1, 1, "UU1"),),
    "E01": ((2, 0, "E01"), (2, 2, "EE2")),
    "0E1": ((0, 2, "0E1"), (2, 2, "EE2")),
    "EE1": ((2, 0, "E01"), (0, 2, "0E1"), (2, 2, "EE1")),
    "EE2": ((2, 2, "EE2"),),
}
DONE = ("E01", "0E1", "EE1")

Ways = dict[str, tuple[float, tuple]]


def shortest(floor: Aisles, stops: Collection[Point], start: Point) -> Route:
    """The shortest round from start over all stops, and how to walk it."""
    front, back = floor.cross
    heights = by_aisle({start, *stops})
    if len(heights) == 1:
        return in_one_aisle(stops, start, start)
    ways: Ways = {"000": (0, ())}
    for before, x in zip([None, *heights], heights, strict=False):
        if before is not None:
            ways = _to_next(ways, x - before)
        ways = _in_aisle(ways, _lengths(front, heights[x], back))
    _, plan = min((ways[state] for state in DONE if state in ways), key=lambda way: way[0])
    return along(in_one_go(_stretches(plan, heights, front, back), start), stops)


def _lengths(front: float, ys: Sequence[float], back: float) -> list[float]:
    low, high = widest_gap(front, ys, back)
    return [back - front, 2 * (back - ys[0]), 2 * (ys[-1] - front), 2 * (back - front - (high - low)), 2 * (back - front)]


def _in_aisle(ways: Ways, lengths: Sequence[float]) -> Ways:
    """The cheapest ways after the stops of an aisle."""
    then: Ways = {}
    for state, (length, plan) in ways.items():
        for move, (to, more) in enumerate(zip(IN_AISLE[state], lengths, strict=True)):
            if to not in then or length + more < then[to][0]:
                then[to] = (length + more, (plan, move))
    return then


def _to_next(ways: Ways, apart: float) -> Ways:
    """The cheapest ways to the next aisle."""
    then: Ways = {}
    for state, (length, plan) in ways.items():
        for backs, fronts, to in TO_NEXT[state]:
            more = (backs + fronts) * apart
            if to not in then or length + more < then[to][0]:
                then[to] = (length + more, (plan, backs, fronts))
    return then


def _stretches(plan: tuple, heights: dict[float, list[float]], front: float, back: float) -> Iterator[Stretch]:
    """What a plan walks, from the last aisle to the first, cut at every stop."""
    right: float | None = None
    for x in reversed(heights):
        if right is not None:
            plan, backs, fronts = plan
            yield from [((x, back), (right, back))] * backs + [((x, front), (right, front))] * fronts
        plan, move = plan
        low, high = widest_gap(front, heights[x], back)
        for a, b in pairwise([front, *heights[x], back]):
            walked = (1, 2 * (b > heights[x][0]), 2 * (a < heights[x][-1]), 2 * ((a, b) != (low, high)), 2)[move]
            yield from [((x, a), (x, b))] * walked
        right = x
