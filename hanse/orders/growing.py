"""Growing: lines added to orders that are placed. The set function behind change, substitute and over.

Orders are locked by the caller. A kit that is added takes a position of its own; its components follow as lines.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hanse.journal.run import Run
from hanse.kernel.rows import row

from . import kits
from .pricing import Priced
from .reserving import Want
from .selling import Sold


@row
class Added:
    """A line to add: so many units of an item at a position, priced."""

    line: int
    order: int
    position: int
    kit: int | None
    per_kit: int
    substitute_of: int | None
    item: int
    quantity: int
    unit_price: Decimal
    discount: Decimal
    net: Decimal
    freight: Decimal
    tax: Decimal
    tax_rate: Decimal
    tax_category: str
    requested_on: date | None
    over_of: int | None
    billed: bool


@row
class Wish:
    """So many units of an item, or so many kits, for an order whose last position is known."""

    order: int
    last: int
    item: Sold
    priced: Priced
    currency: str
    requested_on: date | None
    substitute_of: int | None = None
    over_of: int | None = None
    billed: bool = True


LINES = """
INSERT INTO orders_line (id, order_id, position, kit, per_kit, substitute_of_id, item_id, ordered, unit_price, discount, net, freight, tax, tax_rate,
                         tax_category, requested_on, over_of_id, billed)
SELECT * FROM unnest(%(line)s::bigint[], %(order)s::bigint[], %(position)s::int[], %(kit)s::int[], %(per_kit)s::bigint[], %(substitute_of)s::bigint[],
       %(item)s::bigint[], %(quantity)s::bigint[], %(unit_price)s::numeric[], %(discount)s::numeric[], %(net)s::numeric[], %(freight)s::numeric[],
       %(tax)s::numeric[], %(tax_rate)s::numeric[], %(tax_category)s::text[], %(requested_on)s::date[],
       %(over_of)s::bigint[], %(billed)s::boolean[])
"""
GROW = """
UPDATE orders_order o SET ordered = o.ordered + g.quantity, net = o.net + g.net, freight = o.freight + g.freight, tax = o.tax + g.tax,
       total = o.total + g.net + g.freight + g.tax
  FROM (SELECT ord, sum(quantity)::bigint AS quantity, sum(net) AS net, sum(freight) AS freight, sum(tax) AS tax
          FROM unnest(%(order)s::bigint[], %(quantity)s::bigint[], %(net)s::numeric[], %(freight)s::numeric[], %(tax)s::numeric[])
            AS g(ord, quantity, net, freight, tax)
         GROUP BY ord) g
 WHERE o.id = g.ord
"""
KITS = """
INSERT INTO orders_kit (order_id, position, item_id, quantity, unit_price)
SELECT * FROM unnest(%(order)s::bigint[], %(position)s::int[], %(item)s::bigint[], %(quantity)s::bigint[], %(unit_price)s::numeric[])
"""


def add_lines(run: Run, wishes: Sequence[Wish]) -> list[Want]:
    """Write the added lines and kits behind the last of each order; what they want."""
    if not wishes:
        return []
    at: dict[int, int] = {}
    own = [(wish, _next(at, wish)) for wish in wishes]
    parts = [
        (wish, _next(at, wish), kit, part.item, part.per_kit, priced) for wish, kit in own
        for part, priced in zip(wish.item.components, kits.components(wish.priced, wish.item.components, wish.currency), strict=True)]
    plain = [(wish, position, None, wish.item.id, 1, wish.priced) for wish, position in own if not wish.item.components]
    added = [_added(id, *it) for id, it in zip(run.draw("orders_line_id_seq", len(plain) + len(parts)), [*plain, *parts], strict=True)]
    run.write(LINES, added)
    run.write(GROW, added)
    if made := [(wish, position) for wish, position in own if wish.item.components]:
        run.write(KITS, [wish.priced for wish, _ in made], order=[wish.order for wish, _ in made], position=[p for _, p in made], item=[wish.item.id for wish, _ in made])
    return [Want(a.line, a.quantity) for a in added]


def _next(at: dict[int, int], wish: Wish) -> int:
    """The next free position of the wish's order."""
    at[wish.order] = at.get(wish.order, wish.last) + 1
    return at[wish.order]


def _added(line: int, wish: Wish, position: int, kit: int | None, item: int, per_kit: int, p: Priced) -> Added:
    return Added(line, wish.order, position, kit, per_kit, wish.substitute_of, item, p.quantity, p.unit_price, p.discount, p.net or Decimal(0), p.freight,
                 p.tax, p.tax_rate, p.tax_category, wish.requested_on, wish.over_of, wish.billed)
