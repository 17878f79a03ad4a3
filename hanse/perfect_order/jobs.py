"""What the perfect order does by itself: judges orders on hearing what touches them, days that pass, and claim windows that end."""

from collections.abc import Sequence
from datetime import date

from procrastinate.contrib.django import app

from hanse.journal.asking import rows
from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.orders.promises import basis

from .assess import Assess, assess
from .events import OrderAssessed

AT_ONCE = 500
TOUCHES = (
    "ParcelHandedOver", "ParcelDelivered", "ProofRecorded", "TrackingRecorded", "TrackingTakenIn", "ParcelLost", "ParcelFound", "ParcelRefused", "ParcelTakenBack", "ReceivingAdviceTaken", "InvoiceIssued", "CreditIssued", "UnitsCancelled", "OrderChanged", "UnitsSubstituted",
)
"""The facts that may change a verdict."""
ENDS = frozenset({"lost", "return-to-sender", "delivered", "failed"})
"""Of what carriers tell only this does."""

BASIS = basis("l", "s")
PASSED = f"""
SELECT o.id FROM orders_order o
 WHERE o.open AND o.id > %(after)s AND EXISTS (
   SELECT FROM orders_line l LEFT JOIN orders_line s ON s.id = l.substitute_of_id WHERE l.order_id = o.id AND {BASIS} < %(today)s::date AND l.ordered > l.cancelled
      AND NOT EXISTS (SELECT FROM perfect_order_verdict v WHERE v.order_id = o.id AND v.due_on = {BASIS} AND v.known_to IS NULL AND v.in_time IS NOT NULL))
 ORDER BY o.id LIMIT %(most)s
"""
ENDED = """
SELECT order_id FROM (SELECT DISTINCT order_id FROM perfect_order_verdict
                       WHERE known_to IS NULL AND state IN ('provisional', 'reopened') AND final_on <= %(today)s::date AND order_id > %(after)s) v ORDER BY order_id LIMIT %(most)s
"""


@follower("perfect-order", *TOUCHES)
def hear(facts: Sequence[Told]) -> None:
    """Judge the orders that something happened to, each once."""
    touched = dict.fromkeys(f.body["order"] for f in facts if f.body.get("order") and (f.kind != "TrackingRecorded" or f.body.get("state") in ENDS))
    if touched:
        assess([Assess(order) for order in touched], by=HANSE)


def judge_what_is_due(today: date | None = None) -> int:
    """Judge orders whose day has passed, and close verdicts whose claim window is over; gives back how many verdicts changed."""
    today = today or clock.now().date()
    return sum(_judge_all(sql, today) for sql in (PASSED, ENDED))


def _judge_all(sql: str, today: date) -> int:
    changed, after = 0, 0
    while True:
        found = rows(int, sql, today=today, after=after, most=AT_ONCE)
        if not found:
            return changed
        answers = assess([Assess(f"H-{id}") for id in found], by=HANSE)
        changed += sum(isinstance(a, OrderAssessed) for a in answers)
        after = found[-1]


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="judge-due", pass_context=False)
def judge_due(timestamp: int) -> None:
    """Each hour: what should have come by now, and what nobody has claimed in time."""
    judge_what_is_due()
