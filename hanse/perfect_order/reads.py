"""Questions about perfect orders: shares of a period with bounds, causes, trends, the orders behind a figure, one order's verdicts.

A period is told from the days, which do not grow with what lies in them. As known at an earlier instant, or for one customer,
site or carrier only, it is told from the period's verdicts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import connection

from hanse.journal.asking import rows
from hanse.kernel.numbers import order_id, order_number

from .conditions import ALL, CONDITIONS
from .evidence import BILLED, HEADS, OWED, SENT, Billed, Head, Owed, Sent
from .judging import ORDER, RULES, TRUTHS, commitments, judge
from .models import BY, COUNTS
from .truth import Joint, product_of

By = Literal["all", "customer", "site", "carrier", "lane", "channel", "item"]
_SUMS = ", ".join(f"sum({c})::bigint" for c in COUNTS)
DAYS = f"""
SELECT key, {_SUMS} FROM perfect_order_day
 WHERE by = %(by)s AND due_on >= %(first)s AND due_on <= %(last)s GROUP BY key ORDER BY sum(due) DESC, key LIMIT %(most)s
"""
WEEKS = f"""
SELECT date_trunc('week', due_on)::date::text, {_SUMS} FROM perfect_order_day
 WHERE by = %(by)s AND due_on >= %(first)s AND due_on <= %(last)s GROUP BY 1 ORDER BY 1 LIMIT %(most)s
"""
KEYS = {
    "all": "''", "customer": "p.code", "site": "v.site", "carrier": "v.carrier", "channel": "v.channel",
    "lane": "CASE WHEN v.carrier = '' THEN '' ELSE v.carrier || '|' || v.site || ' → ' || v.country END", "week": "date_trunc('week', v.due_on)::date::text",
}
COUNTED = ", ".join([
    "count(*)", "count(*) FILTER (WHERE v.perfect)", "count(*) FILTER (WHERE NOT v.perfect)", "count(*) FILTER (WHERE v.perfect AND v.right_documents)",
    "count(*) FILTER (WHERE NOT (v.perfect AND v.right_documents))", "sum(v.lines)::bigint", "sum(v.lines_perfect)::bigint", "sum(v.lines_judged)::bigint",
    *(f"count(*) FILTER (WHERE {sign}v.{TRUTHS[name]})" for name in ALL for sign in ("", "NOT ")),
])
_OF = """
  FROM perfect_order_verdict v JOIN partners_party p ON p.id = v.customer_id
 WHERE v.due_on >= %(first)s AND v.due_on <= %(last)s AND v.state <> 'void' AND {known}
   AND (%(customer)s = '' OR p.code = %(customer)s) AND (%(site)s = '' OR v.site = %(site)s) AND (%(carrier)s = '' OR v.carrier = %(carrier)s)
