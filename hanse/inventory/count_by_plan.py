"""Count by plan: raise the counts that a site's plan asks for today (`abc_classes`).

By the clock each night, or by hand; a second time on one day raises only what the day still lacks. The value of a
year's picks at today's prices makes the classes; an item without a price is C.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple, row

from .abc_classes import Plan, Record, classes, due
from .count_tasks import NewCount, raise_tasks
from .events import CountsPlanned, PlannedCount

MOST_A_DAY = 5_000


@ask
class CountByPlan:
    """Raise what a site counts today."""

    site: Code


@row
class Site:
    """A site, the day it is there, and the plan in force."""

    id: int
    code: str
    today: date
    plan: Plan | None


def decide(asks: Sequence[CountByPlan], sites: Mapping[str, Site], raised: Mapping[str, Sequence[PlannedCount]]) -> list[CountsPlanned | Refused]:
    """Answer each ask with what was raised at its site; the first that asks has it."""
    answers: list[CountsPlanned | Refused] = []
    left = dict(raised)
    for ask in asks:
        site = sites.get(ask.site)
        if site is None:
            answers.append(refuse("site-unknown", at="site", site=ask.site))
        elif site.plan is None:
            answers.append(refuse("no-count-plan", site=ask.site))
        elif tasks := left.pop(ask.site, None):
            answers.append(CountsPlanned(ask.site, site.plan.starts_on, tuple(tasks)))
        else:
            answers.append(refuse("nothing-to-count", site=ask.site))
    return answers


ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('count plans', 0))"
SITES = """
SELECT s.id, s.code, (%(now)s::timestamptz AT TIME ZONE s.zone)::date, p.starts_on, p.a_share, p.b_share, p.a_days, p.b_days, p.c_days,
       p.a_permille, p.b_permille, p.c_permille
  FROM network_site s
  LEFT JOIN LATERAL (SELECT * FROM inventory_countplan p WHERE p.site_id = s.id AND p.starts_on <= (%(now)s::timestamptz AT TIME ZONE s.zone)::date
                      ORDER BY p.starts_on DESC LIMIT 1) p ON true
 WHERE s.code = ANY(%(site)s::text[])
"""
VALUES = """
SELECT a.site_id, m.item_id, sum(m.quantity) * coalesce(max(i.price), 0)
  FROM inventory_movement m JOIN inventory_account a ON a.id = m.source_id AND a.kind = 'bin' JOIN catalogue_item i ON i.id = m.item_id
 WHERE m.act = 'UnitsPicked' AND m.happened_at >= %(now)s::timestamptz - interval '365 days' AND a.site_id = ANY(%(site)s::bigint[]) GROUP BY 1, 2
"""
RECORDS = """
SELECT a.site_id, b.account_id, a.code, b.item_id, i.sku, b.lot,
       (SELECT max(c.counted_at AT TIME ZONE s.zone)::date FROM inventory_count c WHERE c.account_id = b.account_id AND c.item_id = b.item_id AND c.lot = b.lot),
       t.open IS TRUE, t.today IS TRUE
  FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin' JOIN catalogue_item i ON i.id = b.item_id
  JOIN network_site s ON s.id = a.site_id
  LEFT JOIN (SELECT t.bin_id, t.item_id, t.lot, bool_or(t.closed_at IS NULL) AS open,
                    bool_or(t.abc <> '' AND t.raised_on = (%(now)s::timestamptz AT TIME ZONE s.zone)::date) AS today
               FROM inventory_counttask t JOIN network_site s ON s.id = t.site_id
              WHERE t.site_id = ANY(%(site)s::bigint[]) AND (t.closed_at IS NULL OR t.raised_on >= %(now)s::timestamptz::date - 1) GROUP BY 1, 2, 3) t
    ON t.bin_id = b.account_id AND t.item_id = b.item_id AND t.lot = b.lot
 WHERE b.on_hand > 0 AND a.site_id = ANY(%(site)s::bigint[])
"""


@operation
def count_by_plan(run: Run, asks: Sequence[CountByPlan]) -> list[CountsPlanned | Refused]:
    """Raise count tasks as the plans of sites ask for them today."""
    run.lock(ALONE)
    sites = {s.code: s for s in run.rows(_site, SITES, asks)}
    planned = [s for s in sites.values() if s.plan]
    return decide(asks, sites, _raise(run, planned) if planned else {})


def _raise(run: Run, sites: Sequence[Site]) -> dict[str, list[PlannedCount]]:
    ids = [s.id for s in sites]
    values: dict[int, dict[int, Decimal]] = {}
    for site, item, value in run.rows(as_tuple, VALUES, site=ids):
        values.setdefault(site, {})[item] = value
    records: dict[int, list[Record]] = {}
    for site, *of in run.rows(as_tuple, RECORDS, site=ids):
        records.setdefault(site, []).append(Record(*of))
    found = [(s, r, abc) for s in sites if s.plan for r, abc in due(records.get(s.id, []), classes(values.get(s.id, {}), s.plan), s.plan, s.today)][:MOST_A_DAY]
    tasks = raise_tasks(run, [NewCount(s.id, r.bin, r.item, r.lot, "plan", abc, s.plan.permille(abc) if s.plan else 0) for s, r, abc in found])
    raised: dict[str, list[PlannedCount]] = {}
    for s, r, abc in found:
        if task := tasks.get((r.bin, r.item, r.lot)):
            raised.setdefault(s.code, []).append(PlannedCount(task, r.sku, r.bin_code, r.lot, abc))
    return raised


def _site(id: int, code: str, today: date, starts_on: date | None, *plan: int) -> Site:
    return Site(id, code, today, Plan(starts_on, *plan) if starts_on else None)
