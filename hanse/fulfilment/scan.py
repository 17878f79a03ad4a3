"""Scan: keep every scan a picker makes for a task, and say at once whether it is right.

The hand-held asks per scan, before anything is booked; wrong scans are kept as they are, for they show where
bins and labels mislead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Id, ask
from hanse.kernel.refused import Refused, refuse

from .events import ItemScanned
from .scanned import ScanRow, Wanted, keep_scans, names, names_item


@ask
class Scan:
    """Something was scanned for a pick task: its bin, the item, the lot or the tote."""

    task: Id
    read: Code
    what: Literal["item", "bin", "lot", "tote"] = "item"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """What the scans of a task should name."""

    task: int
    site: int
    tote: str
    wanted: Wanted

    def by(self, what: str) -> str:
        """The code that a scan of this kind should read."""
        return {"item": self.wanted.sku, "bin": self.wanted.bin, "lot": self.wanted.lot, "tote": self.tote}[what]


def decide(asks: Sequence[Scan], tasks: Mapping[int, Aim]) -> list[ItemScanned | Refused]:
    """Say of each scan whether it is right."""
    return [
        ItemScanned(a.task, tasks[a.task].by(a.what), a.read, _right(a, tasks[a.task]), a.at)
        if a.task in tasks else refuse("task-unknown", at="task", task=a.task)
        for a in asks
    ]


def _right(ask: Scan, aim: Aim) -> bool:
    return names_item(ask.read, aim.wanted) if ask.what == "item" else names(ask.read, aim.by(ask.what))


AIMS = """
SELECT t.id, t.site_id, c.code, i.sku, coalesce(i.gtin, ''), t.lot, b.code
  FROM fulfilment_task t JOIN catalogue_item i ON i.id = t.item_id JOIN inventory_account b ON b.id = t.bin_id
  JOIN inventory_account c ON c.id = t.tote_id
 WHERE t.id = ANY(%(task)s::bigint[])
"""


@operation
def record_scans(run: Run, asks: Sequence[Scan]) -> list[ItemScanned | Refused]:
    """Keep scans, right and wrong; nothing else changes."""
    tasks = {aim.task: aim for aim in run.rows(lambda task, site, tote, *wanted: Aim(task, site, tote, Wanted(*wanted)), AIMS, asks)}
    answers = decide(asks, tasks)
    kept = [(told, owner[0]) for told, owner in zip(answers, run.owners, strict=True) if isinstance(told, ItemScanned)]
    keep_scans(run, [ScanRow(tasks[s.task].site, s.task, s.wanted, s.read, s.right, actor, s.at or run.now) for s, actor in kept])
    return answers
