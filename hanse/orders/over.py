"""Over: units that go out beyond what was ordered of a line, as far as the terms frozen with its order let them.

They are a line of their own that names the one they came over, as a substitute is: reserved, picked, shipped, cancelled and
given back like any others, so that nothing else has to know of them. Where the terms bill them they carry the share that as
many units carry of the line's net, rounded once, its tax, and no freight; else they are worth nothing and on no invoice.
Components of kits and substitutes have none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hanse.journal.run import Run
from hanse.kernel.money import minor_unit, quantum, rounded
from hanse.kernel.rows import row

from .counters import Reserved, allocate
from .growing import Wish, add_lines
from .pricing import Priced
from .reserving import ALLOCATIONS
from .selling import Sold

MAY_BE_OVER = """CASE WHEN o.over_percent = 0 OR l.kit IS NOT NULL OR l.substitute_of_id IS NOT NULL OR l.over_of_id IS NOT NULL THEN 0
  ELSE greatest(o.over_percent * (l.ordered - l.cancelled) / 100 - coalesce((SELECT sum(x.ordered - x.cancelled)::bigint FROM orders_line x
    WHERE x.order_id = l.order_id AND x.over_of_id = l.id), 0), 0) END"""
"""How many more units than ordered may go out of line `l` of order `o`: whole units of what stands, less those that went over already."""
UNBILLED = "coalesce((SELECT sum(u.shipped)::bigint FROM orders_line u WHERE u.order_id = o.id AND NOT u.billed), 0)"
"""Units of order `o` that are shipped and no invoice will ever name."""


@row
class Extra:
    """So many units over a line, taken for one of its allocations."""

    allocation: int
    quantity: int


@dataclass(frozen=True, slots=True)
class LineFact:
    """The line that units came over, with its money, its order's terms and the promise of the allocation they were taken for."""

    allocation: int
    line: int
    order: int
    last: int
    item: int
    site: int
    ordered: int
    unit_price: Decimal
    net: Decimal
    freight: Decimal
    tax: Decimal
    tax_rate: Decimal
    tax_category: str
    requested_on: date | None
    promised_on: date | None
    arrives_on: date | None
    currency: str
    billed: bool


LINES = """
SELECT a.id, l.id, l.order_id, greatest((SELECT max(x.position) FROM orders_line x WHERE x.order_id = l.order_id),
         (SELECT max(k.position) FROM orders_kit k WHERE k.order_id = l.order_id)), l.item_id, a.site_id, l.ordered,
       l.unit_price, l.net, l.freight, l.tax, l.tax_rate, l.tax_category, l.requested_on, l.promised_on, a.promised_on, o.currency, o.bills_over
  FROM orders_allocation a JOIN orders_line l ON l.id = a.line_id JOIN orders_order o ON o.id = l.order_id
 WHERE a.id = ANY(%(allocation)s::bigint[])
"""


def priced(line: LineFact, units: int) -> Priced:
    """What units over a line are worth: the share that as many carry of its net, and the tax on that; nothing where they are not billed. Pure."""
    if not line.billed:
        return Priced(units, Decimal(0), tax_rate=line.tax_rate, tax_category=line.tax_category, net=Decimal(0))
    unit = minor_unit(line.currency)
    net = rounded(line.net * units / line.ordered, quantum(line.net, unit))
    taxed = line.net + line.freight
    tax = rounded(line.tax * net / taxed, quantum(line.tax, unit)) if taxed else Decimal(0)
    off = rounded(max(line.unit_price * units - net, Decimal(0)), quantum(net, unit))
    return Priced(units, line.unit_price, discount=off, net=net, tax_rate=line.tax_rate, tax_category=line.tax_category, tax=tax)


def add_over(run: Run, extras: Sequence[Extra]) -> list[Reserved]:
    """Write a line and an allocation for each of these, whose orders the caller has locked; no stock is reserved, for they are taken already."""
    if not extras:
        return []
    known = {x.allocation: x for x in run.rows(LineFact, LINES, extras)}
    of = [known[e.allocation] for e in extras]
    wants = add_lines(run, [_wish(line, e.quantity) for line, e in zip(of, extras, strict=True)])
    ids = run.draw(ALLOCATIONS, len(extras))
    made = [Reserved(id, line.order, want.line, line.item, line.site, e.quantity, line.arrives_on, line.promised_on)
            for id, line, want, e in zip(ids, of, wants, extras, strict=True)]
    allocate(run, made)
    return made


def _wish(line: LineFact, units: int) -> Wish:
    item = Sold(line.item, "", line.unit_price, line.currency, line.tax_category, line.tax_rate, False)
    return Wish(line.order, line.last, item, priced(line, units), line.currency, line.requested_on, over_of=line.line, billed=line.billed)
