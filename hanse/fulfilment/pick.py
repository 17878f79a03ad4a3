"""Pick: record what pickers took from the bins.

A task is answered once. A wrong scan books nothing. Taking less than asked is a short pick and needs a reason;
what wasn't there moves to 'missing', what is left of it in the bin is in doubt until somebody counts it, and the units
find another site or bin, or wait, in the same call. What was cancelled meanwhile is no longer wanted: the task says
how many still are. Where the customer's terms allow it, a few more than asked for may be taken, if nobody else is promised them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from annotated_types import MaxLen

from hanse.inventory.in_doubt import FoundShort, put_in_doubt
from hanse.inventory.ledger import Account, Claim, Movement, Place, claim, places, post
from hanse.journal.operation import begins, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Count, Id, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row
from hanse.orders.counters import Advance, advance
from hanse.orders.reserving import reserve_again

from .events import UnitsPicked
from .over_picking import OverTask, Room, room, send_over
from .scanned import ScanRow, Wanted, keep_scans, names, names_item
from .tasks import ORDERS_OF_TASKS, open_units, raise_ready


@ask
class Pick:
    """So many units were taken for a task, more than asked for only within the customer's tolerance. What was scanned is checked; `tote` names another than the order's own."""

    task: Id
    taken: Count
    reason: Short = ""
    scanned_item: Short = ""
    scanned_bin: Short = ""
    scanned_lot: Short = ""
    scanned_tote: Short = ""
    serials: Annotated[tuple[Code, ...], MaxLen(5000)] = ()
    tote: Short = ""
    at: datetime | None = None


@row
class Task:
    """An open pick task: `to_pick` are asked for, `wanted` are all units its allocation still wants picked."""

    id: int
    order: int
    line: int
    position: int
    allocation: int
    item: int
    sku: str
    gtin: str
    tracking: str
    site: int
    site_code: str
    bin: int
    bin_code: str
    tote: int
    tote_code: str
    lot: str
    to_pick: int
    closed: bool
    wanted: int
    lot_status: str = "released"
    supplier: str = ""


Serials = Mapping[tuple[int, str], int]
"""Where serials are: the account by item and serial."""


def decide(asks: Sequence[Pick], tasks: Mapping[int, Task], serials: Serials, more: Room) -> list[UnitsPicked | Refused]:
    """Answer each pick in turn; the first answer to a task stands."""
    answers: list[UnitsPicked | Refused] = []
    wanted = {t.allocation: t.wanted for t in tasks.values()}
    done: set[int] = set()
    lying = dict(serials)
    for ask in asks:
        task = tasks.get(ask.task)
        if task is None:
            answers.append(refuse("task-unknown", at="task", task=ask.task))
            continue
        if task.supplier:
            answers.append(refuse("supplier-ships", at="task", supplier=task.supplier))
            continue
        if task.lot_status != "released":
            answers.append(refuse("lot-held", at="task", lot=task.lot, sku=task.sku, status=task.lot_status))
            continue
        if task.closed or task.id in done:
            answers.append(refuse("task-closed", task=task.id))
            continue
        left = max(0, min(task.to_pick, wanted[task.allocation]))
        if findings := _wrong_scans(ask, task) or _wrong_quantity(ask, task, left, more) or _wrong_serials(ask, task, lying):
            answers.append(refuse_all(findings))
            continue
        done.add(task.id)
        lying |= {(task.item, s): task.tote for s in ask.serials}
        wanted[task.allocation] -= left
        over = max(ask.taken - task.to_pick, 0)
        if over:
            more.give(task, over)
        answers.append(UnitsPicked(
            order_number(task.order), task.id, task.allocation, task.line, task.position, task.sku, task.site_code, task.bin_code,
            ask.tote or task.tote_code, task.lot, ask.taken, left - ask.taken + over, task.to_pick - left, ask.reason, tuple(ask.serials), ask.at, over))
    return answers


def _wrong_scans(ask: Pick, task: Task) -> list[Refused]:
    """Everything that was scanned and is not what the task wants."""
    wrong = []
    if ask.scanned_bin and not names(ask.scanned_bin, task.bin_code):
        wrong.append(refuse("wrong-scan", at="scanned_bin", got=ask.scanned_bin, want=task.bin_code))
    if ask.scanned_item and not names_item(ask.scanned_item, Wanted(task.sku, task.gtin, task.lot, task.bin_code)):
        wrong.append(refuse("wrong-scan", at="scanned_item", got=ask.scanned_item, want=task.sku))
    if ask.scanned_lot and ask.scanned_lot != task.lot:
        wrong.append(refuse("wrong-scan", at="scanned_lot", got=ask.scanned_lot, want=task.lot or "no lot"))
    if ask.scanned_tote and not names(ask.scanned_tote, ask.tote or task.tote_code):
        wrong.append(refuse("wrong-scan", at="scanned_tote", got=ask.scanned_tote, want=ask.tote or task.tote_code))
    return wrong


def _wrong_quantity(ask: Pick, task: Task, left: int, more: Room) -> list[Refused]:
    """More than the task asks for and may be over, more than is still wanted, or less without a reason."""
    if not 0 <= ask.taken <= task.to_pick:
        return _wrong_over(ask, task, left, more)
    if ask.taken > left:
        return [refuse("task-withdrawn", at="taken", open=left, to_pick=task.to_pick)]
    if ask.taken < left and not ask.reason.strip():
        return [refuse("reason-missing", at="reason", short=left - ask.taken)]
    return []


def _wrong_over(ask: Pick, task: Task, left: int, more: Room) -> list[Refused]:
    """More than the terms allow, or than lies there for nobody else. What was cancelled of a task is not taken as over."""
    over, allowed = ask.taken - task.to_pick, more.of_terms(task) if 0 < left == task.to_pick < ask.taken else 0
    if not allowed:
        return [refuse("taken-out-of-range", at="taken", to_pick=task.to_pick, taken=ask.taken)]
    if over > allowed:
        return [refuse("over-tolerance", at="taken", to_pick=task.to_pick, over=allowed, taken=ask.taken)]
    if over > more.free(task):
        return [refuse("over-promised", at="taken", over=over, free=more.free(task), sku=task.sku, bin=task.bin_code)]
    return []


def _wrong_serials(ask: Pick, task: Task, serials: Serials) -> list[Refused]:
    """An item tracked by serial names each unit taken, and each lies in the bin."""
    if task.tracking != "serial":
        return [refuse("not-tracked", at="serials", sku=task.sku, what="serials")] if ask.serials else []
    if len(set(ask.serials)) != ask.taken or len(ask.serials) != ask.taken:
        return [refuse("serials-missing", at="serials", sku=task.sku, wanted=ask.taken, got=len(set(ask.serials)))]
    return [
        refuse("serial-elsewhere", at=f"serials/{n}", serial=serial, sku=task.sku, place=task.bin_code)
        for n, serial in enumerate(ask.serials) if serials.get((task.item, serial)) != task.bin
    ]


TASKS = """
SELECT t.id, t.order_id, t.line_id, l.position, t.allocation_id, t.item_id, i.sku, coalesce(i.gtin, ''), i.tracking, t.site_id, s.code,
       t.bin_id, b.code, t.tote_id, c.code, t.lot, t.to_pick - t.withdrawn, t.closed_at IS NOT NULL, a.reserved - a.freed - a.picked + a.put_back,
       coalesce(h.status, 'released'), s.supplier
  FROM fulfilment_task t JOIN orders_allocation a ON a.id = t.allocation_id JOIN orders_line l ON l.id = t.line_id
  JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id
  JOIN inventory_account b ON b.id = t.bin_id JOIN inventory_account c ON c.id = t.tote_id
  LEFT JOIN inventory_lot h ON t.lot <> '' AND h.item_id = t.item_id AND h.code = t.lot
 WHERE t.id = ANY(%(task)s::bigint[])
