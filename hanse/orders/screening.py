"""Screening: which holds an order gets by rule when it is placed, each with why.

Only customers whose terms say so are looked at: those with a credit limit, and those whose orders are screened for fraud. Nobody
else's order costs a statement more. Orders that were placed more than a day ago (imports of a past) are left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple

from .events import OrderHeld
from .holding import put_on_hold
from .placing import Taken

NEW_DAYS = 30
"""A customer is new for so many days after the first order."""
HIGH = Decimal(1000)
"""An order worth so much is a high one, in whatever currency it is in."""
MANY = 5
"""So many orders within an hour are many for a customer who is screened."""
PAST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Screened:
    """What the rules look at: the order, the customer's limit and what is owed beside it, how new the customer is, where it goes."""

    total: Decimal
    currency: str
    limit: Decimal | None
    limit_currency: str
    owed: Decimal
    screened: bool
    days_known: int
    within_the_hour: int
    differs: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that puts a hold of a type on an order it holds for, and says why."""

    type: str
    holds: Callable[[Screened], bool]
    why: Callable[[Screened], str]


RULES: tuple[Rule, ...] = (
    Rule("credit", lambda it: it.limit is not None and it.currency == it.limit_currency and it.owed + it.total > it.limit,
         lambda it: f"{it.owed + it.total - (it.limit or 0):,.2f} {it.currency} over the limit of {it.limit:,.2f}: {it.owed:,.2f} owed and on order, {it.total:,.2f} with this order"),
    Rule("credit", lambda it: it.limit is not None and it.currency != it.limit_currency,
         lambda it: f"The limit is in {it.limit_currency}, the order in {it.currency}: it cannot be compared"),
    Rule("fraud", lambda it: it.screened and it.days_known < NEW_DAYS and it.total >= HIGH and it.differs,
         lambda it: f"New customer ({it.days_known} days), {it.total:,.2f} {it.currency} is {HIGH:,} or more, and it goes elsewhere than the invoice"),
    Rule("fraud", lambda it: it.screened and it.within_the_hour >= MANY,
         lambda it: f"{it.within_the_hour + 1} orders within an hour, {MANY} are usual at most"),
)  # fmt: skip
"""Every rule; the first of a type that holds says why."""


def decide(order: Screened) -> dict[str, str]:
    """The holds an order gets, each with why."""
    found: dict[str, str] = {}
    for rule in RULES:
        if rule.type not in found and rule.holds(order):
            found[rule.type] = rule.why(order)
    return found


OWED = ["""
SELECT o.customer_id, o.currency, sum(round((l.net + l.freight + l.tax) * greatest(l.ordered - l.cancelled - l.invoiced, 0) / l.ordered, 4))
  FROM orders_order o JOIN orders_line l ON l.order_id = o.id
 WHERE o.customer_id = ANY(%(party)s::bigint[]) AND (o.open OR o.shipped > o.invoiced) AND o.id <> ALL(%(order)s::bigint[]) GROUP BY 1, 2
"""]
"""Questions for what customers (`party`) owe beside these orders (`order`), as rows of customer, currency, amount. Here: what is on order
and not invoiced. Areas above add theirs when they start."""
TURNS = "SELECT id FROM partners_party WHERE id = ANY(%(party)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
"""Orders of a customer with terms take turns, or two at once would both fit under one limit."""
FACTS = """
SELECT p.id, coalesce((SELECT sum(x.amount) FROM ({owed}) x(party, currency, amount) WHERE x.party = p.id AND x.currency = p.currency), 0),
       coalesce((SELECT %(now)s::date - o.placed_at::date FROM orders_order o WHERE o.customer_id = p.id AND o.id <> ALL(%(order)s::bigint[]) ORDER BY o.id LIMIT 1), 0),
       (SELECT count(*) FROM (SELECT o.placed_at FROM orders_order o WHERE o.customer_id = p.id AND o.id <> ALL(%(order)s::bigint[]) ORDER BY o.id DESC LIMIT 50) o
         WHERE o.placed_at > %(now)s::timestamptz - interval '1 hour')
  FROM partners_party p WHERE p.id = ANY(%(party)s::bigint[])
"""
DIFFER = """
SELECT o.id FROM orders_order o JOIN partners_address s ON s.id = o.ship_to_id JOIN partners_address b ON b.id = o.bill_to_id
 WHERE o.id = ANY(%(order)s::bigint[]) AND (s.country, s.postcode, s.street) IS DISTINCT FROM (b.country, b.postcode, b.street)
"""


def screen(run: Run, taken: Sequence[Taken]) -> set[str]:
    """Put the holds of the rules on orders that were just written; gives back the orders that may not be allocated."""
    asked = [t for t in taken if (t.customer.credit_limit is not None or t.customer.screened) and run.now - t.placed.at < PAST]
    if not asked:
        return set()
    parties, orders = sorted({t.customer.id for t in asked}), [int(t.placed.order[2:]) for t in taken]
    run.lock(TURNS, party=parties)
    known = {party: facts for party, *facts in run.rows(as_tuple, FACTS.format(owed=" UNION ALL ".join(OWED)), party=parties, order=orders)}
    differ = set(run.rows(int, DIFFER, order=orders)) if any(t.customer.screened for t in asked) else set()
    held = _held(asked, known, differ)
    put_on_hold(run, held, by="hanse")
    run.tell(held)
    return {it.order for it in held if it.type == "fraud"}


def _held(asked: Sequence[Taken], known: Mapping[int, list], differ: set[int]) -> list[OrderHeld]:
    """The holds of a batch in its order: later orders see what earlier ones of the same customer come to."""
    held = []
    for t in asked:
        it = known[t.customer.id]
        owed, days, within = it
        found = decide(Screened(t.placed.total, t.placed.currency, t.customer.credit_limit, t.customer.currency, owed, t.customer.screened, days, within, int(t.placed.order[2:]) in differ))
        held += [OrderHeld(t.placed.order, type, why) for type, why in found.items()]
        it[0] += t.placed.total if t.placed.currency == t.customer.currency else 0
        it[2] += 1
    return held
