"""Questions of the stock pages: items with their stock, one item by site and bin, its movements and its curve."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from hanse.kernel.numbers import order_id

ROWS = 40
LONGEST_CURVE = 50_000


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item with its stock over all sites."""

    sku: str
    name: str
    unit: str
    on_hand: int
    reserved: int
    quarantine: int
    inbound: int
    due_on: date | None
    sites: list[str]

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


FILTERS = {
    "all": "true",
    "in-stock": "EXISTS (SELECT 1 FROM inventory_stock s JOIN network_site t ON t.id = s.site_id AND t.supplier = '' WHERE s.item_id = i.id AND s.on_hand > 0)",
    "sold-out": "NOT EXISTS (SELECT 1 FROM inventory_stock s JOIN network_site t ON t.id = s.site_id AND t.supplier = '' WHERE s.item_id = i.id AND s.on_hand > s.reserved)",
    "inbound": "EXISTS (SELECT 1 FROM inventory_inbound b WHERE b.item_id = i.id AND b.received < b.quantity)",
}
ITEMS = """
SELECT i.sku, i.name, i.stock_unit, coalesce(s.on_hand, 0), coalesce(s.reserved, 0), coalesce(q.units, 0), coalesce(n.units, 0), n.due_on,
       coalesce(s.sites, '{{}}')
  FROM (SELECT * FROM catalogue_item i WHERE {edge} AND {where} AND i.retired_on IS NULL
         AND (%(q)s = '' OR i.sku ILIKE %(like)s OR i.name ILIKE %(like)s OR i.gtin = %(q)s) ORDER BY i.sku {way} LIMIT {rows}) i
  LEFT JOIN LATERAL (SELECT sum(on_hand)::bigint AS on_hand, sum(reserved)::bigint AS reserved,
                            array_agg(t.code ORDER BY t.code) FILTER (WHERE on_hand > 0) AS sites
                       FROM inventory_stock s JOIN network_site t ON t.id = s.site_id AND t.supplier = '' WHERE s.item_id = i.id) s ON true
  LEFT JOIN LATERAL (SELECT sum(b.on_hand)::bigint AS units FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id
                      WHERE b.item_id = i.id AND b.on_hand > 0 AND a.kind = 'quarantine') q ON true
  LEFT JOIN LATERAL (SELECT sum(quantity - received)::bigint AS units, min(due_on) AS due_on
                       FROM inventory_inbound WHERE item_id = i.id AND received < quantity) n ON true
 ORDER BY i.sku
"""


def items(view: str = "all", q: str = "", after: str = "", before: str = "") -> list[ItemRow]:
    """A page of items by SKU, after or before the one last seen; one row more than is shown tells that there are more."""
    edge, way = ("i.sku < %(before)s", "DESC") if before else ("i.sku > %(after)s", "")
    sql = ITEMS.format(where=FILTERS[view], edge=edge, way=way, rows=ROWS + 1)
    return _rows(ItemRow, sql, {"q": q, "like": f"%{_plain(q)}%", "after": after, "before": before})


def item_row(sku: str) -> ItemRow | None:
    """One item's row."""
    found = _rows(ItemRow, ITEMS.format(where="i.sku = %(sku)s", edge="true", way="", rows=1), {"q": "", "like": "", "sku": sku})
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as the stock page heads it."""

    id: int
    sku: str
    name: str
    gtin: str
    unit: str
    tracking: str
    packs: list[str]


ITEM = """
SELECT i.id, i.sku, i.name, coalesce(i.gtin, ''), i.stock_unit, i.tracking,
       ARRAY(SELECT p.name || ' of ' || p.factor FROM catalogue_pack p WHERE p.item_id = i.id ORDER BY p.factor)
  FROM catalogue_item i WHERE i.sku = %(sku)s
"""


def item(sku: str) -> ItemView | None:
    """The item of this SKU, if there is one."""
    found = _rows(ItemView, ITEM, {"sku": sku})
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class SiteStock:
    """An item at one site; `inbound` with the first day it is due."""

    code: str
    name: str
    zone: str
    on_hand: int
    reserved: int
    quarantine: int
    inbound: int
    due_on: date | None
    bins: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


BY_SITE = """
SELECT t.code, t.name, t.zone, coalesce(s.on_hand, 0), coalesce(s.reserved, 0), coalesce(q.quarantine, 0), coalesce(n.units, 0), n.due_on, coalesce(q.bins, 0)
  FROM network_site t
  LEFT JOIN inventory_stock s ON s.site_id = t.id AND s.item_id = %(item)s
  LEFT JOIN (SELECT a.site_id, (sum(b.on_hand) FILTER (WHERE a.kind = 'quarantine'))::bigint AS quarantine,
                    count(DISTINCT a.id) FILTER (WHERE a.kind = 'bin') AS bins
               FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id
              WHERE b.item_id = %(item)s AND b.on_hand > 0 GROUP BY 1) q ON q.site_id = t.id
  LEFT JOIN (SELECT site_id, sum(quantity - received)::bigint AS units, min(due_on) AS due_on
               FROM inventory_inbound WHERE item_id = %(item)s AND received < quantity GROUP BY 1) n ON n.site_id = t.id
 WHERE t.supplier = '' AND (s.item_id IS NOT NULL OR q.site_id IS NOT NULL OR n.site_id IS NOT NULL)
 ORDER BY t.name
"""


def by_site(item: int) -> list[SiteStock]:
    """An item's stock at each site that has, had or expects some."""
    return _rows(SiteStock, BY_SITE, {"item": item})


