"""Count: what lies in a bin is what was counted there; the difference is a movement from or to 'missing'.

Expected is what the ledger has when the count is booked, not when the sheet was printed. Found is found: where a count leaves less than
tasks have claimed in the bin, or than the site has reserved for orders, they give way (`giving_way`), and other units are found for them
in the same call.

A count answers the open count task of the bin, item and lot, if there is one. Off by more than the task allows, it is
not booked: somebody else counts again, and what they find is. Who found a bin short does not count it. A count ends
the doubt: what was off sale comes back into the bin, as far as it is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel import asks as given
from hanse.kernel.asks import Code, Id, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import BinCounted, RecountAsked
from .giving_way import NAMED, GivingWay, Lost, withdraw_moves
from .holdings import Holdings, Spot, accounts, holdings
from .ledger import Account, Doubt, Movement, doubt, post
from .named import Named, Unit, named, stopped, wrong_names, wrong_tracking
from .receive import Serials


@ask
class Count:
    """So many units of an item (and lot) were counted in a bin (the dock unless said); `serials` are those found.

    `task` names the count task that is answered: what comes when it is closed already is too late.
    """

    site: Code
    sku: Code
    counted: given.Count
    bin: Short = ""
    lot: Short = ""
    serials: Serials = ()
    reason: Short = ""
    document: Short = ""
    at: datetime | None = None
    task: Id | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An open count task: who has counted or found short there before, and the units that are in doubt in an account of their own."""

    id: int
    bin: int
    item: int
    lot: str
    permille: int
    first_by: str
    apart: int | None
    doubted: int

    def allowed(self, expected: int) -> int:
        """By how many units the record may be off."""
        return expected * self.permille // 1000


@dataclass(frozen=True, slots=True)
class Known:
    """What each ask names, the accounts, what lies there, the serials in the bins or asked for, and the open count tasks."""

    named: Sequence[Named]
    places: Mapping[tuple[str, int, str], int]
    holdings: Holdings
    units: Mapping[tuple[int, str], Unit]
    tasks: Mapping[tuple[int, int, str], Task] = field(default_factory=dict)


def decide(asks: Sequence[Count], known: Known, by: Sequence[str]) -> list[BinCounted | RecountAsked | Refused]:
    """Answer each count of those who counted; later ones see what earlier ones booked."""
    answers: list[BinCounted | RecountAsked | Refused] = []
    lies = _lies(known)
    held = known.holdings.taken_from()
    tasks = dict(known.tasks)
    for ask, it, who in zip(asks, known.named, by, strict=True):
        wrong = [*wrong_names(ask, it), *wrong_tracking(ask, it, ask.counted), *(stopped(ask, it) if ask.counted else ())]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        spot = Spot(it.item, it.site, known.places[("bin", it.site, it.bin)], ask.lot)
        task = tasks.get((spot.account, spot.item, spot.lot))
        if ask.task and (task is None or task.id != ask.task):
            answers.append(refuse("count-done", bin=it.bin, sku=ask.sku))
            continue
        if task and task.first_by == who:
            answers.append(refuse("count-by-another", bin=it.bin, sku=ask.sku))
            continue
        doubted = task.doubted if task else 0
        expected = held.spot(spot)[0] + doubted
        allowed = task.allowed(expected) if task else 0
        found, lost, wrong = _serials(ask, it, spot, lies)
        if task and not task.first_by and not wrong and max(abs(ask.counted - expected), len(found), len(lost)) > allowed:
            tasks[spot.account, spot.item, spot.lot] = replace(task, first_by=who)
            answers.append(RecountAsked(
                ask.sku, it.item, ask.site, it.site, it.bin, task.id, ask.counted, who, ask.lot, ask.document, ask.at, it.zone))
            continue
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        held.book(spot, doubted + ask.counted - expected)
        tasks.pop((spot.account, spot.item, spot.lot), None)
        lies |= {(it.item, s): (spot.account, "bin") for s in found} | {(it.item, s): (0, "missing") for s in lost}
        answers.append(BinCounted(
            item=ask.sku, item_id=it.item, site=ask.site, site_id=it.site, bin=it.bin, expected=expected, counted=ask.counted,
            lot=ask.lot, found=found, lost=lost, reason=ask.reason, document=ask.document, at=ask.at, zone=it.zone,
            task=task.id if task else None, allowed=allowed, doubted=doubted))
    return answers


def _lies(known: Known) -> dict[tuple[int, str], tuple[int, str]]:
    """Where each serial is; one in the doubt of a bin is looked for in that bin."""
    bins = {task.apart: task.bin for task in known.tasks.values() if task.apart}
    return {key: (bins[unit.account], "bin") if unit.account in bins else (unit.account, unit.kind) for key, unit in known.units.items()}


def _serials(ask: Count, it: Named, spot: Spot, lies: Mapping[tuple[int, str], tuple[int, str]]) -> tuple[tuple[str, ...], tuple[str, ...], list[Refused]]:
    """Serials that turned up, serials that are not there, and those that cannot be there since they are elsewhere."""
    if it.tracking != "serial":
        return (), (), []
    there = {serial for (item, serial), (account, _) in lies.items() if item == spot.item and account == spot.account}
    found = sorted({*ask.serials} - there)
    wrong = [refuse("serial-elsewhere", at="serials", serial=s, sku=ask.sku, place=it.bin)
             for s in found if lies.get((spot.item, s), (0, "missing"))[1] != "missing"]
    return tuple(found), tuple(sorted(there - {*ask.serials})), wrong


