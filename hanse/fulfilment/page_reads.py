"""Questions of the floor's pages beside `reads`: what can be released, the sites' work, and a walk as the hand-held takes it along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple
from hanse.orders.holds import blocking

from .over_picking import MAY_TAKE

WALK = 60
"""How many tasks the hand-held takes along, so that it goes on without a line."""


@dataclass(frozen=True, slots=True)
class ReleasableRow:
    """What a site owes of an order and nobody picks yet, and what keeps it back, if anything."""

    order: int
    site: str
    site_name: str
    cut_off: time
    zone: str
    customer: str
    country: str
    promised_on: date | None
    priority: int
    units: int
    lines: int
    holds: Sequence[str]
    ship_rule: str
    missing: int
    line_missing: int

    @property
    def number(self) -> str:
        return f"H-{self.order}"

    @property
    def held(self) -> list[str]:
        return blocking(self.holds, "release")

    @property
    def waits(self) -> str:
        """Why it cannot be released, in words; empty when it can."""
        if self.held:
            return f"{' and '.join(self.held)} hold".capitalize()
        if self.ship_rule == "complete-order" and self.missing:
            return f"Ships complete; {self.missing} without stock"
        if self.ship_rule == "complete-line" and self.units and self.line_missing >= self.units:
            return "Ships whole lines; these are not complete"
        return ""


RELEASABLE = """
SELECT o.id, s.code, s.name, s.cut_off, s.zone, c.name, d.country, r.promised_on, o.priority, r.units, r.lines, o.holds, o.ship_rule,
       o.ordered - o.cancelled - o.reserved + o.freed, r.line_missing
  FROM (SELECT a.order_id, a.site_id, min(a.promised_on) AS promised_on, count(DISTINCT a.line_id) AS lines,
               sum(a.reserved - a.freed - a.released + a.recalled)::bigint AS units,
               coalesce(sum(a.reserved - a.freed - a.released + a.recalled) FILTER (WHERE l.ordered > l.cancelled + l.reserved - l.freed), 0)::bigint AS line_missing
          FROM orders_allocation a JOIN orders_line l ON l.id = a.line_id WHERE a.reserved > a.freed + a.released - a.recalled GROUP BY 1, 2) r
  JOIN orders_order o ON o.id = r.order_id JOIN network_site s ON s.id = r.site_id JOIN partners_party c ON c.id = o.customer_id
  JOIN partners_address d ON d.id = o.ship_to_id
 WHERE (%(site)s::text = '' OR s.code = %(site)s::text)
   AND (coalesce(r.promised_on, 'infinity'::date), o.priority, o.id, s.code) > (%(on)s::date, %(priority)s::int, %(order)s::bigint, %(at)s::text)
 ORDER BY coalesce(r.promised_on, 'infinity'::date), o.priority, o.id, s.code LIMIT %(limit)s
"""


def releasable(site: str = "", after: tuple[str, int, int, str] = ("-infinity", 0, 0, ""), limit: int = 41) -> list[ReleasableRow]:
    """What can be released, the most urgent first: by promise, priority, age; behind (promise, priority, order, site)."""
    on, priority, order, at = after
    return rows(ReleasableRow, RELEASABLE, site=site, on=on, priority=priority, order=order, at=at, limit=limit)


@dataclass(frozen=True, slots=True)
class SiteWork:
    """How much work waits at a site on the floor."""

    code: str
    name: str
    to_release: int
    to_pick: int
    to_pack: int
    staged: int


WORK = """
SELECT s.code, s.name,
       (SELECT count(DISTINCT order_id) FROM orders_allocation a WHERE a.site_id = s.id AND a.reserved > a.freed + a.released - a.recalled),
       (SELECT count(*) FROM fulfilment_task t WHERE t.site_id = s.id AND t.closed_at IS NULL),
       (SELECT count(DISTINCT a.order_id) FROM orders_order o JOIN orders_allocation a ON a.order_id = o.id
         WHERE o.open AND o.picked - o.put_back > o.packed - o.unpacked AND a.site_id = s.id AND a.picked - a.put_back > a.packed - a.unpacked),
       (SELECT count(*) FROM fulfilment_carton c WHERE c.site_id = s.id AND c.handed_over_at IS NULL AND c.opened_at IS NULL)
  FROM network_site s WHERE s.active AND s.supplier = '' ORDER BY s.priority, s.code
