"""Take in: let parcels take in events that carriers told while they were being handed over.

An event and its parcel can be recorded at the same instant, each without seeing the other; whichever fact a follower
hears last finds both.
"""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number

from .events import NothingNew, TrackingTakenIn
from .parcels import Parcel, lock_and_read, proven, settle, sightings
from .states import Journey, derive


@ask
class TakeIn:
    """Look again at all that carriers told of a tracking number."""

    parcel: Code


def decide(asks: Sequence[TakeIn], parcels: Sequence[Parcel], journeys: Mapping[int, Journey]) -> list[TrackingTakenIn | NothingNew]:
    """Say which parcels are further than we knew."""
    moved = {p.tracking: p for p in reversed(parcels) if journeys[p.id] != p.journey}
    return [
        TrackingTakenIn(ask.parcel, order_number(it.order), journeys[it.id].state) if (it := moved.pop(ask.parcel, None)) else NothingNew(ask.parcel)
        for ask in asks
    ]


@operation
def take_in(run: Run, asks: Sequence[TakeIn]) -> list[TrackingTakenIn | NothingNew]:
    """Derive the state of parcels anew from all their events."""
    numbers = [a.parcel for a in asks]
    parcels = lock_and_read(run, numbers)
    told, proofs = sightings(run, numbers), proven(run, parcels)
    journeys = {p.id: derive(told.get((p.carrier, p.tracking), ()), proofs.get(p.id)) for p in parcels}
    settle(run, parcels, journeys)
    return decide(asks, parcels, journeys)
