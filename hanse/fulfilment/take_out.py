"""Take out: units that were picked leave the tote or the carton for quarantine, or turn out to be missing.

This is what becomes of picked units of a lot that was held or recalled, and of whatever is found damaged or wrong at the packing
station. A carton is opened for it: the rest of its content lies in the tote again. The demand is open again, and other units are
found for it in the same call.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MaxLen

from hanse.inventory.ledger import Account, Place, places
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.numbers import order_id, order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple
from hanse.orders.counters import lock_orders

from .events import UnitsTakenOut
from .opening import Inside, Out, inside, open_cartons, take_from_totes


@ask
class TakeOut:
    """Take units of an item (and lot) of an order out of its totes, or out of the carton named. Without a quantity all there are."""

    order: Code
    sku: Code
    lot: Short = ""
    carton: Code | None = None
    quantity: Quantity | None = None
    serials: Annotated[tuple[Code, ...], MaxLen(5000)] = ()
    to: Literal["quarantine", "missing"] = "quarantine"
    reason: Short = ""


@dataclass(slots=True)
class Lying:
    """Units of a task that lie in a tote or a carton; those known by their serial one by one."""

    task: int
    order: int
    allocation: int
    line: int
    item: int
    sku: str
    tracking: str
    site: int
    site_code: str
    tote: int
    lot: str
    quantity: int
    serial: str = ""
    carton: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A carton that was named: whose it is, and whether it is here and closed."""

    id: int
    order: int
    gone: bool
    opened: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The orders there are, what lies in their totes and in the cartons named, and those cartons by SSCC."""

    orders: Mapping[int, Sequence[Lying]]
    cartons: Mapping[str, Box]


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted ask with the units it takes."""

    told: UnitsTakenOut
    parts: Sequence[tuple[Lying, int]]


def decide(asks: Sequence[TakeOut], known: Known) -> list[Taken | Refused]:
    """Take out what is there; later asks see what earlier ones took."""
    answers: list[Taken | Refused] = []
    left = {id(x): x.quantity for found in known.orders.values() for x in found}
    for ask in asks:
        if findings := _findings(ask, known):
            answers.append(refuse_all(findings))
            continue
        here = [x for x in known.orders[order_id(ask.order)] if (x.sku, x.lot, x.carton) == (ask.sku, ask.lot, ask.carton or "") and left[id(x)]]
        if ask.serials:
            here = [x for x in here if x.serial in ask.serials]
        there, wanted = sum(left[id(x)] for x in here), len(ask.serials) or ask.quantity
        if not here or (wanted or 0) > there:
            answers.append(refuse("not-in-tote", at="quantity", order=ask.order, sku=ask.sku, there=there, wanted=wanted or "some", place=f"carton {ask.carton}" if ask.carton else "its totes"))
            continue
        if here[0].tracking == "serial" and wanted and wanted < there and not ask.serials:
            answers.append(refuse("serials-missing", at="serials", sku=ask.sku, wanted=wanted, got=0))
            continue
        need, parts = wanted or there, []
        for x in here:
            if n := min(need, left[id(x)]):
                left[id(x)], need = left[id(x)] - n, need - n
                parts.append((x, n))
        serials = tuple(x.serial for x, _ in parts if x.serial)
        answers.append(Taken(UnitsTakenOut(ask.order, ask.sku, ask.lot, here[0].site_code, wanted or there, ask.to, ask.reason, ask.carton or "", serials), parts))
    return answers


def _findings(ask: TakeOut, known: Known) -> list[Refused]:
    if order_id(ask.order) not in known.orders:
        return [refuse("order-unknown", at="order", order=ask.order)]
    found = [] if ask.reason.strip() else [refuse("reason-missing", at="reason")]
    if ask.carton is None:
        return found
    box = known.cartons.get(ask.carton)
    if box is None or box.order != order_id(ask.order):
        found.append(refuse("carton-unknown", at="carton", carton=ask.carton))
    elif box.gone:
        found.append(refuse("handed-over", at="carton", carton=ask.carton, carrier="its carrier"))
    elif box.opened:
        found.append(refuse("carton-opened", at="carton", carton=ask.carton))
    return found


ORDERS = "SELECT id FROM orders_order WHERE id = ANY(%(order)s::bigint[])"
CARTONS = "SELECT c.sscc, c.id, c.order_id, c.handed_over_at IS NOT NULL, c.opened_at IS NOT NULL FROM fulfilment_carton c WHERE c.sscc = ANY(%(sscc)s::text[])"
IN_TOTES = """
SELECT t.id, t.order_id, t.allocation_id, t.line_id, t.item_id, i.sku, i.tracking, t.site_id, s.code, t.tote_id, t.lot,
       CASE WHEN u.code IS NULL THEN t.taken - t.put_back - t.packed ELSE 1 END, coalesce(u.code, '')
  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > t.put_back + t.packed
  JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id
  LEFT JOIN (fulfilment_pickedserial p JOIN inventory_serial u ON u.item_id = p.item_id AND u.code = p.code) ON p.task_id = t.id AND u.account_id = t.tote_id
 WHERE a.order_id = ANY(%(order)s::bigint[]) ORDER BY t.id, u.code
"""
TASKS = """
SELECT t.id, t.order_id, t.allocation_id, t.line_id, t.item_id, i.sku, i.tracking, t.site_id, s.code, t.tote_id, t.lot, t.taken
  FROM fulfilment_task t JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id WHERE t.id = ANY(%(task)s::bigint[])
"""


@operation
def take_out(run: Run, asks: Sequence[TakeOut]) -> list[UnitsTakenOut | Refused]:
    """Picked units leave totes and cartons; others are found for the order."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    known, contents = _facts(run, asks, ids)
    decided = decide(asks, known)
    taken = [d for d in decided if isinstance(d, Taken)]
    opened = {d.told.carton for d in taken if d.told.carton}
    open_cartons(run, [k for k in contents if k.sscc in opened], "CartonOpened")
    to = places(run, [Place(d.told.to, x.site) for d in taken for x, _ in d.parts])
    take_from_totes(run, [
        Out(x.task, x.order, x.allocation, x.line, x.item, x.site, x.tote, x.lot, n, Account(to[Place(d.told.to, x.site)], d.told.to, x.site), d.told.reason, x.serial)
        for d in taken for x, n in d.parts], "UnitsTakenOut")
    return [d if isinstance(d, Refused) else d.told for d in decided]


def _facts(run: Run, asks: Sequence[TakeOut], ids: Sequence[int]) -> tuple[Known, list[Inside]]:
    orders: dict[int, list[Lying]] = {id: [] for (id,) in run.rows(as_tuple, ORDERS, order=ids)}
    for x in run.rows(Lying, IN_TOTES, order=ids):
        orders[x.order].append(x)
    named = sorted({a.carton for a in asks if a.carton})
    cartons = {sscc: Box(*rest) for sscc, *rest in run.rows(as_tuple, CARTONS, sscc=named)} if named else {}
    contents = inside(run, [b.id for b in cartons.values() if b.order in orders and not (b.gone or b.opened)])
    tasks = {x.task: x for x in run.rows(Lying, TASKS, task=sorted({k.task for k in contents}))} if contents else {}
    packed: dict[int, list[Lying]] = defaultdict(list)
    for k in contents:
        t = tasks[k.task]
        packed[k.order].append(Lying(t.task, t.order, t.allocation, t.line, t.item, t.sku, t.tracking, t.site, t.site_code, t.tote, t.lot, k.quantity, k.serial, k.sscc))
    return Known({order: [*loose, *packed[order]] for order, loose in orders.items()}, cartons), contents
