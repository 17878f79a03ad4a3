"""Questions about the stock work of a site: what is to be carried, put away and counted, its pick faces, its plan, and how right the records are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.rows import as_tuple

from .rooms import suggestions

KNOWN_FROM = timedelta(days=365)
"""Accuracy is of the counts of a year."""


@dataclass(frozen=True, slots=True)
class SiteWork:
    """How much waits at a site; `urgent` are tasks that orders wait for, `doubted` bins that were found short."""

    site: str
    name: str
    replenish: int
    urgent: int
    put_away: int
    count: int
    doubted: int

    @property
    def all(self) -> int:
        return self.replenish + self.put_away + self.count


@dataclass(frozen=True, slots=True)
class MoveTaskRow:
    """Carry so many units from a bin to a pick face; `orders` wait for it."""

    task: int
    site: str
    sku: str
    name: str
    gtin: str
    tracking: str
    lot: str
    from_bin: str
    to_bin: str
    quantity: int
    urgent: bool
    orders: list[str]
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class DockRow:
    """Units that arrived and lie at a dock, less what is claimed of them there."""

    site: str
    bin: str
    sku: str
    name: str
    gtin: str
    tracking: str
    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PutAwayView:
    """Units at a dock with the bin suggested for them, and why."""

    site: str
    bin: str
    sku: str
    name: str
    gtin: str
    tracking: str
    lot: str
    quantity: int
    suggested: str
    why: str


@dataclass(frozen=True, slots=True)
class CountTaskRow:
    """A bin to be counted, without what should lie there. `not_by` has counted it or found it short: somebody else does."""

    task: int
    site: str
    bin: str
    sku: str
    name: str
    gtin: str
    tracking: str
    lot: str
    cause: str
    abc: str
    again: bool
    not_by: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class FaceRow:
    """A pick face: what is there, what is on its way, and between how many units it is kept."""

    site: str
    bin: str
    sku: str
    name: str
    least: int
    most: int
    on_hand: int
    coming: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    """How a site counts from a day on, and who said so."""

    site: str
    starts_on: date
    a_share: int
    b_share: int
    a_days: int
    b_days: int
    c_days: int
    a_permille: int
    b_permille: int
    c_permille: int
    by: str


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """How many records were counted by a class of the plan (the others: none), and how many were right within what is allowed."""

    abc: str
    counted: int
    right: int
    found: int
    lost: int

    @property
    def percent(self) -> Decimal:
        return round(Decimal(100 * self.right) / self.counted, 1)


WORK = """
SELECT s.code, s.name, coalesce(m.open, 0), coalesce(m.urgent, 0), coalesce(d.units, 0), coalesce(c.open, 0), coalesce(c.doubted, 0)
  FROM network_site s
  LEFT JOIN (SELECT site_id, count(*) AS open, count(*) FILTER (WHERE urgent) AS urgent FROM inventory_movetask WHERE closed_at IS NULL GROUP BY 1) m ON m.site_id = s.id
  LEFT JOIN (SELECT site_id, count(*) AS open, count(*) FILTER (WHERE cause = 'short') AS doubted FROM inventory_counttask WHERE closed_at IS NULL GROUP BY 1) c ON c.site_id = s.id
  LEFT JOIN (SELECT n.site_id, count(*) AS units FROM network_bin n JOIN inventory_account a ON a.site_id = n.site_id AND a.kind = 'bin' AND a.code = n.code
               JOIN inventory_balance b ON b.account_id = a.id AND b.on_hand > b.reserved WHERE n.role = 'dock' GROUP BY 1) d ON d.site_id = s.id
 WHERE s.active ORDER BY s.priority, s.code
"""
MOVES = """
SELECT t.id, s.code, i.sku, i.name, coalesce(i.gtin, ''), i.tracking, t.lot, a.code, b.code, t.quantity, t.urgent, t.orders, t.raised_at
  FROM inventory_movetask t JOIN network_site s ON s.id = t.site_id JOIN catalogue_item i ON i.id = t.item_id
  JOIN inventory_account a ON a.id = t.source_id JOIN inventory_account b ON b.id = t.target_id
 WHERE t.closed_at IS NULL
