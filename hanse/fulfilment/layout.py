"""Layout: how far it is from place to place for somebody who walks. Pure.

A place is a point, in metres from the site's origin; bins above each other are one place. Most floors are parallel
aisles between cross aisles (`Aisles`). A floor with racks standing anyhow is surveyed once (`obstacles.survey`).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import dist
from typing import Protocol

Point = tuple[float, float]


class Floor(Protocol):
    """Whatever can say how far it is and which way one walks."""

    def distance(self, a: Point, b: Point) -> float: ...

    def path(self, a: Point, b: Point) -> list[Point]: ...


@dataclass(frozen=True, slots=True)
class Aisles:
    """Parallel aisles along y, entered and left by cross aisles along x: front, those between, back.

    Cross aisles say how far up they lie, front first; two of them make one block, three make two.
    """

    aisles: tuple[float, ...]
    cross: tuple[float, ...]

    def place(self, x: float, y: float) -> Point:
        """Where one stands to reach a bin: the middle of the nearest aisle, at the bin's height."""
        right = bisect_left(self.aisles, x)
        return min(self.aisles[max(right - 1, 0) : right + 1], key=lambda aisle: abs(aisle - x)), y

    def distance(self, a: Point, b: Point) -> float:
        """Along the aisle, or by the cross aisle that makes the way shortest."""
        (ax, ay), (bx, by) = a, b
        if ax == bx:
            return abs(ay - by)
        return abs(ax - bx) + min([abs(ay - y) + abs(by - y) for y in self.cross])

    def path(self, a: Point, b: Point) -> list[Point]:
        """The points to draw from a to b."""
        (ax, ay), (bx, by) = a, b
        if ax == bx:
            return straightened([a, b])
        y = min(self.cross, key=lambda y: abs(ay - y) + abs(by - y))
        return straightened([a, (ax, y), (bx, y), b])


@dataclass(frozen=True, slots=True)
class Open:
    """A floor that nothing stands on, or that nobody has measured: one walks straight."""

    def distance(self, a: Point, b: Point) -> float:
        """As the crow flies."""
        return dist(a, b)

    def path(self, a: Point, b: Point) -> list[Point]:
        """The points to draw from a to b."""
        return straightened([a, b])


def parallel(count: int, apart: float, length: float, middle: Sequence[float] = ()) -> Aisles:
    """So many aisles of equal length and distance, the first at x = 0, the front at y = 0."""
    return Aisles(tuple(i * apart for i in range(count)), (0, *middle, length))


def by_aisle(stops: Iterable[Point]) -> dict[float, list[float]]:
    """The aisles with stops from left to right, and how far up in each the stops lie, nearest first."""
    heights: dict[float, list[float]] = defaultdict(list)
    for x, y in sorted(set(stops)):
        heights[x].append(y)
    return heights


def widest_gap(front: float, heights: Sequence[float], back: float) -> tuple[float, float]:
    """The longest piece of an aisle without a stop, from where to where."""
    return max(pairwise([front, *heights, back]), key=lambda piece: piece[1] - piece[0])


def straightened(points: Sequence[Point]) -> list[Point]:
    """The same walk with its turning points only."""
    walk = [points[0]]
    for here, after in pairwise(points):
        if after == here:
            continue
        if len(walk) > 1 and _goes_on(walk[-2], walk[-1], after):
            walk.pop()
        walk.append(after)
    return walk


def _goes_on(a: Point, b: Point, c: Point) -> bool:
    """Whether c lies straight ahead for somebody who comes from a to b."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]
    return abs(ux * vy - uy * vx) < 1e-9 and ux * vx + uy * vy > 0
