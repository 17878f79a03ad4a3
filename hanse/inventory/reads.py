"""Questions about stock: what each site has of an item and what is coming, where it lies, and how it moved."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple


@dataclass(frozen=True, slots=True)
class InboundView:
    """Supply on its way: `open` units are still to come."""

    ref: str
    supplier: str
    quantity: int
    received: int
    open: int
    first_due_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class PromisableView:
    """From this day on so many units can be promised (ATP); without a day: now."""

    on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class StockRow:
    """An item at a site: on hand in bins, reserved for orders, what is left, what is off sale, and what is coming."""

    sku: str
    name: str
    site: str
    on_hand: int
    reserved: int
    available: int
    quarantine: int
    in_doubt: int
    inbound: list[InboundView]
    promisable: list[PromisableView]


@dataclass(frozen=True, slots=True)
class BinRow:
    """What lies in a bin of an item and lot; `claimed` is for pick tasks."""

    site: str
    bin: str
    lot: str
    expires_on: date | None
    on_hand: int
    claimed: int


@dataclass(frozen=True, slots=True)
class MovementRow:
    """Units went from one place to another. `on_hand_after` is what lay in bins then, told when one item is asked for."""

    id: int
    sku: str
    quantity: int
    from_kind: str
    from_site: str
    from_place: str
    to_kind: str
    to_site: str
    to_place: str
    lot: str
    serial: str
    act: str
    document: str
    reason: str
    actor: str
    happened_at: datetime
    recorded_at: datetime
    on_hand_after: int | None


STOCK = """
WITH spot AS (
  SELECT i.id AS item, i.sku, i.name, t.id AS site, t.code
    FROM (SELECT item_id, site_id FROM inventory_stock s WHERE {stock} UNION SELECT item_id, site_id FROM inventory_inbound s
           WHERE received < quantity AND {stock}) k
    JOIN catalogue_item i ON i.id = k.item_id JOIN network_site t ON t.id = k.site_id AND t.supplier = ''
   WHERE {edge} ORDER BY i.sku, t.code LIMIT %(limit)s
)
SELECT k.sku, k.name, k.code, coalesce(s.on_hand, 0), coalesce(s.reserved, 0),
       (SELECT coalesce(sum(b.on_hand), 0)::bigint FROM inventory_account a JOIN inventory_balance b ON b.account_id = a.id AND b.item_id = k.item
         WHERE a.site_id = k.site AND a.kind = 'quarantine'),
       (SELECT coalesce(sum(b.on_hand), 0)::bigint FROM inventory_account a JOIN inventory_balance b ON b.account_id = a.id AND b.item_id = k.item
         WHERE a.site_id = k.site AND a.kind = 'doubt'),
       (SELECT json_agg(json_build_array(n.ref, n.supplier, n.quantity, n.received, n.first_due_on, n.due_on) ORDER BY n.due_on, n.id)::text
          FROM inventory_inbound n WHERE n.item_id = k.item AND n.site_id = k.site AND n.received < n.quantity)
  FROM spot k LEFT JOIN inventory_stock s ON s.item_id = k.item AND s.site_id = k.site
 ORDER BY k.sku, k.code
"""
BINS = """
SELECT t.code, a.code, b.lot, l.expires_on, b.on_hand, b.reserved
  FROM inventory_balance b JOIN catalogue_item i ON i.id = b.item_id AND i.sku = %(sku)s
  JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin' JOIN network_site t ON t.id = a.site_id
  LEFT JOIN inventory_lot l ON l.item_id = b.item_id AND l.code = b.lot
 WHERE b.on_hand > 0 AND (%(site)s = '' OR t.code = %(site)s) AND (t.code, a.code, b.lot) > (%(after_site)s, %(after_bin)s, %(after_lot)s)
 ORDER BY t.code, a.code, b.lot LIMIT %(limit)s
"""
MOVEMENTS = """
SELECT m.id, i.sku, m.quantity, a.kind, f.code, a.code, b.kind, t.code, b.code, m.lot, m.serial, m.act, m.document, m.reason, m.actor,
       m.happened_at, m.recorded_at,
       (CASE WHEN b.kind = 'bin' AND {to_here} THEN m.quantity ELSE 0 END)
     - (CASE WHEN a.kind = 'bin' AND {from_here} THEN m.quantity ELSE 0 END)
  FROM inventory_movement m JOIN catalogue_item i ON i.id = m.item_id
  JOIN inventory_account a ON a.id = m.source_id JOIN network_site f ON f.id = a.site_id
  JOIN inventory_account b ON b.id = m.target_id JOIN network_site t ON t.id = b.site_id
 WHERE {edge} AND {wanted} ORDER BY m.id DESC LIMIT %(limit)s
"""
ON_HAND = """
SELECT coalesce(sum(s.on_hand), 0)::bigint FROM inventory_stock s JOIN catalogue_item i ON i.id = s.item_id JOIN network_site t ON t.id = s.site_id
 WHERE i.sku = %(sku)s AND (%(site)s = '' OR t.code = %(site)s)
