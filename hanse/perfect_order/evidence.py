"""Evidence: what verdicts rest on, read for many orders at once: what is owed, what was delivered, what was invoiced."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from hanse.fulfilment.slack import DEPARTS, LANE, WAY
from hanse.journal.run import Run
from hanse.kernel.places import customs_area
from hanse.kernel.rows import row
from hanse.orders.closing import REASON
from hanse.orders.promises import basis

from .conditions import Claimed, Delivery, Proof, Spot


@row
class Owed:
    """A line of an order with its counters and the day it is judged by (the first promise, or what the customer asked for later); a substitute is due when what it stands in for was.

    What went out over a line, or stayed under it, within the tolerance agreed is no line of its own and not dropped.
    """

    id: int
    order: int
    position: int
    sku: str
    due_on: date | None
    requested_on: date | None
    ordered: int
    cancelled: int
    dropped: int
    shipped: int
    delivered: int
    lost: int
    sent_back: int
    returned: int
    invoiced: int
    credited: int
    waits: int
    net: Decimal
    lacks_customs_data: bool
    short: int
    rejected: int
    rejected_why: str


OWED = """
SELECT l.id, l.order_id, l.position, i.sku, {BASIS}, l.requested_on, l.ordered, l.cancelled,
       CASE WHEN l.cancelled > 0 THEN coalesce((
         SELECT sum((x->>'quantity')::bigint) FROM journal_event e, jsonb_array_elements(e.body->'lines') x
          WHERE e.subject = 'order/H-' || l.order_id AND e.kind = 'UnitsCancelled' AND NOT coalesce((e.body->>'by_customer')::boolean, true)
            AND (x->>'position')::int = l.position AND e.body->>'reason' <> '{REASON}'), 0)::bigint ELSE 0 END,
       l.shipped, l.delivered, l.lost - l.found, l.sent_back, l.returned, l.invoiced, l.credited, l.ordered - l.cancelled - l.reserved + l.freed, l.net, i.hs_code = '' OR i.origin = '', r.short, r.rejected, r.why
  FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id LEFT JOIN orders_line s ON s.id = l.substitute_of_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(x.short), 0)::bigint AS short, coalesce(sum(x.rejected), 0)::bigint AS rejected, coalesce(max(x.reason), '') AS why
                       FROM transport_receivedline x WHERE x.line_id = l.id) r
 WHERE l.order_id = ANY(%(order)s::bigint[]) AND l.over_of_id IS NULL ORDER BY l.order_id, l.position
""".replace("{REASON}", REASON).replace("{BASIS}", basis("l", "s"))


@row
class Head:
    """An order: to whom and where, by which terms."""

    id: int
    customer: int
    customer_code: str
    channel: str
    currency: str
    delivery_term: str
    invoice_rule: str
    ship_to: int
    zone: str
    country: str
    gln: str
    latitude: Decimal | None
    longitude: Decimal | None
    receivers: list[str]
    names: list[str]

    @property
    def spot(self) -> Spot:
        return Spot(self.gln, self.latitude, self.longitude)

    @property
    def allowed(self) -> list[str]:
        """Who may receive: those named, and then the customer itself; nobody in particular where none is named."""
        return [*self.receivers, *self.names] if self.receivers else []


HEADS = """
SELECT o.id, o.customer_id, p.code, o.channel, o.currency, o.delivery_term, o.invoice_rule, o.ship_to_id, a.zone, a.country, a.gln, a.latitude, a.longitude,
       array_remove(array_append(ARRAY(SELECT c.name FROM partners_contact c WHERE c.party_id = o.customer_id AND c.may_receive ORDER BY c.id), nullif(o.receiver, '')), NULL),
       array_remove(ARRAY[p.name, a.name, nullif(a.gln, ''), nullif(coalesce(p.gln, ''), '')], NULL)
  FROM orders_order o JOIN partners_party p ON p.id = o.customer_id JOIN partners_address a ON a.id = o.ship_to_id
 WHERE o.id = ANY(%(order)s::bigint[]) ORDER BY o.id
