"""Bearing: where a block may stand, and what may stand on what.

Reckoned block by block: a block counts with all its weight on everything below it. So what is allowed here is allowed
box by box, and the proof, which looks at single boxes, agrees.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .blocks import Block
from .boxes import Box, Room, Size
from .spaces import Cuboid, Space


class Ground(NamedTuple):
    """What a block in a space would stand on, and what above and below it has a say in that."""

    standing: int
    """The share of its base that must be carried, in percent; nothing on the floor of the room."""
    carriers: list[Cuboid]
    largest: int
    """How large a base can be carried."""
    delicate: list[tuple[Cuboid, int]]
    """What is below and does not bear anything, with the grams it still bears; less than none for nothing at all."""
    above: list[tuple[Cuboid, int]]
    """What is above, with its grams."""


def ground(space: Space, blocks: Sequence[Block], boxes: Sequence[Box], room: Room, choosy: bool) -> Ground | None:
    """What matters for a block that is put into a space; None where nothing does."""
    _, _, a, b, c, A, B, _ = space
    standing = room.standing if c else 0
    if not standing and not choosy:
        return None
    footprint = (a, b, c, A, B, c)
    carriers = [block.filled for block in blocks if block.filled[5] == c and shared(block.filled, footprint)]
    largest = sum(shared(f, footprint) for f in carriers) * 100 // standing if standing else (A - a) * (B - b)
    if not choosy or not largest:
        return Ground(standing, carriers, largest, [], [])
    below = [d for d in blocks if d.filled[5] <= c and boxes[d.box].bears != "anything" and shared(d.filled, footprint)]
    above = [(b.filled, b.boxes * boxes[b.box].weight_g) for b in blocks if b.filled[2] > c and shared(b.filled, footprint)]
    return Ground(standing, carriers, largest, [(d.filled, _still_bears(d, blocks, boxes)) for d in below], above)


def _still_bears(below: Block, blocks: Sequence[Block], boxes: Sequence[Box]) -> int:
    box = boxes[below.box]
    if box.bears == "nothing":
        return -1
    own = ((below.filled[5] - below.filled[2]) // below.size[2] - 1) * box.weight_g
    above = (b for b in blocks if b.filled[2] >= below.filled[5] and shared(b.filled, below.filled))
    return box.weight_g - own - sum(b.boxes * boxes[b.box].weight_g for b in above)


def resting(block: Block, space: Space, on: Ground, box: Box) -> Block | None:
    """The block where it may stand: in the corner it is meant for or in another at the floor of the space."""
    for filled in _corners(block.filled, space):
        if (not on.standing or _carried(filled, block.size, on)) and _borne(filled, block, on, box):
            return block if filled is block.filled else block._replace(filled=filled)
    return None


def _corners(filled: Cuboid, space: Space) -> Iterator[Cuboid]:
    yield filled
    _, _, a, b, _, A, B, _ = space
    x, y, z, X, Y, Z = filled
    length, width = X - x, Y - y
    for left in (a, A - length):
        for front in (b, B - width):
            if (left, front) != (x, y):
                yield left, front, z, left + length, front + width, Z


def _carried(filled: Cuboid, size: Size, on: Ground) -> bool:
    """Whether enough of the base of each box of a block is carried."""
    x, y, z, X, Y, _ = filled
    length, width, _ = size
    area = (X - x) * (Y - y)
    carried = sum([shared(f, filled) for f in on.carriers])
    if carried == area or length * width == area:
        return carried * 100 >= on.standing * area
    bases = ((left, front, z, left + length, front + width, z) for left in range(x, X, length) for front in range(y, Y, width))
    return all(sum([shared(f, base) for f in on.carriers]) * 100 >= on.standing * length * width for base in bases)


def _borne(filled: Cuboid, block: Block, on: Ground, box: Box) -> bool:
    """Whether what is delicate below bears the block, and the block, if it is delicate, bears what is above."""
    weight = block.boxes * box.weight_g
    if any(grams < weight or grams < 0 for below, grams in on.delicate if shared(below, filled)):
        return False
    if box.bears == "anything" or not on.above:
        return True
    above = [grams for over, grams in on.above if over[2] >= filled[5] and shared(over, filled)]
    own = ((filled[5] - filled[2]) // block.size[2] - 1) * box.weight_g
    return not above or (box.bears == "lighter" and own + sum(above) <= box.weight_g)


def shared(one: Cuboid, other: Cuboid) -> int:
    """The area two cuboids share, seen from above."""
    a, b, _, A, B, _ = one
    x, y, _, X, Y, _ = other
    along = (A if A < X else X) - (a if a > x else x)
    if along <= 0:
        return 0
    across = (B if B < Y else Y) - (b if b > y else y)
    return along * across if across > 0 else 0
