"""Pegging: units without a site wait for dated inbound supply, never more than is still open of it less its safety share."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hanse.journal.run import Run

from .events import WaitingUnits


class Waiting(Protocol):
    """What pegging needs to know of a line."""

    @property
    def line(self) -> int: ...
    @property
    def order(self) -> int: ...
    @property
    def item(self) -> int: ...
    @property
    def sku(self) -> str: ...


@dataclass(slots=True)
class Supply:
    """An inbound supply and what of it no line is pegged to yet."""

    inbound: int
    ref: str
    item: int
    due_on: date
    free: int


@dataclass(frozen=True, slots=True)
class Pegged:
    """Units of a line that wait for an inbound supply."""

    line: int
    inbound: int
    quantity: int


SUPPLIES = """
SELECT i.id, i.ref, i.item_id, i.due_on, greatest(i.quantity - i.received - (i.quantity * i.safety_share + 99) / 100 - coalesce(p.pegged, 0), 0)::bigint
  FROM inventory_inbound i
  LEFT JOIN LATERAL (SELECT sum(quantity) AS pegged FROM orders_peg p
                      WHERE p.inbound_id = i.id AND p.line_id <> ALL(%(lines)s::bigint[])) p ON true
 WHERE i.item_id = ANY(%(items)s::bigint[]) AND i.received < i.quantity
 ORDER BY i.id FOR NO KEY UPDATE OF i
"""
UNPEG = "DELETE FROM orders_peg WHERE line_id = ANY(%(lines)s::bigint[])"
PEG = """
INSERT INTO orders_peg (line_id, inbound_id, quantity)
SELECT * FROM unnest(%(line)s::bigint[], %(inbound)s::bigint[], %(quantity)s::bigint[])
"""


def peg(run: Run, rest: Mapping[int, int], lines: Mapping[int, Waiting]) -> dict[int, list[WaitingUnits]]:
    """Peg the waiting units of these lines anew, in the order given; by order, what waits for what.

    `lines` are all lines that were looked at: those without a rest lose the pegs they had.
    """
    run.write(UNPEG, lines=list(lines))
    if not rest:
        return {}
    items = sorted({lines[line].item for line in rest})
    supplies = run.rows(Supply, SUPPLIES, lines=list(lines), items=items)
    told, pegs = share(rest, lines, supplies)
    run.write(PEG, pegs)
    return told


def unpeg(run: Run, lines: Sequence[int]) -> None:
    """Let these lines wait for no supply any more."""
    run.write(UNPEG, lines=list(lines))


def share(rest: Mapping[int, int], lines: Mapping[int, Waiting], supplies: Sequence[Supply]) -> tuple[dict[int, list[WaitingUnits]], list[Pegged]]:
    """Give waiting units to supply by due date, first come first served. Pure but for the supplies it uses up."""
    by_item: dict[int, list[Supply]] = defaultdict(list)
    for supply in sorted(supplies, key=lambda s: (s.due_on, s.inbound)):
        by_item[supply.item].append(supply)
    told: dict[int, list[WaitingUnits]] = defaultdict(list)
    pegs: list[Pegged] = []
    for line, wanted in rest.items():
        at = lines[line]
        for supply in by_item[at.item]:
            units = min(wanted, supply.free)
            if units > 0:
                supply.free -= units
                wanted -= units
                pegs.append(Pegged(line, supply.inbound, units))
                told[at.order].append(WaitingUnits(line, at.sku, units, supply.ref, supply.due_on))
        if wanted:
            told[at.order].append(WaitingUnits(line, at.sku, wanted))
    return told, pegs
