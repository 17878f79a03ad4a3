"""Learn: count what became of the commitments due in a week, by lane, by step of their way and by the slack they passed it with.

What is at risk is foreseen from it. A week is counted whole and takes the place of what was counted before, so learning
twice changes nothing. Only what is judged counts; a late verdict counts when its week is learnt again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.samples import Share

from .events import NothingNewLearnt, WeekLearnt
from .evidence import Way, ways
from .outlook import DUE
from .passed import Cell, Ended, cells


@ask
class Learn:
    """Count what became of the commitments that were due in the week that begins on this Monday."""

    week_on: date


@dataclass(frozen=True, slots=True)
class Known:
    """The judged commitments of the asked weeks with the ways of their last parcels, and what is counted of these weeks already."""

    ended: Mapping[date, Sequence[Ended]]
    ways: Mapping[int, Way]
    kept: Mapping[date, Mapping[Cell, Share]]


Counted = dict[Cell, Share]


def decide(asks: Sequence[Learn], known: Known) -> list[Counted | Refused]:
    """What is counted of each week."""
    return [
        cells(known.ended.get(it.week_on, ()), known.ways) if it.week_on.weekday() == 0
        else refuse("values-refused", why=f"{it.week_on} is no Monday: a week is named by its Monday.", at="week_on")
        for it in asks]


ENDED = f"""
SELECT v.order_id, v.due_on, v.perfect, p.id, r.code, s.code || ' → ' || d.country
  FROM unnest(%(week_on)s::date[]) AS w(week_on)
  JOIN perfect_order_verdict v ON v.due_on >= w.week_on AND v.due_on < w.week_on + 7 AND v.known_to IS NULL AND v.state <> 'void' AND v.perfect IS NOT NULL
  JOIN LATERAL (
    SELECT p.id, p.carrier_id, h.site_id, h.address_id FROM transport_shipment h JOIN transport_parcel p ON p.shipment_id = h.id AND p.rides_with_id IS NULL
     WHERE h.order_id = v.order_id AND EXISTS (
       SELECT FROM fulfilment_content k JOIN orders_line l ON l.id = k.line_id LEFT JOIN orders_line l0 ON l0.id = l.substitute_of_id
        WHERE k.carton_id = p.carton_id AND {DUE} = v.due_on)
     ORDER BY coalesce(p.delivered_at, h.handed_over_at) DESC, p.id DESC LIMIT 1) p ON true
  JOIN transport_carrier r ON r.id = p.carrier_id JOIN network_site s ON s.id = p.site_id JOIN partners_address d ON d.id = p.address_id
 ORDER BY v.due_on, v.order_id
"""
KEPT = "SELECT e.week_on, e.lane, e.step, e.band, e.commitments, e.perfect FROM perfect_order_experience e WHERE e.week_on = ANY(%(week_on)s::date[]) ORDER BY e.id FOR UPDATE"
DROP = "DELETE FROM perfect_order_experience e USING unnest(%(week_on)s::date[]) AS w(week_on) WHERE e.week_on = w.week_on"
KEEP = """
INSERT INTO perfect_order_experience (week_on, lane, step, band, commitments, perfect, learnt_at)
SELECT c.week_on, c.lane, c.step, c.band, c.commitments, c.perfect, %(now)s::timestamptz
  FROM unnest(%(week_on)s::date[], %(lane)s::text[], %(step)s::text[], %(band)s::smallint[], %(commitments)s::bigint[], %(perfect)s::bigint[])
    AS c(week_on, lane, step, band, commitments, perfect)
"""


@operation
def learn(run: Run, asks: Sequence[Learn]) -> list[WeekLearnt | NothingNewLearnt | Refused]:
    """Count weeks anew; what they counted before goes."""
    known = _facts(run, sorted({a.week_on for a in asks}))
    answers = decide(asks, known)
    new = {ask.week_on: a for ask, a in zip(asks, answers, strict=True) if not isinstance(a, Refused)}
    if new:
        _write(run, new)
    return [a if isinstance(a, Refused) else _told(ask.week_on, a, known) for ask, a in zip(asks, answers, strict=True)]


def _facts(run: Run, weeks: list[date]) -> Known:
    kept: dict[date, dict[Cell, Share]] = defaultdict(dict)
    for week_on, lane, step, band, n, perfect in run.rows(lambda *row: row, KEPT, week_on=weeks):
        kept[week_on][lane, step, band] = Share(perfect, n)
    ended: dict[date, list[Ended]] = defaultdict(list)
    for it in run.rows(Ended, ENDED, week_on=weeks):
        ended[date.fromordinal(it.due_on.toordinal() - it.due_on.weekday())].append(it)
    return Known(ended, ways(run, [it.parcel for of in ended.values() for it in of]), kept)


def _write(run: Run, new: Mapping[date, Counted]) -> None:
    """The cells of the weeks; a week that has none any more is dropped all the same."""
    run.write(DROP, week_on=list(new))
    rows = [(week, cell, share) for week in sorted(new) for cell, share in new[week].items()]
    if rows:
        run.write(
            KEEP, week_on=[week for week, _, _ in rows], lane=[cell[0] for _, cell, _ in rows], step=[cell[1] for _, cell, _ in rows],
            band=[cell[2] for _, cell, _ in rows], commitments=[share.n for _, _, share in rows], perfect=[share.hits for _, _, share in rows])


def _told(week_on: date, found: Counted, known: Known) -> WeekLearnt | NothingNewLearnt:
    if dict(known.kept.get(week_on, {})) == found:
        return NothingNewLearnt(week_on.isoformat())
    of_week = known.ended.get(week_on, ())
    return WeekLearnt(week_on.isoformat(), len(of_week), sum(it.perfect for it in of_week))