"""


def work() -> list[SiteWork]:
    """The work on the floor of each site."""
    return rows(SiteWork, WORK)


def zone_of(site: str) -> str:
    """The time zone of a site."""
    return next(iter(rows(str, "SELECT zone FROM network_site WHERE code = %(site)s::text", site=site)), "UTC")


def work_for(user: Any) -> list[SiteWork]:
    """The same for the counts in the navigation: asked once for the user of a request."""
    if not hasattr(user, "floor_work"):
        user.floor_work = work()
    found: list[SiteWork] = user.floor_work
    return found


@dataclass(frozen=True, slots=True)
class Stop:
    """A pick task as the hand-held shows it; `like` are SKUs next to it that are easily mistaken for it, `over` more may be taken."""

    task: int
    site: str
    site_name: str
    bin: str
    sku: str
    gtin: str
    name: str
    tracking: str
    lot: str
    wanted: int
    tote: str
    closed: bool
    like: Sequence[str]
    serials: Sequence[str]
    over: int = 0
    tote_scan: bool = False

    def shown(self, url: str) -> dict[str, Any]:
        """As the page's script takes it along."""
        same, other = self.parts
        return {"task": self.task, "bin": self.bin, "sku": self.sku, "same": same, "other": other, "gtin": self.gtin, "name": self.name,
                "lot": self.lot, "wanted": self.wanted, "over": self.over, "tote": self.tote, "serials": list(self.serials), "tracking": self.tracking, "url": url}

    @property
    def parts(self) -> tuple[str, str]:
        """The SKU as what its neighbours share and what tells it apart."""
        shared = max((_shared(self.sku, other) for other in self.like), default=0)
        cut = max(self.sku.rfind("-", 0, shared + 1), self.sku.rfind(" ", 0, shared + 1)) + 1
        return (self.sku[:cut], self.sku[cut:]) if cut >= 3 else (self.sku, "")

    @property
    def bin_parts(self) -> list[str]:
        parts = self.bin.split("-")
        return parts if len(parts) <= 4 else [self.bin]


def _shared(one: str, other: str) -> int:
    """How many letters two codes share from the start."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


STOP = f"""
SELECT t.id, s.code, s.name, b.code, i.sku, coalesce(i.gtin, ''), i.name, i.tracking, t.lot,
       greatest(0, least(t.to_pick - t.withdrawn, a.reserved - a.freed - a.picked + a.put_back)), c.code, t.closed_at IS NOT NULL,
       ARRAY((SELECT n.sku FROM catalogue_item n WHERE n.sku < i.sku ORDER BY n.sku DESC LIMIT 1)
             UNION ALL (SELECT n.sku FROM catalogue_item n WHERE n.sku > i.sku ORDER BY n.sku LIMIT 1)),
       ARRAY(SELECT u.code FROM inventory_serial u WHERE i.tracking = 'serial' AND u.item_id = t.item_id AND u.account_id = t.bin_id ORDER BY u.code LIMIT 500),
       {MAY_TAKE}, s.tote_scan
  FROM fulfilment_task t JOIN orders_allocation a ON a.id = t.allocation_id JOIN orders_line l ON l.id = t.line_id JOIN orders_order o ON o.id = t.order_id
  JOIN catalogue_item i ON i.id = t.item_id
  JOIN network_site s ON s.id = t.site_id JOIN inventory_account b ON b.id = t.bin_id JOIN inventory_account c ON c.id = t.tote_id
 WHERE t.id = ANY(%(task)s::bigint[])
"""


def stops(tasks: Sequence[int]) -> list[Stop]:
    """These tasks as stops, in the order given."""
    found = {stop.task: stop for stop in rows(Stop, STOP, task=list(tasks))}
    return [found[task] for task in tasks if task in found]


@dataclass(frozen=True, slots=True)
class Held:
    """A pick that was booked on the same walk and lies in its tote still, whole or in part."""

    task: int
    sku: str
    bin: str
    units: int
    serials: Sequence[str]

    @property
    def shown(self) -> dict[str, Any]:
        """As the page's script takes it along."""
        return {"task": self.task, "sku": self.sku, "bin": self.bin, "units": self.units, "serials": list(self.serials)}


HELD = """
SELECT t.id, i.sku, b.code, t.taken - t.put_back - t.packed,
       ARRAY(SELECT p.code FROM fulfilment_pickedserial p JOIN inventory_serial u ON u.item_id = p.item_id AND u.code = p.code AND u.account_id = t.tote_id WHERE p.task_id = t.id ORDER BY p.id)
  FROM fulfilment_task m
  JOIN LATERAL (SELECT t.* FROM fulfilment_task t WHERE t.tour_id = m.tour_id UNION ALL
                SELECT t.* FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.site_id = m.site_id WHERE m.tour_id IS NULL AND a.order_id = m.order_id) t
    ON t.taken > t.put_back + t.packed
  JOIN catalogue_item i ON i.id = t.item_id JOIN inventory_account b ON b.id = t.bin_id
 WHERE m.id = %(task)s::bigint ORDER BY t.closed_at DESC, t.id DESC LIMIT 20
"""
"""Of the task's tour; without one, of its order."""


