"""Available to promise, period by period: the vectors of the textbook."""

import pytest

from hanse.orders.atp import cumulative, discrete, in_parts, whole_in

SUPPLY, DEMAND = [50, 0, 40, 0, 0, 40], [25, 10, 15, 20, 15, 10]
"""20 on hand and 30 that arrive, then 40 and 40."""
FREE = cumulative(SUPPLY, DEMAND)


def test_a_receipt_is_free_less_what_is_committed_until_the_next_one():
    assert discrete(SUPPLY, DEMAND) == [5, 0, 0, 0, 0, 30], "ATP-1: the third lacks 10 and takes them from the first"


def test_what_can_be_promised_never_breaks_a_later_promise():
    assert FREE == [5, 5, 5, 5, 5, 35], "ATP-1"


@pytest.mark.parametrize("supply, demand, free, by_then", [
    ([10], [0], [10], [10]),
    ([10], [12], [-2], [0]),                          # more is committed than there is
    ([0, 5, 5], [0, 0, 0], [0, 5, 5], [0, 5, 10]),
    ([10, 0, 5], [0, 0, 9], [6, 0, 0], [6, 6, 6]),    # a later promise takes from what is there now
    ([2, 0, 9], [5, 0, 0], [0, 0, 6], [0, 0, 6]),     # and what is lacking now is taken from what comes
    ([2, 3, 1], [0, 0, 8], [0, 0, -2], [0, 0, 0]),
])
def test_what_is_committed_is_taken_from_earlier_supply_then_from_later(supply, demand, free, by_then):
    assert (discrete(supply, demand), cumulative(supply, demand)) == (free, by_then)


@pytest.mark.parametrize("wanted, period, whole, parts", [
    (12, 1, 5, [(1, 5), (5, 7)]),       # 12 asked for in the second period: all in the sixth, or 5 at once and 7 then
    (5, 1, 1, [(1, 5)]),
    (35, 0, 5, [(0, 5), (5, 30)]),
    (36, 0, None, [(0, 5), (5, 30)]),
    (1, 5, 5, [(5, 1)]),
])
def test_units_are_promised_whole_or_in_parts_as_early_as_can_be(wanted, period, whole, parts):
    assert (whole_in(FREE, wanted, period), in_parts(FREE, wanted, period)) == (whole, parts)