def losses(told: Sequence[BinCounted], places: Mapping[tuple[str, int, str], int], held: Holdings) -> list[Lost]:
    """By bin, item and lot: by how much less there is at the site than before these counts, and how many units too many are claimed. Pure."""
    gone: dict[Spot, int] = {}
    there: dict[Spot, int] = {}
    for a in told:
        spot = Spot(a.item_id, a.site_id, places["bin", a.site_id, a.bin], a.lot)
        gone[spot] = gone.get(spot, 0) + a.expected - a.doubted - a.counted
        there[spot] = a.counted
    return [Lost(s.item, s.site, s.account, s.lot, n, max(held.spot(s)[1] - there[s], 0)) for s, n in gone.items()]


def broken(lost: Sequence[Lost], held: Holdings) -> list[Lost]:
    """The losses at sites that can no longer keep what they promised, and those in bins of which tasks have claimed more than lies there. Pure."""
    at_site: dict[tuple[int, int], int] = {}
    for x in lost:
        at_site[x.item, x.site] = at_site.get((x.item, x.site), 0) + x.gone
    over = {(x.item, x.site) for x in lost if x.over} | {
        at for at, gone in at_site.items() if gone > 0 and (had := held.sites.get(at, (0, 0)))[0] - gone < had[1]}
    return [x for x in lost if (x.item, x.site) in over]


MAY_BREAK = """
SELECT c.item, c.site
  FROM unnest(%(item)s::bigint[], %(site)s::bigint[], %(account)s::bigint[], %(lot)s::text[], %(counted)s::bigint[]) AS c(item, site, account, lot, counted)
  JOIN inventory_balance b ON b.account_id = c.account AND b.item_id = c.item AND b.lot = c.lot JOIN inventory_stock k ON k.item_id = c.item AND k.site_id = c.site
 GROUP BY c.item, c.site HAVING bool_or(c.counted < b.reserved) OR sum(greatest(b.on_hand - c.counted, 0)) > min(k.on_hand - k.reserved)
"""
"""A first look, before anything is locked: the items and sites at which these counts may break promises."""
SERIALS = """
SELECT u.item_id, u.code, a.id, a.kind, a.site_id, a.code, u.lot FROM inventory_serial u JOIN inventory_account a ON a.id = u.account_id
 WHERE (u.item_id, u.account_id) IN (SELECT s.item, x.id FROM unnest(%(spot_item)s::bigint[], %(account)s::bigint[]) AS s(item, account)
          JOIN inventory_account n ON n.id = s.account
          JOIN inventory_account x ON x.site_id = n.site_id AND x.code = n.code AND x.kind IN ('bin', 'doubt'))
    OR (u.item_id, u.code) IN (SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[]))
 ORDER BY u.item_id, u.code FOR UPDATE OF u
"""
FOUND = """
INSERT INTO inventory_serial (item_id, code, lot, account_id)
SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[], %(lot)s::text[], %(source)s::bigint[])
    ON CONFLICT (item_id, code) DO UPDATE SET account_id = excluded.account_id
"""
COUNTED = """
INSERT INTO inventory_count (account_id, item_id, lot, expected, counted, reason, actor, counted_at, task, allowed)
SELECT c.account, c.item, c.lot, c.expected, c.counted, c.reason, c.actor, coalesce(c.at, %(now)s), c.task, c.allowed
  FROM unnest(%(account)s::bigint[], %(item_id)s::bigint[], %(lot)s::text[], %(expected)s::bigint[], %(counted)s::bigint[],
              %(reason)s::text[], %(by)s::text[], %(at)s::timestamptz[], %(task)s::bigint[], %(allowed)s::bigint[])
    AS c(account, item, lot, expected, counted, reason, actor, at, task, allowed)
"""
TASKS = """
SELECT t.id, t.bin_id, t.item_id, t.lot, t.permille, t.first_by, d.id, coalesce(k.on_hand, 0)
  FROM inventory_counttask t JOIN inventory_account a ON a.id = t.bin_id
  LEFT JOIN inventory_account d ON d.site_id = a.site_id AND d.kind = 'doubt' AND d.code = a.code
  LEFT JOIN inventory_balance k ON k.account_id = d.id AND k.item_id = t.item_id AND k.lot = t.lot
 WHERE (t.bin_id, t.item_id, t.lot) IN (SELECT * FROM unnest(%(account)s::bigint[], %(item)s::bigint[], %(lot)s::text[])) AND t.closed_at IS NULL
 ORDER BY t.id FOR UPDATE OF t
"""
CLOSE = "UPDATE inventory_counttask t SET closed_at = coalesce(c.at, %(now)s) FROM unnest(%(task)s::bigint[], %(at)s::timestamptz[]) AS c(id, at) WHERE t.id = c.id"
COUNT_AGAIN = """
UPDATE inventory_counttask t SET first_counted = c.counted, first_by = c.actor
  FROM unnest(%(task)s::bigint[], %(counted)s::bigint[], %(by)s::text[]) AS c(id, counted, actor) WHERE t.id = c.id
"""


