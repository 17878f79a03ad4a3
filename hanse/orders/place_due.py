"""Place due: the order of a recurring one for one of its days, exactly once. What cannot be placed is kept with why and needs a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse
from hanse.network.calendar import Calendar

from .events import OccurrenceFailed, OccurrencePlaced, OccurrenceSkipped, OrderPlaced
from .place import Place, take
from .quotes import id_of, read
from .recurrence import next_on


@ask
class PlaceDue:
    """Place the order of this day; again, where it failed."""

    recurring: Code
    on: date


@dataclass(frozen=True, slots=True)
class Template:
    """A recurring order, locked, with the day it is due next."""

    id: int
    body: str
    rule: str
    starts_on: date
    skip_holidays: bool
    country: str
    region: str
    zone: str
    next_on: date | None
    paused: bool


TEMPLATES = """
SELECT id, body::text, rule, starts_on, skip_holidays, country, region, zone, next_on, paused_at IS NOT NULL
  FROM orders_recurring WHERE id = ANY(%(id)s::bigint[]) ORDER BY id FOR UPDATE
"""
OUTCOMES = """
SELECT 'R-' || c.recurring_id, c.day, c.outcome FROM orders_occurrence c
 WHERE (c.recurring_id, c.day) IN (SELECT * FROM unnest(%(id)s::bigint[], %(on)s::date[]))
"""
KEEP = """
INSERT INTO orders_occurrence AS c (recurring_id, day, outcome, order_id, trouble, at)
SELECT k.id, k.day, k.outcome, nullif(k.ord, 0), k.trouble, %(now)s
  FROM unnest(%(id)s::bigint[], %(on)s::date[], %(outcome)s::text[], %(order)s::bigint[], %(trouble)s::text[]) AS k(id, day, outcome, ord, trouble)
    ON CONFLICT (recurring_id, day) DO UPDATE SET outcome = excluded.outcome, order_id = excluded.order_id, trouble = excluded.trouble, at = excluded.at
 WHERE c.outcome = 'failed'
"""
ADVANCE = """
UPDATE orders_recurring r SET next_on = n.next_on FROM unnest(%(id)s::bigint[], %(on)s::date[], %(next)s::date[]) AS n(id, day, next_on)
 WHERE r.id = n.id AND r.next_on = n.day
"""
Occurred = OccurrencePlaced | OccurrenceSkipped | OccurrenceFailed


def decide(asks: Sequence[PlaceDue], templates: Mapping[str, Template], outcomes: Mapping[tuple[str, date], str], now: datetime) -> list[Place | OccurrenceSkipped | Refused]:
    """A day is placed once, when it has come where the goods go, unless the order is paused; a holiday is left out where asked."""
    answers: list[Place | OccurrenceSkipped | Refused] = []
    seen: set[tuple[str, date]] = set()
    for it in asks:
        template, outcome = templates.get(it.recurring), outcomes.get((it.recurring, it.on), "")
        if template is None:
            answers.append(refuse("recurring-unknown", recurring=it.recurring))
        elif outcome in ("placed", "skipped") or (it.recurring, it.on) in seen:
            answers.append(refuse("occurrence-done", recurring=it.recurring, on=it.on))
        elif not outcome and template.paused:
            answers.append(refuse("recurring-paused", recurring=it.recurring))
        elif not outcome and (it.on != template.next_on or it.on > now.astimezone(ZoneInfo(template.zone)).date()):
            answers.append(refuse("occurrence-not-due", recurring=it.recurring, on=it.on, next=template.next_on or "none"))
        else:
            seen.add((it.recurring, it.on))
            rests = template.skip_holidays and not Calendar(template.country, template.region, tuple(range(7))).is_working(it.on)
            order = read(template.body)
            answers.append(OccurrenceSkipped(it.recurring, it.on) if rests else replace(order, ref=f"{order.ref}/{it.on}" if order.ref else ""))
    return answers


@operation
def place_due(run: Run, asks: Sequence[PlaceDue]) -> list[OccurrencePlaced | OccurrenceSkipped | OccurrenceFailed | Refused]:
    """Place the orders of recurring ones for their days."""
    ids = [id_of("R", it.recurring) for it in asks]
    templates = {f"R-{t.id}": t for t in run.rows(Template, TEMPLATES, id=sorted(set(ids)))}
    outcomes = {(number, day): outcome for number, day, outcome in run.rows(lambda *row: row, OUTCOMES, asks, id=ids)}
    decided = decide(asks, templates, outcomes, run.now)
    placed = iter(take(run, orders) if (orders := [d for d in decided if isinstance(d, Place)]) else [])
    answers: list[Occurred | Refused] = []
    for it, d in zip(asks, decided, strict=True):
        answer = next(placed) if isinstance(d, Place) else d
        if isinstance(answer, OrderPlaced):
            run.tell([answer])
            answers.append(OccurrencePlaced(it.recurring, it.on, answer.order, answer.total, answer.currency))
        elif isinstance(answer, Refused) and isinstance(d, Place):
            answers.append(OccurrenceFailed(it.recurring, it.on, answer.detail))
        else:
            answers.append(answer)
    _keep(run, [a for a in answers if not isinstance(a, Refused)], templates)
    return answers


def _keep(run: Run, done: Sequence[Occurred], templates: Mapping[str, Template]) -> None:
    """Keep what came of each day, and when the next one is due."""
    if not done:
        return
    ids, days = [int(a.recurring[2:]) for a in done], [a.on for a in done]
    run.write(
        KEEP, id=ids, on=days, outcome=[OUTCOME[type(a)] for a in done], order=[int(a.order[2:]) if isinstance(a, OccurrencePlaced) else 0 for a in done],
        trouble=[a.why if isinstance(a, OccurrenceFailed) else "" for a in done],
    )
    run.write(ADVANCE, id=ids, on=days, next=[_after(templates[a.recurring], a.on) for a in done])


OUTCOME: Mapping[type, str] = {OccurrencePlaced: "placed", OccurrenceSkipped: "skipped", OccurrenceFailed: "failed"}


def _after(template: Template, on: date) -> date | None:
    return next_on(template.rule, template.starts_on, date.fromordinal(on.toordinal() + 1))
