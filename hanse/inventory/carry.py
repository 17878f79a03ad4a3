"""Carry: answer a task with what was carried from reserve to the pick face.

A task is answered once. A wrong scan books nothing. Fewer than asked needs a reason; the rest is free in reserve again,
or, where it was not there, the bin is in doubt until it is counted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Count, Id, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row

from .events import FaceReplenished
from .holdings import Spot, holdings
from .in_doubt import FoundShort, put_in_doubt
from .ledger import Account, Claim, Movement, claim, post
from .named import Unit, units
from .receive import Serials
from .scanned import names, names_sku


@ask
class Carry:
    """So many units were carried for a task. What was scanned is checked; `not_there`: the rest was not in the bin."""

    task: Id
    carried: Count
    reason: Short = ""
    not_there: bool = False
    scanned_from: Short = ""
    scanned_item: Short = ""
    scanned_to: Short = ""
    serials: Serials = ()
    at: datetime | None = None


@row
class Task:
    """A task to carry units from a bin to a pick face."""

    id: int
    site: int
    site_code: str
    zone: str
    item: int
    sku: str
    gtin: str
    tracking: str
    lot: str
    source: int
    source_code: str
    target: int
    target_code: str
    quantity: int
    closed: bool
    orders: list[str]


def decide(asks: Sequence[Carry], tasks: Mapping[int, Task], lies: Mapping[tuple[int, str], Unit]) -> list[FaceReplenished | Refused]:
    """Answer each in turn; the first answer to a task stands."""
    answers: list[FaceReplenished | Refused] = []
    done: set[int] = set()
    for ask in asks:
        task = tasks.get(ask.task)
        if task is None:
            answers.append(refuse("move-task-unknown", at="task", task=ask.task))
        elif task.closed or task.id in done:
            answers.append(refuse("task-closed", task=task.id))
        elif wrong := [*_wrong_scans(ask, task), *_wrong_quantity(ask, task), *_wrong_serials(ask, task, lies)]:
            answers.append(refuse_all(wrong))
        else:
            done.add(task.id)
            answers.append(FaceReplenished(
                task.sku, task.item, task.site_code, task.site, task.id, task.source_code, task.target_code, ask.carried, task.quantity,
                task.lot, ask.reason, tuple(ask.serials), tuple(task.orders), ask.at, task.zone))
    return answers


def _wrong_scans(ask: Carry, task: Task) -> list[Refused]:
    """Everything that was scanned and is not what the task wants."""
    wrong = [refuse("wrong-scan", at=field, got=got, want=want)
             for field, got, want in (("scanned_from", ask.scanned_from, task.source_code), ("scanned_to", ask.scanned_to, task.target_code))
             if got and not names(got, want)]
    if ask.scanned_item and not names_sku(ask.scanned_item, task.sku, task.gtin, task.lot):
        wrong.append(refuse("wrong-scan", at="scanned_item", got=ask.scanned_item, want=task.sku))
    return wrong


def _wrong_quantity(ask: Carry, task: Task) -> list[Refused]:
    """More than the task asks for, or less without a reason."""
    if ask.carried > task.quantity:
        return [refuse("taken-out-of-range", at="carried", to_pick=task.quantity, taken=ask.carried)]
    if ask.carried < task.quantity and not ask.reason.strip():
        return [refuse("reason-missing", at="reason")]
    return []


def _wrong_serials(ask: Carry, task: Task, lies: Mapping[tuple[int, str], Unit]) -> list[Refused]:
    """An item tracked by serial names each unit carried, and each lies in the bin."""
    if task.tracking != "serial":
        return [refuse("not-tracked", at="serials", sku=task.sku, what="serials")] if ask.serials else []
    if len(set(ask.serials)) != ask.carried or len(ask.serials) != ask.carried:
        return [refuse("serials-missing", at="serials", sku=task.sku, wanted=ask.carried, got=len(set(ask.serials)))]
    return [refuse("serial-elsewhere", at="serials", serial=s, sku=task.sku, place=task.source_code)
            for s in ask.serials if (unit := lies.get((task.item, s))) is None or unit.account != task.source]


TASKS = """
SELECT t.id, t.site_id, s.code, s.zone, t.item_id, i.sku, coalesce(i.gtin, ''), i.tracking, t.lot, t.source_id, a.code, t.target_id, b.code,
       t.quantity, t.closed_at IS NOT NULL, t.orders
  FROM inventory_movetask t JOIN network_site s ON s.id = t.site_id JOIN catalogue_item i ON i.id = t.item_id
  JOIN inventory_account a ON a.id = t.source_id JOIN inventory_account b ON b.id = t.target_id
 WHERE t.id = ANY(%(task)s::bigint[]) ORDER BY t.id
"""
CLOSE = """
UPDATE inventory_movetask t SET moved = c.moved, reason = c.reason, closed_at = coalesce(c.at, %(now)s::timestamptz), actor = c.actor
  FROM unnest(%(task)s::bigint[], %(quantity)s::bigint[], %(reason)s::text[], %(at)s::timestamptz[], %(by)s::text[]) AS c(id, moved, reason, at, actor)
 WHERE t.id = c.id
"""


@operation
def carry(run: Run, asks: Sequence[Carry]) -> list[FaceReplenished | Refused]:
    """Answer tasks: the task and the stock in both bins move together."""
    tasks, lies = _known(run, asks)
    answers = decide(asks, tasks, lies)
    done = [(ask, a, tasks[a.task], who) for ask, a, (who, _) in zip(asks, answers, run.owners, strict=True) if isinstance(a, FaceReplenished)]
    run.write(CLOSE, [a for _, a, _, _ in done], by=[who for *_, who in done])
    post(run, [m for _, a, t, _ in done for m in _movements(a, t)])
    claim(run, [Claim(t.source, t.item, t.lot, a.quantity - t.quantity) for _, a, t, _ in done])
    put_in_doubt(run, [FoundShort(t.source, t.item, t.lot, f"task {t.id}", who, a.at) for ask, a, t, who in done if ask.not_there])
    return answers


def _known(run: Run, asks: Sequence[Carry]) -> tuple[Mapping[int, Task], Mapping[tuple[int, str], Unit]]:
    """The tasks as they stand once serials, stock and balances of their bins are locked, in the order in which everybody locks them."""
    seen = {t.id: t for t in run.rows(Task, TASKS, asks)}
    lies = units(run, sorted({(seen[a.task].item, s) for a in asks if a.task in seen for s in a.serials}))
    holdings(run, [Spot(t.item, t.site, bin, t.lot) for t in seen.values() for bin in (t.source, t.target)])
    locked: list[Any] = run.rows(Task, TASKS + " FOR UPDATE OF t", asks) if seen else []
    return {t.id: t for t in locked}, lies


def _movements(it: FaceReplenished, task: Task) -> list[Movement]:
    """From reserve to the face, unit by unit for serials; the claim is used up."""
    each = [(1, s) for s in it.serials] or ([(it.quantity, "")] if it.quantity else [])
    source, target = Account(task.source, "bin", task.site), Account(task.target, "bin", task.site)
    return [Movement(task.item, source, target, n, "FaceReplenished", f"task {task.id}", it.reason, it.lot, serial, claimed=n, at=it.at)
            for n, serial in each]
