"""Change: quantities, lines, address and dates of an order, previewed before it is accepted.

A preview is a dry run of the change itself: it answers with the effect on stock, money and promise and a
mark. Accepting with that mark does exactly what was previewed, or refuses when the world has moved on.
A line that grows gets a sister line at the same price; a line that shrinks has units cancelled.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import MOST_UNITS, Code, Short, Text, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple
from hanse.partners.addresses import AddressGiven, address_of, keep_addresses, wrong_address

from .cancelling import Known, LineFact, cancel_units, facts, take
from .counters import lock_orders
from .events import CancelledUnits, Effect, GivenBack, OrderChanged, PromiseMoved
from .pricing import Priced, price
from .promises import move_promises
from .reserving import Want, reserve_lines
from .selling import ITEMS, PlaceLine, Sold, to_price

Position = Annotated[int, Gt(0), Le(100_000)]
Total = Annotated[int, Ge(0), Le(MOST_UNITS)]


@ask
class ChangeLine:
    """The line at this position shall have so many units in all; 0 removes it."""

    line: Position
    quantity: Total


@ask
class Change:
    """Change an order. `accept` is the mark of a preview; empty accepts the change whatever its effect.

    `promised_on` moves the promise of what is not shipped; `agreed_by` says who at the customer agreed.
    """

    order: Code
    lines: Annotated[tuple[ChangeLine, ...], MaxLen(1000)] = ()
    add: Annotated[tuple[PlaceLine, ...], MaxLen(1000)] = ()
    ship_to: AddressGiven | None = None
    receiver: Short | None = None
    requested_on: date | None = None
    promised_on: date | None = None
    agreed_by: Short = ""
    reason: Text = ""
    accept: Short = ""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """What of an order a change looks at."""

    id: int
    customer: int
    status: str
    open: bool
    currency: str
    version: int
    total: Decimal
    promised_on: date | None
    reserved: int
    waiting: int
    receiver: str
    requested_on: date | None


@dataclass(frozen=True, slots=True)
class LineMoney:
    """A line's quantity and price, for its sister line."""

    order: int
    position: int
    sku: str
    left: int
    unit_price: Decimal
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class Decided:
    """A change as it will be done: units to cancel and free, lines to add, what was said."""

    order: OrderFact
    cut: list[CancelledUnits]
    freed: list[GivenBack]
    add: list[tuple[PlaceLine, Sold]]
    changes: list[str]


ORDERS = """
SELECT id, customer_id, status, open, currency, version, total, promised_on, reserved - freed - picked + put_back,
       ordered - cancelled - reserved + freed, receiver, requested_on
  FROM orders_order WHERE id = ANY(%(order)s::bigint[])
"""
MONEY = """
SELECT l.order_id, l.position, i.sku, l.ordered - l.cancelled, l.unit_price, l.tax_rate
  FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id WHERE l.order_id = ANY(%(order)s::bigint[])
"""
ADD_LINES = """
INSERT INTO orders_line (id, order_id, position, item_id, ordered, unit_price, discount, net, freight, tax, tax_rate, tax_category, requested_on)
SELECT * FROM unnest(%(line)s::bigint[], %(order)s::bigint[], %(position)s::int[], %(item)s::bigint[], %(quantity)s::bigint[],
       %(unit_price)s::numeric[], %(discount)s::numeric[], %(net)s::numeric[], %(freight)s::numeric[], %(tax)s::numeric[],
       %(tax_rate)s::numeric[], %(tax_category)s::text[], %(requested_on)s::date[])
"""
GROW = """
UPDATE orders_order o SET ordered = o.ordered + g.quantity, net = o.net + g.net, tax = o.tax + g.tax, total = o.total + g.net + g.tax
  FROM (SELECT ord, sum(quantity)::bigint AS quantity, sum(net) AS net, sum(tax) AS tax
          FROM unnest(%(order)s::bigint[], %(quantity)s::bigint[], %(net)s::numeric[], %(tax)s::numeric[]) AS g(ord, quantity, net, tax)
         GROUP BY ord) g
 WHERE o.id = g.ord
"""
MARK = """
UPDATE orders_order o SET version = o.version + 1, ship_to_id = coalesce(c.ship_to, o.ship_to_id), receiver = coalesce(c.receiver, o.receiver),
       requested_on = coalesce(c.requested_on, o.requested_on), promised_on = coalesce(c.promised_on, o.promised_on),
       first_promised_on = coalesce(o.first_promised_on, c.promised_on)
  FROM unnest(%(order)s::bigint[], %(ship_to)s::bigint[], %(receiver)s::text[], %(requested_on)s::date[], %(promised_on)s::date[])
    AS c(ord, ship_to, receiver, requested_on, promised_on)
 WHERE o.id = c.ord
"""
PROMISE = """
UPDATE orders_line l SET promised_on = c.promised_on, first_promised_on = coalesce(l.first_promised_on, c.promised_on)
  FROM unnest(%(order)s::bigint[], %(promised_on)s::date[]) AS c(ord, promised_on)
  JOIN orders_line was ON was.order_id = c.ord
  JOIN catalogue_item i ON i.id = was.item_id
 WHERE l.id = was.id AND l.ordered > l.cancelled + l.shipped AND c.promised_on IS NOT NULL AND c.promised_on IS DISTINCT FROM was.promised_on
RETURNING 'H-' || l.order_id, l.id, i.sku, was.promised_on, l.promised_on
"""


