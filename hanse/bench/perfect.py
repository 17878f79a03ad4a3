"""The perfect order: judging delivered orders, and the dashboard with five million verdicts next to a hundred thousand.

`hanse bench perfect`. Judging stands next to one plain statement that tells the same truths of the same orders; the dashboard's
questions next to plain aggregates of the same verdicts. History is longer, not denser: each day has as many orders due.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from .apart import tell, told_apart
from .company import Databases
from .floor_work import Watch
from .kept import OPEN, keep

JUDGED, FEW, MANY = 20_000, 100_000, 5_000_000
A_DAY, LAST, READS = 1_800, date(2026, 10, 31), 15
PORTION = 250_000
NAME = "hanse_bench_perfect"
FILL = """
INSERT INTO perfect_order_verdict (order_id, due_on, known_from, state, rules, right_place, right_product, in_time, right_customer, right_invoice, right_documents, lines, lines_perfect,
  lines_judged, net, currency, hours_late, causes, found, customer_id, site, carrier, country, channel, skus, final_on)
SELECT 100000 + n, %(last)s::date - ((%(kept)s - n) / %(a_day)s)::int, '2026-11-01', 'final', 1, true, true, n %% 20 <> 0, true, n %% 33 <> 0, true, 2, CASE WHEN bad THEN 0 ELSE 2 END, 2,
       60, 'EUR', CASE WHEN n %% 20 = 0 THEN 24 END,
       CASE WHEN n %% 20 = 0 AND n %% 33 = 0 THEN '{"time": ["transit delay", "carrier"], "invoice": ["price", "billing"]}' WHEN n %% 20 = 0 THEN '{"time": ["transit delay", "carrier"]}'
            WHEN n %% 33 = 0 THEN '{"invoice": ["price", "billing"]}' ELSE '{}' END::jsonb,
       jsonb_build_object('of', '{}'::jsonb, 'lines', jsonb_build_array(
         jsonb_build_object('sku', 'S-' || n %% 500, 'product', '{"truth": true}'::jsonb, 'time', jsonb_build_object('truth', n %% 20 <> 0), 'invoice', jsonb_build_object('truth', n %% 33 <> 0)))),
       1 + n %% 100, 'S' || n %% 3, 'C' || n %% 4, (ARRAY['DE', 'AT', 'NL', 'DK', 'SE'])[1 + n %% 5], 'edi', ARRAY['S-' || n %% 500], '2026-11-30'
  FROM generate_series(%(first)s::bigint, %(upto)s::bigint) n, LATERAL (SELECT n %% 20 = 0 OR n %% 33 = 0 AS bad) b
"""
CAUSES_ANEW = """
INSERT INTO perfect_order_daycause (due_on, condition, cause, owner, failures, first, alone)
SELECT v.due_on, c.key, c.value->>0, c.value->>1, count(*), count(*) FILTER (WHERE c.key = 'time' OR NOT v.causes ? 'time'), count(*) FILTER (WHERE v.causes - c.key = '{}'::jsonb)
  FROM perfect_order_verdict v CROSS JOIN LATERAL jsonb_each(v.causes) c GROUP BY 1, 2, 3, 4
"""
PLAIN_JUDGED = """
CREATE TABLE IF NOT EXISTS plain_verdict (order_id bigint PRIMARY KEY, due_on date, place boolean, product boolean, in_time boolean, customer boolean, invoice boolean);
INSERT INTO plain_verdict
SELECT o.id, o.first_promised_on, bool_and(s.address_id = o.ship_to_id), o.delivered >= o.ordered - o.cancelled,
       bool_and(p.delivered_at < (o.first_promised_on + 1)::timestamp AT TIME ZONE a.zone), bool_and(f.receiver <> ''), o.invoiced >= o.ordered - o.cancelled
  FROM orders_order o JOIN transport_shipment s ON s.order_id = o.id JOIN transport_parcel p ON p.shipment_id = s.id JOIN partners_address a ON a.id = o.ship_to_id
  LEFT JOIN transport_proof f ON f.parcel_id = p.id WHERE o.id = ANY(%s) GROUP BY o.id, a.zone
"""
PLAIN_SHARE = """
SELECT count(*), count(*) FILTER (WHERE perfect), count(*) FILTER (WHERE NOT perfect), count(*) FILTER (WHERE in_time), count(*) FILTER (WHERE right_product), count(*) FILTER (WHERE right_invoice)
  FROM perfect_order_verdict WHERE known_to IS NULL AND due_on BETWEEN %s AND %s
