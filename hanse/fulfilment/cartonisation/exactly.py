"""Exactly: few boxes, every way tried. Finds a placing where there is one, or proves that there is none.

Whatever can be placed can be pushed towards the corner until each side of a box lies at zero or at a sum of other
boxes' sides; so only such places are tried. Constraints on what stands on what are looked at where all boxes have a
place, and "none" is proven only where not even the shapes fit. Effort is counted in places looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from .blocks import sums
from .boxes import Box, Placed, Placing, Room, Size, beside, volume
from .proof import wrong_placement


@dataclass(frozen=True, slots=True)
class Settled:
    """A placing of all boxes, or none; `proven` says that there is none, or none in less room."""

    placing: Placing | None
    proven: bool


def settle(boxes: Sequence[Box], room: Room, effort: int) -> Settled:
    """Place all boxes or prove that they cannot be. For a handful of boxes."""
    units = sorted((n for n, box in enumerate(boxes) for _ in range(box.quantity)), key=lambda n: (-boxes[n].volume, n))
    pairs = {(one, other) for one, other in combinations(units, 2)}
    if sum(boxes[n].volume for n in units) > volume(room.size) or any(not beside(boxes[n].turns, boxes[m].turns, room.size) for n, m in pairs):
        return Settled(None, True)
    at = _places(boxes, room)
    shaped, looked = False, 0
    for placed in _laid(boxes, room, units, at, ()):
        looked += 1
        if looked > effort:
            return Settled(None, False)
        if placed is None:
            continue
        shaped = True
        ordered = tuple(sorted(placed, key=lambda p: (p.at[2], p.at[1], p.at[0])))
        placing = Placing(ordered, (0,) * len(boxes), looked)
        if not wrong_placement(boxes, room, placing):
            return Settled(placing, True)
    return Settled(None, not shaped)


def shortest(boxes: Sequence[Box], room: Room, axis: int, effort: int) -> Settled:
    """Place all boxes in as little length along an axis as possible: the carton that is cut down, the pallet's height."""
    rest = volume(room.size) // room.size[axis]
    need = -(-sum(b.volume * b.quantity for b in boxes) // rest)
    proven = True
    for length in _lengths(boxes, axis, room.size[axis]):
        if length >= need:
            size = tuple(length if a == axis else side for a, side in enumerate(room.size))
            found = settle(boxes, replace(room, size=(size[0], size[1], size[2])), effort)
            if found.placing:
                return Settled(found.placing, proven)
            proven = proven and found.proven
    return Settled(None, proven)


def _places(boxes: Sequence[Box], room: Room) -> tuple[list[int], list[int], list[int]]:
    """Along each axis, where a box may begin."""
    x, y, z = (_lengths(boxes, axis, room.size[axis]) for axis in (0, 1, 2))
    return x, y, z


def _lengths(boxes: Sequence[Box], axis: int, most: int) -> list[int]:
    """The lengths that sides of the boxes add up to along an axis, zero among them."""
    sides: dict[int, int] = {}
    for side, n in {(turn[axis], n) for n, box in enumerate(boxes) if box.quantity for turn in box.turns}:
        sides[side] = sides.get(side, 0) + boxes[n].quantity
    bits = sums(sides, most)
    return [length for length in range(most + 1) if bits >> length & 1]


def _laid(boxes: Sequence[Box], room: Room, units: Sequence[int], at: Sequence[list[int]], placed: tuple[Placed, ...]) -> Iterator[tuple[Placed, ...] | None]:
    """Lay one box after the other in every place; tells None for each place looked at, and where all are laid, how."""
    if not units:
        yield placed
        return
    box, rest = units[0], units[1:]
    after = placed[-1].at if placed and placed[-1].box == box else (-1, -1, -1)
    for size in boxes[box].turns:
        for corner in _corners(size, room.size, at):
            if corner > after:
                yield None
                if not any(_overlap(corner, size, p) for p in placed):
                    yield from _laid(boxes, room, rest, at, (*placed, Placed(box, corner, size)))


def _corners(size: Size, room: Size, at: Sequence[list[int]]) -> Iterator[Size]:
    for x in at[0]:
        if x + size[0] > room[0]:
            break
        for y in at[1]:
            if y + size[1] > room[1]:
                break
            for z in at[2]:
                if z + size[2] > room[2]:
                    break
                yield x, y, z


def _overlap(corner: Size, size: Size, other: Placed) -> bool:
    x, y, z = corner
    a, b, c = other.at
    length, width, height = other.size
    return x < a + length and a < x + size[0] and y < b + width and b < y + size[1] and z < c + height and c < z + size[2]
