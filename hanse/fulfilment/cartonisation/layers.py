"""Layers: a placing seen from above, from the bottom up, as a packer lays it. Data for a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from .boxes import Box, Placed, Placing


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box seen from above: `x` and `w` along the carton's length, `y` and `d` along its width, its top, its label.

    `number` says when it is put in, `box` which of the boxes it is.
    """

    x: int
    y: int
    w: int
    d: int
    top: int
    label: str
    number: int
    box: int


@dataclass(frozen=True, slots=True)
class Layer:
    """What is laid at a height, and what reaches up from the layers below."""

    height: int
    laid: tuple[Rectangle, ...]
    below: tuple[Rectangle, ...]


def layers(placing: Placing, boxes: Sequence[Box]) -> tuple[Layer, ...]:
    """One layer for each height at which boxes are laid."""
    heights = sorted({p.at[2] for p in placing.placed})
    placed = list(enumerate(placing.placed, 1))
    return tuple(
        Layer(
            height,
            tuple(_rectangle(n, p, boxes) for n, p in placed if p.at[2] == height),
            tuple(_rectangle(n, p, boxes) for n, p in placed if p.at[2] < height < p.top),
        )
        for height in heights
    )


def _rectangle(number: int, p: Placed, boxes: Sequence[Box]) -> Rectangle:
    return Rectangle(p.at[0], p.at[1], p.size[0], p.size[1], p.top, boxes[p.box].label, number, p.box)
