"""The road: what becomes of parcels once a carrier has them.

A parcel's whole way follows from its order, its carrier and the day it left, so it is drawn again each midnight for whatever is
still under way. What happens is told every few hours, as carriers do, each event with its own instant; a person takes back what returns.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hanse.journal.asking import rows
from hanse.network.calendar import Calendar
from hanse.transport.events import ParcelHandedOver
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.take_back import TakeBack, take_back

from . import planted
from .day import Day, Steps
from .described import Carrier, Service

TOLD_EVERY = 3
"""Carriers tell what happened every so many hours."""
MOST_LATE = 4
"""The latest parcels come so many working days after their day."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A parcel with a carrier: whose order, the how-manieth of it, from where to where, since when."""

    tracking: str
    ref: str
    nth: int
    carrier: str
    service: str
    site: str
    site_country: str
    country: str
    zone: str
    receiver: str
    left_at: datetime


UNDER_WAY = """
SELECT p.tracking, o.ref, (SELECT count(*) FROM transport_parcel q JOIN transport_shipment z ON z.id = q.shipment_id WHERE z.order_id = s.order_id AND q.id < p.id)::int,
       c.code, s.service, w.code, w.country, a.country, a.zone, coalesce(nullif(a.name, ''), k.name), s.handed_over_at
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier c ON c.id = p.carrier_id JOIN orders_order o ON o.id = s.order_id
  JOIN network_site w ON w.id = s.site_id JOIN partners_address a ON a.id = s.address_id JOIN partners_party k ON k.id = o.customer_id
 WHERE p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL AND (%(tracking)s::text[] IS NULL OR p.tracking = ANY(%(tracking)s::text[])) ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Happens:
    """What happens to a parcel at an instant: a carrier's code, a proof that goes with it, or that it is at our door again."""

    at: datetime
    parcel: UnderWay
    code: str
    proof: RecordProof | None = None


class Road:
    """All parcels under way on a day, and what happens to them on it."""

    def __init__(self, day: Day):
        self.day = day
        self.ahead: list[Happens] = []
        told = (day.since - day.began_at) // timedelta(hours=TOLD_EVERY)
        self._take(rows(UnderWay, UNDER_WAY, tracking=None), after=day.began_at + timedelta(hours=told * TOLD_EVERY))
        self.taken: list[str] = []

    def take(self, handed: ParcelHandedOver) -> None:
        """A van took a parcel."""
        self.taken.append(handed.parcel)

    def _take(self, parcels: Iterable[UnderWay], after: datetime) -> None:
        for parcel in parcels:
            self.ahead += [h for h in self.way(parcel) if after < h.at <= self.day.ends_at]

    def driving(self) -> Steps:
        """Every few hours carriers tell what happened."""
        day, every = self.day, TOLD_EVERY * 3600
        while True:
            yield day.env.timeout(every - day.env.now % every)
            if self.taken:
                self._take(rows(UnderWay, UNDER_WAY, tracking=self.taken), after=day.now)
                self.taken = []
            now = sorted((h for h in self.ahead if h.at <= day.now), key=lambda h: (h.at, h.parcel.tracking, h.code))
            self.ahead = [h for h in self.ahead if h.at > day.now]
            self.tell(now)

    def tell(self, happened: list[Happens]) -> None:
        """Events and proofs by carrier, and what is back at its site."""
        by: dict[str, list[Happens]] = defaultdict(list)
        for h in happened:
            by[h.parcel.carrier].append(h)
        for carrier, some in sorted(by.items()):
            self.day.act(record_tracking, [Track(carrier, h.parcel.tracking, h.code, h.at) for h in some if h.code and h.code != BACK], f"carrier {carrier}", "transport")
            self.day.act(record_proof, [h.proof for h in some if h.proof], f"carrier {carrier}", "transport")
        for site in sorted({h.parcel.site for h in happened if h.code == BACK}):
            self.day.act(take_back, [TakeBack(h.parcel.tracking, condition="unopened") for h in happened if h.code == BACK and h.parcel.site == site], f"{site.lower()}-dock", "warehouse")

    # -- the way of a parcel -------------------------------------------------------------------------------------------------

    def way(self, parcel: UnderWay) -> Iterator[Happens]:
        """All that happens to a parcel, in time."""
        world = self.day.world
        found = {(c.code, s.code): (c, s) for c in world.company.carriers for s in c.services}.get((parcel.carrier, parcel.service))
        if found is None:
            return
        carrier, service = found
        random = world.chances.of("way", parcel.ref, parcel.nth, parcel.carrier, parcel.service)
        there = Calendar(parcel.country, workdays=carrier.transit_on, zone=parcel.zone or "UTC")
        left_on = there.today(parcel.left_at)
        days = _days(service, parcel, random) + planted.days_more(world.company, world.began, parcel.carrier, parcel.country, left_on)
        due_on = there.add_working_days(left_on, days)
        yield from _scans(parcel, carrier, left_on, due_on, random)
        yield from _end(self.day, parcel, carrier, there, due_on, random)


BACK = "back"
"""Not a carrier's code: the parcel is at our door again."""


def _days(service: Service, parcel: UnderWay, random: Random) -> int:
    """Working days in transit: those of the service, and some more for those that come late."""
    late = random.random() < service.late
    more = 1
    while random.random() < 0.35 and more < MOST_LATE:
        more += 1
    return service.days[parcel.country] + (more if late else 0)


def _at(day: date, hour: float, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone or "UTC")).astimezone(ZoneInfo("UTC")) + timedelta(seconds=round(hour * 3600))


def _scans(parcel: UnderWay, carrier: Carrier, left_on: date, due_on: date, random: Random) -> Iterator[Happens]:
    """Picked up, through a depot each night, out on the day it is due: what the scanners caught of it."""
    seen = [(parcel.left_at + timedelta(minutes=random.randrange(30, 240)), "PU")]
    for n in range(1, (due_on - left_on).days + 1):
        seen.append((_at(left_on + timedelta(days=n), random.uniform(1, 5), parcel.zone), "IT"))
    seen.append((_at(due_on, random.uniform(6.5, 8.5), parcel.zone), "OD"))
    for at, code in seen:
        if random.random() < carrier.scanned and at > parcel.left_at:
            yield Happens(at, parcel, code)


def _end(day: Day, parcel: UnderWay, carrier: Carrier, there: Calendar, due_on: date, random: Random) -> Iterator[Happens]:
    """Delivered with a proof; or lost; or back, where the address is wrong."""
    luck, hour = random.random(), random.uniform(9, 18)
    if luck < carrier.lost:
        yield Happens(_at(there.add_working_days(due_on, 5), 10, parcel.zone), parcel, "LO")
    elif day.world.chances.happens(day.world.company.errors.wrong_address, "wrong address", parcel.ref):
        yield Happens(_at(due_on, hour, parcel.zone), parcel, "NA")
        yield Happens(_at(there.add_working_days(due_on, 1), 9, parcel.zone), parcel, "RS")
        yield Happens(_at(there.add_working_days(due_on, 4), 11, parcel.zone), parcel, BACK)
    else:
        at = _at(due_on, hour, parcel.zone)
        rough = planted.damaged(day.world.company, day.world.began, parcel.carrier, parcel.country, due_on)
        damaged = luck < carrier.lost + max(carrier.damaged, rough)
        yield Happens(at, parcel, "DL", RecordProof(parcel.tracking, parcel.carrier, at, receiver=parcel.receiver, place=random.choice(("front door", "reception", "hallway")), condition="box crushed" if damaged else "", source="carrier"))


