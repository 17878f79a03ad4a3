"""What the floor does by itself.

Waves get their tours, and sites with a limit of open tasks release the most urgent whenever there is room. Orders that
waited for a pick face, or for a bin in doubt, are released when it was filled or counted. A pick face that was picked
empty is counted. What suppliers ship for us is ordered of them, and followed when it is late.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django import app

from hanse.inventory.raise_counts import RaiseCount, raise_counts
from hanse.journal.asking import rows
from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple
from hanse.network import reads as network
from hanse.orders.holds import BLOCKS
from hanse.orders.requests import SiteDay

from . import planning, wave_reads
from .expect_despatch import ExpectDespatch, expect_despatch
from .release import Release, release
from .release_wave import MOST_LINES, ReleaseWave, release_wave
from .supplier_orders import supplier_order_number

WAITING = """
SELECT DISTINCT 'H-' || a.order_id, s.code FROM orders_allocation a JOIN network_site s ON s.id = a.site_id
 WHERE (a.item_id, a.site_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])) AND a.reserved > a.freed + a.released - a.recalled
   AND EXISTS (SELECT 1 FROM orders_allocation x WHERE x.order_id = a.order_id AND x.released > 0)
 ORDER BY 1, 2 LIMIT 5000
"""
OWED = """
SELECT DISTINCT 'H-' || a.order_id, s.code FROM network_site s
  JOIN orders_allocation a ON a.site_id = s.id AND a.reserved > a.freed + a.released - a.recalled JOIN orders_order o ON o.id = a.order_id
 WHERE s.supplier <> '' AND s.active AND NOT (o.holds && %(held)s::text[]) ORDER BY 1, 2 LIMIT 5000
"""
PAST = """
SELECT d.id, s.id, s.code, s.zone, s.country, s.region, s.workdays, s.cut_off FROM fulfilment_supplierorder d JOIN network_site s ON s.id = d.site_id
 WHERE d.id IN (SELECT supplier_order_id FROM fulfilment_task WHERE supplier_order_id IS NOT NULL AND closed_at IS NULL)
   AND d.due_on < (%(now)s::timestamptz AT TIME ZONE s.zone)::date ORDER BY d.id LIMIT 5000
"""
HELD = sorted(type for type in BLOCKS if "release" in BLOCKS[type])
EMPTY = """
SELECT w.site, w.sku, w.bin, w.lot
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS w(site, sku, bin, lot)
  JOIN network_site s ON s.code = w.site JOIN catalogue_item i ON i.sku = w.sku
  JOIN inventory_account a ON a.site_id = s.id AND a.kind = 'bin' AND a.code = w.bin
  JOIN inventory_face f ON f.bin_id = a.id AND f.item_id = i.id
  JOIN inventory_balance b ON b.account_id = a.id AND b.item_id = i.id AND b.lot = w.lot AND b.on_hand = 0
"""


@follower("fulfilment: plan tours", "WaveReleased")
def have_tours_planned(facts: Sequence[Told]) -> None:
    """Leave the planning of a wave to a job: a big one takes seconds, and nothing need wait for it."""
    for fact in facts:
        plan_wave.defer(site=fact.body["site"], wave=fact.body["wave"], method=fact.body["method"])


@app.task(pass_context=False)
def plan_wave(site: str, wave: int, method: str) -> None:
    """Plan the tours of a wave. Done twice, the second finds nothing left to plan."""
    planning.plan(site, wave, method, limit=MOST_LINES)  # type: ignore[arg-type]


def release_by_slack() -> int:
    """Release at each site that does so by itself, as far as its limit of open tasks leaves room; gives how many tasks came."""
    raised = 0
    for floor in network.releasing():
        room = (floor.open_tasks or 0) - wave_reads.open_tasks(floor.site)
        if room > 0:
            [answer] = release_wave([ReleaseWave(floor.site, lines=min(room, MOST_LINES))], by=HANSE)
            raised += 0 if isinstance(answer, Refused) else answer.tasks
    return raised


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="release by slack", pass_context=False)
def release_continuously(timestamp: int) -> None:
    """Each minute: the least slack first, wherever fewer tasks are open than may be."""
    release_by_slack()


def order_what_suppliers_owe() -> int:
    """Order of suppliers what their sites owe and nobody released; gives how many orders were released."""
    owed = [Release(order, site) for order, site in rows(as_tuple, OWED, held=HELD)]
    return sum(not isinstance(answer, Refused) for answer in release(owed, by=HANSE)) if owed else 0


def expect_what_is_late(now: datetime) -> int:
    """Expect what suppliers should have shipped by now on the next day they work; gives how many drop-ship orders there were."""
    late = [ExpectDespatch(supplier_order_number(id), day.next_ship_day(now), "his day has passed") for id, *site in rows(as_tuple, PAST, now=now) for day in [SiteDay(*site)]]
    return sum(not isinstance(answer, Refused) for answer in expect_despatch(late, by=HANSE)) if late else 0


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="suppliers", pass_context=False)
def follow_suppliers(timestamp: int) -> None:
    """Each minute: what suppliers owe is ordered of them, and what they should have shipped is expected later."""
    order_what_suppliers_owe()
    expect_what_is_late(clock.now())


@follower("fulfilment: release what waited", "FaceReplenished", "BinCounted")
def release_what_waited(facts: Sequence[Told]) -> None:
    """Release the orders that a face was filled for, and those on the floor whose units lay in a bin that was in doubt."""
    waited = {(order, fact.body["site"]) for fact in facts for order in fact.body.get("orders", ())}
    counted = [fact.body for fact in facts if fact.kind == "BinCounted" and fact.body.get("task")]
    if counted:
        with connection.cursor() as cursor:
            cursor.execute(WAITING, [[b["item_id"] for b in counted], [b["site_id"] for b in counted]])
            waited |= set(cursor.fetchall())
    if waited:
        release([Release(order, site) for order, site in sorted(waited)], by=HANSE)


@follower("fulfilment: count what was picked empty", "UnitsPicked")
def count_what_was_picked_empty(facts: Sequence[Told]) -> None:
    """Have pick faces counted that the ledger has nothing in any more; bins that are none, or not empty, are left alone."""
    picked = dict.fromkeys((fact.body["site"], fact.body["sku"], fact.body["bin"], fact.body["lot"]) for fact in facts if not fact.body["short"])
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [list(column) for column in zip(*picked, strict=True)] or [[]] * 4)
        empty = cursor.fetchall()
    if empty:
        raise_counts([RaiseCount(*spot) for spot in empty], by=HANSE)
