"""Tours: the order in which to visit places, known only by how far they are from each other. Pure.

Legs are a matrix: the first place is where the walk starts, the last where it ends, each place between is visited
once. Up to twelve stops the exact dynamic programme of Held and Karp answers; above, a tour is built by cheapest
insertion and bettered: pieces are turned round (2-opt) or moved elsewhere (or-opt) until nothing helps, then the best
tour is shaken and bettered again, as often as asked. The same legs give the same tour.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf
from operator import add, itemgetter, sub
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


def inserted(legs: Legs) -> list[int]:
    """A tour built up: the stop that costs least to take in goes next, where it costs least."""
    order, waiting = [0, len(legs) - 1], list(range(1, len(legs) - 1))
    while waiting:
        _, order, stop = min([(*taken_in(legs, order, [stop]), stop) for stop in waiting])
        waiting.remove(stop)
    return order


def taken_in(legs: Legs, order: Sequence[int], stops: Iterable[int]) -> tuple[float, list[int]]:
    """A tour with more stops, each put in turn where it costs least, and what they cost together."""
    order, now, cost = list(order), [legs[a][b] for a, b in pairwise(order)], 0.0
    for stop in stops:
        to = itemgetter(*order)(legs[stop])
        costs = list(map(sub, map(add, to, to[1:]), now))
        least = min(costs)
        at = costs.index(least)
        order.insert(at + 1, stop)
        now[at : at + 1] = to[at : at + 2]
        cost += least
    return cost, order


def better(legs: Legs, order: Sequence[int]) -> list[int]:
    """A tour that no piece turned round and no short piece moved elsewhere makes shorter."""
    order = list(order)
    while _turned(legs, order) or _moved(legs, order):
        pass
    return order


def _turned(legs: Legs, order: list[int]) -> bool:
    """Turn pieces round in place where that helps; whether any did (2-opt)."""
    found, last = False, len(order) - 1
    for i in range(1, last - 1):
        before, first, now = legs[order[i - 1]], legs[order[i]], legs[order[i - 1]][order[i]]
        for j in range(i + 1, last):
            c, d = order[j], order[j + 1]
            if before[c] + first[d] < now + legs[c][d] - NEAR:
                order[i : j + 1] = order[i : j + 1][::-1]
                first, now, found = legs[c], before[c], True
    return found


def _moved(legs: Legs, order: list[int]) -> bool:
    """Move pieces of up to three stops in place where that helps, either way round; whether any did (or-opt)."""
    found = False
    for size in (1, 2, 3):
        for at in range(1, len(order) - size):
            piece, rest = order[at : at + size], order[:at] + order[at + size :]
            gain = legs[order[at - 1]][piece[0]] + legs[piece[-1]][order[at + size]] - legs[rest[at - 1]][rest[at]]
            if gain > NEAR:
                least, to, turned = min(_costs(legs, rest, piece), _costs(legs, rest, piece[::-1]))
                if least < gain - NEAR:
                    order[:] = rest[:to] + turned + rest[to:]
                    found = True
    return found


def _costs(legs: Legs, rest: Sequence[int], piece: list[int]) -> tuple[float, int, list[int]]:
    """What it costs to put a piece where that is cheapest, where that is, and the piece."""
    first, last = legs[piece[0]], legs[piece[-1]]
    costs = [first[a] + last[b] - legs[a][b] for a, b in pairwise(rest)]
    least = min(costs)
    return least, costs.index(least) + 1, piece


def shaken(legs: Legs, order: Sequence[int], shakes: int) -> list[int]:
    """Swap two neighbouring pieces of the best tour at random and better it, so many times; the best tour found."""
    dice, best = Random(len(order)), list(order)
    least = length(legs, best)
    for _ in range(shakes):
        i, j, k = sorted(dice.sample(range(1, len(best)), 3))
        tried = better(legs, [*best[:i], *best[j:k], *best[i:j], *best[k:]])
        if (now := length(legs, tried)) < least - NEAR:
            best, least = tried, now
    return best
