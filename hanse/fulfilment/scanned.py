"""Scanned: does what a scanner read name what was wanted? And the one writer of scans.

A read is a SKU, a GTIN, or a GS1 element string (with or without its symbology mark) that carries the GTIN
and perhaps lot and serial.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import biip

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
    if read.casefold() == wanted.sku.casefold() or (wanted.gtin and read.isdigit() and _same_gtin(read, wanted.gtin)):
        return True
    carried = elements(read)
    return bool(wanted.gtin) and _same_gtin(carried.get("01", ""), wanted.gtin) and carried.get("10", wanted.lot) == wanted.lot


def names(read: str, wanted: str) -> bool:
    """Whether a read is the wanted code; scanners differ in case."""
    return read.casefold() == wanted.casefold()


def elements(read: str) -> dict[str, str]:
    """The GS1 element strings in a read by their application identifier; empty when it is none."""
    message = biip.parse(read).gs1_message if len(read) > 14 else None
    return {e.ai.ai: e.value for e in message.element_strings} if message else {}


def _same_gtin(one: str, other: str) -> bool:
    return one != "" and one.zfill(14) == other.zfill(14)


KEEP = """
INSERT INTO fulfilment_scan (site_id, step, task, carton, wanted, read, "right", actor, scanned_at, recorded_at)
SELECT s.*, %(now)s::timestamptz
  FROM unnest(%(site)s::bigint[], %(step)s::text[], %(task)s::bigint[], %(carton)s::bigint[], %(wanted)s::text[],
              %(read)s::text[], %(right)s::boolean[], %(by)s::text[], %(at)s::timestamptz[]) AS s
"""


def keep_scans(run: Run, scans: Sequence[ScanRow]) -> None:
    """Keep scans, right and wrong."""
    run.write(KEEP, scans)
