"""Pay back: book money that went back to a customer, once per reference.

It comes out of credits and payments that no invoice needs, oldest first, and is never more than the customer
paid less what went back before.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Currency, Instant, Short, Text, ask
from hanse.kernel.asks import Money as Amount
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import MoneyPaidBack
from .receive_payment import CUSTOMERS, REFS, unpayable
from .settling import Money, Settling, book, settle_items, take_turns


@ask
class PayBack:
    """Money for a customer, out of what we owe them."""

    ref: Code
    customer: Code
    amount: Amount
    currency: Currency
    method: Short = ""
    reason: Text = ""
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A credit or payment under lock of which something is left, oldest first."""

    item: int
    credit: int | None
    payment: int | None
    customer: str
    currency: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: customers, references in use, what we owe, and what was paid less what went back."""

    now: datetime
    customers: Mapping[str, int]
    refs: AbstractSet[str]
    owed: Sequence[Owed]
    paid: Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Booked:
    """A refund that is accepted, and what it comes out of."""

    ask: PayBack
    customer: int
    at: datetime
    parts: tuple[tuple[Owed, Decimal], ...]


def decide(asks: Sequence[PayBack], known: Known) -> list[Booked | Refused]:
    """Pay back what is owed and was paid; what one ask took the next finds taken."""
    answers: list[Booked | Refused] = []
    refs, paid = set(known.refs), dict(known.paid)
    left = {o.item: o.left for o in known.owed}
    for ask in asks:
        account = (ask.customer, ask.currency)
        owed = [o for o in known.owed if (o.customer, o.currency) == account]
        most = min(sum((left[o.item] for o in owed), Decimal(0)), paid.get(account, Decimal(0)))
        if wrong := [*unpayable(ask.amount, ask.currency, ask.at, known.now), *_wrong(ask, refs, known.customers, most)]:
            answers.append(refuse_all(wrong))
            continue
        parts = tuple(_parts(ask.amount, owed, left))
        for item, part in parts:
            left[item.item] -= part
        refs.add(ask.ref)
        paid[account] -= ask.amount
        answers.append(Booked(ask, known.customers[ask.customer], ask.at or known.now, parts))
    return answers


def _wrong(ask: PayBack, refs: AbstractSet[str], customers: Mapping[str, int], most: Decimal) -> list[Refused]:
    wrong = [refuse("payment-used", ref=ask.ref, at="ref")] if ask.ref in refs else []
    if ask.customer not in customers:
        wrong.append(refuse("party-unknown", party=ask.customer, at="customer"))
    elif ask.amount > most:
        wrong.append(refuse("refund-too-much", left=most, customer=ask.customer, wanted=ask.amount, at="amount"))
    return wrong


def _parts(amount: Decimal, owed: Sequence[Owed], left: Mapping[int, Decimal]) -> list[tuple[Owed, Decimal]]:
    parts = []
    for item in owed:
        if part := min(amount, left[item.item]):
            parts.append((item, part))
            amount -= part
    return parts


OWED = """
SELECT o.id, o.invoice_id, o.payment_id, p.code, o.currency, o.amount - o.settled, o.since_at
  FROM billing_openitem o JOIN partners_party p ON p.id = o.customer_id
 WHERE p.code = ANY(%(customer)s::text[]) AND NOT o.owes AND o.settled < o.amount
 ORDER BY o.id FOR NO KEY UPDATE OF o
"""
PAID = """
SELECT p.code, m.currency, sum(CASE m.kind WHEN 'received' THEN m.amount ELSE -m.amount END)
  FROM billing_payment m JOIN partners_party p ON p.id = m.customer_id
 WHERE p.code = ANY(%(customer)s::text[]) GROUP BY 1, 2
"""


@operation
def pay_back(run: Run, asks: Sequence[PayBack]) -> list[MoneyPaidBack | Refused]:
    """Book refunds; refund, settlements and what is left of credits and payments move together."""
    take_turns(run, [a.customer for a in asks], [a.ref for a in asks])
    answers = decide(asks, _known(run, asks))
    booked = [a for a in answers if isinstance(a, Booked)]
    ids = run.draw("billing_payment_id_seq", len(booked))
    book(run, [Money(i, b.ask.ref, "refunded", b.customer, b.ask.method, b.ask.currency, b.ask.amount, b.at) for i, b in zip(ids, booked, strict=True)])
    settle_items(run, [
        Settling(part, b.at, refund=i, payment=o.payment, credit=o.credit) for i, b in zip(ids, booked, strict=True) for o, part in b.parts])
    return [a if isinstance(a, Refused) else _told(a.ask, a.at) for a in answers]


def _known(run: Run, asks: Sequence[PayBack]) -> Known:
    owed = sorted(run.rows(as_tuple, OWED, asks), key=lambda row: (row[-1], row[0]))
    paid = run.rows(lambda code, currency, amount: ((code, currency), amount), PAID, asks)
    customers = dict(run.rows(lambda code, id: (code, id), CUSTOMERS, asks))
    return Known(run.now, customers, frozenset(run.rows(str, REFS, asks)), [Owed(*row[:-1]) for row in owed], dict(paid))


def _told(ask: PayBack, at: datetime) -> MoneyPaidBack:
    return MoneyPaidBack(ask.customer, ask.ref, ask.amount, ask.currency, ask.method, ask.reason, at)
