"""Questions about what is at risk: the list as it was looked at last, how many there are, one order as it looks now, and how good the foresight is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from hanse.journal.asking import rows
from hanse.kernel.numbers import order_id, order_number
from hanse.kernel.samples import Share

from .chance import Learnt, Level, calibrated
from .faster import sold_of
from .foreseeing import NOTHING_SOLD, AtRisk, Reason, Rescue, foresee
from .lessening import Lessening
from .outlook import LEARNT_WEEKS, learnt_cells, outlooks
from .passed import Cell, over_weeks

TESTED_WEEKS = 8
"""The last weeks are foreseen from those before them: the back-test."""
SEEN = """
SELECT r.id, r.order_id, p.code, p.name, r.due_on, r.step, r.slack_h, r.lane, r.site, r.net, r.currency, r.chance, r.low, r.high, r.known_from, r.reasons::text, r.rescues::text, r.gain, r.lost, r.looked_at, r.lessening::text
  FROM perfect_order_risk r JOIN orders_order o ON o.id = r.order_id AND o.open JOIN partners_party p ON p.id = r.customer_id
"""
OF_ORDER = SEEN + " WHERE r.order_id = %(order)s ORDER BY r.due_on NULLS LAST"
LIST = SEEN + """
 WHERE r.lost = %(lost)s AND (%(site)s = '' OR r.site = %(site)s) AND (%(customer)s = '' OR p.code = %(customer)s)
   AND (%(action)s = '' OR r.rescues->0->>'action' = %(action)s) AND (%(reason)s = '' OR EXISTS (SELECT FROM jsonb_array_elements(r.reasons) x WHERE x->>'code' = %(reason)s))
   AND (%(after)s = 0 OR (coalesce(r.due_on, '9999-12-31'), r.id) > (%(after_on)s::date, %(after)s))
 ORDER BY coalesce(r.due_on, '9999-12-31'), r.id LIMIT %(most)s
"""
COUNTS = """
SELECT count(*) FILTER (WHERE NOT r.lost), count(*) FILTER (WHERE r.lost), count(*) FILTER (WHERE NOT r.lost AND r.gain > 0), coalesce(sum(r.gain), 0), max(r.looked_at)
  FROM perfect_order_risk r JOIN orders_order o ON o.id = r.order_id AND o.open
"""
BY_ACTION = """
SELECT coalesce(r.rescues->0->>'action', ''), count(*), coalesce(sum(r.gain), 0) FROM perfect_order_risk r JOIN orders_order o ON o.id = r.order_id AND o.open
 WHERE NOT r.lost GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1
"""
WEEKS = "SELECT week_on, lane, step, band, perfect, commitments FROM perfect_order_experience WHERE week_on >= %(since)s::date AND week_on <= %(today)s::date ORDER BY week_on"
NO_DAY = date(9999, 12, 31)
Which = Literal["at risk", "lost"]


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A commitment at risk as it was looked at last. Chances are 0 to 1; none where too few orders of the past tell."""

    id: int
    order: str
    customer: str
    customer_name: str
    due_on: date | None
    step: str
    slack_h: Decimal | None
    lane: str
    site: str
    net: Decimal
    currency: str
    chance: Decimal | None
    low: Decimal
    high: Decimal
    known_from: int
    reasons: tuple[Reason, ...]
    rescues: tuple[Rescue, ...]
    gain: Decimal
    lost: bool
    looked_at: datetime
    lessening: Lessening | None = None


def _row(id: int, order: int, *values: Any) -> RiskRow:
    *told, reasons, rescues, gain, lost, looked_at, lessening = values
    told += [tuple(Reason(**r) for r in json.loads(reasons)), tuple(rescue_of(r) for r in json.loads(rescues)), gain, lost, looked_at, lessening_of(json.loads(lessening)) if lessening else None]
    return RiskRow(id, order_number(order), *told)


def rescue_of(kept: dict[str, Any]) -> Rescue:
    """A rescue as it was kept."""
    return Rescue(**kept | {"cost": Decimal(kept["cost"])})


def lessening_of(kept: dict[str, Any]) -> Lessening:
    """A lessening as it was kept."""
    return Lessening(**kept | {"cost": None if kept["cost"] is None else Decimal(kept["cost"])})


def listed(limit: int, *, lost: bool = False, site: str = "", customer: str = "", action: str = "", reason: str = "", after: tuple[date, int] | None = None) -> list[RiskRow]:
    """The commitments at risk (or lost), the first due first."""
    on, id = after or (NO_DAY, 0)
    return rows(_row, LIST, lost=lost, site=site, customer=customer, action=action, reason=reason, after_on=on, after=id, most=limit)


@dataclass(frozen=True, slots=True)
class RiskCounts:
    """How many commitments are at risk, lost, and could be saved; how many orders would be perfect more, and when it was looked at last."""

    at_risk: int
    lost: int
    savable: int
    gain: Decimal
    looked_at: datetime | None


def counts() -> RiskCounts:
    """How many are at risk now."""
    [found] = rows(RiskCounts, COUNTS)
    return found


@dataclass(frozen=True, slots=True)
class ByAction:
    """What would save commitments at least cost: so many, and how many would be perfect more."""

    action: str
    commitments: int
    gain: Decimal


def by_action() -> list[ByAction]:
    """What can be done now, the most gain first."""
    return rows(ByAction, BY_ACTION)


def seen_of(number: str) -> list[RiskRow]:
    """What was at risk of an order when it was looked at last."""
    return rows(_row, OF_ORDER, order=order_id(number) or 0)


def of_order(number: str, now: datetime) -> list[AtRisk]:
    """What is at risk of an order as it looks now."""
    found = outlooks(_ask, [order_id(number) or 0])
    if not found:
        return []
    today = now.date()
    learnt, sold = Learnt(learnt_cells(_ask, today)), sold_of(_ask, found, today)
    risks = [foresee(it, sold.get((it.open.order, it.open.due_on), NOTHING_SOLD), learnt, now) for it in found]
    return [risk for risk in risks if risk]


def _ask(make: Any, sql: str, **given: Any) -> list[Any]:
    return rows(make, sql, **given)


@dataclass(frozen=True, slots=True)
class Foresight:
    """How good the foresight is: the last weeks, foreseen from those before them, by level of chance."""

    since: date
    commitments: int
    levels: tuple[Level, ...]


def foresight(today: date) -> Foresight:
    """The back-test of the chances over the last half year."""
    since = today - timedelta(days=today.weekday(), weeks=TESTED_WEEKS)
    kept: Sequence[tuple[date, Cell, Share]] = rows(
        lambda week, lane, step, band, hits, n: (week, (lane, step, band), Share(hits, n)), WEEKS, since=today - timedelta(weeks=LEARNT_WEEKS), today=today)
    before, after = over_weeks(kept, before=since), over_weeks(kept, first=since)
    return Foresight(since, sum(share.n for (_, step, _), share in after.items() if step == "delivery"), tuple(calibrated(before, after)))