"""
_NOW, _THEN = "v.known_to IS NULL", "v.known_from <= %(as_of)s AND (v.known_to IS NULL OR v.known_to > %(as_of)s)"
VERDICTS = f"SELECT {{key}}, {COUNTED}{_OF} GROUP BY 1 HAVING {{key}} <> '' OR %(by)s = 'all' ORDER BY {{sort}} LIMIT %(most)s"
_OF_ITEM = ", ".join(["count(*)", "count(*) FILTER (WHERE x.t)", "count(*) FILTER (WHERE NOT x.t)", "0::bigint", "0::bigint", "count(*)", "count(*) FILTER (WHERE x.t)", "count(x.t)",
                      *["0::bigint"] * 12])
_LINE = """x->>'sku' AS sku, (x->'product'->>'truth')::boolean AND (x->'time'->>'truth')::boolean AND (x->'invoice'->>'truth')::boolean AND v.right_place AND v.right_customer AS t"""
_LINES = "CROSS JOIN LATERAL jsonb_array_elements(v.found->'lines') x"
ITEMS = f"""
SELECT x.sku, {_OF_ITEM} FROM (SELECT {_LINE} {_OF.replace("WHERE v.due_on", f"{_LINES} WHERE v.due_on", 1)}) x GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
CAUSES = """
SELECT condition, cause, owner, sum(failures)::bigint, sum(first)::bigint, sum(alone)::bigint, sum(hours)
  FROM perfect_order_daycause WHERE due_on >= %(first)s AND due_on <= %(last)s GROUP BY 1, 2, 3 HAVING sum(failures) > 0 ORDER BY 5 DESC, 4 DESC, 1, 2, 3
"""
CAUSES_OF = f"""
SELECT c.key, c.value->>0, c.value->>1, count(*), count(*) FILTER (WHERE c.key = v.first), count(*) FILTER (WHERE v.failed = 1),
       sum(CASE WHEN c.key = 'time' THEN coalesce(v.hours_late, 0) ELSE 0 END)
  FROM (SELECT v.causes, v.hours_late, (SELECT count(*) FROM jsonb_object_keys(v.causes)) AS failed,
               (SELECT n FROM unnest(%(order)s::text[]) WITH ORDINALITY AS o(n, nr) WHERE v.causes ? n ORDER BY nr LIMIT 1) AS first {_OF} AND NOT v.perfect) v
 CROSS JOIN LATERAL jsonb_each(v.causes) c GROUP BY 1, 2, 3 ORDER BY 5 DESC, 4 DESC, 1, 2, 3
"""
BEHIND = f"""
SELECT v.id, v.order_id, p.code, p.name, v.due_on, v.state, v.perfect, v.causes::text, v.net, v.currency, v.site, v.carrier, v.country, v.hours_late {_OF}
   AND (%(answer)s = '' OR (%(answer)s = 'perfect' AND v.perfect) OR (%(answer)s = 'not perfect' AND NOT v.perfect) OR (%(answer)s = 'open' AND v.perfect IS NULL))
   AND (%(condition)s = '' OR v.causes ? %(condition)s) AND (%(cause)s = '' OR v.causes->%(condition)s->>0 = %(cause)s)
   AND (%(sku)s = '' OR v.skus @> ARRAY[%(sku)s]) AND (%(channel)s = '' OR v.channel = %(channel)s)
   AND (%(before_on)s::date IS NULL OR (v.due_on, v.id) < (%(before_on)s::date, %(before)s)) ORDER BY v.due_on DESC, v.id DESC LIMIT %(most)s
"""
OF_ORDER = """
SELECT v.id, v.order_id, p.code, p.name, v.due_on, v.state, v.perfect, v.causes::text, v.net, v.currency, v.site, v.carrier, v.country, v.hours_late,
       v.known_from, v.known_to, v.rules, v.found::text, v.right_place, v.right_product, v.in_time, v.right_customer, v.right_invoice, v.right_documents, v.final_on
  FROM perfect_order_verdict v JOIN partners_party p ON p.id = v.customer_id WHERE v.order_id = %(order)s AND {known} ORDER BY v.due_on NULLS LAST, v.known_from, v.id
"""
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Period:
    """Commitments due from one day to another, both included, as known now or then; of one customer, site or carrier, if said."""

    first: date
    last: date
    as_of: datetime | None = None
    customer: str = ""
    site: str = ""
    carrier: str = ""

    @property
    def whole(self) -> bool:
        """Whether the days tell it."""
        return self.as_of is None and not (self.customer or self.site or self.carrier)

    def given(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last, "as_of": self.as_of, "customer": self.customer, "site": self.site, "carrier": self.carrier}


@dataclass(frozen=True, slots=True)
class ConditionRate:
    """How often a condition holds, does not, and is not known yet."""

    condition: str
    yes: int
    no: int
    open: int

    @property
    def rate(self) -> float | None:
        """The fraction of what is judged, 0 to 1."""
        return self.yes / (self.yes + self.no) if self.yes + self.no else None


