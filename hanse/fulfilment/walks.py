"""Walks: what a picker is shown, and how a plan of stretches becomes one. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layout import Floor, Point, straightened

Stretch = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Route:
    """The stops in the order they are come to, the walk to draw from start to end, and how long it is."""

    stops: tuple[Point, ...]
    walk: tuple[Point, ...]
    length: float


def along(points: Sequence[Point], stops: Collection[Point]) -> Route:
    """The route of a walk in aisles, given by all points it passes; a stop is made where it is first named."""
    wanted = set(stops)
    length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(points))
    return Route(tuple(p for p in dict.fromkeys(points) if p in wanted), tuple(straightened(points)), length)


def in_one_aisle(stops: Collection[Point], start: Point, end: Point) -> Route:
    """The shortest walk where nobody needs to leave the aisle: down and up, or up and down."""
    up = sorted({start, end, *stops})
    down = up[::-1]
    down_first = [*down[down.index(start) :], *up, *down[: down.index(end) + 1]]
    up_first = [*up[up.index(start) :], *down, *up[: up.index(end) + 1]]
    return min(along(down_first, stops), along(up_first, stops), key=lambda route: route.length)


def by_way_of(floor: Floor, places: Sequence[Point]) -> Route:
    """The route from the first place over those between to the last, the shortest way each."""
    walk = [places[0], *(point for a, b in pairwise(places) for point in floor.path(a, b)[1:])]
    return Route(tuple(places[1:-1]), tuple(straightened(walk)), sum(floor.distance(a, b) for a, b in pairwise(places)))


def in_one_go(stretches: Iterable[Stretch], start: Point) -> list[Point]:
    """One walk from start over all stretches, each as often as it is given (Hierholzer)."""
    ways: dict[Point, list[Point]] = defaultdict(list)
    for a, b in stretches:
        if a != b:
            ways[a].append(b)
            ways[b].append(a)
    trail, walk = [start], []
    while trail:
        if onward := ways[trail[-1]]:
            after = onward.pop()
            ways[after].remove(trail[-1])
            trail.append(after)
        else:
            walk.append(trail.pop())
    return walk[::-1]
