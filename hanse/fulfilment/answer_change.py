"""Answer a change: a site says whether it does what it was asked for, and doing it is the answer.

Units are stopped where they are: taken out of tasks, put back from totes into their bins, or taken out of cartons, which
are then packed anew. Cartons are labelled anew for another address or carrier. A no says why, and the fallback that was
named when the site was asked is taken. What the dock keeps here is answered once more: stopped after all, or let go.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import MaxLen

from hanse.inventory.ledger import Account, Claim, Movement, Place, Reserve, claim, lock_totes, places, post, reserve
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Id, Short, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, LineAdvance, advance, advance_lines
from hanse.orders.events import CancelledUnits, GivenBack, UnitsCancelled
from hanse.orders.requests import Answer, Request, falls_back, locked, settle

from .cartons import label, let_go, open_again
from .events import ChangeAccepted, ChangeRefused, PutBackUnits, TasksWithdrawn, WithdrawnTask
from .stopping import Floor, Inside, Lying, Plan, Stop, by_allocation, instead, plan
from .supplier_orders import direct
from .tasks import LOCK_SHELVES, LOCK_STOCK


@ask
class AnswerChange:
    """Do what the request asks, or say why not. Serials name the units that go back where not all of them do."""

    request: Id
    accept: bool
    reason: Short = ""
    serials: Annotated[tuple[Code, ...], MaxLen(5000)] = ()
    at: datetime | None = None


@row
class Labelled:
    """A carton that is here, with the address and carrier its order has now."""

    id: int
    sscc: str
    order: int
    site: int
    address: int
    carrier: str


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: requests, what they ask to stop, the floor and the outdated labels by order and site."""

    requests: Mapping[int, Request]
    stops: Mapping[int, Sequence[Stop]]
    floors: Mapping[tuple[int, int], Floor]
    labels: Mapping[tuple[int, int], Sequence[Labelled]]


@dataclass(frozen=True, slots=True)
class Done:
    """An accepted request with the work that is its answer."""

    request: Request
    told: ChangeAccepted
    plan: Plan
    labels: Sequence[Labelled] = ()


def decide(asks: Sequence[AnswerChange], known: Known) -> list[Done | ChangeRefused | Refused]:
    """Answer each request once; later answers find the floor as earlier ones left it."""
    answers: list[Done | ChangeRefused | Refused] = []
    floors: dict[tuple[int, int], Floor] = dict(known.floors)
    gone: dict[int, int] = defaultdict(int)
    done: set[int] = set()
    for ask in asks:
        it = known.requests.get(ask.request)
        if it is None:
            answers.append(refuse("request-unknown", at="request", request=ask.request))
        elif it.outcome or it.id in done:
            answers.append(refuse("request-closed", request=it.id, state="answered" if it.id in done else it.state.replace("-", " ")))
        elif not ask.accept and not ask.reason.strip():
            answers.append(refuse("reason-missing", at="reason"))
        elif not ask.accept:
            done.add(it.id)
            answers.append(ChangeRefused(it.number, it.id, it.site_code, it.kind, ask.reason, it.fallback if it.state == "requested" else "let-go", ask.at))
        else:
            answer = _accept(ask, it, known, floors, gone)
            answers.append(answer)
            if isinstance(answer, Done):
                done.add(it.id)
                floors[it.order, it.site] = answer.plan.floor
    return answers


def _accept(ask: AnswerChange, it: Request, known: Known, floors: Mapping[tuple[int, int], Floor], gone: dict[int, int]) -> Done | Refused:
    """The work that is asked for, as far as there is still something to do."""
    floor = floors.get((it.order, it.site), Floor())
    labels = known.labels.get((it.order, it.site), ()) if it.kind in ("address", "carrier") else ()
    found = plan(instead(known.stops.get(it.id, ()), gone), floor, ask.serials)
    if isinstance(found, Refused):
        return found
    for stop, units in found.stopped:
        gone[stop.allocation] += units
    told = ChangeAccepted(
        it.number, it.id, it.site_code, it.kind, sum(n for _, n in found.stopped) if it.kind == "stop" else it.units, sum(n for _, n in found.cut),
        tuple(PutBackUnits(t.sku, t.bin_code if t.back_to == "bin" else f"quarantine at {t.bin_code}", t.lot, n, s) for t, n, s in found.put_back), tuple(found.opened.values()), tuple(x.sscc for x in labels), ask.reason, ask.at)
    return Done(it, told, found, labels)


