"""Follow supply: when inbound supply is announced or moves, what waits for it is pegged anew and promises follow.

The queue decides who waits for which supply. A promise moves only where it cannot be kept any more. Where the
customer's terms say so (`consent_days`), a day later than that is a question to him, with a deadline. Supply that
comes earlier again moves no promise back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple, row

from . import pegging
from .counters import lock_orders
from .events import ConsentAsked, PromiseMoved, SupplyFollowed
from .promises import promise_first, shift_promises
from .promising import settled
from .reserving import LINES, NAMED, SITES, OpenLine, SiteFact, expected, firsts, queue_key, ready_ways

ANSWER_WITHIN = timedelta(days=3)
"""How long a customer has to say whether a later day suits him."""


@ask
class FollowSupply:
    """Peg what waits for an item anew, and let promises follow."""

    sku: Code


@dataclass(frozen=True, slots=True)
class Terms:
    """What a line's customer agreed to: to the first promise, or a later day; and from how many days more he wants to be asked."""

    line: int
    position: int
    agreed_on: date | None
    consent_days: int | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """A line whose units wait, and the day they are expected at the customer."""

    at: OpenLine
    terms: Terms
    arrives_on: date | None


ITEMS = "SELECT sku, id FROM catalogue_item WHERE sku = ANY(%(sku)s::text[])"
ORDERS = "SELECT order_id FROM orders_line WHERE item_id = ANY(%(items)s::bigint[]) AND ordered > cancelled + reserved - freed"
WAITING = LINES + " WHERE l.order_id = ANY(%(order)s::bigint[]) AND l.item_id = ANY(%(items)s::bigint[]) AND l.ordered > l.cancelled + l.reserved - l.freed"
TERMS = """
SELECT l.id, l.position, greatest(l.first_promised_on, c.agreed_on), p.consent_days, coalesce(c.refused, false)
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN partners_party p ON p.id = o.customer_id
  LEFT JOIN LATERAL (SELECT max(k.promised_on) FILTER (WHERE k.answer = 'agreed') AS agreed_on,
                            (array_agg(k.answer ORDER BY k.id DESC))[1] IS NOT DISTINCT FROM 'free' AS refused
                       FROM orders_consent k WHERE k.line_id = l.id) c ON true
 WHERE l.id = ANY(%(lines)s::bigint[])
"""
ASK = """
INSERT INTO orders_consent (line_id, promised_on, was_on, units, asked_at, answer_by)
SELECT c.line, c.promised_on, c.was_on, c.units, %(now)s, c.answer_by
  FROM unnest(%(line)s::bigint[], %(promised_on)s::date[], %(was_on)s::date[], %(units)s::bigint[], %(answer_by)s::timestamptz[])
    AS c(line, promised_on, was_on, units, answer_by)
    ON CONFLICT (line_id) WHERE answer IS NULL
    DO UPDATE SET promised_on = excluded.promised_on, units = excluded.units, asked_at = excluded.asked_at, answer_by = excluded.answer_by
"""


def decide(waits: Sequence[Waits], now: datetime) -> tuple[list[PromiseMoved], list[ConsentAsked]]:
    """The promises that cannot be kept any more, and which of them the customer must agree to."""
    moved: list[PromiseMoved] = []
    asked: list[ConsentAsked] = []
    for it in waits:
        was = it.at.promised_on
        promise = settled(was, max((d for d in (it.at.kept_on, it.arrives_on) if d), default=None), now.date())
        if was is None or promise is None or promise == was:
            continue
        order = f"H-{it.at.order}"
        moved.append(PromiseMoved(order, it.at.line, it.at.sku, was, promise, "supply comes later"))
        agreed_on = it.terms.agreed_on or was
        if it.terms.consent_days is not None and (promise - agreed_on).days > it.terms.consent_days:
            asked.append(ConsentAsked(order, it.at.line, it.terms.position, it.at.sku, it.at.open, agreed_on, promise, now + ANSWER_WITHIN))
    return moved, asked


@row
class Late:
    """Units of a line that leave a site on a later day than was said."""

    line: int
    site: int
    units: int
    due_on: date


def follow_late(run: Run, late: Sequence[Late]) -> None:
    """Let promises follow reserved units that leave their site later: by the rules of supply that slips. Their orders are locked by the caller."""
    if not late:
        return
    lines = {x.line: x for x in run.rows(OpenLine, NAMED, line=sorted({it.line for it in late}))}
    terms = {t.line: t for t in run.rows(Terms, TERMS, lines=list(lines))}
    sites = run.rows(SiteFact, SITES, countries=sorted({x.country for x in lines.values()}))
    waits: dict[int, Waits] = {}
    for it in late:
        day = ready_ways(lines[it.line], sites, it.due_on, run.now).get(it.site)
        before = waits.get(it.line)
        units = it.units + (before.at.open if before else 0)
        arrives_on = max((d for d in (day, before and before.arrives_on) if d), default=None)
        waits[it.line] = Waits(replace(lines[it.line], open=units), terms[it.line], arrives_on)
    moved, asked = decide(list(waits.values()), run.now)
    shift_promises(run, moved)
    run.write(ASK, asked)
    run.tell(asked)


@operation
def follow_supply(run: Run, asks: Sequence[FollowSupply]) -> list[SupplyFollowed | Refused]:
    """Peg anew and move promises; consent is asked in the same transaction."""
    items: dict[str, int] = dict(run.rows(as_tuple, ITEMS, asks))
    ids = sorted(items.values())
    orders = [order for (order,) in run.rows(as_tuple, ORDERS, items=ids)]
    lock_orders(run, orders)
    found = sorted(run.rows(OpenLine, WAITING, order=orders, items=ids), key=queue_key)
    lines = {x.line: x for x in found}
    terms = {t.line: t for t in run.rows(Terms, TERMS, lines=list(lines))}
    pegging.peg(run, {x.line: x.open for x in found if not terms[x.line].refused}, lines)
    sites = run.rows(SiteFact, SITES, countries=sorted({x.country for x in found}))
    days = expected(run, lines, lines, sites)
    promise_first(run, firsts(_first(run, lines, days), lines))
    moved, asked = decide([Waits(x, terms[x.line], days.get(x.line)) for x in found], run.now)
    shift_promises(run, moved)
    run.write(ASK, asked)
    run.tell(asked)
    item_of = {x.line: x.sku for x in found}
    return [_told(a.sku, items, item_of, moved, asked) for a in asks]


PEGGED = "SELECT line_id, sum(quantity)::bigint FROM orders_peg WHERE line_id = ANY(%(lines)s::bigint[]) GROUP BY line_id"


def _first(run: Run, lines: Mapping[int, OpenLine], days: Mapping[int, date]) -> dict[int, date]:
    """Lines without a promise, all of whose open units are expected now."""
    undated = [line for line in days if lines[line].promised_on is None]
    pegged: dict[int, int] = dict(run.rows(as_tuple, PEGGED, lines=undated)) if undated else {}
    return {line: max(days[line], lines[line].kept_on or days[line]) for line in undated if pegged.get(line) == lines[line].open}


def _told(sku: str, items: Mapping[str, int], item_of: Mapping[int, str], moved: Sequence[PromiseMoved], asked: Sequence[ConsentAsked]) -> SupplyFollowed | Refused:
    if sku not in items:
        return refuse("sku-unknown", at="sku", sku=sku)
    return SupplyFollowed(sku, sum(1 for s in item_of.values() if s == sku), sum(1 for m in moved if m.sku == sku), sum(1 for c in asked if c.sku == sku))