"""


def measured(databases: Databases, quick: bool) -> Iterator[dict[str, Any]]:
    """The rows: judging, and the dashboard with few and many verdicts kept."""
    yield _judging(databases, 2_000 if quick else JUDGED)
    few, many = (20_000, 200_000) if quick else (FEW, MANY)
    superuser = make_conninfo(databases.server.superuser_url, dbname=NAME)
    yield from _dashboards(superuser, few, many)


def _judging(databases: Databases, count: int) -> dict[str, Any]:
    """Delivered orders judged in batches of 1,000, as a follower does, next to one plain statement a batch that tells the five truths."""
    from hanse.journal.principals import HANSE
    from hanse.perfect_order.assess import Assess, assess

    keep(make_conninfo(databases.server.superuser_url, dbname=NAME), 1, OPEN + count)
    orders = [100_000 + n for n in range(OPEN + 1, OPEN + count + 1)]
    batches = [orders[start:start + 1_000] for start in range(0, count, 1_000)]
    with Watch(databases) as ours:
        for batch in batches:
            assess([Assess(f"H-{id}") for id in batch], by=HANSE)
    create, insert = PLAIN_JUDGED.strip().split(";\n")
    with psycopg.connect(databases.hanse_owner, autocommit=True) as connection:
        connection.execute(create)
        with Watch(databases) as plain:
            for batch in batches:
                connection.execute(insert, [batch])
    return {
        "name": "perfect_judging", "orders": count, "orders_per_s": round(count / ours.spent.seconds), "cpu_ms_per_order": round(1000 * ours.spent.cpu / count, 3),
        "floor_cpu_ms_per_order": round(1000 * plain.spent.cpu / count, 3), "ratio": round(ours.spent.cpu / plain.spent.cpu, 2),
    }


def _dashboards(superuser: str, few: int, many: int) -> Iterator[dict[str, Any]]:
    """All questions of the dashboard over the last 30 days, and the plain aggregate of the same verdicts for its headline alone."""
    medians: dict[int, float] = {}
    for kept in (few, many):
        _fill(superuser, kept)
        took, plain = [], []
        with psycopg.connect(superuser, autocommit=True) as connection:
            for _ in range(READS):
                took.append(_asked())
                began = time.perf_counter()
                connection.execute(PLAIN_SHARE, [LAST - timedelta(days=29), LAST]).fetchone()
                plain.append(time.perf_counter() - began)
        medians[kept] = statistics.median(took)
        yield {
            "name": "perfect_dashboard", "kept": kept, "median_ms": round(1000 * medians[kept], 1), "plain_headline_ms": round(1000 * statistics.median(plain), 1),
            "ratio": round(medians[kept] / medians[few], 2),
        }


def _asked() -> float:
    """How long the questions of the dashboard take together."""
    from hanse.perfect_order import reads

    period = reads.Period(LAST - timedelta(days=29), LAST)
    began = time.perf_counter()
    reads.headline(period), reads.causes(period), reads.weeks(period), reads.shares(period, "lane", 400)
    for by in ("customer", "site", "channel", "item"):
        reads.shares(period, by, 500)
    return time.perf_counter() - began


def _fill(superuser: str, kept: int) -> None:
    """Put in so many verdicts and count their days anew."""
    from hanse.edge.invariants.perfect import DAYS_ANEW
    from hanse.perfect_order.models import COUNTS
    from hanse.perfect_order.reads import of_items

    with psycopg.connect(superuser, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET work_mem = '256MB'; SET session_replication_role = replica")
        connection.execute("TRUNCATE perfect_order_verdict, perfect_order_day, perfect_order_daycause")
        for start in range(1, kept + 1, PORTION):
            connection.execute(FILL, {"last": LAST, "kept": kept, "a_day": A_DAY, "first": start, "upto": min(start + PORTION - 1, kept)})
        connection.execute("VACUUM ANALYZE perfect_order_verdict")
        for days in [*DAYS_ANEW.split("\n UNION ALL "), of_items()]:
            connection.execute(f"INSERT INTO perfect_order_day (by, due_on, key, currency, {', '.join(COUNTS)}) {days}")
        connection.execute(CAUSES_ANEW)
        connection.execute("VACUUM ANALYZE perfect_order_day")
        connection.execute("VACUUM ANALYZE perfect_order_daycause")


def run(quick: bool, home: Path) -> list[dict[str, Any]]:
    """Measure on the bench's private server, in a database and a process of its own."""
    return told_apart("perfect", NAME, home, quick)


if __name__ == "__main__":
    tell(measured, *sys.argv[1:])
