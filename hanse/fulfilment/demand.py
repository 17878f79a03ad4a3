"""Demand as the stock page shows it: reservations, pick tasks and pegs of an item. Named to inventory in `apps`."""

from datetime import datetime
from typing import Any

from django.db import connection

from hanse.inventory.demand import Demand, tells_demand
from hanse.kernel import clock

HELD = """
WITH item AS (SELECT id FROM catalogue_item WHERE sku = %(sku)s),
held AS (
  SELECT a.id, a.order_id, a.promised_on, a.reserved - a.freed - a.picked + a.put_back AS units FROM orders_allocation a
   WHERE a.item_id = (SELECT id FROM item) AND a.reserved > a.freed + a.released - a.recalled
   UNION
  SELECT a.id, a.order_id, a.promised_on, a.reserved - a.freed - a.picked + a.put_back FROM fulfilment_task t JOIN orders_allocation a ON a.id = t.allocation_id
   WHERE t.closed_at IS NULL AND t.item_id = (SELECT id FROM item)
), waiting AS (
  SELECT l.order_id, l.ordered - l.cancelled - l.reserved + l.freed AS units FROM orders_line l
   WHERE l.item_id = (SELECT id FROM item) AND l.ordered > l.cancelled + l.reserved - l.freed
)
"""
FIGURES = HELD + "SELECT (SELECT count(DISTINCT order_id) FROM held WHERE units > 0), (SELECT coalesce(sum(units), 0)::bigint FROM waiting)"
LEAVING = HELD + """
SELECT greatest(day, %(today)s::date), sum(units)::bigint FROM (
  SELECT promised_on AS day, units FROM held WHERE units > 0
   UNION ALL
  SELECT greatest(l.promised_on, n.due_on), g.quantity FROM orders_peg g JOIN inventory_inbound n ON n.id = g.inbound_id JOIN orders_line l ON l.id = g.line_id
   WHERE n.item_id = (SELECT id FROM item) AND n.received < n.quantity AND g.quantity > 0) x
 GROUP BY 1 ORDER BY 1
"""
CHANGES = HELD + """
, concerned AS (
  SELECT DISTINCT 'order/' || document AS subject FROM (
    SELECT document FROM inventory_movement WHERE item_id = (SELECT id FROM item) AND act = 'UnitsPicked' AND happened_at >= %(since)s ORDER BY id DESC LIMIT 5000) m
   UNION SELECT 'order/H-' || order_id FROM held
)
SELECT at, sum(units)::bigint FROM (
  SELECT e.happened_at AS at, (u ->> 'quantity')::bigint AS units
    FROM concerned c JOIN journal_event e ON e.subject = c.subject AND e.kind = 'UnitsAllocated', jsonb_array_elements(e.body -> 'units') u
   WHERE u ->> 'sku' = %(sku)s
   UNION ALL
  SELECT e.happened_at, -(e.body ->> 'quantity')::bigint FROM concerned c JOIN journal_event e ON e.subject = c.subject AND e.kind = 'UnitsFreed'
   WHERE e.body ->> 'sku' = %(sku)s
   UNION ALL
  SELECT m.happened_at, -m.quantity FROM inventory_movement m WHERE m.item_id = (SELECT id FROM item) AND m.act = 'UnitsPicked' AND m.happened_at >= %(since)s) x
 WHERE at >= %(since)s GROUP BY 1 ORDER BY 1
"""


@tells_demand
def demand_of(sku: str, since: datetime) -> Demand:
    """Who holds and who waits for an item, how reservations changed, and what leaves by which day.

    The changes are those of orders that were picked since, or hold a reservation now.
    """
    given = {"sku": sku, "since": since, "today": clock.now().date()}
    [(orders, waiting)] = _rows(FIGURES, given)
    return Demand(orders, waiting, tuple(_rows(CHANGES, given)), tuple((day, units) for day, units in _rows(LEAVING, given) if day))


def _rows(sql: str, given: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
