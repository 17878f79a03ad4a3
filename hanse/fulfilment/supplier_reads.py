"""Questions about drop-ship orders: what suppliers were asked for, how far each is, what they shipped."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hanse.journal.asking import rows

from .supplier_orders import supplier_order_id

STATES = {"open": "Open", "late": "Late", "part": "Part shipped", "done": "Done"}
"""How far a drop-ship order is: nothing shipped, overdue, some of it shipped, nothing open any more."""


@dataclass(frozen=True, slots=True)
class SupplierOrderRow:
    """A drop-ship order: of whom, for whom, how many units are shipped and open, when the rest is due."""

    id: int
    number: str
    order: str
    customer_name: str
    site: str
    supplier: str
    supplier_name: str
    state: str
    shipped: int
    open: int
    first_due_on: date
    due_on: date
    ordered_at: datetime
    zone: str


ROWS = """
SELECT d.id, 'D-' || d.id, 'H-' || d.order_id AS "order", c.name, s.code, s.supplier, coalesce(p.name, s.supplier),
       CASE WHEN u.open = 0 THEN 'done' WHEN d.due_on < (%(now)s::timestamptz AT TIME ZONE s.zone)::date OR d.due_on > d.first_due_on THEN 'late'
            WHEN u.shipped > 0 THEN 'part' ELSE 'open' END AS state,
       u.shipped, u.open, d.first_due_on, d.due_on, d.ordered_at, s.zone
  FROM fulfilment_supplierorder d JOIN network_site s ON s.id = d.site_id JOIN orders_order o ON o.id = d.order_id JOIN partners_party c ON c.id = o.customer_id
  LEFT JOIN partners_party p ON p.code = s.supplier
  CROSS JOIN LATERAL (SELECT coalesce(sum(t.packed), 0)::bigint AS shipped,
                             coalesce(sum(t.to_pick - t.withdrawn) FILTER (WHERE t.closed_at IS NULL), 0)::bigint AS open
                        FROM fulfilment_task t WHERE t.supplier_order_id = d.id) u
"""
LIST = f"""
SELECT * FROM ({ROWS}) x WHERE (%(view)s = 'all' OR %(view)s = 'unfinished' AND x.state <> 'done' OR x.state = %(view)s)
   AND (%(order)s = '' OR x."order" = %(order)s) AND (%(before)s::bigint IS NULL OR x.id < %(before)s::bigint) ORDER BY x.id DESC LIMIT %(limit)s
"""
ONE = ROWS + " WHERE d.id = %(id)s"


def supplier_orders(now: datetime, view: str = "all", order: str = "", before: int | None = None, limit: int = 50) -> list[SupplierOrderRow]:
    """Drop-ship orders, the newest first: all, those with something open, or of one state; of one order, where it is named."""
    return rows(SupplierOrderRow, LIST, now=now, view=view, order=order, before=before, limit=limit)


def supplier_order(number: str, now: datetime) -> SupplierOrderRow | None:
    """One drop-ship order."""
    return next(iter(rows(SupplierOrderRow, ONE, id=supplier_order_id(number), now=now)), None)


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """What of an item a drop-ship order asks for: shipped, and still open."""

    position: int
    sku: str
    gtin: str
    name: str
    tracking: str
    shipped: int
    open: int

    @property
    def asked(self) -> int:
        return self.shipped + self.open


LINES = """
SELECT l.position, i.sku, coalesce(i.gtin, ''), i.name, i.tracking, sum(t.packed)::bigint,
       coalesce(sum(t.to_pick - t.withdrawn) FILTER (WHERE t.closed_at IS NULL), 0)::bigint
  FROM fulfilment_task t JOIN orders_line l ON l.id = t.line_id JOIN catalogue_item i ON i.id = t.item_id
 WHERE t.supplier_order_id = %(id)s GROUP BY l.id, i.id ORDER BY l.position
"""


def lines(number: str) -> list[SupplierLine]:
    """The lines of a drop-ship order, in the order of their positions."""
    return rows(SupplierLine, LINES, id=supplier_order_id(number))


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """A despatch advice as it came."""

    number: str
    units: int
    despatched_at: datetime
    body: Any
    actor: str


ADVICES = """
SELECT a.number, a.units, a.despatched_at, a.body::json, a.actor FROM fulfilment_despatchadvice a WHERE a.supplier_order_id = %(id)s ORDER BY a.id
"""


def advices(number: str) -> list[AdviceRow]:
    """The despatch advices of a drop-ship order, the first one first."""
    return rows(AdviceRow, ADVICES, id=supplier_order_id(number))


@dataclass(frozen=True, slots=True)
class SupplierPaper:
    """A drop-ship order as its supplier's packing slip shows it, with the address version he was given."""

    number: str
    order: str
    ref: str
    seller: str
    to_name: str
    to_street: str
    to_postcode: str
    to_city: str
    to_country: str
    receiver: str
    carrier: str
    due_on: date
    outdated: bool


PAPER = """
SELECT 'D-' || d.id, 'H-' || d.order_id, o.ref, s.name, a.name, a.street, a.postcode, a.city, a.country, o.receiver, d.carrier, d.due_on, d.address_id <> o.ship_to_id
  FROM fulfilment_supplierorder d JOIN orders_order o ON o.id = d.order_id JOIN network_site s ON s.id = d.site_id JOIN partners_address a ON a.id = d.address_id
 WHERE d.id = %(id)s
"""


def paper(number: str) -> SupplierPaper | None:
    """What the papers of a drop-ship order say."""
    return next(iter(rows(SupplierPaper, PAPER, id=supplier_order_id(number))), None)
