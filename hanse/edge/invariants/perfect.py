"""Perfect order: what was reported can be reported again, each commitment counts once, and verdicts follow from the facts (INV-24)."""

from collections.abc import Iterable
from typing import Any

from hanse.kernel import clock
from hanse.perfect_order.conditions import ALL
from hanse.perfect_order.evidence import BILLED, HEADS, OWED, SENT, Billed, Head, Owed, Sent, by_order
from hanse.perfect_order.judging import TRUTHS, commitments, judge
from hanse.perfect_order.learn import ENDED
from hanse.perfect_order.models import COUNTS
from hanse.perfect_order.reads import COUNTED, KEYS, of_items

from .check import Ask, Check

AT_ONCE = 1_000
JUDGED = f"""
SELECT v.order_id, v.due_on, {", ".join(f"v.{TRUTHS[name]}" for name in ALL)}, v.state FROM perfect_order_verdict v WHERE v.known_to IS NULL AND v.order_id > {{after}}
 AND v.order_id <= coalesce((SELECT max(order_id) FROM (SELECT DISTINCT order_id FROM perfect_order_verdict WHERE known_to IS NULL AND order_id > {{after}} ORDER BY 1 LIMIT {AT_ONCE}) x), 0)
"""
UNHEARD = """
SELECT DISTINCT e.body->>'order' FROM journal_event e LEFT JOIN journal_follower f ON f.name = 'perfect-order'
 WHERE e.body ? 'order' AND (e.xact, e.id) > (coalesce(f.xact, 0), coalesce(f.event, 0)) AND e.kind <> 'OrderAssessed'
"""
HEARD = "SELECT true FROM journal_follower WHERE name = 'perfect-order'"


def rejudge(ask: Ask) -> tuple[int, list[dict[str, Any]]]:
    """Judge every commitment anew from its facts and compare with what is known of it. What was told since is not held against
    it, nor a day that has passed since: those are judged within the hour.
    """
    new = {number for (number,) in ask(UNHEARD)} if list(ask(HEARD)) else set()
    looked, findings, after = 0, [], 0
    while kept := list(ask(JUDGED.format(after=after))):
        after = max(order for order, *_ in kept)
        looked += len(kept)
        findings += [f for f in _off(ask, kept) if f["order"] not in new]
    return looked, findings


def _off(ask: Ask, kept: list[tuple]) -> Iterable[dict[str, Any]]:
    ids = "ARRAY[" + ",".join(str(order) for order in sorted({k[0] for k in kept})) + "]"
    heads = {h.id: h for h in _of(Head, ask, HEADS, ids)}
    lines, sent = by_order(_of(Owed, ask, OWED, ids)), by_order(_of(Sent, ask, SENT, ids))
    billed = {b.line: b for b in _of(Billed, ask, BILLED, ids)}
    for order, due_on, *told, state in kept:
        verdict = judge(heads[order], due_on, commitments(lines[order]).get(due_on, ()), sent[order], billed, {}, clock.now())
        off = [name for name, truth in zip(ALL, told, strict=True) if verdict.truths[name] is not truth and not (name == "time" and truth is None)]
        if off and not (state == "void" and verdict.state == "void"):
            yield {"order": f"H-{order}", "due_on": due_on, "kept": dict(zip(ALL, told, strict=True)), "judged": dict(verdict.truths), "differ": off}


def _of(cls: type, ask: Ask, sql: str, ids: str) -> list[Any]:
    return [cls(*row) for row in ask(sql.replace("%(order)s::bigint[]", f"{ids}::bigint[]"))]


_COUNT_NAMES = ", ".join(COUNTS)
DAYS_ANEW = "\n UNION ALL ".join(
    f"SELECT '{by}' AS by, coalesce(v.due_on, '9999-12-31') AS due_on, {key} AS key, v.currency, {COUNTED} FROM perfect_order_verdict v"
    f" JOIN partners_party p ON p.id = v.customer_id WHERE v.known_to IS NULL AND v.state <> 'void' AND ('{by}' = 'all' OR {key} <> '') GROUP BY 1, 2, 3, 4"
    for by, key in KEYS.items() if by != "week")

MEANWHILE = "interval '1 minute'"
"""What is committed while a list is being looked at may be seen by it or not: no operation takes longer."""


def due_at(instant: str) -> str:
    """SQL for the day a line `l`, which may stand for `l0`, was due by as of an instant: what was promised first by then, else what was asked for."""
    first = [f"CASE WHEN coalesce({line}.first_promised_at <= {instant}, true) THEN {line}.first_promised_on END" for line in ("l0", "l")]
    return f"coalesce({', '.join(first)}, l.requested_on)"


DUE_BEFORE, DUE_AFTER = due_at(f"r.looked_at - {MEANWHILE}"), due_at(f"r.looked_at + {MEANWHILE}")

