"""Settle: set money on account, or what is left of a credit, against an open invoice of the same customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.asks import Money as Amount
from hanse.kernel.money import FINEST
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import InvoiceSettled
from .settling import Settling, settle_items, take_turns


@ask
class Settle:
    """Set so much of a payment (or of a credit) against an invoice; no amount: as much as both allow."""

    invoice: Code
    payment: Code | None = None
    credit: Code | None = None
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, credit or payment under lock and what is open of it."""

    kind: str
    id: int
    name: str
    customer: str
    currency: str
    open: Decimal


@dataclass(frozen=True, slots=True)
class Set:
    """A settlement that is accepted."""

    invoice: Document
    source: Document
    amount: Decimal


def decide(asks: Sequence[Settle], known: Mapping[tuple[str, str], Document]) -> list[Set | Refused]:
    """Settle as far as both sides are open; what one ask used the next finds used."""
    answers: list[Set | Refused] = []
    open = {key: document.open for key, document in known.items()}
    for ask in asks:
        answer = _settled(ask, known, open)
        if isinstance(answer, Set):
            for side in (answer.invoice, answer.source):
                open[side.kind, side.name] -= answer.amount
        answers.append(answer)
    return answers


def _settled(ask: Settle, known: Mapping[tuple[str, str], Document], open: Mapping[tuple[str, str], Decimal]) -> Set | Refused:
    if (ask.payment is None) == (ask.credit is None):
        return refuse("values-refused", why="Name a payment or a credit, one of them.")
    name = ("payment", ask.payment) if ask.payment is not None else ("credit", ask.credit or "")
    invoice, source = known.get(("invoice", ask.invoice)), known.get(name)
    if invoice is None:
        return refuse("invoice-unknown", invoice=ask.invoice, at="invoice")
    if source is None or source.customer != invoice.customer:
        return refuse("payment-unknown", payment=name[1], at=name[0])
    if source.currency != invoice.currency:
        return refuse("currency-differs", invoice=invoice.name, want=invoice.currency, got=source.currency)
    return _amount(ask, invoice, source, open["invoice", ask.invoice], open[name])


def _amount(ask: Settle, invoice: Document, source: Document, owed: Decimal, left: Decimal) -> Set | Refused:
    wanted = min(owed, left) if ask.amount is None else ask.amount
    wrong = []
    if wanted > left or not left:
        wrong.append(refuse("paid-too-much", left=left, wanted=wanted, at="amount"))
    if wanted > owed or not owed:
        wrong.append(refuse("invoice-settled", open=owed, invoice=invoice.name, wanted=wanted, at="amount"))
    if not wrong and (wanted <= 0 or wanted % FINEST):
        wrong.append(refuse("values-refused", why=f"{wanted} {invoice.currency} cannot be settled: it must be above zero, with four decimals at most.", at="amount"))
    return refuse_all(wrong) if wrong else Set(invoice, source, wanted)


CUSTOMERS = """
SELECT DISTINCT p.code FROM billing_invoice d JOIN partners_party p ON p.id = d.customer_id
 WHERE d.number = ANY(%(invoice)s::text[])
"""
DOCUMENTS = """
SELECT coalesce(d.kind, 'payment'), coalesce(d.id, m.id), coalesce(d.number, m.ref), p.code, o.currency, o.amount - o.settled
  FROM billing_openitem o
  LEFT JOIN billing_invoice d ON d.id = o.invoice_id
  LEFT JOIN billing_payment m ON m.id = o.payment_id
  JOIN partners_party p ON p.id = o.customer_id
 WHERE o.invoice_id IN (SELECT id FROM billing_invoice WHERE number = ANY(%(document)s::text[]))
    OR o.payment_id IN (SELECT id FROM billing_payment WHERE ref = ANY(%(ref)s::text[]) AND kind = 'received')
 ORDER BY o.id FOR NO KEY UPDATE OF o
"""


@operation
def settle(run: Run, asks: Sequence[Settle]) -> list[InvoiceSettled | Refused]:
    """Settle invoices from money on account or credits; both sides move together."""
    take_turns(run, run.rows(str, CUSTOMERS, asks))
    numbers = [a.invoice for a in asks] + [a.credit for a in asks if a.credit]
    found = run.rows(Document, DOCUMENTS, document=numbers, ref=[a.payment for a in asks if a.payment])
    answers = decide(asks, {(d.kind, d.name): d for d in found})
    settle_items(run, [_settling(a, run.now) for a in answers if isinstance(a, Set)])
    return [a if isinstance(a, Refused) else _told(a, run.now) for a in answers]


def _settling(done: Set, at: datetime) -> Settling:
    return Settling(done.amount, at, invoice=done.invoice.id, **{done.source.kind: done.source.id})


def _told(done: Set, at: datetime) -> InvoiceSettled:
    names = {done.source.kind: done.source.name}
    return InvoiceSettled(done.invoice.customer, done.invoice.name, names.get("payment", ""), names.get("credit", ""), done.amount,
                          done.invoice.currency, at)
