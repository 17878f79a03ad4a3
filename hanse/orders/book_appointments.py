"""Book appointments: when an order's receiver takes it in at his dock, as agreed with him.

It moves no promise. Where a customer's definition of on time in full asks for one, what comes without it, or outside of it, has failed.
A later booking takes the place of the one before, which stays on record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all

from .counters import lock_orders
from .events import AppointmentBooked

LONGEST = timedelta(days=2)
NEAR = timedelta(days=730)
"""Appointments lie within two years of today."""


@ask
class BookAppointment:
    """The receiver takes the order in from one instant until before another, under a reference of his."""

    order: Code
    starts_at: datetime
    ends_at: datetime
    ref: Short = ""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """What of an order a booking looks at."""

    order: str
    status: str
    open: bool
    zone: str


ORDERS = """
SELECT 'H-' || o.id, o.status, o.open, a.zone FROM orders_order o JOIN partners_address a ON a.id = o.ship_to_id WHERE o.id = ANY(%(order)s::bigint[])
"""
KEEP = """
INSERT INTO orders_appointment (order_id, starts_at, ends_at, ref, booked_by, booked_at)
SELECT o.id, b.starts_at, b.ends_at, b.ref, %(actor)s, %(now)s
  FROM unnest(%(order)s::text[], %(starts_at)s::timestamptz[], %(ends_at)s::timestamptz[], %(ref)s::text[]) WITH ORDINALITY AS b(number, starts_at, ends_at, ref, n)
  JOIN orders_order o ON o.id = substr(b.number, 3)::bigint ORDER BY b.n
"""


def decide(asks: Sequence[BookAppointment], orders: Mapping[str, OrderFact], now: datetime) -> list[AppointmentBooked | Refused]:
    """Book what lasts a while, for orders that are still to come."""
    answers: list[AppointmentBooked | Refused] = []
    for ask in asks:
        order = orders.get(ask.order)
        if order is None:
            answers.append(refuse("order-unknown", order=ask.order))
        elif findings := _wrong(ask, order, now):
            answers.append(refuse_all(findings))
        else:
            answers.append(AppointmentBooked(ask.order, ask.starts_at, ask.ends_at, ask.ref, order.zone))
    return answers


def _wrong(ask: BookAppointment, order: OrderFact, now: datetime) -> list[Refused]:
    wrong = [] if order.open else [refuse("order-closed", order=ask.order, status=order.status)]
    if ask.ends_at <= ask.starts_at:
        wrong.append(refuse("values-refused", at="ends_at", why="It cannot end before it begins."))
    elif ask.ends_at - ask.starts_at > LONGEST:
        wrong.append(refuse("values-refused", at="ends_at", why="An appointment lasts two days at most."))
    if abs(ask.starts_at - now) > NEAR:
        wrong.append(refuse("values-refused", at="starts_at", why="An appointment lies within two years of today."))
    return wrong


@operation
def book_appointments(run: Run, asks: Sequence[BookAppointment]) -> list[AppointmentBooked | Refused]:
    """Book appointments at receivers' docks."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    answers = decide(asks, {o.order: o for o in run.rows(OrderFact, ORDERS, order=ids)}, run.now)
    run.write(KEEP, [told for told in answers if isinstance(told, AppointmentBooked)])
    return answers
