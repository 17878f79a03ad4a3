"""Substitute: replace units that wait for stock by another item, as the approved list allows.

The units are cancelled on their line, which stays on record; the substitute is a line of its own that names it, reserved at
once. Price goes by the approved rule, freight stays what these units carried, tax is that of the substitute. Where the
customer must agree, who did and how is kept with it. A preview is a dry run, accepted by its mark as a change is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import Gt, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, Short, Text, ask
from hanse.kernel.money import minor_unit, rounded, units_share
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .cancelling import cancel_units, facts
from .change import ORDERS, OrderFact, as_previewed, effect, mark
from .counters import lock_orders
from .events import CancelledUnits, Effect, UnitsSubstituted
from .growing import Wish, add_lines
from .holds import blocking
from .kits import PRICE
from .place import FREE
from .pricing import Priced
from .reserving import reserve_lines
from .selling import ITEMS, Sold, sold

Position = Annotated[int, Gt(0), Le(100_000)]


@ask
class Substitute:
    """Replace waiting units of a line by another item. Where the list asks for consent, say who agreed and how.

    `quantity` counts units of the line; agreed now unless said when. `accept` is the mark of a preview.
    """

    order: Code
    line: Position
    by: Code
    quantity: Quantity
    agreed_by: Short = ""
    agreed_how: Short = ""
    agreed_at: datetime | None = None
    reason: Text = ""
    accept: Short = ""


@dataclass(frozen=True, slots=True)
class LineFact:
    """A line with its money, and how many of its units wait."""

    line: int
    order: int
    position: int
    sku: str
    kit: int | None
    ordered: int
    cancelled: int
    waiting: int
    net: Decimal
    freight: Decimal
    tax_rate: Decimal
    item_rate: Decimal
    requested_on: date | None
    last: int
    holds: list[str]


@dataclass(frozen=True, slots=True)
class Approved:
    """What the list says of an item and what may stand in for it, in force today."""

    sku: str
    by: str
    per: int
    units: int
    price_rule: str
    consent: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch; `free` is used up as units are given."""

    orders: Mapping[str, OrderFact]
    lines: Mapping[tuple[str, int], LineFact]
    approved: Mapping[tuple[str, str], Approved]
    items: Mapping[str, Sold]
    free: dict[int, int]


@dataclass(frozen=True, slots=True)
class Decided:
    """A substitution as it will be done: how many units are given for those that wait, and at what money."""

    order: OrderFact
    line: LineFact
    approved: Approved
    item: Sold
    was_net: Decimal
    priced: Priced


def decide(asks: Sequence[Substitute], known: Known) -> list[Decided | Refused]:
    """What each substitution means, or all that stands in its way; an order has one in a batch."""
    answers: list[Decided | Refused] = []
    seen: set[str] = set()
    for ask in asks:
        order, line = known.orders.get(ask.order), known.lines.get((ask.order, ask.line))
        if order is None:
            answers.append(refuse("order-unknown", order=ask.order))
        elif ask.order in seen:
            answers.append(refuse("state-conflict", why=f"{ask.order} is changed twice in one batch."))
        elif not order.open:
            answers.append(refuse("order-closed", order=ask.order, status=order.status))
        elif line is None:
            answers.append(refuse("line-unknown", at="line", order=ask.order, line=ask.line))
        elif held := blocking(line.holds, "allocate"):
            answers.append(refuse("on-hold", order=ask.order, holds=held))
        else:
            answer = _decide(ask, order, line, known)
            if isinstance(answer, Decided):
                seen.add(ask.order)
                known.free[answer.item.id] -= answer.priced.quantity
            answers.append(answer)
    return answers


def _decide(ask: Substitute, order: OrderFact, line: LineFact, known: Known) -> Decided | Refused:
    way, item = known.approved.get((line.sku, ask.by)), known.items.get(ask.by)
    if line.kit is not None:
        return refuse("part-of-kit", at="line", line=ask.line, kit=line.kit)
    if way is None or item is None or item.retired:
        return refuse("not-a-substitute", at="by", by=ask.by, sku=line.sku)
    units = ask.quantity // way.per * way.units
    findings = []
    if ask.quantity > line.waiting:
        findings.append(refuse("not-waiting", at="quantity", waiting=line.waiting, wanted=ask.quantity, sku=line.sku))
    if ask.quantity % way.per:
        findings.append(refuse("ratio-broken", at="quantity", units=way.units, by=ask.by, per=way.per, sku=line.sku, wanted=ask.quantity))
    if units > known.free.get(item.id, 0):
        findings.append(refuse("stock-short", at="by", available=known.free.get(item.id, 0), wanted=units, sku=ask.by))
    if way.consent and not (ask.agreed_by and ask.agreed_how):
        findings.append(refuse("consent-missing", at="agreed_how" if ask.agreed_by else "agreed_by", by=ask.by, sku=line.sku))
    if way.price_rule != "original" and (item.price is None or item.currency != order.currency):
        findings.append(refuse("values-refused", at="by", why=f"{ask.by} has no price in {order.currency}, and the list asks for it."))
    if findings:
        return refuse_all(findings)
    return Decided(order, line, way, item, *_money(ask.quantity, units, line, way, item, order.currency))