"""
AT = " AND s.code = %(site)s"
DOCK = """
SELECT s.code, a.code, i.sku, i.name, coalesce(i.gtin, ''), i.tracking, b.lot, b.on_hand - b.reserved, s.id, i.id
  FROM network_site s JOIN network_bin n ON n.site_id = s.id AND n.role = 'dock'
  JOIN inventory_account a ON a.site_id = s.id AND a.kind = 'bin' AND a.code = n.code
  JOIN inventory_balance b ON b.account_id = a.id AND b.on_hand > b.reserved JOIN catalogue_item i ON i.id = b.item_id
 WHERE s.code = %(site)s
"""
COUNT = """
SELECT t.id, s.code, a.code, i.sku, i.name, coalesce(i.gtin, ''), i.tracking, t.lot, t.cause, t.abc, t.first_counted IS NOT NULL, t.first_by, t.raised_at
  FROM inventory_counttask t JOIN network_site s ON s.id = t.site_id JOIN catalogue_item i ON i.id = t.item_id
  JOIN inventory_account a ON a.id = t.bin_id LEFT JOIN network_bin n ON n.site_id = s.id AND n.code = a.code
"""
COUNTS = COUNT + " WHERE t.closed_at IS NULL"
FACES = """
SELECT s.code, a.code, i.sku, i.name, f.least, f.most,
       (SELECT coalesce(sum(b.on_hand), 0)::bigint FROM inventory_balance b WHERE b.account_id = f.bin_id AND b.item_id = f.item_id),
       (SELECT coalesce(sum(t.quantity), 0)::bigint FROM inventory_movetask t WHERE t.target_id = f.bin_id AND t.item_id = f.item_id AND t.closed_at IS NULL)
  FROM inventory_face f JOIN network_site s ON s.id = f.site_id JOIN inventory_account a ON a.id = f.bin_id JOIN catalogue_item i ON i.id = f.item_id
 WHERE s.code = %(site)s AND (a.code, i.sku) > (%(after_bin)s, %(after_sku)s) ORDER BY a.code, i.sku LIMIT %(limit)s
"""
PLANS = """
SELECT s.code, p.starts_on, p.a_share, p.b_share, p.a_days, p.b_days, p.c_days, p.a_permille, p.b_permille, p.c_permille, p.actor
  FROM inventory_countplan p JOIN network_site s ON s.id = p.site_id WHERE s.code = %(site)s ORDER BY p.starts_on DESC LIMIT 20
"""
ACCURACY = """
SELECT coalesce(t.abc, ''), count(*), count(*) FILTER (WHERE abs(c.counted - c.expected) <= c.allowed),
       coalesce(sum(c.counted - c.expected) FILTER (WHERE c.counted > c.expected), 0)::bigint, coalesce(sum(c.expected - c.counted) FILTER (WHERE c.counted < c.expected), 0)::bigint
  FROM inventory_count c JOIN inventory_account a ON a.id = c.account_id JOIN network_site s ON s.id = a.site_id LEFT JOIN inventory_counttask t ON t.id = c.task
 WHERE s.code = %(site)s AND c.counted_at >= %(since)s GROUP BY coalesce(t.abc, '') ORDER BY coalesce(t.abc, '') = '', coalesce(t.abc, '')
