"""Matching: the only writer of three-way comparisons: what was ordered, delivered and invoiced of a line, and at which price."""

from collections.abc import Sequence
from decimal import Decimal

from hanse.journal.run import Run
from hanse.kernel.rows import row

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

    def due(self, rule: str) -> int:
        """The units that may be on invoices in all."""
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
