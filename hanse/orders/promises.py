"""Promises: the only writer of the history of promises. The first promise of a line is written once and stays.

A line is judged by its *basis*: the first promise, or the day that the customer asked for afterwards and we agreed to, while the
day before was not over yet. What we ask for never becomes the basis, whoever agrees; nor does what is asked when it is late already.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hanse.journal.run import Run

from .events import PromiseMoved

KEEP = """
INSERT INTO orders_promise (line_id, promised_on, was_on, reason, asked_by, agreed_by, by_customer, basis_on, at)
SELECT p.line, p.promised_on, p.was_on, p.reason, %(actor)s, p.agreed_by, p.by_customer, p.basis_on, %(now)s
  FROM unnest(%(line)s::bigint[], %(promised_on)s::date[], %(was_on)s::date[], %(reason)s::text[], %(agreed_by)s::text[], %(by_customer)s::boolean[], %(basis_on)s::date[])
    AS p(line, promised_on, was_on, reason, agreed_by, by_customer, basis_on)
"""
FIRST = """
WITH first AS (
  UPDATE orders_line l SET promised_on = p.promised_on, first_promised_on = coalesce(l.first_promised_on, p.promised_on),
         first_promised_at = coalesce(l.first_promised_at, %(now)s::timestamptz)
    FROM unnest(%(line)s::bigint[], %(promised_on)s::date[]) AS p(line, promised_on) WHERE l.id = p.line
  RETURNING l.order_id, l.promised_on
)
UPDATE orders_order o SET promised_on = greatest(o.promised_on, s.promised_on), first_promised_on = coalesce(o.first_promised_on, s.promised_on)
  FROM (SELECT order_id, max(promised_on) AS promised_on FROM first GROUP BY order_id) s WHERE o.id = s.order_id
"""
SHIFT = """
WITH shifted AS (
  UPDATE orders_line l SET promised_on = p.promised_on
    FROM unnest(%(line)s::bigint[], %(promised_on)s::date[]) AS p(line, promised_on) WHERE l.id = p.line
  RETURNING l.order_id, l.promised_on
)
UPDATE orders_order o SET promised_on = greatest(o.promised_on, s.promised_on)
  FROM (SELECT order_id, max(promised_on) AS promised_on FROM shifted GROUP BY order_id) s WHERE o.id = s.order_id
"""


def basis(line: str, stands_for: str = "") -> str:
    """SQL for the day by which a line is judged; `line` and the line it `stands_for` are aliases of orders_line in a query.

    A substitute is judged by the day of what it stands in for, until the customer asks for another one for it.
    """
    days = [moved(line), *([moved(stands_for), f"{stands_for}.first_promised_on"] if stands_for else []), f"{line}.first_promised_on", f"{line}.requested_on"]
    return f"coalesce({', '.join(days)})"


def moved(line: str) -> str:
    """SQL for the day that the customer moved the basis of a line to; null where none did."""
    return f"(SELECT b.basis_on FROM orders_promise b WHERE b.line_id = {line}.id AND b.basis_on IS NOT NULL ORDER BY b.id DESC LIMIT 1)"


def basis_moved(by_customer: bool, promised_on: date, was_basis_on: date | None, zone: str, now: datetime) -> date | None:
    """The new basis that a change of a promise makes, if it makes one: the customer asked, and by the day before it was not late yet. Pure."""
    in_time = was_basis_on is None or now.astimezone(ZoneInfo(zone)).date() <= was_basis_on
    return promised_on if by_customer and in_time else None


def promise_first(run: Run, promised: Sequence[PromiseMoved]) -> None:
    """Promise lines that had no promise when they were placed. The first promise of a line is written once, and kept as every later one is."""
    run.write(FIRST, promised)
    move_promises(run, promised)


def shift_promises(run: Run, moved: Sequence[PromiseMoved]) -> None:
    """Move the promises of lines and of their orders to a later day, and keep that they moved."""
    run.write(SHIFT, moved)
    move_promises(run, moved)


def move_promises(run: Run, moved: Sequence[PromiseMoved]) -> None:
    """Keep that promises moved, with who asked and who agreed, and tell it."""
    run.write(KEEP, moved)
    run.tell(moved)
