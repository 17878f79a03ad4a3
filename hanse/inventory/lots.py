"""Lots: what may become of a lot, and the one writer of its status.

A lot that is held or recalled lies in no bin: its units go to the quarantine of the bin they lay in, so that no stock,
promise or task counts on them, and come back from there when it is released. Units that arrive meanwhile go there too, and
what was in doubt in the bin: it is in doubt again as long as nobody counted.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple, row

from .events import FaceReplenished, LotUnits
from .ledger import QUARANTINE, Account, Movement, Place, places


@dataclass(frozen=True, slots=True)
class LotFact:
    """A lot as it stands."""

    id: int
    item: int
    sku: str
    code: str
    status: str
    tracking: str
    expires_on: date | None


@row
class Held:
    """Units of a lot in one place of a site: a bin, its quarantine, or what is in doubt there. `claimed` are for tasks."""

    item: int
    lot: str
    site: int
    site_code: str
    account: int
    place: str
    on_hand: int
    claimed: int
    kind: str = "bin"
    in_doubt: bool = False


LOTS = """
SELECT l.id, l.item_id, i.sku, l.code, l.status, i.tracking, l.expires_on FROM inventory_lot l JOIN catalogue_item i ON i.id = l.item_id
 WHERE (i.sku, l.code) IN (SELECT * FROM unnest(%(sku)s::text[], %(lot)s::text[])) ORDER BY l.item_id, l.code
"""
LOCKED = LOTS + " FOR NO KEY UPDATE OF l"
LOCK_STOCK = "SELECT item_id, site_id, on_hand, reserved FROM inventory_stock WHERE item_id = ANY(%(items)s::bigint[]) ORDER BY item_id, site_id FOR UPDATE"
UNITS = """
SELECT b.item_id, b.lot, a.site_id, s.code, b.account_id, a.code, b.on_hand, b.reserved, a.kind,
       EXISTS (SELECT 1 FROM inventory_account x JOIN inventory_balance d ON d.account_id = x.id AND d.item_id = b.item_id AND d.lot = b.lot
                WHERE x.site_id = a.site_id AND x.kind = 'bin' AND x.code = a.code AND d.in_doubt)
  FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = ANY(%(kinds)s::text[]) AND a.code <> '' JOIN network_site s ON s.id = a.site_id
 WHERE (b.item_id, b.lot) IN (SELECT * FROM unnest(%(items)s::bigint[], %(codes)s::text[])) AND b.on_hand > 0
 ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE OF b
"""
SERIALS = """
SELECT u.account_id, u.item_id, u.lot, u.code FROM inventory_serial u
 WHERE u.account_id = ANY(%(accounts)s::bigint[]) AND u.item_id = ANY(%(items)s::bigint[]) ORDER BY u.account_id, u.item_id, u.code FOR UPDATE
"""
WITHDRAW_MOVES = """
WITH closed AS (
  UPDATE inventory_movetask t SET moved = 0, reason = l.reason, closed_at = %(now)s::timestamptz, actor = %(actor)s::text
    FROM unnest(%(items)s::bigint[], %(codes)s::text[], %(reason)s::text[]) AS l(item, code, reason)
   WHERE t.closed_at IS NULL AND t.item_id = l.item AND t.lot = l.code AND t.lot <> '' RETURNING t.*
)
SELECT i.sku, t.item_id, s.code, t.site_id, t.id, a.code, b.code, t.quantity, t.lot, t.reason, t.orders, s.zone
  FROM closed t JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id
  JOIN inventory_account a ON a.id = t.source_id JOIN inventory_account b ON b.id = t.target_id ORDER BY t.id
"""
SET = """
UPDATE inventory_lot l SET status = s.status, reason = s.reason, status_at = %(now)s::timestamptz
  FROM unnest(%(lots)s::bigint[], %(statuses)s::text[], %(reason)s::text[]) AS s(id, status, reason) WHERE l.id = s.id
