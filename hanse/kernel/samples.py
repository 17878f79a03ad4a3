"""Samples: what a few observations say about the many, with how sure it is. Pure.

Shares come with the Wilson score interval, so that 9 of 10 does not outrank 181 of 200; two shares whose
intervals overlap have no rank (`apart`). Percentiles are nearest rank: a value that was really observed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import mean, stdev

Z95 = 1.959963984540054
"""The standard normal's 97.5th percentile: intervals hold in 95 of 100 cases."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n`, with the bounds within which the true share lies in 95 of 100 cases. Nothing observed says nothing."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """The share itself, 0 to 1; None where nothing was observed."""
        return self.hits / self.n if self.n else None

    @property
    def low(self) -> float:
        return wilson(self.hits, self.n)[0]

    @property
    def high(self) -> float:
        return wilson(self.hits, self.n)[1]


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of `hits` of `n` (E. B. Wilson, 1927), 0 to 1. Of nothing it is everything.

    Raises ValueError where hits are not 0 … n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    if not n:
        return 0.0, 1.0
    p, square = hits / n, z * z
    middle = (p + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def apart(a: Share, b: Share) -> bool:
    """Whether two shares differ beyond chance: their intervals do not overlap."""
    return a.low > b.high or b.low > a.high


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest value that so many per cent of all do not exceed. Raises ValueError without values."""
    if not values or not 0 < percent <= 100:
        raise ValueError(f"no {percent}th percentile of {len(values)} values")
    return sorted(values)[ceil(percent / 100 * len(values)) - 1]


@dataclass(frozen=True, slots=True)
class Spread:
    """How transit times scatter: mean, sample deviation, coefficient of variation, 95th percentile and buffer index (p95 − mean) / mean."""

    n: int
    mean: float
    deviation: float | None
    variation: float | None
    p50: float
    p95: float
    buffer: float | None


def spread(values: Sequence[float]) -> Spread | None:
    """The spread of some values; None of none. One value alone has no deviation."""
    if not values:
        return None
    middle, p95 = mean(values), percentile(values, 95)
    deviation = stdev(values) if len(values) > 1 else None
    return Spread(
        len(values), middle, deviation, deviation / middle if deviation is not None and middle else None, percentile(values, 50), p95,
        (p95 - middle) / middle if middle else None,
    )


def composite(scores: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    """The weighted mean of scores 0 … 100; what was not measured drops out with its weight. None where nothing was."""
    measured = {name: score for name, score in scores.items() if score is not None and weights.get(name)}
    total = sum(weights[name] for name in measured)
    return sum(weights[name] * score for name, score in measured.items()) / total if total else None


def mixed(shares: Mapping[str, Share], mix: Mapping[str, int]) -> float | None:
    """A share as if its parts came in this mix (direct standardisation): carriers are compared on the same lanes.

    Parts that were never observed drop out with their weight; None where none was.
    """
    seen = {part: share.value for part, share in shares.items() if share.value is not None and mix.get(part)}
    total = sum(mix[part] for part in seen)
    return sum(mix[part] * value for part, value in seen.items()) / total if total else None
