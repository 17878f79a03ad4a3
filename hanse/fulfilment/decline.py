"""Decline: a supplier does not ship what he was asked for.

The units leave his order and his shelf, are no longer reserved there, and look for another site in the same call; what finds none waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import MaxLen

from hanse.inventory.on_shelf import NotThere, not_there
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.orders.counters import Advance, advance
from hanse.orders.reserving import Want, reserve_lines

from .events import OrderedUnits, SupplierDeclined
from .supplier_orders import Known, Line, locked, open_lines


@ask
class DeclinedUnits:
    """So many units of an item that he does not ship."""

    sku: Code
    quantity: Quantity


@ask
class Decline:
    """A supplier's no to a drop-ship order, or to the units that are named."""

    supplier_order: Code
    reason: Short
    lines: Annotated[tuple[DeclinedUnits, ...], MaxLen(1000)] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """An accepted no, with the lines that lose units."""

    told: SupplierDeclined
    cut: Sequence[tuple[Line, int]]


def decide(asks: Sequence[Decline], orders: Mapping[str, Known], lines: Mapping[str, Sequence[Line]]) -> list[Done | Refused]:
    """Answer each no; later ones find what earlier ones left open."""
    answers: list[Done | Refused] = []
    left = {line.task: line.open for found in lines.values() for line in found}
    for ask in asks:
        order = orders.get(ask.supplier_order)
        here = [line for line in lines.get(ask.supplier_order, ()) if left[line.task]]
        if order is None:
            answers.append(refuse("supplier-order-unknown", at="supplier_order", number=ask.supplier_order))
        elif not here:
            answers.append(refuse("supplier-order-closed", number=ask.supplier_order))
        elif wrong := _wrong(ask, here, left):
            answers.append(refuse_all(wrong))
        else:
            cut = [(line, left[line.task]) for line in here] if not ask.lines else _taken(ask, here, left)
            for line, n in cut:
                left[line.task] -= n
            told = tuple(OrderedUnits(line.position, line.sku, n) for line, n in cut)
            answers.append(Done(SupplierDeclined(order_number(order.order), ask.supplier_order, order.site_code, order.supplier, told, ask.reason, ask.at), cut))
    return answers


def _wrong(ask: Decline, here: Sequence[Line], left: Mapping[int, int]) -> list[Refused]:
    found = [] if ask.reason.strip() else [refuse("reason-missing", at="reason")]
    wanted: dict[str, int] = {}
    for n, no in enumerate(ask.lines):
        wanted[no.sku] = wanted.get(no.sku, 0) + no.quantity
        there = sum(left[line.task] for line in here if line.sku == no.sku)
        if not there:
            found.append(refuse("not-ordered", at=f"lines/{n}/sku", number=ask.supplier_order, sku=no.sku))
        elif wanted[no.sku] > there:
            found.append(refuse("more-than-ordered", at=f"lines/{n}/quantity", number=ask.supplier_order, sku=no.sku, open=there, got=wanted[no.sku]))
    return found


def _taken(ask: Decline, here: Sequence[Line], left: Mapping[int, int]) -> list[tuple[Line, int]]:
    """The lines that lose units, the last position of an item first."""
    rest = dict(left)
    cut: dict[int, tuple[Line, int]] = {}
    for no in ask.lines:
        need = no.quantity
        for line in reversed(here):
            n = min(need, rest[line.task]) if line.sku == no.sku else 0
            if n:
                cut[line.task] = (line, cut.get(line.task, (line, 0))[1] + n)
                rest[line.task] -= n
                need -= n
    return list(cut.values())


CUT = """
UPDATE fulfilment_task t SET withdrawn = t.withdrawn + c.cut, taken = CASE WHEN t.to_pick = t.withdrawn + c.cut THEN 0 END,
       short_reason = c.reason, actor = c.by,
       closed_at = CASE WHEN t.to_pick = t.withdrawn + c.cut THEN coalesce(c.at, %(now)s::timestamptz) END
  FROM (SELECT task, sum(cut)::bigint AS cut, max(reason) AS reason, max(by) AS by, max(at) AS at
          FROM unnest(%(task)s::bigint[], %(cut)s::bigint[], %(reason)s::text[], %(by)s::text[], %(at)s::timestamptz[]) AS c(task, cut, reason, by, at) GROUP BY task) c
 WHERE t.id = c.task
"""


@operation
def decline(run: Run, asks: Sequence[Decline]) -> list[SupplierDeclined | Refused]:
    """Take suppliers' refusals: their lines are cut, and the units find another site or wait."""
    orders = locked(run, [a.supplier_order for a in asks])
    decided = decide(asks, orders, open_lines(run, orders))
    cut = [(d.told, line, n, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Done) for line, n in d.cut]
    if cut:
        run.write(CUT, [line for _, line, _, _ in cut], cut=[n for *_, n, _ in cut], reason=[told.reason for told, *_ in cut], by=[by for *_, by in cut], at=[told.at for told, *_ in cut])
        advance(run, [Advance(line.allocation, freed=n, recalled=n) for _, line, n, _ in cut])
        not_there(run, [NotThere(line.item, line.site, line.shelf, n, told.order, told.reason) for told, line, n, _ in cut], "SupplierDeclined")
        _find_again(run, [(line, n) for _, line, n, _ in cut])
    return [d.told if isinstance(d, Done) else d for d in decided]


def _find_again(run: Run, cut: Sequence[tuple[Line, int]]) -> None:
    """Find another site for what he does not ship; not his again."""
    missing: dict[int, int] = {}
    sites: dict[int, set[int]] = {}
    for line, n in cut:
        missing[line.line] = missing.get(line.line, 0) + n
        sites.setdefault(line.line, set()).add(line.site)
    reserve_lines(run, [Want(line, n, tuple(sorted(sites[line]))) for line, n in missing.items()])
