"""Planning tours: which orders share a walk, and the way over their stops.

Reads what is open and on no tour yet, batches it (`batching`), and gives the walks as asks to `plan_tours`. Nothing is locked
meanwhile: a big wave takes seconds, and pickers go on. The pools of a big release are shared out to processes.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from os import cpu_count
from typing import Any

from hanse.journal.asking import rows
from hanse.journal.principals import HANSE, Principal
from hanse.kernel import clock
from hanse.network import reads as network
from hanse.network.keep_floors import Method
from hanse.network.reads import FloorView

from . import layout
from .batching import Batch, Cart, Pace, Picking, ToPick, batched, pools
from .layout import Aisles, Floor, Point
from .obstacles import survey
from .plan_tours import PlanTour, plan_tours
from .routing import route
from .slack import DEPARTS, FOREVER, LANE, WAY, departs_of, way_of

PACE = Pace()
LOOSE = 400
"""How many tasks of no wave are planned at a time: a picker waits for it."""
SHAKES = 30
"""How often the whole release is shaken for shorter walks (`batching`)."""


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An open task that is on no tour yet: where it lies, what it takes up, until when its order must leave."""

    task: int
    order: int
    bin: str
    zone: str
    x: float
    y: float
    level: int
    walk: int
    units: int
    weight_g: int
    volume_ml: int
    leaves_at: datetime | None


UNPLANNED = f"""
SELECT t.id, t.order_id, b.code, coalesce(z.code, ''), coalesce(n.x_m, 0)::float, coalesce(n.y_m, 0)::float, coalesce(n.level, 0), coalesce(n.walk, 0), t.to_pick - t.withdrawn,
       (coalesce(i.weight_g, 0) * (t.to_pick - t.withdrawn))::bigint,
       (coalesce(i.length_mm::bigint * i.width_mm * i.height_mm, 0) * (t.to_pick - t.withdrawn) / 1000)::bigint, a.promised_on, {WAY},
       {DEPARTS}
  FROM fulfilment_task t JOIN network_site s ON s.id = t.site_id JOIN inventory_account b ON b.id = t.bin_id JOIN catalogue_item i ON i.id = t.item_id
  JOIN orders_allocation a ON a.id = t.allocation_id JOIN orders_order o ON o.id = t.order_id JOIN partners_address d ON d.id = o.ship_to_id
  LEFT JOIN network_bin n ON n.site_id = t.site_id AND n.code = b.code LEFT JOIN network_zone z ON z.id = n.zone_id
  LEFT JOIN {LANE} ON true
 WHERE s.code = %(site)s::text AND t.closed_at IS NULL AND t.tour_id IS NULL AND t.to_pick > t.withdrawn
   AND (%(wave)s::bigint = 0 OR t.wave_id = %(wave)s::bigint)
 ORDER BY t.id LIMIT %(limit)s
"""


def plan(site: str, wave: int = 0, method: Method | None = None, by: Principal | str = HANSE, limit: int = LOOSE) -> list[Any]:
    """Plan tours for the open tasks of a site that are on none, or for those of a wave; gives the answers of `plan_tours`."""
    tasks = rows(_unplanned, UNPLANNED, site=site, wave=wave, limit=limit)
    if not tasks:
        return []
    floor, now = network.floor(site) or unmeasured(site), clock.now()
    tours = planned(tasks, floor, method or floor.method, wave or None, now)  # type: ignore[arg-type]
    return plan_tours(tours, by=by)


def _unplanned(*row: Any) -> Unplanned:
    *task, promised_on = row[:-12]
    return Unplanned(*(*task, departs_of(*row[-7:]).last_cut_off(promised_on, way_of(*row[-12:-7])) if promised_on else None))


def unmeasured(site: str) -> FloorView:
    """A site that nobody has measured: its bins have no aisles, and each walk starts where the site's origin is."""
    return FloorView(site, [], [], [], 0, 0, 0, 0, "cluster", 8, None, None, None)


