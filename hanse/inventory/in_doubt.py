"""In doubt: somebody did not find in a bin what the ledger has there. The set function behind a short pick and a short carry.

What lies there and was promised to nobody leaves the site's stock at once, into an account `doubt` of the bin: it is on
no offer until it is counted. What was promised stays in the bin, and no new task is raised on it. A count task is
raised, for somebody else than who found it short. The count brings everything back that is there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple, row

from . import ledger
from .count_tasks import NewCount, raise_tasks
from .events import StockInDoubt


@row
class FoundShort:
    """Fewer units of an item and lot lay in a bin than the ledger has there; `by` found out, on `document`."""

    bin: int
    item: int
    lot: str
    document: str
    by: str
    at: datetime | None = None


@row
class Left:
    """What the ledger still has in a bin that was found short: `unclaimed` there, and `unpromised` at the site."""

    bin: int
    code: str
    item: int
    sku: str
    lot: str
    site: int
    site_code: str
    zone: str
    by_serial: bool
    claimed: int
    unclaimed: int
    unpromised: int


def unpromised(left: Sequence[Left]) -> list[int]:
    """How many units of each bin leave the site's stock: those that neither a task has claimed nor an order reserved.

    Units known by their serial stay while tasks claim some there, for nobody can say yet which those are. Pure.
    """
    free = {(x.item, x.site): x.unpromised for x in left}
    taken = []
    for x in left:
        units = 0 if x.by_serial and x.claimed else min(x.unclaimed, free[x.item, x.site])
        free[x.item, x.site] -= units
        taken.append(units)
    return taken


LEFT = """
SELECT b.account_id, a.code, b.item_id, i.sku, b.lot, a.site_id, s.code, s.zone, i.tracking = 'serial', b.reserved, b.on_hand - b.reserved, k.on_hand - k.reserved
  FROM (SELECT DISTINCT * FROM unnest(%(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[])) AS w(bin, item, lot)
  JOIN inventory_balance b ON b.account_id = w.bin AND b.item_id = w.item AND b.lot = w.lot
  JOIN inventory_account a ON a.id = b.account_id JOIN network_site s ON s.id = a.site_id JOIN catalogue_item i ON i.id = b.item_id
  JOIN inventory_stock k ON k.item_id = b.item_id AND k.site_id = a.site_id
 ORDER BY b.item_id, b.account_id, b.lot
"""
SERIALS = """
SELECT item_id, account_id, code FROM inventory_serial WHERE (item_id, account_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(bin)s::bigint[]))
 ORDER BY item_id, account_id, code FOR UPDATE
"""


def put_in_doubt(run: Run, short: Sequence[FoundShort]) -> None:
    """Take what is left of these out of sale as far as it is not promised, and have it counted. Stock and balances are locked by the caller."""
    if not short:
        return
    found = {(x.bin, x.item, x.lot): x for x in run.rows(Left, LEFT, short)}
    who = {(s.bin, s.item, s.lot): s for s in short if (s.bin, s.item, s.lot) in found}
    left = list(found.values())
    units = unpromised(left)
    _move(run, [(x, n, who[x.bin, x.item, x.lot]) for x, n in zip(left, units, strict=True) if n])
    ledger.doubt(run, [ledger.Doubt(x.bin, x.item, x.lot) for x in left])
    tasks = raise_tasks(run, [NewCount(x.site, x.bin, x.item, x.lot, "short", first_by=(w := who[x.bin, x.item, x.lot]).by, document=w.document) for x in left])
    run.tell([
        StockInDoubt(x.sku, x.item, x.site_code, x.site, x.code, n, x.lot, tasks.get((x.bin, x.item, x.lot), 0), (w := who[x.bin, x.item, x.lot]).document, w.at, x.zone)
        for x, n in zip(left, units, strict=True)])


def _move(run: Run, taken: Sequence[tuple[Left, int, FoundShort]]) -> None:
    """From the bin into its doubt, unit by unit for serials."""
    apart = ledger.places(run, [_apart(x) for x, _, _ in taken]) if taken else {}
    serials = _serials(run, [x for x, _, _ in taken if x.by_serial])
    ledger.post(run, [
        ledger.Movement(x.item, ledger.Account(x.bin, "bin", x.site), ledger.Account(apart[_apart(x)], "doubt", x.site), n, "StockInDoubt", s.document, "found short", x.lot, serial, at=s.at)
        for x, units, s in taken for n, serial in ([(1, code) for code in serials[x.item, x.bin][:units]] if x.by_serial else [(units, "")])])


def _apart(x: Left) -> ledger.Place:
    return ledger.Place("doubt", x.site, x.code)


def _serials(run: Run, left: Sequence[Left]) -> Mapping[tuple[int, int], list[str]]:
    found: dict[tuple[int, int], list[str]] = {}
    for item, bin, code in run.rows(as_tuple, SERIALS, left) if left else []:
        found.setdefault((item, bin), []).append(code)
    return found
