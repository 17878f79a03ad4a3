"""Credit: take back units of an invoice, from its end, with the exact amounts they were invoiced with.

Never more than was invoiced. What is still open of the invoice falls by the credit; the rest is owed to the
customer: set it against another invoice (`settle`) or pay it back (`pay_back`).
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Instant, Text, ask
from hanse.kernel.money import minor_unit
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.orders.counters import LineAdvance, advance_lines, lock_orders

from . import rules
from .documents import SERIES, Document, DocumentLine, Issued, issue
from .events import CreditIssued
from .invoice import NUMBERS, Units, billed_lines
from .matching import kits_among, of_kits
from .rules import Amounts
from .settling import Settling, settle_items


@ask
class Credit:
    """Credit an invoice: all of it, or these units. `number` and `at` are a past credit's own."""

    invoice: Code
    reason: Text
    lines: Annotated[tuple[Units, ...], MaxLen(1000)] | None = None
    at: Instant | None = None
    number: Code | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """An issued invoice and what is open of it."""

    id: int
    number: str
    order: int
    customer: int
    code: str
    bill_to: int
    currency: str
    open: Decimal


@dataclass(frozen=True, slots=True)
class BilledUnits:
    """A line of an issued invoice and how many of its units are credited."""

    invoice: int
    line: int
    position: int
    sku: str
    first: int
    quantity: int
    unit_price: Decimal
    net: Decimal
    freight: Decimal
    tax: Decimal
    tax_category: str
    tax_rate: Decimal
    credited: int
    kit: int | None = None
    per_kit: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: invoices under lock with their lines, numbers in use, the present."""

    now: datetime
    invoices: Mapping[str, Billed]
    lines: Mapping[int, Sequence[BilledUnits]]
    numbers: AbstractSet[str] = frozenset()


def decide(asks: Sequence[Credit], known: Known) -> list[Document | Refused]:
    """Credit each invoice's last units that are not credited yet."""
    answers: list[Document | Refused] = []
    credited = {(x.invoice, x.position): x.credited for lines in known.lines.values() for x in lines}
    numbers = set(known.numbers)
    for ask in asks:
        invoice = known.invoices.get(ask.invoice)
        if invoice is None:
            answers.append(refuse("invoice-unknown", invoice=ask.invoice))
        elif not ask.reason.strip():
            answers.append(refuse("reason-missing", at="reason"))
        elif wrong := _wrong_number(ask, numbers, known.now):
            answers.append(wrong)
        else:
            answer = _credit(ask, invoice, known, credited)
            if isinstance(answer, Document):
                numbers.add(answer.number)
                for line in answer.lines:
                    credited[invoice.id, line.position] += line.quantity
            answers.append(answer)
    return answers


def _wrong_number(ask: Credit, used: AbstractSet[str], now: datetime) -> Refused | None:
    if ask.at and ask.at > now:
        return refuse("values-refused", why="A credit cannot be issued in the future.", at="at")
    if not ask.number:
        return None
    if ask.at is None or ask.number.startswith(tuple(f"{series}-" for series in SERIES.values())):
        return refuse("values-refused", why="Only a credit of the past brings its own number, with its date and outside our series.", at="number")
    return refuse("number-used", number=ask.number) if ask.number in used else None


def _credit(ask: Credit, invoice: Billed, known: Known, credited: Mapping[tuple[int, int], int]) -> Document | Refused:
    lines = {x.position: x for x in known.lines.get(invoice.id, ())}
    left = {position: x.quantity - credited[invoice.id, position] for position, x in lines.items()}
    wanted = dict.fromkeys((u.line for u in ask.lines), 0) if ask.lines is not None else left
    for units in ask.lines or ():
        wanted[units.line] += units.quantity
    if ask.lines is not None:
        wanted = of_kits(wanted, kits_among(lines.values()))
    wrong = [w for position, quantity in wanted.items() if (w := _cannot(invoice, left, position, quantity))]
    if wrong:
        return refuse_all(wrong)
    unit = minor_unit(invoice.currency)
    taken = tuple(_last_units(lines[p], wanted[p], left[p], unit) for p in wanted if wanted[p])
    if not taken:
        return refuse("credit-out-of-range", open=0, wanted="all")
    return Document("credit", invoice.order, invoice.customer, invoice.code, invoice.bill_to, invoice.currency, ask.at or known.now, 0,
                    taken, number=ask.number or "", corrects=invoice.id, reason=ask.reason)


