"""Questions about the floor: what to pick, what to pack, what stands ready for a carrier."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows

from .over_picking import MAY_TAKE


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open pick task, as a picker meets it on the walk; `wanted` leaves out what was cancelled meanwhile, `may_be_over` more may be taken."""

    task: int
    order: str
    site: str
    bin: str
    walk: int
    sku: str
    gtin: str
    name: str
    tracking: str
    lot: str
    wanted: int
    tote: str
    position: int
    promised_on: date | None
    released_at: datetime
    may_be_over: int


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An order with units that are picked and wait to be packed at a site."""

    order: str
    site: str
    totes: list[str]
    contents: list[dict[str, Any]]
    units: int
    still_to_pick: int
    promised_on: date | None
    last_picked_at: datetime


@dataclass(frozen=True, slots=True)
class CartonRow:
    """A carton with its weights and sizes, measured or of its type; `label_outdated` when its order's address or carrier changed since,
    `change_asked` while its site is asked for a change that concerns it, `audit` where it was chosen for one, `stopped_lots` are held or recalled.
    `inside` is the carton it lies in and leaves with, `contains` are those that lie in it, each with its order.
    """

    carton: str
    order: str
    site: str
    packed_at: datetime
    handed_over_at: datetime | None
    opened_at: datetime | None
    carrier: str
    expected_g: int | None
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    carton_type: str
    proposal: str
    ship_to: str
    country: str
    label_outdated: bool
    change_asked: bool
    promised_on: date | None
    holds: list[str]
    audit: str
    stopped_lots: list[str]
    contents: list[dict[str, Any]]
    inside: dict[str, str] | None
    contains: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class UsedRow:
    """A carton type as it was used: how often as proposed, by another way, otherwise or without a proposal; how full; how weights and sizes differed."""

    carton_type: str
    cartons: int
    followed: int
    alternative: int
    other: int
    unproposed: int
    full_percent: Decimal | None
    weighed: int
    mean_off_g: int | None
    most_off_g: int | None
    size_differs: int


TASK = f"""
SELECT t.id, 'H-' || t.order_id, s.code, b.code, coalesce(n.walk, 0), i.sku, coalesce(i.gtin, ''), i.name, i.tracking, t.lot,
       greatest(0, least(t.to_pick - t.withdrawn, a.reserved - a.freed - a.picked + a.put_back)), c.code, l.position, a.promised_on, t.released_at,
       {MAY_TAKE}
  FROM fulfilment_task t JOIN orders_allocation a ON a.id = t.allocation_id JOIN orders_line l ON l.id = t.line_id JOIN orders_order o ON o.id = t.order_id
  JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id
  JOIN inventory_account b ON b.id = t.bin_id JOIN inventory_account c ON c.id = t.tote_id
  LEFT JOIN network_bin n ON n.site_id = t.site_id AND n.code = b.code
 WHERE t.closed_at IS NULL
"""
OPEN_TASKS = TASK + """
   AND (%(site)s::text = '' OR t.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text))
   AND (%(order)s::bigint = 0 OR t.allocation_id IN (SELECT id FROM orders_allocation WHERE order_id = %(order)s::bigint))
   AND (coalesce(n.walk, 0), b.code, t.id) > (%(walk)s::bigint, %(bin)s::text, %(task)s::bigint)
 ORDER BY coalesce(n.walk, 0), b.code, t.id LIMIT %(limit)s
