"""What happened to an order, in words: the journal's facts, latest first, under the days of the place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hanse.journal.events import KINDS, fact_of
from hanse.orders.reads import Happening
from hanse.web.words import day_in_words

TONES = {
    "good": {"ParcelFound", "ReceivingAdviceTaken", "ChangeAccepted", "ParcelDelivered", "ProofRecorded", "HoldReleased"},
    "watch": {"ParcelSilent", "ParcelTakenBack", "RemedyChosen", "PromiseMoved", "OrderHeld", "UnitsFreed", "TasksWithdrawn", "CreditIssued", "ChangeAsked"},
    "bad": {"ParcelLost", "LossReported", "ParcelRefused", "UnitsCancelled", "ChangeRefused", "ChangeTooLate"},
    "busy": {"UnitsAllocated", "OrderReleased", "UnitsPicked", "CartonPacked", "CartonConsolidated", "ParcelHandedOver", "TrackingRecorded", "TrackingTakenIn"},
}


@dataclass(frozen=True, slots=True)
class Said:
    """One fact in words. `day` is set on the first of a day; `late` says when it was recorded, where that is much later."""

    day: str
    time: str
    tone: str
    words: str
    actor: str


def told(facts: Sequence[Happening], zone: str, today: date) -> list[Said]:
    """Facts in words, on the clock of the place; a fact of an area that is not here any more is told by its name."""
    place, before, found = ZoneInfo(zone), "", []
    for fact in facts:
        at = fact.happened_at.astimezone(place)
        day = "Today" if at.date() == today else day_in_words(at.date(), today)
        found.append(Said("" if day == before else day, f"{at:%H:%M}", tone(fact), words(fact), fact.actor))
        before = day
    return found


def words(fact: Happening) -> str:
    if fact.kind not in KINDS:
        return fact.kind
    said: Any = fact_of(fact.kind, fact.body).said()
    return f"{said[:1].upper()}{said[1:]}"


def tone(fact: Happening) -> str:
    """Green reached, amber stopped or moved, red lost; a short pick is red as well."""
    if fact.kind == "UnitsPicked" and fact.body.get("short"):
        return "bad"
    if fact.kind == "UnitsAllocated" and not fact.body.get("units"):
        return "watch"
    return next((tone for tone, kinds in TONES.items() if fact.kind in kinds), "")