def _cannot(invoice: Billed, left: Mapping[int, int], position: int, wanted: int) -> Refused | None:
    if position not in left:
        return refuse("line-unknown", order=invoice.number, line=position)
    return refuse("credit-out-of-range", open=left[position], wanted=wanted) if wanted > left[position] else None


def _last_units(line: BilledUnits, quantity: int, left: int, unit: Decimal) -> DocumentLine:
    """The last units of an invoice's line that are not credited, with what they carried there."""
    whole = Amounts(line.net, line.freight, line.tax)
    per = line.per_kit if line.first % line.per_kit == line.quantity % line.per_kit == 0 else 1
    amounts = rules.share(whole, line.quantity, left - quantity, quantity, unit, per)
    return DocumentLine(line.line, line.position, line.sku, line.first + left - quantity, quantity, line.unit_price, amounts,
                        line.tax_category, line.tax_rate)


INVOICES = """
SELECT d.id, d.number, d.order_id, d.customer_id, p.code, d.bill_to_id, d.currency, o.amount - o.settled
  FROM billing_invoice d JOIN partners_party p ON p.id = d.customer_id JOIN billing_openitem o ON o.invoice_id = d.id
 WHERE d.number = ANY(%(invoice)s::text[]) AND d.kind = 'invoice' ORDER BY o.id FOR NO KEY UPDATE OF o
"""
LINES = """
SELECT x.invoice_id, x.line_id, l.position, i.sku, x.first, x.quantity, x.unit_price, x.net, x.freight, x.tax, x.tax_category, x.tax_rate,
       coalesce(c.quantity, 0)::bigint, l.kit, l.per_kit
  FROM billing_invoiceline x JOIN orders_line l ON l.id = x.line_id JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN LATERAL (SELECT sum(y.quantity) AS quantity FROM billing_invoice d JOIN billing_invoiceline y ON y.invoice_id = d.id
                      WHERE d.corrects_id = x.invoice_id AND y.line_id = x.line_id) c ON true
 WHERE x.invoice_id = ANY(%(invoice)s::bigint[]) ORDER BY x.invoice_id, l.position
"""


@operation
def credit(run: Run, asks: Sequence[Credit]) -> list[CreditIssued | Refused]:
    """Credit invoices: counters, documents and what is open of the invoice move together; numbers come last."""
    known = known_of(run, asks)
    answers = decide(asks, known)
    told = iter(book(run, [a for a in answers if isinstance(a, Document)], known))
    return [a if isinstance(a, Refused) else next(told) for a in answers]


def book(run: Run, drafts: Sequence[Document], known: Known) -> list[CreditIssued]:
    """Write credits that were decided on: counters, documents, what is open of their invoices."""
    advance_lines(run, [LineAdvance(x.line, credited=x.quantity) for d in drafts for x in d.lines])
    issued = issue(run, drafts)
    settled = _settled(issued, {d.id: d.open for d in known.invoices.values()})
    settle_items(run, [Settling(s, i.document.at, invoice=i.document.corrects, credit=i.id) for i, s in zip(issued, settled, strict=True)])
    numbers = {d.id: d.number for d in known.invoices.values()}
    return [_told(i, numbers[i.document.corrects or 0], s) for i, s in zip(issued, settled, strict=True)]


def known_of(run: Run, asks: Sequence[Credit]) -> Known:
    """The facts of credits: invoices and their orders under lock, their lines, numbers in use."""
    invoices = run.rows(Billed, INVOICES, asks)
    lock_orders(run, [d.order for d in invoices])
    lines: dict[int, list[BilledUnits]] = {}
    for line in run.rows(BilledUnits, LINES, invoice=[d.id for d in invoices]):
        lines.setdefault(line.invoice, []).append(line)
    own = [ask.number for ask in asks if ask.number]
    numbers = frozenset(run.rows(str, NUMBERS, number=own)) if own else frozenset()
    return Known(run.now, {d.number: d for d in invoices}, lines, numbers)


def _settled(issued: Sequence[Issued], open: dict[int, Decimal]) -> list[Decimal]:
    """How much of each credit lowers its invoice: as far as the invoice is open."""
    parts = []
    for credit in issued:
        invoice = credit.document.corrects or 0
        part = min(credit.amounts.total, open[invoice])
        open[invoice] -= part
        parts.append(part)
    return parts


def _told(issued: Issued, invoice: str, settled: Decimal) -> CreditIssued:
    document, amounts = issued.document, issued.amounts
    return CreditIssued(f"H-{document.order}", issued.number, invoice, document.code, document.currency, amounts.net, amounts.freight,
                        amounts.tax, amounts.total, settled, document.reason, billed_lines(document), document.at)
