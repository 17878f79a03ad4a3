"""Questions about money: one document, lists of them, what customers owe. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.numbers import order_id
from hanse.kernel.rows import as_tuple

from .goods import FOR_PEOPLE

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """An invoice or credit in a list. `open` is what is not settled of it."""

    number: str
    kind: str
    order: str
    ref: str
    customer: str
    customer_name: str
    currency: str
    total: Decimal
    open: Decimal
    issued_at: datetime
    issued_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class DocumentLineView:
    """A line of a document: units of an order line, and what they carry."""

    position: int
    sku: str
    name: str
    stock_unit: str
    quantity: int
    unit_price: Decimal
    net: Decimal
    freight: Decimal
    tax: Decimal
    tax_category: str
    tax_rate: Decimal
    kit: int | None
    kit_sku: str
    kit_name: str
    kit_price: Decimal | None
    per_kit: int


@dataclass(frozen=True, slots=True)
class KitBilled:
    """Kits of a document: how many are whole on it, and what all of their components come to."""

    position: int
    sku: str
    name: str
    quantity: int
    unit_price: Decimal | None
    net: Decimal


def kits_billed(lines: Sequence[DocumentLineView]) -> dict[int, KitBilled]:
    """The kits that a document's lines are parts of, by position."""
    found: dict[int, KitBilled] = {}
    for line in lines:
        if line.kit is not None:
            of = [x for x in lines if x.kit == line.kit]
            found[line.kit] = KitBilled(
                line.kit, line.kit_sku, line.kit_name, min(x.quantity // x.per_kit for x in of), line.kit_price, sum((x.net for x in of), Decimal(0)))
    return found


@dataclass(frozen=True, slots=True)
class SettledPart:
    """So much of a document was settled, by a payment, a credit or against an invoice or refund."""

    by: str
    name: str
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class MatchView:
    """Order, delivery and invoice of a line, as they stood when it was invoiced."""

    position: int
    ordered: int
    shipped: int
    received: int | None
    invoiced: int
    order_price: Decimal
    invoice_price: Decimal
    quantity_variance: Decimal
    price_variance: Decimal
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class TaxPart:
    """The tax of one category and rate: what is taxed, and the tax."""

    category: str
    rate: Decimal
    taxed: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class CreditNamed:
    """A credit of an invoice, and why it was issued."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document whole: lines, tax by category, settlements, credits that correct it, and the comparison."""

    number: str
    kind: str
    order: str
    ref: str
    customer: str
    customer_name: str
    tax_id: str
    bill_to: list[str]
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    open: Decimal
    reason: str
    issued_at: datetime
    issued_on: date
    due_on: date
    corrects: str | None
    lines: list[DocumentLineView]
    taxes: list[TaxPart]
    settlements: list[SettledPart]
    credits: list[CreditNamed]
    matches: list[MatchView]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What stands between us and a customer in one currency: owed to us, owed to them, overdue."""

    customer: str
    currency: str
    owed: Decimal
    on_account: Decimal
    overdue: Decimal


LIST = """
SELECT d.number, d.kind, 'H-' || d.order_id, o.ref, p.code, p.name, d.currency, d.total, i.amount - i.settled, d.issued_at, d.issued_on, d.due_on
  FROM (SELECT d.* FROM billing_invoice d WHERE {where} ORDER BY d.id DESC LIMIT %(limit)s) d
  JOIN billing_openitem i ON i.invoice_id = d.id
  JOIN orders_order o ON o.id = d.order_id JOIN partners_party p ON p.id = d.customer_id ORDER BY d.id DESC
"""
FILTERS = {
    "customer": "d.customer_id = (SELECT id FROM partners_party WHERE code = %(customer)s)",
    "order": "d.order_id = %(order)s",
    "kind": "d.kind = %(kind)s",
    "open": "EXISTS (SELECT 1 FROM billing_openitem i WHERE i.invoice_id = d.id AND i.settled < i.amount)",
    "settled": "EXISTS (SELECT 1 FROM billing_openitem i WHERE i.invoice_id = d.id AND i.settled = i.amount)",
    "overdue": "d.kind = 'invoice' AND d.due_on < %(today)s AND EXISTS (SELECT 1 FROM billing_openitem i WHERE i.invoice_id = d.id AND i.settled < i.amount)",
    "before": "d.id < (SELECT id FROM billing_invoice WHERE number = %(before)s)",
}


def documents(limit: int = 100, *, customer: str = "", order: str = "", kind: str = "", open: bool | None = None, today: date | None = None,
              before: str = "") -> list[DocumentRow]:
    """Invoices and credits, newest first. `today` keeps the overdue ones; `before` is the last number of the page before."""
    given: dict[str, Any] = {name: value for name, value in [("customer", customer), ("kind", kind), ("before", before), ("today", today)] if value}
    names = [name for name in given if name != "today"] + ["overdue"] * bool(today)
    if order:
        given["order"], names = order_id(order), [*names, "order"]
    if open is not None:
        names.append("open" if open else "settled")
    sql = LIST.format(where=" AND ".join(FILTERS[name] for name in names) or "true")
    return rows(DocumentRow, sql, **given, limit=min(limit, MOST_ROWS + 1))


DOCUMENT = """
SELECT d.id, d.number, d.kind, 'H-' || d.order_id, o.ref, p.code, p.name, p.tax_id,
       ARRAY[a.name, a.street, trim(a.postcode || ' ' || a.city), a.region, a.country], d.currency, d.net, d.freight, d.tax, d.total,
       i.amount - i.settled, d.reason, d.issued_at, d.issued_on, d.due_on, c.number
  FROM billing_invoice d JOIN orders_order o ON o.id = d.order_id JOIN partners_party p ON p.id = d.customer_id
  JOIN partners_address a ON a.id = d.bill_to_id JOIN billing_openitem i ON i.invoice_id = d.id
  LEFT JOIN billing_invoice c ON c.id = d.corrects_id WHERE d.number = %(number)s
"""
LINES = """
SELECT l.position, i.sku, i.name, i.stock_unit, x.quantity, x.unit_price, x.net, x.freight, x.tax, x.tax_category, x.tax_rate,
       l.kit, coalesce(m.sku, ''), coalesce(m.name, ''), k.unit_price, l.per_kit
  FROM billing_invoiceline x JOIN orders_line l ON l.id = x.line_id JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN orders_kit k ON k.order_id = l.order_id AND k.position = l.kit LEFT JOIN catalogue_item m ON m.id = k.item_id
 WHERE x.invoice_id = %(id)s ORDER BY coalesce(l.kit, l.position), l.position
"""
TAXES = """
SELECT tax_category, tax_rate, sum(net + freight), sum(tax) FROM billing_invoiceline WHERE invoice_id = %(id)s GROUP BY 1, 2 ORDER BY 1, 2 DESC
"""
SETTLEMENTS = """
SELECT 'payment', m.ref, s.amount, s.at FROM billing_settlement s JOIN billing_payment m ON m.id = s.payment_id WHERE s.invoice_id = %(id)s
 UNION ALL SELECT 'credit', d.number, s.amount, s.at FROM billing_settlement s JOIN billing_invoice d ON d.id = s.credit_id WHERE s.invoice_id = %(id)s
 UNION ALL SELECT 'invoice', d.number, s.amount, s.at FROM billing_settlement s JOIN billing_invoice d ON d.id = s.invoice_id WHERE s.credit_id = %(id)s
 UNION ALL SELECT 'refund', m.ref, s.amount, s.at FROM billing_settlement s JOIN billing_payment m ON m.id = s.refund_id WHERE s.credit_id = %(id)s
 ORDER BY 4, 2
"""
CREDITS = "SELECT number, reason FROM billing_invoice WHERE corrects_id = %(id)s ORDER BY id"
MATCHES = """
SELECT l.position, m.ordered, m.shipped, m.received, m.invoiced, m.order_price, m.invoice_price, m.quantity_variance, m.price_variance, m.matched_at
  FROM billing_match m JOIN orders_line l ON l.id = m.line_id WHERE m.invoice_id = %(id)s ORDER BY l.position, m.id
"""


def document(number: str) -> DocumentView | None:
    """An invoice or credit whole; nothing where the number is not known."""
    found = rows(as_tuple, DOCUMENT, number=number)
    if not found:
        return None
    [(id, *head)] = found
    address = [part for part in head[7] if part]
    key = {"id": id}
    parts = [rows(DocumentLineView, LINES, **key), rows(TaxPart, TAXES, **key), rows(SettledPart, SETTLEMENTS, **key), rows(CreditNamed, CREDITS, **key),
             rows(MatchView, MATCHES, **key)]
    return DocumentView(*[*head[:7], address, *head[8:], *parts])


@dataclass(frozen=True, slots=True)
class GoodsToCredit:
    """Units of a line in a parcel that are to be credited, why, and what they were billed with; `unsure` which lines came short."""

    order: str
    customer: str
    customer_name: str
    parcel: str
    carrier: str
    shipment: int
    position: int
    sku: str
    cause: str
    sent: int
    units: int
    net: Decimal
    currency: str
    unsure: bool
    known_at: datetime


TO_CREDIT = f"""
SELECT 'H-' || l.order_id, c.code, c.name, p.tracking, r.name, p.shipment_id, l.position, i.sku, g.cause, g.sent - g.credited, n.units, round(l.net * n.units / l.ordered, 2), o.currency, g.unsure, g.known_at
  FROM ({FOR_PEOPLE}) n JOIN billing_goodscredit g ON g.id = n.id JOIN transport_parcel p ON p.id = g.parcel_id JOIN transport_carrier r ON r.id = p.carrier_id
  JOIN orders_line l ON l.id = g.line_id JOIN orders_order o ON o.id = l.order_id JOIN partners_party c ON c.id = o.customer_id JOIN catalogue_item i ON i.id = l.item_id
 WHERE %(order)s::bigint IN (0, l.order_id) ORDER BY g.known_at, l.order_id, p.tracking, l.position LIMIT %(limit)s
"""


def to_credit(limit: int = 100, order: str = "") -> list[GoodsToCredit]:
    """What never came sound and is to be credited by a person, the oldest first."""
    return rows(GoodsToCredit, TO_CREDIT, order=order_id(order) or -1 if order else 0, limit=min(limit, MOST_ROWS))


ACCOUNTS = """
SELECT p.code, i.currency, coalesce(sum(i.amount - i.settled) FILTER (WHERE i.owes), 0), coalesce(sum(i.amount - i.settled) FILTER (WHERE NOT i.owes), 0),
       coalesce(sum(i.amount - i.settled) FILTER (WHERE i.owes AND i.due_on < %(today)s), 0)
  FROM billing_openitem i JOIN partners_party p ON p.id = i.customer_id
 WHERE i.settled < i.amount AND (%(customer)s::text = '' OR p.code = %(customer)s) GROUP BY 1, 2 ORDER BY 1, 2
"""


def accounts(today: date, customer: str = "") -> list[AccountRow]:
    """What customers owe and what we owe them, by currency; those with nothing open are left out."""
    return rows(AccountRow, ACCOUNTS, today=today, customer=customer)