"""
ONE_TASK = TASK.replace("WHERE t.closed_at IS NULL", "WHERE t.id = %(task)s::bigint")
WAITING = """
SELECT 'H-' || w.order_id, w.site, array_agg(DISTINCT w.tote), json_agg(json_build_object(
         'line', w.position, 'sku', w.sku, 'name', w.name, 'lot', w.lot, 'quantity', w.units, 'tracking', w.tracking) ORDER BY w.position, w.lot),
       sum(w.units)::bigint, (SELECT coalesce(sum(a.released - a.recalled - a.picked + a.put_back), 0)::bigint FROM orders_allocation a WHERE a.order_id = w.order_id AND a.site_id = w.site_id),
       min(w.promised_on), max(w.picked_at)
  FROM (SELECT a.order_id, a.site_id, s.code AS site, c.code AS tote, l.position, i.sku, i.name, i.tracking, t.lot,
               sum(t.taken - t.put_back - t.packed)::bigint AS units, min(a.promised_on) AS promised_on, max(t.closed_at) AS picked_at
          FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > t.put_back + t.packed
          JOIN orders_line l ON l.id = a.line_id JOIN catalogue_item i ON i.id = a.item_id JOIN network_site s ON s.id = a.site_id
          JOIN inventory_account c ON c.id = t.tote_id
         WHERE a.picked - a.put_back > a.packed - a.unpacked AND (%(order)s::bigint = 0 OR a.order_id = %(order)s::bigint)
           AND (%(site)s::text = '' OR a.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text))
         GROUP BY a.order_id, a.site_id, s.code, c.code, l.position, i.sku, i.name, i.tracking, t.lot) w
 WHERE w.order_id > %(after)s::bigint
 GROUP BY w.order_id, w.site, w.site_id ORDER BY w.order_id, w.site LIMIT %(limit)s
"""
CARTON = """
SELECT k.sscc, 'H-' || k.order_id, s.code, k.packed_at, k.handed_over_at, k.opened_at, k.carrier, k.expected_g, k.weight_g, coalesce(k.length_mm, t.outer_length_mm), coalesce(k.width_mm, t.outer_width_mm),
       coalesce(k.height_mm, t.outer_height_mm), coalesce(t.code, ''), k.proposal,
       concat_ws(', ', d.name, nullif(d.street, ''), nullif(concat_ws(' ', nullif(d.postcode, ''), nullif(d.city, '')), '')), d.country,
       k.handed_over_at IS NULL AND k.opened_at IS NULL AND (k.address_id, k.carrier) IS DISTINCT FROM (o.ship_to_id, o.carrier)
         AND NOT EXISTS (SELECT 1 FROM orders_changerequest r WHERE r.order_id = k.order_id AND r.site_id = k.site_id AND r.outcome IN ('let-go', 'return')
                            AND (r.kind = 'address' AND r.address_id = o.ship_to_id OR r.kind = 'carrier' AND r.carrier = o.carrier)),
       k.handed_over_at IS NULL AND k.opened_at IS NULL AND EXISTS (
         SELECT 1 FROM orders_changerequest r WHERE r.order_id = k.order_id AND r.site_id = k.site_id AND r.outcome = '' AND CASE r.kind
                WHEN 'address' THEN k.address_id <> o.ship_to_id WHEN 'carrier' THEN k.carrier <> o.carrier
                WHEN 'stop' THEN EXISTS (SELECT 1 FROM orders_requestedunits u JOIN orders_allocation n ON n.id = u.allocation_id JOIN fulfilment_content x ON x.line_id = n.line_id
                                          WHERE u.request_id = r.id AND x.carton_id = k.id AND (x.allocation_id = n.id OR n.released - n.recalled - n.shipped < u.quantity)) ELSE false END),
       o.promised_on, o.holds, k.audit,
       ARRAY(SELECT DISTINCT h.code FROM fulfilment_content x JOIN inventory_lot h ON h.item_id = x.item_id AND h.code = x.lot AND h.status <> 'released'
              WHERE x.carton_id = k.id AND x.lot <> ''),
       (SELECT json_agg(json_build_object('line', l.position, 'sku', i.sku, 'name', i.name, 'lot', x.lot, 'serial', x.serial, 'quantity', x.quantity) ORDER BY l.position, x.id)
          FROM fulfilment_content x JOIN orders_line l ON l.id = x.line_id JOIN catalogue_item i ON i.id = x.item_id WHERE x.carton_id = k.id),
       (SELECT json_build_object('carton', u.sscc, 'order', 'H-' || u.order_id) FROM fulfilment_carton u WHERE u.id = k.inside_id),
       coalesce((SELECT json_agg(json_build_object('carton', u.sscc, 'order', 'H-' || u.order_id) ORDER BY u.id) FROM fulfilment_carton u WHERE u.inside_id = k.id), '[]')
  FROM fulfilment_carton k JOIN orders_order o ON o.id = k.order_id JOIN network_site s ON s.id = k.site_id JOIN partners_address d ON d.id = k.address_id
  LEFT JOIN network_cartontype t ON t.id = k.type_id
