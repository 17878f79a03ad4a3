"""Boxes: what is placed, how it may lie, the room for it and where it came to lie. Millimetres and grams.

Length runs along x, width along y, height upwards along z. The corner at the floor is (0, 0, 0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Size = tuple[int, int, int]
Bears = Literal["anything", "lighter", "nothing"]
"""What may stand on a box: anything, all in all no more than it weighs itself, or nothing."""


@dataclass(frozen=True, slots=True)
class Box:
    """So many equal boxes and the ways in which each may lie. Value is in the smallest coin.

    `pull` says how much more than its volume a box counts where not all can go in.
    """

    label: str
    turns: tuple[Size, ...]
    quantity: int = 1
    weight_g: int = 0
    value: int = 0
    bears: Bears = "anything"
    pull: float = 1.0

    @property
    def volume(self) -> int:
        """Of one of them."""
        return volume(self.turns[0])


@dataclass(frozen=True, slots=True)
class Room:
    """The inside of a carton. `standing` is the share of its base, in percent, that must carry a box above the floor."""

    size: Size
    max_g: int | None = None
    max_value: int | None = None
    standing: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """One box in its place: which of the boxes it is, its corner and the size in which it lies."""

    box: int
    at: Size
    size: Size

    @property
    def top(self) -> int:
        return self.at[2] + self.size[2]


@dataclass(frozen=True, slots=True)
class Placing:
    """Boxes in their places, in an order in which they can be put in, and how many of each found none."""

    placed: tuple[Placed, ...]
    left: tuple[int, ...]
    evaluations: int = 0

    @property
    def whole(self) -> bool:
        """Whether every box found its place."""
        return not any(self.left)

    @property
    def volume(self) -> int:
        """Of all that is placed."""
        return sum(volume(p.size) for p in self.placed)


def volume(size: Size) -> int:
    """Cubic millimetres."""
    return size[0] * size[1] * size[2]


def turns(size: Size, vertical: tuple[bool, bool, bool] = (True, True, True)) -> tuple[Size, ...]:
    """The ways a box may lie, given which of its length, width and height may be vertical."""
    a, b, c = size
    ways = [(base, up) for base, up, may in (((a, b), c, vertical[2]), ((a, c), b, vertical[1]), ((b, c), a, vertical[0])) if may]
    return tuple(dict.fromkeys(way for (x, y), up in ways for way in ((x, y, up), (y, x, up))))


def upright(size: Size) -> tuple[Size, ...]:
    """This side up: it may only be turned on the spot."""
    return turns(size, (False, False, True))


def fits(turns: Sequence[Size], room: Size) -> bool:
    """Whether a single box can lie in the room in one of its ways."""
    return any(all(side <= free for side, free in zip(turn, room, strict=True)) for turn in turns)


def takes_one(room: Room, box: Box) -> bool:
    """Whether a room takes one of a kind, by sides, weight and value."""
    light = room.max_g is None or box.weight_g <= room.max_g
    return light and (room.max_value is None or box.value <= room.max_value) and fits(box.turns, room.size)


def beside(one: Sequence[Size], other: Sequence[Size], room: Size) -> bool:
    """Whether two boxes can lie side by side, one behind the other or one on the other."""
    return any(
        a[axis] + b[axis] <= room[axis] and all(max(a[n], b[n]) <= room[n] for n in (0, 1, 2))
        for a in one for b in other for axis in (0, 1, 2)
    )  # fmt: skip
