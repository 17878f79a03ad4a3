"""The floor of a site: waves, pickers on their tours, packers, the carriers' vans at the door."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import simpy

from hanse.billing.jobs import invoice_what_is_due
from hanse.fulfilment import planning
from hanse.fulfilment.events import TourPlanned, TourStarted, UnitsPicked
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.fulfilment.start_tour import StartTour, start_tour
from hanse.inventory.count import Count, count
from hanse.journal.asking import rows
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple
from hanse.network.calendar import Calendar
from hanse.transport.events import ParcelHandedOver
from hanse.transport.hand_over import HandOver, hand_over

from . import planted
from .day import Day, Steps
from .described import Shift, Site
from .road import Road

BILLED = timedelta(minutes=6)
"""So long after a van has left what it took is billed."""
LOADED = timedelta(minutes=20)
"""So long after its cut-off a carrier's van leaves."""


@dataclass(frozen=True, slots=True)
class ToPick:
    """A task of a tour in its turn; `nth` is how often its order came to this bin for the item before: each time has a luck of its own."""

    task: int
    sku: str
    bin: str
    lot: str
    units: int
    ref: str
    nth: int


TASKS = """
SELECT t.id, i.sku, b.code, t.lot, (t.to_pick - t.withdrawn)::int, o.ref,
       (SELECT count(*) FROM orders_allocation a JOIN fulfilment_task e ON e.allocation_id = a.id WHERE a.order_id = t.order_id AND e.item_id = t.item_id AND e.bin_id = t.bin_id AND e.id < t.id)::int
  FROM fulfilment_task t JOIN catalogue_item i ON i.id = t.item_id
  JOIN inventory_account b ON b.id = t.bin_id JOIN orders_order o ON o.id = t.order_id
 WHERE t.tour_id = %(tour)s AND t.closed_at IS NULL ORDER BY t.stop, t.id
"""
TOURS_OF = """
SELECT DISTINCT t.tour_id FROM fulfilment_task t JOIN network_site s ON s.id = t.site_id JOIN fulfilment_tour r ON r.id = t.tour_id
 WHERE s.code = %(site)s AND t.closed_at IS NULL AND r.picker = %(picker)s ORDER BY 1
"""
"""The open tours of a picker; those of nobody may be started."""
LEFT_OVER = """
SELECT DISTINCT 'H-' || t.order_id FROM fulfilment_task t JOIN network_site s ON s.id = t.site_id WHERE s.code = %(site)s AND t.taken > t.put_back + t.packed ORDER BY 1
"""
WHOLE = """
SELECT 'H-' || a.order_id FROM orders_allocation a JOIN network_site s ON s.id = a.site_id JOIN fulfilment_task t ON t.allocation_id = a.id
 WHERE s.code = %(site)s AND a.order_id = ANY(%(orders)s)
 GROUP BY a.order_id HAVING bool_and(t.closed_at IS NOT NULL) AND sum(t.taken - t.put_back - t.packed) > 0 ORDER BY a.order_id
"""
"""Of these orders those that have nothing more to be picked at the site."""
STANDING = """
SELECT c.sscc FROM fulfilment_carton c JOIN network_site s ON s.id = c.site_id
  JOIN LATERAL (SELECT x.carrier, x.service FROM transport_choice x WHERE x.carton_id = c.id ORDER BY x.id DESC LIMIT 1) x ON true
 WHERE s.code = %(site)s AND c.handed_over_at IS NULL AND c.opened_at IS NULL AND x.carrier = %(carrier)s AND x.service = %(service)s ORDER BY c.id
"""
DUE_COUNTS = """
SELECT t.id, i.sku, b.code, t.lot, (coalesce(x.on_hand, 0) + coalesce(y.on_hand, 0))::int FROM inventory_counttask t JOIN network_site s ON s.id = t.site_id JOIN inventory_account b ON b.id = t.bin_id JOIN catalogue_item i ON i.id = t.item_id
  LEFT JOIN inventory_balance x ON x.account_id = t.bin_id AND x.item_id = t.item_id AND x.lot = t.lot
  LEFT JOIN inventory_account d ON d.site_id = b.site_id AND d.kind = 'doubt' AND d.code = b.code
  LEFT JOIN inventory_balance y ON y.account_id = d.id AND y.item_id = t.item_id AND y.lot = t.lot
 WHERE s.code = %(site)s AND t.closed_at IS NULL ORDER BY t.id LIMIT 200
"""
"""What really lies there: in the bin, and in doubt because somebody found too little."""


