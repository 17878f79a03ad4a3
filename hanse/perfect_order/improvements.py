"""Questions about where to improve: what each cause of a period costs, whose hours were late, what to change and what that would gain.

The commitments due in the period are read, by index, as known now; those that are not decided are left out.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple
from hanse.kernel.samples import Share

from .claimed import Claimed, claimed
from .proposing import Change, NotProposed, OnLane, RankedCause, Signature, Touched, proposed, ranked, split_of
from .special import BIN, CHANNEL, CUSTOMER, ITEM, LANE, SHORT_PICK, SITE, WEEKDAY, Cases, Failed, Special, special

LONGEST_DAYS = 400
"""Longer periods are not looked at for changes: nobody would act on them."""
DECIDED = """
k AS (
  SELECT v.*, v.due_on > %(split)s::date AS later, v.causes - 'documents' AS five,
         CASE WHEN NOT v.perfect AND (SELECT count(*) FROM jsonb_object_keys(v.causes - 'documents')) = 1 THEN (SELECT n FROM jsonb_object_keys(v.causes - 'documents') n) END AS alone
    FROM perfect_order_verdict v
   WHERE v.known_to IS NULL AND v.state <> 'void' AND v.perfect IS NOT NULL AND v.due_on >= %(first)s::date AND v.due_on <= %(last)s::date),
d AS (SELECT k.*, k.five->k.alone->>0 AS cause, k.five->k.alone->>1 AS owner FROM k)
"""
SIGNATURES = f"""
WITH {DECIDED}
SELECT x.five::text, x.currency, count(*), coalesce(sum(x.hours_late), 0), sum(x.net), coalesce(sum(x.credited), 0)
  FROM (SELECT d.five, d.currency, d.hours_late, d.net,
               CASE WHEN NOT d.perfect AND row_number() OVER (PARTITION BY d.order_id, d.perfect ORDER BY d.due_on) = 1
                    THEN (SELECT sum(i.net) FROM billing_invoice i WHERE i.order_id = d.order_id AND i.kind = 'credit') END AS credited
          FROM d) x GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
