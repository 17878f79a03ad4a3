"""Drawing: the layers of a proposed carton as a picture, seen from above. Data for SVG; what is drawn is said in words too."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .cartonisation.layers import Layer, Rectangle
from .proposing import ProposedCarton, contents_of

KINDS = 6
"""So many tints tell items apart; each unit has its number too."""
LEGIBLE = 5
"""A unit whose shorter side is below this share of the carton's longer one, in percent, is drawn without its number."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit in a layer: its rectangle, its number and where that stands; `at` says which of the lines in totes it is of."""

    x: int
    y: int
    w: int
    d: int
    number: int
    at: int
    tint: int
    middle: tuple[float, float]
    size: int
    below: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A layer: how it is called, what it shows in words, its units."""

    caption: str
    said: str
    units: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposed carton with its pictures, the numbers of each line's units, and what is posted to close it."""

    carton: ProposedCarton
    pictures: tuple[Picture, ...]
    lines: tuple[tuple[str, int, int, str], ...]
    posted: tuple[str, ...]

    @property
    def needs_scans(self) -> bool:
        """Whether somebody must scan which of several units with serials go in."""
        return any(line.by_serial for line in self.carton.contents)


def shown(carton: ProposedCarton) -> Shown:
    """A carton as the page draws it."""
    at = sorted(dict.fromkeys(r.box for layer in carton.layers for r in layer.laid))
    lines = dict(zip(at, carton.contents, strict=True))
    places = {box: line.at for box, line in lines.items()}
    pictures = tuple(_picture(n, layer, carton, places) for n, layer in enumerate(carton.layers, 1))
    numbers = [(r.box, r.number) for layer in carton.layers for r in layer.laid]
    said = tuple((line.sku, line.at % KINDS, line.quantity, _ranges(sorted(n for b, n in numbers if b == box))) for box, line in lines.items())
    return Shown(carton, pictures, said, tuple(contents_of(carton)))


def _picture(n: int, layer: Layer, carton: ProposedCarton, places: dict[int, int]) -> Picture:
    laid = Counter(r.label for r in layer.laid)
    words = ", ".join(f"{count} {sku}" for sku, count in laid.items())
    caption = f"Layer {n}, " + ("on the floor" if not layer.height else f"from {layer.height} mm up")
    units = [_drawn(r, carton, places, below) for below, group in ((True, layer.below), (False, layer.laid)) for r in group]
    return Picture(caption, f"Layer {n} of {len(carton.layers)} in carton {carton.type}: {words}" + ("; paler: what reaches up from below" if layer.below else ""), tuple(units))


def _drawn(r: Rectangle, carton: ProposedCarton, places: dict[int, int], below: bool) -> Drawn:
    side = min(r.w, r.d)
    size = side * 45 // 100 if side * 100 >= max(carton.inner[:2]) * LEGIBLE else 0
    return Drawn(r.x, r.y, r.w, r.d, r.number, places[r.box], places[r.box] % KINDS, (r.x + r.w / 2, r.y + r.d / 2 + size * 0.36), min(size, max(carton.inner[:2]) // 12), below)


def _ranges(numbers: Sequence[int]) -> str:
    """1, 2, 3, 5 as 1–3, 5."""
    spans: list[list[int]] = []
    for n in numbers:
        if spans and n == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], n]
        else:
            spans.append([n])
    return ", ".join("–".join(map(str, span)) for span in spans)
