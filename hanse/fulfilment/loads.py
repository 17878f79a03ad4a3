"""Loads: which orders share a cart, so that all walks together are short. Pure.

First savings (Clarke and Wright, worked out anew after each step): those two loads become one that save most by it.
Then exchanges: an order moves to another load, or two orders change places. Last, some orders are taken out and loaded
again where they cost least, as often as asked; what is better stays. How long a load will be is guessed by taking stops
into its tour one by one; only the best guess is measured. The same seed gives the same loads.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import combinations, count, product
from random import Random

from .tours import NEAR, Legs, length, taken_in

Orders = frozenset[int]


@dataclass(frozen=True, slots=True)
class Load:
    """Orders on one cart, a tour that picks them, and how long it is."""

    orders: Orders
    tour: list[int]
    length: float


@dataclass(frozen=True, slots=True)
class Change:
    """What two loads would become, and what that would save."""

    saves: float
    of: tuple[Load, Load]
    to: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be loaded: the stops of each order, how far these are apart, and on how many carts at most.

    `allowed` says whether orders may share a cart on a tour of some length, `walked` how a tour is walked in the end,
    and how long that is. The rest is what was found out on the way.
    """

    stops: Sequence[Collection[int]]
    legs: Legs
    most: int
    allowed: Callable[[Orders, float], bool]
    walked: Callable[[list[int]], tuple[list[int], float]]
    known: dict[Orders, Load] = field(default_factory=dict)
    costs: dict[tuple[Orders, int], float] = field(default_factory=dict)
    exchanges: dict[tuple[Orders, Orders], Change | None] = field(default_factory=dict)


Changing = Callable[[Task, Load, Load], Change | None]


def loaded(task: Task, shakes: int, seed: int) -> list[Load]:
    """Put all orders on carts; on more than `most` only where they do not fit otherwise."""
    alone = [_measured(task, _with(task, _empty(task), order)) for order in range(len(task.stops))]
    loads = settled(task, _fewer(task, settled(task, alone, merged)), exchanged)
    return shaken(task, loads, shakes, Random(seed))


def settled(task: Task, loads: Iterable[Load], changing: Changing) -> list[Load]:
    """Change the two loads where that saves most, until it saves nothing any more."""
    left, number = {load.orders: load for load in loads}, count()
    waiting = [(-change.saves, next(number), change) for change in _changes(task, combinations(left.values(), 2), changing)]
    heapify(waiting)
    while waiting:
        change = heappop(waiting)[-1]
        if not all(load.orders in left for load in change.of):
            continue
        new = [_measured(task, load) for load in change.to if load.orders]
        saves = _length(change.of) - _length(new)
        if (saves > NEAR or (saves > -NEAR and len(new) == 1)) and _allowed(task, *new):
            for load in change.of:
                del left[load.orders]
            for found in _changes(task, [*product(left.values(), new), *combinations(new, 2)], changing):
                heappush(waiting, (-found.saves, next(number), found))
            left |= {load.orders: load for load in new}
    return list(left.values())


def merged(task: Task, a: Load, b: Load) -> Change | None:
    """Two loads on one cart, also where that only saves the cart: the stops of the shorter tour go into the longer one."""
    base, more = (a, b) if len(a.tour) >= len(b.tour) else (b, a)
    if not task.allowed(a.orders | b.orders, 0):
        return None
    both = _with(task, base, *sorted(more.orders))
    saves = a.length + b.length - both.length
    return Change(saves, (a, b), (both,)) if saves > -NEAR and _allowed(task, both) else None


def exchanged(task: Task, a: Load, b: Load) -> Change | None:
    """The best move of an order from one load to the other, or swap of two."""
    pair = a.orders, b.orders
    if pair not in task.exchanges:
        task.exchanges[pair] = max(_exchanges(task, a, b), key=lambda change: change.saves, default=None)
    return task.exchanges[pair]


