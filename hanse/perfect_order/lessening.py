"""Lessening: what still comes by its day of a commitment that will not as a whole, if it is sent without the rest. Pure.

It saves no verdict: one line comes late, and the order is not perfect. It says how many units are in time all the same, and what
the second parcel costs; so it stands apart from what saves an order.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hanse.orders.holds import blocking

from .outlook import AtSite, Outlook

STEPS = (("release", "to_release"), ("pick", "to_pick"), ("pack", "to_pack"), ("hand over", "to_leave"))


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the parcel with the units that come later is charged."""

    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Lessening:
    """What is less late by sending in two: so many units of all come by their day, for the cost of another parcel (none: not known). `forbidden` by the terms of the order."""

    said: str
    units: int
    of: int
    step: str
    site: str
    cost: Decimal | None = None
    currency: str = ""
    forbidden: bool = False


def lessening_of(it: Outlook, later: Parcel | None, now: datetime) -> Lessening | None:
    """What is less late if the units that are there go without those that have no stock in time; nothing where none are, or a hold keeps all back."""
    o = it.open
    if not o.waits or o.due_on is None or blocking(o.holds, "release") or blocking(o.holds, "hand-over"):
        return None
    alone = "whole" if o.ship_rule == "complete-line" else "to_leave"
    ready = [(at, step, units) for at in it.at_sites if (units := getattr(at, alone)) and (step := _in_time(at, it, now))]
    units = sum(n for *_, n in ready)
    if not units:
        return None
    of, forbidden = sum(at.to_leave for at in it.at_sites) + o.waits, o.ship_rule == "complete-order"
    at, step, _ = ready[0]
    told = Lessening(_said(units, of, forbidden), units, of, step, at.site, forbidden=forbidden)
    if later is None:
        return told
    return Lessening(told.said, units, of, step, at.site, later.cost, later.currency, forbidden)


def _in_time(at: AtSite, it: Outlook, now: datetime) -> str:
    """The step that waits at a site, where there is still time for it."""
    step = next((name for name, field in STEPS if getattr(at, field) > 0), "")
    planned = at.planned(it.open.delivery_term)
    return step if planned and step and planned.slack_h(step, now) >= 0 else ""


def _said(units: int, of: int, forbidden: bool) -> str:
    if forbidden:
        return f"{units:,} of {of:,} units could come by their day, but the terms send the order whole: only the customer can allow two parcels"
    rest, one = of - units, units == 1
    return f"Send {'the unit that is' if one else f'the {units:,} units that are'} there without the rest: {'it comes' if one else 'they come'} by {'its' if one else 'their'} day, {rest:,} later"
