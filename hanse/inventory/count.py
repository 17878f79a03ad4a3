"""Count: what lies in a bin is what was counted there; the difference is a movement from or to 'missing'.

Expected is what the ledger has when the count is booked, not when the sheet was printed. A count below what
pick tasks have claimed in the bin, or what the site has reserved for orders, is refused: those are freed first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel import asks as given
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import BinCounted
from .holdings import Holdings, Spot, accounts, holdings
from .ledger import Movement, post
from .named import Named, Unit, named, stopped, wrong_names, wrong_tracking
from .receive import Serials


@ask
class Count:
    """So many units of an item (and lot) were counted in a bin (the dock unless said); `serials` are those found."""

    site: Code
    sku: Code
    counted: given.Count
    bin: Short = ""
    lot: Short = ""
    serials: Serials = ()
    reason: Short = ""
    document: Short = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What each ask names, the accounts, what lies there, and the serials in the bins or asked for."""

    named: Sequence[Named]
    places: Mapping[tuple[str, int, str], int]
    holdings: Holdings
    units: Mapping[tuple[int, str], Unit]


def decide(asks: Sequence[Count], known: Known) -> list[BinCounted | Refused]:
    """Answer each count; later ones see what earlier ones booked."""
    answers: list[BinCounted | Refused] = []
    lies = {key: (unit.account, unit.kind) for key, unit in known.units.items()}
    held = known.holdings.taken_from()
    for ask, it in zip(asks, known.named, strict=True):
        wrong = [*wrong_names(ask, it), *wrong_tracking(ask, it, ask.counted), *(stopped(ask, it) if ask.counted else ())]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        spot = Spot(it.item, it.site, known.places[("bin", it.site, it.bin)], ask.lot)
        found, lost, wrong = _serials(ask, it, spot, lies)
        wrong += _wrong_loss(ask, spot, held, it.bin)
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        expected, _ = held.spot(spot)
        held.book(spot, ask.counted - expected)
        lies |= {(it.item, s): (spot.account, "bin") for s in found} | {(it.item, s): (0, "missing") for s in lost}
        answers.append(BinCounted(
            item=ask.sku, item_id=it.item, site=ask.site, site_id=it.site, bin=it.bin, expected=expected, counted=ask.counted,
            lot=ask.lot, found=found, lost=lost, reason=ask.reason, document=ask.document, at=ask.at, zone=it.zone))
    return answers


def _serials(ask: Count, it: Named, spot: Spot, lies: Mapping[tuple[int, str], tuple[int, str]]) -> tuple[tuple[str, ...], tuple[str, ...], list[Refused]]:
    """Serials that turned up, serials that are not there, and those that cannot be there since they are elsewhere."""
    if it.tracking != "serial":
        return (), (), []
    there = {serial for (item, serial), (account, _) in lies.items() if item == spot.item and account == spot.account}
    found = sorted({*ask.serials} - there)
    wrong = [refuse("serial-elsewhere", at="serials", serial=s, sku=ask.sku, place=it.bin)
             for s in found if lies.get((spot.item, s), (0, "missing"))[1] != "missing"]
    return tuple(found), tuple(sorted(there - {*ask.serials})), wrong


def _wrong_loss(ask: Count, spot: Spot, held: Holdings, bin: str) -> list[Refused]:
    """A loss that would take what is claimed in the bin or reserved at the site."""
    expected, claimed = held.spot(spot)
    loss = expected - ask.counted
    if loss <= 0:
        return []
    if ask.counted < claimed:
        return [refuse("bin-short", at="counted", bin=bin, on_hand=expected, sku=ask.sku, claimed=claimed, wanted=loss)]
    at_site, reserved = held.site(spot)
    if at_site - reserved < loss:
        return [refuse("stock-reserved", at="counted", reserved=reserved, sku=ask.sku, site=ask.site)]
    return []


SERIALS = """
SELECT u.item_id, u.code, a.id, a.kind, a.site_id, a.code, u.lot FROM inventory_serial u JOIN inventory_account a ON a.id = u.account_id
 WHERE (u.item_id, u.account_id) IN (SELECT * FROM unnest(%(spot_item)s::bigint[], %(account)s::bigint[]))
    OR (u.item_id, u.code) IN (SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[]))
 ORDER BY u.item_id, u.code FOR UPDATE OF u
"""
FOUND = """
INSERT INTO inventory_serial (item_id, code, lot, account_id)
SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[], %(lot)s::text[], %(source)s::bigint[])
    ON CONFLICT (item_id, code) DO UPDATE SET account_id = excluded.account_id
"""
COUNTED = """
INSERT INTO inventory_count (account_id, item_id, lot, expected, counted, reason, actor, counted_at)
SELECT c.account, c.item, c.lot, c.expected, c.counted, c.reason, %(actor)s, coalesce(c.at, %(now)s)
  FROM unnest(%(account)s::bigint[], %(item_id)s::bigint[], %(lot)s::text[], %(expected)s::bigint[], %(counted)s::bigint[],
              %(reason)s::text[], %(at)s::timestamptz[]) AS c(account, item, lot, expected, counted, reason, at)
"""


@operation
def count(run: Run, asks: Sequence[Count]) -> list[BinCounted | Refused]:
    """Book counts: the count itself is kept, and what differs moves."""
    known = _known(run, asks)
    answers = decide(asks, known)
    told = [a for a in answers if isinstance(a, BinCounted)]
    if told:
        run.write(COUNTED, told, account=[known.places[("bin", a.site_id, a.bin)] for a in told])
    movements = [m for a in told for m in _movements(a, known.places)]
    run.write(FOUND, [m for m in movements if m.serial and m.source in _missing(known.places)])
    post(run, movements)
    return answers


def _known(run: Run, asks: Sequence[Count]) -> Known:
    found = named(run, asks)
    clear = [(a, it) for a, it in zip(asks, found, strict=True) if it.item and it.site and it.bin]
    places = accounts(run, [p for _, it in clear for p in (("bin", it.site, it.bin), ("missing", it.site, ""))])
    spots = [(a, it, Spot(it.item, it.site, places[("bin", it.site, it.bin)], a.lot)) for a, it in clear]
    tracked = [(a, it, s) for a, it, s in spots if it.tracking == "serial"]
    serials = sorted({(s.item, code) for a, _, s in tracked for code in a.serials})
    units = run.rows(
        Unit, SERIALS, spot_item=[s.item for _, _, s in tracked], account=[s.account for _, _, s in tracked],
        item=[i for i, _ in serials], serial=[c for _, c in serials]) if tracked else []
    return Known(found, places, holdings(run, [s for _, _, s in spots]), {(u.item, u.serial): u for u in units})


def _missing(places: Mapping[tuple[str, int, str], int]) -> set[int]:
    return {id for (kind, _, _), id in places.items() if kind == "missing"}


def _movements(it: BinCounted, places: Mapping[tuple[str, int, str], int]) -> list[Movement]:
    """The difference as movements: one, or one for each unit that is known by its serial."""
    bin, missing = places[("bin", it.site_id, it.bin)], places[("missing", it.site_id, "")]
    difference = it.counted - it.expected
    each = [(missing, bin, 1, s) for s in it.found] + [(bin, missing, 1, s) for s in it.lost]
    if difference and not each:
        each = [(missing, bin, difference, "") if difference > 0 else (bin, missing, -difference, "")]
    return [Movement(it.item_id, source, target, n, "BinCounted", it.document, it.reason or "count", it.lot, s, at=it.at)
            for source, target, n, s in each]
