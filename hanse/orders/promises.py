"""Promises: the only writer of the history of promises. The first promise of a line is written once and stays."""

from collections.abc import Mapping, Sequence
from datetime import date

from hanse.journal.run import Run

from .events import PromiseMoved

KEEP = """
INSERT INTO orders_promise (line_id, promised_on, was_on, reason, asked_by, agreed_by, at)
SELECT p.line, p.promised_on, p.was_on, p.reason, %(actor)s, p.agreed_by, %(now)s
  FROM unnest(%(line)s::bigint[], %(promised_on)s::date[], %(was_on)s::date[], %(reason)s::text[], %(agreed_by)s::text[])
    AS p(line, promised_on, was_on, reason, agreed_by)
"""
FIRST = """
WITH first AS (
  UPDATE orders_line l SET promised_on = p.promised_on, first_promised_on = coalesce(l.first_promised_on, p.promised_on)
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


def promise_first(run: Run, promised: Mapping[int, date]) -> None:
    """Promise lines that had no promise: by line, the day. The first promise of a line is written once."""
    if promised:
        run.write(FIRST, line=list(promised), promised_on=list(promised.values()))


def shift_promises(run: Run, moved: Sequence[PromiseMoved]) -> None:
    """Move the promises of lines and of their orders to a later day, and keep that they moved."""
    run.write(SHIFT, moved)
    move_promises(run, moved)


def move_promises(run: Run, moved: Sequence[PromiseMoved]) -> None:
    """Keep that promises moved, with who asked and who agreed, and tell it."""
    run.write(KEEP, moved)
    run.tell(moved)
