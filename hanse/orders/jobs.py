"""What follows: supply that arrives or comes free goes to the queue of waiting orders at once."""

from collections.abc import Sequence

from django.db import connection

from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE

from .allocate import Allocate, allocate

WAITING = """
SELECT DISTINCT 'H-' || l.order_id FROM orders_line l
  JOIN catalogue_item i ON i.id = l.item_id JOIN orders_order o ON o.id = l.order_id
 WHERE i.sku = ANY(%s::text[]) AND l.ordered > l.cancelled + l.reserved - l.freed
   AND NOT (o.holds && %s::text[]) AND 'H-' || l.order_id <> ALL(%s::text[])
   AND EXISTS (SELECT 1 FROM inventory_stock s WHERE s.item_id = l.item_id AND s.on_hand > s.reserved)
 LIMIT 5000
"""
HELD = ["fraud"]
SUPPLY = ("StockReceived", "UnitsFreed", "UnitsCancelled", "StockCounted", "QuarantineReleased", "HoldReleased")


@follower("orders: allocate waiting units", *SUPPLY)
def allocate_waiting(facts: Sequence[Told]) -> None:
    """Allocate orders that wait for items of which units came in or came free; never the one that gave them up."""
    skus, givers = set(), set()
    for fact in facts:
        skus |= {fact.body["sku"]} if "sku" in fact.body else {line["sku"] for line in fact.body.get("lines", [])}
        if fact.kind in ("UnitsFreed", "UnitsCancelled"):
            givers.add(fact.body["order"])
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [sorted(skus), HELD, sorted(givers)])
        waiting = [number for (number,) in cursor.fetchall()]
    if waiting:
        allocate([Allocate(number) for number in waiting], by=HANSE)
