"""Exactly: the tiny cases of the data set, to the optimum or to a proven no."""

import csv
from decimal import Decimal

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from hanse.fulfilment.cartonisation import CartonType, Contract, Units, cartonise
from hanse.fulfilment.cartonisation.boxes import Box, Room, turns, volume
from hanse.fulfilment.cartonisation.exactly import settle, shortest
from hanse.fulfilment.cartonisation.placing import place
from hanse.fulfilment.cartonisation.proof import wrong_placement

AXES = {"X": 0, "Y": 1, "Z": 2}
WAYS = ("XYZ", "YXZ", "ZYX", "YZX", "XZY", "ZXY")


@pytest.fixture
def micro(data):
    def case(name):
        folder = data / "cartonisation" / "micro" / name
        rows = {file: list(csv.DictReader((folder / f"{file}.csv").open())) for file in ("items", "bins")}
        bin = rows["bins"][0]
        solution = list(csv.DictReader((folder / "solution.csv").open())) if (folder / "solution.csv").exists() else []
        return [_box(n, row) for n, row in enumerate(rows["items"])], Room(tuple(int(bin[axis]) for axis in AXES)), [r for r in solution if r["TYPE"] == "ITEM"]

    return case


def _box(n, row):
    """A kind of item: without a flag it lies as it is given."""
    size = [int(row[axis]) for axis in AXES]
    ways = [way for way in WAYS if int(row.get(f"ROTATION_{way}") or way == "XYZ")]
    return Box(f"item {n}", tuple(dict.fromkeys(tuple(size[AXES[axis]] for axis in way) for way in ways)), int(row.get("COPIES") or 1))


def test_the_knapsack_is_filled_to_the_published_optimum(micro):
    boxes, room, solution = micro("knapsack_20_items")
    found = place(boxes, room)
    assert found.volume == sum(int(r["LX"]) * int(r["LY"]) * int(r["LZ"]) for r in solution) == volume(room.size)
    assert wrong_placement(boxes, room, found) == []


@pytest.mark.parametrize("name", ["open_dimension_x_4_different_items_xy", "open_dimension_x_4_different_items_yz"])
def test_an_open_side_becomes_as_short_as_published_and_provably_no_shorter(micro, name):
    boxes, room, solution = micro(name)
    found = shortest(boxes, room, 0, 10_000)
    assert found.proven and wrong_placement(boxes, room, found.placing) == []
    assert max(p.at[0] + p.size[0] for p in found.placing.placed) == max(int(r["X"]) + int(r["LX"]) for r in solution)


@pytest.mark.parametrize("name", ["infeasible_full_rotation_freedom", "infeasible_single_rotation_unchanged"])
def test_what_cannot_be_is_proven_and_an_order_of_it_refused(micro, name):
    boxes, room, _ = micro(name)
    order = [Units(n, box.label, box.quantity, box.turns[0], 0) for n, box in enumerate(boxes)]
    refused = cartonise(order, [CartonType("BIN", room.size, room.size, available=1)], Contract(5000, Decimal(1)))
    assert refused.detail.startswith("1 of 2 × item 0 find no room: 1 × BIN (100 × 100 × 100 mm) are at hand, and no two go into one")
    assert settle(boxes, room, 10_000) == settle(boxes, room, 0) and settle(boxes, room, 0).proven
    assert settle(boxes, room, 0).placing is None
    assert place(boxes, room, 1000).left == (1,)


def test_an_item_that_is_longer_than_the_bin_is_wide_lies_along_it(micro):
    boxes, room, _ = micro("bin_packing_rotated_dimension_exceeding_other_axis")
    assert [p.size for p in settle(boxes, room, 1000).placing.placed] == [(16200, 820, 100)]
    assert place(boxes, room).whole


def test_a_way_that_only_the_exact_search_finds():
    """Around a hole in the middle, four bars lie like a pinwheel; each fills its side with the next one's end."""
    boxes = [Box("bar", turns((7, 3, 1), (False, False, True)), 4)]
    found = settle(boxes, Room((10, 10, 1)), 10_000)
    assert found.placing.whole and wrong_placement(boxes, Room((10, 10, 1)), found.placing) == []


def test_an_effort_that_is_used_up_proves_nothing():
    found = settle([Box("bar", turns((7, 3, 1)), 4)], Room((10, 10, 1)), 3)
    assert found.placing is None and not found.proven


@over(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=3), st.tuples(st.integers(3, 9), st.integers(3, 9), st.integers(3, 9)))
@settings(max_examples=40, deadline=None)
def test_the_exact_search_never_says_no_where_the_other_one_finds_a_way(sizes, room):
    boxes = [Box("box", turns(size)) for size in sizes]
    settled = settle(boxes, Room(room), 200_000)
    if place(boxes, Room(room), 500).whole:
        assert settled.placing is not None
    if settled.placing:
        assert wrong_placement(boxes, Room(room), settled.placing) == []