class Floor:
    """A site on a day that it works: tours wait for pickers, and orders that were picked for packers."""

    def __init__(self, day: Day, site: Site, road: Road):
        self.day, self.site, self.road = day, site, road
        self.calendar = Calendar(site.country, workdays=site.workdays)
        self.known: set[int] = set()
        self.left: list[str] = []
        """On a visited day the last order at the packing table is left to others until more come."""
        self.tours, self.picked = simpy.Store(day.env), simpy.Store(day.env)

    def open(self) -> None:
        """Begin the day's work, where the site works on it."""
        if not self.calendar.is_working(self.day.on):
            return
        env = self.day.env
        env.process(self.leading())
        for n, shift in enumerate(self.site.shifts):
            for k in range(shift.pickers):
                env.process(self.picking(shift, f"{self.site.code.lower()}-picker-{n + 1}{k + 1}"))
            env.process(self.packing_shift(shift, f"{self.site.code.lower()}-packer-{n + 1}"))
        for carrier in self.day.world.company.carriers:
            for service in carrier.services:
                env.process(self.collecting(carrier.code, service.code, self.at(service.cut_off) + LOADED))

    def at(self, time: Any) -> datetime:
        return self.day.instant(time)

    # -- leading -----------------------------------------------------------------------------------------------------------

    def leading(self) -> Steps:
        """Waves from the first shift to the last, counts at its end."""
        day, first, last = self.day, min(s.starts for s in self.site.shifts), max(s.ends for s in self.site.shifts)
        self.put_open()
        self.picked.put(rows(str, LEFT_OVER, site=self.site.code))
        moment = self.at(first)
        while moment < self.at(last):
            yield day.until_instant(moment)
            if not day.over(moment):
                self.release()
            moment += timedelta(minutes=self.site.wave_minutes)
        self.count()

    def release(self) -> None:
        """What waits becomes a wave with its tours; what came up since, as other stock for what was short, gets tours of its own."""
        [wave] = self.day.act(release_wave, [ReleaseWave(self.site.code)], f"{self.site.code.lower()}-lead", "warehouse")
        with self.day.standing():
            tours = [] if isinstance(wave, Refused) else planning.plan(self.site.code, wave.wave)
            tours += planning.plan(self.site.code)
        if self.day.visited:
            return self.put_open(but=1)
        for tour in tours:
            if isinstance(tour, TourPlanned):
                self.tours.put(tour.tour)

    def put_open(self, but: int = 0) -> None:
        """Put every open tour that nobody walks, whoever planned it, but the newest so many: on a visited day those are left to others until the next wave."""
        new = [tour for tour in rows(int, TOURS_OF, site=self.site.code, picker="") if tour not in self.known]
        for tour in new[: len(new) - but]:
            self.known.add(tour)
            self.tours.put(tour)

    def count(self) -> None:
        """The counts that were raised; some are wrong by a unit."""
        asks = []
        for task, sku, bin, lot, held in rows(as_tuple, DUE_COUNTS, site=self.site.code):
            wrong = self.day.world.chances.happens(self.day.world.company.errors.miscount, "miscount", task)
            asks.append(Count(self.site.code, sku, max(0, held - wrong), bin, lot, task=task))
        self.day.act(count, asks, f"{self.site.code.lower()}-night", "warehouse")

    # -- picking -----------------------------------------------------------------------------------------------------------

    def picking(self, shift: Shift, who: str) -> Steps:
        """A picker takes tour after tour until the shift ends; one that has begun is walked to its end."""
        day = self.day
        late = planted.hours_late(day.world.company, day.world.began, self.site.code, day.on)
        yield day.until_instant(self.at(shift.starts) + timedelta(hours=late))
        for tour in rows(int, TOURS_OF, site=self.site.code, picker=who):
            yield from self.walk(tour, who)
        while day.now < self.at(shift.ends):
            get = self.tours.get()
            over = day.until_instant(self.at(shift.ends))
            yield get | over
            if not get.triggered:
                get.cancel()
                return
            [started] = day.act(start_tour, [StartTour(self.site.code, get.value)], who, "warehouse")
            if isinstance(started, TourStarted):
                yield from self.walk(started.tour, who)

    def walk(self, tour: int, who: str) -> Steps:
        """Walk a tour: each task has its own instant, all are booked at the packing table."""
        day, tasks = self.day, rows(ToPick, TASKS, tour=tour)
        asks = []
        for n, task in enumerate(tasks, 1):
            asks.append(self.pick(task, day.now + timedelta(seconds=n * self.site.pick_seconds)))
        yield day.env.timeout(len(tasks) * self.site.pick_seconds + 60)
        picked = day.act(pick, asks, who, "warehouse")
        self.picked.put(sorted({p.order for p in picked if isinstance(p, UnitsPicked)}))

    def pick(self, task: ToPick, at: datetime) -> Pick:
        """What the bin really gives."""
        world = self.day.world
        random = world.chances.of("pick", task.ref, task.sku, task.bin, task.nth)
        short = random.random() < max(world.company.errors.short, planted.short(world.company, world.began, self.site.code, task.bin, self.day.on))
        taken = random.randrange(task.units) if short else task.units
        return Pick(task.task, taken, "bin empty" if taken < task.units else "", task.sku, task.bin, task.lot, at=at)

    # -- packing and handing over --------------------------------------------------------------------------------------------

    def packing_shift(self, shift: Shift, who: str) -> Steps:
        """Packers pack what the tours bring, together."""
        day = self.day
        yield day.until_instant(self.at(shift.starts))
        while day.now < self.at(shift.ends):
            get = self.picked.get()
            yield get | day.until_instant(self.at(shift.ends))
            if not get.triggered:
                get.cancel()
                return
            orders = rows(str, WHOLE, site=self.site.code, orders=order_ids([*(get.value or []), *self.left]))
            if day.visited:
                orders, self.left = orders[:-1], orders[-1:]
            if orders:
                seconds = self.site.pack_seconds / shift.packers
                began = day.now
                yield day.env.timeout(len(orders) * seconds)
                day.act(pack, [Pack(o, self.site.code, at=began + timedelta(seconds=round((n + 1) * seconds))) for n, o in enumerate(orders)], who, "warehouse")

    def collecting(self, carrier: str, service: str, at: datetime) -> Steps:
        """A carrier's van takes what stands there for one of its services."""
        if self.day.over(at):
            return
        yield self.day.until_instant(at)
        asks = [HandOver(sscc) for sscc in rows(str, STANDING, site=self.site.code, carrier=carrier, service=service)]
        for handed in self.day.act(hand_over, asks, f"{self.site.code.lower()}-dock", "warehouse"):
            if isinstance(handed, ParcelHandedOver):
                self.road.take(handed)
        yield self.day.env.timeout(BILLED.total_seconds())
        self.day.itself(invoice_what_is_due)
