"""Cancel: cancel units of an order that are not picked yet.

Units without a site go first, then reserved ones, those not yet on the floor before those that are. Stock
that comes free goes to the queue of waiting orders, never back to the order that was cancelled. Kits are cancelled
whole, at their position. Units of a component alone break it: what is left of that kit is loose and billed by its share.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from annotated_types import Gt, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Text, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all

from .cancelling import Known, cancel_units, cancellable, everything, facts, take
from .counters import lock_orders
from .events import CancelledKits, CancelledUnits, UnitsCancelled

Position = Annotated[int, Gt(0), Le(100_000)]


@ask
class CancelLine:
    """Cancel so many units of the line, or so many kits, at a position."""

    line: Position
    quantity: Quantity


@ask
class Cancel:
    """Cancel units of an order; without lines all that can still be cancelled."""

    order: Code
    lines: Annotated[tuple[CancelLine, ...], MaxLen(1000)] = ()
    reason: Text = ""
    by_customer: bool = True
    at: datetime | None = None


def decide(asks: Sequence[Cancel], known: Known) -> list[UnitsCancelled | Refused]:
    """Cancel whole asks only: where less can be cancelled than asked, say how many can."""
    return [_decide(ask, known) for ask in asks]


def _decide(ask: Cancel, known: Known) -> UnitsCancelled | Refused:
    lines = known.lines.get(ask.order)
    if lines is None:
        return refuse("order-unknown", order=ask.order)
    left = cancellable(lines, known.parts)
    kits = {x.kit: x.kit_sku for x in lines if x.kit is not None}
    wanted: dict[int, int] = defaultdict(int)
    for cancel in ask.lines or [CancelLine(p, n) for p, n in everything(lines, left).items()]:
        wanted[cancel.line] += cancel.quantity
    units = {x.position: wanted.get(x.position, 0) + wanted.get(x.kit or 0, 0) * x.per_kit for x in lines}
    findings = [
        refuse("line-unknown", at="lines", order=ask.order, line=p) if p not in left else refuse("units-bound", at="lines", free=left[p], wanted=n)
        for p, n in wanted.items() if n > left.get(p, 0)
    ] or [refuse("units-bound", at="lines", free=left[p], wanted=n) for p, n in units.items() if n > left[p]]
    if findings:
        return refuse_all(findings)
    if not wanted:
        return refuse("order-closed", order=ask.order, status=lines[0].status)
    cut = [(x, units[x.position]) for x in lines if units[x.position]]
    freed = [g for line, n in cut for g in take(line, n, known.parts.get(line.line, ()))]
    told = tuple(CancelledUnits(x.line, x.position, x.sku, n, x.kit) for x, n in cut)
    whole = tuple(CancelledKits(p, kits[p], n) for p, n in wanted.items() if p in kits)
    return UnitsCancelled(ask.order, told, tuple(freed), ask.reason, ask.by_customer, ask.at, whole)


@operation
def cancel(run: Run, asks: Sequence[Cancel]) -> list[UnitsCancelled | Refused]:
    """Cancel units: line, order, allocation and the site's stock move together."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    known = facts(run, ids)
    answers = decide(asks, known)
    done = [a for a in answers if isinstance(a, UnitsCancelled)]
    cancel_units(run, [x for a in done for x in a.lines], [g for a in done for g in a.freed], known)
    return answers
