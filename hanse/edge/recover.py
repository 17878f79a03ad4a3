"""Recover: go on from a restored moment. Numbers that may have been given after it are void, and a new epoch of the journal begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from annotated_types import MaxLen, MinLen

from hanse.billing.voiding import Void, void
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Count, Id, Name, Short, ask
from hanse.kernel.refused import Refused, refuse
from hanse.transport.asking_again import ask_again

from .events import Recovered

REASON = "Issued, or may have been issued, after the moment that was restored."


@ask
class VoidUpTo:
    """No document is to have a number of this series up to this one, but those that have."""

    series: Name
    number: Id


@ask
class Recover:
    """Go on from this moment in a new epoch; so many sequences were lifted, these documents are known to be lost."""

    restored_to: datetime
    epoch: Id
    lifted: Count
    voids: tuple[VoidUpTo, ...] = ()
    lost: Annotated[tuple[Annotated[Short, MinLen(1)], ...], MaxLen(100_000)] = ()


def decide(asks: Sequence[Recover], latest: int, now: datetime) -> list[Recovered | Refused]:
    """An epoch comes after the one before it, and nothing is restored to a moment that is still to come."""
    answers: list[Recovered | Refused] = []
    for it in asks:
        if it.restored_to > now:
            answers.append(refuse("values-refused", why="Nothing can be restored to a moment that is still to come.", at="restored_to"))
        elif it.epoch <= latest:
            answers.append(refuse("state-conflict", why="A later epoch has begun already: is the clock of this machine behind?"))
        else:
            answers.append(Recovered(it.epoch, it.restored_to, it.lifted, list(it.lost)))
            latest = it.epoch
    return answers


LATEST = "SELECT coalesce(max(epoch), 0) FROM edge_recovery"
BEGIN = """
INSERT INTO edge_recovery (epoch, restored_to, recovered_at)
SELECT r.*, %(now)s::timestamptz FROM unnest(%(recovery)s::bigint[], %(restored_to)s::timestamptz[]) AS r
"""
AT_ONCE = "UPDATE edge_delivery SET next_at = %(now)s::timestamptz WHERE state = %(state)s"


@operation
def recover(run: Run, asks: Sequence[Recover]) -> list[Recovered | Refused]:
    """Begin a new epoch: numbers void, series lifted, and whatever waits for an answer is asked again at once."""
    [latest] = run.rows(int, LATEST)
    answers = decide(asks, latest, run.now)
    begun = [(it, a) for it, a in zip(asks, answers, strict=True) if isinstance(a, Recovered)]
    run.write(BEGIN, [a for _, a in begun])
    run.tell(void(run, [Void(v.series, v.number, REASON) for it, _ in begun for v in it.voids], run.owners[0][0]))
    if begun:
        run.write(AT_ONCE, state="waiting")
        ask_again(run)
    return answers
