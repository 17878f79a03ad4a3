"""Tasks: raise pick tasks for open units. The set function behind release and a short pick. At a supplier's site they are his order.

The caller has locked the orders. Balances are locked here in the order of (item, account, lot); each task
claims its units in its bin, so no two tasks ever count on the same ones.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from hanse.inventory.ledger import PLACES, Claim, Place, claim, open_fresh
from hanse.inventory.replenishing import ShortFace, raise_moves
from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import row
from hanse.orders.counters import Advance, advance

from .bins import Chosen, Open, Shelf, choose, undated
from .events import OrderReleased, RaisedTask
from .rules import Due, ready
from .supplier_orders import Asked, order_from_suppliers

TASKS = "fulfilment_task_id_seq"
ORDERS_OF_TASKS = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT t.order_id FROM fulfilment_task t WHERE t.id = ANY(%(task)s::bigint[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
"""Locks the orders of tasks: whoever changes tasks holds them."""
LOCK_STOCK = """
SELECT 1 FROM inventory_stock WHERE (item_id, site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[]))
 ORDER BY item_id, site_id FOR UPDATE
"""
LOCK_SHELVES = """
SELECT 1 FROM inventory_balance b
 WHERE (b.account_id, b.item_id, b.lot) IN (SELECT * FROM unnest(%(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[]))
 ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE
"""
DUE = """
SELECT o.id, o.holds, o.ship_rule, o.ordered - o.cancelled - o.reserved + o.freed
  FROM orders_order o WHERE o.id = ANY(%(order)s::bigint[]) ORDER BY o.id FOR NO KEY UPDATE
"""
OPEN = """
SELECT a.id, a.order_id, a.line_id, l.position, a.item_id, i.sku, a.site_id, s.code,
       a.reserved - a.freed - a.released + a.recalled, l.ordered - l.cancelled - l.reserved + l.freed,
       greatest((%(now)s::timestamptz AT TIME ZONE s.zone)::date, a.promised_on) + p.min_life_days,
       (SELECT t.id FROM inventory_account t WHERE t.site_id = a.site_id AND t.kind = 'tote' AND t.code = 'H-' || a.order_id), nextval('fulfilment_task_id_seq'),
       (SELECT min(coalesce(k.factor, 0)) FROM inventory_face f LEFT JOIN catalogue_pack k ON k.item_id = f.item_id
         WHERE f.item_id = a.item_id AND f.site_id = a.site_id
           AND NOT EXISTS (SELECT 1 FROM inventory_balance d WHERE d.account_id = f.bin_id AND d.item_id = f.item_id AND d.in_doubt)),
       p.max_lots,
       CASE WHEN p.max_lots IS NOT NULL THEN ARRAY(SELECT DISTINCT k.lot FROM orders_allocation b JOIN fulfilment_task k ON k.allocation_id = b.id
         WHERE b.order_id = a.order_id AND b.site_id = a.site_id AND b.item_id = a.item_id AND k.lot <> ''
           AND coalesce(k.taken - k.put_back, k.to_pick - k.withdrawn) > 0) END,
       i.shelf_life_days IS NOT NULL, s.supplier
  FROM orders_allocation a JOIN orders_line l ON l.id = a.line_id JOIN orders_order o ON o.id = a.order_id
  JOIN partners_party p ON p.id = o.customer_id JOIN catalogue_item i ON i.id = a.item_id
  JOIN network_site s ON s.id = a.site_id
 WHERE a.reserved > a.freed + a.released - a.recalled
"""
OPEN_OF_ORDERS = OPEN + " AND a.order_id = ANY(%(order)s::bigint[]) ORDER BY a.order_id, l.position, a.id"
OPEN_OF_ALLOCATIONS = OPEN + " AND a.id = ANY(%(allocation)s::bigint[]) ORDER BY a.order_id, l.position, a.id"
SHELVES = """
SELECT b.item_id, c.site_id, b.account_id, c.code, b.lot, b.on_hand - b.reserved, coalesce(n.walk, 0), l.expires_on,
       CASE n.role WHEN 'bulk' THEN 1 WHEN 'dock' THEN 2 WHEN 'reserve' THEN 3 ELSE 0 END
  FROM unnest(%(item)s::bigint[], %(site)s::bigint[]) AS w(item, site)
  JOIN inventory_balance b ON b.item_id = w.item AND b.on_hand > 0 AND b.on_hand > b.reserved
  JOIN inventory_account c ON c.id = b.account_id AND c.kind = 'bin' AND c.site_id = w.site
  LEFT JOIN network_bin n ON n.site_id = c.site_id AND n.code = c.code
  LEFT JOIN inventory_lot l ON l.item_id = b.item_id AND l.code = b.lot
 WHERE (l.status IS NULL OR l.status = 'released') AND NOT b.in_doubt
 ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE OF b
"""
RAISE = """
INSERT INTO fulfilment_task (id, site_id, order_id, line_id, allocation_id, item_id, bin_id, tote_id, lot, to_pick, released_at, wave_id)
SELECT t.id, t.site, t.ord, t.line, t.allocation, t.item, t.bin, t.tote, t.lot, t.to_pick, coalesce(t.at, %(now)s::timestamptz), t.wave
  FROM unnest(%(id)s::bigint[], %(site)s::bigint[], %(order)s::bigint[], %(line)s::bigint[], %(allocation)s::bigint[],
              %(item)s::bigint[], %(bin)s::bigint[], %(tote)s::bigint[], %(lot)s::text[], %(to_pick)s::bigint[], %(at)s::timestamptz[], %(wave)s::bigint[])
    AS t(id, site, ord, line, allocation, item, bin, tote, lot, to_pick, at, wave)
"""


@row
class NewTask:
    """A row of a pick task that is being raised."""

    id: int
    site: int
    order: int
    line: int
    allocation: int
    item: int
    bin: int
    tote: int
    lot: str
    to_pick: int
    at: datetime | None
    wave: int | None


def open_of_orders(run: Run, orders: Sequence[int]) -> list[Open]:
    """Units of these orders that no task asks for yet."""
    return _numbered(run, run.rows(Open, OPEN_OF_ORDERS, order=orders))


def open_units(run: Run, allocations: Sequence[int]) -> list[Open]:
    """Units of these allocations that no task asks for yet."""
    return _numbered(run, run.rows(Open, OPEN_OF_ALLOCATIONS, allocation=list(allocations))) if allocations else []


def _numbered(run: Run, opens: list[Open]) -> list[Open]:
    """Mostly one bin has them all, so each comes with the number of a task."""
    run.take_in(TASKS, [o.drawn for o in opens])
    return opens


@row
class Raised:
    """Pick tasks by allocation, and the items (with their site) whose pick faces are being filled for what is left."""

    tasks: dict[int, list[RaisedTask]]
    coming: frozenset[tuple[int, int]] = frozenset()


def raise_tasks(
    run: Run, wanted: Sequence[Open], at: Mapping[int, datetime | None] = MappingProxyType({}), waves: Mapping[int, int] = MappingProxyType({})
) -> Raised:
    """Raise pick tasks for open units as far as bins have them. `at` says when, by order; `waves` in which wave, by allocation.

    Units end up in the order's tote at the site unless the picker names another one. Where pick faces are short, they
    are filled from reserve, and the order waits for that.
    """
    if not wanted:
        return Raised({})
    pairs = sorted({(w.item, w.site) for w in wanted})
    shelves = run.rows(Shelf, SHELVES, item=[i for i, _ in pairs], site=[s for _, s in pairs])
    chosen = choose(wanted, shelves)
    if not chosen:
        return Raised({}, _fill_faces(run, wanted, chosen))
    missing = list(dict.fromkeys(_tote(c.open) for c in chosen if c.open.tote is None))
    ids, opened = run.draw_all({TASKS: len(chosen), PLACES: len(missing)}).values()
    totes = dict(zip(missing, opened, strict=True))
    open_fresh(run, totes)
    new = [_row(id, c, c.open.tote or totes[_tote(c.open)], at.get(c.open.order), waves.get(c.open.allocation)) for id, c in zip(ids, chosen, strict=True)]
    run.write(RAISE, new)
    claim(run, [Claim(n.bin, n.item, n.lot, n.to_pick) for n in new])
    advance(run, [Advance(n.allocation, released=n.to_pick) for n in new])
    theirs = order_from_suppliers(run, [Asked(n.id, n.to_pick, c.open) for n, c in zip(new, chosen, strict=True) if c.open.supplier])
    late = undated(chosen, shelves)
    raised: dict[int, list[RaisedTask]] = {}
    for n, c in zip(new, chosen, strict=True):
        told = RaisedTask(n.id, n.allocation, c.open.site_code, c.shelf.bin_code, c.open.sku, n.lot, n.to_pick, c in late, theirs.get(n.id, ""))
        raised.setdefault(n.allocation, []).append(told)
    return Raised(raised, _fill_faces(run, wanted, chosen))


def _fill_faces(run: Run, wanted: Sequence[Open], chosen: Sequence[Chosen]) -> frozenset[tuple[int, int]]:
    """Have the pick faces filled of which units are wanted that no bin gave; gives the items (with their site) that orders wait for from now on."""
    given: dict[int, int] = {}
    for c in chosen:
        given[c.open.allocation] = given.get(c.open.allocation, 0) + c.quantity
    short = [ShortFace(w.site, w.item, n, order_number(w.order)) for w in wanted if w.pack is not None and (n := w.quantity - given.get(w.allocation, 0))]
    brought = raise_moves(run, short)
    run.tell(brought.facts)
    return brought.awaited


def raise_ready(run: Run, opens: Sequence[Open]) -> None:
    """Raise tasks for open units of orders, which the caller has locked, as far as their holds and ship rules let them, and tell it."""
    by_order: dict[int, list[Open]] = {}
    for o in opens:
        by_order.setdefault(o.order, []).append(o)
    due = run.rows(Due, DUE, order=sorted(by_order)) if by_order else []
    raised = raise_tasks(run, [o for order in due if not order.held for o in ready(order, by_order[order.order])])
    for order in due:
        tasks = tuple(t for o in by_order[order.order] for t in raised.tasks.get(o.allocation, ()))
        if tasks:
            run.tell([OrderReleased(order_number(order.order), tasks)])


def _tote(want: Open) -> Place:
    return Place("tote", want.site, order_number(want.order))


def _row(id: int, c: Chosen, tote: int, at: datetime | None, wave: int | None) -> NewTask:
    o = c.open
    return NewTask(id, o.site, o.order, o.line, o.allocation, o.item, c.shelf.bin, tote, c.shelf.lot, c.quantity, at, wave)
