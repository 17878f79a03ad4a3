"""Sort units: what was picked for several orders together goes from the cart's tote into the tote of each order.

A batch is picked by total quantities; at the put wall each scan of an item names the order it belongs to. The units of a task
are sorted as they were picked, all at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hanse.inventory.ledger import Account, Movement, Place, lock_totes, places, post
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import UnitsSorted
from .tasks import ORDERS_OF_TASKS


@ask
class SortUnits:
    """Put what a task took into the tote of its order."""

    task: Id
    at: datetime | None = None


@row
class InCart:
    """What a task took and where it lies; `packed` of it have left the tote already."""

    task: int
    order: int
    item: int
    sku: str
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
        else:
            done.add(task.task)
            number = order_number(task.order)
            answers.append(UnitsSorted(number, task.task, task.sku, task.lot, task.units, task.tote_code, number, ask.at))
    return answers


TASKS = """
SELECT t.id, t.order_id, t.item_id, i.sku, t.site_id, t.lot, t.tote_id, c.code, coalesce(t.taken, 0) - t.put_back - t.packed,
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
    return answers


def _movements(told: UnitsSorted, task: InCart, tote: int) -> list[Movement]:
    """From the cart's tote to the order's; the serials that the task took one by one."""
    parts = [(1, s) for s in task.serials] or [(told.quantity, "")]
    cart, own = Account(task.tote, "tote", task.site), Account(tote, "tote", task.site)
    return [Movement(task.item, cart, own, n, "UnitsSorted", told.order, "", task.lot, serial, 0, 0, told.at) for n, serial in parts]
