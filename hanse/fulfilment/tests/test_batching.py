"""Batching: carts are never overfull, nobody's order is late because of another, and all is picked on short walks."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from random import Random

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from hanse.fulfilment.batching import Cart, Pace, Picking, ToPick, batched, one_pool, pools
from hanse.fulfilment.layout import parallel
from hanse.fulfilment.routing import route
from hanse.fulfilment.rules_of_thumb import s_shape

FLOOR, DEPOT = parallel(6, 5, 20), (0, 0)
WALK_ONLY = Pace(setting_out=0, metre=1, stop=0, item=0)


def to_pick(order, *picks, **more):
    return ToPick(order, tuple((5 * aisle, y) for aisle, y in picks), **more)


HANDBOOK = [to_pick(1, (0, 4), (1, 17)), to_pick(2, (3, 3), (3, 9)), to_pick(3, (0, 12), (1, 5)), to_pick(4, (3, 15), (5, 6))]


def picking(cart=Cart(orders=2), **more):  # noqa: B008
    return Picking(FLOOR, DEPOT, DEPOT, cart, **{"pace": WALK_ONLY} | more)


def by_orders(batches):
    return sorted(batch.orders for batch in batches)


def together(orders):
    """How long the shortest walk is that picks these orders."""
    return route(FLOOR, [stop for order in orders for stop in order.stops], DEPOT).length


def metres(batches):
    return sum(batch.route.length for batch in batches)


def test_the_batches_of_the_handbook():
    def in_s_shape(stops):
        return s_shape(FLOOR, stops, DEPOT)

    assert [in_s_shape(order.stops).length for order in HANDBOOK] == [50, 48, 50, 90]
    for shakes in (0, 30):
        batches = batched(HANDBOOK, picking(walking=in_s_shape, shakes=shakes))
        assert (by_orders(batches), metres(batches)) == ([(1, 3), (2, 4)], 140)
    assert by_orders(batched(HANDBOOK, picking())) == [(1, 3), (2, 4)]


def test_two_orders_that_no_merging_brings_together_change_places():
    """On the way to the best pairs, savings alone take a wrong turn: the two nearest orders go first."""
    orders = [to_pick(1, (0, 18), (1, 2)), to_pick(2, (1, 18), (2, 2)), to_pick(3, (2, 18), (3, 2)), to_pick(4, (0, 2), (3, 18))]
    pairings = [(pair, [order for order in orders if order not in pair]) for pair in combinations(orders, 2)]
    assert metres(batched(orders, picking())) == min(together(one) + together(other) for one, other in pairings)


def test_an_order_does_not_wait_for_others_beyond_its_slack():
    near, far = to_pick(1, (0, 4), slack_s=10), to_pick(2, (0, 18), slack_s=60)
    assert by_orders(batched([near, far], picking())) == [(1,), (2,)]
    in_time = [to_pick(1, (0, 4), slack_s=36), far]
    assert [(b.orders, b.seconds) for b in batched(in_time, picking())] == [((1, 2), 36)]
    in_no_hurry = to_pick(3, (0, 18))
    assert by_orders(batched([in_no_hurry, to_pick(4, (0, 18), slack_s=5)], picking())) == [(3,), (4,)]


def test_work_at_the_bins_counts_as_walking_does():
    pair = [to_pick(1, (0, 10), items=4, slack_s=60), to_pick(2, (0, 20), items=6)]
    pace = Pace(setting_out=5, metre=0.5, stop=2, item=1)
    [both] = batched(pair, picking(pace=pace))
    assert both.seconds == 5 + 40 * 0.5 + 2 * 2 + 10
    assert len(batched([to_pick(1, (0, 10), items=4, slack_s=38), pair[1]], picking(pace=pace))) == 2


@pytest.mark.parametrize("cart", [Cart(items=3), Cart(weight_g=900), Cart(volume_ml=1400)])
def test_a_cart_is_filled_by_whatever_fills_it_first(cart):
    orders = [to_pick(n, (0, n), items=1, weight_g=300, volume_ml=400) for n in range(1, 8)]
    assert sorted(len(batch.orders) for batch in batched(orders, picking(cart))) == [1, 3, 3]


def test_what_is_too_much_for_a_cart_goes_alone():
    orders = [to_pick(1, (0, 4), weight_g=9000), to_pick(2, (0, 4), weight_g=10), to_pick(3, (0, 5), weight_g=10)]
    assert by_orders(batched(orders, picking(Cart(weight_g=5000)))) == [(1,), (2, 3)]


def test_where_carts_are_few_they_are_filled():
    orders = [to_pick(n, (n % 6, n)) for n in range(1, 13)]
    assert len(batched(orders, picking(Cart(orders=4), carts=3))) == 3
    assert len(batched(orders, picking(Cart(orders=4), carts=3, pool=4))) == 3
    assert len(batched(orders, picking(Cart(orders=1), carts=3))) == 12


def test_the_most_urgent_orders_set_out_first():
    orders = [to_pick(n, (n % 6, 10), slack_s=1000 - n) for n in range(1, 10)]
    how = picking(Cart(orders=3), pool=3)
    assert [[order.order for order in pool] for pool in pools(orders, how)] == [[9, 8, 7], [6, 5, 4], [3, 2, 1]]
    assert [max(batch.orders) for batch in batched(orders, how)] == [9, 6, 3]


def test_orders_share_a_cart_also_where_that_saves_no_walking():
    assert by_orders(batched([to_pick(1, (0, 10)), to_pick(2, (5, 0))], Picking(FLOOR, (10, 0), (10, 0), Cart(orders=2)))) == [(1, 2)]


def test_nothing_to_pick_makes_no_batch_and_an_order_without_stops_no_trouble():
    assert batched([], picking()) == []
    assert by_orders(batched([to_pick(1), to_pick(2, (0, 4))], picking())) in ([(1, 2)], [(1,), (2,)])


def many(count, lines=3, seed=1):
    dice = Random(seed)
    return [to_pick(n, *[(dice.randrange(6), dice.randrange(1, 20)) for _ in range(lines)], items=lines) for n in range(count)]


def test_pools_may_be_batched_side_by_side_and_a_seed_always_gives_the_same():
    how = picking(Cart(orders=4), pool=12, shakes=6)
    with ThreadPoolExecutor(2) as threads:
        assert batched(many(40), how) == batched(many(40), how, threads.map)
    assert len(pools(many(40), how)) == 4


def test_shaking_makes_walks_shorter():
    found = {shakes: metres(one_pool(many(30), picking(Cart(orders=5)), 30, shakes)) for shakes in (0, 40)}
    assert found[40] < found[0]


sizes = st.integers(0, 5)
picks = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20)), max_size=4)
slacks = st.none() | st.integers(10, 300)
wishes = st.lists(st.tuples(picks, sizes, sizes, slacks), max_size=9)


@settings(deadline=None, max_examples=60)
@over(wishes, st.builds(Cart, st.none() | st.integers(1, 4), st.none() | sizes, st.none() | sizes), st.integers(3, 9))
def test_whatever_is_asked_each_order_is_picked_once_on_a_walk_it_fits_on(wanted, cart, pool):
    orders = {n: to_pick(n, *picks, items=items, weight_g=weight, slack_s=slack) for n, (picks, items, weight, slack) in enumerate(wanted)}
    batches = batched(list(orders.values()), picking(cart, pool=pool, shakes=3))
    assert sorted(order for batch in batches for order in batch.orders) == sorted(orders)
    for batch in batches:
        its = [orders[order] for order in batch.orders]
        assert set(batch.route.stops) == {stop for order in its for stop in order.stops}
        if len(its) > 1:
            assert len(its) <= (cart.orders or len(its))
            assert cart.items is None or sum(order.items for order in its) <= cart.items
            assert cart.weight_g is None or sum(order.weight_g for order in its) <= cart.weight_g
            assert all(order.slack_s is None or batch.seconds <= order.slack_s for order in its)
    assert metres(batches) <= sum(route(FLOOR, order.stops, DEPOT).length for order in orders.values()) + 1e-9
