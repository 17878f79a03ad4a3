"""Batching: orders that are picked on one walk. Pure.

A cart takes so many orders, items, grams and millilitres. Nobody's order waits for others beyond its slack: a walk with
several orders is over before the most urgent of them has to be picked. What alone is late, or too much for a cart,
goes alone. A big release is batched in pools: the most urgent orders first, among equals those that lie side by side.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, repeat
from math import inf

from .layout import Floor, Point
from .loads import Load, Orders, Task, loaded
from .routing import legs, route
from .tours import better, length
from .walks import Route, by_way_of

Walking = Callable[[Sequence[Point]], Route]


@dataclass(frozen=True, slots=True)
class ToPick:
    """An order to be picked: where its lines lie, what it takes up, how many seconds after setting out it must be picked."""

    order: int
    stops: tuple[Point, ...]
    items: int = 0
    weight_g: int = 0
    volume_ml: int = 0
    slack_s: int | None = None


@dataclass(frozen=True, slots=True)
class Cart:
    """What goes on a cart; None where nothing limits it."""

    orders: int | None = None
    items: int | None = None
    weight_g: int | None = None
    volume_ml: int | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How many seconds things take: to set out with a cart, to walk a metre, to stop at a bin, to take an item; then to pack and stage an order."""

    setting_out: float = 60
    metre: float = 1
    stop: float = 8
    item: float = 3
    packing: float = 240


@dataclass(frozen=True, slots=True)
class Picking:
    """How a site picks, and how hard to look for short walks: in pools of so many orders, with so many shakes in all.

    Walks are the shortest found, or as `walking` has them. There are no more of them than `carts` if that can be.
    """

    floor: Floor
    start: Point
    end: Point
    cart: Cart
    carts: int | None = None
    pace: Pace = Pace()
    walking: Walking | None = None
    shakes: int = 30
    pool: int = 60
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders picked on one walk, the walk, and how many seconds it takes."""

    orders: tuple[int, ...]
    route: Route
    seconds: float


def batched(orders: Sequence[ToPick], how: Picking, each: Callable[..., Iterable[list[Batch]]] = map) -> list[Batch]:
    """Batch orders so that all walks together are short, the most urgent first; `each` may share out the pools."""
    found = pools(orders, how)
    shakes = -(-how.shakes // max(len(found), 1))
    return [batch for batches in each(one_pool, found, repeat(how), _shares(found, how.carts), repeat(shakes)) for batch in batches]


def pools(orders: Sequence[ToPick], how: Picking) -> list[list[ToPick]]:
    """The orders in pools that fill whole carts, the most urgent in the first."""
    queue, full = sorted(orders, key=_turn), how.cart.orders or 1
    size = max(how.pool // full, 1) * full
    return [queue[first : first + size] for first in range(0, len(queue), size)]


def _shares(found: Sequence[Sequence[ToPick]], carts: int | None) -> list[int]:
    """How many carts each pool may use: its share of them, or as many as it likes."""
    ends = list(accumulate([len(pool) for pool in found], initial=0))
    return [end - start if carts is None else carts * end // ends[-1] - carts * start // ends[-1] for start, end in pairwise(ends)]


def one_pool(pool: Sequence[ToPick], how: Picking, carts: int, shakes: int) -> list[Batch]:
    """Batch all orders of a pool together."""
    places = [how.start, *dict.fromkeys(stop for order in pool for stop in order.stops), how.end]
    number = {place: i for i, place in enumerate(places[1:-1], 1)}
    apart = legs(how.floor, places)

    def walked(tour: list[int]) -> tuple[list[int], float]:
        if how.walking is None:
            tour = better(apart, tour)
            return tour, length(apart, tour)
        walk = how.walking([places[i] for i in tour[1:-1]])
        return [0, *(number[stop] for stop in walk.stops), len(places) - 1], walk.length

    task = Task([[number[stop] for stop in dict.fromkeys(order.stops)] for order in pool], apart, carts, _allowed(pool, how), walked)
    return [_batch(load, pool, places, how) for load in sorted(loaded(task, shakes, how.seed), key=lambda load: min(load.orders))]


def _turn(order: ToPick) -> tuple[float, list[float], int]:
    """The most urgent first; then orders stand together that have the aisle furthest right in common, and the next ones."""
    return inf if order.slack_s is None else order.slack_s, sorted([x for x, _ in order.stops], reverse=True), order.order


def _allowed(pool: Sequence[ToPick], how: Picking) -> Callable[[Orders, float], bool]:
    """Whether orders may share a walk of some length: they fit on a cart, and the most urgent of them can wait as long."""
    limits = [(how.cart.orders, [1] * len(pool)), (how.cart.items, [order.items for order in pool])]
    limits += [(how.cart.weight_g, [order.weight_g for order in pool]), (how.cart.volume_ml, [order.volume_ml for order in pool])]
    full = [(limit, sizes) for limit, sizes in limits if limit is not None]
    slack = [inf if order.slack_s is None else order.slack_s for order in pool]
    work = [how.pace.stop * len(set(order.stops)) + how.pace.item * order.items for order in pool]

    def allowed(orders: Orders, metres: float) -> bool:
        if len(orders) < 2:
            return True
        if any(sum([sizes[order] for order in orders]) > limit for limit, sizes in full):
            return False
        seconds = how.pace.setting_out + how.pace.metre * metres + sum([work[order] for order in orders])
        return seconds <= min([slack[order] for order in orders])

    return allowed


def _batch(load: Load, pool: Sequence[ToPick], places: Sequence[Point], how: Picking) -> Batch:
    """The batch of a load, on the walk it was allowed for or a shorter one."""
    stops = [places[i] for i in load.tour[1:-1]]
    if how.walking is None:
        shakes = 3 * how.shakes  # to shake a walk costs less than to shake loads
        walks = route(how.floor, stops, how.start, how.end, shakes), by_way_of(how.floor, [how.start, *stops, how.end])
        walk = min(walks, key=lambda walk: walk.length)
    else:
        walk = how.walking(stops)
    items = sum(pool[order].items for order in load.orders)
    seconds = how.pace.setting_out + how.pace.metre * walk.length + how.pace.stop * len(stops) + how.pace.item * items
    return Batch(tuple(sorted(pool[order].order for order in load.orders)), walk, seconds)
