"""Layout: distances in aisles are those of somebody who walks metre by metre; drawn walks are as long as said."""

from collections import deque
from itertools import pairwise

from hypothesis import given as over
from hypothesis import strategies as st

from hanse.fulfilment.layout import Aisles, by_aisle, parallel, straightened, widest_gap


def stepped(floor: Aisles, a, b) -> int:
    """Metre by metre, along aisles and cross aisles only."""
    width, depth = floor.aisles[-1], floor.cross[-1]
    far, ahead = {a: 0}, deque([a])
    while b not in far:
        x, y = ahead.popleft()
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            to = (x + dx, y + dy)
            free = y in floor.cross if dx else x in floor.aisles
            if free and 0 <= to[0] <= width and 0 <= to[1] <= depth and to not in far:
                far[to] = far[x, y] + 1
                ahead.append(to)
    return far[b]


@st.composite
def floors(draw, between=3):
    """Up to five aisles, up to so many cross aisles between front and back."""
    length = draw(st.integers(4, 10))
    middle = draw(st.lists(st.integers(1, length - 1), unique=True, max_size=between))
    return parallel(draw(st.integers(1, 5)), draw(st.integers(1, 3)), length, sorted(middle))


def places(floor: Aisles):
    return st.tuples(st.sampled_from(floor.aisles), st.integers(0, floor.cross[-1]))


@over(st.data())
def test_the_distance_is_what_one_walks_and_the_drawn_way_is_as_long(data):
    floor = data.draw(floors())
    a, b = data.draw(places(floor)), data.draw(places(floor))
    path = floor.path(a, b)
    assert floor.distance(a, b) == floor.distance(b, a) == stepped(floor, a, b)
    assert sum(abs(u - x) + abs(v - y) for (x, y), (u, v) in pairwise(path)) == floor.distance(a, b)
    assert (path[0], path[-1]) == (a, b)


def test_a_bin_is_reached_from_the_middle_of_the_nearest_aisle():
    floor = parallel(3, 4, 20)
    assert [floor.place(x, 7) for x in (-1, 1.9, 2.1, 5.5, 99)] == [(0, 7), (0, 7), (4, 7), (4, 7), (8, 7)]


def test_stops_are_seen_aisle_by_aisle_and_the_widest_gap_may_lie_at_an_end():
    assert by_aisle([(5, 9), (0, 3), (5, 2), (5, 9)]) == {0: [3], 5: [2, 9]}
    assert widest_gap(0, [3, 14, 18], 20) == (3, 14)
    assert widest_gap(0, [15], 20) == (0, 15)


def test_a_walk_is_drawn_by_its_turning_points():
    assert straightened([(0, 0), (0, 4), (0, 4), (0, 9), (0, 2), (3, 2)]) == [(0, 0), (0, 9), (0, 2), (3, 2)]
