"""Dealt: how a carrier deals with us beside carrying: its answers to tenders, its bills, its claims. Pure.

Rates say how many of how many, with their 95 % interval; medians say of how many. What was not observed is not known, and is no zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from hanse.kernel.samples import Share

RATES: Mapping[str, str] = {
    "acceptance": "Tenders accepted in time", "pickup": "Picked up in its window", "billing": "Invoices right at first", "claims": "Parcels with a claim",
}
"""What is counted, with its word; of claims fewer are better."""
MEDIANS: Mapping[str, tuple[str, str]] = {
    "response": ("Answer to a tender", "hours"), "lead": ("Tender to pick-up", "hours"), "claim cycle": ("Claim filed to decided", "days"),
}
RATIOS: Mapping[str, str] = {"accessorials": "Accessorials of freight", "claims value": "Claimed of freight"}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with the interval (fractions, 0 to 1)."""

    what: str
    word: str
    hits: int
    n: int
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Median:
    """The middle of so many durations; None of none."""

    what: str
    word: str
    unit: str
    n: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """One amount as a share of another, in one currency."""

    what: str
    word: str
    currency: str
    part: Decimal
    whole: Decimal
    value: float | None


@dataclass(frozen=True, slots=True)
class Dealings:
    """All of it for a period."""

    rates: tuple[Rate, ...]
    medians: tuple[Median, ...]
    ratios: tuple[Ratio, ...]

    @property
    def known(self) -> bool:
        """Whether anything of it was observed; that no parcel had a claim is nothing to show alone."""
        return any(r.n for r in self.rates if r.what != "claims" or r.hits) or any(m.n for m in self.medians) or any(r.part for r in self.ratios)

    def rate(self, what: str) -> Rate:
        """One of the rates."""
        return next(r for r in self.rates if r.what == what)


def dealings(counted: Mapping[str, Share], middles: Mapping[str, tuple[int, float | None]], money: Iterable[tuple[str, str, Decimal, Decimal]]) -> Dealings:
    """What was observed, by name; what is missing is not known. Money is (what, currency, part, whole)."""
    return Dealings(
        tuple(rate(what, counted.get(what, Share(0, 0))) for what in RATES), tuple(Median(what, *MEDIANS[what], *middles.get(what, (0, None))) for what in MEDIANS),
        tuple(Ratio(what, RATIOS[what], currency, part, whole, ratio(part, whole)) for what, currency, part, whole in money))


def rate(what: str, share: Share) -> Rate:
    """A rate with its word and interval."""
    return Rate(what, RATES[what], share.hits, share.n, share.value, share.low, share.high)


def ratio(part: Decimal, whole: Decimal) -> float | None:
    """A part of a whole; None of nothing."""
    return float(part / whole) if whole else None


def median(values: Iterable[float]) -> float | None:
    """The middle of some values, the mean of the two middle ones where they are even; None of none."""
    found = sorted(values)
    if not found:
        return None
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


def composite(scores: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    """Scores of 0 to 100 as one by their weights; those that are not known drop out, and the weights of the others count for them.

    One carrier over time; it is no reason to rank carriers whose intervals overlap.
    """
    known = {name: score for name, score in scores.items() if score is not None and weights.get(name)}
    whole = sum(weights[name] for name in known)
    return sum(weights[name] * score for name, score in known.items()) / whole if whole else None
