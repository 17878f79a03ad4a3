"""Invoice: bill what is billable of an order, each unit once.

By the order's rule a unit is billable when it is shipped, or when it is ordered. An invoice takes the next
units of each line with their exact shares of net, freight and tax, so all invoices of a line add up to it.
Of kits what is whole is billed, each component with its share. What was delivered over a line is billed as a line of its own,
or never, as the terms frozen with the order say.
What was ordered, shipped, received and invoiced is compared line by line and kept with the invoice.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import Gt, Le, MaxLen

from hanse.journal.operation import begins, draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Instant, Quantity, ask
from hanse.kernel.money import minor_unit
from hanse.kernel.numbers import order_id, order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.orders.counters import LineAdvance, advance_lines
from hanse.orders.holds import blocking

from . import rules
from .documents import SERIES, Document, DocumentLine, Issued, issue
from .events import BilledLine, InvoiceIssued
from .matching import LineOwed, compare, due_of, kits_among, match, of_kits
from .rules import Amounts

Position = Annotated[int, Gt(0), Le(100_000)]


@ask
class Units:
    """So many units of the order line, or so many kits, at this position."""

    line: Position
    quantity: Quantity


@ask
class Invoice:
    """Bill an order: all that is billable, or these units. `number` and `at` are a past invoice's own."""

    order: Code
    at: Instant | None = None
    number: Code | None = None
    lines: Annotated[tuple[Units, ...], MaxLen(1000)] | None = None


@dataclass(frozen=True, slots=True)
class OrderOwed:
    """An order as billing sees it."""

    id: int
    customer: int
    code: str
    bill_to: int
    currency: str
    rule: str
    payment_days: int
    holds: list[str]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: orders and lines under lock, numbers in use, the present."""

    now: datetime
    orders: Mapping[int, OrderOwed]
    lines: Mapping[int, Sequence[LineOwed]]
    numbers: AbstractSet[str] = frozenset()


def decide(asks: Sequence[Invoice], known: Known) -> list[Document | Refused]:
    """Bill each order's next billable units; what one ask billed the next finds billed."""
    answers: list[Document | Refused] = []
    billed = {x.id: x.invoiced for lines in known.lines.values() for x in lines}
    numbers = set(known.numbers)
    for ask in asks:
        order = known.orders.get(order_id(ask.order))
        if order is None:
            answers.append(refuse("order-unknown", order=ask.order))
        elif stopping := blocking(order.holds, "invoice"):
            answers.append(refuse("on-hold", order=ask.order, holds=stopping))
        elif wrong := _wrong_number(ask, numbers, known.now):
            answers.append(wrong)
        else:
            answer = _bill(ask, order, known, billed)
            if isinstance(answer, Document):
                numbers.add(answer.number)
                billed |= {x.line: x.first + x.quantity for x in answer.lines}
            answers.append(answer)
    return answers


def _wrong_number(ask: Invoice, used: AbstractSet[str], now: datetime) -> Refused | None:
    if ask.at and ask.at > now:
        return refuse("values-refused", why="An invoice cannot be issued in the future.", at="at")
    if not ask.number:
        return None
    if ask.at is None:
        return refuse("values-refused", why="Only an invoice of the past brings its own number: say when it was issued.", at="at")
    if ask.number.startswith(tuple(f"{series}-" for series in SERIES.values())):
        return refuse("values-refused", why=f"{ask.number} would stand in our own series. Numbers there are given by hanse.", at="number")
    return refuse("number-used", number=ask.number) if ask.number in used else None


def _bill(ask: Invoice, order: OrderOwed, known: Known, billed: Mapping[int, int]) -> Document | Refused:
    lines = known.lines.get(order.id, ())
    due = due_of(lines, order.rule)
    left = {x.position: max(due[x.position] - billed[x.id], 0) for x in lines}
    wanted = dict.fromkeys((u.line for u in ask.lines), 0) if ask.lines is not None else left
    for units in ask.lines or ():
        wanted[units.line] += units.quantity
    if ask.lines is not None:
        wanted = of_kits(wanted, kits_among(lines))
    if wrong := [w for position, quantity in wanted.items() if (w := _cannot(ask, left, position, quantity))]:
        return refuse_all(wrong)
    unit = minor_unit(order.currency)
    taken = tuple(_next_units(x, billed[x.id], wanted[x.position], unit) for x in lines if wanted.get(x.position))
    if not taken:
        return refuse("nothing-to-invoice", order=ask.order)
    return Document("invoice", order.id, order.customer, order.code, order.bill_to, order.currency, ask.at or known.now,
                    order.payment_days, taken, number=ask.number or "")


