"""Touching: how snugly a block would lie in a corner of a space."""

from collections.abc import Sequence
from typing import NamedTuple

from .boxes import Room, Size
from .spaces import Cuboid, Space

Rectangles = list[tuple[int, int, int, int]] | None
"""What there is to touch on a side of a space; None is the wall itself."""
NEARLY = 25
"""A gap below a 25th of the block's side counts as none: nothing would fit into it."""


class Corner(NamedTuple):
    """The corner of a space where the next block lies, and what there is to touch: at the corner, then opposite."""

    low: Size
    high: Size
    far: tuple[bool, bool, bool]
    near: tuple[Rectangles, Rectangles, Rectangles]
    opposite: tuple[Rectangles, Rectangles, Rectangles]

    def place(self, length: int, width: int, height: int) -> Cuboid:
        """Where a block of this size lies."""
        (a, b, c), (A, B, C), (back, right, up) = self.low, self.high, self.far
        x, y, z = A - length if back else a, B - width if right else b, C - height if up else c
        return x, y, z, x + length, y + width, z + height


def corner(space: Space, room: Room, filled: Sequence[Cuboid]) -> Corner:
    """The corner of a space that is nearest to one of the room; at the floor where boxes must stand."""
    _, _, a, b, c, A, B, C = space
    length, width, height = room.size
    low, high = _sides(space, room.size, filled)
    far = (a > length - A, b > width - B, not room.standing and c > height - C)
    near = tuple(h if is_far else f for f, h, is_far in zip(low, high, far, strict=True))
    opposite = tuple(f if is_far else h for f, h, is_far in zip(low, high, far, strict=True))
    return Corner((a, b, c), (A, B, C), far, near, opposite)  # type: ignore[arg-type]


def _sides(space: Space, size: Size, filled: Sequence[Cuboid]) -> tuple[list[Rectangles], list[Rectangles]]:
    """What touches a space from the low and from the high side of each axis."""
    _, _, a, b, c, A, B, C = space
    low: list[Rectangles] = [None if not a else [], None if not b else [], None if not c else []]
    high: list[Rectangles] = [None if size[0] == A else [], None if size[1] == B else [], None if size[2] == C else []]
    for x, y, z, X, Y, Z in filled:
        if x > A or a > X or y > B or b > Y or z > C or c > Z:
            continue
        if a == X or x == A:
            if y < B and b < Y and z < C and c < Z:
                (low if a == X else high)[0].append((y, z, Y, Z))  # type: ignore[union-attr]
        elif b == Y or y == B:
            if z < C and c < Z:
                (low if b == Y else high)[1].append((x, z, X, Z))  # type: ignore[union-attr]
        else:
            (low if c == Z else high)[2].append((x, y, X, Y))  # type: ignore[union-attr]
    return low, high


def touched(corner: Corner, length: int, width: int, height: int) -> float:
    """The share of a block's surface that lies against walls and other boxes."""
    (a, b, c), (A, B, C), _, near, opposite = corner
    x, y, z, X, Y, Z = corner.place(length, width, height)
    end, side, top = width * height, length * height, length * width
    area = (end if near[0] is None else _area(near[0], y, z, Y, Z)) + (side if near[1] is None else _area(near[1], x, z, X, Z))
    area += top if near[2] is None else _area(near[2], x, y, X, Y)
    if (A - a - length) * NEARLY <= length:
        area += end if opposite[0] is None else _area(opposite[0], y, z, Y, Z)
    if (B - b - width) * NEARLY <= width:
        area += side if opposite[1] is None else _area(opposite[1], x, z, X, Z)
    if (C - c - height) * NEARLY <= height:
        area += top if opposite[2] is None else _area(opposite[2], x, y, X, Y)
    return area / (2 * (end + side + top))


def _area(rectangles: Sequence[tuple[int, int, int, int]], u: int, v: int, U: int, V: int) -> int:
    """How much of a rectangle others cover; they do not overlap each other."""
    area = 0
    for a, b, A, B in rectangles:
        along = (U if U < A else A) - (u if u > a else a)
        if along > 0:
            across = (V if V < B else B) - (v if v > b else b)
            if across > 0:
                area += along * across
    return area
