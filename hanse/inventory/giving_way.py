"""Giving way: what becomes of promises when a count finds less than was promised.

Inventory knows no orders. The area that does names its three acts here: lock the orders that may be concerned, before any stock is;
let go of what can no longer be kept; and, once the loss is booked, find other units for them.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple, row

from .events import FaceReplenished
from .ledger import Claim, claim


@row
class Lost:
    """A count of an item and lot in a bin: `gone` units left the site's stock, and tasks have claimed `over` more than lie there."""

    item: int
    site: int
    bin: int
    lot: str
    gone: int
    over: int


@dataclass(frozen=True, slots=True)
class GivingWay:
    """How promises give way. `let_go` gives what `find_again` needs."""

    lock: Callable[[Run, Collection[tuple[int, int]]], None]
    let_go: Callable[[Run, Sequence[Lost]], Any]
    find_again: Callable[[Run, Any], None]


NAMED: list[GivingWay] = []


def promises_give_way(by: GivingWay) -> None:
    """Name how promises give way."""
    NAMED[:] = [by]


WITHDRAW = """
WITH closed AS (
  UPDATE inventory_movetask t SET moved = 0, reason = 'counted short', closed_at = %(now)s::timestamptz, actor = %(actor)s::text
    FROM unnest(%(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[]) AS l(bin, item, lot)
   WHERE t.closed_at IS NULL AND t.source_id = l.bin AND t.item_id = l.item AND t.lot = l.lot RETURNING t.*
)
SELECT t.source_id, i.sku, t.item_id, s.code, t.site_id, t.id, a.code, b.code, t.quantity, t.lot, t.reason, t.orders, s.zone
  FROM closed t JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id
  JOIN inventory_account a ON a.id = t.source_id JOIN inventory_account b ON b.id = t.target_id ORDER BY t.id
"""


def withdraw_moves(run: Run, spots: Sequence[tuple[int, int, str]]) -> dict[tuple[int, int, str], int]:
    """Nothing is carried to a pick face from these bins (with item and lot) any more; gives how many units were claimed for it there."""
    given: dict[tuple[int, int, str], int] = {}
    if not spots:
        return given
    told = []
    for bin, sku, item, site_code, site, task, source, target, asked, lot, reason, orders, zone in run.rows(
        as_tuple, WITHDRAW, bin=[b for b, _, _ in spots], item=[i for _, i, _ in spots], lot=[c for *_, c in spots]):
        given[bin, item, lot] = given.get((bin, item, lot), 0) + asked
        told.append(FaceReplenished(sku, item, site_code, site, task, source, target, 0, asked, lot, reason, orders=tuple(orders), zone=zone))
    claim(run, [Claim(bin, item, lot, -units) for (bin, item, lot), units in given.items()])
    run.tell(told)
    return given
