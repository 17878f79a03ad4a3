"""Answer consent: note what a customer says to a later day.

Agreed: the promise stands, with who agreed on record. Refused, he chooses: the late units are cancelled, or they are
free of the late supply and wait for whatever stock comes first. A question is answered once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from annotated_types import Gt, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .cancelling import Known, Taken, cancel_units, facts, stops, take
from .counters import lock_orders
from .events import CancelledUnits, ChangeAsked, ConsentAnswered, GivenBack, PromiseMoved, UnitsCancelled
from .pegging import unpeg
from .promises import move_promises
from .requests import ask_sites

Position = Annotated[int, Gt(0), Le(100_000)]


@ask
class AnswerConsent:
    """What the customer says about the line at this position: `agreed`, or refused: `cancel` the late units or `free` them of the late supply."""

    order: Code
    line: Position
    answer: Literal["agreed", "cancel", "free"]
    agreed_by: Short = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for its answer; `supplier` where he is to ship some of the units."""

    consent: int
    order: int
    line: int
    position: int
    sku: str
    units: int
    was_on: date
    promised_on: date
    supplier: str = ""


ASKED = """
SELECT c.id, l.order_id, l.id, l.position, i.sku, least(c.units, l.ordered - l.cancelled - l.reserved + l.freed + coalesce(s.units, 0)), c.was_on, c.promised_on,
       coalesce(s.supplier, '')
  FROM orders_line l JOIN orders_consent c ON c.line_id = l.id AND c.answer IS NULL JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN LATERAL (SELECT sum(a.reserved - a.freed - a.shipped)::bigint AS units, min(s.supplier) AS supplier
                       FROM orders_allocation a JOIN network_site s ON s.id = a.site_id AND s.supplier <> ''
                      WHERE a.order_id = l.order_id AND a.line_id = l.id AND a.reserved - a.freed > a.shipped) s ON true
 WHERE l.order_id = ANY(%(order)s::bigint[]) ORDER BY c.id FOR UPDATE OF c
"""
ANSWER = """
UPDATE orders_consent c SET answer = a.answer, answered_by = %(actor)s, answered_at = %(now)s
  FROM unnest(%(consent)s::bigint[], %(answer)s::text[]) AS a(id, answer) WHERE c.id = a.id
"""


def decide(asks: Sequence[AnswerConsent], asked: Mapping[tuple[str, int], Asked]) -> list[Asked | Refused]:
    """The question each ask answers; the first answer stands. Who agrees is named."""
    answers: list[Asked | Refused] = []
    waiting = dict(asked)
    for ask in asks:
        it = waiting.get((ask.order, ask.line))
        if it is None:
            answers.append(refuse("nothing-asked", order=ask.order, line=ask.line))
        elif ask.answer == "agreed" and not ask.agreed_by.strip():
            answers.append(refuse("values-refused", at="agreed_by", why="Say who at the customer agreed."))
        elif ask.answer == "free" and it.supplier:
            answers.append(refuse("values-refused", at="answer", why=f"{it.supplier} is to ship them: cancel them, or note that he declines, and they look for another site."))
        else:
            del waiting[ask.order, ask.line]
            answers.append(it)
    return answers


SUPPLIERS = "SELECT id FROM network_site WHERE supplier <> ''"
NOT_AGREED = "the customer did not agree to a later day"


@operation
def answer_consent(run: Run, asks: Sequence[AnswerConsent]) -> list[ConsentAnswered | Refused]:
    """Note answers; refused units are cancelled or lose their peg in the same transaction."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    asked = {(f"H-{a.order}", a.position): a for a in run.rows(Asked, ASKED, order=ids)}
    decided = decide(asks, asked)
    done = [(ask, d) for ask, d in zip(asks, decided, strict=True) if isinstance(d, Asked)]
    run.write(ANSWER, [d for _, d in done], answer=[ask.answer for ask, _ in done])
    move_promises(run, [
        PromiseMoved(ask.order, d.line, d.sku, d.was_on, d.promised_on, "the customer agreed", ask.agreed_by) for ask, d in done if ask.answer == "agreed"])
    _cancel(run, [d for ask, d in done if ask.answer == "cancel" and d.units > 0], facts(run, ids))
    if free := [d.line for ask, d in done if ask.answer == "free"]:
        unpeg(run, free)
    return [
        d if isinstance(d, Refused) else ConsentAnswered(ask.order, d.line, d.position, d.sku, d.units, d.promised_on, ask.answer, ask.agreed_by)
        for ask, d in zip(asks, decided, strict=True)]


def _cancel(run: Run, late: Sequence[Asked], known: Known) -> None:
    """Cancel the late units; what our own sites have reserved of the line stays. What a supplier was asked for he is asked to stop."""
    if not late:
        return
    suppliers = {site for (site,) in run.rows(as_tuple, SUPPLIERS)}
    cut: dict[str, list[CancelledUnits]] = defaultdict(list)
    freed: dict[str, list[GivenBack]] = defaultdict(list)
    taken: list[Taken] = []
    lines = {x.line: x for xs in known.lines.values() for x in xs}
    for it in late:
        part = take(lines[it.line], it.units, [p for p in known.parts.get(it.line, ()) if p.site in suppliers])
        taken.append(part)
        if part.now:
            cut[f"H-{it.order}"].append(CancelledUnits(it.line, it.position, it.sku, part.now))
            freed[f"H-{it.order}"] += part.freed
    cancel_units(run, [x for xs in cut.values() for x in xs], [x for xs in freed.values() for x in xs], known)
    run.tell([UnitsCancelled(order, tuple(xs), tuple(freed[order]), NOT_AGREED) for order, xs in cut.items()])
    wishes = [wish for part in taken for wish in stops([part], "let-go", None, NOT_AGREED, True, run.actor)]
    run.tell([ChangeAsked(f"H-{wish.order}", (asked,), NOT_AGREED, True) for wish, asked in zip(wishes, ask_sites(run, wishes), strict=True)])