def _money(quantity: int, units: int, line: LineFact, way: Approved, item: Sold, currency: str) -> tuple[Decimal, Priced]:
    """What the replaced units came to, and the substitute's money. Where the order was taxed unlike its item, so is the substitute."""
    unit, first = minor_unit(currency), line.ordered - line.cancelled - quantity
    was, freight = (units_share(amount, line.ordered, first, quantity, unit) for amount in (line.net, line.freight))
    own = rounded((item.price or Decimal(0)) * units, unit)
    net = {"original": was, "substitute": own, "lower": min(was, own)}[way.price_rule]
    price = item.price if net == own and item.price is not None else rounded(net / units, PRICE)
    rate = item.tax_rate if line.tax_rate == line.item_rate else line.tax_rate
    return was, Priced(units, price, net=net, tax_rate=rate, tax_category=item.tax_category, freight=freight, tax=rounded((net + freight) * rate / 100, unit))


LINES = """
SELECT l.id, l.order_id, l.position, i.sku, l.kit, l.ordered, l.cancelled, l.ordered - l.cancelled - l.reserved + l.freed, l.net, l.freight,
       l.tax_rate, i.tax_rate, l.requested_on, max(l.position) OVER (PARTITION BY l.order_id), o.holds
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN catalogue_item i ON i.id = l.item_id WHERE l.order_id = ANY(%(order)s::bigint[])
"""
APPROVED = """
SELECT i.sku, b.sku, s.per, s.units, s.price_rule, s.consent
  FROM catalogue_substitute s JOIN catalogue_item i ON i.id = s.item_id JOIN catalogue_item b ON b.id = s.by_id
 WHERE b.sku = ANY(%(by)s::text[]) AND s.from_on <= %(today)s::date AND coalesce(s.until_on >= %(today)s::date, true)
"""
VERSION = "UPDATE orders_order SET version = version + 1 WHERE id = ANY(%(order)s::bigint[])"


@operation
def substitute(run: Run, asks: Sequence[Substitute]) -> list[UnitsSubstituted | Refused]:
    """Replace waiting units: the line's are cancelled, the substitute's are added and reserved, together."""
    return as_previewed(run, asks, lambda some, _: _substitute(run, some))


def _substitute(run: Run, asks: Sequence[Substitute]) -> list[UnitsSubstituted | Refused]:
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    cancellable = facts(run, ids)
    known = _known(run, asks, ids)
    decided = decide(asks, known)
    done = [(ask, d) for ask, d in zip(asks, decided, strict=True) if isinstance(d, Decided)]
    if not done:
        return [d for d in decided if isinstance(d, Refused)]
    cut = [CancelledUnits(d.line.line, d.line.position, d.line.sku, ask.quantity) for ask, d in done]
    open_lines = {x.line: x for lines in cancellable.lines.values() for x in lines}
    for x in cut:
        open_lines[x.line].open -= x.quantity
    cancel_units(run, cut, [], cancellable)
    wants = add_lines(run, [Wish(d.order.id, d.line.last, d.item, d.priced, d.order.currency, d.line.requested_on, d.line.line) for _, d in done])
    reserve_lines(run, wants)
    run.write(VERSION, order=[d.order.id for _, d in done])
    after = {o.id: o for o in run.rows(OrderFact, ORDERS, order=ids)}
    made = iter(wants)
    return [d if isinstance(d, Refused) else _told(ask, d, next(made).line, effect(after[d.order.id]), run.now) for ask, d in zip(asks, decided, strict=True)]


def _known(run: Run, asks: Sequence[Substitute], ids: Sequence[int]) -> Known:
    """Orders and lines under lock, what is approved today, and what of it is free."""
    today, skus = run.now.date(), sorted({a.by for a in asks})
    items = {i.sku: replace(i, components=()) for i in run.rows(sold, ITEMS, skus=skus, today=today)}
    return Known(
        {f"H-{o.id}": o for o in run.rows(OrderFact, ORDERS, order=ids)},
        {(f"H-{x.order}", x.position): x for x in run.rows(LineFact, LINES, order=ids)},
        {(w.sku, w.by): w for w in run.rows(Approved, APPROVED, asks, today=today)},
        items, dict(run.rows(as_tuple, FREE, items=sorted(i.id for i in items.values()))))


def _told(ask: Substitute, d: Decided, line: int, after: Effect, now: datetime) -> UnitsSubstituted | Refused:
    """The substitution with its effect; refused when an accepted preview had another one."""
    told = UnitsSubstituted(
        ask.order, d.order.version + 1, d.line.line, d.line.position, d.line.sku, ask.quantity, line, ask.by, d.priced.quantity, d.approved.price_rule, d.was_net,
        d.priced.net or Decimal(0), ask.agreed_by, ask.agreed_how, (ask.agreed_at or now) if ask.agreed_by else None, effect(d.order), after, ask.reason)
    marked = replace(told, after=replace(after, mark=mark(ask, told)))
    if ask.accept and ask.accept != marked.after.mark:
        return refuse("preview-expired")
    return marked
