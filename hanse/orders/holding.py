"""Holding: the only writer of new holds, for those that people put and those that follow from a rule."""

from collections.abc import Sequence

from hanse.journal.run import Run

from .events import OrderHeld

ADD = """
INSERT INTO orders_hold (order_id, type, reason, held_by, held_at)
SELECT h.ord, h.type, h.reason, %(by)s::text, coalesce(h.at, %(now)s)
  FROM unnest(%(order)s::bigint[], %(type)s::text[], %(reason)s::text[], %(at)s::timestamptz[]) AS h(ord, type, reason, at)
"""
MARK = """
UPDATE orders_order o SET holds = o.holds || h.types, version = o.version + 1
  FROM (SELECT ord, array_agg(type ORDER BY type) AS types FROM unnest(%(order)s::bigint[], %(type)s::text[]) AS h(ord, type) GROUP BY ord) h
 WHERE o.id = h.ord
"""


def put_on_hold(run: Run, held: Sequence[OrderHeld], by: str) -> None:
    """Write holds of orders that the caller has locked or just made."""
    if held:
        order = [int(h.order[2:]) for h in held]
        run.write(ADD, held, order=order, by=by)
        run.write(MARK, held, order=order)
