"""Record refusal: the receiver would not have a parcel. Why says who answers for it; the parcel is on its way back from then on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused

from .events import ParcelRefused
from .given_up import Word, ended, fitting, latest, parcels_of, tell
from .parcels import Parcel
from .record_tracking import instant
from .states import REFUSALS

REFUSED = "REFUSED"
Reason = Literal["damaged", "late", "wrong-item", "not-ordered", "not-wanted"]


@ask
class RecordRefusal:
    """A receiver refused a parcel: why, and in what words of his."""

    parcel: Code
    reason: Reason
    note: Short = ""
    carrier: Code | None = None
    at: datetime | None = None


def decide(asks: Sequence[RecordRefusal], parcels: Mapping[str, Sequence[Parcel]], now: datetime) -> list[ParcelRefused | Refused]:
    """Take each refusal of a parcel that nobody received."""
    return [_decide(ask, parcels, now) for ask in asks]


def _decide(ask: RecordRefusal, parcels: Mapping[str, Sequence[Parcel]], now: datetime) -> ParcelRefused | Refused:
    fit = fitting(parcels, ask.parcel, ask.carrier)
    if isinstance(fit, Refused):
        return fit
    if refused := ended(fit):
        return refused
    at = instant(ask.at, "", now) if ask.at else latest(fit, now)
    if isinstance(at, Refused):
        return at
    return ParcelRefused(order_number(fit[0].order), ask.parcel, fit[0].carrier_code, ask.reason, REFUSALS[ask.reason], ask.note, at)


REFUSE = "UPDATE transport_parcel p SET refused = r.reason FROM unnest(%(parcel)s::bigint[], %(reason)s::text[]) AS r(id, reason) WHERE p.id = r.id"


@operation
def record_refusal(run: Run, asks: Sequence[RecordRefusal]) -> list[ParcelRefused | Refused]:
    """Keep why receivers refused parcels; they are on their way back."""
    parcels = parcels_of(run, [a.parcel for a in asks])
    answers = decide(asks, parcels, run.now.astimezone(UTC))
    told = {a.parcel: a for a in answers if isinstance(a, ParcelRefused)}
    of = [(a, p) for a in told.values() for p in parcels[a.parcel] if p.carrier_code == a.carrier]
    if of:
        run.write(REFUSE, parcel=[p.id for _, p in of], reason=[a.reason for a, _ in of])
    tell(run, [Word(p, REFUSED, "return-to-sender", a.note or a.reason.replace("-", " "), a.at or run.now) for a, p in of])
    return answers
