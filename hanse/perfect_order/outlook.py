"""Outlook: what is known of commitments on their way, read for many orders at once: what waits where, what is on the road, what else there is."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hanse.fulfilment.slack import DEPARTS, LANE, WAY, departs_of, way_of
from hanse.kernel.rows import row
from hanse.kernel.samples import Share

from .conditions import AT_OUR_DOOR
from .passed import Cell, Planned, steps_of

Asks = Callable[..., list[Any]]
"""Who asks the database: `rows` outside an operation, a run's own inside."""
LEARNT_WEEKS = 26
"""So many weeks of the past tell of the chances."""

DUE = "coalesce(l0.first_promised_on, l.first_promised_on, l.requested_on)"
LINES = f"""
l AS (SELECT l.*, {DUE} AS due_on, l.ordered - l.cancelled - l.reserved + l.freed AS waits
        FROM orders_line l LEFT JOIN orders_line l0 ON l0.id = l.substitute_of_id
       WHERE l.order_id = ANY(%(order)s::bigint[]) AND l.over_of_id IS NULL AND l.ordered > l.cancelled)
"""


@row
class Open:
    """A commitment that is not all delivered: to whom and where, what waits for stock, what is missing, and which conditions have failed.

    `later_g` and the like are of what goes later, if it goes in two: what waits, by the terms the whole line that waits.
    """

    order: int
    due_on: date | None
    customer: int
    zone: str
    from_country: str | None
    country: str
    no_place: list[str]
    delivery_term: str
    holds: list[str]
    net: Decimal
    currency: str
    promised_on: date | None
    waits: int
    dated: int
    supply_on: date | None
    lacks_customs_data: list[str]
    failed: list[str]
    ship_rule: str
    later_g: int
    later_mm3: int
    later_longest_mm: int


LATER = "sum((CASE WHEN o.ship_rule = 'complete-line' AND l.waits > 0 THEN l.ordered - l.cancelled - l.shipped ELSE l.waits END) * {})::bigint"
OPEN = f"""
WITH {LINES}
SELECT o.id, l.due_on, o.customer_id, d.zone, min(f.country), d.country,
       array_remove(ARRAY[CASE WHEN d.street = '' THEN 'street' END, CASE WHEN d.postcode = '' THEN 'postcode' END, CASE WHEN d.city = '' THEN 'city' END], NULL),
       o.delivery_term, o.holds, round(sum(l.net * (l.ordered - l.cancelled) / l.ordered), 4), o.currency, max(l.promised_on), sum(l.waits)::bigint,
       coalesce(sum(g.units), 0)::bigint, max(g.due_on), coalesce(array_agg(DISTINCT i.sku) FILTER (WHERE i.hs_code = '' OR i.origin = ''), '{{}}'),
       coalesce((SELECT array_agg(c.key ORDER BY c.key) FROM perfect_order_verdict v, jsonb_each(v.causes) c
                  WHERE v.order_id = o.id AND v.due_on IS NOT DISTINCT FROM l.due_on AND v.known_to IS NULL AND c.key <> 'documents'), '{{}}'),
       o.ship_rule, {LATER.format('coalesce(i.weight_g, 0)')}, {LATER.format('coalesce(i.length_mm::bigint * i.width_mm * i.height_mm, 0)')},
       coalesce(max(greatest(i.length_mm, i.width_mm, i.height_mm)) FILTER (WHERE l.waits > 0), 0)::int
  FROM l JOIN orders_order o ON o.id = l.order_id JOIN partners_address d ON d.id = o.ship_to_id JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN LATERAL (SELECT sum(p.quantity) AS units, max(b.due_on) AS due_on FROM orders_peg p JOIN inventory_inbound b ON b.id = p.inbound_id
                      WHERE p.line_id = l.id AND p.quantity > 0) g ON true
  LEFT JOIN LATERAL (SELECT s.country FROM orders_allocation a JOIN network_site s ON s.id = a.site_id WHERE a.order_id = l.order_id AND a.line_id = l.id
                      AND s.country <> d.country AND a.reserved > a.freed LIMIT 1) f ON true
 WHERE o.open GROUP BY o.id, l.due_on, d.id HAVING sum(l.ordered - l.cancelled) > sum(l.delivered + l.lost + l.sent_back) ORDER BY o.id, l.due_on
"""