@dataclass(frozen=True, slots=True)
class PerfectShare:
    """The perfect orders of a period, or of a part of it (`key`). Fractions are 0 to 1.

    `resolved` is of those judged; `low` to `high` is where the fraction will end. `product_of_rates` is an estimate for
    comparing with those who cannot join orders: never the headline.
    """

    key: str
    due: int
    perfect: int
    imperfect: int
    pending: int
    resolved: float | None
    low: float | None
    high: float | None
    scor: float | None
    line_share: float | None
    product_of_rates: float | None
    conditions: tuple[ConditionRate, ...]


def _share(key: str, *counts: int) -> PerfectShare:
    n = dict(zip(COUNTS, counts, strict=True))
    whole = Joint(n["due"], n["perfect"], n["imperfect"])
    scor, lines = Joint(n["due"], n["scor_perfect"], n["scor_imperfect"]), Joint(n["lines"], n["lines_perfect"], n["lines_judged"] - n["lines_perfect"])
    found = tuple(ConditionRate(name, n[f"{name}_yes"], n[f"{name}_no"], n["due"] - n[f"{name}_yes"] - n[f"{name}_no"]) for name in ALL)
    told = [c.rate for c in found if c.condition in CONDITIONS and c.rate is not None]
    low, high = whole.bounds or (None, None)
    return PerfectShare(
        key, whole.due, whole.perfect, whole.imperfect, whole.pending, whole.resolved, low, high, scor.resolved, lines.resolved,
        product_of(told) if len(told) == len(CONDITIONS) else None, found)


def shares(period: Period, by: By = "all", most: int = MOST) -> list[PerfectShare]:
    """The perfect orders of a period by one thing, the most orders first; nothing is told of what nothing was due for."""
    if period.whole:
        return rows(_share, DAYS, by=by, most=most, **period.given())
    known = _known(period)
    if by == "item":
        return rows(_share, ITEMS.format(known=known), most=most, **period.given())
    return rows(_share, VERDICTS.format(key=KEYS[by], known=known, sort="2 DESC, 1"), by=by, most=most, **period.given())


def headline(period: Period) -> PerfectShare:
    """The perfect orders of a period; zeros where nothing was due."""
    found = shares(period)
    return found[0] if found else _share("", *[0] * len(COUNTS))


def weeks(period: Period) -> list[PerfectShare]:
    """The trend: by the Monday of the week of the due date."""
    if period.whole:
        return rows(_share, WEEKS, by="all", most=MOST, **period.given())
    return rows(_share, VERDICTS.format(key=KEYS["week"], known=_known(period), sort="1"), by="week", most=MOST, **period.given())


@dataclass(frozen=True, slots=True)
class CauseCount:
    """Failures of a period by cause: how many, how many failed first at it, how many would be perfect without it; hours late."""

    condition: str
    cause: str
    owner: str
    failures: int
    first: int
    alone: int
    hours: Decimal


def causes(period: Period) -> list[CauseCount]:
    """Why orders of a period are not perfect, the most frequent first causes first."""
    if period.whole:
        return rows(CauseCount, CAUSES, **period.given())
    return rows(CauseCount, CAUSES_OF.format(known=_known(period)), order=list(ORDER), **period.given())


@dataclass(frozen=True, slots=True)
class JudgedOrder:
    """A commitment in a list: the order, the day it was due, and what failed."""

    id: int
    order: str
    customer: str
    customer_name: str
    due_on: date | None
    state: str
    perfect: bool | None
    causes: dict[str, list[str]]
    net: Decimal
    currency: str
    site: str
    carrier: str
    country: str
    hours_late: Decimal | None


def _judged(id: int, order: int, code: str, name: str, due_on: date, state: str, perfect: bool | None, causes: str, *rest: Any) -> JudgedOrder:
    return JudgedOrder(id, order_number(order), code, name, due_on, state, perfect, json.loads(causes), *rest)


