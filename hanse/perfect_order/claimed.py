"""Claimed: what carriers were asked for parcels of a period's orders, what they gave back, and what is still open."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hanse.journal.asking import rows
from hanse.kernel import clock


@dataclass(frozen=True, slots=True)
class Claimed:
    """Claims against a carrier in one currency: `claimed` is what was filed, and is got back, open or not paid; `to_file` is what is proposed and still in time."""

    carrier: str
    carrier_name: str
    currency: str
    claims: int
    claimed: Decimal
    got_back: Decimal
    open: Decimal
    not_paid: Decimal
    to_file: Decimal


CLAIMED = """
SELECT c.code, c.name, x.currency, count(x.filed_at), coalesce(sum(x.amount) FILTER (WHERE x.filed_at IS NOT NULL), 0), sum(x.paid),
       coalesce(sum(x.amount) FILTER (WHERE x.state IN ('filed', 'acknowledged')), 0), coalesce(sum(x.amount - x.paid) FILTER (WHERE x.state IN ('paid', 'declined')), 0),
       coalesce(sum(x.amount) FILTER (WHERE x.state = 'proposed' AND x.window_ends_on >= %(today)s::date), 0)
  FROM transport_claim x JOIN transport_carrier c ON c.id = x.carrier_id JOIN transport_parcel p ON p.id = x.parcel_id JOIN transport_shipment s ON s.id = p.shipment_id
 WHERE x.state <> 'dismissed' AND %(carrier)s IN ('', c.code) AND EXISTS (
   SELECT FROM perfect_order_verdict v WHERE v.order_id = s.order_id AND v.known_to IS NULL AND v.state <> 'void' AND v.due_on >= %(first)s::date AND v.due_on <= %(last)s::date)
 GROUP BY 1, 2, 3 ORDER BY 5 DESC, 1, 3
"""
"""By the day that the parcels' orders were due, each claim once. Claims are few: they are read, not the orders."""


def claimed(first: date, last: date, carrier: str = "") -> list[Claimed]:
    """What was claimed for parcels of orders due in a period, the most first."""
    return rows(Claimed, CLAIMED, first=first, last=last, carrier=carrier, today=clock.now().date())