def decide(asks: Sequence[Change], orders: Mapping[str, OrderFact], known: Known, money: Mapping[tuple[int, int], LineMoney], items: Mapping[str, Sold]) -> list[Decided | Refused]:
    """What each change means, or all that stands in its way; an order is changed once per batch."""
    answers: list[Decided | Refused] = []
    waiting = dict(orders)
    for ask in asks:
        order = waiting.pop(ask.order, None)
        if order is None:
            again = ask.order in orders
            answers.append(refuse("state-conflict", why=f"{ask.order} is changed twice in one batch.") if again else refuse("order-unknown", order=ask.order))
        elif not order.open:
            answers.append(refuse("order-closed", order=ask.order, status=order.status))
        else:
            answers.append(_decide(ask, order, known, money, items))
    return answers


def _decide(ask: Change, order: OrderFact, known: Known, money: Mapping[tuple[int, int], LineMoney], items: Mapping[str, Sold]) -> Decided | Refused:
    lines = {x.position: x for x in known.lines[ask.order]}
    findings: list[Refused] = wrong_address(ask.ship_to, "ship_to") if ask.ship_to else []
    done = Decided(order, [], [], [], [])
    for i, wish in enumerate(ask.lines):
        findings += _line(i, wish, order, lines, known, money, items, done)
    for i, added in enumerate(ask.add):
        item = items.get(added.sku)
        if item is None or item.retired:
            findings.append(refuse("not-sellable", at=f"add/{i}/sku", skus=added.sku))
        elif added.net is None and added.unit_price is None and item.price is None:
            findings.append(refuse("values-refused", at=f"add/{i}/unit_price", why=f"{added.sku} has no price: say one."))
        else:
            done.add.append((added, item))
            done.changes.append(f"{added.quantity} {added.sku} added")
    done.changes.extend(_other_changes(ask, order))
    if findings:
        return refuse_all(findings)
    return done if done.changes else refuse("change-empty")


def _other_changes(ask: Change, order: OrderFact) -> list[str]:
    said = [f"ship to {ask.ship_to.street}, {ask.ship_to.postcode} {ask.ship_to.city}"] if ask.ship_to else []
    if ask.receiver is not None and ask.receiver != order.receiver:
        said.append(f"receiver {ask.receiver}")
    if ask.requested_on and ask.requested_on != order.requested_on:
        said.append(f"requested on {ask.requested_on}")
    if ask.promised_on and ask.promised_on != order.promised_on:
        said.append(f"promised for {ask.promised_on}")
    return said


def _line(i: int, wish: ChangeLine, order: OrderFact, lines: Mapping[int, LineFact], known: Known, money: Mapping[tuple[int, int], LineMoney], items: Mapping[str, Sold], done: Decided) -> list[Refused]:
    """One line's wish: nothing, units to cancel, or a sister line for more."""
    line = lines.get(wish.line)
    if line is None:
        return [refuse("line-unknown", at=f"lines/{i}/line", order=f"H-{order.id}", line=wish.line)]
    now = money[order.id, wish.line]
    more = wish.quantity - now.left
    if more > 0:
        done.add.append((PlaceLine(now.sku, more, unit_price=now.unit_price, tax_rate=now.tax_rate), items[now.sku]))
    elif more < 0:
        free = line.open + sum(p.free for p in known.parts.get(line.line, ()))
        if -more > free:
            return [refuse("units-bound", at=f"lines/{i}/quantity", free=free, wanted=-more)]
        done.freed.extend(take(line, -more, known.parts.get(line.line, ())))
        done.cut.append(CancelledUnits(line.line, line.position, line.sku, -more))
    if more:
        done.changes.append(f"{now.sku} from {now.left} to {wish.quantity}")
    return []


