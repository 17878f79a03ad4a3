"""Pricing: the money of an order, frozen at placing. Pure.

Net is rounded half up once per line; an order's discount and freight are shared out by net value and tax
is computed per rate on the sum (EN 16931), each shared by largest remainder, so lines add up to the order.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hanse.kernel.money import minor_unit, quantum, rounded, share_out


@dataclass(frozen=True, slots=True)
class Priced:
    """A line's money: what is asked for, before and after pricing."""

    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    discount_rate: Decimal = Decimal(0)
    net: Decimal | None = None
    tax_rate: Decimal = Decimal(0)
    tax_category: str = "S"
    freight: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)


def price(lines: Sequence[Priced], currency: str, discount: Decimal, freight: Decimal, tax: Decimal | None) -> list[Priced]:
    """Price the lines of an order: discounts taken, freight shared out, tax computed (or, if given, shared out)."""
    unit = minor_unit(currency)
    priced = [_net(line, unit) for line in lines]
    if discount:
        cuts = share_out(discount, _nets(priced), quantum(discount, unit))
        priced = [replace(p, net=(p.net or Decimal(0)) - cut, discount=p.discount + cut) for p, cut in zip(priced, cuts, strict=True)]
    if freight:
        shares = share_out(freight, _nets(priced), quantum(freight, unit))
        priced = [replace(p, freight=s) for p, s in zip(priced, shares, strict=True)]
    if tax is not None:
        shares = share_out(tax, _nets(priced), quantum(tax, unit))
        return [replace(p, tax=s) for p, s in zip(priced, shares, strict=True)] if tax else priced
    return _taxed(priced, unit)


def _nets(priced: Sequence[Priced]) -> list[Decimal]:
    return [p.net or Decimal(0) for p in priced]


def _net(line: Priced, unit: Decimal) -> Priced:
    """The line's net amount: as agreed where it is given, else price × quantity less discount, rounded once."""
    gross = line.unit_price * line.quantity
    if line.net is not None:
        return replace(line, discount=rounded(max(gross - line.net, Decimal(0)), quantum(line.net, unit)))
    off = line.discount + gross * line.discount_rate
    net = rounded(gross - off, unit)
    return replace(line, net=net, discount=rounded(off, unit))


def _taxed(priced: list[Priced], unit: Decimal) -> list[Priced]:
    """Tax per category and rate on the sum of net and freight, shared back to its lines."""
    groups: dict[tuple[str, Decimal], list[int]] = defaultdict(list)
    for i, line in enumerate(priced):
        if line.tax_rate:
            groups[line.tax_category, line.tax_rate].append(i)
    for (_, rate), members in groups.items():
        bases = [(priced[i].net or Decimal(0)) + priced[i].freight for i in members]
        shares = share_out(rounded(sum(bases) * rate / 100, unit), bases, unit)
        for i, share in zip(members, shares, strict=True):
            priced[i] = replace(priced[i], tax=share)
    return priced