"""


def read_lots(run: Run, asks: Sequence) -> list[LotFact]:
    """The lots that asks name by `sku` and `lot`, as a first look."""
    return run.rows(LotFact, LOTS, asks)


def lock_lots(run: Run, asks: Sequence) -> dict[tuple[str, str], LotFact]:
    """The lots that asks name by `sku` and `lot`, locked in key order."""
    return {(lot.sku, lot.code): lot for lot in run.rows(LotFact, LOCKED, asks)}


def lock_stock(run: Run, lots: Sequence[LotFact]) -> dict[tuple[int, int], tuple[int, int]]:
    """(on hand, reserved) of the lots' items by item and site, locked: until the end nobody reserves, moves or picks them."""
    return {(item, site): (on_hand, reserved) for item, site, on_hand, reserved in run.rows(as_tuple, LOCK_STOCK, items=sorted({lot.item for lot in lots}))}


def units_of(run: Run, lots: Sequence[LotFact], *kinds: str) -> list[Held]:
    """Where units of these lots lie: in bins and in doubt there, or in the quarantine of bins; locked after their stock."""
    return run.rows(Held, UNITS, items=[lot.item for lot in lots], codes=[lot.code for lot in lots], kinds=list(kinds))


def withdraw_moves(run: Run, lots: Sequence[LotFact], reasons: Mapping[tuple[int, str], str]) -> list[FaceReplenished]:
    """No unit of these lots is carried to a pick face any more; who waited for it is told. The claims go with the units."""
    return run.rows(_not_carried, WITHDRAW_MOVES, items=[lot.item for lot in lots], codes=[lot.code for lot in lots], reason=[reasons[lot.item, lot.code] for lot in lots])


def set_status(run: Run, lots: Sequence[LotFact], status: str, reasons: Sequence[str]) -> None:
    """These lots, which the caller has locked, are held, recalled or released from now on."""
    if lots:
        run.write(SET, lots=[lot.id for lot in lots], statuses=[status] * len(lots), reason=list(reasons))


def _not_carried(
    sku: str, item: int, site_code: str, site: int, task: int, source: str, target: str, asked: int, lot: str, reason: str, orders: list[str], zone: str
) -> FaceReplenished:
    return FaceReplenished(sku, item, site_code, site, task, source, target, 0, asked, lot, reason, orders=tuple(orders), zone=zone)


def apart(run: Run, units: Sequence[Held], lots: Sequence[LotFact], act: str, reasons: Mapping[tuple[int, str], str]) -> list[Movement]:
    """The movements that take all these units to the quarantine of their bin. Claims are used up."""
    return _moved(run, [(u, QUARANTINE) for u in units], lots, act, reasons)


def back(run: Run, units: Sequence[Held], lots: Sequence[LotFact], act: str, reasons: Mapping[tuple[int, str], str]) -> list[Movement]:
    """The movements that bring all these units back to their bin; into doubt there, where a count is still to say what there is."""
    return _moved(run, [(u, "doubt" if u.in_doubt else "bin") for u in units], lots, act, reasons)


def _moved(run: Run, units: Sequence[tuple[Held, str]], lots: Sequence[LotFact], act: str, reasons: Mapping[tuple[int, str], str]) -> list[Movement]:
    """Units to the same bin's place of another kind, unit by unit for serials."""
    to = places(run, [Place(kind, u.site, u.place) for u, kind in units]) if units else {}
    tracked = {(lot.item, lot.code) for lot in lots if lot.tracking == "serial"}
    serials = _serials(run, [u for u, _ in units if (u.item, u.lot) in tracked])
    movements = []
    for u, kind in units:
        source, target, reason = Account(u.account, u.kind, u.site), Account(to[Place(kind, u.site, u.place)], kind, u.site), reasons[u.item, u.lot]
        each = [(1, s, int(n < u.claimed)) for n, s in enumerate(serials.get((u.account, u.item, u.lot), ()))] or [(u.on_hand, "", u.claimed)]
        movements += [Movement(u.item, source, target, n, act, "", reason, u.lot, serial, claimed) for n, serial, claimed in each]
    return movements


def lying(units: Sequence[Held], lot: LotFact) -> tuple[LotUnits, ...]:
    """Units of a lot by site and bin, as they are told."""
    return tuple(LotUnits(u.site_code, u.place, u.on_hand) for u in units if (u.item, u.lot) == (lot.item, lot.code))


def _serials(run: Run, units: Sequence[Held]) -> dict[tuple[int, int, str], list[str]]:
    found: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    if units:
        for account, item, lot, code in run.rows(as_tuple, SERIALS, accounts=[u.account for u in units], items=sorted({u.item for u in units})):
            found[account, item, lot].append(code)
    return found
