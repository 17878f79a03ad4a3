"""What billing does by itself: bills what was shipped, credits what was billed in advance and then cancelled, and proposes credits for what never came
sound. What is sent again instead is billed anew, so that its units are credited here without anybody's doing: the customer pays once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.numbers import order_ids
from hanse.orders.kits import LOOSE
from hanse.orders.over import UNBILLED

from .credit import Credit, credit
from .credit_goods import CreditGoods, credit_goods
from .goods import FOR_HANSE
from .invoice import Invoice, Units, invoice
from .propose_credit import ProposeCredit, propose_credit

SETTLES_AFTER = timedelta(minutes=5)
"""Cartons of one order mostly leave within minutes: they come on one invoice. INV-10 allows 15."""
AT_ONCE = 500

BILLABLE = """
SELECT o.id FROM orders_order o
 WHERE (o.invoiced < CASE o.invoice_rule WHEN 'order' THEN o.ordered - o.cancelled ELSE o.shipped END OR o.invoice_rule = 'order' AND o.cancelled > 0)
   AND {which}
   AND CASE o.invoice_rule WHEN 'order' THEN EXISTS (SELECT 1 FROM orders_line l WHERE l.order_id = o.id AND l.billed AND l.invoiced < l.ordered - l.cancelled)
       ELSE o.invoiced < o.shipped - {loose} - {unbilled} END ORDER BY o.id
""".replace("{loose}", LOOSE).replace("{unbilled}", UNBILLED)
SETTLED = """
NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.subject = 'order/H-' || o.id AND e.recorded_at > %(until)s
                                            AND e.kind IN ('OrderPlaced', 'OrderChanged', 'UnitsSubstituted', 'ParcelHandedOver'))
"""
OVERBILLED = """
SELECT d.number, l.id, l.position, x.quantity, l.invoiced - l.credited - (l.ordered - l.cancelled),
       coalesce((SELECT sum(y.quantity) FROM billing_invoice c JOIN billing_invoiceline y ON y.invoice_id = c.id
                  WHERE c.corrects_id = d.id AND y.line_id = l.id), 0)::bigint
  FROM orders_line l JOIN billing_invoiceline x ON x.line_id = l.id JOIN billing_invoice d ON d.id = x.invoice_id AND d.kind = 'invoice'
 WHERE l.order_id = ANY(%(order)s::bigint[]) AND l.invoiced - l.credited > l.ordered - l.cancelled ORDER BY l.id, d.id DESC
"""


def invoice_what_is_due(now: datetime | None = None) -> int:
    """Bill all that is billable and was told more than five minutes ago; gives back how many invoices.

    It goes by when we learned of it: history that is just being brought in gets the invoices it brings itself.
    """
    return _bill(_found(BILLABLE.format(which=SETTLED), until=(now or clock.now()) - SETTLES_AFTER))


def _bill(orders: Sequence[int]) -> int:
    """Bill these orders, some hundred at a time; one on hold waits for its release."""
    done = 0
    for start in range(0, len(orders), AT_ONCE):
        answers = invoice([Invoice(f"H-{id}") for id in orders[start:start + AT_ONCE]], by=HANSE)
        done += sum(hasattr(a, "invoice") for a in answers)
    return done


def credit_what_was_cancelled(orders: Sequence[int]) -> int:
    """Credit units that were billed when they were ordered and are cancelled now, from the newest invoice on."""
    wanted: dict[str, list[Units]] = {}
    left: dict[int, int] = {}
    for number, line, position, billed, excess, credited in _rows(OVERBILLED, order=list(orders)):
        units = min(left.setdefault(line, excess), billed - credited)
        if units:
            left[line] -= units
            wanted.setdefault(number, []).append(Units(position, units))
    answers = credit([Credit(number, "cancelled", tuple(units)) for number, units in wanted.items()], by=HANSE)
    return sum(hasattr(a, "credit") for a in answers)


@follower("billing", "HoldReleased", "UnitsCancelled", "UnitsSubstituted", "OrderChanged")
def follow_orders(facts: Sequence[Told]) -> None:
    """A released hold lets the order be billed; what is cancelled after it was billed is credited."""
    credit_what_was_cancelled(order_ids(f.body["order"] for f in facts if f.kind != "HoldReleased"))
    released = order_ids(f.body["order"] for f in facts if f.kind == "HoldReleased")
    _bill(_found(BILLABLE.format(which="o.id = ANY(%(order)s::bigint[])"), order=released))


CONCERNED = """
SELECT s.order_id FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id JOIN billing_goodscredit g ON g.parcel_id = p.id
 WHERE s.order_id = ANY(%(order)s::bigint[])
"""
SENT_AGAIN = f"""
SELECT DISTINCT p.tracking, 'H-' || l.order_id FROM ({FOR_HANSE}) n JOIN billing_goodscredit g ON g.id = n.id JOIN transport_parcel p ON p.id = g.parcel_id
  JOIN orders_line l ON l.id = g.line_id WHERE l.order_id = ANY(%(order)s::bigint[]) ORDER BY 2, 1
"""


@follower("billing: goods", "ParcelLost", "ParcelFound", "ParcelTakenBack", "ProofRecorded", "ReceivingAdviceTaken", "RemedyChosen", "InvoiceIssued")
def follow_goods(facts: Sequence[Told]) -> None:
    """What never came sound is proposed for a credit; what is sent again instead is credited at once, as soon as it is on an invoice."""
    plain = [f for f in facts if f.kind == "ProofRecorded" and not f.body["condition"] and f.body["received"] is None]
    sure = order_ids(f.body["order"] for f in facts if f.kind != "InvoiceIssued" and f not in plain)
    propose_credits(sorted({*sure, *_found(CONCERNED, order=list(order_ids(f.body["order"] for f in plain)))}))
    credit_what_is_sent_again(order_ids(f.body["order"] for f in facts if f.kind in ("RemedyChosen", "InvoiceIssued")))


def propose_credits(orders: Sequence[int]) -> None:
    """Look anew at what of these orders never came sound."""
    if orders:
        propose_credit([ProposeCredit(f"H-{id}") for id in orders], by=HANSE)


def credit_what_is_sent_again(orders: Sequence[int]) -> int:
    """Credit units that never came and are sent again on a line of their own; gives back how many parcels."""
    asks = [CreditGoods(parcel, order) for parcel, order in _rows(SENT_AGAIN, order=list(orders))]
    return sum(hasattr(a, "credits") for a in credit_goods(asks, by=HANSE)) if asks else 0


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="invoice", pass_context=False)
def bill(timestamp: int) -> None:
    """Every five minutes: bill what became billable."""
    invoice_what_is_due()


def _found(sql: str, **given: Any) -> list[int]:
    return [id for (id,) in _rows(sql, **given)]


def _rows(sql: str, **given: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
