"""Scanned: does what a scanner read name what was wanted? And the one writer of scans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hanse.inventory.scanned import elements as elements
from hanse.inventory.scanned import names as names
from hanse.inventory.scanned import names_sku
from hanse.journal.run import Run


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a scan should name: the item by SKU or GTIN, its lot, its bin."""

    sku: str
    gtin: str
    lot: str
    bin: str


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One scan as it is kept."""

    site: int
    task: int | None
    wanted: str
    read: str
    right: bool
    by: str
    at: datetime
    carton: int | None = None
    step: str = field(default="pick")


def names_item(read: str, wanted: Wanted) -> bool:
    """Whether a read names the item, and no other lot than the wanted one."""
    return names_sku(read, wanted.sku, wanted.gtin, wanted.lot)


KEEP = """
INSERT INTO fulfilment_scan (site_id, step, task, carton, wanted, read, "right", actor, scanned_at, recorded_at)
SELECT s.*, %(now)s::timestamptz
  FROM unnest(%(site)s::bigint[], %(step)s::text[], %(task)s::bigint[], %(carton)s::bigint[], %(wanted)s::text[],
              %(read)s::text[], %(right)s::boolean[], %(by)s::text[], %(at)s::timestamptz[]) AS s
"""


def keep_scans(run: Run, scans: Sequence[ScanRow]) -> None:
    """Keep scans, right and wrong."""
    run.write(KEEP, scans)
