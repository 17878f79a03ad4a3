"""Documents: the only writer of invoices and credits, their lines and their open items.

Numbers of a series have no gap and no double: they are drawn last, when nothing can be refused any more, by
locking the series' row, for the whole batch at once. Whoever comes meanwhile waits for that row.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hanse.journal.run import Run
from hanse.kernel.rows import row

from .rules import Amounts

SERIES = {"invoice": "INV", "credit": "CRN"}
"""How our own numbers begin; the year of issue (UTC) and six digits follow."""


@row
class DocumentLine:
    """Units `first` … `first + quantity` of an order line and their amounts."""

    line: int
    position: int
    sku: str
    first: int
    quantity: int
    unit_price: Decimal
    amounts: Amounts
    tax_category: str
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit about to be issued; `number` only where history brings its own."""

    kind: str
    order: int
    customer: int
    code: str
    bill_to: int
    currency: str
    at: datetime
    payment_days: int
    lines: tuple[DocumentLine, ...]
    number: str = ""
    corrects: int | None = None
    reason: str = ""
    parcel: int | None = None

    @property
    def amounts(self) -> Amounts:
        return sum((line.amounts for line in self.lines), Amounts())

    @property
    def series(self) -> str:
        return f"{SERIES[self.kind]}-{self.issued_on.year}"

    @property
    def issued_on(self) -> date:
        return self.at.astimezone(UTC).date()

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.payment_days)


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued document: its key, its number and its amounts."""

    id: int
    number: str
    amounts: Amounts
    document: Document


DRAW = """
INSERT INTO billing_series AS s (name, last)
SELECT d.name, d.count FROM unnest(%(name)s::text[], %(count)s::bigint[]) AS d(name, count) ORDER BY d.name
    ON CONFLICT (name) DO UPDATE SET last = s.last + excluded.last RETURNING s.name, s.last
"""
ISSUE = """
WITH issued AS (
  INSERT INTO billing_invoice (id, number, kind, order_id, customer_id, bill_to_id, corrects_id, currency, net, freight, tax, total,
                               reason, issued_at, issued_on, due_on, parcel_id, actor)
  SELECT d.*, %(actor)s
    FROM unnest(%(id)s::bigint[], %(number)s::text[], %(kind)s::text[], %(order)s::bigint[], %(customer)s::bigint[], %(bill_to)s::bigint[],
                %(corrects)s::bigint[], %(currency)s::text[], %(net)s::numeric[], %(freight)s::numeric[], %(tax)s::numeric[],
                %(total)s::numeric[], %(reason)s::text[], %(at)s::timestamptz[], %(issued_on)s::date[], %(due_on)s::date[],
                %(parcel)s::bigint[]) AS d
), opened AS (
  INSERT INTO billing_openitem (customer_id, currency, owes, invoice_id, amount, since_at, due_on)
  SELECT d.customer, d.currency, d.kind = 'invoice', d.id, d.total, d.at, d.due_on
    FROM unnest(%(customer)s::bigint[], %(currency)s::text[], %(kind)s::text[], %(id)s::bigint[], %(total)s::numeric[],
                %(at)s::timestamptz[], %(due_on)s::date[]) AS d(customer, currency, kind, id, total, at, due_on)
)
INSERT INTO billing_invoiceline (invoice_id, line_id, first, quantity, unit_price, net, freight, tax, tax_category, tax_rate)
SELECT * FROM unnest(%(of)s::bigint[], %(line)s::bigint[], %(first)s::bigint[], %(quantity)s::bigint[], %(unit_price)s::numeric[],
                     %(line_net)s::numeric[], %(line_freight)s::numeric[], %(line_tax)s::numeric[], %(category)s::text[], %(rate)s::numeric[])
"""


def issue(run: Run, documents: Sequence[Document]) -> list[Issued]:
    """Number and write documents with their lines and open items, in the order given."""
    if not documents:
        return []
    ids = run.draw("billing_invoice_id_seq", len(documents))
    numbers = _numbers(run, documents)
    issued = [Issued(i, n, d.amounts, d) for i, n, d in zip(ids, numbers, documents, strict=True)]
    run.write(ISSUE, **_of_documents(issued), **_of_lines(issued))
    return issued


def _numbers(run: Run, documents: Sequence[Document]) -> list[str]:
    """Each document's number: its own, or the next of its series."""
    wanted = Counter(d.series for d in documents if not d.number)
    if not wanted:
        return [d.number for d in documents]
    last = dict(run.rows(lambda name, last: (name, last), DRAW, name=list(wanted), count=list(wanted.values())))
    following = {name: last[name] - count for name, count in wanted.items()}
    numbers = []
    for document in documents:
        if not document.number:
            following[document.series] += 1
        numbers.append(document.number or f"{document.series}-{following[document.series]:06d}")
    return numbers


def _of_documents(issued: Sequence[Issued]) -> dict[str, list]:
    fields = ("kind", "order", "customer", "bill_to", "corrects", "currency", "reason", "at", "issued_on", "due_on", "parcel")
    return {name: [getattr(i.document, name) for i in issued] for name in fields} | {
        "id": [i.id for i in issued], "number": [i.number for i in issued],
        "net": [i.amounts.net for i in issued], "freight": [i.amounts.freight for i in issued],
        "tax": [i.amounts.tax for i in issued], "total": [i.amounts.total for i in issued],
    }


def _of_lines(issued: Sequence[Issued]) -> dict[str, list]:
    lines = [(i.id, line) for i in issued for line in i.document.lines]
    return {"of": [id for id, _ in lines]} | {name: [getattr(x, name) for _, x in lines] for name in ("line", "first", "quantity", "unit_price")} | {
        "line_net": [x.amounts.net for _, x in lines], "line_freight": [x.amounts.freight for _, x in lines],
        "line_tax": [x.amounts.tax for _, x in lines],
        "category": [x.tax_category for _, x in lines], "rate": [x.tax_rate for _, x in lines],
    }
