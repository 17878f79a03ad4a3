"""Leave a tour: a picker gives it back, and what is left of it waits for somebody else."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import TourLeft


@ask
class LeaveTour:
    """Give a tour back, whoever walks it: a shift may end before its picker says so."""

    tour: Id


@row
class Walked:
    """A tour and who walks it."""

    tour: int
    site: str
    picker: str


def decide(asks: Sequence[LeaveTour], tours: Mapping[int, Walked]) -> list[TourLeft | Refused]:
    """A tour is left once; nobody walks it then."""
    answers: list[TourLeft | Refused] = []
    left: set[int] = set()
    for ask in asks:
        tour = tours.get(ask.tour)
        if tour is None:
            answers.append(refuse("tour-unknown", at="tour", tour=ask.tour))
        elif not tour.picker or tour.tour in left:
            answers.append(refuse("tour-free", tour=ask.tour))
        else:
            left.add(tour.tour)
            answers.append(TourLeft(tour.tour, tour.site, tour.picker))
    return answers


TOURS = """
SELECT t.id, s.code, t.picker FROM fulfilment_tour t JOIN network_site s ON s.id = t.site_id WHERE t.id = ANY(%(tour)s::bigint[]) ORDER BY t.id FOR UPDATE OF t
"""
LEAVE = "UPDATE fulfilment_tour SET picker = '', started_at = NULL WHERE id = ANY(%(tour)s::bigint[])"


@operation
def leave_tour(run: Run, asks: Sequence[LeaveTour]) -> list[TourLeft | Refused]:
    """Give tours back."""
    tours = {t.tour: t for t in run.rows(Walked, TOURS, asks)}
    answers = decide(asks, tours)
    run.write(LEAVE, [a for a in answers if isinstance(a, TourLeft)])
    return answers
