"""The floor plan: a site's floor seen from above, with walks on it. Pure; drawn as SVG by the page, a decimetre a unit, the front at the bottom."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hanse.network.reads import FloorView

from .layout import Point
from .planning import place_at

MARGIN = 30
AISLE = 16.0
"""Half the width of an aisle as it is drawn."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stop on the plan: its numbers on the walk, and whether all of them are done."""

    x: float
    y: float
    numbers: str
    tasks: str
    done: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What to draw: a view box, aisles and cross aisles as rectangles, racks as outlines, bins as points, walks as lines, stops, start and end."""

    width: float
    height: float
    ways: list[tuple[float, float, float, float]]
    racks: list[str]
    bins: list[Point]
    walks: list[str]
    stops: list[Mark]
    start: Point
    end: Point

    @property
    def same_end(self) -> bool:
        return self.start == self.end


def drawn(floor: FloorView, bins: Iterable[Point], walks: Sequence[Sequence[Point]] = (), stops: Sequence[tuple[int, int, Point, bool]] = ()) -> Plan:
    """The plan of a floor; `walks` are turning points in metres, `stops` are (task, turn, bin's place, done)."""
    places = list(dict.fromkeys(bins))
    start, end = place_at(floor, (floor.start_x, floor.start_y)), place_at(floor, (floor.end_x, floor.end_y))
    corners = [*places, start, end, *((x, y) for rack in floor.racks for x, y in rack), *((x, y) for x in floor.aisles for y in floor.cross)]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    front, back = min(y for _, y in corners), max(y for _, y in corners)

    def at(point: Point) -> Point:
        return (round((point[0] - left) * 10 + MARGIN, 1), round((back - point[1]) * 10 + MARGIN, 1))

    ways: list[tuple[float, float, float, float]] = []
    if floor.aisles:
        low, high = at((left, floor.cross[0]))[1], at((left, floor.cross[-1]))[1]
        ways = [(at((x, 0))[0] - AISLE / 2, high, AISLE, low - high) for x in floor.aisles]
        first, last = at((floor.aisles[0], 0))[0], at((floor.aisles[-1], 0))[0]
        ways += [(first - AISLE / 2, at((0, y))[1] - AISLE / 2, last - first + AISLE, AISLE) for y in floor.cross]
    return Plan(
        (right - left) * 10 + 2 * MARGIN, (back - front) * 10 + 2 * MARGIN, ways, [_points(at((x, y)) for x, y in rack) for rack in floor.racks],
        [at(p) for p in places], [_points(at(p) for p in walk) for walk in walks if len(walk) > 1], _marks(floor, stops, at), at(start), at(end),
    )  # fmt: skip


def _marks(floor: FloorView, stops: Sequence[tuple[int, int, Point, bool]], at: Callable[[Point], Point]) -> list[Mark]:
    """Stops at one place share a mark; its number is its turn among the places."""
    by_place: dict[Point, list[tuple[int, bool]]] = {}
    for task, _, bin_at, done in sorted(stops, key=lambda s: s[1]):
        by_place.setdefault(place_at(floor, bin_at), []).append((task, done))
    marks = []
    for n, (place, some) in enumerate(by_place.items(), 1):
        x, y = at(place)
        marks.append(Mark(x, y, str(n), " ".join(str(task) for task, _ in some), all(done for _, done in some)))
    return marks


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
