"""Report lost: give a parcel up after the search, by a person. A carrier that says 'lost' needs nobody.

Its units count as lost and leave what is on its way; the order is told, and somebody decides whether they are sent again. It is looked for
first: only a parcel that is silent for too long, late, or in trouble may be given up. Whatever is told of it later finds it again by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from annotated_types import MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse

from .events import LossReported
from .given_up import Word, ended, fitting, latest, parcels_of, silent, tell
from .parcels import Parcel

LOST = "LOST"
IN_TROUBLE = frozenset({"unknown", "failed", "on-hold", "cancelled", "return-to-sender"})


@ask
class ReportLost:
    """A parcel is given up as lost: what the search brought."""

    parcel: Code
    reason: Annotated[str, MinLen(1), MaxLen(200)]
    carrier: Code | None = None


def decide(asks: Sequence[ReportLost], parcels: Mapping[str, Sequence[Parcel]], silent: Collection[int], now: datetime) -> list[LossReported | Refused]:
    """Give each parcel up that was looked for."""
    given_up: set[int] = set()
    return [_decide(ask, parcels, silent, now, given_up) for ask in asks]


def _decide(ask: ReportLost, parcels: Mapping[str, Sequence[Parcel]], silent: Collection[int], now: datetime, given_up: set[int]) -> LossReported | Refused:
    fit = fitting(parcels, ask.parcel, ask.carrier)
    if isinstance(fit, Refused):
        return fit
    if refused := ended(fit):
        return refused
    if any(p.lost_at or p.id in given_up for p in fit):
        return refuse("lost-already", at="parcel", parcel=ask.parcel)
    if not any(p.id in silent or p.state in IN_TROUBLE for p in fit):
        return refuse("parcel-moves", at="parcel", parcel=ask.parcel)
    given_up.update(p.id for p in fit)
    return LossReported(order_number(fit[0].order), ask.parcel, fit[0].carrier_code, ask.reason, latest(fit, now))


@operation
def report_lost(run: Run, asks: Sequence[ReportLost]) -> list[LossReported | Refused]:
    """Give parcels up as lost; their units count as lost."""
    parcels = parcels_of(run, [a.parcel for a in asks])
    answers = decide(asks, parcels, silent(run, parcels), run.now.astimezone(UTC))
    tell(run, [
        Word(p, LOST, "lost", a.reason, a.at or run.now) for a in answers if isinstance(a, LossReported) for p in parcels[a.parcel] if p.carrier_code == a.carrier])
    return answers
