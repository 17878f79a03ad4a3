"""Questions about waves and tours: what waits by cut-off, how far a wave is, who walks which tour, and where its stops lie."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel import clock

from .release_wave import FLOORS, WAITING, floor_of, waits_of
from .slack import by_slack


@dataclass(frozen=True, slots=True)
class Group:
    """What waits at a site for one cut-off and carrier: the least slack of it in seconds, and how much of it is kept back."""

    leaves_at: datetime | None
    carrier: str
    orders: int
    lines: int
    units: int
    slack: int
    kept_back: int


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave with its progress; `leaves_at` is when the first of its orders has to leave."""

    wave: int
    site: str
    site_name: str
    zone: str
    method: str
    chosen_by: dict[str, Any]
    leaves_at: datetime | None
    orders: int
    tasks: int
    units: int
    released_at: datetime
    actor: str
    open_tasks: int
    tours: int
    walked: int

    @property
    def done(self) -> int:
        return self.tasks - self.open_tasks

    @property
    def words(self) -> str:
        """What its orders have in common, as people say it."""
        said = {"carrier": "with {}", "zone": "from zone {}", "priority": "priority {} or more urgent"}
        return ", ".join(words.format(self.chosen_by[name]) for name, words in said.items() if name in self.chosen_by) or "all that waited"


@dataclass(frozen=True, slots=True)
class TourRow:
    """A tour with its progress: how long it is planned to be, who walks it, and the tour its totes come from."""

    tour: int
    site: str
    wave: int | None
    method: str
    zone: str
    after: int | None
    orders: int
    stops: int
    metres: Decimal
    seconds: int
    path: list[tuple[float, float]]
    pick_by: datetime | None
    planned_at: datetime
    picker: str
    started_at: datetime | None
    tasks: int
    open_tasks: int
    waits: bool

    @property
    def minutes(self) -> int:
        return max(round(self.seconds / 60), 1)

    @property
    def done(self) -> int:
        return self.tasks - self.open_tasks


@dataclass(frozen=True, slots=True)
class TourStop:
    """A task on a tour: its turn, where it lies, what is taken, into which place of the cart."""

    task: int
    turn: int
    bin: str
    x: float
    y: float
    sku: str
    name: str
    units: int
    order: str
    slot: int
    closed: bool


