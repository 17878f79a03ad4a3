"""Tours: the order in which to visit places, known only by how far they are from each other. Pure.

Legs are a matrix: the first place is where the walk starts, the last where it ends, each place between is visited
once. Up to twelve stops the exact dynamic programme of Held and Karp answers; above, a tour is built by cheapest
insertion and bettered: pieces are turned round (2-opt) or moved elsewhere (or-opt) until nothing helps, then the best
tour is shaken and bettered again, as often as asked. The same legs give the same tour.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from operator import add
from random import Random

Legs = Sequence[Sequence[float]]
EXACT = 12
NEAR = 1e-9


def tour(legs: Legs, shakes: int = 100) -> list[int]:
    """A short tour over all places; the shortest one where that can be known in time."""
    return exact(legs) if len(legs) - 2 <= EXACT else shaken(legs, better(legs, inserted(legs)), shakes)


def length(legs: Legs, order: Sequence[int]) -> float:
    """How long a tour is."""
    return sum([legs[a][b] for a, b in pairwise(order)])


def exact(legs: Legs) -> list[int]:
    """The shortest tour: for each set of stops and the last of them, the shortest way to have been there."""
    stops = range(len(legs) - 2)
    into = [[legs[i + 1][j + 1] for i in stops] for j in stops]
    nowhere = [inf] * len(stops)
    ways = [nowhere]
    for been in range(1, 1 << len(stops)):
        row = nowhere[:]
        for j in stops:
            if before := been & (1 << j) and been ^ (1 << j):
                row[j] = min(map(add, ways[before], into[j]))
            elif been == 1 << j:
                row[j] = legs[0][j + 1]
        ways.append(row)
    order, been, onward = [len(legs) - 1], (1 << len(stops)) - 1, [row[-1] for row in legs[1:-1]]
    while been:
        row = list(map(add, ways[been], onward))
        last = row.index(min(row))
        order.append(last + 1)
        been, onward = been ^ (1 << last), into[last]
    return [0, *reversed(order)]


def inserted(legs: Legs, order: Sequence[int] = (), stops: Sequence[int] = ()) -> list[int]:
    """A tour with more stops in it: always the stop that costs least to insert goes next, where it costs least."""
    order = list(order) or [0, len(legs) - 1]
    waiting = list(stops) or [stop for stop in range(1, len(legs) - 1)]
    while waiting:
        _, stop, at = min([(*_cheapest(legs, order, stop),) for stop in waiting])
        order.insert(at, stop)
        waiting.remove(stop)
    return order


def _cheapest(legs: Legs, order: Sequence[int], stop: int) -> tuple[float, int, int]:
    row = legs[stop]
    costs = [row[a] + row[b] - legs[a][b] for a, b in pairwise(order)]
    least = min(costs)
    return least, stop, costs.index(least) + 1


def better(legs: Legs, order: Sequence[int]) -> list[int]:
    """A tour that no piece turned round and no short piece moved elsewhere makes shorter."""
    order = list(order)
    while _turned(legs, order) or _moved(legs, order):
        pass
    return order


def _turned(legs: Legs, order: list[int]) -> bool:
    """Turn pieces round in place where that helps; whether it did (2-opt)."""
    found, last = False, len(order) - 1
    for i in range(1, last - 1):
        before, first = legs[order[i - 1]], legs[order[i]]
        now = before[order[i]]
        for j in range(i + 1, last):
            c, d = order[j], order[j + 1]
            if before[c] + first[d] < now + legs[c][d] - NEAR:
                order[i : j + 1] = order[i : j + 1][::-1]
                first, now, found = legs[c], before[c], True
    return found


def _moved(legs: Legs, order: list[int]) -> bool:
    """Move pieces of up to three stops in place where that helps, turned round or not; whether it did (or-opt)."""
    found = False
    for size in (1, 2, 3):
        i = 1
        while i + size < len(order):
            a, z = legs[order[i]], legs[order[i + size - 1]]
            left, right = order[i - 1], order[i + size]
            gain = a[left] + z[right] - legs[left][right]
            if gain > NEAR:
                rest = order[:i] + order[i + size :]
                costs = [min(a[p] + z[q], z[p] + a[q]) - legs[p][q] for p, q in pairwise(rest)]
                least = min(costs)
                if least < gain - NEAR:
                    at = costs.index(least)
                    piece = order[i : i + size]
                    if a[rest[at]] + z[rest[at + 1]] > z[rest[at]] + a[rest[at + 1]]:
                        piece.reverse()
                    order[:] = rest[: at + 1] + piece + rest[at + 1 :]
                    found = True
            i += 1
    return found


def shaken(legs: Legs, order: Sequence[int], shakes: int) -> list[int]:
    """Swap two neighbouring pieces of the best tour at random and better it, so many times; the best found."""
    dice, best = Random(len(order)), list(order)
    least = length(legs, best)
    for _ in range(shakes if len(order) > 5 else 0):
        i, j, k = sorted(dice.sample(range(1, len(best)), 3))
        tried = better(legs, best[:i] + best[j:k] + best[i:j] + best[k:])
        if (now := length(legs, tried)) < least - NEAR:
            best, least = tried, now
    return best