def held(task: int) -> list[Held]:
    """What was picked on this task's walk and lies in a tote, the latest first."""
    return rows(Held, HELD, task=task)


@dataclass(frozen=True, slots=True)
class Picked:
    """Whose units a task picked, and what they are."""

    order: str
    sku: str
    lot: str


PICKED = "SELECT 'H-' || t.order_id, i.sku, t.lot FROM fulfilment_task t JOIN catalogue_item i ON i.id = t.item_id WHERE t.id = %(task)s::bigint"
OPEN_AGAIN = """
SELECT n.id FROM fulfilment_task t JOIN orders_allocation a ON a.order_id = t.order_id
  JOIN fulfilment_task n ON n.allocation_id = a.id AND n.item_id = t.item_id AND n.site_id = t.site_id AND n.closed_at IS NULL
 WHERE t.id = %(task)s::bigint ORDER BY n.id DESC LIMIT 1
"""


def picked(task: int) -> Picked | None:
    """What a task was for, if there is such a task."""
    return next(iter(rows(Picked, PICKED, task=task)), None)


def open_again(task: int) -> int | None:
    """The open task at the same site for the same order and item, if there is one."""
    return next((id for (id,) in rows(as_tuple, OPEN_AGAIN, task=task)), None)


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan named that was not wanted: the item and where it belongs."""

    sku: str
    name: str
    bins: Sequence[str]


NAMED = """
SELECT i.sku, i.name, ARRAY(SELECT a.code FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id
                             WHERE b.item_id = i.id AND b.on_hand > 0 AND a.kind = 'bin' AND a.site_id = (SELECT site_id FROM fulfilment_task WHERE id = %(task)s::bigint)
                             ORDER BY b.on_hand DESC LIMIT 2)
  FROM catalogue_item i WHERE i.sku = %(read)s::text OR lpad(i.gtin, 14, '0') = lpad(%(gtin)s::text, 14, '0') LIMIT 1
"""


def named(read: str, gtin: str, task: int) -> Found | None:
    """The item that a wrong scan named, and where it lies at the task's site."""
    return next(iter(rows(Found, NAMED, read=read, gtin=gtin or "-", task=task)), None)


@dataclass(frozen=True, slots=True)
class PackLineRow:
    """Units of a line that wait in totes to be packed: what may be scanned for them and what one weighs."""

    line: int
    sku: str
    gtin: str
    name: str
    lot: str
    tracking: str
    quantity: int
    weight_g: int | None
    serials: Sequence[str]
    lot_status: str
    tolerance_percent: int


@dataclass(frozen=True, slots=True)
class Packing:
    """An order at the packing station: whom it goes to, what holds it, what is still on the floor."""

    number: str
    site: str
    site_name: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    version: int
    holds: Sequence[str]
    promised_on: date | None
    totes: Sequence[str]
    still_to_pick: int
    cartons: Sequence[str]
    pack_scan: str
    tolerance_g: int
    tolerance_percent: int


PACKING = """
SELECT 'H-' || o.id, s.code, s.name, d.name, d.street, d.postcode, d.city, d.country, d.version, o.holds, o.promised_on,
       ARRAY(SELECT DISTINCT c.code FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > t.put_back + t.packed
               JOIN inventory_account c ON c.id = t.tote_id WHERE a.order_id = o.id AND a.site_id = s.id ORDER BY 1),
       (SELECT coalesce(sum(a.released - a.recalled - a.picked + a.put_back), 0)::bigint FROM orders_allocation a WHERE a.order_id = o.id AND a.site_id = s.id),
       ARRAY(SELECT k.sscc FROM fulfilment_carton k WHERE k.order_id = o.id AND k.site_id = s.id AND k.opened_at IS NULL ORDER BY k.id DESC),
       coalesce(nullif(c.pack_scan, ''), s.pack_scan), s.weight_tolerance_g, s.weight_tolerance_percent
  FROM orders_order o JOIN partners_address d ON d.id = o.ship_to_id JOIN partners_party c ON c.id = o.customer_id JOIN network_site s ON s.code = %(site)s::text WHERE o.id = %(order)s::bigint
"""
TO_PACK = """
SELECT l.position, i.sku, coalesce(i.gtin, ''), i.name, t.lot, i.tracking, sum(t.taken - t.put_back - t.packed)::bigint, i.weight_g,
       ARRAY(SELECT u.code FROM fulfilment_pickedserial p JOIN inventory_serial u ON u.item_id = p.item_id AND u.code = p.code
               WHERE i.tracking = 'serial' AND p.task_id = ANY(array_agg(t.id)) AND u.account_id = ANY(array_agg(t.tote_id)) ORDER BY 1 LIMIT 500),
       coalesce(h.status, 'released'), coalesce(i.weight_tolerance_percent, s.weight_tolerance_percent)
  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > t.put_back + t.packed JOIN orders_line l ON l.id = a.line_id
  JOIN catalogue_item i ON i.id = a.item_id JOIN network_site s ON s.id = a.site_id
  LEFT JOIN inventory_lot h ON t.lot <> '' AND h.item_id = t.item_id AND h.code = t.lot
 WHERE a.order_id = %(order)s::bigint AND s.code = %(site)s::text GROUP BY l.position, i.id, t.lot, h.status, s.id ORDER BY l.position, t.lot
"""