INBOUND = """
SELECT n.ref, t.code, t.name, n.supplier, n.quantity - n.received, n.due_on FROM inventory_inbound n JOIN network_site t ON t.id = n.site_id
 WHERE n.item_id = %(item)s AND n.received < n.quantity ORDER BY n.due_on, n.ref LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class InboundRow:
    """Supply that is still to come."""

    ref: str
    site: str
    site_name: str
    supplier: str
    open: int
    due_on: date


def inbound(item: int) -> list[InboundRow]:
    """What is on its way of an item, first due first."""
    return _rows(InboundRow, INBOUND, {"item": item})


@dataclass(frozen=True, slots=True)
class BinStock:
    """What a bin holds of an item and lot; `claimed` is what pick tasks count on."""

    site: str
    bin: str
    lot: str
    expires_on: date | None
    on_hand: int
    claimed: int


BINS = """
SELECT t.code, a.code, b.lot, l.expires_on, b.on_hand, b.reserved
  FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin' JOIN network_site t ON t.id = a.site_id
  LEFT JOIN inventory_lot l ON l.item_id = b.item_id AND l.code = b.lot
 WHERE b.item_id = %(item)s AND b.on_hand > 0 ORDER BY t.code, a.code, l.expires_on NULLS LAST, b.lot LIMIT 500
"""


def bins(item: int) -> list[BinStock]:
    """The bins that hold an item."""
    return _rows(BinStock, BINS, {"item": item})


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement with the places it left and entered; `on_hand` is what the bins had after it."""

    id: int
    at: datetime
    act: str
    source_kind: str
    source: str
    target_kind: str
    target: str
    site: str
    zone: str
    quantity: int
    change: int
    document: str
    reason: str
    lot: str
    serial: str
    actor: str
    on_hand: int

    @property
    def for_order(self) -> bool:
        return order_id(self.document) > 0


MOVEMENTS = """
SELECT m.id, m.happened_at, m.act, s.kind, s.code, t.kind, t.code, w.code, w.zone, m.quantity, m.change, m.document, m.reason, m.lot, m.serial, m.actor,
       %(on_hand)s::bigint - coalesce(sum(m.change) OVER (ORDER BY m.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
  FROM (SELECT m.*, (CASE WHEN b.kind = 'bin' AND {there_b} THEN m.quantity ELSE 0 END - CASE WHEN a.kind = 'bin' AND {there_a} THEN m.quantity ELSE 0 END) AS change
          FROM inventory_movement m JOIN inventory_account a ON a.id = m.source_id JOIN inventory_account b ON b.id = m.target_id
         WHERE m.item_id = %(item)s AND m.id < %(before)s AND a.site_id NOT IN (SELECT id FROM network_site WHERE supplier <> '') AND ({there_a} OR {there_b}) ORDER BY m.id DESC LIMIT {rows}) m
  JOIN inventory_account s ON s.id = m.source_id JOIN inventory_account t ON t.id = m.target_id JOIN network_site w ON w.id = s.site_id
 ORDER BY m.id DESC
"""


def movements(item: int, on_hand: int, site: str = "", before: int | None = None, rows: int = 12) -> list[MovementRow]:
    """The latest movements of an item, at one site if named; `on_hand` is what there was after the first of them."""
    here = "{}.site_id = (SELECT id FROM network_site WHERE code = %(site)s)"
    there = {f"there_{x}": here.format(x) if site else "true" for x in "ab"}
    given = {"item": item, "on_hand": on_hand, "site": site, "before": before or 2**62}
    return _rows(MovementRow, MOVEMENTS.format(**there, rows=rows), given)


CURVE = """
SELECT date_trunc(%(step)s, m.happened_at), sum(CASE WHEN b.kind = 'bin' THEN m.quantity ELSE 0 END - CASE WHEN a.kind = 'bin' THEN m.quantity ELSE 0 END)::bigint
  FROM (SELECT * FROM inventory_movement WHERE item_id = %(item)s ORDER BY id DESC LIMIT {most}) m
  JOIN inventory_account a ON a.id = m.source_id JOIN inventory_account b ON b.id = m.target_id
 WHERE m.happened_at >= %(since)s AND a.site_id NOT IN (SELECT id FROM network_site WHERE supplier <> '') GROUP BY 1 ORDER BY 1
"""


def changes(item: int, since: datetime, step: str) -> list[tuple[datetime, int]]:
    """How much more or less the bins of all sites had, hour by hour or day by day ('hour', 'day') since an instant."""
    return _rows(lambda at, units: (at, units), CURVE.format(most=LONGEST_CURVE), {"item": item, "since": since, "step": step})


def site_options(item: int | None = None) -> list[tuple[str, str]]:
    """The sites as choices; those that hold the item first."""
    return _rows(lambda code, name: (code, f"{name} ({code})" if name != code else code), """
        SELECT t.code, t.name FROM network_site t LEFT JOIN inventory_stock s ON s.site_id = t.id AND s.item_id = %(item)s
         WHERE t.active ORDER BY coalesce(s.on_hand, 0) DESC, t.priority, t.code""", {"item": item})


def bin_codes(site: str) -> list[str]:
    """The bins of a site, in walk order."""
    return _rows(str, "SELECT b.code FROM network_bin b JOIN network_site t ON t.id = b.site_id WHERE t.code = %(site)s ORDER BY b.walk, b.code LIMIT 5000", {"site": site})


def _plain(text: str) -> str:
    """A text for LIKE that means itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _rows(cls: Any, sql: str, given: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [cls(*row) for row in cursor.fetchall()]
