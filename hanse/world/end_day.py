"""End a day of a simulated world: the mark from which a run goes on."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused

from .events import DayEnded


@ask
class EndDay:
    """A day of a company, by the name of its file, with its seed and the day it began on, was lived to its midnight."""

    world: Code
    seed: Annotated[int, Ge(0), Le(2**31)]
    began: date
    day: date


@operation
def end_day(run: Run, asks: Sequence[EndDay]) -> list[DayEnded | Refused]:
    """Journal that a day is over."""
    return [DayEnded(a.world, a.seed, a.began, a.day) for a in asks]