def packing(order: int, site: str) -> Packing | None:
    """An order as a site packs it."""
    return next(iter(rows(Packing, PACKING, order=order, site=site)), None)


def to_pack(order: int, site: str) -> list[PackLineRow]:
    """What waits in totes of an order at a site, by line and lot."""
    return rows(PackLineRow, TO_PACK, order=order, site=site)


@dataclass(frozen=True, slots=True)
class AuditSite:
    """A site with the share of its cartons that is audited, and how many wait for it."""

    code: str
    name: str
    percent: int
    due: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A carton that waits for an audit."""

    carton: str
    order: str
    customer: str
    promised_on: date | None
    packed_at: datetime
    packer: str


@dataclass(frozen=True, slots=True)
class AuditDone:
    """A carton that was audited: how many units were expected and how many were wrong."""

    carton: str
    order: str
    audit: str
    actor: str
    at: datetime
    expected: int
    wrong: int


@dataclass(frozen=True, slots=True)
class AuditItem:
    """An item that should be in a carton."""

    sku: str
    gtin: str
    name: str


AUDIT_WORK = """
SELECT s.code, s.name, s.audit_percent, (SELECT count(*) FROM fulfilment_carton c WHERE c.site_id = s.id AND c.handed_over_at IS NULL AND c.audit = 'due' AND c.opened_at IS NULL)
  FROM network_site s WHERE s.active AND s.supplier = '' ORDER BY s.priority, s.code
"""
AUDITS_DUE = """
SELECT c.sscc, 'H-' || c.order_id, p.name, o.promised_on, c.packed_at, c.actor
  FROM fulfilment_carton c JOIN network_site s ON s.id = c.site_id AND s.code = %(site)s::text JOIN orders_order o ON o.id = c.order_id JOIN partners_party p ON p.id = o.customer_id
 WHERE c.handed_over_at IS NULL AND c.audit = 'due' AND c.opened_at IS NULL ORDER BY o.promised_on NULLS LAST, c.id LIMIT 200
"""
AUDITS_DONE = """
SELECT c.sscc, 'H-' || c.order_id, c.audit, min(a.actor), a.audited_at, sum(a.expected)::bigint, sum(abs(a.expected - a.found))::bigint
  FROM (SELECT * FROM fulfilment_audit ORDER BY id DESC LIMIT 400) a JOIN fulfilment_carton c ON c.id = a.carton_id JOIN network_site s ON s.id = c.site_id AND s.code = %(site)s::text
 GROUP BY c.id, a.audited_at ORDER BY a.audited_at DESC, c.id DESC LIMIT 20
"""
AUDIT_ITEMS = """
SELECT DISTINCT i.sku, coalesce(i.gtin, ''), i.name FROM fulfilment_carton c JOIN fulfilment_content k ON k.carton_id = c.id JOIN catalogue_item i ON i.id = k.item_id
 WHERE c.sscc = %(sscc)s::text ORDER BY i.sku
"""


def audit_work() -> list[AuditSite]:
    """The audits that wait at each site."""
    return rows(AuditSite, AUDIT_WORK)


def audits_due(site: str) -> list[AuditRow]:
    """The cartons of a site that wait for an audit, the most urgent first."""
    return rows(AuditRow, AUDITS_DUE, site=site)


def audits_done(site: str) -> list[AuditDone]:
    """The last audits of a site."""
    return rows(AuditDone, AUDITS_DONE, site=site)


def audit_items(sscc: str) -> list[AuditItem]:
    """The items that a carton should hold, without how many."""
    return rows(AuditItem, AUDIT_ITEMS, sscc=sscc)
