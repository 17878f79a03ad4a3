"""What the perfect order does by itself: judges orders on hearing what touches them, days that pass, and claim windows that end.

It looks at what is at risk of open orders four times an hour, and learns each night from what has been judged since.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from procrastinate.contrib.django import app

from hanse.journal.apart import Apart
from hanse.journal.asking import rows
from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.numbers import order_number
from hanse.orders.promises import basis

from .assess import Assess, assess
from .events import OrderAssessed, RiskForeseen, WeekLearnt
from .foresee import Foresee, foresee
from .learn import Learn, learn
from .outlook import LEARNT_WEEKS

AT_ONCE = 500
TOUCHES = (
    "ParcelHandedOver", "ParcelDelivered", "ProofRecorded", "TrackingRecorded", "TrackingTakenIn", "ParcelLost", "ParcelFound", "ParcelRefused", "ParcelTakenBack", "ReceivingAdviceTaken", "InvoiceIssued", "CreditIssued", "UnitsCancelled", "OrderChanged", "UnitsSubstituted",
    "ClaimOpened", "ClaimAnswered",
)
"""The facts that may change a verdict."""
CLAIMS = ("ClaimOpened", "ClaimAnswered")
"""A claim is told of one order; others may have lain in the same parcel."""
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


IN_PARCELS = """
SELECT DISTINCT s.order_id FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id
 WHERE p.tracking = ANY(%(tracking)s::text[]) ORDER BY 1
"""


@follower("perfect-order", *TOUCHES)
def hear(facts: Sequence[Told]) -> None:
    """Judge the orders that something happened to, each once."""
    touched = dict.fromkeys(f.body["order"] for f in facts if f.body.get("order") and (f.kind != "TrackingRecorded" or f.body.get("state") in ENDS))
    if claimed := [f.body["parcel"] for f in facts if f.kind in CLAIMS]:
        touched |= dict.fromkeys(map(order_number, rows(int, IN_PARCELS, tracking=claimed)))
    if touched:
        assess([Assess(order) for order in touched], by=HANSE)


def judge_what_is_due(today: date | None = None) -> int:
    """Judge orders whose day has passed, and close verdicts whose claim window is over; gives back how many verdicts changed. One that cannot be judged holds up nobody else."""
    today = today or clock.now().date()
    judge = Apart(assess, HANSE)
    changed = sum(_judge_all(sql, today, judge) for sql in (PASSED, ENDED))
    judge.done()
    return changed


def _judge_all(sql: str, today: date, judge: Apart) -> int:
    changed, after = 0, 0
    while found := rows(int, sql, today=today, after=after, most=AT_ONCE):
        changed += sum(isinstance(a, OrderAssessed) for a in judge([Assess(f"H-{id}") for id in found]))
        after = found[-1]
    return changed


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="judge-due", pass_context=False)
def judge_due(timestamp: int) -> None:
    """Each hour: what should have come by now, and what nobody has claimed in time."""
    judge_what_is_due()


TO_LOOK_AT = """
SELECT id FROM (SELECT o.id FROM orders_order o WHERE o.open AND o.id > %(after)s UNION SELECT r.order_id FROM perfect_order_risk r WHERE r.order_id > %(after)s) x ORDER BY id LIMIT %(most)s
"""
TO_LEARN = """
SELECT v.week_on FROM (
  SELECT date_trunc('week', due_on)::date AS week_on, max(known_from) AS known_from FROM perfect_order_verdict
   WHERE known_to IS NULL AND perfect IS NOT NULL AND state <> 'void' AND due_on >= %(since)s::date GROUP BY 1) v
  LEFT JOIN (SELECT week_on, max(learnt_at) AS at FROM perfect_order_experience GROUP BY 1) e ON e.week_on = v.week_on
 WHERE e.at IS NULL OR v.known_from > e.at ORDER BY 1
"""


def foresee_open() -> int:
    """Look at all open orders, and at those that were at risk; gives back of how many something new was told. One that cannot be looked at holds up nobody else."""
    told, after, look = 0, 0, Apart(foresee, HANSE)
    while found := rows(int, TO_LOOK_AT, after=after, most=AT_ONCE):
        told += sum(isinstance(a, RiskForeseen) for a in look([Foresee(f"H-{id}") for id in found]))
        after = found[-1]
    look.done()
    return told


def learn_weeks(today: date | None = None) -> int:
    """Learn the weeks of the last half year whose verdicts have changed since they were; gives back how many count otherwise now."""
    today = today or clock.now().date()
    first = today - timedelta(days=today.weekday(), weeks=LEARNT_WEEKS)
    return sum(isinstance(a, WeekLearnt) for week_on in rows(_day, TO_LEARN, since=first) for a in learn([Learn(week_on)], by=HANSE))


def _day(day: date) -> date:
    return day


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="foresee-open", pass_context=False)
def foresee_due(timestamp: int) -> None:
    """Each quarter of an hour: what is at risk now."""
    foresee_open()


@app.periodic(cron="37 2 * * *")
@app.task(queueing_lock="learn-weeks", pass_context=False)
def learn_due(timestamp: int) -> None:
    """Each night: what the orders of the past half year teach."""
    learn_weeks()
