"""Choosing: the blocks that suit a space best.

How well a block suits: its volume, times the share of its surface that touches walls and other boxes (to the fourth
power), times the share of the space that sides can still use up beside it, and a little less the more boxes it needs.
After Araya, Guerrero and Nuñez, "VCS: a new heuristic function for selecting boxes in the single container loading
problem", 2017.
"""

from bisect import insort
from collections.abc import Sequence
from typing import NamedTuple

from .bearing import ground, resting
from .blocks import Block, Horizon, Load
from .spaces import Space
from .touching import NEARLY, corner, touched

PLENTY = 10**15
"""Grams or value where nothing is limited."""
LOOSE = 16
"""A block that fills no side of its space touches half of what is around it at most, and that counts to the fourth power."""


class Node(NamedTuple):
    """A room half filled: what is left over, where there is space, what lies where."""

    left: tuple[int, ...]
    spaces: Sequence[Space]
    blocks: tuple[Block, ...]
    worth: float
    horizon: Horizon
    room_g: int
    """Grams the carton can still take."""
    room_value: int


def options(load: Load, node: Node, space: Space, most: int) -> tuple[list[Block], int]:
    """The best blocks for a space, at most so many, and how many were looked at."""
    horizon = node.horizon
    _, minus, a, b, c, A, B, C = space
    length, width, height = A - a, B - b, C - c
    turns = [t for t in horizon.turns if t[1][0] <= length and t[1][1] <= width and t[1][2] <= height]
    on = ground(space, node.blocks, load.boxes, load.room, load.choosy) if turns else None
    if not turns or (on and not on.largest):
        return [], 1
    at = corner(space, load.room, [block.filled for block in node.blocks])
    at_hand, fewer, largest = _at_hand(load, node), load.fewer, on.largest if on else length * width
    found: list[Block] = []
    enough, looked = 0.0, 1
    for box, size, volume, one, blocks, first in turns:
        most_boxes = min(at_hand[box], -minus // volume)
        for boxes, x, y, z in blocks[first[most_boxes] :]:
            if boxes * one <= enough:
                break
            if x > length or y > width or z > height or x * y > largest:
                continue
            looked += 1
            worth = boxes * one * fewer[boxes]
            if worth <= enough * LOOSE and (length - x) * NEARLY > x and (width - y) * NEARLY > y and (height - z) * NEARLY > z:
                continue
            worth *= _usable(horizon.sums, length, width, height, x, y, z)
            if worth <= enough:
                continue
            worth *= touched(at, x, y, z) ** 4
            if worth <= enough:
                continue
            meant = Block(-worth, at.place(x, y, z), box, boxes, size)
            block = resting(meant, space, on, load.boxes[box]) if on else meant
            if block is not None:
                insort(found, block)
                if len(found) >= most:
                    del found[most:]
                    enough = -found[-1].rank
    return found, looked


def _at_hand(load: Load, node: Node) -> Sequence[int]:
    """How many boxes of each kind may still go in, by number, weight and value."""
    if node.room_g > PLENTY // 2 and node.room_value > PLENTY // 2:
        return node.left
    return [
        min(left, node.room_g // box.weight_g if box.weight_g else left, node.room_value // box.value if box.value else left)
        for left, box in zip(node.left, load.boxes, strict=True)
    ]


def _usable(sums: tuple[int, int, int], length: int, width: int, height: int, x: int, y: int, z: int) -> float:
    """The share of a space that a block leaves usable: its sides and what other sides can add up to beside them."""
    along, across, up = sums
    x += (along & ((2 << (length - x)) - 1)).bit_length() - 1
    y += (across & ((2 << (width - y)) - 1)).bit_length() - 1
    z += (up & ((2 << (height - z)) - 1)).bit_length() - 1
    return x * y * z / (length * width * height)
