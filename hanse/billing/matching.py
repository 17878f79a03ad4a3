"""Matching: the only writer of three-way comparisons: what was ordered, delivered and invoiced of a line, and at which price."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from hanse.journal.run import Run
from hanse.kernel.rows import row
from hanse.orders.kits import whole

from . import rules
from .documents import DocumentLine


@row
class LineOwed:
    """A line's counters and the amounts of all its units."""

    id: int
    order: int
    position: int
    sku: str
    unit_price: Decimal
    net: Decimal
    freight: Decimal
    tax: Decimal
    tax_category: str
    tax_rate: Decimal
    ordered: int
    cancelled: int
    shipped: int
    delivered: int
    lost: int
    sent_back: int
    invoiced: int
    credited: int
    kit: int | None = None
    per_kit: int = 1
    billed: bool = True

    def due(self, rule: str) -> int:
        """The units that may be on invoices in all, looked at alone."""
        if not self.billed:
            return 0
        return self.ordered - self.cancelled if rule == "order" else self.shipped


@row
class Compared:
    """Order, delivery and invoice of one line, as they stand with this invoice."""

    line: int
    invoice: int
    ordered: int
    shipped: int
    received: int | None
    invoiced: int
    order_price: Decimal
    invoice_price: Decimal
    quantity_variance: Decimal
    price_variance: Decimal


MATCH = """
INSERT INTO billing_match (line_id, invoice_id, ordered, shipped, received, invoiced, order_price, invoice_price,
                           quantity_variance, price_variance, matched_at)
SELECT m.*, %(now)s
  FROM unnest(%(line)s::bigint[], %(invoice)s::bigint[], %(ordered)s::bigint[], %(shipped)s::bigint[], %(received)s::bigint[],
              %(invoiced)s::bigint[], %(order_price)s::numeric[], %(invoice_price)s::numeric[],
              %(quantity_variance)s::numeric[], %(price_variance)s::numeric[]) AS m
"""


def due_of(lines: Sequence[LineOwed], rule: str) -> dict[int, int]:
    """The units of an order's lines that may be on invoices in all, by position. Of kits that is what is whole, and
    components that cannot be part of a whole kit any more."""
    due = {x.position: x.due(rule) for x in lines}
    parts = [x for x in lines if x.kit is not None]
    if parts and rule != "order":
        made = whole((x.kit, x.per_kit, x.shipped) for x in parts)
        can = whole((x.kit, x.per_kit, x.ordered - x.cancelled) for x in parts)
        due |= {x.position: made[x.kit] * x.per_kit + max(x.shipped - can[x.kit] * x.per_kit, 0) for x in parts if x.kit is not None}
    return due


class OfKit(Protocol):
    """What is looked at of a line that may be a component."""

    @property
    def position(self) -> int: ...
    @property
    def kit(self) -> int | None: ...
    @property
    def per_kit(self) -> int: ...


def kits_among(lines: Iterable[OfKit]) -> dict[int, list[tuple[int, int]]]:
    """By a kit's position the positions of its components, with the units to one kit."""
    kits: dict[int, list[tuple[int, int]]] = {}
    for line in lines:
        if line.kit is not None:
            kits.setdefault(line.kit, []).append((line.position, line.per_kit))
    return kits


def of_kits(wanted: Mapping[int, int], kits: Mapping[int, Sequence[tuple[int, int]]]) -> dict[int, int]:
    """Units by position, kits among them taken apart into their components: (position, units per kit) by the kit's position."""
    units = {position: n for position, n in wanted.items() if position not in kits}
    for kit, n in ((kit, n) for kit, n in wanted.items() if kit in kits):
        for position, per_kit in kits[kit]:
            units[position] = units.get(position, 0) + n * per_kit
    return units


def compare(invoice: int, billed: DocumentLine, line: LineOwed, rule: str) -> Compared:
    """The three-way comparison of one line on an invoice: ordered, shipped, received where known, invoiced."""
    ordered = line.ordered - line.cancelled
    received = rules.received(shipped=line.shipped, delivered=line.delivered, lost=line.lost, sent_back=line.sent_back)
    invoiced = billed.first + billed.quantity - line.credited
    accepted = rules.accepted(rule, ordered=ordered, shipped=line.shipped, received=received)
    off = rules.three_way(accepted=accepted, invoiced=invoiced, order_price=line.unit_price, invoice_price=billed.unit_price)
    return Compared(line.id, invoice, ordered, line.shipped, received, invoiced, line.unit_price, billed.unit_price, off.quantity, off.price)


def match(run: Run, compared: Sequence[Compared]) -> None:
    """Keep comparisons; they never change, later facts make new rows."""
    run.write(MATCH, compared)
