"""Over-picking: units that were taken beyond what a task asked for, as far as the line's terms let them and nobody else is promised them.

They go on a line of their own (`orders.over`) with a task of its own, which is answered when it is raised.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, advance
from hanse.orders.over import MAY_BE_OVER, Extra, add_over

from .tasks import TASKS


class Asked(Protocol):
    """What is looked at of a task."""

    @property
    def line(self) -> int: ...
    @property
    def item(self) -> int: ...
    @property
    def site(self) -> int: ...
    @property
    def bin(self) -> int: ...
    @property
    def lot(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Room:
    """How many units beyond a task may be taken: what its line's terms allow, and what bin and site have that nobody is promised. Used up as it is given."""

    allowed: dict[int, int] = field(default_factory=dict)
    in_bin: dict[tuple[int, int, str], int] = field(default_factory=dict)
    at_site: dict[tuple[int, int], int] = field(default_factory=dict)

    def of_terms(self, task: Asked) -> int:
        """What the terms still allow."""
        return self.allowed.get(task.line, 0)

    def free(self, task: Asked) -> int:
        """What nobody is promised."""
        return max(min(self.in_bin.get((task.bin, task.item, task.lot), 0), self.at_site.get((task.item, task.site), 0)), 0)

    def give(self, task: Asked, units: int) -> None:
        """Use units up."""
        self.allowed[task.line] -= units
        self.in_bin[task.bin, task.item, task.lot] -= units
        self.at_site[task.item, task.site] -= units


@row
class OverTask:
    """Units over a task as they were taken: with the task, line and allocation they were taken for, then with their own."""

    id: int
    order: int
    line: int
    allocation: int
    item: int
    site: int
    bin: int
    tote: int
    lot: str
    quantity: int
    at: datetime | None
    actor: str


STOCK = """
SELECT s.item_id, s.site_id, s.on_hand - s.reserved FROM unnest(%(item)s::bigint[], %(site)s::bigint[]) AS w(item, site)
  JOIN inventory_stock s ON s.item_id = w.item AND s.site_id = w.site ORDER BY s.item_id, s.site_id FOR UPDATE OF s
"""
BALANCES = """
SELECT b.account_id, b.item_id, b.lot, CASE WHEN b.in_doubt THEN 0 ELSE b.on_hand - b.reserved END
  FROM unnest(%(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[]) AS w(bin, item, lot)
  JOIN inventory_balance b ON b.account_id = w.bin AND b.item_id = w.item AND b.lot = w.lot ORDER BY b.item_id, b.account_id, b.lot FOR UPDATE OF b
"""
ALLOWED = f"SELECT l.id, {MAY_BE_OVER} FROM orders_line l JOIN orders_order o ON o.id = l.order_id WHERE l.id = ANY(%(line)s::bigint[])"
MAY_TAKE = f"""CASE WHEN o.over_percent = 0 OR a.reserved - a.freed - a.picked + a.put_back < t.to_pick - t.withdrawn THEN 0 ELSE greatest(least({MAY_BE_OVER},
  coalesce((SELECT f.on_hand - f.reserved FROM inventory_balance f WHERE f.account_id = t.bin_id AND f.item_id = t.item_id AND f.lot = t.lot AND NOT f.in_doubt), 0),
  coalesce((SELECT f.on_hand - f.reserved FROM inventory_stock f WHERE f.item_id = t.item_id AND f.site_id = t.site_id), 0)), 0) END"""
"""How many more than asked for may be taken for task `t` of allocation `a`, line `l` and order `o`: for who looks; `room` is for who takes."""
RAISE = """
INSERT INTO fulfilment_task (id, site_id, order_id, line_id, allocation_id, item_id, bin_id, tote_id, lot, to_pick, taken, released_at, closed_at, actor)
SELECT t.id, t.site, t.ord, t.line, t.allocation, t.item, t.bin, t.tote, t.lot, t.quantity, t.quantity, coalesce(t.at, %(now)s::timestamptz), coalesce(t.at, %(now)s::timestamptz), t.actor
  FROM unnest(%(id)s::bigint[], %(site)s::bigint[], %(order)s::bigint[], %(line)s::bigint[], %(allocation)s::bigint[], %(item)s::bigint[],
              %(bin)s::bigint[], %(tote)s::bigint[], %(lot)s::text[], %(quantity)s::bigint[], %(at)s::timestamptz[], %(actor)s::text[])
    AS t(id, site, ord, line, allocation, item, bin, tote, lot, quantity, at, actor)
"""


def room(run: Run, tasks: Iterable[Asked]) -> Room:
    """What may be taken beyond these tasks; stock and bins are locked, in key order, for the rest of the transaction."""
    all_ = list(tasks)
    stock = sorted({(t.item, t.site) for t in all_})
    bins = sorted({(t.item, t.bin, t.lot) for t in all_})
    at_site = {(item, site): n for item, site, n in run.rows(as_tuple, STOCK, item=[i for i, _ in stock], site=[s for _, s in stock])}
    found = run.rows(as_tuple, BALANCES, bin=[b for _, b, _ in bins], item=[i for i, *_ in bins], lot=[lot for *_, lot in bins])
    allowed: Mapping[int, int] = dict(run.rows(as_tuple, ALLOWED, line=sorted({t.line for t in all_})))
    return Room(dict(allowed), {(bin, item, lot): n for bin, item, lot, n in found}, at_site)


def send_over(run: Run, taken: Sequence[OverTask]) -> list[OverTask]:
    """Put taken units on lines, allocations and tasks of their own."""
    if not taken:
        return []
    made = add_over(run, [Extra(t.allocation, t.quantity) for t in taken])
    tasks = [replace(t, id=id, line=m.line, allocation=m.allocation) for id, m, t in zip(run.draw(TASKS, len(made)), made, taken, strict=True)]
    run.write(RAISE, tasks, actor=[t.actor for t in tasks])
    advance(run, [Advance(t.allocation, released=t.quantity, picked=t.quantity) for t in tasks])
    return tasks
