"""Release a wave: turn what waits at a site into pick tasks together, the least slack first.

A wave takes what has to leave by a cut-off, goes with a carrier, lies in a zone, or is urgent enough; without any of these it
takes what waits, up to so many lines. Orders that are held or wait for the rest of their units stay; the answer says how many.
The tours of a wave are planned afterwards (`planning`), outside of its locks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic_core import to_json

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row
from hanse.network.keep_floors import Method

from .bins import Open
from .events import OrderReleased, RaisedTask, WaveReleased
from .rules import Due, ready
from .slack import DEPARTS, LANE, WAY, Departs, Waits, by_slack, departs_of, way_of
from .tasks import DUE, Raised, open_of_orders, raise_tasks

MOST_LINES = 20_000


@ask
class ReleaseWave:
    """Release what waits at a site: what must leave by an instant, with a carrier, from a zone, of a priority at least as urgent, up to so many lines."""

    site: Code
    leaves_by: datetime | None = None
    carrier: Short = ""
    zone: Short = ""
    priority: Annotated[int, Ge(0), Le(100)] | None = None
    lines: Annotated[int, Ge(1), Le(MOST_LINES)] = 5_000
    method: Method | None = None

    @property
    def chosen_by(self) -> dict[str, Any]:
        """What the wave's orders have in common, in words that are kept with it."""
        said = {"leaves by": self.leaves_by.isoformat() if self.leaves_by else None, "carrier": self.carrier, "zone": self.zone, "priority": self.priority}
        return {name: value for name, value in said.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Cuts:
    """A site as its waves see it: when it cuts off, how it picks, its zones."""

    site: int
    code: str
    departs: Departs
    method: Method
    zones: Sequence[str]


@row
class Chosen:
    """An order for a wave, with the last cut-off that keeps its promise."""

    order: int
    leaves_at: datetime | None


@dataclass(frozen=True, slots=True)
class Cut:
    """The orders of a wave, the most urgent first, and how many were left for which reason."""

    orders: Sequence[Chosen]
    left: Mapping[str, int]


def decide(
    asks: Sequence[ReleaseWave], floors: Mapping[str, Cuts], waiting: Mapping[int, Sequence[Waits]], now: datetime
) -> list[Cut | Refused]:
    """Which orders each wave takes; `waiting` are what waits for each ask. A later wave finds what an earlier one left."""
    answers: list[Cut | Refused] = []
    gone: set[tuple[int, int]] = set()
    for n, ask in enumerate(asks):
        floor = floors.get(ask.site)
        if wrong := _wrong(ask, floor):
            answers.append(refuse_all(wrong))
            continue
        assert floor is not None
        fit = [w for w in waiting.get(n, ()) if (w.order, w.site) not in gone]
        cut = _cut(ask, by_slack(fit, floor.departs, now))
        gone |= {(c.order, floor.site) for c in cut.orders}
        answers.append(cut if cut.orders else refuse("wave-empty", site=ask.site, why=_why(cut.left)))
    return answers


def _wrong(ask: ReleaseWave, floor: Cuts | None) -> list[Refused]:
    if floor is None:
        return [refuse("site-unknown", at="site", site=ask.site)]
    return [refuse("zone-not-here", at="zone", site=ask.site, zone=ask.zone)] if ask.zone and ask.zone not in floor.zones else []


def _cut(ask: ReleaseWave, rated: Sequence[tuple[int, datetime | None, Waits]]) -> Cut:
    """The most urgent that fit, up to the lines asked for; and why others were left, counted."""
    chosen: list[Chosen] = []
    left, lines = Counter[str](), 0
    for _, leaves, w in rated:
        if why := _left(ask, leaves, w):
            left[why] += 1
        elif lines + w.lines > ask.lines and chosen:
            left["beyond the lines asked for"] += 1
        else:
            chosen.append(Chosen(w.order, leaves))
            lines += w.lines
    return Cut(chosen, dict(left.most_common()))


def _left(ask: ReleaseWave, leaves: datetime | None, w: Waits) -> str:
    if w.kept_back:
        return w.kept_back
    if ask.leaves_by is not None and (leaves is None or leaves > ask.leaves_by):
        return "leaves later"
    if ask.carrier and w.carrier != ask.carrier:
        return "another carrier"
    if ask.priority is not None and w.priority > ask.priority:
        return "less urgent"
    return "" if w.in_zone or not ask.zone else "other zones"


def _why(left: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {why}" for why, n in left.items()) + "." if left else "nothing is waiting."


FLOORS = f"""
SELECT s.id, s.code, {DEPARTS}, coalesce(f.method, 'cluster'),
       ARRAY(SELECT z.code FROM network_zone z WHERE z.site_id = s.id)
  FROM network_site s LEFT JOIN network_floor f ON f.site_id = s.id WHERE s.code = ANY(%(site)s::text[])
"""
WAITING = f"""
SELECT w.nr - 1, r.order_id, r.site_id, o.priority, r.promised_on, {WAY}, coalesce(lane.carrier, ''), r.lines, r.units, o.holds, o.ship_rule,
       o.ordered - o.cancelled - o.reserved + o.freed, r.units - r.line_missing,
       w.zone = '' OR NOT EXISTS (
         SELECT 1 FROM orders_allocation a WHERE a.order_id = r.order_id AND a.site_id = r.site_id AND a.reserved > a.freed + a.released - a.recalled
            AND NOT EXISTS (SELECT 1 FROM inventory_balance b JOIN inventory_account c ON c.id = b.account_id AND c.kind = 'bin' AND c.site_id = a.site_id
                              JOIN network_bin n ON n.site_id = c.site_id AND n.code = c.code JOIN network_zone z ON z.id = n.zone_id AND z.code = w.zone
                             WHERE b.item_id = a.item_id AND b.on_hand > b.reserved))
  FROM unnest(%(site)s::text[], %(zone)s::text[]) WITH ORDINALITY AS w(site, zone, nr) JOIN network_site s ON s.code = w.site AND s.supplier = ''
  JOIN (SELECT a.order_id, a.site_id, min(a.promised_on) AS promised_on, count(*) AS lines, sum(a.reserved - a.freed - a.released + a.recalled)::bigint AS units,
               coalesce(sum(a.reserved - a.freed - a.released + a.recalled) FILTER (WHERE l.ordered > l.cancelled + l.reserved - l.freed), 0)::bigint AS line_missing
          FROM orders_allocation a JOIN orders_line l ON l.id = a.line_id
         WHERE a.reserved > a.freed + a.released - a.recalled AND a.site_id IN (SELECT id FROM network_site WHERE code = ANY(%(site)s::text[])) GROUP BY 1, 2) r ON r.site_id = s.id
  JOIN orders_order o ON o.id = r.order_id JOIN partners_address d ON d.id = o.ship_to_id
  LEFT JOIN {LANE} ON true
"""
KEEP = """
INSERT INTO fulfilment_wave (id, site_id, method, chosen_by, leaves_at, orders, tasks, units, released_at, actor)
SELECT w.wave, w.site, w.method, w.chosen_by, w.leaves_at, w.orders, w.tasks, w.units, %(now)s, w.actor
  FROM unnest(%(wave)s::bigint[], %(site_id)s::bigint[], %(method)s::text[], %(chosen_by)s::jsonb[], %(leaves_at)s::timestamptz[], %(orders)s::int[],
              %(tasks)s::int[], %(units)s::bigint[], %(by)s::text[]) AS w(wave, site, method, chosen_by, leaves_at, orders, tasks, units, actor)
"""


@operation
def release_wave(run: Run, asks: Sequence[ReleaseWave]) -> list[WaveReleased | Refused]:
    """Release waves: pick tasks for all orders that were chosen, kept together under a number."""
    floors = {f.code: f for f in run.rows(floor_of, FLOORS, asks)}
    waiting: dict[int, list[Waits]] = {}
    for n, waits in run.rows(waits_of, WAITING, asks):
        waiting.setdefault(n, []).append(waits)
    decided = decide(asks, floors, waiting, run.now)
    taken = [(n, c.order) for n, answer in enumerate(decided) if not isinstance(answer, Refused) for c in answer.orders]
    ids = sorted({order for _, order in taken})
    due = {d.order: d for d in run.rows(Due, DUE, order=ids)} if ids else {}
    opens: dict[tuple[int, int], list[Open]] = {}
    for o in open_of_orders(run, ids) if ids else ():
        opens.setdefault((o.order, o.site), []).append(o)
    free = {n: _free(answer.orders, floors[asks[n].site].site, due, opens) for n, answer in enumerate(decided) if not isinstance(answer, Refused)}
    numbers = dict(zip(free, run.draw("fulfilment_wave_id_seq", len(free)), strict=True))
    raised = raise_tasks(run, [o for some in free.values() for o in some], waves={o.allocation: numbers[n] for n, some in free.items() for o in some})
    answers = [answer if isinstance(answer, Refused) else _told(run, ask, floors[ask.site], numbers[n], answer, free[n], raised)
               for n, (ask, answer) in enumerate(zip(asks, decided, strict=True))]
    kept = [a for a in answers if isinstance(a, WaveReleased)]
    by = {n: owner[0] for n, owner in enumerate(run.owners)}
    run.write(KEEP, kept, site_id=[floors[w.site].site for w in kept], chosen_by=[to_json(w.chosen_by).decode() for w in kept],
              by=[by[n] for n, a in enumerate(answers) if isinstance(a, WaveReleased)]) if kept else None
    return answers


def floor_of(site: int, code: str, zone: str, country: str, region: str, workdays: Any, cut_off: Any, opens: Any, closes: Any, method: Method, zones: Sequence[str]) -> Cuts:
    return Cuts(site, code, departs_of(zone, country, region, workdays, cut_off, opens, closes), method, zones)


def waits_of(n: int, order: int, site: int, priority: int, promised_on: Any, days: int, transit_on: Any, receives_on: Any, country: str, region: str,
             carrier: str, lines: int, units: int, holds: Sequence[str], ship_rule: str, missing: int, whole: int, in_zone: bool) -> tuple[int, Waits]:  # fmt: skip
    kept_back = "on hold" if Due(order, holds, ship_rule, missing).held else ""
    if not kept_back and ((ship_rule == "complete-order" and missing) or (ship_rule == "complete-line" and not whole)):
        kept_back = "waiting for the rest"
    return n, Waits(order, site, priority, promised_on, way_of(days, transit_on, receives_on, country, region), carrier, lines, units, kept_back, in_zone)


def _free(chosen: Sequence[Chosen], site: int, due: Mapping[int, Due], opens: Mapping[tuple[int, int], Sequence[Open]]) -> list[Open]:
    """What the chosen orders may still release now that they are locked."""
    return [o for c in chosen if not due[c.order].held for o in ready(due[c.order], opens.get((c.order, site), ()))]


def _told(run: Run, ask: ReleaseWave, floor: Cuts, wave: int, cut: Cut, free: Sequence[Open], raised: Raised) -> WaveReleased | Refused:
    """The wave as it was released, and each of its orders, those too that wait for their pick faces; a refusal where no bin has anything free."""
    tasks: dict[int, list[RaisedTask]] = {}
    asked: Counter[int] = Counter()
    for o in free:
        asked[o.order] += o.quantity
        tasks.setdefault(o.order, []).extend(raised.tasks.get(o.allocation, ()))
    waits = {o.order for o in free if (o.item, o.site) in raised.coming}
    told = [OrderReleased(order_number(order), tuple(some), asked[order] - sum(t.quantity for t in some)) for order, some in tasks.items() if some or order in waits]
    if not any(tasks.values()):
        return refuse("wave-empty", site=ask.site, why="no bin has these units free.")
    run.tell(told)
    leaves = [c.leaves_at for c in cut.orders if c.leaves_at]
    all_tasks = [t for one in told for t in one.tasks]
    return WaveReleased(wave, ask.site, ask.method or floor.method, ask.chosen_by, min(leaves, default=None), sum(1 for one in told if one.tasks), len(all_tasks), sum(t.quantity for t in all_tasks), dict(cut.left))
