"""Plan tours: give open pick tasks their turn on a walk.

The walk is worked out beforehand (`planning`); meanwhile tasks may have been answered or withdrawn. Those are left out, and a
tour without any is refused. A tour whose totes come from another one names it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic_core import to_json

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Id, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row
from hanse.network.keep_floors import Method

from .events import TourPlanned
from .tasks import ORDERS_OF_TASKS

Metres = Annotated[Decimal, Ge(0), Le(1_000_000)]
Turning = tuple[float, float]


@ask
class PlanTour:
    """A walk at a site: its tasks as they are met, the turning points of the way, how long it is and takes, until when it must be picked.

    `after` counts the tours of the same batch from 0: its totes are handed on to this one.
    """

    site: Code
    tasks: Annotated[tuple[Id, ...], MinLen(1), MaxLen(5_000)]
    metres: Metres
    seconds: Annotated[int, Ge(0), Le(1_000_000)]
    path: Annotated[tuple[Turning, ...], MaxLen(20_000)] = ()
    method: Method = "cluster"
    zone: Short = ""
    wave: Id | None = None
    pick_by: datetime | None = None
    after: Annotated[int, Ge(0), Le(5_000)] | None = None


@row
class Open:
    """An open task that is on no tour yet."""

    task: int
    order: int
    site: str
    site_id: int
    bin: int


def decide(asks: Sequence[PlanTour], tours: Sequence[int], tasks: Mapping[int, Open], waves: Mapping[int, str]) -> list[TourPlanned | Refused]:
    """Plan each tour with the tasks that are still open; a task is on one tour only. `waves` are sites by wave, `tours` numbers that were drawn."""
    answers: list[TourPlanned | Refused] = []
    gone: set[int] = set()
    for n, ask in enumerate(asks):
        here = [tasks[t] for t in dict.fromkeys(ask.tasks) if t in tasks and t not in gone and tasks[t].site == ask.site]
        before = answers[ask.after] if ask.after is not None and ask.after < n else None
        if wrong := _wrong(n, ask, waves):
            answers.append(refuse_all(wrong))
        elif not here:
            answers.append(refuse("tasks-gone", at="tasks"))
        else:
            gone.update(t.task for t in here)
            after = before.tour if isinstance(before, TourPlanned) else None
            answers.append(TourPlanned(
                tours[n], ask.site, ask.wave, ask.method, ask.zone, after, len({t.order for t in here}), len({t.bin for t in here}),
                tuple(t.task for t in here), ask.metres, ask.seconds, ask.pick_by))  # fmt: skip
    return answers


def _wrong(n: int, ask: PlanTour, waves: Mapping[int, str]) -> list[Refused]:
    wrong = []
    if ask.wave is not None and waves.get(ask.wave) != ask.site:
        wrong.append(refuse("values-refused", at="wave", why=f"There is no wave {ask.wave} at {ask.site}."))
    if ask.after is not None and ask.after >= n:
        wrong.append(refuse("values-refused", at="after", why="Totes come from a tour that stands before this one."))
    return wrong


TASKS = """
SELECT t.id, t.order_id, s.code, t.site_id, t.bin_id FROM fulfilment_task t JOIN network_site s ON s.id = t.site_id
 WHERE t.id = ANY(%(task)s::bigint[]) AND t.closed_at IS NULL AND t.tour_id IS NULL
"""
WAVES = "SELECT w.id, s.code FROM fulfilment_wave w JOIN network_site s ON s.id = w.site_id WHERE w.id = ANY(%(wave)s::bigint[])"
KEEP = """
INSERT INTO fulfilment_tour (id, site_id, wave_id, after_id, method, zone, orders, stops, metres, seconds, path, pick_by, planned_at)
SELECT t.tour, t.site, t.wave, t.after, t.method, t.zone, t.orders, t.stops, t.metres, t.seconds, t.path, t.pick_by, %(now)s
  FROM unnest(%(tour)s::bigint[], %(site_id)s::bigint[], %(wave)s::bigint[], %(after)s::bigint[], %(method)s::text[], %(zone)s::text[], %(orders)s::int[],
              %(stops)s::int[], %(metres)s::numeric[], %(seconds)s::int[], %(path)s::jsonb[], %(pick_by)s::timestamptz[])
    AS t(tour, site, wave, after, method, zone, orders, stops, metres, seconds, path, pick_by)
"""
GIVE_TURNS = """
UPDATE fulfilment_task t SET tour_id = g.tour, stop = g.stop
  FROM unnest(%(task)s::bigint[], %(of)s::bigint[], %(stop)s::smallint[]) AS g(task, tour, stop) WHERE t.id = g.task
"""


@operation
def plan_tours(run: Run, asks: Sequence[PlanTour]) -> list[TourPlanned | Refused]:
    """Keep planned walks and give their tasks their turns."""
    tasks = sorted({t for a in asks for t in a.tasks})
    run.lock(ORDERS_OF_TASKS, task=tasks)
    found = {o.task: o for o in run.rows(Open, TASKS, task=tasks)}
    waves = dict(run.rows(lambda wave, site: (wave, site), WAVES, asks))
    answers = decide(asks, run.draw("fulfilment_tour_id_seq", len(asks)), found, waves)
    kept = [(a, ask) for ask, a in zip(asks, answers, strict=True) if isinstance(a, TourPlanned)]
    if kept:
        planned = [a for a, _ in kept]
        run.write(KEEP, planned, site_id=[found[a.tasks[0]].site_id for a in planned], path=[to_json(ask.path).decode() for _, ask in kept])
        turns = [(task, a.tour, n) for a in planned for n, task in enumerate(a.tasks, 1)]
        run.write(GIVE_TURNS, task=[t for t, _, _ in turns], of=[tour for _, tour, _ in turns], stop=[n for _, _, n in turns])
    return answers