def planned(tasks: Sequence[Unplanned], floor: FloorView, method: Method, wave: int | None, now: datetime) -> list[PlanTour]:
    """The tours that pick these tasks, the most urgent first."""
    at = {t.task: place_at(floor, (t.x, t.y)) for t in tasks}
    ways, start, end = ground(floor, at.values())
    single, sorted_later = method == "single", method == "batch"
    cart = Cart(orders=1 if single else None if sorted_later else floor.cart_orders, weight_g=floor.cart_weight_g, volume_ml=floor.cart_volume_ml)
    if sorted_later and cart.weight_g is None and cart.volume_ml is None:
        cart = Cart(orders=floor.cart_orders)
    by_order: dict[int, list[Unplanned]] = {}
    for t in tasks:
        by_order.setdefault(t.order, []).append(t)
    how = Picking(ways, start, end, cart, pace=PACE, shakes=SHAKES)
    to_pick = [_order(order, some, at, now) for order, some in by_order.items()]
    tours: list[PlanTour] = []
    for batch in _batched(to_pick, how):
        tours += _tours(batch, [t for order in batch.orders for t in by_order[order]], at, how, floor.site, method, wave, len(tours))
    return tours


def place_at(floor: FloorView, spot: Point) -> Point:
    """Where one stands to reach a spot: in the nearest aisle, if there are aisles."""
    return ground_of(floor).place(*spot) if floor.aisles else spot


def ground_of(floor: FloorView) -> Aisles:
    """The aisles of a floor that has some."""
    return Aisles(tuple(floor.aisles), tuple(floor.cross))


def ground(floor: FloorView, places: Iterable[Point]) -> tuple[Floor, Point, Point]:
    """What one walks on, and where walks start and end."""
    start, end = (floor.start_x, floor.start_y), (floor.end_x, floor.end_y)
    if floor.aisles:
        return ground_of(floor), place_at(floor, start), place_at(floor, end)
    if floor.racks:
        outlines = [[(x, y) for x, y in rack] for rack in floor.racks]
        return survey([start, *dict.fromkeys(places), end], outlines), start, end
    return layout.Open(), start, end


def _order(order: int, tasks: Sequence[Unplanned], at: dict[int, Point], now: datetime) -> ToPick:
    leaves = min((t.leaves_at for t in tasks if t.leaves_at), default=None)
    slack = FOREVER if leaves is None else round((leaves - now).total_seconds() - PACE.packing)
    stops = tuple(dict.fromkeys(at[t.task] for t in tasks))
    return ToPick(order, stops, sum(t.units for t in tasks), sum(t.weight_g for t in tasks), sum(t.volume_ml for t in tasks), slack)


def _batched(orders: Sequence[ToPick], how: Picking) -> list[Batch]:
    """Batches; several pools are shared out to processes that import nothing but these pure parts."""
    if len(pools(orders, how)) < 3:
        return batched(orders, how)
    with ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as processes:
        return batched(orders, how, processes.map)


def _tours(batch: Batch, tasks: Sequence[Unplanned], at: dict[int, Point], how: Picking, site: str, method: Method, wave: int | None, before: int) -> list[PlanTour]:
    """A batch as tours: one, or one for each zone, with totes handed on from zone to zone."""
    leaves = min((t.leaves_at for t in tasks if t.leaves_at), default=None)
    pick_by = leaves - timedelta(seconds=PACE.packing * len(batch.orders)) if leaves else None
    if method != "zone":
        return [_tour(batch.route, batch.seconds, tasks, at, site, method, "", wave, pick_by, None)]
    tours: list[PlanTour] = []
    for n, zone in enumerate(sorted({t.zone for t in tasks})):
        here = [t for t in tasks if t.zone == zone]
        walk = route(how.floor, [at[t.task] for t in here], how.start, how.end, SHAKES)
        seconds = how.pace.setting_out + how.pace.metre * walk.length + how.pace.stop * len(walk.stops) + how.pace.item * sum(t.units for t in here)
        tours.append(_tour(walk, seconds, here, at, site, method, zone, wave, pick_by, before + n - 1 if n else None))
    return tours


def _tour(walk: Any, seconds: float, tasks: Sequence[Unplanned], at: dict[int, Point], site: str, method: Method, zone: str, wave: int | None,
          pick_by: datetime | None, after: int | None) -> PlanTour:  # fmt: skip
    """The tasks in the order of the walk; at one place by level, bin and order."""
    turn = {stop: n for n, stop in enumerate(walk.stops)}
    in_order = sorted(tasks, key=lambda t: (turn[at[t.task]], t.walk, t.level, t.bin, t.order, t.task))
    path = tuple((round(float(x), 2), round(float(y), 2)) for x, y in walk.walk)
    return PlanTour(site, tuple(t.task for t in in_order), round(Decimal(walk.length), 2), round(seconds), path, method, zone, wave, pick_by, after)
