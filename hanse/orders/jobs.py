"""What follows: supply that arrives or comes free goes to the queue of waiting orders at once; promises follow supply that moves; a site that does not answer in time is too late;
recurring orders are placed on their days."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.asking import rows
from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.rows import as_tuple

from .allocate import Allocate, allocate
from .expire import Expire, expire
from .follow_supply import FollowSupply, follow_supply
from .holds import BLOCKS
from .place_due import PlaceDue, place_due

WAITING = """
SELECT DISTINCT 'H-' || l.order_id FROM orders_line l
  JOIN catalogue_item i ON i.id = l.item_id JOIN orders_order o ON o.id = l.order_id
 WHERE i.sku = ANY(%s::text[]) AND l.ordered > l.cancelled + l.reserved - l.freed
   AND NOT (o.holds && %s::text[]) AND 'H-' || l.order_id <> ALL(%s::text[])
   AND EXISTS (SELECT 1 FROM inventory_stock s WHERE s.item_id = l.item_id AND s.on_hand > s.reserved)
 LIMIT 5000
"""
DUE = """
SELECT 'R-' || id, next_on FROM orders_recurring
 WHERE paused_at IS NULL AND next_on IS NOT NULL AND next_on <= (%(now)s::timestamptz AT TIME ZONE zone)::date ORDER BY next_on, id LIMIT 500
"""
HELD = sorted(type for type in BLOCKS if "allocate" in BLOCKS[type])
GIVEN_UP = ("UnitsFreed", "UnitsCancelled")
ARRIVED = ("StockReceived", "BinCounted", "StockReleased", "LotReleased", "DropShipKept")


@follower("orders: allocate waiting units", *ARRIVED, *GIVEN_UP, "HoldReleased")
def allocate_waiting(facts: Sequence[Told]) -> None:
    """Allocate orders that wait for items of which units came in or came free; never the one that gave them up."""
    skus = {sku for fact in facts for sku in skus_of(fact.body)}
    givers = {fact.body["order"] for fact in facts if fact.kind in GIVEN_UP}
    freed = {fact.body["order"] for fact in facts if fact.kind == "HoldReleased" and fact.body["type"] in HELD}
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [sorted(skus), HELD, sorted(givers)])
        waiting = {number for (number,) in cursor.fetchall()}
    if waiting or freed:
        allocate([Allocate(number) for number in sorted(waiting | freed)], by=HANSE)


@follower("orders: follow supply", "InboundExpected", "InboundMoved")
def follow_inbound(facts: Sequence[Told]) -> None:
    """Peg what waits for the items whose supply was announced or moved anew, and let promises follow."""
    skus = sorted({fact.body["item"] for fact in facts})
    if skus:
        follow_supply([FollowSupply(sku) for sku in skus], by=HANSE)


def skus_of(body: Mapping[str, Any]) -> set[str]:
    """The items a fact names: a stock fact its own, an order's fact one, or one per line."""
    named = {body[name] for name in ("item", "sku") if name in body}
    return named or {line["sku"] for line in body.get("lines", [])}


OVER = "SELECT id FROM orders_changerequest WHERE outcome = '' AND state = 'requested' AND answer_by <= %s ORDER BY id LIMIT 5000"


def expire_overdue() -> int:
    """Take the fallback of every request whose time is over; gives back how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(OVER, [clock.now()])
        over = [Expire(request) for (request,) in cursor.fetchall()]
    if over:
        expire(over, by=HANSE)
    return len(over)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="expire", pass_context=False)
def expire_each_minute(timestamp: int) -> None:
    """Each minute: what no site answered in time is too late."""
    expire_overdue()


def place_recurring() -> int:
    """Place what is due of recurring orders, a day each; gives back how many days were dealt with."""
    due = [PlaceDue(number, on) for number, on in rows(as_tuple, DUE, now=clock.now())]
    return len(place_due(due, by=HANSE)) if due else 0


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="recurring", pass_context=False)
def recur(timestamp: int) -> None:
    """Each minute: what is due; days that were missed follow one by one."""
    place_recurring()
