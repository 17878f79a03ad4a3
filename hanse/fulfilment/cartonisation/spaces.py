"""Spaces: the largest empty cuboids of a room. They overlap; together they cover all that is free.

The space nearest to a corner of the room is filled first, the larger one among equals, so a space is written as a
tuple that sorts like that: its distance from the corner, minus its volume, its low corner, its high corner. Where
boxes must stand on something, only the corners at the floor count.
"""

from collections.abc import Sequence

from .boxes import Room, Size

Space = tuple[int, int, int, int, int, int, int, int]
Cuboid = tuple[int, int, int, int, int, int]


def whole(room: Room) -> Space:
    """The empty room."""
    return _space((0, 0, 0, *room.size), room)


def _space(cuboid: Cuboid, room: Room) -> Space:
    x, y, z, X, Y, Z = cuboid
    length, width, height = room.size
    beside, before = length - X, width - Y
    above = z if room.standing else height - Z
    distance = (x if x < beside else beside) + (y if y < before else before) + (z if z < above else above)
    return (distance, (x - X) * (Y - y) * (Z - z), x, y, z, X, Y, Z)


def without(spaces: Sequence[Space], filled: Cuboid, least: Size, room: Room) -> list[Space]:
    """The spaces that are left when a cuboid is filled. Those too small for the least sides asked for are dropped."""
    x, y, z, X, Y, Z = filled
    left: list[Space] = []
    beside: tuple[list[Space], ...] = ([], [], [], [], [], [])
    cut: tuple[set[Cuboid], ...] = (set(), set(), set(), set(), set(), set())
    for space in spaces:
        _, _, a, b, c, A, B, C = space
        if a < X and x < A and b < Y and y < B and c < Z and z < C:
            _cut(cut, (a, b, c, A, B, C), filled, least)
            continue
        left.append(space)
        if x == A:
            beside[0].append(space)
        elif a == X:
            beside[1].append(space)
        elif y == B:
            beside[2].append(space)
        elif b == Y:
            beside[3].append(space)
        elif z == C:
            beside[4].append(space)
        elif c == Z:
            beside[5].append(space)
    for pieces, others in zip(cut, beside, strict=True):
        left += [_space(piece, room) for piece in sorted(pieces) if not _covered(piece, pieces, others)]
    return left


def _cut(cut: tuple[set[Cuboid], ...], space: Cuboid, filled: Cuboid, least: Size) -> None:
    """What is left of a space on each side of what is filled: before, behind, left, right, below, above."""
    a, b, c, A, B, C = space
    x, y, z, X, Y, Z = filled
    if x - a >= least[0]:
        cut[0].add((a, b, c, x, B, C))
    if least[0] <= A - X:
        cut[1].add((X, b, c, A, B, C))
    if y - b >= least[1]:
        cut[2].add((a, b, c, A, y, C))
    if least[1] <= B - Y:
        cut[3].add((a, Y, c, A, B, C))
    if z - c >= least[2]:
        cut[4].add((a, b, c, A, B, z))
    if least[2] <= C - Z:
        cut[5].add((a, b, Z, A, B, C))


def _covered(piece: Cuboid, pieces: set[Cuboid], others: Sequence[Space]) -> bool:
    """Whether another space on the same side of what is filled has all of this one. Those on other sides cannot."""
    a, b, c, A, B, C = piece
    for t in pieces:
        if t[0] <= a and t[3] >= A and t[1] <= b and t[4] >= B and t[2] <= c and t[5] >= C and t != piece:
            return True
    return any(s[2] <= a and s[5] >= A and s[3] <= b and s[6] >= B and s[4] <= c and s[7] >= C for s in others)