@row
class AtSite:
    """What a site still has to do of a commitment, with its calendar and the lane. `whole` are the units that have to leave of lines of which none waits."""

    order: int
    due_on: date | None
    site: str
    to_release: int
    to_pick: int
    to_pack: int
    to_leave: int
    whole: int
    lines: int
    weight_g: int
    volume_mm3: int
    longest_mm: int
    to: str
    postcode: str
    home: bool | None
    days: int
    transit_on: list[int] | None
    receives_on: list[int]
    to_country: str
    to_region: str
    zone: str
    country: str
    region: str
    workdays: list[int]
    cut_off: time
    opens: time
    closes: time
    cost: Decimal | None
    currency: str | None

    @property
    def lane(self) -> str:
        return f"{self.site} → {self.to}"

    def planned(self, delivery_term: str, days: int | None = None) -> Planned | None:
        """By when each step has to be done; with other days in transit, if given."""
        return _planned(self, self.due_on, delivery_term, self.lines, self.to_release, days)


AT_SITE = f"""
WITH {LINES}
SELECT r.order_id, r.due_on, s.code, r.to_release, r.to_pick, r.to_pack, r.to_leave, r.whole, r.lines, r.weight_g, r.volume_mm3, r.longest_mm, d.country, d.postcode, d.home, {WAY}, {DEPARTS}, lane.cost, lane.currency
  FROM (SELECT a.order_id, l.due_on, a.site_id, sum(a.reserved - a.freed - a.released + a.recalled)::bigint AS to_release,
               sum(a.reserved - a.freed - a.picked + a.put_back)::bigint AS to_pick, sum(a.reserved - a.freed - a.packed + a.unpacked)::bigint AS to_pack,
               sum(a.reserved - a.freed - a.shipped)::bigint AS to_leave,
               coalesce(sum(a.reserved - a.freed - a.shipped) FILTER (WHERE l.waits = 0), 0)::bigint AS whole, count(*)::int AS lines,
               sum((a.reserved - a.freed - a.shipped) * coalesce(i.weight_g, 0))::bigint AS weight_g,
               sum((a.reserved - a.freed - a.shipped) * coalesce(i.length_mm::bigint * i.width_mm * i.height_mm, 0))::bigint AS volume_mm3,
               coalesce(max(greatest(i.length_mm, i.width_mm, i.height_mm)), 0)::int AS longest_mm
          FROM l JOIN orders_allocation a ON a.order_id = l.order_id AND a.line_id = l.id AND a.reserved > a.freed + a.shipped
          JOIN catalogue_item i ON i.id = l.item_id GROUP BY 1, 2, 3) r
  JOIN orders_order o ON o.id = r.order_id JOIN partners_address d ON d.id = o.ship_to_id JOIN network_site s ON s.id = r.site_id AND s.supplier = ''
  LEFT JOIN {LANE.replace("l.days, l.carrier, l.transit_on", "l.days, l.carrier, l.transit_on, l.cost, l.currency")} ON true
 ORDER BY r.order_id, r.due_on, s.code
"""


@row
class OnTheWay:
    """A parcel of a commitment that has not come: what its carrier told, and when it left a site with which calendar and lane.

    `silent_days` is how many working days its lane allows without a word, where it has been silent for longer.
    """

    order: int
    due_on: date | None
    tracking: str
    shipment: int
    carrier: str
    state: str
    expected_on: date | None
    silent_days: int | None
    handed_over_at: datetime
    site: str
    to: str
    days: int
    transit_on: list[int] | None
    receives_on: list[int]
    to_country: str
    to_region: str
    zone: str
    country: str
    region: str
    workdays: list[int]
    cut_off: time
    opens: time
    closes: time

    @property
    def lane(self) -> str:
        return f"{self.carrier}|{self.site} → {self.to}"

    def planned(self, delivery_term: str) -> Planned | None:
        """By when it had to be handed over."""
        return _planned(self, self.due_on, delivery_term, 1, 1, None)


ON_THE_WAY = f"""
WITH {LINES}
SELECT h.order_id, k.due_on, p.tracking, h.id, c.code, p.state, p.expected_on,
       (SELECT x.days FROM transport_silence x WHERE x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, h.handed_over_at)), h.handed_over_at, s.code, d.country, {WAY}, {DEPARTS}
  FROM transport_shipment h JOIN transport_parcel p ON p.shipment_id = h.id AND p.rides_with_id IS NULL AND p.delivered_at IS NULL AND p.state <> 'cancelled'
  JOIN transport_carrier c ON c.id = p.carrier_id JOIN network_site s ON s.id = h.site_id JOIN partners_address d ON d.id = h.address_id
  JOIN LATERAL (SELECT min(l.due_on) AS due_on FROM fulfilment_content x JOIN l ON l.id = x.line_id WHERE x.carton_id = p.carton_id) k ON true
  LEFT JOIN {LANE} ON true
 WHERE h.order_id = ANY(%(order)s::bigint[]) ORDER BY h.order_id, p.id
"""


