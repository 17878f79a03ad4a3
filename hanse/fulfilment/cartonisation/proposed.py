"""Proposed: cartons for a whole order, put together from those of its groups."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hanse.network.billed import Contract

from .filling import CartonSet, Packed


@dataclass(frozen=True, slots=True)
class Proposal:
    """Cartons that hold all units, and what the carrier bills for them, in its unit of weight."""

    cartons: tuple[Packed, ...]
    billed: Decimal
    unit: str
    void_mm3: int
    cost: Decimal

    def different(self) -> list[tuple[Packed, int]]:
        """Each carton that is packed in a way of its own, and how many are packed like it."""
        times = Counter((id(p.placing), p.carton.code) for p in self.cartons)
        each = {(id(p.placing), p.carton.code): p for p in self.cartons}
        return [(p, times[key]) for key, p in each.items()]

    @property
    def price(self) -> tuple[Decimal, int, int, Decimal, tuple[str, ...]]:
        """The cheaper sorts first."""
        return self.billed, len(self.cartons), self.void_mm3, self.cost, self.codes

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted(p.carton.code for p in self.cartons))


def combined(chosen: Sequence[Sequence[CartonSet]], contract: Contract, at_hand: Mapping[str, int | None], most: int) -> list[Proposal]:
    """The best of every group together; then, as far as cartons are at hand, one group with another set: fewer cartons first."""
    best = [sets[0] for sets in chosen]
    swapped = [[*best[:n], other, *best[n + 1 :]] for n, sets in enumerate(chosen) for other in sets[1:]]
    fewest = sum(s.cartons for s in best)
    others = sorted((_proposal(sets, contract) for sets in swapped), key=lambda p: (len(p.cartons) >= fewest, *p.price))
    enough = [p for p in others if all((number := at_hand[code]) is None or n <= number for code, n in Counter(p.codes).items())]
    return [_proposal(best, contract), *enough[:most]]


def _proposal(sets: Sequence[CartonSet], contract: Contract) -> Proposal:
    return Proposal(
        tuple(p for s in sets for p in s.packed),
        sum(s.steps for s in sets) * contract.step,
        contract.unit,
        sum(s.void for s in sets),
        sum((s.cost for s in sets), Decimal(0)),
    )
