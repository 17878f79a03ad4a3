"""Counters: the only writer of what allocations, lines and orders count.

One statement moves the allocation, its line and its order together, so they can never tell different
stories. Whoever calls has locked the orders first, in the order of their ids (`lock_orders`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from operator import attrgetter

from hanse.journal.run import Run
from hanse.kernel.rows import row


@row
class Advance:
    """What more an allocation counts; its line and order count the same. Negative amounts do not exist."""

    allocation: int
    freed: int = 0
    released: int = 0
    recalled: int = 0
    picked: int = 0
    put_back: int = 0
    packed: int = 0
    unpacked: int = 0
    shipped: int = 0
    delivered: int = 0
    lost: int = 0
    found: int = 0
    sent_back: int = 0
    returned: int = 0


@row
class LineAdvance:
    """What more a line counts that no single site owes: cancelled, of that under within tolerance, invoiced, credited."""

    line: int
    cancelled: int = 0
    invoiced: int = 0
    credited: int = 0
    under: int = 0


@row
class Reserved:
    """A new allocation: so many units of a line reserved at a site. Its id was drawn beforehand."""

    allocation: int
    order: int
    line: int
    item: int
    site: int
    quantity: int
    promised_on: date | None
    line_promised_on: date | None


COUNTED = {f.name: attrgetter(f.name) for f in fields(Advance)[1:]}
OF_ALLOCATION_ONLY = ("released", "recalled")

LOCK_ORDERS = "SELECT id FROM orders_order WHERE id = ANY(%(order)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"

ALLOCATE = """
WITH made AS (
  INSERT INTO orders_allocation (id, order_id, line_id, item_id, site_id, promised_on, reserved)
  SELECT * FROM unnest(%(allocation)s::bigint[], %(order)s::bigint[], %(line)s::bigint[], %(item)s::bigint[],
                       %(site)s::bigint[], %(promised_on)s::date[], %(quantity)s::bigint[])
), on_line AS (
  UPDATE orders_line l SET reserved = l.reserved + a.quantity,
         promised_on = coalesce(a.promised_on, l.promised_on),
         first_promised_on = coalesce(l.first_promised_on, a.promised_on),
         first_promised_at = coalesce(l.first_promised_at, CASE WHEN a.promised_on IS NOT NULL THEN %(now)s::timestamptz END)
    FROM (SELECT line, sum(quantity)::bigint AS quantity, max(promised_on) AS promised_on
            FROM unnest(%(line)s::bigint[], %(quantity)s::bigint[], %(line_promised_on)s::date[]) AS a(line, quantity, promised_on)
           GROUP BY line) a
   WHERE l.id = a.line
)
UPDATE orders_order o SET reserved = o.reserved + a.quantity,
       promised_on = greatest(o.promised_on, a.promised_on),
       first_promised_on = coalesce(o.first_promised_on, a.promised_on)
  FROM (SELECT ord, sum(quantity)::bigint AS quantity, max(promised_on) AS promised_on
          FROM unnest(%(order)s::bigint[], %(quantity)s::bigint[], %(line_promised_on)s::date[]) AS a(ord, quantity, promised_on)
         GROUP BY ord) a
 WHERE o.id = a.ord
"""


def lock_orders(run: Run, orders: Iterable[int]) -> None:
    """Lock these orders in key order; whoever changes an order's counters holds its lock."""
    run.lock(LOCK_ORDERS, order=sorted(set(orders)))


def advance(run: Run, steps: Sequence[Advance]) -> None:
    """Let allocations, their lines and orders count on, in one statement for the batch."""
    names = tuple(name for name, units in COUNTED.items() if any(map(units, steps)))
    if names:
        run.write(_advance_sql(names), steps)


def advance_lines(run: Run, steps: Sequence[LineAdvance]) -> None:
    """Let lines and their orders count what is cancelled, invoiced or credited."""
    moving = [s for s in steps if s.cancelled or s.invoiced or s.credited or s.under]
    if moving:
        names = tuple(f.name for f in fields(LineAdvance)[1:] if any(getattr(s, f.name) for s in moving))
        run.write(_advance_lines_sql(names), moving)


def allocate(run: Run, made: Sequence[Reserved]) -> None:
    """Make allocations; their lines and orders count the units as reserved."""
    run.write(ALLOCATE, made)


@cache
def _advance_sql(names: tuple[str, ...]) -> str:
    upward = [n for n in names if n not in OF_ALLOCATION_ONLY]
    sums = ", ".join(f"sum({n})::bigint AS {n}" for n in names)
    arrays = ", ".join(["%(allocation)s::bigint[]", *(f"%({n})s::bigint[]" for n in names)])
    step = f"""
WITH step AS MATERIALIZED (
  SELECT allocation, {sums} FROM unnest({arrays}) AS s(allocation, {", ".join(names)}) GROUP BY allocation
), moved AS (
  UPDATE orders_allocation a SET {_plus("a", "s", names)}
    FROM step s WHERE a.id = s.allocation RETURNING a.line_id, a.order_id{"".join(f", s.{n}" for n in upward)}
)"""
    if not upward:
        return step + " SELECT count(*) FROM moved"
    up = ", ".join(f"sum({n})::bigint AS {n}" for n in upward)
    return step + f""", on_line AS (
  UPDATE orders_line l SET {_plus("l", "s", upward)}
    FROM (SELECT line_id, {up} FROM moved GROUP BY line_id) s WHERE l.id = s.line_id
)
UPDATE orders_order o SET {_plus("o", "s", upward)}
  FROM (SELECT order_id, {up} FROM moved GROUP BY order_id) s WHERE o.id = s.order_id
"""


@cache
def _advance_lines_sql(names: tuple[str, ...]) -> str:
    sums = ", ".join(f"sum({n})::bigint AS {n}" for n in names)
    arrays = ", ".join(["%(line)s::bigint[]", *(f"%({n})s::bigint[]" for n in names)])
    return f"""
WITH step AS MATERIALIZED (
  SELECT line, {sums} FROM unnest({arrays}) AS s(line, {", ".join(names)}) GROUP BY line
), moved AS (
  UPDATE orders_line l SET {_plus("l", "s", names)}{_touch("l", names)} FROM step s WHERE l.id = s.line
  RETURNING l.order_id{"".join(f", s.{n}" for n in names)}
)
UPDATE orders_order o SET {_plus("o", "s", names)}{_touch("o", names)}
  FROM (SELECT order_id, {sums} FROM moved GROUP BY order_id) s WHERE o.id = s.order_id
"""


def _plus(row: str, step: str, names: Sequence[str]) -> str:
    return ", ".join(f"{n} = {row}.{n} + {step}.{n}" for n in names)


def _touch(row: str, names: Sequence[str]) -> str:
    """Name a column that the status is generated from, where none is moved: PostgreSQL 18 otherwise prepares the
    generated expressions anew for every row, which trebles what the update costs."""
    return "" if "cancelled" in names else f", cancelled = {row}.cancelled"
