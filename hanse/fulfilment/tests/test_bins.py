"""Bins: first expired, first out; then the fewest bins."""

from datetime import date

from hypothesis import given as over
from hypothesis import strategies as st

from hanse.fulfilment.bins import Open, Shelf, choose

SOON, LATER = date(2027, 1, 1), date(2027, 6, 1)


def want(quantity, lasts_until=None, allocation=1):
    return Open(allocation, 1, 1, 1, 1, "BRG-6204", 1, "HAM", quantity, 0, lasts_until)


def shelf(bin, free, expires_on=None, walk=0, lot=""):
    return Shelf(1, 1, bin, f"A-{bin:02}", lot, free, walk, expires_on)


def taken(wanted, shelves):
    return [(c.shelf.bin, c.quantity) for c in choose(wanted, shelves)]


def test_the_lot_that_expires_first_leaves_first_and_one_without_expiry_last():
    shelves = [shelf(1, 5), shelf(2, 5, LATER), shelf(3, 5, SOON)]
    assert taken([want(12)], shelves) == [(3, 5), (2, 5), (1, 2)]


def test_one_bin_that_covers_the_need_beats_two_and_the_nearest_beats_the_fullest():
    assert taken([want(4)], [shelf(1, 2, walk=1), shelf(2, 9, walk=3), shelf(3, 4, walk=2)]) == [(3, 4)]
    assert taken([want(12)], [shelf(1, 2, walk=1), shelf(2, 9, walk=3), shelf(3, 4, walk=2)]) == [(2, 9), (3, 3)]


def test_a_later_wish_sees_what_an_earlier_one_took():
    assert taken([want(3), want(3, allocation=2)], [shelf(1, 4, walk=1), shelf(2, 3, walk=2)]) == [(1, 3), (2, 3)]


def test_what_expires_before_the_customers_minimum_life_stays():
    assert taken([want(5, date(2027, 3, 1))], [shelf(1, 5, SOON), shelf(2, 3, LATER)]) == [(2, 3)]


@over(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from([None, SOON, LATER]), st.integers(0, 5)), min_size=1, max_size=8),
    st.lists(st.integers(1, 12), min_size=1, max_size=4),
)
def test_no_earlier_lot_is_left_behind_and_nothing_is_taken_twice(stock, wishes):
    shelves = [shelf(n, free, expires, walk) for n, (free, expires, walk) in enumerate(stock)]
    chosen = choose([want(n, allocation=i) for i, n in enumerate(wishes)], shelves)
    left = {s: s.free - sum(c.quantity for c in chosen if c.shelf == s) for s in shelves}
    assert min(left.values()) >= 0
    assert sum(c.quantity for c in chosen) == min(sum(wishes), sum(s.free for s in shelves))
    latest = max(c.shelf.expires_on or date.max for c in chosen)
    assert all(n == 0 for s, n in left.items() if (s.expires_on or date.max) < latest)
