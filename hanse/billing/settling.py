"""Settling: the only writer of settlements and of how much of each document is settled.

What pays (a payment or a credit) and what is paid (an invoice or a refund) move by the same amount in one
statement; a CHECK keeps either from being settled beyond its amount. Callers hold the open items' locks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hanse.journal.run import Run


@dataclass(frozen=True, slots=True)
class Settling:
    """`amount` of a payment or credit pays an invoice, or goes back with a refund."""

    amount: Decimal
    at: datetime
    invoice: int | None = None
    refund: int | None = None
    payment: int | None = None
    credit: int | None = None


SETTLE = """
WITH made AS (
  INSERT INTO billing_settlement (invoice_id, refund_id, payment_id, credit_id, amount, at)
  SELECT * FROM unnest(%(invoice)s::bigint[], %(refund)s::bigint[], %(payment)s::bigint[], %(credit)s::bigint[],
                       %(amount)s::numeric[], %(at)s::timestamptz[])
), documents AS (
  UPDATE billing_openitem o SET settled = o.settled + s.amount
    FROM (SELECT coalesce(d.invoice, d.credit) AS document, sum(d.amount) AS amount
            FROM (SELECT invoice, NULL::bigint AS credit, amount
                    FROM unnest(%(invoice)s::bigint[], %(amount)s::numeric[]) AS i(invoice, amount)
                   UNION ALL
                  SELECT NULL, credit, amount FROM unnest(%(credit)s::bigint[], %(amount)s::numeric[]) AS c(credit, amount)) d
           GROUP BY 1) s
   WHERE o.invoice_id = s.document
)
UPDATE billing_openitem o SET settled = o.settled + s.amount
  FROM (SELECT coalesce(d.refund, d.payment) AS document, sum(d.amount) AS amount
          FROM (SELECT refund, NULL::bigint AS payment, amount
                  FROM unnest(%(refund)s::bigint[], %(amount)s::numeric[]) AS r(refund, amount)
                 UNION ALL
                SELECT NULL, payment, amount FROM unnest(%(payment)s::bigint[], %(amount)s::numeric[]) AS p(payment, amount)) d
         GROUP BY 1) s
 WHERE o.payment_id = s.document
"""


def settle_items(run: Run, settlings: Sequence[Settling]) -> None:
    """Settle documents against each other; nothing of zero is kept."""
    run.write(SETTLE, [s for s in settlings if s.amount])


PAY = """
WITH paid AS (
  INSERT INTO billing_payment (id, ref, kind, customer_id, method, currency, amount, received_at, actor)
  SELECT p.id, p.ref, p.kind, p.customer, p.method, p.currency, p.amount, p.at, %(actor)s
    FROM unnest(%(id)s::bigint[], %(ref)s::text[], %(kind)s::text[], %(customer)s::bigint[], %(method)s::text[], %(currency)s::text[],
                %(amount)s::numeric[], %(at)s::timestamptz[]) AS p(id, ref, kind, customer, method, currency, amount, at)
)
INSERT INTO billing_openitem (customer_id, currency, owes, payment_id, amount, since_at)
SELECT p.customer, p.currency, p.kind = 'refunded', p.id, p.amount, p.at
  FROM unnest(%(customer)s::bigint[], %(currency)s::text[], %(kind)s::text[], %(id)s::bigint[], %(amount)s::numeric[],
              %(at)s::timestamptz[]) AS p(customer, currency, kind, id, amount, at)
"""
ALONE = """
SELECT pg_advisory_xact_lock(hashtextextended(n.name, 0))
  FROM (SELECT DISTINCT name FROM unnest(%(name)s::text[]) AS name ORDER BY name) n
"""


@dataclass(frozen=True, slots=True)
class Money:
    """A payment received or refunded, about to be booked."""

    id: int
    ref: str
    kind: str
    customer: int
    method: str
    currency: str
    amount: Decimal
    at: datetime


def book(run: Run, moneys: Sequence[Money]) -> None:
    """Book money that came in or went back, open in full."""
    run.write(PAY, moneys)


def take_turns(run: Run, customers: Sequence[str], refs: Sequence[str] = ()) -> None:
    """Let one transaction at a time work on a customer's account or a payment reference.

    For clear answers only: the unique reference and the CHECK on open items are what makes it certain.
    """
    run.rows(lambda _: None, ALONE, name=[f"billing/ref/{r}" for r in refs] + [f"billing/customer/{c}" for c in customers])
