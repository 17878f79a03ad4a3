"""Chances: seeded randomness by name.

Each question has a stream of its own, named after what it is about: the same order meets the same luck whatever else
happens in the company, so two runs under different rules differ by their rules alone (common random numbers).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chances:
    """All chances of a world, from its seed."""

    seed: int

    def of(self, *names: object) -> Random:
        """The stream of these names: the same on every machine and every time."""
        return Random("/".join(map(str, (self.seed, *names))))

    def happens(self, share: float, *names: object) -> bool:
        """Whether what happens with this share happens here."""
        return share > 0 and self.of(*names).random() < share


def one(random: Random, weighted: dict[T, float]) -> T:
    """One of these, by weight."""
    return random.choices(list(weighted), list(weighted.values()))[0]


def how_many(random: Random, weights: Sequence[float]) -> int:
    """One, two, three …, by weight."""
    return random.choices(range(1, len(weights) + 1), cum_weights=list(accumulate(weights)))[0]


def poisson(random: Random, mean: float) -> int:
    """How often something happens that happens `mean` times on average: gaps are drawn until the time is over."""
    happened, at = 0, random.expovariate(1.0)
    while at < mean:
        happened, at = happened + 1, at + random.expovariate(1.0)
    return happened
