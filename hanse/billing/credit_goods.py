"""Credit goods: credit the units of a parcel that were lost, came back, damaged or short, tied to the parcel, each unit once at most.

Without lines all that is proposed; else the units named, as far as they were in the parcel and are on invoices. The newest invoices are
credited first. What is open of them falls by the credit, as by any other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row

from . import credit
from .documents import Document
from .events import CreditIssued, GoodsCredited
from .goods import CAUSES, FOR_HANSE, FOR_PEOPLE, Taken, take
from .invoice import Units


@ask
class CreditGoods:
    """The parcel of an order; the units by line, where others than those proposed."""

    parcel: Code
    order: Code
    lines: Annotated[tuple[Units, ...], MaxLen(1000)] | None = None


@row
class Goods:
    """Units of a line in a parcel: proposed now, credited before."""

    id: int
    parcel: int
    tracking: str
    order: int
    line: int
    position: int
    cause: str
    sent: int
    credited: int
    unsure: bool
    proposed: int


@row
class OnInvoice:
    """Units of a line on an invoice that no credit took back."""

    line: int
    invoice: str
    left: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What an ask comes to: credits to book, each with its parcel, and the rows they take from."""

    order: int
    tracking: str
    causes: tuple[str, ...]
    credits: Sequence[tuple[int, credit.Credit]]
    taken: Sequence[Taken] = field(default_factory=tuple)


def decide(asks: Sequence[CreditGoods], goods: Sequence[Goods], invoices: Sequence[OnInvoice]) -> list[Plan | Refused]:
    """Plan the credits of each parcel, once."""
    left: dict[int, dict[str, int]] = defaultdict(dict)
    for x in invoices:
        left[x.line][x.invoice] = x.left
    answers: list[Plan | Refused] = []
    done: set[tuple[int, str]] = set()
    for ask in asks:
        of = [g for g in goods if (g.order, g.tracking) == (order_id(ask.order), ask.parcel)]
        told = refuse("nothing-to-credit", at="parcel", parcel=ask.parcel, order=ask.order) if not of or (of[0].order, ask.parcel) in done else _decide(ask, of, left)
        if isinstance(told, Plan):
            done.add((told.order, told.tracking))
        answers.append(told)
    return answers


def _decide(ask: CreditGoods, of: Sequence[Goods], left: Mapping[int, dict[str, int]]) -> Plan | Refused:
    if ask.lines is None and any(g.unsure and g.proposed for g in of):
        return refuse("values-refused", at="lines", why=f"The proof of parcel {ask.parcel} does not say which of its lines came short: say how many units of each.")
    wanted = _wanted(ask, of)
    if isinstance(wanted, Refused):
        return wanted
    parts: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for g in of:
        rest = wanted[g.id]
        for invoice, units in left[g.line].items():
            if now := min(rest, units):
                parts[invoice, g.parcel][g.position] = parts[invoice, g.parcel].get(g.position, 0) + now
                left[g.line][invoice] -= now
                rest -= now
        if rest:
            return refuse("credit-out-of-range", at="lines", open=wanted[g.id] - rest, wanted=wanted[g.id])
    if not parts:
        return refuse("nothing-to-credit", at="parcel", parcel=ask.parcel, order=ask.order)
    causes = tuple(dict.fromkeys(g.cause for g in of if wanted[g.id]))
    reason = f"{', '.join(CAUSES[c] for c in causes)}: parcel {ask.parcel}"
    credits = [(parcel, credit.Credit(invoice, reason, tuple(Units(p, n) for p, n in lines.items()))) for (invoice, parcel), lines in parts.items()]
    return Plan(of[0].order, ask.parcel, causes, credits, tuple(Taken(g.id, wanted[g.id], ask.lines is not None) for g in of if wanted[g.id] or ask.lines is not None))


