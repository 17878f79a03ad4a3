"""Pricing: the money of an order, frozen at placing. Pure.

Net is rounded half up once per line; an order's discount and freight are shared out by net value and tax
is computed per rate on the sum (EN 16931), each shared by largest remainder, so lines add up to the order.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from hanse.kernel.money import minor_unit, quantum, rounded, share_out
from hanse.kernel.rows import row


@row
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
    nets, discounts = map(list, zip(*(_net(line, unit) for line in lines), strict=True)) if lines else ([], [])
    if discount:
        cuts = share_out(discount, nets, quantum(discount, unit))
        nets = [net - cut for net, cut in zip(nets, cuts, strict=True)]
        discounts = [off + cut for off, cut in zip(discounts, cuts, strict=True)]
    freights = share_out(freight, nets, quantum(freight, unit)) if freight else [line.freight for line in lines]
    if tax is None:
        taxes = _taxes(lines, nets, freights, unit)
    else:
        taxes = share_out(tax, nets, quantum(tax, unit)) if tax else [line.tax for line in lines]
    return [
        Priced(line.quantity, line.unit_price, discounts[i], line.discount_rate, nets[i], line.tax_rate, line.tax_category, freights[i], taxes[i])
        for i, line in enumerate(lines)
    ]


def _net(line: Priced, unit: Decimal) -> tuple[Decimal, Decimal]:
    """The line's net amount and discount: net as agreed where it is given, else price × quantity less discount, rounded once."""
    gross = line.unit_price * line.quantity
    if line.net is not None:
        return line.net, rounded(max(gross - line.net, Decimal(0)), quantum(line.net, unit))
    off = line.discount + gross * line.discount_rate if line.discount_rate else line.discount
    return rounded(gross - off, unit), rounded(off, unit)


def _taxes(lines: Sequence[Priced], nets: Sequence[Decimal], freights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Tax per category and rate on the sum of net and freight, shared back to its lines."""
    groups: dict[tuple[str, Decimal], list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        if line.tax_rate:
            groups[line.tax_category, line.tax_rate].append(i)
    taxes = [line.tax for line in lines]
    for (_, rate), members in groups.items():
        bases = [nets[i] + freights[i] for i in members]
        for i, share in zip(members, share_out(rounded(sum(bases) * rate / 100, unit), bases, unit), strict=True):
            taxes[i] = share
    return taxes
