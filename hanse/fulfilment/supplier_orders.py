"""Supplier orders: what a supplier that ships for us is asked for, and what becomes of it.

Releasing units at his site is ordering them: the tasks on his shelf are the lines of his order, so they are stopped, withdrawn and
proven like any other. He gets the address version that the order has then. His despatch advice answers the lines; what he left out
stays open with him. Orders are locked by the caller.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from hanse.inventory.ledger import PLACES, Place, open_fresh
from hanse.inventory.on_shelf import Despatched, despatched
from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import as_tuple, row
from hanse.network.calendar import Calendar
from hanse.orders.counters import Advance, advance

from .bins import Open
from .events import OrderedUnits, SupplierOrdered

NUMBERS = "fulfilment_supplierorder_id_seq"


@row
class Asked:
    """Units that became a task on a supplier's shelf."""

    task: int
    quantity: int
    open: Open


@dataclass(frozen=True, slots=True)
class Ground:
    """What an order says, and how its supplier works: his calendar, and how long he needs for the slowest of the items."""

    order: int
    site: int
    address: int
    carrier: str
    zone: str
    country: str
    region: str
    workdays: Sequence[int]
    cut_off: time
    lead_days: int

    def due_on(self, now: datetime) -> date:
        """The day he should ship: so many of his working days after the day on which he takes the order."""
        calendar = Calendar(self.country, self.region, tuple(self.workdays), self.zone)
        return calendar.add_working_days(calendar.ship_day(now, self.cut_off), self.lead_days)


GROUNDS = """
SELECT o.id, s.id, o.ship_to_id, o.carrier, s.zone, s.country, s.region, s.workdays, s.cut_off, coalesce(max(d.lead_days), 0)
  FROM unnest(%(order)s::bigint[], %(site)s::bigint[], %(item)s::bigint[]) AS g(ord, site, item)
  JOIN orders_order o ON o.id = g.ord JOIN network_site s ON s.id = g.site
  LEFT JOIN LATERAL (SELECT d.lead_days FROM inventory_dropship d
                      WHERE d.item_id = g.item AND d.site_id = g.site AND d.from_on <= (%(now)s::timestamptz AT TIME ZONE s.zone)::date
                      ORDER BY d.from_on DESC LIMIT 1) d ON true
 GROUP BY o.id, s.id ORDER BY o.id, s.id
"""
ORDER = """
INSERT INTO fulfilment_supplierorder (id, order_id, site_id, address_id, carrier, first_due_on, due_on, ordered_at, actor)
SELECT w.id, w.ord, w.site, w.address, w.carrier, w.due_on, w.due_on, %(now)s, %(actor)s
  FROM unnest(%(id)s::bigint[], %(order)s::bigint[], %(site)s::bigint[], %(address)s::bigint[], %(carrier)s::text[], %(due_on)s::date[])
    AS w(id, ord, site, address, carrier, due_on)
"""
ITS_LINES = """
UPDATE fulfilment_task t SET supplier_order_id = l.number FROM unnest(%(task)s::bigint[], %(number)s::bigint[]) AS l(id, number) WHERE t.id = l.id
"""


def supplier_order_number(id: int) -> str:
    """The number of a drop-ship order: `D-17`."""
    return f"D-{id}"


def supplier_order_id(number: str) -> int:
    """The id in a drop-ship order's number; 0 where it is none."""
    digits = number.removeprefix("D-")
    known = digits != number and digits.isascii() and digits.isdigit() and len(digits) < 19 and digits[0] != "0"
    return int(digits) if known else 0


def supplier_order_ids(numbers: Iterable[str]) -> list[int]:
    """The ids in these numbers, each once and sorted; what is no number is left out."""
    return sorted({supplier_order_id(n) for n in numbers} - {0})


def order_from_suppliers(run: Run, asked: Sequence[Asked]) -> dict[int, str]:
    """Order from suppliers what became tasks on their shelves: one order for each order and supplier; its number by task."""
    if not asked:
        return {}
    parts: dict[tuple[int, int], list[Asked]] = defaultdict(list)
    for a in asked:
        parts[a.open.order, a.open.site].append(a)
    opens = [a.open for a in asked]
    grounds = run.rows(Ground, GROUNDS, opens)
    ids = run.draw(NUMBERS, len(grounds))
    due = [g.due_on(run.now) for g in grounds]
    run.write(ORDER, grounds, id=ids, due_on=due)
    of = {(g.order, g.site): id for g, id in zip(grounds, ids, strict=True)}
    run.write(ITS_LINES, asked, number=[of[o.order, o.site] for o in opens])
    for g, id, day in zip(grounds, ids, due, strict=True):
        lines = parts[g.order, g.site]
        told = tuple(OrderedUnits(a.open.position, a.open.sku, a.quantity) for a in lines)
        first = lines[0].open
        run.tell([SupplierOrdered(order_number(g.order), supplier_order_number(id), first.site_code, first.supplier, told, g.address, day)])
    return {a.task: supplier_order_number(of[a.open.order, a.open.site]) for a in asked}


