"""Resume recurring orders: from today on; the days that passed meanwhile are not made up for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse

from .events import RecurringResumed
from .pause_recurring import Standing, standing
from .recurrence import next_on


@ask
class ResumeRecurring:
    """Place this recurring order again, from today on."""

    recurring: Code


RESUME = """
UPDATE orders_recurring r SET paused_at = NULL, next_on = n.next_on FROM unnest(%(id)s::bigint[], %(next_on)s::date[]) AS n(id, next_on) WHERE r.id = n.id
"""


def decide(asks: Sequence[ResumeRecurring], known: Mapping[str, Standing], now: datetime) -> list[RecurringResumed | Refused]:
    """Resume what is paused, once, from the first day of its rule that has not passed where the goods go and of which nothing came yet."""
    answers: list[RecurringResumed | Refused] = []
    paused = {number for number, it in known.items() if it.paused}
    for it in asks:
        if it.recurring not in known:
            answers.append(refuse("recurring-unknown", recurring=it.recurring))
        elif it.recurring not in paused:
            answers.append(refuse("state-conflict", why=f"{it.recurring} is not paused."))
        else:
            paused.discard(it.recurring)
            order, today = known[it.recurring], now.astimezone(ZoneInfo(known[it.recurring].zone)).date()
            answers.append(RecurringResumed(it.recurring, next_on(order.rule, order.starts_on, max(today, order.next_on)) if order.next_on else None))
    return answers


@operation
def resume_recurring(run: Run, asks: Sequence[ResumeRecurring]) -> list[RecurringResumed | Refused]:
    """Place recurring orders again."""
    answers = decide(asks, standing(run, [it.recurring for it in asks]), run.now)
    resumed = [a for a in answers if isinstance(a, RecurringResumed)]
    run.write(RESUME, resumed, id=[int(a.recurring[2:]) for a in resumed])
    return answers
