"""Undo pick: a pick that was booked is taken back before its units leave the tote. They lie in their bin again, and the task is open anew.

The same order is owed the same units: reservation and claim come back with them, and the new task has the old one's turn on its tour.
What was short stays so: it was looked for elsewhere already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.inventory.ledger import Account, Claim, Movement, Reserve, claim, lock_totes, post, reserve
from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Instant, Text, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row
from hanse.orders.counters import Advance, advance

from .cartons import let_go
from .events import PickUndone
from .tasks import LOCK_SHELVES, LOCK_STOCK, ORDERS_OF_TASKS, TASKS


@ask
class UndoPick:
    """Take back what was booked for a task."""

    task: Id
    reason: Text = ""
    at: Instant | None = None


@row
class Answered:
    """A task with what came of it: `over` is whether units beyond the order were taken along, `kept` what is packed or put back already."""

    id: int
    order: int
    line: int
    position: int
    allocation: int
    item: int
    sku: str
    site: int
    site_code: str
    bin: int
    bin_code: str
    tote: int
    lot: str
    taken: int | None
    kept: int
    over: bool
    lot_status: str
    supplier: str
    tour: int | None
    stop: int | None
    wave: int | None
    serials: list[str]


def decide(asks: Sequence[UndoPick], tasks: Mapping[int, Answered], numbers: Sequence[int]) -> list[PickUndone | Refused]:
    """Undo each pick once, all of it or nothing; `numbers` are those of the new tasks."""
    answers: list[PickUndone | Refused] = []
    undone: set[int] = set()
    for ask, number in zip(asks, numbers, strict=True):
        task = tasks.get(ask.task)
        if task is None or task.supplier:
            answers.append(refuse("task-unknown", task=ask.task))
        elif why := "it was undone already" if task.id in undone else _final(task):
            answers.append(refuse("pick-final", why=why))
        else:
            undone.add(task.id)
            answers.append(PickUndone(
                order_number(task.order), task.id, number, task.allocation, task.position, task.sku, task.site_code, task.bin_code, task.lot, task.taken or 0, tuple(task.serials), ask.reason, ask.at))
    return answers


def _final(task: Answered) -> str:
    """Why a pick cannot be undone; nothing where it can."""
    if task.taken is None:
        return "nothing was booked for it yet"
    if not task.taken:
        return "nothing was taken"
    if task.kept:
        return "units of it have left the tote"
    if task.over:
        return "units beyond the order were taken along"
    return f"lot {task.lot} was stopped meanwhile" if task.lot_status != "released" else ""


ANSWERED = """
SELECT t.id, t.order_id, t.line_id, l.position, t.allocation_id, t.item_id, i.sku, t.site_id, s.code, t.bin_id, b.code, t.tote_id, t.lot, t.taken, t.packed + t.put_back,
       l.over_of_id IS NOT NULL OR EXISTS (SELECT FROM orders_line v WHERE v.over_of_id = t.line_id AND v.picked > v.put_back), coalesce(h.status, 'released'), s.supplier,
       t.tour_id, t.stop, t.wave_id, ARRAY(SELECT p.code FROM fulfilment_pickedserial p WHERE p.task_id = t.id ORDER BY p.id)
  FROM fulfilment_task t JOIN orders_line l ON l.id = t.line_id JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id
  JOIN inventory_account b ON b.id = t.bin_id LEFT JOIN inventory_lot h ON t.lot <> '' AND h.item_id = t.item_id AND h.code = t.lot
 WHERE t.id = ANY(%(task)s::bigint[]) ORDER BY t.id
"""
PUT_BACK = "UPDATE fulfilment_task t SET put_back = t.put_back + u.quantity FROM unnest(%(task)s::bigint[], %(quantity)s::bigint[]) AS u(id, quantity) WHERE t.id = u.id"
RAISE_ANEW = """
INSERT INTO fulfilment_task (id, site_id, order_id, line_id, allocation_id, item_id, bin_id, tote_id, lot, to_pick, released_at, wave_id, tour_id, stop)
SELECT n.id, t.site_id, t.order_id, t.line_id, t.allocation_id, t.item_id, t.bin_id, t.tote_id, t.lot, t.taken, t.released_at, t.wave_id, t.tour_id, t.stop
  FROM unnest(%(new_task)s::bigint[], %(task)s::bigint[]) AS n(id, task) JOIN fulfilment_task t ON t.id = n.task
"""


@operation
@draws(lambda asks: {TASKS: len(asks)})
def undo_pick(run: Run, asks: Sequence[UndoPick]) -> list[PickUndone | Refused]:
    """Take picks back: units lie in their bins again, claimed and reserved as before, and wait for their picker."""
    run.lock(ORDERS_OF_TASKS, asks)
    tasks = {t.id: t for t in run.rows(Answered, ANSWERED, asks)}
    answers = decide(asks, tasks, run.draw(TASKS, len(asks)))
    told = [a for a in answers if isinstance(a, PickUndone)]
    if told:
        _write(run, told, [tasks[a.task] for a in told])
    return answers


@dataclass(frozen=True, slots=True)
class _Units:
    """Units that move as one: all of a task, or one with its serial."""

    quantity: int
    serial: str = ""


def _write(run: Run, told: Sequence[PickUndone], tasks: Sequence[Answered]) -> None:
    """Tasks, counters and stock move together; stock is locked before balances."""
    run.lock(LOCK_STOCK, item=[t.item for t in tasks], site=[t.site for t in tasks])
    run.lock(LOCK_SHELVES, bin=[t.bin for t in tasks], item=[t.item for t in tasks], lot=[t.lot for t in tasks])
    lock_totes(run, [t.tote for t in tasks])
    run.write(RAISE_ANEW, told)
    run.write(PUT_BACK, told)
    advance(run, [Advance(a.allocation, put_back=a.quantity) for a in told])
    post(run, [
        Movement(t.item, Account(t.tote, "tote", t.site), Account(t.bin, "bin", t.site), units.quantity, "PickUndone", a.order, a.reason, t.lot, units.serial, at=a.at)
        for a, t in zip(told, tasks, strict=True) for units in ([_Units(1, s) for s in a.serials] or [_Units(a.quantity)])
    ])  # fmt: skip
    claim(run, [Claim(t.bin, t.item, t.lot, a.quantity) for a, t in zip(told, tasks, strict=True)])
    reserve(run, [Reserve(t.item, t.site, a.quantity) for a, t in zip(told, tasks, strict=True)])
    let_go(run, [(t.item, s) for a, t in zip(told, tasks, strict=True) for s in a.serials])
