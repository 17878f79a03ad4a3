"""Money: decimal amounts in one currency, rounded half up once, shared out to the last minor unit.

Amounts are `Decimal`; the minor units of a currency come from ISO 4217 (JPY 0, EUR 2, KWD 3).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision, list_currencies

FINEST = Decimal("0.0001")
"""Stored amounts have at most four decimals (`numeric(18,4)`)."""


@cache
def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 currency."""
    return len(code) == 3 and code.isupper() and code in list_currencies()


@cache
def minor_unit(currency: str) -> Decimal:
    """The smallest amount that can be paid: 0.01 for EUR, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def too_fine(amount: Decimal | None) -> bool:
    """Whether an amount has more than the four decimals that are stored."""
    return amount is not None and amount != amount.quantize(FINEST, ROUND_HALF_UP)


def rounded(amount: Decimal, unit: Decimal) -> Decimal:
    """`amount` to whole units of `unit`, half up (away from zero at the half)."""
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def share_out(total: Decimal, weights: Sequence[Decimal | int], unit: Decimal) -> list[Decimal]:
    """Split `total` by weight into whole units; the parts add up exactly.

    Largest remainder, ties to the earlier part (domain README, convention 6). With no weight at all
    the parts are equal. `total` is a multiple of `unit`.
    """
    if not weights:
        return []
    whole = sum(weights)
    if not whole:
        return share_out(total, [1] * len(weights), unit)
    units = int(total / unit)
    exact = [Decimal(units) * w / whole for w in weights]
    parts = [int(e // 1) for e in exact]
    left = units - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [p * unit for p in parts]


def quantum(amount: Decimal, unit: Decimal) -> Decimal:
    """The unit in which `amount` is whole: the currency's, or the finest stored for amounts that came finer."""
    return unit if amount % unit == 0 else FINEST


def units_share(total: Decimal, of: int, first: int, count: int, unit: Decimal, per: int = 1) -> Decimal:
    """What units `first` … `first + count` of `of` equal units carry of `total`, exactly.

    Unit k carries the floor, the first units one minor unit more (largest remainder among equals), so
    any sequence of partial invoices, credits and refunds adds up to `total` to the cent. Where `per` units
    make one kit, kits are equal first, then the units in each: whole kits carry the same, to the minor unit.
    """
    step = quantum(total, unit)
    floor, extra = divmod(int(total / step), of // per)

    def upto(k: int) -> int:
        if per == 1:
            return k * floor + min(k, extra)
        kits, loose = divmod(k, per)
        each, more = divmod(floor + (kits < extra), per)
        return kits * floor + min(kits, extra) + loose * each + min(loose, more)

    return (upto(first + count) - upto(first)) * step
