"""Billed: what a carrier bills for a carton: its weight or its size, whichever is more, rounded up to the step.

The dimensional weight is length × width × height ÷ divisor, in the units of the contract: cubic centimetres to a
kilogram, cubic inches to a pound. Divisor, step and units are the contract's, and contracts have dates. Reckoned in
fractions, so that nothing is rounded but at the step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

Size = tuple[int, int, int]
"""Three sides in millimetres."""
UNITS = {"metric": ("kg", Fraction(10), Fraction(1000)), "imperial": ("lb", Fraction(254, 10), Fraction(45359237, 100000))}
"""The unit of weight; millimetres to a centimetre or inch; grams to a kilogram or pound."""


@dataclass(frozen=True, slots=True)
class Contract:
    """How a carrier bills, from a day until a day. `whole_sides`: each side counts as the next whole centimetre or inch."""

    divisor: int
    step: Decimal
    units: Literal["metric", "imperial"] = "metric"
    whole_sides: bool = False
    from_on: date | None = None
    until_on: date | None = None

    @property
    def unit(self) -> str:
        return UNITS[self.units][0]

    @property
    def step_g(self) -> Fraction:
        """Grams to a step."""
        return Fraction(self.step) * UNITS[self.units][2]


def in_force(contracts: Sequence[Contract], day: date) -> Contract | None:
    """The contract that holds on a day; the latest where several do."""
    holding = [c for c in contracts if (c.from_on or date.min) <= day <= (c.until_on or date.max)]
    return max(holding, key=lambda c: c.from_on or date.min, default=None)


def dimensional(sides: Sequence[int | Fraction], divisor: int) -> Fraction:
    """The weight a size counts as: sides in the units of the divisor."""
    length, width, height = sides
    return Fraction(length * width * height) / divisor


def steps(amount: Fraction | int, step: Fraction | Decimal) -> int:
    """So many steps are billed for an amount: one that is begun counts."""
    return ceil(Fraction(amount) / Fraction(step))


def size_steps(outer: Size, contract: Contract) -> int:
    """The steps a carton's size alone is billed."""
    return steps(dimensional(_sides(outer, contract), contract.divisor), contract.step)


def weight_steps(gross_g: int, contract: Contract) -> int:
    """The steps a carton's weight alone is billed."""
    return steps(gross_g, contract.step_g)


def billed(outer: Size, gross_g: int, contract: Contract) -> Decimal:
    """What is billed for a carton, in the contract's unit of weight."""
    return max(size_steps(outer, contract), weight_steps(gross_g, contract)) * contract.step


def _sides(outer: Size, contract: Contract) -> list[Fraction]:
    sides = [side / UNITS[contract.units][1] for side in outer]
    return [Fraction(ceil(side)) for side in sides] if contract.whole_sides else sides
