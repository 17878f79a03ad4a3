"""Warehouses: the measures of each site's work on the orders due in a period. Read from the rows; nothing is written.

Orders count by the day they were due, as everywhere here. Times are hours on the clock, nights and Sundays included: they are the customer's.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hanse.journal.asking import rows
from hanse.kernel.samples import Share

STAGES = ("release", "pick", "pack", "hand over", "carry")
"""What an order waits for in turn: until it was released, picked, packed, handed over, delivered."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A site's work on the orders due in a period.

    Lines picked, and those of them in which an audit, a receiving advice or the receiver found an error; picks, and those that came short; lines,
    and those with units that waited for supply; parcels that had a latest hand-over, and those that kept it. Receiving advices about parcels from here alone, and those that
    name exactly what we told we had sent. Orders that are wholly delivered
    from here, with the mean and the median of their hours from placing to delivery, the mean hours of each stage, and those from
    release to the carrier's first scan. Hours are none where there is no such order.
    """

    site: str
    name: str
    lines_picked: int
    lines_wrong: int
    picks: int
    picks_short: int
    lines: int
    lines_waited: int
    parcels_due: int
    parcels_on_time: int
    advices_compared: int
    advices_right: int
    orders_delivered: int
    cycle_mean: Decimal | None
    cycle_median: Decimal | None
    to_release: Decimal | None
    to_pick: Decimal | None
    to_pack: Decimal | None
    to_hand_over: Decimal | None
    to_carry: Decimal | None
    click_to_ship: Decimal | None

    @property
    def pick_accuracy(self) -> Share:
        """Lines picked without an error, of the lines picked."""
        return Share(self.lines_picked - self.lines_wrong, self.lines_picked)

    @property
    def short_picks(self) -> Share:
        """Picks that found too little, of all."""
        return Share(self.picks_short, self.picks)

    @property
    def backordered(self) -> Share:
        """Lines of which units waited for supply, of all."""
        return Share(self.lines_waited, self.lines)

    @property
    def on_time_ship(self) -> Share:
        """Parcels that left before their latest hand-over, of those that had one."""
        return Share(self.parcels_on_time, self.parcels_due)

    @property
    def advice_accuracy(self) -> Share:
        """Receiving advices that name the items and units that we told we had sent, of all: the accuracy of despatch advices."""
        return Share(self.advices_right, self.advices_compared)

    @property
    def stages(self) -> list[tuple[str, Decimal]]:
        """The mean hours of each stage, in turn."""
        hours = (self.to_release, self.to_pick, self.to_pack, self.to_hand_over, self.to_carry)
        return [(name, h) for name, h in zip(STAGES, hours, strict=True) if h is not None]


def mean(span: str) -> str:
    """The mean hours of a span of time, as SQL."""
    return f"round(avg(extract(epoch FROM {span}) / 3600)::numeric, 2)"


def median(span: str) -> str:
    """The median hours of a span of time, as SQL: of an even number the middle of the two in the middle."""
    return f"round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM {span}) / 3600)::numeric, 2)"


FIGURES = f"""
WITH due AS MATERIALIZED (
  SELECT DISTINCT v.order_id FROM perfect_order_verdict v WHERE v.known_to IS NULL AND v.state <> 'void' AND v.due_on BETWEEN %(first)s AND %(last)s
), wrong AS (
  SELECT DISTINCT x.line_id FROM due d JOIN orders_line l ON l.order_id = d.order_id JOIN transport_receivedline x ON x.line_id = l.id
   WHERE x.short > 0 OR (x.rejected > 0 AND x.reason IN ('wrong-item', 'not-ordered'))
), picked AS (
  SELECT t.site_id, count(*) FILTER (WHERE t.closed_at IS NOT NULL) AS picks, count(*) FILTER (WHERE t.short_reason <> '') AS short,
         count(DISTINCT t.line_id) FILTER (WHERE t.taken > 0) AS lines, count(DISTINCT t.line_id) FILTER (WHERE t.taken > 0 AND (t.wrong > 0 OR w.line_id IS NOT NULL)) AS wrong
    FROM due d JOIN orders_allocation a ON a.order_id = d.order_id JOIN fulfilment_task t ON t.allocation_id = a.id LEFT JOIN wrong w ON w.line_id = t.line_id GROUP BY t.site_id
), waited AS (
  SELECT DISTINCT (x->>'line')::bigint AS line_id FROM due d JOIN journal_event e ON e.subject = 'order/H-' || d.order_id AND e.kind = 'UnitsAllocated', jsonb_array_elements(e.body->'waiting') x
), lined AS (
  SELECT a.site_id, count(DISTINCT a.line_id) AS lines, count(DISTINCT w.line_id) AS waited
    FROM due d JOIN orders_allocation a ON a.order_id = d.order_id LEFT JOIN waited w ON w.line_id = a.line_id GROUP BY a.site_id
), gone AS MATERIALIZED (
  SELECT s.site_id, s.order_id, p.id, c.packed_at, s.handed_over_at, p.delivered_at, coalesce(f.by, x.hand_over_by) AS by,
         (SELECT min(e.happened_at) FROM transport_trackingevent e WHERE e.tracking = p.tracking AND e.carrier_id = p.carrier_id AND e.state NOT IN ('', 'unknown', 'pending')) AS scanned_at
    FROM due d JOIN transport_shipment s ON s.order_id = d.order_id JOIN transport_parcel p ON p.shipment_id = s.id JOIN fulfilment_carton c ON c.id = p.carton_id
    LEFT JOIN LATERAL (SELECT x.hand_over_by FROM transport_choice x WHERE x.carton_id = c.id ORDER BY x.id DESC LIMIT 1) x ON true
    LEFT JOIN LATERAL (SELECT min(a.ship_by) AS by FROM fulfilment_content k JOIN orders_allocation a ON a.id = k.allocation_id WHERE k.carton_id = c.id) f ON true
), shipped AS (
  SELECT site_id, count(*) FILTER (WHERE by IS NOT NULL) AS due, count(*) FILTER (WHERE handed_over_at <= by) AS on_time FROM gone GROUP BY site_id
), advised AS (
  SELECT a.id, a.order_id, min(s.site_id) AS site_id, array_agg(DISTINCT p.carton_id) AS cartons
    FROM due d JOIN transport_receivingadvice a ON a.order_id = d.order_id JOIN transport_shipment s ON s.order_id = d.order_id JOIN transport_parcel p ON p.shipment_id = s.id
   WHERE EXISTS (SELECT FROM transport_proof f WHERE f.parcel_id = p.id AND f.source = 'receiving advice' AND f.recorded_at = a.recorded_at)
   GROUP BY a.id HAVING count(DISTINCT s.site_id) = 1
), compared AS (
  SELECT x.site_id, count(*) AS advices, count(*) FILTER (WHERE NOT EXISTS (
           SELECT FROM (SELECT k.line_id, sum(k.quantity) AS units FROM fulfilment_content k JOIN orders_line l ON l.id = k.line_id AND l.order_id = x.order_id WHERE k.carton_id = ANY(x.cartons) GROUP BY 1) sent
             FULL JOIN (SELECT r.line_id, r.received + CASE WHEN r.reason IN ('wrong-item', 'not-ordered') THEN 0 ELSE r.rejected END AS units FROM transport_receivedline r WHERE r.advice_id = x.id) came USING (line_id)
            WHERE coalesce(sent.units, 0) <> coalesce(came.units, 0))) AS agreed
    FROM advised x GROUP BY x.site_id
), ways AS (
  SELECT g.site_id, o.placed_at, max(g.packed_at) AS packed_at, max(g.handed_over_at) AS handed_over_at, max(g.delivered_at) AS delivered_at, min(g.scanned_at) AS scanned_at,
         (SELECT min(t.released_at) FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id WHERE a.order_id = o.id AND a.site_id = g.site_id) AS released_at,
         (SELECT max(t.closed_at) FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id WHERE a.order_id = o.id AND a.site_id = g.site_id AND t.taken > 0) AS picked_at
    FROM gone g JOIN orders_order o ON o.id = g.order_id WHERE o.delivered >= o.ordered - o.cancelled GROUP BY g.site_id, o.id HAVING bool_and(g.delivered_at IS NOT NULL)
), cycle AS (
  SELECT site_id, count(*) AS orders, {mean('delivered_at - placed_at')} AS mean, {median('delivered_at - placed_at')} AS middle, {mean('released_at - placed_at')} AS released, {mean('picked_at - released_at')} AS picked,
         {mean('packed_at - picked_at')} AS packed, {mean('handed_over_at - packed_at')} AS handed, {mean('delivered_at - handed_over_at')} AS carried, {mean('scanned_at - released_at')} AS clicked
    FROM ways GROUP BY site_id
)
SELECT s.code, s.name, coalesce(k.lines, 0), coalesce(k.wrong, 0), coalesce(k.picks, 0), coalesce(k.short, 0), coalesce(l.lines, 0), coalesce(l.waited, 0), coalesce(h.due, 0), coalesce(h.on_time, 0),
       coalesce(r.advices, 0), coalesce(r.agreed, 0),
       coalesce(c.orders, 0), c.mean, c.middle, c.released, c.picked, c.packed, c.handed, c.carried, c.clicked
  FROM network_site s LEFT JOIN picked k ON k.site_id = s.id LEFT JOIN lined l ON l.site_id = s.id LEFT JOIN shipped h ON h.site_id = s.id LEFT JOIN compared r ON r.site_id = s.id LEFT JOIN cycle c ON c.site_id = s.id
 WHERE s.supplier = '' AND (l.lines > 0 OR k.picks > 0) ORDER BY s.code
"""


def warehouses(first: date, last: date) -> list[Warehouse]:
    """Each site's work on the orders due in a period, by the site's code; sites without any are left out, and so are suppliers'."""
    return rows(Warehouse, FIGURES, first=first, last=last)