"""
OF_ITEM = "m.item_id = (SELECT id FROM catalogue_item WHERE sku = %(sku)s)"
AT_SITE = "%(site)s IN (f.code, t.code)"


def stock(limit: int, sku: str = "", site: str = "", after: tuple[str, str] | None = None) -> list[StockRow]:
    """Stock by SKU and site behind `after`, of one item or one site where they are named."""
    named = ["s.item_id = (SELECT id FROM catalogue_item WHERE sku = %(sku)s)"] if sku else []
    named += ["s.site_id = (SELECT id FROM network_site WHERE code = %(site)s)"] if site else []
    edge = "(i.sku, t.code) > (%(after_sku)s, %(after_site)s)" if after else "true"
    after_sku, after_site = after or ("", "")
    sql = STOCK.format(stock=" AND ".join(named) or "true", edge=edge)
    given = {"sku": sku} if sku else {}
    given |= {"site": site} if site else {}
    given |= {"after_sku": after_sku, "after_site": after_site} if after else {}
    return rows(_stock, sql, limit=limit, **given)


def _stock(sku: str, name: str, site: str, on_hand: int, reserved: int, quarantine: int, in_doubt: int, coming: str | None) -> StockRow:
    inbound = [InboundView(ref, supplier, quantity, received, quantity - received, date.fromisoformat(first), date.fromisoformat(due))
               for ref, supplier, quantity, received, first, due in json.loads(coming or "[]")]
    return StockRow(sku, name, site, on_hand, reserved, on_hand - reserved, quarantine, in_doubt, inbound, promisable(on_hand - reserved, inbound))


def promisable(available: int, inbound: list[InboundView]) -> list[PromisableView]:
    """What can be promised from when: what is available now, and with each day on which supply is due so much more."""
    promise: dict[date | None, int] = {None: available}
    for supply in inbound:
        available += supply.open
        promise[supply.due_on] = available
    return [PromisableView(on, quantity) for on, quantity in promise.items()]


def bins(limit: int, sku: str, site: str = "", after: tuple[str, str, str] = ("", "", "")) -> list[BinRow]:
    """Where an item lies, by site, bin and lot, behind `after`."""
    after_site, after_bin, after_lot = after
    return rows(BinRow, BINS, sku=sku, site=site, after_site=after_site, after_bin=after_bin, after_lot=after_lot, limit=limit)


def movements(limit: int, sku: str = "", site: str = "", before: tuple[int, int] | None = None) -> list[MovementRow]:
    """Movements, newest first, before the one with an id; `before` also has what was on hand before that one."""
    wanted = ([OF_ITEM] if sku else []) + ([AT_SITE] if site else [])
    sql = MOVEMENTS.format(
        edge="m.id < %(before)s" if before else "true", wanted=" AND ".join(wanted) or "true",
        to_here="t.code = %(site)s" if site else "true", from_here="f.code = %(site)s" if site else "true")
    given: dict[str, Any] = {"before": before[0]} if before else {}
    given |= ({"sku": sku} if sku else {}) | ({"site": site} if site else {})
    found = rows(as_tuple, sql, limit=limit, **given)
    if not sku:
        return [MovementRow(*(*row[:-1], None)) for row in found]
    on_hand = before[1] if before else rows(int, ON_HAND, sku=sku, site=site)[0]
    told = []
    for row in found:
        told.append(MovementRow(*(*row[:-1], on_hand)))
        on_hand -= row[-1]
    return told


def on_hand_before(last: MovementRow, site: str = "") -> int:
    """What lay in bins before a movement: where the next page goes on."""
    change = (last.quantity if last.to_kind == "bin" and site in ("", last.to_site) else 0)
    change -= (last.quantity if last.from_kind == "bin" and site in ("", last.from_site) else 0)
    return (last.on_hand_after or 0) - change


@dataclass(frozen=True, slots=True)
class DropShipRow:
    """An item that a supplier ships for us: in how many working days, what he told last, and how many of that are neither sold nor ordered."""

    sku: str
    name: str
    site: str
    supplier: str
    lead_days: int
    told: int | None
    told_at: datetime
    left: int | None
    from_on: date
    until_on: date | None


DROP_SHIPS = """
SELECT i.sku, i.name, s.code, s.supplier, d.lead_days, d.told, d.told_at, CASE WHEN d.told IS NOT NULL THEN coalesce(k.on_hand - k.reserved, 0) END, d.from_on, d.until_on
  FROM inventory_dropship d JOIN catalogue_item i ON i.id = d.item_id JOIN network_site s ON s.id = d.site_id
  LEFT JOIN inventory_stock k ON k.item_id = d.item_id AND k.site_id = d.site_id
 WHERE (%(sku)s = '' OR i.sku = %(sku)s) AND (%(site)s = '' OR s.code = %(site)s)
   AND (i.sku, s.code, d.from_on::text) > (%(after_sku)s, %(after_site)s, %(after_day)s)
 ORDER BY i.sku, s.code, d.from_on LIMIT %(limit)s
"""


def drop_ships(limit: int, sku: str = "", site: str = "", after: tuple[str, str, str] | None = None) -> list[DropShipRow]:
    """What suppliers ship for us, by item, site and day, behind the last one seen."""
    of, at, day = after or ("", "", "")
    return rows(DropShipRow, DROP_SHIPS, sku=sku, site=site, after_sku=of, after_site=at, after_day=day, limit=limit)
