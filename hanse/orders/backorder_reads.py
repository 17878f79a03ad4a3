"""Questions about backorders: which items do not suffice, who waits for one in which order, and which customers must agree to a later day."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.numbers import order_id

from .backorders import RULES

MOST = 500


@dataclass(frozen=True, slots=True)
class ShortItem:
    """An item of which units wait: how many, of how many orders, and when supply is due."""

    sku: str
    name: str
    waiting: int
    orders: int
    free: int
    reserved: int
    pegged: int
    due_on: date | None
    earliest: date | None


@dataclass(frozen=True, slots=True)
class Queued:
    """A line in the queue of an item, with what it has that is not on the floor and the supply the rest waits for."""

    order: str
    position: int
    customer: str
    customer_name: str
    rule: str
    priority: int
    promised_on: date | None
    placed_at: datetime
    has: int
    waiting: int
    supply: list[dict[str, Any]]
    held: bool
    at_stake: Decimal
    currency: str


SHORT = """
SELECT i.sku, i.name, sum(w.waiting)::bigint, count(DISTINCT w.order_id), coalesce(max(s.free), 0)::bigint, coalesce(max(s.reserved), 0)::bigint,
       coalesce(sum(w.pegged), 0)::bigint, min(w.due_on), min(w.promised_on)
  FROM (SELECT l.item_id, l.order_id, l.ordered - l.cancelled - l.reserved + l.freed AS waiting, g.pegged, g.due_on, l.promised_on
          FROM orders_line l
          LEFT JOIN LATERAL (SELECT sum(p.quantity) AS pegged, min(b.due_on) AS due_on FROM orders_peg p
                               JOIN inventory_inbound b ON b.id = p.inbound_id WHERE p.line_id = l.id AND p.quantity > 0) g ON true
         WHERE l.ordered > l.cancelled + l.reserved - l.freed) w
  JOIN catalogue_item i ON i.id = w.item_id
  LEFT JOIN LATERAL (SELECT sum(t.on_hand - t.reserved) AS free, sum(t.reserved) AS reserved FROM inventory_stock t WHERE t.item_id = i.id) s ON true
 GROUP BY i.sku, i.name ORDER BY min(w.promised_on) NULLS LAST, i.sku LIMIT %(most)s
"""
QUEUE = """
SELECT 'H-' || o.id, l.position, p.code, p.name, p.backorder_rule, o.priority, l.promised_on, o.placed_at, coalesce(a.loose, 0)::bigint,
       l.ordered - l.cancelled - l.reserved + l.freed, coalesce(g.supply, '[]')::text, 'fraud' = ANY(o.holds),
       round(l.net * (l.ordered - l.cancelled - l.reserved + l.freed) / l.ordered, 2), o.currency
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN partners_party p ON p.id = o.customer_id
  LEFT JOIN LATERAL (SELECT sum(k.reserved - k.freed - greatest(k.released - k.recalled, k.picked - k.put_back)) AS loose FROM orders_allocation k
                      WHERE k.order_id = l.order_id AND k.line_id = l.id) a ON true
  LEFT JOIN LATERAL (SELECT json_agg(json_build_object('ref', b.ref, 'due_on', b.due_on, 'units', q.quantity) ORDER BY b.due_on, b.id) AS supply
                       FROM orders_peg q JOIN inventory_inbound b ON b.id = q.inbound_id WHERE q.line_id = l.id AND q.quantity > 0) g ON true
 WHERE l.id IN (SELECT x.id FROM orders_line x JOIN catalogue_item i ON i.id = x.item_id
                 WHERE i.sku = %(sku)s AND x.ordered > x.cancelled + x.reserved - x.freed
                 UNION SELECT y.line_id FROM orders_allocation y JOIN catalogue_item i ON i.id = y.item_id
                 WHERE i.sku = %(sku)s AND y.reserved > y.freed + greatest(y.released - y.recalled, y.picked - y.put_back))
 ORDER BY array_position(%(rules)s::text[], p.backorder_rule), o.priority, coalesce(l.promised_on, 'infinity'), o.placed_at, o.id, l.position LIMIT %(most)s
"""


def short_items() -> list[ShortItem]:
    """The items of which units wait, the earliest promise first."""
    return rows(ShortItem, SHORT, most=MOST)


def queue(sku: str) -> list[Queued]:
    """Who wants units of an item that are not on the floor, in the order in which a run serves them."""

    def made(*values: Any) -> Queued:
        supply = [{"ref": s["ref"], "due": date.fromisoformat(s["due_on"]), "units": s["units"]} for s in json.loads(values[10])]
        return Queued(*(*values[:10], supply, *values[11:]))

    return rows(made, QUEUE, sku=sku, rules=list(RULES), most=MOST)


@dataclass(frozen=True, slots=True)
class OpenConsent:
    """A question to a customer that waits for its answer."""

    position: int
    sku: str
    units: int
    was_on: date
    promised_on: date
    asked_at: datetime
    answer_by: datetime

    @property
    def line_text(self) -> str:
        return str(self.position)


CONSENTS = """
SELECT l.position, i.sku, c.units, c.was_on, c.promised_on, c.asked_at, c.answer_by
  FROM orders_line l JOIN orders_consent c ON c.line_id = l.id AND c.answer IS NULL JOIN catalogue_item i ON i.id = l.item_id
 WHERE l.order_id = %(order)s AND (l.ordered > l.cancelled + l.reserved - l.freed OR EXISTS (
         SELECT 1 FROM orders_allocation a JOIN network_site s ON s.id = a.site_id AND s.supplier <> ''
          WHERE a.order_id = l.order_id AND a.line_id = l.id AND a.reserved - a.freed > a.shipped)) ORDER BY l.position
"""


def consents(number: str) -> list[OpenConsent]:
    """What the customer of an order is asked and has not answered."""
    return rows(OpenConsent, CONSENTS, order=order_id(number))
