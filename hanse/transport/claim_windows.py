"""Claim windows: until when a claim must reach the carrier. Pure.

The days of the service that the parcel went by count, where they are agreed: for a loss from the hand-over, else from the delivery. Where
nothing is agreed the rules of CMR are taken: damage and shortage seven days without Sundays and public holidays of the place of delivery,
delay 21 days, loss a year from the sixtieth day after the hand-over. What was taken is kept with the claim.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from hanse.network.calendar import Calendar

MONDAY_TO_SATURDAY = (0, 1, 2, 3, 4, 5)
NOTICE_DAYS, DELAY_DAYS = 7, 21
TAKEN_FOR_LOST_AFTER, LOSS_DAYS = 60, 365
ACKNOWLEDGED_WITHIN, DECIDED_WITHIN = 30, 120
"""Days from filing within which a carrier acknowledges and decides (49 CFR 370)."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The days of a service to claim; None where nothing is agreed."""

    loss: int | None = None
    damage: int | None = None
    delay: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The last day to claim, and the rule it goes by."""

    ends_on: date
    rule: str


def window(kind: str, handed_over_on: date, delivered_on: date | None, country: str, region: str, agreed: Agreed) -> Window | None:
    """The window of a claim; None where it begins with a delivery that has not been."""
    if kind == "loss":
        if agreed.loss is not None:
            return Window(handed_over_on + timedelta(days=agreed.loss), _service(agreed.loss, "the hand-over"))
        return Window(handed_over_on + timedelta(days=TAKEN_FOR_LOST_AFTER + LOSS_DAYS), "CMR: a year from the sixtieth day after the hand-over")
    if delivered_on is None:
        return None
    days = agreed.delay if kind == "delay" else agreed.damage
    if days is not None:
        return Window(delivered_on + timedelta(days=days), _service(days, "the delivery"))
    if kind == "delay":
        return Window(delivered_on + timedelta(days=DELAY_DAYS), f"CMR: {DELAY_DAYS} days from the delivery")
    ends_on = Calendar(country, region, MONDAY_TO_SATURDAY).add_working_days(delivered_on, NOTICE_DAYS)
    return Window(ends_on, f"CMR: {NOTICE_DAYS} days from the delivery, without Sundays and holidays")


def _service(days: int, since: str) -> str:
    return f"its service: {days} days from {since}"
