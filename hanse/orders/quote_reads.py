"""Questions about quotes and recurring orders, for their pages and the API."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows

from .quotes import id_of


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """A quote: for whom, what it comes to, until when, and the order it became."""

    id: int
    quote: str
    customer: str
    customer_name: str
    lines: int
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    promised_on: date | None
    valid_until: date
    expired: bool
    made_at: datetime
    made_by: str
    order: str
    body: Any


QUOTES = """
SELECT q.id, 'Q-' || q.id, p.code, p.name, q.lines, q.currency, q.net, q.freight, q.tax, q.total, q.promised_on, q.valid_until,
       q.order_id IS NULL AND q.valid_until < (%(now)s::timestamptz AT TIME ZONE q.zone)::date, q.made_at, q.made_by, coalesce('H-' || q.order_id, ''), q.body::json
  FROM orders_quote q JOIN partners_party p ON p.id = q.customer_id
 WHERE (%(before)s::bigint IS NULL OR q.id < %(before)s::bigint) AND (%(id)s::bigint IS NULL OR q.id = %(id)s::bigint) ORDER BY q.id DESC LIMIT %(limit)s
"""


def quotes(now: datetime, before: int | None = None, limit: int = 50) -> list[QuoteRow]:
    """Quotes, newest first."""
    return rows(QuoteRow, QUOTES, now=now, before=before, id=None, limit=limit)


def quote(number: str, now: datetime) -> QuoteRow | None:
    """One quote."""
    return next(iter(rows(QuoteRow, QUOTES, now=now, before=None, id=id_of("Q", number), limit=1)), None)


@dataclass(frozen=True, slots=True)
class RecurringRow:
    """A recurring order: for whom, by which rule, when it is due next, whether it is paused, and how many of its days failed."""

    id: int
    recurring: str
    customer: str
    customer_name: str
    rule: str
    starts_on: date
    skip_holidays: bool
    next_on: date | None
    paused_at: datetime | None
    started_by: str
    failed: int
    body: Any


RECURRING = """
SELECT r.id, 'R-' || r.id, p.code, p.name, r.rule, r.starts_on, r.skip_holidays, r.next_on, r.paused_at, r.started_by,
       (SELECT count(*) FROM orders_occurrence c WHERE c.recurring_id = r.id AND c.outcome = 'failed'), r.body::json
  FROM orders_recurring r JOIN partners_party p ON p.id = r.customer_id
 WHERE (%(before)s::bigint IS NULL OR r.id < %(before)s::bigint) AND (%(id)s::bigint IS NULL OR r.id = %(id)s::bigint) ORDER BY r.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class OccurrenceRow:
    """What came of one day: placed, skipped or failed, and why."""

    day: date
    outcome: str
    order: str
    trouble: str
    at: datetime


OCCURRENCES = """
SELECT c.day, c.outcome, coalesce('H-' || c.order_id, ''), c.trouble, c.at FROM orders_occurrence c
 WHERE c.recurring_id = %(id)s ORDER BY c.day DESC LIMIT %(limit)s
"""


def recurring(before: int | None = None, limit: int = 50) -> list[RecurringRow]:
    """Recurring orders, newest first."""
    return rows(RecurringRow, RECURRING, before=before, id=None, limit=limit)


def one_recurring(number: str) -> RecurringRow | None:
    """One recurring order."""
    return next(iter(rows(RecurringRow, RECURRING, before=None, id=id_of("R", number), limit=1)), None)


def occurrences(number: str, limit: int = 100) -> list[OccurrenceRow]:
    """What came of the days of a recurring order, the last first."""
    return rows(OccurrenceRow, OCCURRENCES, id=id_of("R", number), limit=limit)
