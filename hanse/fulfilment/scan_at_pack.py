"""Scan at pack: keep every scan at the packing station, and say at once whether it is of the order.

Nothing is booked; the scans that a rule wants go with the carton when it is closed. Wrong ones are kept here, for they show where
picks go wrong.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_id, order_ids
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import ScannedAtPack
from .scanned import ScanRow, Wanted, elements, keep_scans, names_item


@ask
class ScanAtPack:
    """Something was scanned for a carton of an order at a site."""

    order: Code
    site: Code
    read: Code
    at: datetime | None = None


@row
class Expected:
    """What waits of an order at a site: the item and lot, and the serials that were picked."""

    order: int
    site: int
    site_code: str
    sku: str
    gtin: str
    lot: str
    serials: Sequence[str]


def decide(asks: Sequence[ScanAtPack], waiting: Mapping[tuple[int, str], Sequence[Expected]]) -> list[ScannedAtPack | Refused]:
    """Say of each scan whether it names something that waits."""
    answers: list[ScannedAtPack | Refused] = []
    for ask in asks:
        here = waiting.get((order_id(ask.order), ask.site), ())
        if not here:
            answers.append(refuse("nothing-to-pack", order=ask.order, site=ask.site))
            continue
        right = any(_names(ask.read, x) for x in here)
        answers.append(ScannedAtPack(f"{ask.order} {ask.site}", ask.order, ", ".join(dict.fromkeys(x.sku for x in here))[:400], ask.read, right, ask.at))
    return answers


def _names(read: str, it: Expected) -> bool:
    return names_item(read, Wanted(it.sku, it.gtin, it.lot, "")) or (elements(read).get("21") or read) in it.serials


WAITING = """
SELECT t.order_id, t.site_id, s.code, i.sku, coalesce(i.gtin, ''), t.lot, ARRAY(SELECT p.code FROM fulfilment_pickedserial p WHERE p.task_id = t.id)
  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > t.put_back + t.packed
  JOIN catalogue_item i ON i.id = t.item_id JOIN network_site s ON s.id = t.site_id WHERE a.order_id = ANY(%(order)s::bigint[]) ORDER BY t.id
"""


@operation
def scan_at_pack(run: Run, asks: Sequence[ScanAtPack]) -> list[ScannedAtPack | Refused]:
    """Keep scans of the packing station, right and wrong; nothing else changes."""
    waiting: dict[tuple[int, str], list[Expected]] = {}
    for x in run.rows(Expected, WAITING, order=order_ids(a.order for a in asks)):
        waiting.setdefault((x.order, x.site_code), []).append(x)
    answers = decide(asks, waiting)
    kept = [(a, told, owner[0]) for a, told, owner in zip(asks, answers, run.owners, strict=True) if isinstance(told, ScannedAtPack)]
    keep_scans(run, [
        ScanRow(waiting[order_id(a.order), a.site][0].site, None, f"{a.order}: {told.wanted}", told.read, told.right, actor, told.at or run.now, step="pack")
        for a, told, actor in kept])
    return answers
