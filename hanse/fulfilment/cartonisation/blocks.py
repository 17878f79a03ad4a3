"""Blocks: equal boxes that lie the same way, row upon row; what a space is filled with at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

from .boxes import Bears, Box, Room, Size
from .spaces import Cuboid

MOST_SIZES = 4000
"""A box that could be stacked in more ways than this is stacked in the roundest of them only."""
MANY = 12
"""With more kinds than this, sides add up to nearly every length."""
HIGHEST: dict[Bears, int] = {"anything": 10**9, "lighter": 2, "nothing": 1}
"""How high boxes of a kind may be stacked on their own."""


class Turn(NamedTuple):
    """A way a kind of box may lie, with all blocks it makes: boxes, length, width, height; most boxes first."""

    box: int
    size: Size
    volume: int
    worth: float
    """The volume of a box, times how much more than it the box counts."""
    blocks: tuple[tuple[int, int, int, int], ...]
    first: tuple[int, ...]
    """By number of boxes at hand: where the blocks begin that need no more."""


class Block(NamedTuple):
    """Equal boxes, row upon row, in their place. The best for a space sorts first: `rank` is minus its worth."""

    rank: float
    filled: Cuboid
    box: int
    boxes: int
    size: Size
    """How each of them lies."""


class Horizon(NamedTuple):
    """What the boxes that are left can do: the ways they lie, their least sides, and what their sides add up to."""

    turns: tuple[Turn, ...]
    least: Size
    sums: tuple[int, int, int]
    """Along each axis the lengths that sides add up to, as bits."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be placed in which room, with all that is worked out once."""

    boxes: tuple[Box, ...]
    room: Room
    turns: tuple[Turn, ...]
    fewer: tuple[float, ...]
    """By number of boxes: the factor that prefers blocks of few, large ones."""
    choosy: bool
    """Whether there are boxes that do not bear anything."""
    known: dict[tuple[bool, ...], Horizon] = field(default_factory=dict)

    def horizon(self, left: Sequence[int]) -> Horizon:
        """Worked out anew when a kind runs out; as long as there are many kinds, only the ways they lie are."""
        key = tuple(map(bool, left))
        if key not in self.known:
            turns = tuple(t for t in self.turns if left[t.box])
            every = self.known.get((True,) * len(left))
            self.known[key] = every._replace(turns=turns) if every and sum(key) > MANY else _horizon(self, turns, left)
        return self.known[key]


def load(boxes: Sequence[Box], room: Room) -> Load:
    """Work out all blocks of all boxes that fit the room; large ones first."""
    turns = [turn for n, box in enumerate(boxes) for size in box.turns if (turn := _turn(n, box, size, room))]
    turns.sort(key=lambda t: (-t.blocks[0][0] * t.worth, t.box, t.size))
    fewer = (1.0, *(1 / sqrt(sqrt(n)) for n in range(1, max((b.quantity for b in boxes), default=0) + 1)))
    return Load(tuple(boxes), room, tuple(turns), fewer, any(b.bears != "anything" for b in boxes))


def _turn(n: int, box: Box, size: Size, room: Room) -> Turn | None:
    if not box.quantity or any(side > free for side, free in zip(size, room.size, strict=True)):
        return None
    most = [min(box.quantity, free // side) for side, free in zip(size, room.size, strict=True)]
    most[2] = min(most[2], HIGHEST[box.bears])
    blocks = tuple(sorted(_stacks(most, box.quantity, size), reverse=True))
    first, at = [0] * (box.quantity + 1), 0
    for number in range(box.quantity, -1, -1):
        while at < len(blocks) and blocks[at][0] > number:
            at += 1
        first[number] = at
    return Turn(n, size, box.volume, box.volume * box.pull, blocks, tuple(first))


def _stacks(most: Sequence[int], quantity: int, size: Size) -> Iterator[tuple[int, int, int, int]]:
    thin = most[0] * most[1] * most[2] > MOST_SIZES
    along, across, up = ([n for n in range(1, m + 1) if not thin or m // (m // n) == n or n <= 3] for m in most)
    for x in along:
        for y in across:
            for z in up:
                if x * y * z > quantity:
                    break
                yield x * y * z, x * size[0], y * size[1], z * size[2]


def _horizon(load: Load, turns: tuple[Turn, ...], left: Sequence[int]) -> Horizon:
    sides: tuple[dict[int, int], ...] = ({}, {}, {})
    for axis, side, box in {(axis, t.size[axis], t.box) for t in turns for axis in (0, 1, 2)}:
        sides[axis][side] = sides[axis].get(side, 0) + left[box]
    x, y, z = (min(found, default=0) for found in sides)
    x_y_z = [sums(found, free) for found, free in zip(sides, load.room.size, strict=True)]
    return Horizon(turns, (x, y, z), (x_y_z[0], x_y_z[1], x_y_z[2]))


def sums(sides: dict[int, int], most: int) -> int:
    """The lengths up to `most` that sides add up to, as bits: side to how often it may be used."""
    sums, whole = 1, (2 << most) - 1
    for side, times in sides.items():
        at_once = 1
        while times > 0 and side * at_once <= most:
            taken = min(at_once, times)
            sums |= (sums << (side * taken)) & whole
            times -= taken
            at_once *= 2
    return sums
