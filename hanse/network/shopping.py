"""Rate shopping: of the services that take parcels, the cheapest that keeps the day at the probability asked for. Pure.

A service leaves at the next cut-off on a day on which its carrier picks up. How likely it keeps a day is the share of the lane's past parcels that
took no more working days than there are, where thirty are known; it arrives after the working days that so many of them did not exceed. Of fewer the
lower Wilson bound is told, and the planned days decide, unless the few say beyond chance that they are not kept, or that more is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from hanse.kernel.samples import Share

from .calendar import Calendar, Way
from .offers import Offer
from .rating import Charge, Load, Piece, at_home, charges
from .schedule import Hours, Work, forward

ASKED = Decimal("0.85")
"""A service keeps a day if it does so with this probability, unless another is asked for: what the trade asks for (SmartRate, ShipWave)."""
ENOUGH = 30
"""So many parcels say what share is to be expected; fewer only disprove or prove it where their whole Wilson interval does."""
FINE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Trip:
    """A way that parcels have to go: from a site, ready by a moment, to a receiver, by a day if one was promised; with one carrier if the order names one.

    `home` says whether people live there; none where nobody has said.
    """

    site: Calendar
    cut_off: time
    ready_at: datetime
    country: str
    region: str
    postcode: str
    receives_on: tuple[int, ...] = ()
    by: date | None = None
    carrier: str = ""
    lead_days: int = 0
    home: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A service as a trip sees it: what it charges (a charge for each piece), when it leaves and arrives, how likely it keeps the day, why not it,
    and what its price takes for granted.
    """

    carrier: str
    service: str
    name: str
    currency: str
    zone: str
    charges: tuple[Charge, ...] = ()
    leaves_at: datetime | None = None
    arrives_on: date | None = None
    probability: Decimal | None = None
    parcels: int = 0
    keeps: bool = False
    out: str = ""
    note: str = ""

    @property
    def total(self) -> Decimal:
        return sum((c.total for c in self.charges), Decimal(0))

    @property
    def rank(self) -> tuple[Any, ...]:
        return self.total, self.arrives_on, -(self.probability or 0), self.carrier, self.service


def found(trip: Trip, offers: Sequence[Offer], pieces: Sequence[Piece] | Load, asked: Decimal = ASKED) -> list[Found]:
    """What each service makes of a trip: those that can be taken first, the cheapest first. Goods that are not packed yet are taken in as few parcels as may be."""
    told = _in_one_currency([_found(trip, offer, pieces.parcels(offer.tariff) if isinstance(pieces, Load) else pieces, asked) for offer in offers])
    return sorted((f for f in told if not f.out), key=lambda f: f.rank) + [f for f in told if f.out]


def choose(candidates: Sequence[Found]) -> Found | None:
    """The cheapest that keeps the day; where none does, the most likely, then the soonest, then the cheapest."""
    fit = [f for f in candidates if not f.out]
    keeping = [f for f in fit if f.keeps]
    if keeping:
        return min(keeping, key=lambda f: f.rank)
    return min(fit, key=lambda f: (-(f.probability or 0), *(f.arrives_on, f.rank)), default=None)


def reason(chosen: Found, trip: Trip, asked: Decimal = ASKED) -> str:
    """Why this one, in words."""
    if trip.by is None:
        return "the cheapest; no day was promised"
    if chosen.keeps:
        return f"the cheapest that keeps {trip.by:%a} {trip.by.day} {trip.by:%b} {_at(chosen, asked)}"
    return f"none keeps {trip.by:%a} {trip.by.day} {trip.by:%b}: the most likely"


def why_not(it: Found, chosen: Found, by: date | None) -> str:
    """Why a service was not chosen, in words; empty for the one that was."""
    if it.out or (it.carrier, it.service) == (chosen.carrier, chosen.service):
        return it.out
    if not it.keeps and it.parcels >= ENOUGH and it.probability is not None:
        return f"keeps the promise in {it.probability * 100:.0f} of 100 cases"
    if not it.keeps:
        return "arrives after the promise" if by and it.arrives_on and it.arrives_on > by else "most of its few parcels were late"
    return f"{it.total - chosen.total} dearer" if it.total > chosen.total else f"{chosen.total - it.total} cheaper" if it.total < chosen.total else "costs the same"


def _at(chosen: Found, asked: Decimal) -> str:
    return f"at {asked * 100:.0f} %" if chosen.parcels >= ENOUGH else "as planned"


def _found(trip: Trip, offer: Offer, pieces: Sequence[Piece], asked: Decimal) -> Found:
    told = Found(offer.carrier, offer.service, offer.name, offer.tariff.currency, offer.tariff.zone)
    if trip.carrier not in ("", offer.carrier):
        return replace(told, out=f"the order goes with {trip.carrier}")
    rated = charges(offer.tariff, pieces, trip.country, trip.postcode, trip.home)
    if why := [r for r in rated if isinstance(r, str)]:
        return replace(told, out="; ".join(why))
    workdays = tuple(day for day in trip.site.workdays if not offer.pickup_on or day in offer.pickup_on)
    if not workdays:
        return replace(told, out="it picks up on no day on which the site works")
    way = Way(_days(offer, asked), offer.transit_on or trip.site.workdays, trip.receives_on, trip.country, trip.region)
    pickup = replace(trip.site, workdays=workdays)
    leaving = forward(Hours(pickup), offer.cut_off or trip.cut_off, way, trip.ready_at, Work(), trip.lead_days)
    share = _likely(trip, offer, way, pickup, leaving.leaves_at.date())
    keeps = trip.by is None or _keeps(share, leaving.arrives_on <= trip.by, asked)
    charged = tuple(c for c in rated if isinstance(c, Charge))
    return replace(
        told, charges=charged, note=at_home(charged, trip.home), leaves_at=leaving.leaves_at, arrives_on=leaving.arrives_on, probability=_probability(share), parcels=share.n,
        keeps=keeps)


def _days(offer: Offer, asked: Decimal) -> int:
    """The working days in transit: those that the asked share of past parcels did not exceed, where enough are known; else the planned ones."""
    parcels, so_far = sum(n for _, n in offer.took), 0
    if parcels >= ENOUGH:
        for days, n in sorted(offer.took):
            so_far += n
            if so_far >= asked * parcels:
                return days
    return offer.days or 0


def _likely(trip: Trip, offer: Offer, way: Way, pickup: Calendar, leaves: date) -> Share:
    """Of the past parcels those that took no more days than there are until the promise."""
    if trip.by is None:
        return Share(0, 0)
    return Share(sum(n for days, n in offer.took if replace(way, days=days).arrives(pickup, leaves) <= trip.by), sum(n for _, n in offer.took))


def _keeps(share: Share, planned: bool, asked: Decimal) -> bool:
    """Whether a day is kept at the probability asked for; few parcels count where their whole interval lies on one side of it."""
    if share.n >= ENOUGH:
        return share.hits >= asked * share.n
    return share.low >= asked or (planned and share.high >= asked)


def _probability(share: Share) -> Decimal | None:
    """The share of many, the lower bound of few; nothing where none is known."""
    if not share.n:
        return None
    return Decimal(share.low if share.n < ENOUGH else share.hits / share.n).quantize(FINE)


def _in_one_currency(told: Sequence[Found]) -> list[Found]:
    """Prices are compared in one currency, the one that most services are charged in; the others are out."""
    counts = Counter(f.currency for f in told if not f.out)
    most = min(counts, key=lambda currency: (-counts[currency], currency), default="")
    return [replace(f, out=f"charged in {f.currency}: not to be compared with {most}", charges=()) if not f.out and f.currency != most else f for f in told]