@row
class Elsewhere:
    """Another site that has all units of a commitment that nobody works on yet, with its calendar and lane."""

    order: int
    due_on: date | None
    site: str
    to: str
    days: int
    transit_on: list[int] | None
    receives_on: list[int]
    to_country: str
    to_region: str
    zone: str
    country: str
    region: str
    workdays: list[int]
    cut_off: time
    opens: time
    closes: time
    cost: Decimal
    currency: str

    @property
    def lane(self) -> str:
        return f"{self.site} → {self.to}"

    def planned(self, delivery_term: str) -> Planned | None:
        """By when each step would have to be done there."""
        return _planned(self, self.due_on, delivery_term, 1, 1, None)


ELSEWHERE = f"""
WITH {LINES},
need AS (
  SELECT l.order_id, l.due_on, l.item_id, sum(l.waits + coalesce(a.units, 0))::bigint AS units, bool_or(coalesce(a.begun, false)) AS begun
    FROM l LEFT JOIN LATERAL (
      SELECT sum(a.reserved - a.freed - a.shipped) AS units, bool_or(a.released > a.recalled) AS begun FROM orders_allocation a
       WHERE a.order_id = l.order_id AND a.line_id = l.id AND a.reserved > a.freed + a.shipped) a ON true
   GROUP BY 1, 2, 3)
SELECT n.order_id, n.due_on, s.code, d.country, {WAY}, {DEPARTS}, lane.cost, lane.currency
  FROM (SELECT order_id, due_on, array_agg(item_id) AS items, array_agg(units) AS units FROM need GROUP BY 1, 2 HAVING sum(units) > 0 AND NOT bool_or(begun)) n
  JOIN orders_order o ON o.id = n.order_id JOIN partners_address d ON d.id = o.ship_to_id
  JOIN network_site s ON s.active AND s.supplier = ''
   AND NOT EXISTS (SELECT FROM orders_allocation a WHERE a.order_id = n.order_id AND a.site_id = s.id AND a.reserved > a.freed + a.shipped)
   AND NOT EXISTS (SELECT FROM unnest(n.items, n.units) AS x(item, units) LEFT JOIN inventory_stock k ON k.item_id = x.item AND k.site_id = s.id
                    WHERE x.units > coalesce(k.on_hand - k.reserved, 0))
  JOIN {LANE.replace("l.days, l.carrier, l.transit_on", "l.days, l.carrier, l.transit_on, l.cost, l.currency")} ON true
 ORDER BY n.order_id, n.due_on, lane.cost, s.code
"""
LEARNT = """
SELECT lane, step, band, sum(perfect)::bigint, sum(commitments)::bigint FROM perfect_order_experience WHERE week_on >= %(since)s::date GROUP BY 1, 2, 3
"""


def _planned(at: Any, due_on: date | None, delivery_term: str, lines: int, units: int, days: int | None) -> Planned | None:
    if due_on is None:
        return None
    departs = departs_of(at.zone, at.country, at.region, at.workdays, at.cut_off, at.opens, at.closes)
    taken = 0 if delivery_term in AT_OUR_DOOR else at.days if days is None else days
    return Planned.of(steps_of(departs, way_of(taken, at.transit_on, at.receives_on, at.to_country, at.to_region), due_on, lines, units))


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that is known of one open commitment."""

    open: Open
    at_sites: tuple[AtSite, ...] = ()
    on_the_way: tuple[OnTheWay, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


def outlooks(ask: Asks, orders: Sequence[int]) -> list[Outlook]:
    """What is known of the open commitments of orders."""
    given = {"order": list(orders)}
    work, ways, others = (_by_commitment(ask(cls, sql, **given)) for cls, sql in ((AtSite, AT_SITE), (OnTheWay, ON_THE_WAY), (Elsewhere, ELSEWHERE)))
    return [
        Outlook(it, *(tuple(of.get((it.order, it.due_on), ())) for of in (work, ways, others)))
        for it in ask(Open, OPEN, **given)]


def _by_commitment(found: Iterable[Any]) -> Mapping[tuple[int, date | None], list[Any]]:
    grouped: dict[tuple[int, date | None], list[Any]] = defaultdict(list)
    for it in found:
        grouped[it.order, it.due_on].append(it)
    return grouped


def learnt_cells(ask: Asks, today: date) -> dict[Cell, Share]:
    """What the last half year taught, by lane, step and band."""
    return dict(ask(lambda lane, step, band, hits, n: ((lane, step, band), Share(hits, n)), LEARNT, since=today - timedelta(weeks=LEARNT_WEEKS)))