LATE = """
SELECT v.site || ' → ' || v.country, v.carrier, p->'stages', p->>'owner', count(*), sum((p->>'hours')::numeric)
  FROM perfect_order_verdict v CROSS JOIN LATERAL jsonb_array_elements(v.found->'late') p
 WHERE v.known_to IS NULL AND v.state <> 'void' AND v.due_on >= %(first)s::date AND v.due_on <= %(last)s::date AND NOT v.in_time AND v.carrier <> ''
 GROUP BY 1, 2, 3, 4 ORDER BY 6 DESC, 1, 2, 4 LIMIT %(most)s
"""
GAINED = "SELECT rule, name, later, orders, gained, step, lim FROM (SELECT x.*, sum(x.gained) OVER (PARTITION BY x.rule, x.name) AS all_gained FROM ({0}) x) x WHERE all_gained >= 3"
"""Of what nearly nobody would have gained from, no rows are read."""
BY_CUSTOMER = """
SELECT c.rule, p.code AS name, d.later, count(*) AS orders, count(*) FILTER (WHERE CASE c.rule
         WHEN 'release' THEN d.alone = 'time' AND d.cause = 'released late' WHEN 'terms' THEN d.alone = 'invoice' AND d.cause = 'billing error'
         ELSE d.alone = 'place' OR (d.alone = 'product' AND d.cause = 'sent back') END) AS gained, 0 AS step, 0 AS lim
  FROM d JOIN partners_party p ON p.id = d.customer_id CROSS JOIN (VALUES ('release'), ('terms'), ('address')) AS c(rule) GROUP BY 1, 2, 3
"""
BY_SITE = """
SELECT 'pack scan' AS rule, d.site AS name, d.later, count(*) AS orders, count(*) FILTER (WHERE d.alone = 'product' AND d.cause = 'mis-pack') AS gained, 0 AS step, 0 AS lim
  FROM d JOIN network_site s ON s.code = d.site AND s.pack_scan = 'none' GROUP BY 2, 3
"""
BY_LANE = """
SELECT 'lane' AS rule, d.carrier || '|' || d.site || ' → ' || d.country AS name, d.later, count(*) AS orders, count(*) FILTER (WHERE d.alone = 'time' AND d.owner = 'carrier') AS gained,
       CASE WHEN d.alone = 'time' AND d.owner = 'carrier' THEN least(greatest(1, ceil(d.hours_late / 24)), 4)::int ELSE 0 END AS step, 0 AS lim
  FROM d WHERE d.carrier <> '' GROUP BY 2, 3, 6
"""
BY_ITEM = """
SELECT 'price' AS rule, x.sku AS name, d.later, count(*) AS orders, count(*) FILTER (WHERE d.alone = 'invoice' AND d.cause = 'price' AND EXISTS (
         SELECT FROM jsonb_array_elements(d.found->'lines') l WHERE l->>'sku' = x.sku AND l->'invoice'->>'cause' = 'price')) AS gained, 0 AS step, 0 AS lim
  FROM d CROSS JOIN LATERAL unnest(d.skus) AS x(sku) GROUP BY 2, 3
"""
BY_BIN = """
SELECT 'count' AS rule, t.bin || ' in ' || t.site || ', ' || t.sku AS name, d.later, count(*) AS orders,
       count(*) FILTER (WHERE t.short AND d.alone IN ('product', 'time') AND d.owner NOT IN ('carrier', 'consignee')) AS gained, 0 AS step, 0 AS lim
  FROM d CROSS JOIN LATERAL (
    SELECT b.code AS bin, s.code AS site, i.sku, bool_or(t.taken < t.to_pick - t.withdrawn) AS short
      FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.closed_at IS NOT NULL JOIN inventory_account b ON b.id = t.bin_id
      JOIN network_site s ON s.id = t.site_id AND s.supplier = '' JOIN catalogue_item i ON i.id = t.item_id
     WHERE a.order_id = d.order_id GROUP BY 1, 2, 3) t GROUP BY 2, 3
"""
BY_RELEASE = """
SELECT 'cut-off' AS rule, d.site AS name, d.later, count(*) AS orders, count(*) FILTER (WHERE d.alone = 'time' AND d.owner IN ('warehouse', 'shipping')) AS gained,
       (extract(epoch FROM r.at::time) / 1800)::int AS step, (extract(epoch FROM s.cut_off) / 60)::int AS lim
  FROM d JOIN network_site s ON s.code = d.site AND s.supplier = ''
  JOIN LATERAL (SELECT date_bin('30 minutes', max(t.released_at) AT TIME ZONE s.zone, '2000-01-01') AS at, max(t.released_at) AT TIME ZONE s.zone AS released
                  FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id AND t.taken > 0 WHERE a.order_id = d.order_id) r ON r.released::time < s.cut_off
 GROUP BY 2, 3, 6, 7
"""
TOUCHED = f"WITH {DECIDED}" + GAINED.format(" UNION ALL ".join(f"({part})" for part in (BY_CUSTOMER, BY_SITE, BY_LANE, BY_ITEM, BY_BIN, BY_RELEASE))) + " ORDER BY rule, name, later, step"
LANES = f"""
WITH {DECIDED}
SELECT d.site || ' → ' || d.country, a.region, d.carrier, d.later, count(*) FILTER (WHERE d.in_time), count(*)
  FROM d JOIN orders_order o ON o.id = d.order_id JOIN partners_address a ON a.id = o.ship_to_id
 WHERE d.carrier <> '' AND (d.in_time OR d.five->'time'->>1 = 'carrier') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
GROUPS = f"""
WITH {DECIDED}, x AS (
  SELECT d.five, CASE WHEN d.five ? 'product' THEN d.found->'lines' END AS lines, g.by, g.name, g.within, '' AS sku, coalesce(r.at::date, d.due_on) AS day
    FROM d LEFT JOIN network_site s ON s.code = d.site AND s.supplier = '' JOIN partners_party p ON p.id = d.customer_id
    LEFT JOIN LATERAL (SELECT min(t.released_at) AT TIME ZONE s.zone AS at FROM orders_allocation a JOIN fulfilment_task t ON t.allocation_id = a.id
                        WHERE a.order_id = d.order_id AND t.site_id = s.id) r ON true
   CROSS JOIN LATERAL (VALUES
     ('{LANE}', CASE WHEN d.carrier <> '' THEN d.carrier || ' → ' || d.country END, ''), ('{SITE}', s.code, ''),
     ('{WEEKDAY}', s.code || ' on ' || (ARRAY['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'])[extract(isodow FROM r.at)::int], s.code),
     ('{CHANNEL}', d.channel, ''), ('{CUSTOMER}', p.code, '')) AS g(by, name, within)
   WHERE g.name <> ''
  UNION ALL
  SELECT d.five, CASE WHEN d.five ? 'product' THEN d.found->'lines' END, '{ITEM}', u.sku || ' in ' || d.site, d.site, u.sku, d.due_on
    FROM d CROSS JOIN LATERAL (SELECT DISTINCT unnest(d.skus)) AS u(sku) WHERE d.site <> ''),