"""


def work() -> list[SiteWork]:
    """The stock work of each site."""
    return rows(SiteWork, WORK)


def move_tasks(site: str, limit: int, after: int = 0) -> list[MoveTaskRow]:
    """Open tasks to carry units, by their number behind `after`."""
    return rows(MoveTaskRow, MOVES + AT + " AND t.id > %(after)s ORDER BY t.id LIMIT %(limit)s", site=site, limit=limit, after=after)


def next_moves(site: str, limit: int = 100) -> list[MoveTaskRow]:
    """Open tasks to carry units as they are done: what orders wait for first, then the oldest."""
    return rows(MoveTaskRow, MOVES + AT + " ORDER BY NOT t.urgent, t.id LIMIT %(limit)s", site=site, limit=limit)


def move_task(task: int) -> MoveTaskRow | None:
    """One open task to carry units."""
    return next(iter(rows(MoveTaskRow, MOVES + " AND t.id = %(task)s", task=task)), None)


def on_dock(site: str, limit: int, after: tuple[str, str, str] = ("", "", "")) -> list[DockRow]:
    """What lies at the docks of a site by bin, SKU and lot, behind `after`."""
    bin, sku, lot = after
    return rows(_docked, DOCK + " AND (a.code, i.sku, b.lot) > (%(bin)s, %(sku)s, %(lot)s) ORDER BY a.code, i.sku, b.lot LIMIT %(limit)s",
                site=site, bin=bin, sku=sku, lot=lot, limit=limit)


def to_put_away(site: str, bin: str, sku: str, lot: str) -> PutAwayView | None:
    """Units at a dock with the bin that is suggested for all of them."""
    found = rows(as_tuple, DOCK + " AND a.code = %(bin)s AND i.sku = %(sku)s AND b.lot = %(lot)s", site=site, bin=bin, sku=sku, lot=lot)
    if not found:
        return None
    return _suggested(found)[0]


def put_aways(site: str, limit: int, after: tuple[str, str, str] = ("", "", "")) -> list[PutAwayView]:
    """What lies at the docks of a site with the bins suggested for it, behind `after`."""
    bin, sku, lot = after
    found = rows(as_tuple, DOCK + " AND (a.code, i.sku, b.lot) > (%(bin)s, %(sku)s, %(lot)s) ORDER BY a.code, i.sku, b.lot LIMIT %(limit)s",
                 site=site, bin=bin, sku=sku, lot=lot, limit=limit)
    return _suggested(found)


def count_tasks(site: str, limit: int, after: int = 0) -> list[CountTaskRow]:
    """Open counts by their number behind `after`."""
    return rows(CountTaskRow, COUNTS + AT + " AND t.id > %(after)s ORDER BY t.id LIMIT %(limit)s", site=site, limit=limit, after=after)


def count_task(task: int) -> CountTaskRow | None:
    """One open count."""
    return next(iter(rows(CountTaskRow, COUNTS + " AND t.id = %(task)s", task=task)), None)


def counted_task(task: int) -> CountTaskRow | None:
    """One count, whether it is open or done."""
    return next(iter(rows(CountTaskRow, COUNT + " WHERE t.id = %(task)s", task=task)), None)


def next_counts(site: str, limit: int = 100) -> list[CountTaskRow]:
    """Open counts as they are done: bins in doubt first, then in the order of the walk."""
    return rows(CountTaskRow, COUNTS + AT + " ORDER BY t.cause <> 'short', n.walk, a.code, i.sku, t.lot LIMIT %(limit)s", site=site, limit=limit)


def faces(site: str, limit: int, after: tuple[str, str] = ("", "")) -> list[FaceRow]:
    """The pick faces of a site by bin and SKU, behind `after`."""
    return rows(FaceRow, FACES, site=site, limit=limit, after_bin=after[0], after_sku=after[1])


def plans(site: str) -> list[PlanRow]:
    """The count plans of a site, the latest first."""
    return rows(PlanRow, PLANS, site=site)


def accuracy(site: str) -> list[AccuracyRow]:
    """How right the records of a site were in a year of counts, by class."""
    return rows(AccuracyRow, ACCURACY, site=site, since=clock.now() - KNOWN_FROM)


def _docked(*row: Any) -> DockRow:
    return DockRow(*row[:-2])


def _suggested(found: list[tuple[Any, ...]]) -> list[PutAwayView]:
    each = suggestions(rows, [(site_id, item_id, lot, quantity) for *_, lot, quantity, site_id, item_id in found])
    return [PutAwayView(*(*row[:-2], s.bin, s.why)) for row, s in zip(found, each, strict=True)]