@row
class Line:
    """An open line of a drop-ship order: so many units that the supplier still owes."""

    number: int
    task: int
    order: int
    allocation: int
    line: int
    position: int
    item: int
    sku: str
    tracking: str
    site: int
    site_code: str
    supplier: str
    prefix: str
    shelf: int
    address: int
    carrier: str
    open: int


@row
class Known:
    """A drop-ship order as it stands."""

    id: int
    order: int
    site: int
    site_code: str
    supplier: str
    due_on: date
    open: int


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM fulfilment_supplierorder WHERE id = ANY(%(number)s::bigint[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
KNOWN = """
SELECT d.id, d.order_id, d.site_id, s.code, s.supplier, d.due_on,
       (SELECT coalesce(sum(t.to_pick - t.withdrawn), 0)::bigint FROM fulfilment_task t WHERE t.supplier_order_id = d.id AND t.closed_at IS NULL)
  FROM fulfilment_supplierorder d JOIN network_site s ON s.id = d.site_id WHERE d.id = ANY(%(number)s::bigint[])
"""
LINES = """
SELECT d.id, t.id, t.order_id, t.allocation_id, t.line_id, l.position, t.item_id, i.sku, i.tracking, t.site_id, s.code, s.supplier, s.sscc_prefix,
       t.bin_id, d.address_id, d.carrier, t.to_pick - t.withdrawn
  FROM fulfilment_supplierorder d JOIN fulfilment_task t ON t.supplier_order_id = d.id AND t.closed_at IS NULL
  JOIN orders_line l ON l.id = t.line_id JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = d.site_id
 WHERE d.id = ANY(%(number)s::bigint[]) ORDER BY d.id, l.position, t.id
"""


def locked(run: Run, numbers: Collection[str]) -> dict[str, Known]:
    """These drop-ship orders by number, their orders locked in key order."""
    ids = supplier_order_ids(numbers)
    run.lock(LOCK, number=ids)
    return {supplier_order_number(k.id): k for k in run.rows(Known, KNOWN, number=ids)}


def open_lines(run: Run, known: Mapping[str, Known]) -> dict[str, list[Line]]:
    """The open lines of these drop-ship orders, in the order of their positions."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in run.rows(Line, LINES, number=[k.id for k in known.values()]) if known else ():
        found[supplier_order_number(line.number)].append(line)
    return found


DIRECT = """
UPDATE fulfilment_supplierorder d SET address_id = o.ship_to_id, carrier = o.carrier
  FROM unnest(%(order)s::bigint[], %(site)s::bigint[]) AS w(ord, site) JOIN orders_order o ON o.id = w.ord
 WHERE d.order_id = w.ord AND d.site_id = w.site AND EXISTS (SELECT 1 FROM fulfilment_task t WHERE t.supplier_order_id = d.id AND t.closed_at IS NULL)
"""


def direct(run: Run, where: Sequence[tuple[int, int]]) -> None:
    """A supplier agreed to the order's new address or carrier: what is open with him goes there. By order and site."""
    if where:
        run.write(DIRECT, order=[order for order, _ in where], site=[site for _, site in where])


@row
class Sent:
    """Units of a line that a supplier shipped in a carton, with the lot or serials that he named."""

    of: Line
    quantity: int
    lot: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentCarton:
    """A carton that a supplier shipped: its SSCC, its carrier and what is in it."""

    sscc: str
    carrier: str
    parts: Sequence[Sent]
    at: datetime
    actor: str
    weight_g: int | None = None


ANSWER = """
WITH answered AS (
  SELECT * FROM unnest(%(task)s::bigint[], %(taken)s::bigint[], %(rest)s::bigint[], %(at)s::timestamptz[], %(by)s::text[]) AS s(task, taken, rest, at, by)
), left_out AS (
  INSERT INTO fulfilment_task (site_id, order_id, line_id, allocation_id, item_id, bin_id, tote_id, lot, to_pick, released_at, supplier_order_id)
  SELECT t.site_id, t.order_id, t.line_id, t.allocation_id, t.item_id, t.bin_id, t.tote_id, t.lot, s.rest, t.released_at, t.supplier_order_id
    FROM answered s JOIN fulfilment_task t ON t.id = s.task WHERE s.rest > 0
)
UPDATE fulfilment_task t SET taken = s.taken, packed = s.taken, withdrawn = t.withdrawn + s.rest, closed_at = s.at, actor = s.by
  FROM answered s WHERE t.id = s.task
"""
"""A line is answered by what was shipped of it; what was left out becomes a line of its own, still open with him."""
PACKED = """
WITH closed AS (
  INSERT INTO fulfilment_carton (sscc, site_id, order_id, account_id, address_id, carrier, weight_g, packed_at, actor)
  SELECT * FROM unnest(%(sscc)s::text[], %(site)s::bigint[], %(order)s::bigint[], %(account)s::bigint[], %(address)s::bigint[], %(carrier)s::text[],
                       %(weight_g)s::bigint[], %(at)s::timestamptz[], %(by)s::text[])
  RETURNING id, sscc
)
INSERT INTO fulfilment_content (carton_id, allocation_id, line_id, item_id, lot, serial, quantity, task)
SELECT closed.id, p.allocation, p.line, p.item, p.lot, p.serial, p.quantity, p.task
  FROM unnest(%(in_carton)s::text[], %(allocation)s::bigint[], %(line)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(serial)s::text[],
              %(quantity)s::bigint[], %(task)s::bigint[]) AS p(sscc, allocation, line, item, lot, serial, quantity, task) JOIN closed USING (sscc)
"""


def take_cartons(run: Run, cartons: Sequence[SentCarton]) -> None:
    """Count what suppliers shipped as picked and packed, exactly the units they named, in cartons that stand ready to leave."""
    accounts = run.draw(PLACES, len(cartons))
    sites = [c.parts[0].of.site for c in cartons]
    open_fresh(run, {Place("carton", site, c.sscc): account for c, site, account in zip(cartons, sites, accounts, strict=True)})
    _answer(run, cartons)
    rows = [(c, account, p, n, s) for c, account in zip(cartons, accounts, strict=True) for p in c.parts for n, s in ([(1, s) for s in p.serials] or [(p.quantity, "")])]
    run.write(
        PACKED, cartons, site=sites, order=[c.parts[0].of.order for c in cartons], account=accounts, address=[c.parts[0].of.address for c in cartons],
        by=[c.actor for c in cartons], in_carton=[c.sscc for c, *_ in rows], allocation=[p.of.allocation for _, _, p, _, _ in rows],
        line=[p.of.line for _, _, p, _, _ in rows], item=[p.of.item for _, _, p, _, _ in rows], lot=[p.lot for _, _, p, _, _ in rows],
        serial=[s for *_, s in rows], quantity=[n for *_, n, _ in rows], task=[p.of.task for _, _, p, _, _ in rows])
    advance(run, [Advance(p.of.allocation, picked=n, packed=n) for _, _, p, n, _ in rows])
    despatched(run, [
        Despatched(p.of.item, p.of.site, p.of.shelf, account, n, order_number(p.of.order), p.lot, p.expires_on, s, c.at) for c, account, p, n, s in rows
    ], "DespatchAdvised")


def _answer(run: Run, cartons: Sequence[SentCarton]) -> None:
    """Each line once, whatever number of cartons it is in."""
    taken: dict[int, int] = defaultdict(int)
    last: dict[int, tuple[Line, SentCarton]] = {}
    for c in cartons:
        for p in c.parts:
            taken[p.of.task] += p.quantity
            last[p.of.task] = (p.of, c)
    run.write(
        ANSWER, [line for line, _ in last.values()], taken=list(taken.values()), rest=[line.open - taken[task] for task, (line, _) in last.items()],
        at=[c.at for _, c in last.values()], by=[c.actor for _, c in last.values()])


KEEP_ADVICES = """
INSERT INTO fulfilment_despatchadvice (supplier_order_id, supplier, number, body, units, despatched_at, recorded_at, actor)
SELECT a.ord, a.supplier, a.number, a.body, a.units, a.at, %(now)s, a.by
  FROM unnest(%(supplier_order)s::bigint[], %(supplier)s::text[], %(number)s::text[], %(body)s::jsonb[], %(units)s::bigint[], %(at)s::timestamptz[], %(by)s::text[])
    AS a(ord, supplier, number, body, units, at, by)
"""
TAKEN = "SELECT supplier, number, body::text FROM fulfilment_despatchadvice WHERE number = ANY(%(number)s::text[])"


@row
class Advice:
    """A despatch advice as it is kept."""

    supplier_order: int
    supplier: str
    number: str
    body: str
    units: int
    at: datetime
    by: str


def keep_advices(run: Run, advices: Sequence[Advice]) -> None:
    """Keep despatch advices as they came; the number of one counts once for its supplier."""
    run.write(KEEP_ADVICES, advices)


def advices_taken(run: Run, numbers: Collection[str]) -> dict[tuple[str, str], str]:
    """The despatch advices with these numbers that were taken already: their content by supplier and number."""
    return {(supplier, number): body for supplier, number, body in run.rows(as_tuple, TAKEN, number=sorted(set(numbers)))}
