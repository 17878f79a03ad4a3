"""Obstacles: the shortest ways on a floor where racks stand anyhow. Pure.

One walks straight, along a rack but never through it, and turns at corners only. So every place is joined to the
corners it sees, and the shortest way over corners is taken. A rack is a convex outline; what is not convex, or stands
wall to wall, is given as outlines that overlap: a gap of nothing would count as a way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import dist, inf

from .layout import Point, straightened

Outline = Sequence[Point]
Turn = tuple[Point, Point, Point]
Rack = tuple[float, float, float, float, Outline, list[tuple[Point, Point]]]
Sight = list[tuple[int, float]]
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A floor measured from each place to all others; it knows no other places."""

    index: Mapping[Point, int]
    lengths: Sequence[Sequence[float]]
    corners: Sequence[Point]
    turns: Sequence[Mapping[Point | int, int]]

    def distance(self, a: Point, b: Point) -> float:
        """As surveyed."""
        return self.lengths[self.index[a]][self.index[b]]

    def path(self, a: Point, b: Point) -> list[Point]:
        """The points to draw from a to b."""
        if self.index[a] > self.index[b]:
            return self.path(b, a)[::-1]
        last, back = self.turns[self.index[a]], [b]
        turn = last.get(b)
        while turn is not None:
            back.append(self.corners[turn])
            turn = last.get(turn)
        return straightened([a, *reversed(back)])


def survey(places: Sequence[Point], outlines: Sequence[Outline]) -> Surveyed:
    """Measure the ways between all places. A way is straight, or leads over the corner that makes it shortest."""
    spots, racks = list(dict.fromkeys(places)), [_rack(outline) for outline in outlines]
    corners, turned = [c for outline in outlines for c in outline], [turn for outline in outlines for turn in _turns(outline)]
    between, near = [_sight(c, turned, racks) for c in corners], [_sight(p, turned, racks) for p in spots]
    lengths, turns = [[0.0] * len(spots) for _ in spots], []
    for i, start in enumerate(spots):
        far, last = _over_corners(near[i], between)
        for j, end in enumerate(spots[i + 1 :], i + 1):
            length = dist(start, end)
            if not _sees(start, end, racks):
                length, last[end] = min([(far[k] + leg, k) for k, leg in near[j]], default=(inf, 0))
                if length == inf:
                    raise ValueError(f"Nobody gets from {start} to {end}: racks close the way.")
            lengths[i][j] = lengths[j][i] = length
        turns.append(last)
    return Surveyed({spot: i for i, spot in enumerate(spots)}, lengths, corners, turns)


def _over_corners(near: Sight, between: Sequence[Sight]) -> tuple[list[float], dict[Point | int, int]]:
    """How far each corner is from a place that sees some of them, and the corner turned at before (Dijkstra)."""
    far, last = [inf] * len(between), dict[Point | int, int]()
    for k, leg in near:
        far[k] = leg
    heapify(ahead := [(leg, k) for k, leg in near])
    while ahead:
        length, k = heappop(ahead)
        if length > far[k]:
            continue
        for after, leg in between[k]:
            if length + leg < far[after] - NEAR:
                far[after], last[after] = length + leg, k
                heappush(ahead, (length + leg, after))
    return far, last


def _rack(outline: Outline) -> Rack:
    """A rack with its box, and those of its edges the box says nothing of, each with the rack to its left."""
    edges = list(pairwise([*outline, outline[0]]))
    turns = [_side(c, d, e) for (c, d), (_, e) in pairwise([*edges, edges[0]])]
    if min(turns) < -NEAR and max(turns) > NEAR:
        raise ValueError(f"The outline {outline} is not convex: give it as outlines that overlap.")
    slanted = [(c, d) if max(turns) > NEAR else (d, c) for c, d in edges if c[0] != d[0] and c[1] != d[1]]
    xs, ys = zip(*outline, strict=True)
    return min(xs), min(ys), max(xs), max(ys), outline, slanted


def _turns(outline: Outline) -> list[Turn]:
    """Each corner with its neighbours."""
    return list(zip(outline, [outline[-1], *outline], [*outline[1:], outline[0]], strict=False))


def _sight(a: Point, turned: Sequence[Turn], racks: Sequence[Rack]) -> Sight:
    """The corners seen from a place that one can turn at, and how far they are: the rack lies to one side of the way."""
    return [
        (k, dist(a, corner)) for k, (corner, before, after) in enumerate(turned)
        if _side(a, corner, before) * _side(a, corner, after) >= -NEAR and _sees(a, corner, racks)
    ]  # fmt: skip


def _sees(a: Point, b: Point, racks: Sequence[Rack]) -> bool:
    """Whether the straight way is free: some line parts it from each rack. Mostly a side of the rack's box does."""
    (x, y), (u, v) = a, b
    low, high = (x, u) if x < u else (u, x)
    front, back = (y, v) if y < v else (v, y)
    for left, bottom, right, top, outline, slanted in racks:
        if low < right and high > left and front < top and back > bottom:
            sides = [(u - x) * (cy - y) - (v - y) * (cx - x) for cx, cy in outline]
            if min(sides) < -NEAR and max(sides) > NEAR and all(_side(c, d, a) > NEAR or _side(c, d, b) > NEAR for c, d in slanted):
                return False
    return True


def _side(a: Point, b: Point, p: Point) -> float:
    """Above zero where p lies to the left of the way from a to b."""
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