def _exchanges(task: Task, a: Load, b: Load) -> Iterator[Change]:
    """Exchanges, each better than the one before. What an order costs on a longer tour tells early which are not."""
    now, best = a.length + b.length, NEAR
    for (p, less_a, p_costs), (q, less_b, q_costs) in product(_lessened(task, a, b), _lessened(task, b, a)):
        if now - less_a.length - less_b.length - p_costs - q_costs <= best:
            continue
        if task.allowed(less_a.orders.union(q), 0) and task.allowed(less_b.orders.union(p), 0):
            more_a, more_b = _with(task, less_a, *q), _with(task, less_b, *p)
            saves = now - more_a.length - more_b.length
            if saves > best and _allowed(task, more_a, more_b):
                best = saves
                yield Change(saves, (a, b), (more_a, more_b))


def shaken(task: Task, loads: list[Load], shakes: int, dice: Random) -> list[Load]:
    """Take some orders out and load them again, so many times; the best loads found."""
    orders = range(len(task.stops))
    for _ in range(shakes if len(loads) > 1 else 0):
        out = dice.sample(orders, dice.randint(2, max(2, min(len(orders) // 3, 8))))
        tried = settled(task, _again(task, loads, out, max(task.most, len(loads))), exchanged)
        if _length(tried) < _length(loads) - NEAR:
            loads = tried
    return loads


def _fewer(task: Task, loads: list[Load]) -> list[Load]:
    """No more loads than carts: the smallest is shared out among the others, as long as they have room."""
    while len(loads) > task.most:
        least = min(loads, key=lambda load: (len(load.orders), load.length))
        tried = _again(task, loads, sorted(least.orders), len(loads) - 1)
        if len(tried) == len(loads):
            break
        loads = tried
    return loads


def _again(task: Task, loads: Iterable[Load], out: Sequence[int], most: int) -> list[Load]:
    """Take orders out and put each where it costs least; on a cart of its own where there is one, or no room elsewhere."""
    left = [_without(task, load, *load.orders.intersection(out)) for load in loads]
    left = [_measured(task, load) for load in left if load.orders]
    for order in out:
        options = [(load, _with(task, load, order)) for load in left if task.allowed(load.orders | {order}, 0)]
        options = [(load, more) for load, more in options if _allowed(task, more)]
        if len(left) < most or not options:
            options.append((_empty(task), _with(task, _empty(task), order)))
        load, more = min(options, key=lambda option: option[1].length - option[0].length)
        left = [*(other for other in left if other is not load), _measured(task, more)]
    return left


def _changes(task: Task, pairs: Iterable[tuple[Load, Load]], changing: Changing) -> list[Change]:
    return [change for a, b in pairs if (change := changing(task, a, b))]


def _lessened(task: Task, load: Load, other: Load) -> list[tuple[Sequence[int], Load, float]]:
    """The load as it is, and without each of its orders in turn; with what that order costs in the other load."""
    less = [([order], _without(task, load, order), _costs(task, other, order)) for order in sorted(load.orders)]
    return [((), load, 0.0), *less]


def _costs(task: Task, load: Load, order: int) -> float:
    """How much longer a load is with one more order."""
    key = load.orders, order
    if key not in task.costs:
        task.costs[key] = _with(task, load, order).length - load.length
    return task.costs[key]


def _empty(task: Task) -> Load:
    return Load(frozenset(), [0, len(task.legs) - 1], task.legs[0][-1])


def _without(task: Task, load: Load, *gone: int) -> Load:
    """A load with fewer orders: their stops are passed by, unless others need them."""
    if not gone:
        return load
    orders = load.orders.difference(gone)
    needed = {0, len(task.legs) - 1}.union(*[task.stops[order] for order in orders])
    tour = [stop for stop in load.tour if stop in needed]
    return Load(orders, tour, length(task.legs, tour))


def _with(task: Task, load: Load, *more: int) -> Load:
    """A load with more orders: their stops are taken in where that costs least."""
    stops = dict.fromkeys(stop for order in more for stop in task.stops[order])
    cost, tour = taken_in(task.legs, load.tour, [stop for stop in stops if stop not in load.tour])
    return Load(load.orders.union(more), tour, load.length + cost)


def _measured(task: Task, load: Load) -> Load:
    """The load as it is really walked; measured once."""
    if load.orders not in task.known:
        task.known[load.orders] = Load(load.orders, *task.walked(load.tour))
    return task.known[load.orders]


def _allowed(task: Task, *loads: Load) -> bool:
    return all(task.allowed(load.orders, load.length) for load in loads)


def _length(loads: Iterable[Load]) -> float:
    return sum([load.length for load in loads])