"""
STAGED = CARTON + """
 WHERE k.handed_over_at IS NULL AND k.opened_at IS NULL AND k.id > coalesce((SELECT id FROM fulfilment_carton WHERE sscc = %(after)s::text), 0)
   AND (%(site)s::text = '' OR k.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text))
 ORDER BY k.id LIMIT %(limit)s
"""
ONE_CARTON = CARTON + " WHERE k.sscc = %(carton)s::text"


USED = """
SELECT coalesce(t.code, ''), count(*), count(*) FILTER (WHERE k.proposal = 'followed'), count(*) FILTER (WHERE k.proposal = 'alternative'),
       count(*) FILTER (WHERE k.proposal = 'other'), count(*) FILTER (WHERE k.proposal = ''),
       round(100 * sum(f.volume) FILTER (WHERE f.known) / nullif(sum(t.inner_length_mm::numeric * t.inner_width_mm * t.inner_height_mm) FILTER (WHERE f.known), 0), 1),
       count(*) FILTER (WHERE k.weight_g IS NOT NULL AND k.expected_g IS NOT NULL),
       round(avg(k.weight_g - k.expected_g), 0)::bigint, max(abs(k.weight_g - k.expected_g)),
       count(*) FILTER (WHERE k.length_mm <> t.outer_length_mm OR k.width_mm <> t.outer_width_mm OR k.height_mm <> t.outer_height_mm)
  FROM fulfilment_carton k JOIN network_site s ON s.id = k.site_id LEFT JOIN network_cartontype t ON t.id = k.type_id
  CROSS JOIN LATERAL (SELECT sum(c.quantity * i.length_mm::numeric * i.width_mm * i.height_mm) AS volume,
                             bool_and(coalesce(i.length_mm * i.width_mm::numeric * i.height_mm, 0) > 0) AS known
                        FROM fulfilment_content c JOIN catalogue_item i ON i.id = c.item_id WHERE c.carton_id = k.id) f
 WHERE (%(site)s::text = '' OR s.code = %(site)s::text) AND k.opened_at IS NULL AND k.packed_at >= %(since)s::date::timestamp AT TIME ZONE s.zone
   AND k.packed_at < (%(until)s::date + 1)::timestamp AT TIME ZONE s.zone
 GROUP BY t.code ORDER BY t.code NULLS LAST
"""


BEFORE_ALL = (-(2**31), "", 0)
"""The place in front of the first task."""


def open_tasks(site: str = "", limit: int = 100, after: tuple[int, str, int] = BEFORE_ALL, order: int = 0) -> list[TaskRow]:
    """Open pick tasks of a site (or an order) in walk order, behind (walk, bin, task)."""
    walk, bin, task = after
    return rows(TaskRow, OPEN_TASKS, site=site, order=order, walk=walk, bin=bin, task=task, limit=limit)


def task(number: int) -> TaskRow | None:
    """One pick task, open or closed."""
    return next(iter(rows(TaskRow, ONE_TASK, task=number)), None)


def to_pack(site: str = "", limit: int = 100, after: int = 0, order: int = 0) -> list[WaitingRow]:
    """Orders with picked units that wait to be packed, oldest order first, behind an order's id."""
    return rows(WaitingRow, WAITING, site=site, order=order, after=after, limit=limit)


def staged(site: str = "", limit: int = 100, after: str = "") -> list[CartonRow]:
    """Cartons that stand ready for a carrier, oldest first, behind an SSCC."""
    return rows(CartonRow, STAGED, site=site, after=after, limit=limit)


def cartons_used(site: str, since: date, until: date) -> list[UsedRow]:
    """What was packed into at a site (or all) from a day until a day, by carton type; cartons without one last."""
    return rows(UsedRow, USED, site=site, since=since, until=until)


def carton(sscc: str) -> CartonRow | None:
    """One carton with its content."""
    return next(iter(rows(CartonRow, ONE_CARTON, carton=sscc)), None)
