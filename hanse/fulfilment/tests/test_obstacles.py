"""Obstacles: ways round racks are free, and as short as any way over corners can be."""

from itertools import pairwise
from math import dist

import pytest
from hypothesis import assume, settings
from hypothesis import given as over
from hypothesis import strategies as st

from hanse.fulfilment.obstacles import survey

WALL = [(2, 0), (2, 10), (4, 10), (4, 0)]


def side(a, b, p) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def inside(p, rack) -> bool:
    """Whether a point lies in a convex rack and not on its edge, told by the sides it lies on."""
    sides = [side(a, b, p) for a, b in pairwise([*rack, rack[0]])]
    return min(sides) > 0 or max(sides) < 0


def free(a, b, racks) -> bool:
    """Whether a straight way is free: what is left of it inside all edges of a rack is nothing (Cyrus and Beck)."""
    for rack in racks:
        turned = side(rack[0], rack[1], rack[2])
        enter, leave = 0.0, 1.0
        for c, d in pairwise([*rack, rack[0]]):
            at_a, at_b = side(c, d, a) * turned, side(c, d, b) * turned
            if at_a <= 0 and at_b <= 0:
                enter, leave = 1.0, 0.0
            elif at_a < 0:
                enter = max(enter, at_a / (at_a - at_b))
            elif at_b < 0:
                leave = min(leave, at_a / (at_a - at_b))
        if leave - enter > 1e-9:
            return False
    return True


def shortest(a, b, racks) -> float:
    """The shortest of all ways over free straights between corners (Floyd and Warshall)."""
    nodes = [a, b, *(corner for rack in racks for corner in rack)]
    far = [[dist(p, q) if free(p, q, racks) else float("inf") for q in nodes] for p in nodes]
    for k in range(len(nodes)):
        far = [[min(far[i][j], far[i][k] + far[k][j]) for j in range(len(nodes))] for i in range(len(nodes))]
    return far[0][1]


def test_one_walks_round_a_rack_over_its_nearer_corners():
    floor = survey([(0, 9), (6, 9), (0, 2), (2, 5)], [WALL])
    assert floor.path((0, 9), (6, 9)) == [(0, 9), (2, 10), (4, 10), (6, 9)]
    assert floor.distance((0, 9), (6, 9)) == 2 + 2 * dist((0, 9), (2, 10))
    assert floor.path((6, 9), (0, 9)) == floor.path((0, 9), (6, 9))[::-1]
    assert floor.path((0, 2), (2, 5)) == [(0, 2), (2, 5)]


def test_one_walks_along_a_rack_and_between_two_but_not_where_they_overlap():
    assert survey([(4, 0), (4, 12)], [WALL]).path((4, 0), (4, 12)) == [(4, 0), (4, 12)]
    beside = [(4.5, 0), (4.5, 10), (6, 10), (6, 0)]
    assert survey([(4.2, -1), (4.2, 11)], [WALL, beside]).distance((4.2, -1), (4.2, 11)) == 12
    over_it = [(3, 4), (3, 6), (9, 6), (9, 4)]
    assert survey([(6, 0), (6, 8)], [WALL, over_it]).path((6, 0), (6, 8)) == [(6, 0), (9, 4), (9, 6), (6, 8)]


def test_what_cannot_be_is_said_when_the_floor_is_surveyed():
    with pytest.raises(ValueError, match="Nobody gets from"):
        survey([(0, 0), (3, 5)], [WALL])
    with pytest.raises(ValueError, match="not convex"):
        survey([], [[(0, 0), (4, 0), (1, 1), (0, 4)]])


@st.composite
def racks(draw):
    """Boxes and rhombs, overlapping or not."""
    x, y, w, h = draw(st.integers(1, 8)), draw(st.integers(1, 8)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    if draw(st.booleans()):
        return [(x, y), (x, y + h), (x + w, y + h), (x + w, y)]
    return [(x - w, y), (x, y + h), (x + w, y), (x, y - h)]


@settings(max_examples=60, deadline=None)
@over(st.lists(racks(), max_size=3), st.lists(st.tuples(st.integers(-1, 12), st.integers(-1, 12)), min_size=2, max_size=4, unique=True))
def test_ways_are_free_and_none_over_corners_is_shorter(found, places):
    assume(not any(inside(place, rack) for place in places for rack in found))
    floor = survey(places, found)
    for a, b in pairwise(places):
        path = floor.path(a, b)
        assert all(free(p, q, found) for p, q in pairwise(path))
        assert sum(dist(p, q) for p, q in pairwise(path)) == pytest.approx(floor.distance(a, b))
        assert floor.distance(a, b) == pytest.approx(shortest(a, b, found))
