"""Placing: boxes into one room, so that as much of it as possible is filled.

A first answer takes the best block for the best space until nothing fits. Then the search deviates from the best
answers it has: at one step it takes the second best block, the third, and so on, and finishes as before. How long it
goes on is counted in blocks looked at, never in seconds, so that the same boxes are always placed the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count, product
from typing import NamedTuple

from .blocks import Block, Load, load
from .boxes import Box, Placed, Placing, Room
from .choosing import PLENTY, Node, options
from .spaces import whole, without

ALTERNATIVES = 40
"""How many blocks are tried for the same step at most."""
WIDER = 0.995
"""What an answer is worth after each round of deviations, so that others get their turn."""
WORTH_A_LOOK = 0.97
"""Answers below this share of the best are not deviated from."""


@dataclass(slots=True)
class Step:
    """A room half filled, and the blocks that may come next as far as they were asked for."""

    node: Node
    blocks: list[Block]
    asked: int = 1
    tried: set[int] = field(default_factory=lambda: {0})


class Answer(NamedTuple):
    """A finished room with the steps that led to it."""

    steps: tuple[Step, ...]
    end: Node


def place(boxes: Sequence[Box], room: Room, effort: int = 0) -> Placing:
    """Place boxes in a room as well as it can be found: a first answer, then others until so many blocks were looked at."""
    node, looked = _best(load(boxes, room), effort)
    placed = sorted((p for block in node.blocks for p in _boxes(block)), key=lambda p: (p.at[2], p.at[1], p.at[0]))
    return Placing(tuple(placed), node.left, looked)


def _boxes(block: Block) -> list[Placed]:
    """A block box by box."""
    x, y, z = (range(block.filled[axis], block.filled[axis + 3], block.size[axis]) for axis in (0, 1, 2))
    return [Placed(block.box, at, block.size) for at in product(x, y, z)]


def _best(load: Load, effort: int) -> tuple[Node, int]:
    """The fullest room found, and how many blocks were looked at."""
    best, looked = _finished(load, _empty(load), ())
    turn, seen = count(), {best.end.left}
    queue = [(-best.end.worth, next(turn), 1, 0, best)] if best.steps else []
    while queue and looked < effort and any(best.end.left):
        worth, _, rank, depth, answer = heappop(queue)
        if depth + 1 < len(answer.steps):
            heappush(queue, (worth, next(turn), rank, depth + 1, answer))
        elif rank < ALTERNATIVES:
            heappush(queue, (worth * WIDER, next(turn), rank + 1, 0, answer))
        block, more = _other(load, answer.steps[depth], rank)
        looked += more
        if block is None:
            continue
        found, more = _finished(load, _with(load, answer.steps[depth].node, block), answer.steps[: depth + 1])
        looked += more
        if found.end.left in seen or found.end.worth < best.end.worth * WORTH_A_LOOK:
            continue
        seen.add(found.end.left)
        best = max(best, found, key=lambda answer: answer.end.worth)
        heappush(queue, (-found.end.worth, next(turn), 1, 0, found))
    return best.end, looked


def _finished(load: Load, node: Node, steps: tuple[Step, ...]) -> tuple[Answer, int]:
    """Go on with the best block for the best space until nothing fits."""
    taken, looked = list(steps), 0
    while True:
        step, more = _step(load, node)
        looked += more
        if not step.blocks:
            return Answer(tuple(taken), step.node), looked
        taken.append(step)
        node = _with(load, step.node, step.blocks[0])


def _step(load: Load, node: Node) -> tuple[Step, int]:
    """The best block for the best space; spaces that nothing fits are forgotten."""
    spaces, looked = list(node.spaces), 0
    while spaces:
        space = min(spaces)
        blocks, more = options(load, node, space, 1)
        looked += more
        if blocks:
            return Step(node._replace(spaces=spaces), blocks), looked
        spaces.remove(space)
    return Step(node._replace(spaces=spaces), []), looked


def _other(load: Load, step: Step, rank: int) -> tuple[Block | None, int]:
    """The block of a rank for a step, unless it was tried before."""
    looked = 0
    if rank >= step.asked:
        step.asked = max(4, 2 * rank)
        step.blocks, looked = options(load, step.node, min(step.node.spaces), step.asked)
    if rank in step.tried or rank >= len(step.blocks):
        return None, looked
    step.tried.add(rank)
    return step.blocks[rank], looked


def _empty(load: Load) -> Node:
    weight, value = sum(b.quantity * b.weight_g for b in load.boxes), sum(b.quantity * b.value for b in load.boxes)
    room, limits = load.room, ((load.room.max_g, weight), (load.room.max_value, value))
    room_g, room_value = (PLENTY if most is None or all_of_it <= most else most for most, all_of_it in limits)
    left = tuple(b.quantity for b in load.boxes)
    return Node(left, [whole(room)], (), 0.0, load.horizon(left), room_g, room_value)


def _with(load: Load, node: Node, block: Block) -> Node:
    """The room with one more block in it."""
    box = load.boxes[block.box]
    left = (*node.left[: block.box], node.left[block.box] - block.boxes, *node.left[block.box + 1 :])
    horizon = node.horizon if left[block.box] else load.horizon(left)
    return Node(
        left,
        without(node.spaces, block.filled, horizon.least, load.room),
        (*node.blocks, block),
        node.worth + block.boxes * box.volume * box.pull,
        horizon,
        node.room_g - block.boxes * box.weight_g,
        node.room_value - block.boxes * box.value,
    )
