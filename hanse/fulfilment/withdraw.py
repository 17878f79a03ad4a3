"""Withdraw: take units that are no longer wanted out of open pick tasks.

Cancelling frees units even when they are on the floor; this shrinks or closes their tasks, the youngest first,
and gives their bins back. What a picker took meanwhile stays taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hanse.inventory.ledger import Claim, claim
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_id, order_ids
from hanse.kernel.refused import Refused, refuse
from hanse.orders.counters import Advance, advance, lock_orders

from .events import TasksWithdrawn, WithdrawnTask


@ask
class Withdraw:
    """Take out of an order's pick tasks what is no longer wanted."""

    order: Code


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open pick task; `surplus` is what all open tasks of its allocation ask for beyond what is wanted."""

    task: int
    order: int
    allocation: int
    item: int
    sku: str
    bin: int
    bin_code: str
    lot: str
    left: int
    surplus: int


@dataclass(frozen=True, slots=True)
class Cut:
    """So many units out of a task."""

    task: OpenTask
    units: int


def decide(asks: Sequence[Withdraw], tasks: Sequence[OpenTask]) -> list[list[Cut] | Refused]:
    """What to take out of which tasks: the youngest task of an allocation gives first."""
    answers: list[list[Cut] | Refused] = []
    cuts = _cuts(tasks)
    for ask in asks:
        mine = cuts.pop(order_id(ask.order), [])
        answers.append(mine or refuse("nothing-to-withdraw", order=ask.order))
    return answers


def _cuts(tasks: Sequence[OpenTask]) -> dict[int, list[Cut]]:
    surplus = {t.allocation: t.surplus for t in tasks}
    cuts: dict[int, list[Cut]] = {}
    for task in sorted(tasks, key=lambda t: -t.task):
        units = min(task.left, surplus[task.allocation])
        if units > 0:
            surplus[task.allocation] -= units
            cuts.setdefault(task.order, []).append(Cut(task, units))
    return cuts


TASKS = """
SELECT t.id, t.order_id, t.allocation_id, t.item_id, i.sku, t.bin_id, b.code, t.lot, t.to_pick - t.withdrawn,
       (a.released - a.recalled) - (a.reserved - a.freed)
  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.closed_at IS NULL
  JOIN catalogue_item i ON i.id = t.item_id JOIN inventory_account b ON b.id = t.bin_id
 WHERE a.order_id = ANY(%(order)s::bigint[]) AND a.released - a.recalled > a.reserved - a.freed
 ORDER BY t.id
"""
SHRINK = """
UPDATE fulfilment_task t SET withdrawn = t.withdrawn + c.units,
       closed_at = CASE WHEN t.to_pick = t.withdrawn + c.units THEN %(now)s::timestamptz END
  FROM unnest(%(task)s::bigint[], %(units)s::bigint[]) AS c(id, units) WHERE t.id = c.id
"""
LOCK_SHELVES = """
SELECT 1 FROM inventory_balance b
 WHERE (b.account_id, b.item_id, b.lot) IN (SELECT * FROM unnest(%(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[]))
 ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE
"""


@operation
def withdraw(run: Run, asks: Sequence[Withdraw]) -> list[TasksWithdrawn | Refused]:
    """Shrink or close pick tasks whose units were cancelled or freed; their bins are free again."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    decided = decide(asks, run.rows(OpenTask, TASKS, order=ids))
    cuts = [c for answer in decided if not isinstance(answer, Refused) for c in answer]
    run.lock(LOCK_SHELVES, [c.task for c in cuts])
    run.write(SHRINK, cuts, task=[c.task.task for c in cuts])
    advance(run, [Advance(c.task.allocation, recalled=c.units) for c in cuts])
    claim(run, [Claim(c.task.bin, c.task.item, c.task.lot, -c.units) for c in cuts])
    return [answer if isinstance(answer, Refused) else _told(ask, answer) for ask, answer in zip(asks, decided, strict=True)]


def _told(ask: Withdraw, cuts: Sequence[Cut]) -> TasksWithdrawn:
    return TasksWithdrawn(ask.order, tuple(WithdrawnTask(c.task.task, c.task.sku, c.task.bin_code, c.units, c.task.left - c.units) for c in cuts))
