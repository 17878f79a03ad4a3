"""Start recurring orders: a template with a rule, tried once so that what is wrong with it is said now and not on its first day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from annotated_types import MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import OrderPlaced, RecurringStarted
from .place import Place
from .quotes import kept, tried
from .recurrence import next_on, wrong_rule


@ask
class StartRecurring:
    """Place this order on each day of an RFC 5545 rule, from a day on. Its reference, if it has one, gets the day added."""

    order: Place
    rule: Annotated[str, MinLen(1), MaxLen(300)]
    starts_on: date
    skip_holidays: bool = False


INSERT = """
INSERT INTO orders_recurring (id, customer_id, body, rule, starts_on, skip_holidays, country, region, zone, next_on, started_at, started_by)
OVERRIDING SYSTEM VALUE
SELECT r.id, p.id, r.body::jsonb, r.rule, r.starts_on, r.skip_holidays, r.country, r.region, r.zone, r.next_on, %(now)s, %(actor)s
  FROM unnest(%(id)s::bigint[], %(customer)s::text[], %(body)s::text[], %(rule)s::text[], %(starts_on)s::date[], %(skip_holidays)s::boolean[],
              %(country)s::text[], %(region)s::text[], %(zone)s::text[], %(next_on)s::date[])
    AS r(id, customer, body, rule, starts_on, skip_holidays, country, region, zone, next_on) JOIN partners_party p ON p.code = r.customer
"""


def decide(asks: Sequence[StartRecurring], placed: Sequence[OrderPlaced | Refused], ids: Sequence[int], today: date) -> list[RecurringStarted | Refused]:
    """A template can be placed as it is, names no days of its own, and has a rule with a day to come."""
    answers: list[RecurringStarted | Refused] = []
    for it, order, id in zip(asks, placed, ids, strict=True):
        found = [order] if isinstance(order, Refused) else []
        if why := wrong_rule(it.rule, it.starts_on):
            found.append(refuse("rule-wrong", at="rule", why=why))
        if it.starts_on < today:
            found.append(refuse("values-refused", at="starts_on", why=f"{it.starts_on} has passed."))
        if it.order.at or it.order.requested_on or it.order.promised_on or any(line.requested_on or line.promised_on for line in it.order.lines):
            found.append(refuse("values-refused", at="order", why="A template names no days of its own: the rule does."))
        if found or isinstance(order, Refused):
            answers.append(refuse_all(found))
        else:
            first = next_on(it.rule, it.starts_on, it.starts_on) or it.starts_on
            answers.append(RecurringStarted(f"R-{id}", it.order.customer, it.rule, it.starts_on, it.skip_holidays, first, order.zone))
    return answers


@operation
def start_recurring(run: Run, asks: Sequence[StartRecurring]) -> list[RecurringStarted | Refused]:
    """Begin to place orders by a rule."""
    placed, facts = tried(run, [it.order for it in asks])
    answers = decide(asks, placed, run.draw("orders_recurring_id_seq", len(asks)), run.now.date())
    started = [(a, it, order) for a, it, order in zip(answers, asks, placed, strict=True) if isinstance(a, RecurringStarted) and isinstance(order, OrderPlaced)]
    run.write(INSERT, [a for a, *_ in started], **_columns(started, facts))
    return answers


def _columns(started: Sequence[tuple[RecurringStarted, StartRecurring, OrderPlaced]], facts: Mapping[str, tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {
        "id": [int(a.recurring[2:]) for a, *_ in started],
        "body": [kept(replace(it.order, expect="", reserve="at_once" if it.order.reserve == "or_refuse" else it.order.reserve)) for _, it, _ in started],
        "country": [facts[order.order][1] for *_, order in started],
        "region": [facts[order.order][2] for *_, order in started],
    }
