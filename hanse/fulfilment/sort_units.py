"""Sort units: what was picked for several orders together goes from the cart's tote into the tote of each order.

A batch is picked by total quantities; at the put wall each scan of an item names the order it belongs to. The units of a task
are sorted as they were picked, all at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hanse.inventory.ledger import Account, Movement, Place, lock_totes, places, post
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import UnitsSorted
from .scanned import ScanRow, Wanted, keep_scans, names_item
from .tasks import ORDERS_OF_TASKS


@ask
class SortUnits:
    """Put what a task took into the tote of its order; what was scanned for it is checked and kept."""

    task: Id
    scanned: Short = ""
    at: datetime | None = None


@row
class InCart:
    """What a task took and where it lies; `packed` of it have left the tote already."""

    task: int
    order: int
    item: int
    sku: str
    gtin: str
    site: int
    lot: str
    tote: int
    tote_code: str
    units: int
    serials: Sequence[str]


def decide(asks: Sequence[SortUnits], tasks: Mapping[int, InCart]) -> list[UnitsSorted | Refused]:
    """Sort each task once; what lies in its order's tote already needs no sorting."""
    answers: list[UnitsSorted | Refused] = []
    done: set[int] = set()
    for ask in asks:
        task = tasks.get(ask.task)
        if task is None:
            answers.append(refuse("task-unknown", at="task", task=ask.task))
        elif not task.units or task.tote_code == order_number(task.order) or task.task in done:
            answers.append(refuse("not-to-sort", task=ask.task))
        elif ask.scanned and not names_item(ask.scanned, Wanted(task.sku, task.gtin, task.lot, "")):
            answers.append(refuse("wrong-scan", at="scanned", got=ask.scanned, want=task.sku))
        else:
            done.add(task.task)
            number = order_number(task.order)
            answers.append(UnitsSorted(number, task.task, task.sku, task.lot, task.units, task.tote_code, number, ask.at))
    return answers


TASKS = """
SELECT t.id, t.order_id, t.item_id, i.sku, coalesce(i.gtin, ''), t.site_id, t.lot, t.tote_id, c.code, coalesce(t.taken, 0) - t.put_back - t.packed,
       ARRAY(SELECT p.code FROM fulfilment_pickedserial p JOIN inventory_serial u ON u.item_id = p.item_id AND u.code = p.code AND u.account_id = t.tote_id
              WHERE p.task_id = t.id ORDER BY p.id)
  FROM fulfilment_task t JOIN catalogue_item i ON i.id = t.item_id JOIN inventory_account c ON c.id = t.tote_id WHERE t.id = ANY(%(task)s::bigint[])
"""
PUT = "UPDATE fulfilment_task t SET tote_id = s.tote FROM unnest(%(task)s::bigint[], %(to)s::bigint[]) AS s(task, tote) WHERE t.id = s.task"


@operation
def sort_units(run: Run, asks: Sequence[SortUnits]) -> list[UnitsSorted | Refused]:
    """Move what tasks took into the totes of their orders."""
    run.lock(ORDERS_OF_TASKS, asks)
    tasks = {t.task: t for t in run.rows(InCart, TASKS, asks)}
    answers = decide(asks, tasks)
    told = [a for a in answers if isinstance(a, UnitsSorted)]
    totes = {t: Place("tote", tasks[t].site, order_number(tasks[t].order)) for t in (a.task for a in told)}
    at = places(run, totes.values()) if totes else {}
    run.write(PUT, told, to=[at[totes[a.task]] for a in told])
    lock_totes(run, [tasks[a.task].tote for a in told])
    post(run, [m for a in told for m in _movements(a, tasks[a.task], at[totes[a.task]])])
    keep_scans(run, _scans(run, asks, answers, tasks))
    return answers


def _scans(run: Run, asks: Sequence[SortUnits], answers: Sequence[UnitsSorted | Refused], tasks: Mapping[int, InCart]) -> list[ScanRow]:
    """The scans of what was put, by who put it."""
    put = [(ask, tasks[a.task], owner[0]) for ask, a, owner in zip(asks, answers, run.owners, strict=True) if isinstance(a, UnitsSorted) and ask.scanned]
    return [ScanRow(t.site, t.task, t.sku, ask.scanned, True, actor, ask.at or run.now, step="sort") for ask, t, actor in put]


def _movements(told: UnitsSorted, task: InCart, tote: int) -> list[Movement]:
    """From the cart's tote to the order's; the serials that the task took one by one."""
    parts = [(1, s) for s in task.serials] or [(told.quantity, "")]
    cart, own = Account(task.tote, "tote", task.site), Account(tote, "tote", task.site)
    return [Movement(task.item, cart, own, n, "UnitsSorted", told.order, "", task.lot, serial, 0, 0, told.at) for n, serial in parts]