p AS (
  SELECT b.code || ' in ' || s.code AS name, (t.closed_at AT TIME ZONE s.zone)::date AS day, t.taken < t.to_pick - t.withdrawn AS short
    FROM d JOIN orders_allocation a ON a.order_id = d.order_id JOIN fulfilment_task t ON t.allocation_id = a.id AND t.closed_at IS NOT NULL AND t.to_pick > t.withdrawn
    JOIN inventory_account b ON b.id = t.bin_id JOIN network_site s ON s.id = t.site_id AND s.supplier = ''),
failed AS (
  SELECT x.by, x.name, x.within, x.day, count(*) AS n, e.key AS condition, e.value->>0 AS cause, e.value->>1 AS owner
    FROM x CROSS JOIN LATERAL jsonb_each(x.five) e
   WHERE x.by <> '{ITEM}' OR (e.key = 'product' AND EXISTS (SELECT FROM jsonb_array_elements(x.lines) l WHERE l->>'sku' = x.sku AND l->'product'->>'truth' = 'false'))
   GROUP BY 1, 2, 3, 4, 6, 7, 8
  UNION ALL
  SELECT '{BIN}', p.name, '', p.day, count(*), '{SHORT_PICK[0]}', '{SHORT_PICK[1]}', '{SHORT_PICK[2]}' FROM p WHERE p.short GROUP BY 2, 4)
SELECT x.by, x.name, x.within, count(*), '' AS condition, '' AS cause, '' AS owner, 0 AS worst FROM x GROUP BY 1, 2, 3
UNION ALL
SELECT '{BIN}', p.name, '', count(*), '', '', '', 0 FROM p GROUP BY 2
UNION ALL
SELECT f.by, f.name, f.within, sum(f.n)::bigint, f.condition, f.cause, f.owner, max(f.n) FROM failed f GROUP BY 1, 2, 3, 5, 6, 7
"""
"""All cases of each group, and those that failed by each cause, in all and on the worst day: commitments, by the day of their release; picks, of bins."""
MOST = 200


@dataclass(frozen=True, slots=True)
class LateAt:
    """Hours late on a lane by a stage (or stages told as one) and who answers; so many orders."""

    lane: str
    carrier: str
    stages: tuple[str, ...]
    owner: str
    orders: int
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Improvements:
    """Where to improve, by the commitments due in a period: what stands out beyond chance, what each cause costs, whose hours were late, the changes that are
    worth making, what looked like one, and what carriers were asked for and gave back. Until `split` changes are fitted, after it they are tested.
    """

    first: date
    last: date
    split: date
    decided: int
    perfect: int
    causes: tuple[RankedCause, ...]
    late: tuple[LateAt, ...]
    changes: tuple[Change, ...]
    not_proposed: tuple[NotProposed, ...]
    claims: tuple[Claimed, ...] = ()
    special: tuple[Special, ...] = ()


def improvements(first: date, last: date) -> Improvements:
    """Where to improve, by a period."""
    split = split_of(first, last)
    given = {"first": first, "last": last, "split": split}
    found = rows(_signature, SIGNATURES, **given)
    decided, perfect = sum(s.orders for s in found), sum(s.orders for s in found if not s.causes)
    changes, left = proposed(rows(Touched, TOUCHED, **given), rows(_lane, LANES, **given), decided)
    return Improvements(
        first, last, split, decided, perfect, tuple(ranked(found, decided)), tuple(rows(_late, LATE, **given, most=MOST)), tuple(changes), tuple(left),
        tuple(claimed(first, last)), tuple(_special(rows(as_tuple, GROUPS, **given))))


def _special(found: list[tuple[Any, ...]]) -> list[Special]:
    cases = [Cases(by, where, n, within) for by, where, within, n, condition, *_ in found if not condition]
    return special(cases, [Failed(by, where, condition, cause, owner, n, worst) for by, where, _, n, condition, cause, owner, worst in found if condition])


def _signature(causes: str, *rest: Any) -> Signature:
    return Signature({name: (cause, owner) for name, (cause, owner) in json.loads(causes).items()}, *rest)


def _lane(lane: str, region: str, carrier: str, later: bool, hits: int, n: int) -> OnLane:
    return OnLane(lane, region, carrier, later, Share(hits, n))


def _late(lane: str, carrier: str, stages: Any, *rest: Any) -> LateAt:
    return LateAt(lane, carrier, tuple(json.loads(stages) if isinstance(stages, str) else stages), *rest)