PERFECT = [
    Check("INV-24", "A day counts the verdicts that are known, each once.", f"""
WITH there(by, due_on, key, currency, {_COUNT_NAMES}) AS ({DAYS_ANEW} UNION ALL {of_items()})
SELECT coalesce(d.by, t.by) AS by, coalesce(d.due_on, t.due_on) AS due_on, coalesce(d.key, t.key) AS key, d.due, t.due AS verdicts,
       {" OR ".join(f"coalesce(d.{c}, 0) <> coalesce(t.{c}, 0)" for c in COUNTS)} AS wrong
  FROM perfect_order_day d FULL JOIN there t ON t.by = d.by AND t.due_on = d.due_on AND t.key = d.key AND t.currency = d.currency
"""),
    Check("INV-24", "A day's failures are those of its verdicts, by cause.", """
WITH there AS (
  SELECT coalesce(v.due_on, '9999-12-31') AS due_on, c.key AS condition, c.value->>0 AS cause, c.value->>1 AS owner, count(*) AS failures
    FROM perfect_order_verdict v CROSS JOIN LATERAL jsonb_each(v.causes) c WHERE v.known_to IS NULL AND v.state <> 'void' GROUP BY 1, 2, 3, 4
)
SELECT coalesce(d.due_on, t.due_on) AS due_on, coalesce(d.condition, t.condition) AS condition, coalesce(d.cause, t.cause) AS cause, d.failures, t.failures AS of_verdicts,
       coalesce(d.failures, 0) <> coalesce(t.failures, 0) AS wrong
  FROM perfect_order_daycause d FULL JOIN there t ON t.due_on = d.due_on AND t.condition = d.condition AND t.cause = d.cause AND t.owner = d.owner
"""),
    Check("INV-24", "What is known of a commitment follows without a gap on what was known before.", """
SELECT 'H-' || v.order_id AS "order", v.due_on, v.known_from, v.known_to, v.known_to IS DISTINCT FROM n.known_from AS wrong
  FROM perfect_order_verdict v
  LEFT JOIN LATERAL (SELECT n.known_from FROM perfect_order_verdict n WHERE n.order_id = v.order_id AND n.due_on IS NOT DISTINCT FROM v.due_on AND n.known_from > v.known_from
                      ORDER BY n.known_from LIMIT 1) n ON true
"""),
    Check("INV-24", "A condition fails with one cause, and no other has one.", f"""
SELECT 'H-' || v.order_id AS "order", v.due_on, v.causes,
       ARRAY(SELECT jsonb_object_keys(v.causes) ORDER BY 1) IS DISTINCT FROM ARRAY(
         SELECT n FROM (VALUES {", ".join(f"('{name}', v.{TRUTHS[name]})" for name in sorted(ALL))}) AS c(n, truth) WHERE truth IS FALSE ORDER BY 1) AS wrong
  FROM perfect_order_verdict v
"""),
    Check("INV-24", "The day by which a line is judged moved only before the day before was over everywhere.", """
SELECT 'H-' || l.order_id AS "order", l.position, p.basis_on, w.before_on, p.at, p.at >= (w.before_on + 1)::timestamp AT TIME ZONE 'Etc/GMT+12' AS wrong
  FROM orders_promise p JOIN orders_line l ON l.id = p.line_id
 CROSS JOIN LATERAL (SELECT coalesce((SELECT b.basis_on FROM orders_promise b WHERE b.line_id = p.line_id AND b.id < p.id AND b.basis_on IS NOT NULL ORDER BY b.id DESC LIMIT 1),
                                     l.first_promised_on) AS before_on) w
 WHERE p.basis_on IS NOT NULL
"""),
    Check("INV-24", "A verdict is what its facts say.", derive=rejudge),
    Check("INV-24", "What is learnt of a week are the orders of that week that are decided, each once, by carrier and lane.", f"""
WITH learnt AS (
  SELECT week_on, lane, sum(commitments) AS n, sum(perfect) AS perfect, max(learnt_at) AS learnt_at FROM perfect_order_experience WHERE step = 'delivery' GROUP BY 1, 2
), weeks AS (
  SELECT week_on FROM perfect_order_experience e GROUP BY 1
  HAVING NOT EXISTS (SELECT FROM perfect_order_verdict v WHERE v.due_on >= e.week_on AND v.due_on < e.week_on + 7 AND v.known_to IS NULL AND v.known_from > max(e.learnt_at))
), ended(ord, due_on, perfect, parcel, carrier, lane) AS ({ENDED.replace("unnest(%(week_on)s::date[])", "(SELECT week_on FROM weeks)")}
), there AS (
  SELECT date_trunc('week', due_on)::date AS week_on, carrier || '|' || lane AS lane, count(*) AS n, count(*) FILTER (WHERE perfect) AS perfect FROM ended GROUP BY 1, 2
)
SELECT coalesce(l.week_on, t.week_on) AS week_on, coalesce(l.lane, t.lane) AS lane, l.n, t.n AS decided, (l.n, l.perfect) IS DISTINCT FROM (t.n, t.perfect) AS wrong
  FROM (SELECT * FROM learnt JOIN weeks USING (week_on)) l FULL JOIN there t ON t.week_on = l.week_on AND t.lane = l.lane
"""),
    Check("INV-24", "What is at risk was a commitment of its order when it was looked at, and gains what its first rescue does.", f"""
SELECT 'H-' || r.order_id AS "order", r.due_on, r.looked_at, r.gain,
       NOT EXISTS (SELECT FROM orders_line l LEFT JOIN orders_line l0 ON l0.id = l.substitute_of_id
                    WHERE l.order_id = r.order_id AND l.over_of_id IS NULL AND (r.due_on IS NOT DISTINCT FROM {DUE_BEFORE} OR r.due_on IS NOT DISTINCT FROM {DUE_AFTER}))
       OR r.gain <> round(greatest(0, coalesce((r.rescues->0->>'gain')::numeric, 0)), 4) AS wrong
  FROM perfect_order_risk r
"""),
]
