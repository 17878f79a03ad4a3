"""Change pickups: ask carriers to fetch at another time, or more. What was booked stands until the carrier has taken the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .book_pickups import Grams, Parcels
from .events import PickupAsked
from .pickups import ASK, Kept, lock_and_read, wrong_window


@ask
class ChangePickup:
    """A pickup as it should be instead."""

    pickup: Id
    on: date
    ready_by: time
    closes_at: time
    parcels: Parcels
    weight_g: Grams = 0
    instructions: Short = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A changed pickup as it is to be written, beside the fact that tells it."""

    id: int
    ask: ChangePickup
    told: PickupAsked
    of: Kept


def decide(asks: Sequence[ChangePickup], pickups: Mapping[int, Kept], now: datetime, numbers: Sequence[int]) -> list[Asked | Refused]:
    """Change what is booked; one change at a time."""
    answers: list[Asked | Refused] = []
    changing = {p.id: p.changing for p in pickups.values() if p.changing}
    for ask, number in zip(asks, numbers, strict=True):
        it = pickups.get(ask.pickup)
        if it is None:
            answers.append(refuse("pickup-unknown", at="pickup", pickup=f"P-{ask.pickup}"))
        elif it.state != "booked":
            answers.append(refuse("pickup-ended", at="pickup", pickup=f"P-{it.id}", state=it.state.replace("-", " ")))
        elif there := changing.get(it.id):
            answers.append(refuse("pickup-wanted", at="pickup", carrier=it.carrier_code, site=it.site_code, on=it.day, pickup=f"P-{there}"))
        elif wrong := wrong_window(ask.on, ask.ready_by, ask.closes_at, it.zone, now):
            answers.append(refuse_all(wrong))
        else:
            changing[it.id] = number
            told = PickupAsked(f"P-{number}", it.site_code, it.carrier_code, ask.on, ask.ready_by, ask.closes_at, ask.parcels, f"P-{it.id}")
            answers.append(Asked(number, ask, told, it))
    return answers


@operation
def change_pickups(run: Run, asks: Sequence[ChangePickup]) -> list[PickupAsked | Refused]:
    """Ask carriers to fetch otherwise."""
    pickups = lock_and_read(run, [a.pickup for a in asks])
    decided = decide(asks, pickups, run.now, run.draw("transport_pickup_id_seq", len(asks)))
    asked = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Asked)]
    if asked:
        run.write(
            ASK, [d.ask for d, _ in asked], ids=[d.id for d, _ in asked], sites=[d.of.site for d, _ in asked], carriers=[d.of.carrier for d, _ in asked],
            day=[d.ask.on for d, _ in asked], replaced=[d.of.id for d, _ in asked], by=[actor for _, actor in asked],
        )
    return [d.told if isinstance(d, Asked) else d for d in decided]