"""
SERIALS = "SELECT item_id, code, account_id FROM inventory_serial WHERE item_id = ANY(%(item)s::bigint[]) AND code = ANY(%(serial)s::text[])"
CLOSE = """
UPDATE fulfilment_task t SET taken = p.taken, withdrawn = t.withdrawn + p.withdrawn, short_reason = p.reason, tote_id = p.tote,
       closed_at = coalesce(p.at, %(now)s::timestamptz), actor = p.actor
  FROM unnest(%(task)s::bigint[], %(taken)s::bigint[], %(withdrawn)s::bigint[], %(reason)s::text[], %(tote)s::bigint[],
              %(at)s::timestamptz[], %(actor)s::text[]) AS p(id, taken, withdrawn, reason, tote, at, actor)
 WHERE t.id = p.id
"""


@row
class Done:
    """An accepted answer beside its ask and task, with the accounts it touches and who answered."""

    ask: Pick
    told: UnitsPicked
    task: Task
    tote: int
    missing: int
    actor: str


@operation
@begins(ORDERS_OF_TASKS)
def pick(run: Run, asks: Sequence[Pick]) -> list[UnitsPicked | Refused]:
    """Answer pick tasks: task, stock and order line move together."""
    run.lock(ORDERS_OF_TASKS, asks)
    tasks = {t.id: t for t in run.rows(Task, TASKS, asks)}
    answers = decide(asks, tasks, _serials(run, asks, tasks), _room(run, asks, tasks))
    done = _placed(run, asks, answers, tasks)
    told = [d.told for d in done]
    run.write(CLOSE, told, taken=[p.taken - p.over for p in told], tote=[d.tote for d in done], actor=[d.actor for d in done])
    advance(run, [Advance(p.allocation, picked=p.taken - p.over, freed=p.short, recalled=p.short + p.withdrawn) for p in told])
    post(run, [m for d in done for m in _movements(d)])
    claim(run, [Claim(d.task.bin, d.task.item, d.task.lot, -d.told.withdrawn) for d in done])
    keep_scans(run, [s for d in done for s in _scans(run, d)])
    over = send_over(run, [_over(d) for d in done if d.told.over])
    _keep_serials(run, done, over)
    short = [d for d in done if d.told.short]
    put_in_doubt(run, [FoundShort(d.task.bin, d.task.item, d.task.lot, d.told.order, d.actor, d.told.at) for d in short])
    _find_again(run, short)
    return answers


def _room(run: Run, asks: Sequence[Pick], tasks: Mapping[int, Task]) -> Room:
    """What more may be taken; looked at only where somebody took more."""
    more = any(a.taken > t.to_pick and not t.closed for a in asks if (t := tasks.get(a.task)))
    return room(run, tasks.values()) if more else Room()


def _over(d: Done) -> OverTask:
    """What of an answer is over."""
    t = d.task
    return OverTask(t.id, t.order, t.line, t.allocation, t.item, t.site, t.bin, d.tote, t.lot, d.told.over, d.told.at, d.actor)


def _serials(run: Run, asks: Sequence[Pick], tasks: Mapping[int, Task]) -> Serials:
    named = [s for a in asks for s in a.serials]
    if not named:
        return {}
    items = sorted({t.item for t in tasks.values()})
    return dict(run.rows(_serial_at, SERIALS, item=items, serial=named))


def _serial_at(item: int, code: str, account: int) -> tuple[tuple[int, str], int]:
    return (item, code), account


def _placed(run: Run, asks: Sequence[Pick], answers: Sequence[UnitsPicked | Refused], tasks: Mapping[int, Task]) -> list[Done]:
    """The accepted answers with the tote the units go to and the place for what is missing."""
    taken = [(ask, a, tasks[a.task], owner[0]) for ask, a, owner in zip(asks, answers, run.owners, strict=True) if isinstance(a, UnitsPicked)]
    wanted = [Place("tote", t.site, a.tote) for _, a, t, _ in taken if a.tote != t.tote_code]
    wanted += [Place("missing", t.site) for _, a, t, _ in taken if a.short]
    at = places(run, wanted) if wanted else {}
    return [
        Done(ask, a, t, at.get(Place("tote", t.site, a.tote), t.tote), at.get(Place("missing", t.site), 0), actor)
        for ask, a, t, actor in taken
    ]


def _movements(d: Done) -> list[Movement]:
    """From the bin to the tote, unit by unit for serials; what was not there goes missing. Claim and reservation are used up, but not by what is over."""
    p, t = d.told, d.task
    bin, tote = Account(t.bin, "bin", t.site), Account(d.tote, "tote", t.site)
    asked = p.taken - p.over
    parts = [(1, s, int(n < asked)) for n, s in enumerate(p.serials)] if p.serials else [(p.taken, "", asked)] * (p.taken > 0)
    moved = [Movement(t.item, bin, tote, n, "UnitsPicked", p.order, "", t.lot, serial, bound, bound, p.at) for n, serial, bound in parts]
    if p.short:
        moved.append(Movement(t.item, bin, Account(d.missing, "missing", t.site), p.short, "UnitsPicked", p.order, p.reason, t.lot, "", p.short, p.short, p.at))
    return moved


def _scans(run: Run, d: Done) -> list[ScanRow]:
    reads = [(d.ask.scanned_bin, d.task.bin_code), (d.ask.scanned_item, d.task.sku), (d.ask.scanned_lot, d.task.lot), (d.ask.scanned_tote, d.told.tote)]
    return [ScanRow(d.task.site, d.task.id, want, read, True, d.actor, d.told.at or run.now) for read, want in reads if read]


TAKE_SERIALS = """
INSERT INTO fulfilment_pickedserial (item_id, code, task_id) SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[], %(task)s::bigint[])
"""


def _keep_serials(run: Run, done: Sequence[Done], over: Sequence[OverTask]) -> None:
    """Each serial belongs to the task that took it: the database knows of no second one. The last ones are those that are over."""
    of = {d.task.id: task.id for d, task in zip((d for d in done if d.told.over), over, strict=True)}
    taken = [(d.task.item, s, d.task.id if n < d.told.taken - d.told.over else of[d.task.id]) for d in done for n, s in enumerate(d.told.serials)]
    if taken:
        run.write(TAKE_SERIALS, item=[i for i, _, _ in taken], serial=[s for _, s, _ in taken], task=[t for *_, t in taken])


def _find_again(run: Run, short: Sequence[Done]) -> None:
    """Find another site or bin for what was short; what gets stock at the same site becomes new tasks, as far as the
    order's holds and ship rule let it."""
    if not short:
        return
    missing: dict[int, int] = {}
    for d in short:
        missing[d.task.line] = missing.get(d.task.line, 0) + d.told.short
    here = {(d.told.order, d.told.site) for d in short}
    found = reserve_again(run, missing)
    opens = open_units(run, [u.allocation for f in found for u in f.units if (f.order, u.site) in here])
    raise_ready(run, opens)
