"""Cartons: how many orders and cartons a second cartonisation plans, in one process, for made-up orders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from time import process_time

from hanse.fulfilment.cartonisation import Cartonised, CartonType, Contract, Units, cartonise
from hanse.fulfilment.cartonisation.asked import EVERY_WAY, UPRIGHT
from hanse.fulfilment.cartonisation.boxes import Size

CONTRACT = Contract(5000, Decimal("0.5"))
INNER: dict[str, tuple[Size, int]] = {
    "XS": ((200, 150, 100), 90),
    "S": ((300, 200, 150), 180),
    "M": ((400, 300, 200), 340),
    "ML": ((400, 300, 300), 420),
    "LONG": ((1000, 200, 200), 700),
    "L": ((600, 400, 250), 700),
    "XL": ((600, 400, 400), 900),
    "XXL": ((800, 600, 400), 1500),
}
"""A site's cartons: inside and tare. Walls are four millimetres, and none may weigh more than 30 kg."""
CARTONS = [CartonType(code, inner, (inner[0] + 8, inner[1] + 8, inner[2] + 8), tare, 30_000) for code, (inner, tare) in INNER.items()]


@dataclass(frozen=True, slots=True)
class Paced:
    """Orders of so many lines: units to an order, cartons to an order, how full; and how fast they are planned."""

    lines: int
    units: float
    cartons: float
    full: float
    orders_per_s: float
    cartons_per_s: float
    ms: float
    ms_of_95: float


def pace(lines: Sequence[int] = (1, 3, 10, 40), orders: int = 100, alternatives: int = 1, seed: int = 1) -> Iterator[Paced]:
    """Plan orders of so many lines, one after the other."""
    for number in lines:
        dice = Random(seed)
        asked = [_order(dice, number) for _ in range(orders)]
        yield _paced(number, asked, alternatives)


def _paced(lines: int, asked: Sequence[Sequence[Units]], alternatives: int) -> Paced:
    took: list[float] = []
    packed, filled, room = 0, 0, 0
    for order in asked:
        began = process_time()
        found = cartonise(order, CARTONS, CONTRACT, alternatives=alternatives)
        took.append(process_time() - began)
        if isinstance(found, Cartonised):
            packed += len(found.proposal.cartons)
            content = sum(p.placing.volume for p in found.proposal.cartons)
            filled, room = filled + content, room + content + found.proposal.void_mm3
    count, whole = len(asked), sum(took)
    units = sum(u.quantity for order in asked for u in order) / count
    slow = sorted(took)[count * 95 // 100]
    return Paced(lines, units, packed / count, 100 * filled / room, count / whole, packed / whole, 1000 * whole / count, 1000 * slow)


def _order(dice: Random, lines: int) -> list[Units]:
    """Items from a matchbox to a shoe box, one or two of each; some upright, some fragile."""
    return [_line(dice, n) for n in range(1, lines + 1)]


def _line(dice: Random, line: int) -> Units:
    length, width, height = (dice.randint(20, 125) for _ in range(3))
    weight = max(10, length * width * height * dice.randint(1, 9) // 10_000)
    vertical = UPRIGHT if dice.randint(1, 10) == 1 else EVERY_WAY
    return Units(line, f"SKU-{line}", dice.randint(1, 2), (length, width, height), weight, vertical, dice.choice(("anything",) * 18 + ("lighter", "nothing")))