STOPS = """
WITH asked AS (SELECT r.id, r.site_id, u.allocation_id, a.line_id, u.quantity FROM orders_changerequest r
                 JOIN orders_requestedunits u ON u.request_id = r.id JOIN orders_allocation a ON a.id = u.allocation_id WHERE r.id = ANY(%(request)s::bigint[]))
SELECT k.id, a.id, a.line_id, l.position, i.sku, coalesce(w.quantity, 0), greatest(a.released - a.recalled - a.shipped, 0),
       (SELECT coalesce(sum(u.quantity), 0)::bigint FROM orders_requestedunits u JOIN orders_changerequest r ON r.id = u.request_id
         WHERE u.allocation_id = a.id AND r.outcome = '' AND r.id <> k.id)
  FROM (SELECT DISTINCT id, site_id, line_id FROM asked) k JOIN orders_allocation a ON a.line_id = k.line_id AND a.site_id = k.site_id
  JOIN orders_line l ON l.id = a.line_id JOIN catalogue_item i ON i.id = a.item_id LEFT JOIN asked w ON w.id = k.id AND w.allocation_id = a.id
 ORDER BY k.id, l.position, w.id IS NULL, a.id
"""
"""The units that requests name, then the others of their lines at the site: some may stand there for units that were taken out meanwhile."""
TASKS = """
SELECT a.order_id, a.site_id, t.id, a.id, t.item_id, i.sku, i.tracking, t.bin_id, b.code, t.tote_id, t.lot,
       CASE WHEN t.closed_at IS NULL THEN t.to_pick - t.withdrawn ELSE 0 END, coalesce(t.taken, 0) - t.put_back - t.packed, t.packed, coalesce(h.status, 'released')
  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id JOIN catalogue_item i ON i.id = t.item_id
  JOIN inventory_account b ON b.id = t.bin_id LEFT JOIN inventory_lot h ON t.lot <> '' AND h.item_id = t.item_id AND h.code = t.lot
 WHERE (a.order_id, a.site_id) IN (SELECT * FROM unnest(%(order)s::bigint[], %(site)s::bigint[])) ORDER BY t.id
"""
INSIDE = """
SELECT c.order_id, c.site_id, c.id, c.sscc, c.account_id, k.allocation_id, k.item_id, k.lot, k.serial, k.quantity, k.task
  FROM fulfilment_carton c JOIN fulfilment_content k ON k.carton_id = c.id
 WHERE (c.order_id, c.site_id) IN (SELECT * FROM unnest(%(order)s::bigint[], %(site)s::bigint[]))
   AND c.handed_over_at IS NULL AND c.opened_at IS NULL ORDER BY c.id, k.id
"""
SERIALS = """
SELECT t.order_id, t.site_id, t.id, p.code
  FROM fulfilment_pickedserial p JOIN fulfilment_task t ON t.id = p.task_id
  JOIN inventory_serial u ON u.item_id = p.item_id AND u.code = p.code AND u.account_id = t.tote_id
 WHERE t.id = ANY(%(task)s::bigint[]) ORDER BY t.id, p.code
"""
LABELS = """
SELECT c.id, c.sscc, c.order_id, c.site_id, o.ship_to_id, o.carrier FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id
 WHERE (c.order_id, c.site_id) IN (SELECT * FROM unnest(%(order)s::bigint[], %(site)s::bigint[]))
   AND c.handed_over_at IS NULL AND c.opened_at IS NULL AND (c.address_id, c.carrier) IS DISTINCT FROM (o.ship_to_id, o.carrier) ORDER BY c.id
"""
MOVE_TASKS = """
UPDATE fulfilment_task t SET withdrawn = t.withdrawn + m.cut, packed = t.packed - m.unpacked, put_back = t.put_back + m.back,
       closed_at = CASE WHEN t.closed_at IS NULL AND t.to_pick = t.withdrawn + m.cut THEN %(now)s::timestamptz ELSE t.closed_at END
  FROM (SELECT task, sum(cut)::bigint AS cut, sum(unpacked)::bigint AS unpacked, sum(back)::bigint AS back
          FROM unnest(%(task)s::bigint[], %(cut)s::bigint[], %(unpacked)s::bigint[], %(back)s::bigint[]) AS m(task, cut, unpacked, back) GROUP BY task) m
 WHERE t.id = m.task
"""


@operation
def answer_change(run: Run, asks: Sequence[AnswerChange]) -> list[ChangeAccepted | ChangeRefused | Refused]:
    """Answer requests: what was asked for is done, or its fallback taken, in the same transaction."""
    known = _facts(run, {a.request for a in asks})
    decided = decide(asks, known)
    _stop(run, [d for d in decided if isinstance(d, Done)])
    labels = [x for d in decided if isinstance(d, Done) for x in d.labels]
    if labels:
        label(run, [x.id for x in labels], [x.address for x in labels], [x.carrier for x in labels])
    direct(run, [(d.request.order, d.request.site) for d in decided if isinstance(d, Done) and d.request.kind in ("address", "carrier")])
    settle(run, [_answer(d, by) for d, (by, _) in zip(decided, run.owners, strict=True) if not isinstance(d, Refused)])
    for d, owner in zip(decided, run.owners, strict=True):
        if isinstance(d, Done):
            run.tell(_stopped(d), owner)
    return [d.told if isinstance(d, Done) else d for d in decided]


