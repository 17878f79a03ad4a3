"""Questions about on time in full: a customer's shares in a period by its own definitions, and the lines that failed with what shows it.

An order is measured by the definition that was in force when it was placed, so a new one never changes what was measured before. Read are the
customer's orders that were placed in the two years before the period ends and have a line, or a parcel, in it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import as_tuple
from hanse.orders.promises import basis
from hanse.partners.reads import OtifView, otif_definitions

from .conditions import AT_OUR_DOOR, missing_of
from .evidence import HEADS, OWED, SENT, Head, Owed, Sent, by_order
from .otif import Arrival, MeasuredLine, OtifLine, OtifShare, cases, due_window, failed_value, in_force, measured, shared

BACK_DAYS = 730
"""Orders that were placed longer before the period are not looked at."""
PLACED = f"""
SELECT o.id, (o.placed_at AT TIME ZONE o.zone)::date FROM orders_order o JOIN partners_party p ON p.id = o.customer_id
 WHERE p.code = %(customer)s AND o.placed_at >= %(first)s::date - {BACK_DAYS} AND o.placed_at < %(last)s::date + 2
   AND (EXISTS (SELECT FROM orders_line l LEFT JOIN orders_line s ON s.id = l.substitute_of_id
                 WHERE l.order_id = o.id AND (l.requested_on BETWEEN %(first)s AND %(last)s OR l.promised_on BETWEEN %(first)s AND %(last)s
                                              OR {basis("l", "s")} BETWEEN %(first)s AND %(last)s))
        OR %(by_delivery)s AND EXISTS (SELECT FROM transport_shipment h JOIN transport_parcel q ON q.shipment_id = h.id
                 WHERE h.order_id = o.id AND coalesce(q.delivered_at, h.handed_over_at) >= %(first)s::date - 2 AND h.handed_over_at < %(last)s::date + 2))
 ORDER BY o.id
"""
PROMISED = "SELECT id, promised_on FROM orders_line WHERE order_id = ANY(%(order)s::bigint[])"
TRIED = """
SELECT p.id, min(e.happened_at) FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id
  JOIN transport_trackingevent e ON e.tracking = p.tracking AND e.carrier_id = p.carrier_id AND e.state IN ('failed', 'ready-for-pick-up')
 WHERE s.order_id = ANY(%(order)s::bigint[]) AND e.happened_at >= s.handed_over_at GROUP BY p.id
"""
BOOKED = """
SELECT DISTINCT ON (order_id) order_id, starts_at, ends_at FROM orders_appointment WHERE order_id = ANY(%(order)s::bigint[]) ORDER BY order_id, id DESC
"""


@dataclass(frozen=True, slots=True)
class Came:
    """Units that came in a parcel, when the clock of the definition stopped."""

    parcel: str
    at: datetime
    units: int
    kept: bool


@dataclass(frozen=True, slots=True)
class OtifFailure:
    """A line that was not on time in full: its units by what became of them, the value of what failed, and what came when."""

    order: str
    due_on: date
    position: int
    sku: str
    owed: int
    in_time: int
    unscheduled: int
    early: int
    late: int
    missing: int
    value: Decimal
    currency: str
    zone: str
    freight: str
    defined_on: date
    came: list[Came]


@dataclass(frozen=True, slots=True)
class OtifReport:
    """On time in full of a customer in a period: a share for each definition (and currency) that orders were measured by.

    `undefined` orders were placed when no definition was in force; `undated` lines have no day of the kind that theirs goes by.
    """

    customer: str
    first: date
    last: date
    shares: list[OtifShare]
    undefined: int
    undated: int
    failures: list[OtifFailure]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a customer's orders: by order what is owed and what was sent, by line its current promise, by parcel when it was tried, by order its appointment."""

    placed: Mapping[int, date]
    heads: Mapping[int, Head]
    owed: Mapping[int, Sequence[Owed]]
    sent: Mapping[int, Sequence[Sent]]
    promised: Mapping[int, date | None]
    tried: Mapping[int, datetime]
    booked: Mapping[int, tuple[datetime, datetime]]


def otif(customer: str, first: date, last: date) -> OtifReport:
    """On time in full of a customer by its own definitions, in a period."""
    definitions = otif_definitions(customer)
    placed = dict(rows(as_tuple, PLACED, customer=customer, first=first, last=last, by_delivery=any(d.period == "delivered" for d in definitions)))
    return reported(customer, first, last, definitions, _known(placed), clock.now())


