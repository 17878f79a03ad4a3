"""The picking benchmark: exact walks are exact, our batches are feasible and no longer than the published ones."""

from itertools import pairwise
from math import dist

import pytest

from hanse.fulfilment.routing import route

from .order_picking import given_batches, ours, releases, warehouse
from .test_obstacles import free

ROUNDED = 0.0006
"""Published lengths have three decimals."""


def is_feasible(data, release, batches) -> None:
    """All is picked once on few enough walks with room on the cart, from start to end, never through a rack, as long as said."""
    place, orders = warehouse(data, release.warehouse), {order.order: order for order in release.orders}
    assert sorted(order for batch in batches for order in batch.orders) == sorted(orders)
    assert len(batches) <= release.vehicles
    for batch in batches:
        walk, stops = batch.route.walk, {stop for order in batch.orders for stop in orders[order].stops}
        assert len(batch.orders) <= release.most_orders
        assert (walk[0], walk[-1], set(batch.route.stops)) == (place.start, place.end, stops)
        assert all(free(a, b, place.racks) for a, b in pairwise(walk))
        assert all(any(dist(a, stop) + dist(stop, b) - dist(a, b) < 1e-9 for a, b in pairwise(walk)) for stop in stops)
        assert sum(dist(a, b) for a, b in pairwise(walk)) == pytest.approx(batch.route.length)


def gap(release, batches) -> float:
    """How much longer our walks are together than the published ones."""
    return (sum(batch.route.length for batch in batches) - ROUNDED) / release.published - 1


def test_every_walk_whose_shortest_length_is_known_is_as_short(data):
    known = [batch for batch in given_batches(data) if batch.shortest is not None]
    assert len(known) == 223
    for batch in known:
        place = warehouse(data, batch.warehouse)
        found = route(place.floor, batch.stops, place.start, place.end)
        assert found.length == pytest.approx(batch.shortest, abs=ROUNDED), batch.name


def test_small_releases_are_picked_on_walks_as_short_as_the_published_ones(data):
    small = [release for release in releases(data) if len(release.orders) <= 6]
    assert len({release.warehouse for release in small}) == 4
    for release in small:
        batches = ours(data, release, shakes=5)
        is_feasible(data, release, batches)
        assert gap(release, batches) <= 0, release.name


@pytest.mark.slow
def test_all_releases_are_picked_on_walks_as_short_as_the_published_ones(data):
    gaps = {}
    for release in releases(data):
        batches = ours(data, release)
        is_feasible(data, release, batches)
        gaps[release.warehouse, release.name] = gap(release, batches)
    assert len(gaps) == 90
    assert {name: gap for name, gap in gaps.items() if gap > 0} == {}
    assert sum(gaps.values()) / 90 < -0.09


@pytest.mark.slow
def test_no_published_walk_is_shorter_than_ours(data):
    for batch in given_batches(data):
        place = warehouse(data, batch.warehouse)
        assert route(place.floor, batch.stops, place.start, place.end).length <= batch.published + ROUNDED, batch.name