"""


@row
class Sent:
    """A parcel with what is in it by line, where it went, when it arrived and what proves it."""

    id: int
    order: int
    tracking: str
    site: str
    site_country: str
    carrier: str
    address: int
    handed_over_at: datetime
    delivered_at: datetime | None
    lines: list[int]
    units: list[int]
    proof: int | None
    gln: str | None
    latitude: Decimal | None
    longitude: Decimal | None
    accuracy_m: Decimal | None
    receiver: str | None
    received: int | None
    condition: str | None
    left_unattended: bool | None
    proven_at: datetime | None
    refused: str
    claims: list[str]

    def delivery(self) -> Delivery:
        """The parcel as the conditions look at it; a proof's time is the better one."""
        units: dict[int, int] = {}
        for line, quantity in zip(self.lines, self.units, strict=True):
            units[line] = units.get(line, 0) + quantity
        proof = Proof(self.proof, self.gln or "", self.latitude, self.longitude, self.accuracy_m, self.receiver or "", self.received, self.condition or "",
                      bool(self.left_unattended)) if self.proof else None
        arrived = self.proven_at if self.delivered_at and self.proven_at else self.delivered_at
        return Delivery(self.tracking, self.address, self.handed_over_at, arrived, units, proof, self.refused,
                        tuple(Claimed(number, kind, state == "paid") for number, kind, state in (c.split() for c in self.claims)))


SENT = """
SELECT p.id, s.order_id, p.tracking, w.code, w.country, c.code, s.address_id, s.handed_over_at, p.delivered_at, k.lines, k.units,
       f.id, f.gln, f.latitude, f.longitude, f.accuracy_m, f.receiver, f.received, f.condition, f.left_unattended, f.delivered_at, p.refused,
       ARRAY(SELECT 'C-' || x.id || ' ' || x.kind || ' ' || x.state FROM transport_claim x
              WHERE x.parcel_id = coalesce(p.rides_with_id, p.id) AND x.state IN ('filed', 'acknowledged', 'paid') ORDER BY x.id)
  FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id JOIN network_site w ON w.id = s.site_id JOIN transport_carrier c ON c.id = p.carrier_id
  JOIN LATERAL (SELECT coalesce(array_agg(x.line_id ORDER BY x.id), '{}') AS lines, coalesce(array_agg(x.quantity ORDER BY x.id), '{}') AS units FROM fulfilment_content x WHERE x.carton_id = p.carton_id) k ON true
  LEFT JOIN LATERAL (SELECT * FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1) f ON true
 WHERE s.order_id = ANY(%(order)s::bigint[]) ORDER BY s.order_id, p.id
"""


@row
class Billed:
    """What billing knows of a line: its latest comparison, invoices that bill it, credits that mend them, and those that give back what never came sound."""

    line: int
    quantity_variance: Decimal
    price_variance: Decimal
    invoices: list[str]
    corrected: list[str]
    given_back: list[str]


BILLED = """
SELECT l.id, coalesce(m.quantity_variance, 0), coalesce(m.price_variance, 0),
       ARRAY(SELECT d.number FROM billing_invoiceline x JOIN billing_invoice d ON d.id = x.invoice_id WHERE x.line_id = l.id AND d.kind = 'invoice' ORDER BY d.id),
       CASE WHEN l.credited - g.credited > greatest(l.lost - l.found + l.sent_back - g.gone, 0) + l.returned THEN ARRAY(
         SELECT d.number FROM billing_invoiceline x JOIN billing_invoice d ON d.id = x.invoice_id
          WHERE x.line_id = l.id AND d.kind = 'credit' AND d.reason <> 'cancelled' AND d.parcel_id IS NULL ORDER BY d.id)
       ELSE '{}'::text[] END,
       CASE WHEN g.credited > 0 THEN ARRAY(SELECT d.number FROM billing_invoiceline x JOIN billing_invoice d ON d.id = x.invoice_id WHERE x.line_id = l.id AND d.parcel_id IS NOT NULL ORDER BY d.id)
       ELSE '{}'::text[] END
  FROM orders_line l
 CROSS JOIN LATERAL (SELECT coalesce(sum(g.credited), 0) AS credited, coalesce(sum(g.credited) FILTER (WHERE g.cause IN ('lost', 'came-back')), 0) AS gone
                       FROM billing_goodscredit g WHERE g.line_id = l.id) g
  LEFT JOIN LATERAL (SELECT m.quantity_variance, m.price_variance FROM billing_match m JOIN billing_invoice d ON d.id = m.invoice_id
                      WHERE d.order_id = l.order_id AND m.line_id = l.id ORDER BY m.id DESC LIMIT 1) m ON true
 WHERE l.order_id = ANY(%(order)s::bigint[]) AND l.invoiced > 0 ORDER BY l.id
"""


