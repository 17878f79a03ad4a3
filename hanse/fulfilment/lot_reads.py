"""Questions about lots: which there are, and where each unit of one came from and is now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel import clock

VIEWS = {"all": "All lots", "stopped": "Held and recalled", "expiring": "Expire within 30 days", "undated": "Without expiry"}
WHERE = {
    "all": "true", "stopped": "l.status <> 'released'", "expiring": "l.expires_on < %(today)s::date + 30",
    "undated": "l.expires_on IS NULL",
}


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot with what lies of it in bins, in quarantine, and picked in totes and cartons."""

    sku: str
    name: str
    lot: str
    made_on: date | None
    expires_on: date | None
    status: str
    reason: str
    in_bins: int
    in_quarantine: int
    on_floor: int


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot by itself. `perishable` items should have an expiry."""

    sku: str
    name: str
    unit: str
    lot: str
    made_on: date | None
    expires_on: date | None
    status: str
    reason: str
    status_at: datetime | None
    perishable: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """A receipt of a lot: how many units came, when, against what."""

    site: str
    quantity: int
    document: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Units of a lot in one place; `order` and customer where they are an order's, `container` the bin, tote or carton."""

    place: str
    site: str
    container: str
    quantity: int
    order: str = ""
    customer: str = ""
    customer_name: str = ""


LOTS = """
SELECT i.sku, i.name, l.code, l.made_on, l.expires_on, l.status, l.reason, coalesce(b.bins, 0)::bigint, coalesce(b.quarantine, 0)::bigint, coalesce(b.floor, 0)::bigint
  FROM (SELECT l.*, i.sku AS of FROM inventory_lot l JOIN catalogue_item i ON i.id = l.item_id
         WHERE {where} AND (%(q)s = '' OR l.code ILIKE %(like)s OR i.sku ILIKE %(like)s OR i.name ILIKE %(like)s) AND (i.sku, l.code) > (%(sku)s, %(lot)s)
         ORDER BY i.sku, l.code LIMIT %(limit)s) l
  JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN LATERAL (SELECT sum(b.on_hand) FILTER (WHERE a.kind = 'bin') AS bins, sum(b.on_hand) FILTER (WHERE a.kind = 'quarantine') AS quarantine,
                            sum(b.on_hand) FILTER (WHERE a.kind IN ('tote', 'carton')) AS floor
                       FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id WHERE b.item_id = l.item_id AND b.lot = l.code AND b.on_hand > 0) b ON true
 ORDER BY i.sku, l.code
"""
LOT = """
SELECT i.sku, i.name, i.stock_unit, l.code, l.made_on, l.expires_on, l.status, l.reason, l.status_at, i.shelf_life_days IS NOT NULL
  FROM inventory_lot l JOIN catalogue_item i ON i.id = l.item_id WHERE i.sku = %(sku)s AND l.code = %(lot)s
"""
ORIGINS = """
SELECT s.code, sum(m.quantity)::bigint, m.document, m.actor, m.happened_at
  FROM inventory_movement m JOIN catalogue_item i ON i.id = m.item_id AND i.sku = %(sku)s
  JOIN inventory_account a ON a.id = m.source_id AND a.kind IN ('supplier', 'opening') JOIN network_site s ON s.id = a.site_id
 WHERE m.lot = %(lot)s GROUP BY s.code, m.document, m.actor, m.happened_at ORDER BY m.happened_at
"""
HERE = """
WITH item AS (SELECT id FROM catalogue_item WHERE sku = %(sku)s),
place AS (
  SELECT a.kind AS place, s.code AS site, a.code AS container, b.on_hand AS quantity, NULL::bigint AS order_id
    FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind IN ('bin', 'doubt', 'quarantine') JOIN network_site s ON s.id = a.site_id
   WHERE b.item_id = (SELECT id FROM item) AND b.lot = %(lot)s AND b.on_hand > 0
   UNION ALL
  SELECT 'tote', s.code, c.code, sum(t.taken - t.put_back - t.packed)::bigint, t.order_id
    FROM fulfilment_task t JOIN inventory_account c ON c.id = t.tote_id JOIN network_site s ON s.id = t.site_id
   WHERE t.item_id = (SELECT id FROM item) AND t.lot = %(lot)s AND t.lot <> '' AND t.taken > t.put_back + t.packed GROUP BY s.code, c.code, t.order_id
   UNION ALL
  SELECT CASE WHEN c.handed_over_at IS NULL THEN 'carton' ELSE 'gone' END, s.code, c.sscc, sum(k.quantity)::bigint, c.order_id
    FROM fulfilment_content k JOIN fulfilment_carton c ON c.id = k.carton_id AND c.opened_at IS NULL JOIN network_site s ON s.id = c.site_id
   WHERE k.item_id = (SELECT id FROM item) AND k.lot = %(lot)s AND k.lot <> '' GROUP BY c.handed_over_at IS NULL, s.code, c.sscc, c.order_id
   UNION ALL
  SELECT a.kind, s.code, '', sum(CASE WHEN m.target_id = a.id THEN m.quantity ELSE -m.quantity END)::bigint, NULL
    FROM inventory_movement m JOIN inventory_account a ON a.id IN (m.target_id, m.source_id) AND a.kind IN ('missing', 'scrap') JOIN network_site s ON s.id = a.site_id
   WHERE m.item_id = (SELECT id FROM item) AND m.lot = %(lot)s GROUP BY a.kind, s.code
)
SELECT p.place, p.site, p.container, p.quantity, coalesce('H-' || o.id, ''), coalesce(c.code, ''), coalesce(c.name, '')
  FROM place p LEFT JOIN orders_order o ON o.id = p.order_id LEFT JOIN partners_party c ON c.id = o.customer_id
 WHERE p.quantity <> 0 ORDER BY array_position(ARRAY['bin', 'doubt', 'quarantine', 'tote', 'carton', 'gone', 'missing', 'scrap'], p.place), p.site, p.container, o.id
"""
ARRIVED = """
SELECT m.document, sum(m.quantity)::bigint FROM inventory_movement m JOIN catalogue_item i ON i.id = m.item_id AND i.sku = %(sku)s
  JOIN inventory_account a ON a.id = m.target_id AND a.kind = 'customer' WHERE m.lot = %(lot)s GROUP BY 1
"""


