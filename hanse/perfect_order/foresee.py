"""Foresee: look at what is at risk of orders on their way, and keep what was found in place of what was seen before.

Looking changes nothing of the order itself. A risk is told when its reasons or what would save it are others than before.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_id, order_ids, order_number
from hanse.kernel.refused import Refused, refuse

from .chance import Learnt
from .events import Foreseen, NothingNewForeseen, RiskForeseen
from .faster import Commitment, sold_of
from .foreseeing import NOTHING_SOLD, AtRisk, Sold
from .foreseeing import foresee as foreseen
from .outlook import Outlook, learnt_cells, outlooks


@ask
class Foresee:
    """Look at what is at risk of an order."""

    order: Code


Seen = tuple[date | None, str, str]
"""A commitment, why it is at risk, and what would save it: what has to change to be told."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the open commitments of a batch of orders, what the past taught, and what was seen of them before."""

    now: datetime
    orders: frozenset[int]
    outlooks: Mapping[int, Sequence[Outlook]]
    sold: Mapping[Commitment, Sold]
    learnt: Learnt
    before: Mapping[int, frozenset[Seen]]


def decide(asks: Sequence[Foresee], known: Known) -> list[list[AtRisk] | Refused]:
    """What is at risk of each order; of one that is delivered nothing is."""
    answers: list[list[AtRisk] | Refused] = []
    for it in asks:
        id = order_id(it.order) or 0
        if id not in known.orders:
            answers.append(refuse("order-unknown", order=it.order))
        else:
            found = [foreseen(o, known.sold.get((id, o.open.due_on), NOTHING_SOLD), known.learnt, known.now) for o in known.outlooks.get(id, ())]
            answers.append([risk for risk in found if risk])
    return answers


THERE = "SELECT id FROM orders_order WHERE id = ANY(%(order)s::bigint[])"
BEFORE = """
SELECT r.order_id, r.due_on, ARRAY(SELECT x->>'code' FROM jsonb_array_elements(r.reasons) x), coalesce(r.rescues->0->>'action', '')
  FROM perfect_order_risk r WHERE r.order_id = ANY(%(order)s::bigint[]) ORDER BY r.order_id, r.id FOR UPDATE
"""
DROP = "DELETE FROM perfect_order_risk r USING unnest(%(ids)s::bigint[]) AS o(id) WHERE r.order_id = o.id"
KEEP = """
INSERT INTO perfect_order_risk (order_id, due_on, looked_at, step, slack_h, lane, site, customer_id, net, currency, chance, low, high, known_from, reasons, rescues, gain, lost, lessening)
SELECT r.ord, r.due_on, %(now)s::timestamptz, r.step, r.slack_h, r.lane, r.site, r.customer, r.net, r.currency, r.chance, r.low, r.high, r.known_from, r.reasons::jsonb, r.rescues::jsonb, r.gain, r.lost, r.lessening::jsonb
  FROM unnest(%(ord)s::bigint[], %(due_on)s::date[], %(step)s::text[], %(slack_h)s::numeric[], %(lane)s::text[], %(site)s::text[], %(customer)s::bigint[], %(net)s::numeric[],
              %(currency)s::text[], %(chance)s::numeric[], %(low)s::numeric[], %(high)s::numeric[], %(known_from)s::bigint[], %(reasons)s::text[], %(rescues)s::text[],
              %(gain)s::numeric[], %(lost)s::boolean[], %(lessening)s::text[])
    AS r(ord, due_on, step, slack_h, lane, site, customer, net, currency, chance, low, high, known_from, reasons, rescues, gain, lost, lessening)
"""


@operation
def foresee(run: Run, asks: Sequence[Foresee]) -> list[RiskForeseen | NothingNewForeseen | Refused]:
    """Look at orders; what is at risk of them takes the place of what was."""
    known = _facts(run, order_ids(a.order for a in asks))
    answers = decide(asks, known)
    looked = {order_id(ask.order) or 0: a for ask, a in zip(asks, answers, strict=True) if not isinstance(a, Refused)}
    if looked:
        _write(run, looked)
    return [a if isinstance(a, Refused) else _told(ask.order, a, known) for ask, a in zip(asks, answers, strict=True)]


def _facts(run: Run, orders: list[int]) -> Known:
    before: dict[int, set[Seen]] = defaultdict(set)
    for order, due_on, codes, action in run.rows(lambda *row: row, BEFORE, order=orders):
        before[order].add((due_on, " ".join(codes), action))
    found = outlooks(run.rows, orders)
    by_order: dict[int, list[Outlook]] = defaultdict(list)
    for it in found:
        by_order[it.open.order].append(it)
    today = run.now.date()
    learnt = Learnt(learnt_cells(run.rows, today))
    at_risk = [it for it in found if foreseen(it, NOTHING_SOLD, learnt, run.now)]
    return Known(
        run.now, frozenset(run.rows(int, THERE, order=orders)), by_order, sold_of(run.rows, at_risk, today), learnt,
        {order: frozenset(seen) for order, seen in before.items()})


def _write(run: Run, looked: Mapping[int, Sequence[AtRisk]]) -> None:
    run.write(DROP, ids=sorted(looked))
    run.flush()
    risks = [risk for id in sorted(looked) for risk in looked[id]]
    if risks:
        run.write(
            KEEP, risks, ord=[r.order for r in risks], slack_h=[None if r.slack_h is None else round(r.slack_h, 2) for r in risks],
            chance=[_kept(r.chance.value) for r in risks], low=[_kept(r.chance.low) for r in risks], high=[_kept(r.chance.high) for r in risks],
            known_from=[r.chance.n for r in risks], reasons=[as_json(r.reasons) for r in risks], rescues=[as_json(r.rescues) for r in risks], gain=[_kept(r.gain) for r in risks],
            lessening=[json.dumps(asdict(r.lessening), default=str) if r.lessening else None for r in risks])


def _kept(fraction: float | None) -> float | None:
    return None if fraction is None else round(fraction, 4)


def as_json(found: Sequence[Any]) -> str:
    """Reasons or rescues as they are kept."""
    return json.dumps([asdict(it) for it in found], default=str)


def _told(order: str, risks: Sequence[AtRisk], known: Known) -> RiskForeseen | NothingNewForeseen:
    seen = {(r.due_on, " ".join(x.code for x in r.reasons), r.rescues[0].action if r.rescues else "") for r in risks}
    if seen == known.before.get(order_id(order) or 0, frozenset()):
        return NothingNewForeseen(order)
    return RiskForeseen(order_number(order_id(order) or 0), tuple(
        Foreseen(r.due_on, _kept(r.chance.value), tuple(x.said for x in r.reasons), r.rescues[0].said if r.rescues else "") for r in risks))
