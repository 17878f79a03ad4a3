"""Available to promise: what supply of an item is not spoken for, period by period. Pure.

Supply of the first period is what is on hand and free for use, that of later ones what arrives in them; demand is what is committed.
"""

from collections.abc import Sequence
from itertools import accumulate


def discrete(supply: Sequence[int], demand: Sequence[int]) -> list[int]:
    """Per receipt, what it brings less what is committed until the next one; 0 in periods without a receipt.

    What a receipt lacks is taken from the nearest earlier one that has some, then from later ones; what is negative after that is over-committed.
    """
    receipts = [t for t, units in enumerate(supply) if units or t == 0]
    left = [0] * len(supply)
    for t, following in zip(receipts, [*receipts[1:], len(supply)], strict=True):
        left[t] = supply[t] - sum(demand[t:following])
    for t in receipts:
        for other in [s for s in reversed(receipts) if s < t] + [s for s in receipts if s > t]:
            units = min(-left[t], left[other])
            if units > 0:
                left[t], left[other] = left[t] + units, left[other] - units
    return left


def cumulative(supply: Sequence[int], demand: Sequence[int]) -> list[int]:
    """Per period, how many units can be promised by then without breaking a later promise."""
    balance = list(accumulate(s - d for s, d in zip(supply, demand, strict=True)))
    return [max(0, least) for least in reversed(list(accumulate(reversed(balance), min)))]


def whole_in(available: Sequence[int], wanted: int, period: int = 0) -> int | None:
    """The first period from `period` on in which all the wanted units can be promised; None where there is none."""
    return next((t for t, units in enumerate(available) if t >= period and units >= wanted), None)


def in_parts(available: Sequence[int], wanted: int, period: int = 0) -> list[tuple[int, int]]:
    """The wanted units as early as they can be promised from `period` on: (period, units) of each part; what is left over can be promised in none."""
    parts: list[tuple[int, int]] = []
    promised = 0
    for t in range(period, len(available)):
        units = min(wanted, available[t]) - promised
        if units > 0:
            parts.append((t, units))
            promised += units
    return parts
