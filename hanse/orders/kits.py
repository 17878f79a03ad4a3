"""Kits: how one is taken apart into lines when it is placed, and what of it is whole afterwards. Pure.

A kit is no line: it is a group of lines that name its position and say how many units make one kit. They do all the
reserving, picking, shipping and billing. Of a kit so much is shipped as its components make whole ones; the rest is loose.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from hanse.kernel.money import minor_unit, quantum, rounded, share_out
from hanse.kernel.rows import row

from .pricing import Priced
from .selling import Component


@row
class Member:
    """A component of an order's kit: how many of its units have a site."""

    line: int
    order: int
    kit: int
    per_kit: int
    kept: int


MEMBERS = """
SELECT id, order_id, kit, per_kit, reserved - freed FROM orders_line WHERE order_id = ANY(%(order)s::bigint[]) AND kit IS NOT NULL ORDER BY id
"""
LOOSE = """coalesce((SELECT sum(least(l.shipped, k.can * l.per_kit) - k.whole * l.per_kit)
  FROM (SELECT kit, min(shipped / per_kit) AS whole, min((ordered - cancelled) / per_kit) AS can FROM orders_line WHERE order_id = o.id AND kit IS NOT NULL GROUP BY kit) k
  JOIN orders_line l ON l.order_id = o.id AND l.kit = k.kit), 0)"""
"""Units of order `o` that are shipped and wait for the rest of their kit."""


PRICE = Decimal("0.000001")
"""Unit prices have six decimals."""


def components(kit: Priced, parts: Sequence[Component], currency: str) -> list[Priced]:
    """A kit's money shared out to its components by weight; each carries the kit's tax rate."""
    unit, weights = minor_unit(currency), [part.weight for part in parts]
    prices = share_out(rounded(kit.unit_price, PRICE), weights, PRICE)
    shares = [_shared(amount, kit.quantity, weights, unit) for amount in (kit.discount, kit.net or Decimal(0), kit.freight, kit.tax)]
    return [
        Priced(kit.quantity * part.per_kit, rounded(price / part.per_kit, PRICE), discount, Decimal(0), net, kit.tax_rate, kit.tax_category, freight, tax)
        for part, price, discount, net, freight, tax in zip(parts, prices, *shares, strict=True)]


def _shared(amount: Decimal, kits: int, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Share an amount out so that each kit's share is the same where it can be: what does not divide by the kits goes by weight."""
    step = quantum(amount, unit)
    each = amount / step // kits * step
    alike = [share * kits for share in share_out(each, weights, step)]
    rest = share_out(amount - each * kits, weights, step)
    return [a + b for a, b in zip(alike, rest, strict=True)]


def whole(parts: Iterable[tuple[int | None, int, int]]) -> dict[int, int]:
    """How many whole kits there are by the kit's position, of (kit, units per kit, units): the fewest over its components."""
    made: dict[int, int] = {}
    for kit, per_kit, units in parts:
        if kit is not None:
            made[kit] = min(units // per_kit, made.get(kit, units))
    return made


def together(taken: Mapping[int, int], members: Sequence[Member]) -> dict[int, int]:
    """How much of what was taken for components may stay, so that kits are reserved whole or not at all."""
    kits: dict[tuple[int, int], list[Member]] = defaultdict(list)
    for m in members:
        kits[m.order, m.kit].append(m)
    stays: dict[int, int] = {}
    for parts in kits.values():
        made = min((m.kept + taken.get(m.line, 0)) // m.per_kit for m in parts)
        stays |= {m.line: max(min(made * m.per_kit - m.kept, taken.get(m.line, 0)), 0) for m in parts}
    return stays
