"""Plan: which faults come in which order, drawn from a seed. What each does is told in `torture`."""

from collections.abc import Iterator, Mapping
from random import Random

SHARES: Mapping[str, int] = {
    "kill web worker": 4, "kill web master": 2, "kill worker": 4, "kill stream": 1, "kill backend": 3, "kill database": 3,
    "kill web before commit": 5, "kill web after commit": 5, "kill worker before commit": 4, "kill worker after commit": 4,
    "cut web before commit": 4, "cut web after commit": 4, "cut worker before commit": 3, "cut worker after commit": 3,
    "database slow": 2, "database throttled": 2, "database lines cut": 5, "database half open": 2, "database shut": 2,
    "clients slow": 1, "clients throttled": 1, "clients cut": 5, "clients reset": 4, "clients half open": 2, "clients shut": 1,
    "clock steps": 4, "partners fail": 4, "ten times the load": 1, "locks held": 2, "equal requests": 3, "the same order again": 2,
    "poison": 2, "hostile bodies": 4, "hostile file": 1, "hostile message": 1, "disk full": 2, "log disk full": 1,
}  # fmt: skip
"""Each fault with its share of the draws."""


def faults(seed: int) -> Iterator[str]:
    """Names of faults without end: every one in turn, in an order of chance, then by their shares."""
    random = Random(f"{seed}/plan")
    names = list(SHARES)
    random.shuffle(names)
    yield from names
    while True:
        [name] = random.choices(list(SHARES), weights=list(SHARES.values()))
        yield name
