"""Keep count plans: how often a site counts, from a day on. A plan that has begun stays as it was; a new day makes a new plan."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row

from .events import CountPlanKept

Days = Annotated[int, Ge(1), Le(3_650)]
Percent = Annotated[int, Ge(0), Le(100)]
Permille = Annotated[int, Ge(0), Le(1_000)]


@ask
class KeepCountPlan:
    """A site counts its A items every `a_days`, and so on; a record may be off by so many thousandths.

    A are the items that make the first `a_share` percent of the value that moved, B those up to `b_share`.
    """

    site: Code
    starts_on: date
    a_share: Percent = 80
    b_share: Percent = 95
    a_days: Days = 30
    b_days: Days = 90
    c_days: Days = 365
    a_permille: Permille = 2
    b_permille: Permille = 10
    c_permille: Permille = 50


@row
class Place:
    """A site and the day it is there."""

    code: str
    id: int
    today: date


def decide(asks: Sequence[KeepCountPlan], places: Mapping[str, Place]) -> list[CountPlanKept | Refused]:
    """Answer each ask; the last for a day stands."""
    answers: list[CountPlanKept | Refused] = []
    for ask in asks:
        place, wrong = places.get(ask.site), []
        if place is None:
            wrong.append(refuse("site-unknown", at="site", site=ask.site))
        elif ask.starts_on < place.today:
            wrong.append(refuse("values-refused", at="starts_on", why=f"A plan starts today, {place.today}, or later: what was counted before was by the plan of its day."))
        if ask.a_share > ask.b_share:
            wrong.append(refuse("values-refused", at="b_share", why="The share up to which items are B is at least that of A."))
        if not ask.a_days <= ask.b_days <= ask.c_days:
            wrong.append(refuse("values-refused", at="a_days", why="A is counted at least as often as B, and B as C."))
        answers.append(refuse_all(wrong) if wrong else CountPlanKept(
            ask.site, ask.starts_on, ask.a_share, ask.b_share, ask.a_days, ask.b_days, ask.c_days, ask.a_permille, ask.b_permille, ask.c_permille))
    return answers


PLACES = "SELECT code, id, (%(now)s::timestamptz AT TIME ZONE zone)::date FROM network_site WHERE code = ANY(%(site)s::text[])"
KEEP = """
INSERT INTO inventory_countplan (site_id, starts_on, a_share, b_share, a_days, b_days, c_days, a_permille, b_permille, c_permille, actor, made_at)
SELECT DISTINCT ON (s.id, p.starts_on) s.id, p.starts_on, p.a_share, p.b_share, p.a_days, p.b_days, p.c_days, p.a_permille, p.b_permille, p.c_permille,
       p.by, %(now)s::timestamptz
  FROM unnest(%(site)s::text[], %(starts_on)s::date[], %(a_share)s::int[], %(b_share)s::int[], %(a_days)s::int[], %(b_days)s::int[], %(c_days)s::int[],
              %(a_permille)s::int[], %(b_permille)s::int[], %(c_permille)s::int[], %(by)s::text[]) WITH ORDINALITY
    AS p(site, starts_on, a_share, b_share, a_days, b_days, c_days, a_permille, b_permille, c_permille, by, nr) JOIN network_site s ON s.code = p.site
 ORDER BY s.id, p.starts_on, p.nr DESC
    ON CONFLICT (site_id, starts_on) DO UPDATE SET a_share = excluded.a_share, b_share = excluded.b_share, a_days = excluded.a_days, b_days = excluded.b_days,
       c_days = excluded.c_days, a_permille = excluded.a_permille, b_permille = excluded.b_permille, c_permille = excluded.c_permille,
       actor = excluded.actor, made_at = excluded.made_at
"""


@operation
def keep_count_plans(run: Run, asks: Sequence[KeepCountPlan]) -> list[CountPlanKept | Refused]:
    """Add or change the plans by which sites count."""
    answers = decide(asks, {p.code: p for p in run.rows(Place, PLACES, asks)})
    kept = [(a, who) for a, (who, _) in zip(answers, run.owners, strict=True) if isinstance(a, CountPlanKept)]
    if kept:
        run.write(KEEP, [a for a, _ in kept], by=[who for _, who in kept])
    return answers