def _facts(run: Run, ids: set[int]) -> Known:
    requests = locked(run, ids)
    places = sorted({(r.order, r.site) for r in requests.values() if not r.outcome})
    at = {"order": [order for order, _ in places], "site": [site for _, site in places]}
    kinds = {r.kind for r in requests.values()}
    stops: dict[int, list[Stop]] = defaultdict(list)
    floors: dict[tuple[int, int], Floor] = defaultdict(Floor)
    labels: dict[tuple[int, int], list[Labelled]] = defaultdict(list)
    if "stop" in kinds and places:
        for stop in run.rows(Stop, STOPS, request=sorted(requests)):
            stops[stop.request].append(stop)
        _read_floors(run, at, floors)
    if kinds & {"address", "carrier"} and places:
        for it in run.rows(Labelled, LABELS, **at):
            labels[it.order, it.site].append(it)
    return Known(requests, stops, floors, labels)


def _read_floors(run: Run, at: Mapping[str, list[int]], floors: dict[tuple[int, int], Floor]) -> None:
    """Tasks, cartons and serials of these orders at these sites."""
    for order, site, *task in run.rows(as_tuple, TASKS, **at):
        floors[order, site].tasks.append(Lying(*task))
    for order, site, *inside in run.rows(as_tuple, INSIDE, **at):
        floors[order, site].inside.append(Inside(*inside))
    by_serial = [t.task for floor in floors.values() for t in floor.tasks if t.tracking == "serial"]
    if by_serial:
        for order, site, task, code in run.rows(as_tuple, SERIALS, task=by_serial):
            floors[order, site].serials.setdefault(task, []).append(code)


def _stop(run: Run, done: Sequence[Done]) -> None:
    """Tasks, cartons, stock and counters move together; stock is locked before balances."""
    plans = [(d, d.plan) for d in done if d.plan.stopped]
    cut = [(d, t, n) for d, p in plans for t, n in p.cut]
    back = [(d, t, n, s) for d, p in plans for t, n, s in p.put_back]
    unpacked = [(d, t, i, n) for d, p in plans for t, i, n in p.unpacked]
    if not (cut or back):
        return
    touched = [(d, t) for d, t, _ in cut] + [(d, t) for d, t, _, _ in back]
    run.lock(LOCK_STOCK, item=[t.item for _, t in touched], site=[d.request.site for d, _ in touched])
    run.lock(LOCK_SHELVES, bin=[t.bin for _, t in touched], item=[t.item for _, t in touched], lot=[t.lot for _, t in touched])
    lock_totes(run, [t.tote for _, t, _, _ in back])
    moved = [(t.task, n, 0, 0) for _, t, n in cut] + [(t.task, 0, n, 0) for _, t, _, n in unpacked] + [(t.task, 0, 0, n) for _, t, n, _ in back]
    run.write(MOVE_TASKS, task=[m[0] for m in moved], cut=[m[1] for m in moved], unpacked=[m[2] for m in moved], back=[m[3] for m in moved])
    open_again(run, sorted({c for _, p in plans for c in p.opened}))
    advance(run, [Advance(allocation, **counts) for _, p in plans for allocation, counts in by_allocation(p).items()])
    advance_lines(run, [LineAdvance(stop.line, cancelled=n) for _, p in plans for stop, n in p.stopped])
    claim(run, [Claim(t.bin, t.item, t.lot, -n) for _, t, n in cut])
    reserve(run, [Reserve(t.item, d.request.site, -n) for d, t, n in cut])
    post(run, [
        Movement(t.item, Account(i.account, "carton", d.request.site), Account(t.tote, "tote", d.request.site), n,
                 "ChangeAccepted", d.request.number, d.told.reason, t.lot, i.serial, at=d.told.at) for d, t, i, n in unpacked
    ])  # fmt: skip
    apart = places(run, [Place(t.back_to, d.request.site, t.bin_code) for d, t, _, _ in back if t.back_to != "bin"])
    post(run, [
        Movement(t.item, Account(t.tote, "tote", d.request.site), Account(apart.get(Place(t.back_to, d.request.site, t.bin_code), t.bin), t.back_to, d.request.site), units, "ChangeAccepted", d.request.number, d.told.reason, t.lot, serial, at=d.told.at)
        for d, t, n, serials in back for units, serial in ([(1, s) for s in serials] or [(n, "")])
    ])
    let_go(run, [(t.item, s) for _, t, _, serials in back for s in serials])


def _answer(d: Done | ChangeRefused, by: str) -> Answer:
    if isinstance(d, Done):
        return Answer(d.request.id, "accepted", "done", by, d.told.reason)
    return Answer(d.request, "refused", falls_back(d.fallback), by, d.reason)


def _stopped(d: Done) -> list[UnitsCancelled | TasksWithdrawn]:
    """What follows from stopped units: they are cancelled, and out of the tasks they were in."""
    stopped = [(stop, n) for stop, n in d.plan.stopped if n]
    told: list[UnitsCancelled | TasksWithdrawn] = []
    if stopped:
        lines = tuple(CancelledUnits(stop.line, stop.position, stop.sku, n) for stop, n in stopped)
        told.append(UnitsCancelled(d.request.number, lines, tuple(GivenBack(stop.allocation, n) for stop, n in stopped), d.request.reason, d.request.by_customer, d.told.at))
    if d.plan.cut:
        told.append(TasksWithdrawn(d.request.number, tuple(WithdrawnTask(t.task, t.sku, t.bin_code, n, t.open) for t, n in d.plan.cut)))
    return told