def _wanted(ask: CreditGoods, of: Sequence[Goods]) -> dict[int, int] | Refused:
    """Units by row: as proposed, or as said, no more than were in the parcel."""
    if ask.lines is None:
        return {g.id: g.proposed for g in of}
    said: dict[int, int] = defaultdict(int)
    for units in ask.lines:
        said[units.line] += units.quantity
    wrong = [refuse("line-unknown", at="lines", order=ask.order, line=position) for position in sorted(set(said) - {g.position for g in of})]
    wanted = {}
    for g in of:
        wanted[g.id] = min(said[g.position], g.sent - g.credited)
        said[g.position] -= wanted[g.id]
    wrong += [refuse("credit-out-of-range", at="lines", open=sum(wanted[g.id] for g in of if g.position == position), wanted=rest + sum(wanted[g.id] for g in of if g.position == position))
              for position, rest in said.items() if rest and any(g.position == position for g in of)]
    return refuse_all(wrong) if wrong else wanted


LOCK = """
SELECT g.id FROM billing_goodscredit g JOIN transport_parcel p ON p.id = g.parcel_id WHERE p.tracking = ANY(%(parcel)s::text[]) ORDER BY g.id FOR NO KEY UPDATE OF g
"""
GOODS = f"""
SELECT g.id, g.parcel_id, p.tracking, l.order_id, g.line_id, l.position, g.cause, g.sent, g.credited, g.unsure, coalesce(n.units, 0)::bigint
  FROM billing_goodscredit g JOIN transport_parcel p ON p.id = g.parcel_id JOIN orders_line l ON l.id = g.line_id
  LEFT JOIN ({FOR_PEOPLE} UNION ALL {FOR_HANSE}) n ON n.id = g.id
 WHERE p.tracking = ANY(%(parcel)s::text[]) ORDER BY g.id
"""
ON_INVOICES = """
SELECT x.line_id, d.number, x.quantity - coalesce((SELECT sum(y.quantity) FROM billing_invoice c JOIN billing_invoiceline y ON y.invoice_id = c.id
                                                   WHERE c.corrects_id = d.id AND y.line_id = x.line_id), 0)::bigint
  FROM billing_invoiceline x JOIN billing_invoice d ON d.id = x.invoice_id AND d.kind = 'invoice' WHERE x.line_id = ANY(%(line)s::bigint[]) ORDER BY x.line_id, d.id DESC
"""


@operation
def credit_goods(run: Run, asks: Sequence[CreditGoods]) -> list[GoodsCredited | Refused]:
    """Credit what never came sound: the parcels' rows first, then the invoices as `credit` does; of one parcel all or nothing."""
    run.lock(LOCK, asks)
    goods = run.rows(Goods, GOODS, asks)
    plans = decide(asks, goods, run.rows(OnInvoice, ON_INVOICES, goods))
    of = [(n, parcel, ask) for n, plan in enumerate(plans) if isinstance(plan, Plan) for parcel, ask in plan.credits]
    known = credit.known_of(run, [ask for *_, ask in of])
    drafts = [(n, parcel, d) for (n, parcel, _), d in zip(of, credit.decide([ask for *_, ask in of], known), strict=True)]
    failed = {n: d for n, _, d in drafts if isinstance(d, Refused)}
    kept = [(n, replace(d, parcel=parcel)) for n, parcel, d in drafts if isinstance(d, Document) and n not in failed]
    issued: dict[int, list[CreditIssued]] = defaultdict(list)
    for (n, _), told in zip(kept, credit.book(run, [d for _, d in kept], known), strict=True):
        issued[n].append(told)
    take(run, [t for n, plan in enumerate(plans) if n in issued for t in plan.taken])  # type: ignore[union-attr]
    answers: list[GoodsCredited | Refused] = []
    for n, plan in enumerate(plans):
        if isinstance(plan, Plan) and n in issued:
            run.tell(issued[n], run.owners[n])
            answers.append(_told(plan, issued[n]))
        else:
            answers.append(plan if isinstance(plan, Refused) else failed[n])
    return answers


def _told(plan: Plan, issued: Sequence[CreditIssued]) -> GoodsCredited:
    units = sum(x.quantity for it in issued for x in it.lines)
    return GoodsCredited(f"H-{plan.order}", plan.tracking, plan.causes, tuple(it.credit for it in issued), units, sum((it.total for it in issued), Decimal(0)), issued[0].currency)
