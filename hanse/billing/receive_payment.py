"""Receive payment: book money that came in, once per reference, for ever.

It pays the invoices named, or the customer's oldest open ones in its currency; what pays nothing stays on the
customer's account until somebody sets it against an invoice (`settle`) or pays it back (`pay_back`).
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
from hanse.kernel.asks import Code, Currency, Instant, Short, ask
from hanse.kernel.asks import Money as Amount
from hanse.kernel.money import FINEST, is_currency
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import Paid, PaymentReceived
from .settling import Money, Settling, book, settle_items, take_turns


@ask
class ReceivePayment:
    """Money from a customer: for these invoices, or for the oldest open ones."""

    ref: Code
    customer: Code
    amount: Amount
    currency: Currency
    method: Short = ""
    at: Instant | None = None
    invoices: Annotated[tuple[Code, ...], MaxLen(1000)] | None = None


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice under lock and what is open of it, oldest first."""

    id: int
    number: str
    customer: str
    currency: str
    open: Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: customers by code, references in use, invoices with what is open."""

    now: datetime
    customers: Mapping[str, int]
    refs: AbstractSet[str]
    invoices: Sequence[OpenInvoice]


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment that is accepted, and the parts of it that pay invoices."""

    ask: ReceivePayment
    customer: int
    at: datetime
    parts: tuple[tuple[OpenInvoice, Decimal], ...]


def decide(asks: Sequence[ReceivePayment], known: Known) -> list[Booked | Refused]:
    """Share each payment out over its invoices; what one ask paid the next finds paid."""
    answers: list[Booked | Refused] = []
    refs = set(known.refs)
    open = {i.id: i.open for i in known.invoices}
    for ask in asks:
        wrong = [*unpayable(ask.amount, ask.currency, ask.at, known.now), *_wrong(ask, refs, known)]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        refs.add(ask.ref)
        parts = tuple(_parts(ask, _meant(ask, known), open))
        for invoice, part in parts:
            open[invoice.id] -= part
        answers.append(Booked(ask, known.customers[ask.customer], ask.at or known.now, parts))
    return answers


def unpayable(amount: Decimal, currency: str, at: datetime | None, now: datetime) -> list[Refused]:
    """What is wrong with an amount of money as such: its currency, its sign, parts finer than are kept, a day to come."""
    if not is_currency(currency):
        return [refuse("currency-unknown", currency=currency, at="currency")]
    wrong = []
    if amount <= 0 or amount % FINEST:
        wrong.append(refuse("values-refused", why=f"{amount} {currency} cannot be paid: it must be above zero, with four decimals at most.", at="amount"))
    if at and at > now:
        wrong.append(refuse("values-refused", why="Money cannot have come or gone in the future.", at="at"))
    return wrong


def _wrong(ask: ReceivePayment, refs: AbstractSet[str], known: Known) -> list[Refused]:
    wrong = []
    if ask.ref in refs:
        wrong.append(refuse("payment-used", ref=ask.ref, at="ref"))
    if ask.customer not in known.customers:
        wrong.append(refuse("party-unknown", party=ask.customer, at="customer"))
    found = {i.number: i for i in known.invoices if i.customer == ask.customer}
    for position, number in enumerate(ask.invoices or ()):
        if number not in found:
            wrong.append(refuse("invoice-unknown", invoice=number, at=f"invoices/{position}"))
        elif found[number].currency != ask.currency:
            wrong.append(refuse("currency-differs", invoice=number, want=found[number].currency, got=ask.currency, at=f"invoices/{position}"))
    return wrong


def _meant(ask: ReceivePayment, known: Known) -> list[OpenInvoice]:
    """The invoices a payment is for, in the order in which it pays them."""
    if ask.invoices is None:
        return [i for i in known.invoices if i.customer == ask.customer and i.currency == ask.currency]
    found = {i.number: i for i in known.invoices}
    return [found[number] for number in dict.fromkeys(ask.invoices)]


def _parts(ask: ReceivePayment, meant: Sequence[OpenInvoice], open: Mapping[int, Decimal]) -> list[tuple[OpenInvoice, Decimal]]:
    left, parts = ask.amount, []
    for invoice in meant:
        if part := min(left, open[invoice.id]):
            parts.append((invoice, part))
            left -= part
    return parts


CUSTOMERS = "SELECT code, id FROM partners_party WHERE code = ANY(%(customer)s::text[])"
REFS = "SELECT ref FROM billing_payment WHERE ref = ANY(%(ref)s::text[])"
OPEN_INVOICES = """
WITH asked AS (
  SELECT p.id, a.currency, sum(a.amount) AS amount
    FROM unnest(%(customer)s::text[], %(currency)s::text[], %(amount)s::numeric[]) AS a(customer, currency, amount)
    JOIN partners_party p ON p.code = a.customer GROUP BY 1, 2
), oldest AS (
  SELECT o.id, a.amount, sum(o.amount - o.settled) OVER (PARTITION BY o.customer_id, o.currency ORDER BY o.since_at, o.id) - (o.amount - o.settled) AS older
    FROM asked a JOIN billing_openitem o ON o.customer_id = a.id AND o.currency = a.currency AND o.owes AND o.settled < o.amount
)
SELECT d.id, d.number, p.code, d.currency, o.amount - o.settled, o.since_at
  FROM billing_openitem o JOIN billing_invoice d ON d.id = o.invoice_id JOIN partners_party p ON p.id = d.customer_id
 WHERE d.kind = 'invoice' AND (o.id IN (SELECT id FROM oldest WHERE older < amount)
    OR o.invoice_id IN (SELECT id FROM billing_invoice WHERE number = ANY(%(number)s::text[])))
 ORDER BY o.id FOR NO KEY UPDATE OF o
"""


@operation
def receive_payment(run: Run, asks: Sequence[ReceivePayment]) -> list[PaymentReceived | Refused]:
    """Book payments; payment, settlements and what is open of the invoices move together."""
    take_turns(run, [a.customer for a in asks], [a.ref for a in asks])
    answers = decide(asks, _known(run, asks))
    booked = [a for a in answers if isinstance(a, Booked)]
    ids = run.draw("billing_payment_id_seq", len(booked))
    book(run, [Money(i, b.ask.ref, "received", b.customer, b.ask.method, b.ask.currency, b.ask.amount, b.at) for i, b in zip(ids, booked, strict=True)])
    settle_items(run, [Settling(part, b.at, invoice=v.id, payment=i) for i, b in zip(ids, booked, strict=True) for v, part in b.parts])
    return [a if isinstance(a, Refused) else _told(a) for a in answers]


def _known(run: Run, asks: Sequence[ReceivePayment]) -> Known:
    found = run.rows(as_tuple, OPEN_INVOICES, asks, number=[n for a in asks for n in a.invoices or ()])
    oldest_first = sorted(found, key=lambda row: (row[-1], row[0]))
    customers = dict(run.rows(lambda code, id: (code, id), CUSTOMERS, asks))
    return Known(run.now, customers, frozenset(run.rows(str, REFS, asks)), [OpenInvoice(*row[:-1]) for row in oldest_first])


def _told(booked: Booked) -> PaymentReceived:
    ask, parts = booked.ask, booked.parts
    return PaymentReceived(ask.customer, ask.ref, ask.amount, ask.currency, ask.method, tuple(Paid(i.number, part) for i, part in parts),
                           ask.amount - sum((part for _, part in parts), Decimal(0)), booked.at)
