"""Placing: every box lies inside, alone, in a way it may; and whatever breaks that is found."""

from dataclasses import replace

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from hanse.bench.fill import problems
from hanse.fulfilment.cartonisation.boxes import Box, Placed, Placing, Room, turns, upright
from hanse.fulfilment.cartonisation.placing import place
from hanse.fulfilment.cartonisation.proof import wrong_placement

CUBE = Box("cube", turns((10, 10, 10)), 2, weight_g=100)
PLATE = Box("plate", turns((20, 20, 5)), 1, weight_g=50)
ROOM = Room((20, 20, 20))


def placing(*placed, left=(0, 0)):
    return Placing(tuple(placed), left)


def test_a_box_has_six_ways_to_lie_fewer_with_equal_sides_and_two_upright():
    assert len(turns((3, 4, 5))) == 6
    assert turns((10, 10, 10)) == ((10, 10, 10),)
    assert upright((3, 4, 5)) == ((3, 4, 5), (4, 3, 5))
    assert turns((3, 4, 5), (True, False, False)) == ((4, 5, 3), (5, 4, 3))


GOOD = (Placed(1, (0, 0, 0), (20, 20, 5)), Placed(0, (0, 0, 5), (10, 10, 10)), Placed(0, (10, 10, 5), (10, 10, 10)))


@pytest.mark.parametrize(
    "boxes, room, placed, why",
    [
        ([CUBE, PLATE], ROOM, GOOD, None),
        ([CUBE, PLATE], ROOM, (*GOOD[:2], replace(GOOD[2], at=(9, 9, 5))), "overlap"),
        ([CUBE, PLATE], ROOM, (*GOOD[:2], replace(GOOD[2], at=(11, 10, 5))), "sticks out"),
        ([CUBE, PLATE], ROOM, (*GOOD[:2], replace(GOOD[2], at=(10, 10, 11))), "sticks out"),
        ([CUBE, replace(PLATE, turns=((20, 5, 20),))], ROOM, GOOD, "may not lie"),
        ([CUBE, PLATE], ROOM, GOOD[:2], "1 placed and 0 left of 2"),
        ([replace(CUBE, quantity=1), PLATE], ROOM, GOOD, "2 placed and 0 left of 1"),
        ([CUBE, PLATE], replace(ROOM, max_g=249), GOOD, "250 g are over 249 g"),
        ([replace(CUBE, value=5), PLATE], replace(ROOM, max_value=9), GOOD, "value of 10 is over 9"),
        ([CUBE, replace(PLATE, bears="nothing")], ROOM, GOOD, "bears nothing"),
        ([CUBE, replace(PLATE, bears="lighter")], ROOM, GOOD, "bears 200 g and weighs 50 g"),
        ([CUBE, replace(PLATE, bears="lighter", weight_g=200)], ROOM, GOOD, None),
        ([CUBE, PLATE], replace(ROOM, standing=70), GOOD, None),
        ([CUBE, PLATE], replace(ROOM, standing=70), (*GOOD[:2], replace(GOOD[2], at=(10, 10, 6))), "is carried on 0 of 100"),
        ([CUBE, PLATE], ROOM, (GOOD[1], GOOD[0], GOOD[2]), "goes under"),
        ([CUBE, PLATE], ROOM, (*GOOD, Placed(2, (0, 10, 5), (1, 1, 1))), "Nobody asked for box 2"),
    ],
)
def test_the_proof_finds_each_kind_of_wrong_placement(boxes, room, placed, why):
    found = wrong_placement(boxes, room, placing(*placed))
    assert (not found) if why is None else any(why in said for said in found), found


def test_a_box_that_overhangs_is_carried_enough_up_to_the_share_that_is_asked():
    tower = (Placed(0, (0, 0, 0), (10, 10, 10)), Placed(0, (3, 0, 10), (10, 10, 10)))
    assert not wrong_placement([CUBE], replace(ROOM, standing=70), placing(*tower, left=(0,)))
    assert wrong_placement([CUBE], replace(ROOM, standing=71), placing(*tower, left=(0,)))


def test_twenty_equal_boxes_fill_their_room_to_the_last_corner():
    found = place([Box("brick", ((20, 15, 10),), 20)], Room((100, 30, 20)))
    assert found.whole and found.volume == 100 * 30 * 20


def test_what_is_too_heavy_or_worth_too_much_together_stays_out():
    heavy = Box("heavy", turns((10, 10, 10)), 8, weight_g=1000, value=300)
    assert place([heavy], replace(ROOM, max_g=5500)).left == (3,)
    assert place([heavy], replace(ROOM, max_value=600)).left == (6,)


def test_nothing_stands_on_glass_and_the_heavier_goes_below():
    glass = Box("glass", turns((20, 20, 5)), 1, weight_g=10, bears="nothing")
    books = Box("books", upright((20, 20, 10)), 1, weight_g=900, bears="lighter")
    found = place([glass, books], Room((20, 20, 16), standing=70))
    assert [p.box for p in found.placed] == [1, 0]
    assert place([replace(glass, quantity=4)], Room((20, 20, 20), standing=70)).whole, "on edge, side by side"
    assert place([replace(glass, quantity=4, turns=upright((20, 20, 5)))], Room((20, 20, 20), standing=70)).left == (3,)


def test_more_effort_never_fills_less_and_the_same_effort_always_the_same(data):
    problem = problems(data / "cartonisation", "BR3")[0]
    found = [place(problem.boxes, Room(problem.container), effort) for effort in (0, 3000, 12000)]
    assert [p.volume for p in found] == sorted(p.volume for p in found) and found[0].volume < found[2].volume
    assert place(problem.boxes, Room(problem.container), 12000) == found[2]


sides = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
flags = st.tuples(st.booleans(), st.booleans(), st.booleans()).filter(any)
boxes = st.builds(
    lambda size, vertical, quantity, weight, value, bears: Box("box", turns(size, vertical), quantity, weight, value, bears),
    sides, flags, st.integers(1, 6), st.integers(0, 50), st.integers(0, 9), st.sampled_from(["anything", "anything", "lighter", "nothing"]),
)  # fmt: skip
rooms = st.builds(
    Room,
    st.tuples(st.integers(20, 60), st.integers(20, 60), st.integers(20, 60)),
    st.none() | st.integers(0, 300),
    st.none() | st.integers(0, 60),
    st.sampled_from([0, 0, 51, 70, 100]),
)


@over(st.lists(boxes, min_size=1, max_size=8), rooms, st.sampled_from([0, 200]))
@settings(max_examples=80, deadline=None)
def test_no_placing_is_ever_wrong(wanted, room, effort):
    found = place(wanted, room, effort)
    assert wrong_placement(wanted, room, found) == []


@over(st.lists(boxes, min_size=1, max_size=5), rooms)
@settings(max_examples=30, deadline=None)
def test_what_fits_alone_never_leaves_the_room_empty(wanted, room):
    alone = [b for b in wanted if place([replace(b, quantity=1)], room).placed]
    assert bool(place(wanted, room).placed) == bool(alone)