WAVE = """
SELECT w.id, s.code, s.name, s.zone, w.method, w.chosen_by::text, w.leaves_at, w.orders, w.tasks, w.units, w.released_at, w.actor,
       (SELECT count(*) FROM fulfilment_task t WHERE t.wave_id = w.id AND t.closed_at IS NULL),
       (SELECT count(*) FROM fulfilment_tour t WHERE t.wave_id = w.id),
       (SELECT count(*) FROM fulfilment_tour t WHERE t.wave_id = w.id AND t.picker <> '')
  FROM fulfilment_wave w JOIN network_site s ON s.id = w.site_id
"""
WAVES = WAVE + """
 WHERE (%(site)s::text = '' OR w.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text)) AND w.id < %(before)s::bigint ORDER BY w.id DESC LIMIT %(limit)s
"""
TOUR = """
SELECT t.id, s.code, t.wave_id, t.method, t.zone, t.after_id, t.orders, t.stops, t.metres, t.seconds, t.path::text, t.pick_by, t.planned_at, t.picker, t.started_at,
       k.tasks, k.open_tasks, EXISTS (SELECT 1 FROM fulfilment_task b WHERE b.tour_id = t.after_id AND b.closed_at IS NULL)
  FROM fulfilment_tour t JOIN network_site s ON s.id = t.site_id
  CROSS JOIN LATERAL (SELECT count(*) AS tasks, count(*) FILTER (WHERE k.closed_at IS NULL) AS open_tasks FROM fulfilment_task k WHERE k.tour_id = t.id) k
"""
TOURS_OF_WAVE = TOUR + " WHERE t.wave_id = %(wave)s::bigint ORDER BY t.id"
TOURS_OPEN = TOUR + """
 WHERE t.id IN (SELECT DISTINCT k.tour_id FROM fulfilment_task k JOIN network_site z ON z.id = k.site_id
                 WHERE k.closed_at IS NULL AND k.tour_id IS NOT NULL AND (%(site)s::text = '' OR z.code = %(site)s::text))
   AND t.id > %(after)s::bigint ORDER BY t.id LIMIT %(limit)s
"""
ONE_TOUR = TOUR + " WHERE t.id = %(tour)s::bigint"
STOPS = """
SELECT t.id, t.stop, b.code, coalesce(n.x_m, 0)::float, coalesce(n.y_m, 0)::float, i.sku, i.name, t.to_pick - t.withdrawn, 'H-' || t.order_id,
       dense_rank() OVER (ORDER BY f.first_stop)::int, t.closed_at IS NOT NULL
  FROM fulfilment_task t JOIN inventory_account b ON b.id = t.bin_id JOIN catalogue_item i ON i.id = t.item_id
  LEFT JOIN network_bin n ON n.site_id = t.site_id AND n.code = b.code
  JOIN (SELECT order_id, min(stop) AS first_stop FROM fulfilment_task WHERE tour_id = %(tour)s::bigint GROUP BY order_id) f ON f.order_id = t.order_id
 WHERE t.tour_id = %(tour)s::bigint ORDER BY t.stop
"""
TOUR_OF_TASK = "SELECT tour_id FROM fulfilment_task WHERE id = %(task)s::bigint AND tour_id IS NOT NULL"
OPEN_LINES = "SELECT count(*) FROM fulfilment_task t WHERE t.closed_at IS NULL AND t.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text)"
UNSORTED = """
SELECT t.id, 'H-' || t.order_id, i.sku, i.name, coalesce(i.gtin, ''), t.lot, t.taken - t.put_back - t.packed, c.code
  FROM inventory_balance b JOIN inventory_account c ON c.id = b.account_id AND c.kind = 'tote' AND c.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text) AND c.code LIKE 'C-%%'
  JOIN fulfilment_task t ON t.tote_id = c.id AND t.item_id = b.item_id AND t.lot = b.lot AND t.taken > t.put_back + t.packed JOIN catalogue_item i ON i.id = t.item_id
 WHERE b.on_hand > 0 ORDER BY c.code, i.sku, t.id LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Unsorted:
    """Units of a task that lie in a cart's tote and belong into their order's."""

    task: int
    order: str
    sku: str
    name: str
    gtin: str
    lot: str
    units: int
    cart: str


def waiting(site: str) -> list[Group]:
    """What waits at a site, together by cut-off and carrier, the most urgent first."""
    floors = rows(floor_of, FLOORS, site=[site])
    if not floors:
        return []
    found = [w for _, w in rows(waits_of, WAITING, site=[site], zone=[""])]
    groups: dict[tuple[datetime | None, str], list[tuple[int, Any]]] = {}
    for slack, leaves, w in by_slack(found, floors[0].departs, clock.now()):
        groups.setdefault((leaves, w.carrier), []).append((slack, w))
    return [
        Group(leaves, carrier, len(some), sum(w.lines for _, w in some), sum(w.units for _, w in some), some[0][0], sum(bool(w.kept_back) for _, w in some))
        for (leaves, carrier), some in groups.items()
    ]


def waves(site: str = "", limit: int = 30, before: int = 2**62) -> list[WaveRow]:
    """Waves of a site, the latest first, behind a number."""
    return rows(_wave, WAVES, site=site, limit=limit, before=before)


def wave(number: int) -> WaveRow | None:
    """One wave with its progress."""
    return next(iter(rows(_wave, WAVE + " WHERE w.id = %(wave)s::bigint", wave=number)), None)


def tours_of(wave: int) -> list[TourRow]:
    """The tours of a wave."""
    return rows(_tour, TOURS_OF_WAVE, wave=wave)


def open_tours(site: str = "", limit: int = 100, after: int = 0) -> list[TourRow]:
    """Tours with open tasks, behind a number."""
    return rows(_tour, TOURS_OPEN, site=site, limit=limit, after=after)


def tour(number: int) -> TourRow | None:
    """One tour."""
    return next(iter(rows(_tour, ONE_TOUR, tour=number)), None)


def stops_of(tour: int) -> list[TourStop]:
    """The tasks of a tour in the order of its walk."""
    return rows(TourStop, STOPS, tour=tour)


def tour_of(task: int) -> int | None:
    """The tour a task is on, if it is on one."""
    return next(iter(rows(int, TOUR_OF_TASK, task=task)), None)


def open_tasks(site: str) -> int:
    """How many pick tasks are open at a site."""
    [number] = rows(int, OPEN_LINES, site=site)
    return number


def unsorted(site: str) -> list[Unsorted]:
    """What lies in carts' totes and has to be sorted into the orders' own."""
    return rows(Unsorted, UNSORTED, site=site)


def _wave(*row: Any) -> WaveRow:
    return WaveRow(*(*row[:5], json.loads(row[5]), *row[6:]))


def _tour(*row: Any) -> TourRow:
    return TourRow(*(*row[:10], [(x, y) for x, y in json.loads(row[10])], *row[11:]))