@operation
def count(run: Run, asks: Sequence[Count]) -> list[BinCounted | RecountAsked | Refused]:
    """Book counts: the count itself is kept, what differs moves, what was in doubt comes back."""
    by = [who for who, _ in run.owners]
    known = _known(run, asks)
    answers = decide(asks, known, by)
    told = [a for a in answers if isinstance(a, BinCounted)]
    if told:
        run.write(COUNTED, told, account=[known.places[("bin", a.site_id, a.bin)] for a in told],
                  by=[who for who, a in zip(by, answers, strict=True) if isinstance(a, BinCounted)])
    run.write(CLOSE, [a for a in told if a.task])
    run.write(COUNT_AGAIN, [a for a in answers if isinstance(a, RecountAsked)])
    given_way = _give_way(run, told, known)
    _end_doubt(run, told, known)
    movements = [m for a in told for m in _movements(a, known.places)]
    found = [m for m in movements if m.serial and m.source.kind == "missing"]
    run.write(FOUND, found, source=[m.source.id for m in found])
    post(run, movements)
    for by_whom, given in given_way:
        by_whom.find_again(run, given)
    return answers


def _give_way(run: Run, told: Sequence[BinCounted], known: Known) -> list[tuple[GivingWay, Any]]:
    """Let go of what can no longer be kept: what was to be carried to a pick face first, then what tasks ask for and orders have reserved."""
    lost = broken(losses(told, known.places, known.holdings), known.holdings)
    if not lost:
        return []
    carried = withdraw_moves(run, [(x.bin, x.item, x.lot) for x in lost if x.over])
    lost = [replace(x, over=max(x.over - carried.get((x.bin, x.item, x.lot), 0), 0)) for x in lost]
    return [(by, by.let_go(run, lost)) for by in NAMED]


def _known(run: Run, asks: Sequence[Count]) -> Known:
    found = named(run, asks)
    clear = [(a, it) for a, it in zip(asks, found, strict=True) if it.item and it.site and it.bin]
    places = accounts(run, [p for _, it in clear for p in (("bin", it.site, it.bin), ("missing", it.site, ""))])
    spots = [(a, it, Spot(it.item, it.site, places[("bin", it.site, it.bin)], a.lot)) for a, it in clear]
    if spots:
        may_break = run.rows(as_tuple, MAY_BREAK, [s for _, _, s in spots], counted=[a.counted for a, _, _ in spots])
        for by in NAMED if may_break else ():
            by.lock(run, sorted(may_break))
    tracked = [(a, it, s) for a, it, s in spots if it.tracking == "serial"]
    serials = sorted({(s.item, code) for a, _, s in tracked for code in a.serials})
    units = run.rows(
        Unit, SERIALS, spot_item=[s.item for _, _, s in tracked], account=[s.account for _, _, s in tracked],
        item=[i for i, _ in serials], serial=[c for _, c in serials]) if tracked else []
    held = holdings(run, [s for _, _, s in spots])
    tasks = run.rows(Task, TASKS, [s for _, _, s in spots]) if spots else []
    return Known(found, places, held, {(u.item, u.serial): u for u in units}, {(t.bin, t.item, t.lot): t for t in tasks})


def _end_doubt(run: Run, told: Sequence[BinCounted], known: Known) -> None:
    """Bring what was in doubt back into its bin, unit by unit for serials, before the difference is booked."""
    open_ = [(a, task) for a in told if (task := known.tasks.get((known.places[("bin", a.site_id, a.bin)], a.item_id, a.lot)))]
    doubt(run, [Doubt(task.bin, task.item, task.lot, in_doubt=False) for _, task in open_])
    back = [(a, task, [u.serial for u in known.units.values() if u.item == task.item and u.account == task.apart]) for a, task in open_ if task.doubted]
    post(run, [
        Movement(task.item, Account(task.apart or 0, "doubt", a.site_id), Account(task.bin, "bin", a.site_id), n, "BinCounted", a.document, "counted", task.lot, serial, at=a.at)
        for a, task, serials in back for n, serial in ([(1, s) for s in serials] or [(task.doubted, "")])])


def _movements(it: BinCounted, places: Mapping[tuple[str, int, str], int]) -> list[Movement]:
    """The difference as movements: one, or one for each unit that is known by its serial."""
    bin, missing = (Account(places[kind, it.site_id, code], kind, it.site_id) for kind, code in (("bin", it.bin), ("missing", "")))
    difference = it.counted - it.expected
    each = [(missing, bin, 1, s) for s in it.found] + [(bin, missing, 1, s) for s in it.lost]
    if difference and not each:
        each = [(missing, bin, difference, "") if difference > 0 else (bin, missing, -difference, "")]
    return [Movement(it.item_id, source, target, n, "BinCounted", it.document, it.reason or "count", it.lot, s, at=it.at)
            for source, target, n, s in each]
