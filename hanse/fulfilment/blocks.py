"""Blocks: the shortest walk through parallel aisles with cross aisles between front and back. Pure.

The idea of `one_block`, with the tables worked out instead of written down, for any number of cross aisles (Roodbergen
and De Koster did it for three, 2001), and for walks that end elsewhere than they start. What matters of the walk so far
is, for each crossing of the present aisle, in which piece of the walk it lies (0 in none yet) and whether it is touched
an odd number of times. At the end all is one piece, and every crossing can be left as often as it is come to.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise, product

from .layout import Aisles, Point, by_aisle, widest_gap
from .walks import Route, Stretch, along, in_one_aisle, in_one_go

State = tuple[tuple[int, bool], ...]
Ways = dict[State, tuple[float, tuple]]

MOVES = ((1, 1, True), (0, 2, False), (2, 0, False), (2, 2, False), (2, 2, True), (0, 0, False))
"""How often a move touches the lower and the upper end of its piece of aisle, and whether it joins them: once through,
from above, from below, both but for the largest gap, twice through, nothing."""


def shortest(floor: Aisles, stops: Collection[Point], start: Point, end: Point) -> Route:
    """The shortest walk from start over all stops to end. Where these differ, each is at a crossing."""
    ends = {start} ^ {end}
    heights = {x: [y for y in ys if (x, y) not in ends or (x, y) in stops] for x, ys in by_aisle({start, end, *stops}).items()}
    if len(heights) == 1:
        return in_one_aisle(stops, start, end)
    ways: Ways = {((0, False),) * len(floor.cross): (0, ())}
    for before, x in zip([None, *heights], heights, strict=False):
        if before is not None:
            ways = _to_next(ways, x - before)
        for k, y in enumerate(floor.cross):
            if (x, y) in ends:
                ways = _cheapest((_touched(state, k, 1), *way) for state, way in ways.items())
        for k, piece in enumerate(_pieces(floor.cross, heights[x])):
            ways = _in_aisle(ways, k, _lengths(*piece))
    _, plan = min((way for state, way in ways.items() if _done(state)), key=lambda way: way[0])
    return along(in_one_go(_stretches(plan, heights, floor.cross), start), stops)


def _pieces(cross: Sequence[float], heights: Sequence[float]) -> list[tuple[float, list[float], float]]:
    """The pieces of an aisle between cross aisles with their stops; one at a crossing belongs to the piece above it."""
    top = cross[-1]
    return [(low, [y for y in heights if low <= y < high or y == high == top], high) for low, high in pairwise(cross)]


def _lengths(low: float, heights: Sequence[float], high: float) -> list[float | None]:
    """How long each move is in a piece of an aisle; None where it leaves out a stop or serves none."""
    if not heights:
        return [high - low, None, None, None, 2 * (high - low), 0]
    gap = widest_gap(low, heights, high)
    return [high - low, 2 * (high - heights[0]), 2 * (heights[-1] - low), 2 * (high - low - (gap[1] - gap[0])), 2 * (high - low), None]


def _in_aisle(ways: Ways, block: int, lengths: Sequence[float | None]) -> Ways:
    """The cheapest ways after the stops of a piece of an aisle."""
    moves = [(move, more) for move, more in enumerate(lengths) if more is not None]
    return _cheapest(
        (_moved(state, block, move), length + more, (plan, move)) for state, (length, plan) in ways.items() for move, more in moves
    )


def _to_next(ways: Ways, apart: float) -> Ways:
    """The cheapest ways to the next aisle."""
    return _cheapest(
        (to, length + sum(times) * apart, (plan, times)) for state, (length, plan) in ways.items() for times, to in _onward(state)
    )


def _cheapest(options: Iterable[tuple[State, float, tuple]]) -> Ways:
    then: Ways = {}
    for state, length, plan in options:
        if state not in then or length < then[state][0]:
            then[state] = (length, plan)
    return then


@cache
def _moved(state: State, block: int, move: int) -> State:
    below, above, joined = MOVES[move]
    state = _touched(_touched(state, block, below), block + 1, above)
    if not joined:
        return state
    one, other = state[block][0], state[block + 1][0]
    return _named([(one if piece == other else piece, odd) for piece, odd in state])


def _touched(state: State, crossing: int, times: int) -> State:
    """A crossing touched more often; the first time it is a piece of its own."""
    piece, odd = state[crossing]
    after = (piece or len(state) + 1, odd ^ (times % 2 == 1)) if times else (piece, odd)
    return _named([*state[:crossing], after, *state[crossing + 1 :]])


@cache
def _onward(state: State) -> list[tuple[tuple[int, ...], State]]:
    """How often each cross aisle can be walked to the next aisle: what is odd becomes even, and no piece is left behind."""
    onward = []
    for times in product(*[(1,) if odd else (0, 2) for _, odd in state]):
        pieces = [(piece or len(state) + k + 1) * (n > 0) for k, ((piece, _), n) in enumerate(zip(state, times, strict=True))]
        to = [(piece, n == 1) for piece, n in zip(pieces, times, strict=True)]
        if {piece for piece, _ in state} <= {0, *pieces}:
            onward.append((times, _named(to)))
    return onward


def _named(state: Sequence[tuple[int, bool]]) -> State:
    """Pieces numbered as they come, so that equal states are equal."""
    names = {0: 0}
    return tuple((names.setdefault(piece, len(names)), odd) for piece, odd in state)


def _done(state: State) -> bool:
    return {piece for piece, _ in state} <= {0, 1} and not any(odd for _, odd in state)


def _stretches(plan: tuple, heights: Mapping[float, Sequence[float]], cross: Sequence[float]) -> Iterator[Stretch]:
    """What a plan walks, from the last aisle to the first, cut at every stop."""
    right: float | None = None
    for x in reversed(list(heights)):
        if right is not None:
            plan, times = plan
            for y, n in zip(cross, times, strict=True):
                yield from [((x, y), (right, y))] * n
        for low, ys, high in reversed(_pieces(cross, heights[x])):
            plan, move = plan
            gap = widest_gap(low, ys, high)
            for a, b in pairwise([low, *ys, high]):
                walked = (1, 2 * (b > min(ys, default=b)), 2 * (a < max(ys, default=a)), 2 * ((a, b) != gap), 2, 0)[move]
                yield from [((x, a), (x, b))] * walked
        right = x