@operation
def change(run: Run, asks: Sequence[Change]) -> list[OrderChanged | Refused]:
    """Change orders; the answer says what was and what is on stock, money and promise, with its mark."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    known = facts(run, ids)
    orders = {f"H-{o.id}": o for o in run.rows(OrderFact, ORDERS, order=ids)}
    money = {(m.order, m.position): m for m in run.rows(LineMoney, MONEY, order=ids)}
    skus = sorted({x.sku for a in asks for x in a.add} | {m.sku for m in money.values()})
    items = {i.sku: i for i in run.rows(Sold, ITEMS, skus=skus, today=run.now.date())}
    decided = decide(asks, orders, known, money, items)
    done = [(ask, d) for ask, d in zip(asks, decided, strict=True) if isinstance(d, Decided)]
    _write(run, done, known)
    after = {f"H-{o.id}": o for o in run.rows(OrderFact, ORDERS, order=ids)} if done else {}
    return [d if isinstance(d, Refused) else _told(ask, d, after[ask.order]) for ask, d in zip(asks, decided, strict=True)]


def _write(run: Run, done: Sequence[tuple[Change, Decided]], known: Known) -> None:
    """Cancel, add and reserve, then the order itself."""
    if not done:
        return
    cancel_units(run, [x for _, d in done for x in d.cut], [g for _, d in done for g in d.freed], known)
    reserve_lines(run, _add_lines(run, done, known))
    moved = [(ask, d) for ask, d in done if ask.ship_to]
    kept = keep_addresses(run, [address_of(d.order.customer, ask.ship_to, ask.ship_to.code) for ask, d in moved if ask.ship_to])
    ship_to = {d.order.id: id for (_, d), id in zip(moved, kept, strict=True)}
    asks, orders = [ask for ask, _ in done], [d.order.id for _, d in done]
    run.write(MARK, asks, order=orders, ship_to=[ship_to.get(order) for order in orders])
    if any(ask.promised_on for ask in asks):
        said = {ask.order: (ask.reason or "agreed with the customer", ask.agreed_by) for ask in asks}
        found: Any = run.rows(as_tuple, PROMISE, asks, order=orders)
        move_promises(run, [PromiseMoved(*[*row, *said[row[0]]]) for row in found])


def _add_lines(run: Run, done: Sequence[tuple[Change, Decided]], known: Known) -> list[Want]:
    """Write the added lines, priced like any other; what they want."""
    rows: list[tuple[int, int, Sold, Priced, date | None]] = []
    for ask, d in done:
        priced = price([to_price(line, item) for line, item in d.add], d.order.currency, Decimal(0), Decimal(0), None)
        last = max((x.position for x in known.lines[ask.order]), default=0)
        rows += [(d.order.id, last + n, item, p, line.requested_on or ask.requested_on) for n, ((line, item), p) in enumerate(zip(d.add, priced, strict=True), 1)]
    if not rows:
        return []
    ids = run.draw("orders_line_id_seq", len(rows))
    columns: dict[str, Any] = {name: [getattr(p, name) for _, _, _, p, _ in rows] for name in ("quantity", "unit_price", "discount", "net", "freight", "tax", "tax_rate", "tax_category")}
    orders = [order for order, *_ in rows]
    run.write(ADD_LINES, line=ids, order=orders, position=[p for _, p, *_ in rows], item=[i.id for _, _, i, _, _ in rows], requested_on=[r[4] for r in rows], **columns)
    run.write(GROW, order=orders, quantity=columns["quantity"], net=columns["net"], tax=columns["tax"])
    return [Want(id, p.quantity) for id, (_, _, _, p, _) in zip(ids, rows, strict=True)]


def _told(ask: Change, d: Decided, after: OrderFact) -> OrderChanged | Refused:
    """The change with its effect; refused when an accepted preview had another one."""
    told = OrderChanged(ask.order, d.order.version + 1, tuple(d.changes), effect(d.order), effect(after), tuple(d.freed))
    marked = replace(told, after=replace(told.after, mark=mark(ask, told)))
    if ask.accept and ask.accept != marked.after.mark:
        return refuse("preview-expired")
    return marked


def effect(order: OrderFact) -> Effect:
    """An order's stock, money and promise as a preview shows them."""
    return Effect(order.reserved, order.waiting, order.total, order.promised_on)


def mark(ask: Change, told: OrderChanged) -> str:
    """What an accepted preview is known by: the change and its whole effect."""
    return hashlib.sha256(repr((replace(ask, accept=""), told.version, told.before, told.after)).encode()).hexdigest()[:16]
