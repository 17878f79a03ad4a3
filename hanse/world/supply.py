"""Supply: stock is looked at each morning, ordered where it will not last, and arrives after the supplier's days."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from math import ceil

from hanse.inventory.expect import Expect, expect
from hanse.inventory.put_away import PutAway, put_away
from hanse.inventory.quarantine import Quarantine, quarantine
from hanse.inventory.receive import Receive, receive
from hanse.journal.asking import rows
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple

from .day import Day, Steps
from .described import Supplier
from .opening import daily, with_lot

BUYER = "petra"
POSITION = """
SELECT i.sku, s.code, (st.on_hand - st.reserved + coalesce(coming.units, 0) - coalesce(waiting.units, 0))::bigint
  FROM inventory_stock st JOIN catalogue_item i ON i.id = st.item_id JOIN network_site s ON s.id = st.site_id
  LEFT JOIN (SELECT n.item_id, n.site_id, sum(n.quantity - n.received) AS units FROM inventory_inbound n WHERE n.received < n.quantity GROUP BY 1, 2) coming
    ON coming.item_id = st.item_id AND coming.site_id = st.site_id
  LEFT JOIN (SELECT l.item_id, sum(l.ordered - l.cancelled - l.reserved + l.freed) AS units FROM orders_line l WHERE l.ordered > l.cancelled + l.reserved - l.freed GROUP BY 1) waiting
    ON waiting.item_id = st.item_id
 ORDER BY i.sku, s.code
"""
DUE = """
SELECT n.ref, i.sku, s.code, n.quantity - n.received FROM inventory_inbound n JOIN catalogue_item i ON i.id = n.item_id JOIN network_site s ON s.id = n.site_id
 WHERE n.received < n.quantity AND n.due_on <= %(on)s ORDER BY n.id
"""


TOO_OLD = """
SELECT s.code, i.sku, (b.on_hand - b.reserved)::bigint, a.code, b.lot FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin' JOIN network_site s ON s.id = a.site_id
  JOIN catalogue_item i ON i.id = b.item_id JOIN inventory_lot l ON l.item_id = b.item_id AND l.code = b.lot
 WHERE b.on_hand > b.reserved AND l.expires_on <= %(before)s ORDER BY s.code, i.sku, b.lot
"""


def supplying(day: Day) -> Steps:
    """Take off sale what is too old at five; order at six, receive at seven, put away at eight, on days that suppliers deliver."""
    yield day.until_instant(day.instant(time(5)))
    life = max((of.min_life_days or 0 for of in day.world.company.customers), default=0)
    old = rows(as_tuple, TOO_OLD, before=day.on + timedelta(days=life + 1))
    day.act(quarantine, [Quarantine(site, sku, units, bin, "too old to sell", lot=lot) for site, sku, units, bin, lot in old], "goods-in", "warehouse")
    yield day.until_instant(six := day.instant(time(6)))
    if day.on.weekday() < 5:
        if not day.over(six):
            day.act(expect, list(_wanted(day)), BUYER, "warehouse")
        yield day.until_instant(day.instant(time(7)))
        came = [r for r in day.act(receive, list(_arrivals(day)), "goods-in", "warehouse") if not isinstance(r, Refused)]
        yield day.until_instant(day.instant(time(8)))
        sold = day.world.sold
        day.act(put_away, [PutAway(r.site, r.item, r.quantity, sold[r.item].bins[r.site], lot=r.lot, reason="its own bin") for r in came], "goods-in", "warehouse")


def _wanted(day: Day) -> Iterable[Expect]:
    company = day.world.company
    of = {prefix: supplier for supplier in company.suppliers for prefix in supplier.families}
    for sku, site, position in rows(as_tuple, POSITION):
        it = day.world.sold.get(sku)
        if it is None or site not in it.bins:
            continue
        supplier = of[it.family.prefix]
        each_day = daily(company, it) / len(it.bins)
        if position < each_day * (supplier.lead_days[1] + supplier.safety_days):
            units = max(1, ceil(each_day * supplier.covers_days - max(0, position)))
            yield Expect(f"PO-{day.on:%y%m%d}-{site}-{sku}", site, sku, units, _due(day, supplier, site, sku), supplier.name)


def _due(day: Day, supplier: Supplier, site: str, sku: str) -> date:
    """The day it comes: as the supplier says, who knows by then."""
    shortest, mostly, longest = supplier.lead_days
    return day.on + timedelta(days=round(day.world.chances.of("lead", day.on, site, sku).triangular(shortest, longest, mostly)))


def _arrivals(day: Day) -> Iterable[Receive]:
    for ref, sku, site, units in rows(as_tuple, DUE, on=day.on):
        yield with_lot(Receive(site, sku, units, inbound=ref, document=ref), day.world.sold[sku], day.on, day.world.chances.of("lot", ref))