def lots(view: str = "all", q: str = "", after: tuple[str, str] = ("", ""), limit: int = 41) -> list[LotRow]:
    """Lots by item and code, behind (SKU, lot)."""
    like = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    given: dict[str, Any] = {"today": clock.now().date()} if "today" in WHERE[view] else {}
    return rows(LotRow, LOTS.format(where=WHERE[view]), q=q, like=like, sku=after[0], lot=after[1], limit=limit, **given)


def lot(sku: str, code: str) -> LotView | None:
    """One lot."""
    return next(iter(rows(LotView, LOT, sku=sku, lot=code)), None)


def origins(sku: str, code: str) -> list[Origin]:
    """Where a lot came from."""
    return rows(Origin, ORIGINS, sku=sku, lot=code)


def whereabouts(sku: str, code: str) -> list[Whereabouts]:
    """Where each unit of a lot is; of units that are gone the ledger says how many have arrived."""
    arrived = dict(rows(lambda order, units: (order, units), ARRIVED, sku=sku, lot=code))
    told: list[Whereabouts] = []
    for w in rows(Whereabouts, HERE, sku=sku, lot=code):
        if w.place != "gone":
            told.append(w)
            continue
        there = min(w.quantity, arrived.get(w.order, 0))
        arrived[w.order] = arrived.get(w.order, 0) - there
        told += [Whereabouts(place, w.site, w.container, n, w.order, w.customer, w.customer_name)
                 for place, n in (("delivered", there), ("in transit", w.quantity - there)) if n]
    return told
