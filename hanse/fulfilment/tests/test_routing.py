"""Routing: the exact walks are the shortest there are, rules of thumb never beat them, every stop is made once."""

from itertools import pairwise, permutations
from math import dist
from random import Random

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from hanse.fulfilment import blocks, one_block
from hanse.fulfilment.layout import parallel
from hanse.fulfilment.routing import legs, route
from hanse.fulfilment.rules_of_thumb import largest_gap, midpoint, returning, s_shape
from hanse.fulfilment.tours import better, exact, inserted, length, shaken, tour

from .test_layout import floors, places

P1 = [[3, 9], [3, 14, 18], [9, 14], [], [15, 17], [17]]
P2 = [[4, 12], [17], [], [3, 9, 15], [18], [6, 11]]
P3 = [[4], [15], [8]]
ONE, TWO, DEPOT = parallel(6, 5, 20), parallel(6, 5, 20, [10]), (0, 0)
WALKS = (one_block.shortest, largest_gap, midpoint, s_shape, returning)


def stops_of(picks):
    return [(5 * aisle, y) for aisle, heights in enumerate(picks) for y in heights]


def by_hand(floor, stops, start, end) -> float:
    """The shortest way of all orders in which stops can be made."""
    return min(sum(floor.distance(a, b) for a, b in pairwise([start, *order, end])) for order in permutations(stops))


def is_walked(found, floor, stops, start, end) -> None:
    """Every stop is made once and in this order; the walk stays in the aisles and is as long as said."""
    steps = list(pairwise(found.walk)) or [(start, end)]
    assert (found.walk[0], found.walk[-1], sorted(found.stops)) == (start, end, sorted(set(stops)))
    assert all(a[0] == b[0] or (a[1] == b[1] and a[1] in floor.cross) for a, b in steps)
    assert sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in steps) == found.length
    ahead = passed(steps, stops)
    assert all(stop in ahead for stop in found.stops)


def passed(steps, stops):
    """The stops in the order they are come to, each time anew."""
    for a, b in steps:
        on = [s for s in set(stops) if all(min(p, q) <= r <= max(p, q) for p, q, r in zip(a, b, s, strict=True))]
        yield from sorted(on, key=lambda s: abs(s[0] - a[0]) + abs(s[1] - a[1]))


@pytest.mark.parametrize("picks, expected, with_middle_aisle", [
    (P1, [124, 140, 148, 164, 200], 106),
    (P2, [128, 128, 128, 152, 196], 114),
    (P3, [68, 70, 70, 76, 74], 50),
])  # fmt: skip
def test_the_walks_of_the_handbook_are_as_long_as_it_says(picks, expected, with_middle_aisle):
    stops = stops_of(picks)
    assert [walk(ONE, stops, DEPOT).length for walk in WALKS] == expected
    assert route(ONE, stops, DEPOT).length == expected[0]
    assert route(TWO, stops, DEPOT).length == with_middle_aisle
    for walk in WALKS:
        is_walked(walk(ONE, stops, DEPOT), ONE, stops, DEPOT, DEPOT)


def test_a_walk_tells_where_to_go_and_in_which_order_the_stops_come():
    found = route(ONE, stops_of(P3), DEPOT)
    assert found.stops == ((0, 4), (5, 15), (10, 8))
    assert found.walk == ((0, 0), (0, 4), (0, 0), (5, 0), (5, 20), (10, 20), (10, 0), (0, 0))


def test_who_has_nothing_to_pick_walks_from_start_to_end():
    assert route(ONE, [], (5, 0)).length == 0
    assert route(ONE, [], (5, 0), (10, 20)).walk in [((5, 0), (5, 20), (10, 20)), ((5, 0), (10, 0), (10, 20))]


@settings(deadline=None)
@over(st.data())
def test_in_one_block_no_walk_is_shorter_than_the_exact_one(data):
    floor = data.draw(floors(between=0))
    stops, start = data.draw(st.lists(places(floor), min_size=1, max_size=6, unique=True)), data.draw(places(floor))
    found = one_block.shortest(floor, stops, start)
    assert list(dict.fromkeys(passed(pairwise(found.walk), stops))) == list(found.stops) or found.length == 0
    is_walked(found, floor, stops, start, start)
    assert found.length == by_hand(floor, stops, start, start)
    for walk in WALKS[1:]:
        thumb = walk(floor, stops, (start[0], 0))
        is_walked(thumb, floor, stops, (start[0], 0), (start[0], 0))
        assert thumb.length >= one_block.shortest(floor, stops, (start[0], 0)).length


@settings(deadline=None)
@over(st.data())
def test_in_several_blocks_and_from_door_to_door_no_walk_is_shorter_than_the_exact_one(data):
    floor = data.draw(floors())
    doors = st.tuples(st.sampled_from(floor.aisles), st.sampled_from(floor.cross))
    start, end = data.draw(st.one_of(st.tuples(doors, doors), places(floor).map(lambda place: (place, place))))
    stops = data.draw(st.lists(places(floor), max_size=6, unique=True))
    found = blocks.shortest(floor, stops, start, end)
    is_walked(found, floor, stops, start, end)
    assert found.length == by_hand(floor, stops, start, end)


@settings(deadline=None, max_examples=40)
@over(st.data())
def test_big_walks_in_one_block_are_the_same_by_both_programmes(data):
    floor = parallel(8, 3, 25)
    stops = data.draw(st.lists(places(floor), min_size=10, max_size=30, unique=True))
    assert one_block.shortest(floor, stops, DEPOT).length == blocks.shortest(floor, stops, DEPOT, DEPOT).length


points = st.tuples(st.integers(0, 40), st.integers(0, 40))


@settings(deadline=None)
@over(st.lists(points, min_size=2, max_size=8))
def test_a_tour_known_only_by_distances_is_the_shortest_up_to_twelve_stops(spots):
    apart = [[dist(a, b) for b in spots] for a in spots]
    last = len(spots) - 1
    best = min(length(apart, [0, *order, last]) for order in permutations(range(1, last)))
    assert length(apart, exact(apart)) == pytest.approx(best)
    for found in (exact(apart), inserted(apart), better(apart, inserted(apart))):
        assert (found[0], found[-1], sorted(found)) == (0, last, list(range(len(spots))))
        assert length(apart, found) >= best - 1e-9


def test_more_stops_are_toured_well_and_always_alike():
    spots = [(Random(k).random(), Random(-k).random()) for k in range(1, 41)]
    apart = [[dist(a, b) for b in spots] for a in spots]
    quick, found = better(apart, inserted(apart)), tour(apart)
    assert sorted(found) == sorted(quick) == list(range(40))
    assert length(apart, shaken(apart, quick, 200)) <= length(apart, found) + 1e-9 <= length(apart, quick) + 2e-9
    assert found == tour(apart)


def test_above_two_blocks_the_heuristic_is_near_the_shortest_walk():
    floor, dice = parallel(10, 4, 30, [10, 20]), Random(7)
    for _ in range(5):
        stops = list({(4 * dice.randrange(10), dice.randrange(31)) for _ in range(18)})
        found = route(floor, stops, DEPOT)
        is_walked(found, floor, stops, DEPOT, DEPOT)
        assert found.length <= 1.01 * blocks.shortest(floor, stops, DEPOT, DEPOT).length


def test_legs_are_the_same_both_ways():
    assert legs(ONE, [(0, 0), (5, 3), (5, 9)]) == [[0, 8, 14], [8, 0, 6], [14, 6, 0]]
