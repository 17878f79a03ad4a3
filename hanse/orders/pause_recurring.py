"""Pause recurring orders: nothing is placed until they are resumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Text, ask
from hanse.kernel.refused import Refused, refuse

from .events import RecurringPaused
from .quotes import id_of


@ask
class PauseRecurring:
    """Place nothing of this recurring order until it is resumed."""

    recurring: Code
    reason: Text = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A recurring order, locked: whether it is paused, its rule, and the day it is due next; none once the rule has ended."""

    id: int
    paused: bool
    rule: str
    starts_on: date
    zone: str
    next_on: date | None


STANDING = "SELECT id, paused_at IS NOT NULL, rule, starts_on, zone, next_on FROM orders_recurring WHERE id = ANY(%(id)s::bigint[]) ORDER BY id FOR UPDATE"
PAUSE = "UPDATE orders_recurring SET paused_at = %(now)s WHERE id = ANY(%(id)s::bigint[])"


def standing(run: Run, numbers: Sequence[str]) -> dict[str, Standing]:
    """Recurring orders by number, locked."""
    return {f"R-{s.id}": s for s in run.rows(Standing, STANDING, id=sorted({id_of("R", number) for number in numbers}))}


def decide(asks: Sequence[PauseRecurring], known: Mapping[str, Standing]) -> list[RecurringPaused | Refused]:
    """Pause what runs, once."""
    answers: list[RecurringPaused | Refused] = []
    paused = {number for number, it in known.items() if it.paused}
    for it in asks:
        if it.recurring not in known:
            answers.append(refuse("recurring-unknown", recurring=it.recurring))
        elif it.recurring in paused:
            answers.append(refuse("recurring-paused", recurring=it.recurring))
        else:
            paused.add(it.recurring)
            answers.append(RecurringPaused(it.recurring, it.reason))
    return answers


@operation
def pause_recurring(run: Run, asks: Sequence[PauseRecurring]) -> list[RecurringPaused | Refused]:
    """Stop placing recurring orders for now."""
    answers = decide(asks, standing(run, [it.recurring for it in asks]))
    if paused := [int(a.recurring[2:]) for a in answers if isinstance(a, RecurringPaused)]:
        run.write(PAUSE, id=paused)
    return answers
