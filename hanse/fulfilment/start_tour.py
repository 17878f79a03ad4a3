"""Start a tour: a picker takes one, or the most urgent of a site, and nobody else walks it.

The most urgent is the one that must be picked first, among those whose totes need not come from another tour any more. A picker
who has begun one goes on with it.
"""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Id, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import TourStarted


@ask
class StartTour:
    """Take the most urgent tour of a site, or the one that is named."""

    site: Code
    tour: Id | None = None


@row
class Waiting:
    """A tour with open tasks: who walks it, the first of its tasks, and the tour whose totes are still to come, if any."""

    tour: int
    site: str
    picker: str
    first_task: int | None
    waits_for: int | None


def decide(asks: Sequence[StartTour], pickers: Sequence[str], tours: Mapping[int, Waiting]) -> list[TourStarted | Refused]:
    """Give each picker a tour; `tours` come the most urgent first, and a tour has one picker."""
    answers: list[TourStarted | Refused] = []
    walked_by = {t.tour: t.picker for t in tours.values()}
    for ask, picker in zip(asks, pickers, strict=True):
        tour = tours.get(ask.tour) if ask.tour is not None else _next(ask.site, picker, tours, walked_by)
        if tour is None:
            answers.append(refuse("tour-unknown", at="tour", tour=ask.tour) if ask.tour is not None else refuse("no-tour", site=ask.site))
        elif tour.first_task is None:
            answers.append(refuse("tour-done", tour=tour.tour))
        elif walked_by[tour.tour] not in ("", picker):
            answers.append(refuse("tour-taken", tour=tour.tour, picker=walked_by[tour.tour]))
        elif tour.waits_for is not None:
            answers.append(refuse("tour-waits", tour=tour.tour, after=tour.waits_for))
        else:
            walked_by[tour.tour] = picker
            answers.append(TourStarted(tour.tour, tour.site, picker, tour.first_task))
    return answers


def _next(site: str, picker: str, tours: Mapping[int, Waiting], walked_by: Mapping[int, str]) -> Waiting | None:
    """The picker's own tour, else the most urgent that nobody walks."""
    here = [t for t in tours.values() if t.site == site and t.first_task is not None and t.waits_for is None]
    return next((t for t in here if walked_by[t.tour] == picker), None) or next((t for t in here if not walked_by[t.tour]), None)


LOCK = """
SELECT t.id FROM fulfilment_tour t
 WHERE t.id = ANY(%(tour)s::bigint[])
    OR (t.site_id IN (SELECT id FROM network_site WHERE code = ANY(%(site)s::text[]))
        AND t.id IN (SELECT k.tour_id FROM fulfilment_task k WHERE k.closed_at IS NULL AND k.site_id = t.site_id))
 ORDER BY t.id FOR UPDATE
"""
"""All tours a picker may be given: whoever asks next waits a moment and finds the next one."""
TOURS = """
SELECT t.id, s.code, t.picker, (SELECT k.id FROM fulfilment_task k WHERE k.tour_id = t.id AND k.closed_at IS NULL ORDER BY k.stop LIMIT 1),
       CASE WHEN EXISTS (SELECT 1 FROM fulfilment_task k WHERE k.tour_id = t.after_id AND k.closed_at IS NULL) THEN t.after_id END
  FROM fulfilment_tour t JOIN network_site s ON s.id = t.site_id WHERE t.id = ANY(%(tour)s::bigint[]) ORDER BY t.pick_by NULLS LAST, t.id
"""
TAKE = """
UPDATE fulfilment_tour t SET picker = s.picker, started_at = CASE WHEN t.picker = s.picker THEN t.started_at ELSE %(now)s END
  FROM unnest(%(tour)s::bigint[], %(picker)s::text[]) AS s(tour, picker) WHERE t.id = s.tour
"""


@operation
def start_tour(run: Run, asks: Sequence[StartTour]) -> list[TourStarted | Refused]:
    """Give pickers their tours."""
    named, sites = [a.tour for a in asks if a.tour is not None], sorted({a.site for a in asks if a.tour is None})
    locked = run.rows(int, LOCK, tour=named, site=sites)
    tours = {t.tour: t for t in run.rows(Waiting, TOURS, tour=locked)}
    answers = decide(asks, [actor for actor, _ in run.owners], tours)
    run.write(TAKE, [a for a in answers if isinstance(a, TourStarted)])
    return answers