@row
class Way:
    """When a late parcel passed the stages of its way, and by what its site and lane would have had to."""

    parcel: int
    zone: str
    country: str
    region: str
    workdays: list[int]
    cut_off: time
    opens: time
    closes: time
    days: int
    transit_on: list[int] | None
    receives_on: list[int]
    to_country: str
    to_region: str
    lines: int
    units: int
    ready_at: datetime | None
    released_at: datetime | None
    picked_at: datetime | None
    packed_at: datetime
    handed_over_at: datetime
    tried_at: datetime | None
    delivered_at: datetime | None
    ship_by: datetime | None


WAYS = f"""
SELECT p.id, {DEPARTS}, {WAY}, k.lines, p.units, ready.at, t.released_at, t.picked_at, c.packed_at, h.handed_over_at,
       (SELECT min(e.happened_at) FROM transport_trackingevent e WHERE e.tracking = p.tracking AND e.carrier_id = p.carrier_id AND e.state IN ('failed', 'ready-for-pick-up')),
       coalesce((SELECT f.delivered_at FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1), p.delivered_at),
       (SELECT min(a.ship_by) FROM fulfilment_content x JOIN orders_allocation a ON a.order_id = h.order_id AND a.id = x.allocation_id WHERE x.carton_id = c.id)
  FROM transport_parcel p JOIN transport_shipment h ON h.id = p.shipment_id JOIN fulfilment_carton c ON c.id = p.carton_id
  JOIN network_site s ON s.id = h.site_id JOIN partners_address d ON d.id = h.address_id
  LEFT JOIN {LANE} ON true
  LEFT JOIN LATERAL (SELECT count(DISTINCT x.line_id)::int AS lines FROM fulfilment_content x WHERE x.carton_id = c.id) k ON true
  LEFT JOIN LATERAL (SELECT min(t.released_at) AS released_at, max(t.closed_at) FILTER (WHERE t.taken > 0) AS picked_at FROM fulfilment_task t
                      WHERE t.allocation_id IN (SELECT x.allocation_id FROM fulfilment_content x WHERE x.carton_id = c.id)) t ON true
  LEFT JOIN LATERAL (SELECT max(e.happened_at) AS at FROM journal_event e WHERE e.subject = 'order/H-' || h.order_id
                      AND e.kind IN ('UnitsAllocated', 'HoldReleased') AND e.happened_at <= coalesce(t.released_at, h.handed_over_at)) ready ON true
 WHERE p.id = ANY(%(parcel)s::bigint[]) ORDER BY p.id
"""


@row
class Kept:
    """The verdict that is known of a commitment."""

    id: int
    order: int
    due_on: date | None
    state: str
    rules: int
    right_place: bool | None
    right_product: bool | None
    in_time: bool | None
    right_customer: bool | None
    right_invoice: bool | None
    right_documents: bool | None
    lines: int
    lines_perfect: int
    lines_judged: int
    net: Decimal
    currency: str
    hours_late: Decimal | None
    causes: str
    found: str
    customer: int
    customer_code: str
    site: str
    carrier: str
    country: str
    channel: str
    skus: list[str]
    final_on: date | None


KNOWN = """
SELECT v.id, v.order_id, v.due_on, v.state, v.rules, v.right_place, v.right_product, v.in_time, v.right_customer, v.right_invoice, v.right_documents, v.lines, v.lines_perfect,
       v.lines_judged, v.net, v.currency, v.hours_late, v.causes::text, v.found::text, v.customer_id, p.code, v.site, v.carrier, v.country, v.channel, v.skus, v.final_on
  FROM perfect_order_verdict v JOIN partners_party p ON p.id = v.customer_id
 WHERE v.order_id = ANY(%(order)s::bigint[]) AND v.known_to IS NULL ORDER BY v.order_id, v.id FOR NO KEY UPDATE OF v
"""


def by_order(found: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows of many orders by their order."""
    orders: dict[int, list[Any]] = defaultdict(list)
    for it in found:
        orders[it.order].append(it)
    return orders


def ways(run: Run, parcels: Sequence[int]) -> dict[int, Way]:
    """The ways of late parcels."""
    return {w.parcel: w for w in run.rows(Way, WAYS, parcel=list(parcels))} if parcels else {}


def exported(from_country: str, country: str) -> bool:
    """Whether a way crosses a customs border."""
    return customs_area(from_country) != customs_area(country)