def _cannot(ask: Invoice, left: Mapping[int, int], position: int, wanted: int) -> Refused | None:
    if position not in left:
        return refuse("line-unknown", order=ask.order, line=position)
    if wanted > left[position]:
        return refuse("invoice-out-of-range", order=ask.order, line=position, open=left[position], wanted=wanted)
    return None


def _next_units(line: LineOwed, first: int, quantity: int, unit: Decimal) -> DocumentLine:
    amounts = rules.share(Amounts(line.net, line.freight, line.tax), line.ordered, first, quantity, unit, line.per_kit)
    return DocumentLine(line.id, line.position, line.sku, first, quantity, line.unit_price, amounts, line.tax_category, line.tax_rate)


ORDERS = """
SELECT o.id, o.customer_id, p.code, o.bill_to_id, o.currency, o.invoice_rule, o.payment_days, o.holds
  FROM orders_order o JOIN partners_party p ON p.id = o.customer_id WHERE o.id = ANY(%(order)s::bigint[]) ORDER BY o.id FOR NO KEY UPDATE OF o
"""
LINES = """
SELECT l.id, l.order_id, l.position, i.sku, l.unit_price, l.net, l.freight, l.tax, l.tax_category, l.tax_rate,
       l.ordered, l.cancelled, l.shipped, l.delivered, l.lost - l.found, l.sent_back, l.invoiced, l.credited, l.kit, l.per_kit, l.billed
  FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id
 WHERE l.order_id = ANY(%(order)s::bigint[]) ORDER BY l.order_id, l.position
"""
NUMBERS = "SELECT number FROM billing_invoice WHERE number = ANY(%(number)s::text[])"


@operation
@draws(lambda asks: {"billing_invoice_id_seq": len(asks)})
@begins(ORDERS, lambda asks: {"order": order_ids(a.order for a in asks)})
def invoice(run: Run, asks: Sequence[Invoice]) -> list[InvoiceIssued | Refused]:
    """Bill orders: counters, documents, open items and comparison move together; numbers come last."""
    known = _known(run, asks)
    answers = decide(asks, known)
    drafts = [a for a in answers if isinstance(a, Document)]
    issued = issue(run, drafts)
    advance_lines(run, [LineAdvance(x.line, invoiced=x.quantity) for d in drafts for x in d.lines])
    by_id = {x.id: x for lines in known.lines.values() for x in lines}
    match(run, [compare(i.id, x, by_id[x.line], known.orders[i.document.order].rule) for i in issued for x in i.document.lines])
    told = iter(issued)
    return [a if isinstance(a, Refused) else _told(next(told)) for a in answers]


def _known(run: Run, asks: Sequence[Invoice]) -> Known:
    wanted = order_ids(a.order for a in asks)
    orders = {o.id: o for o in run.rows(OrderOwed, ORDERS, order=wanted)}
    lines: dict[int, list[LineOwed]] = {}
    for line in run.rows(LineOwed, LINES, order=wanted):
        lines.setdefault(line.order, []).append(line)
    own = [ask.number for ask in asks if ask.number]
    numbers = frozenset(run.rows(str, NUMBERS, number=own)) if own else frozenset()
    return Known(run.now, orders, lines, numbers)


def billed_lines(document: Document) -> tuple[BilledLine, ...]:
    """A document's lines as its event tells them."""
    return tuple(BilledLine(x.line, x.position, x.sku, x.quantity, x.amounts.net, x.amounts.freight, x.amounts.tax) for x in document.lines)


def _told(issued: Issued) -> InvoiceIssued:
    document, amounts = issued.document, issued.amounts
    return InvoiceIssued(f"H-{document.order}", issued.number, document.code, document.currency, amounts.net, amounts.freight,
                         amounts.tax, amounts.total, document.due_on, billed_lines(document), document.at)