def orders(
    period: Period, limit: int, *, answer: str = "", condition: str = "", cause: str = "", sku: str = "", channel: str = "", before: tuple[date, int] | None = None,
) -> list[JudgedOrder]:
    """The commitments behind a figure, the latest due first."""
    given = period.given() | {"answer": answer, "condition": condition, "cause": cause, "sku": sku, "channel": channel, "most": limit}
    return rows(_judged, BEHIND.format(known=_known(period)), before_on=before[0] if before else None, before=before[1] if before else 0, **given)


@dataclass(frozen=True, slots=True)
class OrderVerdict:
    """What is known of a commitment, or was: its answer, each condition's truth, and every finding with what shows it."""

    due_on: date | None
    state: str
    perfect: bool | None
    known_from: datetime
    known_to: datetime | None
    rules: int
    final_on: date | None
    hours_late: Decimal | None
    truths: dict[str, bool | None]
    causes: dict[str, list[str]]
    found: dict[str, Any] = field(default_factory=dict)


def _verdict(
    id: int, order: int, code: str, name: str, due_on: date | None, state: str, perfect: bool | None, causes: str, net: Decimal, currency: str, site: str, carrier: str,
    country: str, hours: Decimal | None, known_from: datetime, known_to: datetime | None, rules: int, found: str, *truths: Any,
) -> OrderVerdict:  # fmt: skip
    *told, final_on = truths
    return OrderVerdict(due_on, state, perfect, known_from, known_to, rules, final_on, hours, dict(zip(ALL, _in_order(told), strict=True)), json.loads(causes), json.loads(found))


def _in_order(told: Sequence[bool | None]) -> list[bool | None]:
    """The truths of a row, in the order of the conditions."""
    columns = ("place", "product", "time", "customer", "invoice", "documents")
    return [dict(zip(columns, told, strict=True))[name] for name in ALL]


def verdicts(number: str, as_of: datetime | None = None, history: bool = False) -> list[OrderVerdict]:
    """What is known of an order's commitments (or was known then), or all that was ever known of them."""
    known = "true" if history else _NOW if as_of is None else _THEN
    return rows(_verdict, OF_ORDER.format(known=known), order=order_id(number) or 0, as_of=as_of)


def judged_now(number: str, now: datetime) -> list[OrderVerdict]:
    """What an order's commitments look like now, whether anything is kept of them or not: for those that are on their way."""
    given = {"order": [order_id(number) or 0]}
    heads = rows(Head, HEADS, **given)
    if not heads:
        return []
    lines, sent, billed = rows(Owed, OWED, **given), rows(Sent, SENT, **given), {b.line: b for b in rows(Billed, BILLED, **given)}
    found = [judge(heads[0], due_on, of, sent, billed, {}, now) for due_on, of in commitments(lines).items()]
    return [
        OrderVerdict(v.due_on, v.state, v.perfect, now, None, RULES, v.final_on, v.hours_late, dict(v.truths), {n: list(c) for n, c in v.causes().items()}, v.as_found())
        for v in found if v.state != "void"]


def names(what: Literal["customer", "site", "carrier"], most: int = 200) -> list[str]:
    """The customers, sites or carriers that any verdict tells of: for choosing one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT key FROM perfect_order_day WHERE by = %s ORDER BY key LIMIT %s", [what, most])
        return [key for (key,) in cursor.fetchall()]


def of_items() -> str:
    """The question for what is known by item and day: by, day, item, currency, counts."""
    return f"""SELECT 'item', x.due_on, x.sku, x.currency, {_OF_ITEM}
  FROM (SELECT coalesce(v.due_on, '9999-12-31') AS due_on, v.currency, {_LINE} FROM perfect_order_verdict v {_LINES} WHERE v.known_to IS NULL AND v.state <> 'void') x
 GROUP BY 1, 2, 3, 4"""


def _known(period: Period) -> str:
    return _NOW if period.as_of is None else _THEN


assert set(KEYS) >= set(BY) - {"item"}