def _known(placed: Mapping[int, date]) -> Known:
    given = {"order": list(placed)}
    return Known(
        placed, {h.id: h for h in rows(Head, HEADS, **given)}, by_order(rows(Owed, OWED, **given)), by_order(rows(Sent, SENT, **given)), dict(rows(as_tuple, PROMISED, **given)),
        dict(rows(as_tuple, TRIED, **given)), {order: (starts, ends) for order, starts, ends in rows(as_tuple, BOOKED, **given)})


def reported(customer: str, first: date, last: date, definitions: Sequence[OtifView], known: Known, now: datetime) -> OtifReport:
    """The report of a period from its facts. Pure."""
    found: dict[tuple[int, str], list[MeasuredLine]] = defaultdict(list)
    undefined = undated = 0
    for id, placed_on in known.placed.items():
        head, owed = known.heads[id], known.owed.get(id, ())
        definition = in_force(definitions, placed_on, head.delivery_term)
        if definition is None:
            undefined += 1
            continue
        days = {x.id: {"requested": x.requested_on, "promised": x.due_on, "current": known.promised.get(x.id)}[definition.date_basis] for x in owed}
        undated += sum(day is None for day in days.values())
        lines = [line_of(x, day, head, definition, known) for x in owed if (day := days[x.id])]
        told = [measured(line, definition.appointment, now) for line in lines if line.owed > 0]
        counted = [m for case in cases(told) if first <= (_day(case, definition, head.zone) or date.min) <= last for m in case]
        found[definitions.index(definition), head.currency] += counted
    parts = [(definitions[n], currency, told) for (n, currency), told in sorted(found.items()) if told]
    zones = {order_number(id): head.zone for id, head in known.heads.items()}
    failures = [_failure(m, definition, currency, zones[m.line.order]) for definition, currency, told in parts for m in told if m.failed]
    shares = [shared(definition, told, currency) for definition, currency, told in parts]
    return OtifReport(customer, first, last, shares, undefined, undated, sorted(failures, key=lambda f: (f.due_on, f.order, f.position), reverse=True))


def line_of(owed: Owed, due_on: date, head: Head, definition: OtifView, known: Known) -> OtifLine:
    """A line as its definition looks at it: what is left out is not owed."""
    units = stands = owed.ordered - owed.cancelled + owed.dropped
    units -= owed.sent_back if "refused" in definition.exclusions else 0
    due = due_window(definition, due_on, head.zone)
    arrivals: list[Arrival] = []
    for parcel in known.sent.get(head.id, ()):
        delivery, tried_at = parcel.delivery(), known.tried.get(parcel.id)
        at = arrived(parcel, definition, head.delivery_term, tried_at)
        came = delivery.units.get(owed.id, 0) and delivery.units[owed.id] - missing_of(delivery, owed.id)
        if came and at and "consignee" in definition.exclusions and tried_at and tried_at < due.end_at <= at:
            units -= came
        elif came and at:
            slot = known.booked.get(head.id)
            arrivals.append(Arrival(parcel.tracking, at, came, bool(slot and slot[0] <= at < slot[1])))
    closed = owed.delivered + owed.lost + owed.sent_back + owed.dropped >= stands
    return OtifLine(order_number(head.id), owed.position, owed.sku, due_on, due, units, owed.net * units / owed.ordered, tuple(arrivals), closed)


def arrived(parcel: Sent, definition: OtifView, delivery_term: str, tried_at: datetime | None) -> datetime | None:
    """When the clock of a definition stops for a parcel; where the terms end at our door, at the hand-over."""
    if definition.clock == "hand-over" or delivery_term in AT_OUR_DOOR:
        return parcel.handed_over_at
    came = parcel.delivery().delivered_at
    return min(came, tried_at) if came and tried_at and definition.clock == "arrival" else came


def _day(case: Sequence[MeasuredLine], definition: OtifView, zone: str) -> date | None:
    """The day by which an order counts in a period: that it was due, or the last one on which something of it came."""
    if definition.period == "due":
        return case[0].line.due_on
    came = [a.at for m in case for a in m.line.arrivals]
    return max(came).astimezone(ZoneInfo(zone)).date() if came else None


def _failure(m: MeasuredLine, definition: OtifView, currency: str, zone: str) -> OtifFailure:
    line = m.line
    return OtifFailure(
        line.order, line.due_on, line.position, line.sku, line.owed, m.in_time, m.unscheduled, m.early, m.late, m.missing, failed_value([m], "unit").quantize(Decimal("0.0001")), currency,
        zone, definition.freight, definition.from_on, [Came(a.parcel, a.at, a.units, a.kept) for a in line.arrivals])
