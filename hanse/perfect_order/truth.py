"""Truth: yes, no, or not known yet (True, False, None). What is not proven is neither. Pure.

Kleene's logic: one no is no; else one unknown is unknown; else yes. A headline is the joint fraction of orders; the
product of the conditions' rates is an estimate for where orders cannot be joined, and stands only beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

Truth = bool | None


def every(found: Iterable[Truth]) -> Truth:
    """Whether all hold: no if one does not, unknown if one is unknown, else yes."""
    seen = set(found)
    return False if False in seen else None if None in seen else True


@dataclass(frozen=True, slots=True)
class Joint:
    """How many of those due are perfect, are not, and wait for evidence."""

    due: int
    perfect: int
    imperfect: int

    @property
    def pending(self) -> int:
        return self.due - self.perfect - self.imperfect

    @property
    def resolved(self) -> float | None:
        """The fraction of those that are judged, 0 to 1; None if none is."""
        judged = self.perfect + self.imperfect
        return self.perfect / judged if judged else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between what and what the fraction will come to be once all are judged: all that wait fail, or all hold."""
        return (self.perfect / self.due, (self.perfect + self.pending) / self.due) if self.due else None


def joint(orders: Iterable[Truth]) -> Joint:
    """The joint fraction of orders."""
    told = list(orders)
    return Joint(len(told), sum(t is True for t in told), sum(t is False for t in told))


def product_of(rates: Sequence[float]) -> float:
    """The product of the conditions' rates: right only if they fail independently. Beside the joint fraction, never for it."""
    return prod(rates)


def frechet(rates: Sequence[float]) -> tuple[float, float]:
    """Between what and what the joint fraction lies, known only the rates: max(0, Σp − (n − 1)) to min p (Fréchet)."""
    return max(0.0, sum(rates) - (len(rates) - 1)), min(rates, default=1.0)


def rates(orders: Sequence[Mapping[str, Truth]]) -> dict[str, float]:
    """By condition the fraction of judged orders for which it holds."""
    names = list(dict.fromkeys(name for order in orders for name in order))
    judged = {name: [order[name] for order in orders if order.get(name) is not None] for name in names}
    return {name: sum(map(bool, told)) / len(told) for name, told in judged.items() if told}
