"""Change: quantities, lines, address, carrier and dates of an order, previewed before it is accepted.

A preview is a dry run of the change itself: it answers with the effect on stock, money and promise and a
mark. Accepting with that mark does exactly what was previewed, or refuses when the world has moved on.
A line that grows gets a sister line at the same price; a line that shrinks has units cancelled. A kit grows and
shrinks as a whole, by the recipe it was placed with. What is released or labelled already is asked of the site: the
answer says of whom, until when, and what follows if it cannot.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Gt, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import MOST_UNITS, Code, Short, Text, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple
from hanse.partners.addresses import HOMES, AddressGiven, address_of, keep_addresses, wrong_address

from . import growing
from .cancelling import Known, LineFact, Taken, cancel_units, cancellable, cut, facts, standing, stops, take
from .counters import lock_orders
from .events import AskedOfSite, ChangeAsked, Effect, OrderChanged, PromiseMoved, UnitsSubstituted
from .kits import whole
from .pricing import price
from .promises import basis, basis_moved, move_promises
from .requests import Fallback, Wish, ask_sites
from .reserving import reserve_lines
from .selling import ITEMS, Component, PlaceLine, Sold, most_of, sold, to_price

if TYPE_CHECKING:
    from .substitute import Substitute

Owner = tuple[str, str | None]
"""Who asked, and with which key."""
Position = Annotated[int, Gt(0), Le(100_000)]
Total = Annotated[int, Ge(0), Le(MOST_UNITS)]


@ask
class ChangeLine:
    """The line or kit at this position shall have so many units in all; 0 removes it."""

    line: Position
    quantity: Total


@ask
class Change:
    """Change an order. `accept` is the mark of a preview; empty accepts the change whatever its effect.

    `promised_on` moves the promise of what is not shipped; `agreed_by` says who at the customer agreed. What is `by_customer` (he asked for the
    new day, before the old one was over) is what the order is judged by from then on; what we ask for never is. With a
    `fallback` sites are asked for what touches their work, by `answer_by` or their next cut-off; without one it is refused.
    """

    order: Code
    lines: Annotated[tuple[ChangeLine, ...], MaxLen(1000)] = ()
    add: Annotated[tuple[PlaceLine, ...], MaxLen(1000)] = ()
    ship_to: AddressGiven | None = None
    receiver: Short | None = None
    requested_on: date | None = None
    promised_on: date | None = None
    agreed_by: Short = ""
    by_customer: bool = False
    reason: Text = ""
    accept: Short = ""
    carrier: Annotated[str, MaxLen(80)] | None = None
    fallback: Fallback | None = None
    answer_by: datetime | None = None


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
    ship_to: int
    carrier: str


@dataclass(frozen=True, slots=True)
class At:
    """Units of an order at a site: in labelled cartons (or ordered of its supplier), on their way, and what the site is asked for already."""

    order: int
    site: int
    code: str
    labelled: int
    on_way: int
    asked: Sequence[str]


@dataclass(frozen=True, slots=True)
class LineMoney:
    """A line's quantity and price, for its sister line; a kit's with the recipe that was frozen."""

    order: int
    position: int
    sku: str
    left: int
    unit_price: Decimal
    tax_rate: Decimal
    over_of: int | None = None
    sold: Sold | None = None


@dataclass(frozen=True, slots=True)
class PartMoney:
    """A component of a placed kit, with the kit's own item and price."""

    order: int
    kit: int
    sku: str
    kit_item: int
    unit_price: Decimal
    item: int
    part_sku: str
    per_kit: int
    stands: int
    weight: Decimal
    tax_rate: Decimal
    tax_category: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A change as it will be done: units to cancel, lines to add, what sites are asked for, what was said."""

    order: OrderFact
    taken: list[Taken]
    add: list[tuple[PlaceLine, Sold]]
    wishes: list[Wish]
    changes: list[str]


ORDERS = """
SELECT id, customer_id, status, open, currency, version, total, promised_on, reserved - freed - picked + put_back,
       ordered - cancelled - reserved + freed, receiver, requested_on, ship_to_id, carrier
  FROM orders_order WHERE id = ANY(%(order)s::bigint[])
"""
AT = """
SELECT a.order_id, a.site_id, s.code, sum(CASE WHEN s.supplier = '' THEN a.packed - a.unpacked ELSE a.released - a.recalled END - a.shipped)::bigint, sum(a.shipped - a.delivered - a.lost + a.found - a.sent_back)::bigint,
       ARRAY(SELECT r.kind FROM orders_changerequest r WHERE r.order_id = a.order_id AND r.site_id = a.site_id AND r.outcome = '')
  FROM orders_allocation a JOIN network_site s ON s.id = a.site_id
 WHERE a.order_id = ANY(%(order)s::bigint[]) AND CASE WHEN s.supplier = '' THEN a.packed - a.unpacked ELSE a.released - a.recalled END > a.delivered + a.lost - a.found + a.sent_back GROUP BY 1, 2, 3 ORDER BY 1, 3
"""
MONEY = """
SELECT l.order_id, l.position, i.sku, l.ordered - l.cancelled, l.unit_price, l.tax_rate, m.position
  FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id LEFT JOIN orders_line m ON m.id = l.over_of_id WHERE l.order_id = ANY(%(order)s::bigint[])
"""
PARTS = """
SELECT l.order_id, l.kit, i.sku, k.item_id, k.unit_price, l.item_id, p.sku, l.per_kit, l.ordered - l.cancelled, l.net, l.tax_rate, l.tax_category
  FROM orders_kit k JOIN orders_line l ON l.order_id = k.order_id AND l.kit = k.position
  JOIN catalogue_item i ON i.id = k.item_id JOIN catalogue_item p ON p.id = l.item_id
 WHERE k.order_id = ANY(%(order)s::bigint[]) ORDER BY l.id
"""
MARK = """
UPDATE orders_order o SET version = o.version + 1, ship_to_id = coalesce(c.ship_to, o.ship_to_id), receiver = coalesce(c.receiver, o.receiver),
       requested_on = coalesce(c.requested_on, o.requested_on), carrier = coalesce(c.carrier, o.carrier), promised_on = coalesce(c.promised_on, o.promised_on),
       first_promised_on = coalesce(o.first_promised_on, c.promised_on)
  FROM unnest(%(order)s::bigint[], %(ship_to)s::bigint[], %(receiver)s::text[], %(requested_on)s::date[], %(promised_on)s::date[], %(carrier)s::text[])
    AS c(ord, ship_to, receiver, requested_on, promised_on, carrier)
 WHERE o.id = c.ord
"""
PROMISE = f"""
UPDATE orders_line l SET promised_on = c.promised_on, first_promised_on = coalesce(l.first_promised_on, c.promised_on),
       first_promised_at = coalesce(l.first_promised_at, %(now)s::timestamptz)
  FROM unnest(%(order)s::bigint[], %(promised_on)s::date[]) AS c(ord, promised_on)
  JOIN orders_line was ON was.order_id = c.ord
  JOIN catalogue_item i ON i.id = was.item_id
  LEFT JOIN orders_line stands_for ON stands_for.id = was.substitute_of_id
 WHERE l.id = was.id AND l.ordered > l.cancelled + l.shipped AND c.promised_on IS NOT NULL AND c.promised_on IS DISTINCT FROM was.promised_on
RETURNING 'H-' || l.order_id, l.id, i.sku, was.promised_on, l.promised_on, {basis("was", "stands_for")}, (SELECT a.zone FROM orders_order o JOIN partners_address a ON a.id = o.ship_to_id WHERE o.id = was.order_id)
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a batch: lines and parts, money of lines, items, where units are labelled, who asks for which ask, the time."""

    known: Known
    money: Mapping[tuple[int, int], LineMoney]
    items: Mapping[str, Sold]
    at: Mapping[int, Sequence[At]]
    by: Sequence[str]
    now: datetime


def decide(asks: Sequence[Change], orders: Mapping[str, OrderFact], facts: Facts) -> list[Decided | Refused]:
    """What each change means, or all that stands in its way; an order is changed once per batch."""
    answers: list[Decided | Refused] = []
    waiting = dict(orders)
    for ask, by in zip(asks, facts.by, strict=True):
        order = waiting.pop(ask.order, None)
        if order is None:
            again = ask.order in orders
            answers.append(refuse("state-conflict", why=f"{ask.order} is changed twice in one batch.") if again else refuse("order-unknown", order=ask.order))
        elif not order.open:
            answers.append(refuse("order-closed", order=ask.order, status=order.status))
        else:
            answers.append(_decide(ask, order, facts, by))
    return answers


def _decide(ask: Change, order: OrderFact, facts: Facts, by: str) -> Decided | Refused:
    lines = {x.position: x for x in facts.known.lines[ask.order]}
    findings: list[Refused] = wrong_address(ask.ship_to, "ship_to") if ask.ship_to else []
    if ask.answer_by and ask.answer_by <= facts.now:
        findings.append(refuse("values-refused", at="answer_by", why="A site cannot answer in the past."))
    if ask.by_customer and ask.promised_on is None:
        findings.append(refuse("values-refused", at="promised_on", why="Say which day the customer asked for."))
    done = Decided(order, [], [], [], [])
    for i, wish in enumerate(ask.lines):
        findings += _line(i, wish, ask, order, lines, facts, done)
    for i, added in enumerate(ask.add):
        item = facts.items.get(added.sku)
        if item is None or item.retired:
            findings.append(refuse("not-sellable", at=f"add/{i}/sku", skus=added.sku))
        elif added.net is None and added.unit_price is None and item.price is None:
            findings.append(refuse("values-refused", at=f"add/{i}/unit_price", why=f"{added.sku} has no price: say one."))
        elif added.quantity > most_of(item):
            findings.append(refuse("out-of-range", at=f"add/{i}/quantity", field=f"The quantity of {added.sku}", low=1, high=most_of(item), got=added.quantity))
        else:
            done.add.append((added, item))
            done.changes.append(f"{added.quantity} {added.sku} added")
    done.changes.extend(_other_changes(ask, order))
    done.wishes.extend(stops(done.taken, ask.fallback or "", ask.answer_by, ask.reason, True, by))
    findings += _labels(ask, order, facts, by, done)
    if findings:
        return refuse_all(findings)
    return done if done.changes or done.wishes else refuse("change-empty")


def _other_changes(ask: Change, order: OrderFact) -> list[str]:
    said = [f"ship to {ask.ship_to.street}, {ask.ship_to.postcode} {ask.ship_to.city}{HOMES[ask.ship_to.home]}"] if ask.ship_to else []
    if ask.receiver is not None and ask.receiver != order.receiver:
        said.append(f"receiver {ask.receiver}")
    if ask.requested_on and ask.requested_on != order.requested_on:
        said.append(f"requested on {ask.requested_on}")
    if ask.promised_on and ask.promised_on != order.promised_on:
        said.append(f"promised for {ask.promised_on}" + (", as the customer asked" if ask.by_customer else ""))
    if ask.carrier is not None and ask.carrier.upper() != order.carrier:
        said.append(f"carrier {ask.carrier.upper() or 'left open'}")
    return said


def _labels(ask: Change, order: OrderFact, facts: Facts, by: str, done: Decided) -> list[Refused]:
    """Labels show the old address or carrier: each site is asked to label anew, and to have turned round what is on its way."""
    findings: list[Refused] = []
    carrier = ask.carrier.upper() if ask.carrier is not None and ask.carrier.upper() != order.carrier else None

    def want(at: At, kind: str, field: str, what: str, units: int, fallback: str, **new: Any) -> None:
        if kind in at.asked:
            findings.append(refuse("change-asked", at=field, site=at.code, order=ask.order))
        elif not ask.fallback:
            findings.append(refuse("ask-the-site", at=field, what=f"{units} units of {ask.order} are {'on their way' if kind == 'redirect' else 'labelled'} at {at.code}"))
        else:
            done.wishes.append(Wish(order.id, at.site, kind, what, units, fallback, ask.answer_by, ask.reason, True, by, **new))

    for at in facts.at.get(order.id, ()):
        if ask.ship_to and at.labelled:
            want(at, "address", "ship_to", "label anew with the new address", at.labelled, ask.fallback or "")
        if ask.ship_to and at.on_way:
            want(at, "redirect", "ship_to", "have the carrier bring it to the new address", at.on_way, "return" if ask.fallback == "intercept" else ask.fallback or "")
        if carrier is not None and at.labelled:
            want(at, "carrier", "carrier", f"send with {carrier or 'any carrier'}", at.labelled, ask.fallback or "", carrier=carrier)
    return findings


def _line(i: int, wish: ChangeLine, ask: Change, order: OrderFact, lines: Mapping[int, LineFact], facts: Facts, done: Decided) -> list[Refused]:
    """One line's or kit's wish: nothing, units to cancel or to have stopped, or a sister line for more."""
    now = facts.money.get((order.id, wish.line))
    if now is None:
        return [refuse("line-unknown", at=f"lines/{i}/line", order=f"H-{order.id}", line=wish.line)]
    line = lines.get(wish.line)
    if line and line.kit is not None:
        return [refuse("part-of-kit", at=f"lines/{i}/line", line=wish.line, kit=line.kit)]
    more = wish.quantity - now.left
    if more > 0 and now.over_of is not None:
        return [refuse("over-ordered", at=f"lines/{i}/quantity", line=wish.line, of=now.over_of)]
    if more > 0 and now.sold and more > most_of(now.sold):
        return [refuse("out-of-range", at=f"lines/{i}/quantity", field=f"The quantity of {now.sku}", low=0, high=now.left + most_of(now.sold), got=wish.quantity)]
    if more > 0:
        done.add.append((PlaceLine(now.sku, more, unit_price=now.unit_price, tax_rate=now.tax_rate), now.sold or replace(facts.items[now.sku], components=())))
        done.changes.append(f"{now.sku} from {now.left} to {wish.quantity}")
    elif more < 0:
        return _less(f"lines/{i}/quantity", wish.line, -more, now, ask, list(lines.values()), facts, done)
    return []


def _less(at: str, position: int, units: int, now: LineMoney, ask: Change, lines: Sequence[LineFact], facts: Facts, done: Decided) -> list[Refused]:
    """Fewer units of a line, or fewer kits: of each component so many as make them."""
    once, most = cancellable(lines, facts.known.parts)
    if units > most[position]:
        return [refuse("units-bound", at=at, free=most[position], wanted=units)]
    if units > once[position] and not ask.fallback:
        return [refuse("ask-the-site", at=at, what=f"{units - once[position]} of the {now.left} units of line {position} are released")]
    of = [x for x in lines if position in (x.position, x.kit)]
    done.taken.extend(take(x, units * x.per_kit, facts.known.parts.get(x.line, ())) for x in of)
    stands = standing(of).get(position, of[0].stands)
    if stands < now.left:
        done.changes.append(f"{now.sku} from {now.left} to {stands}")
    return []


@operation
def change(run: Run, asks: Sequence[Change]) -> list[OrderChanged | Refused]:
    """Change orders; the answer says what was and what is on stock, money and promise, with its mark."""
    return as_previewed(run, asks, lambda some, owners: _change(run, some, owners))


def as_previewed(run: Run, asks: Sequence[Any], do: Callable[[Sequence[Any], Sequence[Owner]], list[Any]]) -> list[Any]:
    """Do asks together. What became of a preview shows only when all is done: one that has expired is undone, and the others are done without it."""
    if len(asks) == 1 or not any(ask.accept for ask in asks):
        return do(asks, run.owners)
    answers: dict[int, Any] = {}
    while left := [n for n in range(len(asks)) if n not in answers]:
        found = run.attempt(lambda: do([asks[n] for n in left], [run.owners[n] for n in left]), lambda found: not any(map(_expired, found)))
        expired = {n: answer for n, answer in zip(left, found, strict=True) if _expired(answer)}
        answers |= expired or dict(zip(left, found, strict=True))
    return [answers[n] for n in range(len(asks))]


def _expired(answer: Any) -> bool:
    return isinstance(answer, Refused) and answer.code == "preview-expired"


def _change(run: Run, asks: Sequence[Change], owners: Sequence[Owner]) -> list[OrderChanged | Refused]:
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    known = facts(run, ids)
    orders = {f"H-{o.id}": o for o in run.rows(OrderFact, ORDERS, order=ids)}
    money = {(m.order, m.position): m for m in run.rows(LineMoney, MONEY, order=ids)}
    skus = sorted({x.sku for a in asks for x in a.add} | {m.sku for m in money.values()})
    items = {i.sku: i for i in run.rows(sold, ITEMS, skus=skus, today=run.now.date())}
    if any(x.kit is not None for lines in known.lines.values() for x in lines):
        money |= _of_kits(run.rows(PartMoney, PARTS, order=ids))
    decided = decide(asks, orders, Facts(known, money, items, _labelled(run, asks, ids), [by for by, _ in owners], run.now))
    done = [(ask, d) for ask, d in zip(asks, decided, strict=True) if isinstance(d, Decided)]
    asked = _write(run, done, known)
    after = {f"H-{o.id}": o for o in run.rows(OrderFact, ORDERS, order=ids)} if done else {}
    answers = [d if isinstance(d, Refused) else _told(ask, d, after[ask.order], tuple(asked[d.order.id])) for ask, d in zip(asks, decided, strict=True)]
    for ask, answer, owner in zip(asks, answers, owners, strict=True):
        if isinstance(answer, OrderChanged) and answer.asked:
            run.tell([ChangeAsked(answer.order, answer.asked, ask.reason)], owner)
    return answers


def _labelled(run: Run, asks: Sequence[Change], ids: list[int]) -> dict[int, list[At]]:
    """Where units of these orders are labelled or on their way; asked only where a label would change."""
    at: dict[int, list[At]] = defaultdict(list)
    if any(ask.ship_to or ask.carrier is not None for ask in asks):
        for it in run.rows(At, AT, order=ids):
            at[it.order].append(it)
    return at


def _write(run: Run, done: Sequence[tuple[Change, Decided]], known: Known) -> dict[int, list[AskedOfSite]]:
    """Cancel, add and reserve, then the order itself; gives what sites are asked for, by order."""
    asked: dict[int, list[AskedOfSite]] = defaultdict(list)
    if not done:
        return asked
    cancel_units(run, [x for _, d in done for x in cut(d.taken)], [g for _, d in done for t in d.taken for g in t.freed], known)
    reserve_lines(run, growing.add_lines(run, _added(done, known)))
    moved = [(ask, d) for ask, d in done if ask.ship_to]
    kept = keep_addresses(run, [address_of(d.order.customer, ask.ship_to, ask.ship_to.code) for ask, d in moved if ask.ship_to])
    ship_to = {d.order.id: id for (_, d), id in zip(moved, kept, strict=True)}
    asks, orders = [ask for ask, _ in done], [d.order.id for _, d in done]
    run.write(MARK, asks, order=orders, ship_to=[ship_to.get(order) for order in orders], carrier=[a.carrier if a.carrier is None else a.carrier.upper() for a in asks])
    if any(ask.promised_on for ask in asks):
        move_promises(run, _moved({ask.order: ask for ask in asks}, run.rows(as_tuple, PROMISE, asks, order=orders), run.now))
    wishes = [replace(w, address=ship_to.get(w.order)) if w.kind in ("address", "redirect") else w for _, d in done for w in d.wishes
              if w.kind not in ("address", "redirect") or ship_to[w.order] != d.order.ship_to]
    for wish, told in zip(wishes, ask_sites(run, wishes), strict=True):
        asked[wish.order].append(told)
    return asked


def _moved(asks: Mapping[str, Change], found: Sequence[Any], now: datetime) -> list[PromiseMoved]:
    """The promises that moved, with who asked and who agreed, and what they are judged by if that moved too."""
    moved = []
    for order, line, sku, was_on, promised_on, was_basis_on, zone in found:
        ask = asks[order]
        reason = ask.reason or "agreed with the customer"
        if ask.by_customer:
            reason = f"asked by the customer{': ' * bool(ask.reason)}{ask.reason}"
        on = basis_moved(ask.by_customer, promised_on, was_basis_on, zone, now)
        moved.append(PromiseMoved(order, line, sku, was_on, promised_on, reason, ask.agreed_by, ask.by_customer, on))
    return moved


def _added(done: Sequence[tuple[Change, Decided]], known: Known) -> list[growing.Wish]:
    """The added lines, priced like any other."""
    added: list[growing.Wish] = []
    for ask, d in done:
        priced = price([to_price(line, item) for line, item in d.add], d.order.currency, Decimal(0), Decimal(0), None)
        last = max((x.position for x in known.lines[ask.order]), default=0)
        added += [growing.Wish(d.order.id, last, item, p, d.order.currency, line.requested_on or ask.requested_on) for (line, item), p in zip(d.add, priced, strict=True)]
    return added


def _of_kits(parts: Sequence[PartMoney]) -> dict[tuple[int, int], LineMoney]:
    """The placed kits as they were sold: more of one has the recipe, the price and the shares of the first."""
    kits: dict[tuple[int, int], list[PartMoney]] = defaultdict(list)
    for part in parts:
        kits[part.order, part.kit].append(part)
    found = {}
    for (order, kit), of in kits.items():
        first, stand = of[0], whole((p.kit, p.per_kit, p.stands) for p in of)[kit]
        frozen = tuple(Component(p.item, p.part_sku, p.per_kit, p.weight) for p in of)
        sold = Sold(first.kit_item, first.sku, first.unit_price, "", first.tax_category, first.tax_rate, False, frozen)
        found[order, kit] = LineMoney(order, kit, first.sku, stand, first.unit_price, first.tax_rate, sold=sold)
    return found


def _told(ask: Change, d: Decided, after: OrderFact, asked: tuple[AskedOfSite, ...]) -> OrderChanged | Refused:
    """The change with its effect; refused when an accepted preview had another one."""
    freed = tuple(g for t in d.taken for g in t.freed)
    told = OrderChanged(ask.order, d.order.version + 1, tuple(d.changes), effect(d.order), effect(after), freed, asked)
    marked = replace(told, after=replace(told.after, mark=mark(ask, told, asked)))
    if ask.accept and ask.accept != marked.after.mark:
        return refuse("preview-expired")
    return marked


def effect(order: OrderFact) -> Effect:
    """An order's stock, money and promise as a preview shows them."""
    return Effect(order.reserved, order.waiting, order.total, order.promised_on)


def mark(ask: "Change | Substitute", told: OrderChanged | UnitsSubstituted, asked: Sequence[AskedOfSite] = ()) -> str:
    """What an accepted preview is known by: the change, its whole effect, and what sites are asked for."""
    same = [replace(a, request=0) for a in asked]
    return hashlib.sha256(repr((replace(ask, accept=""), told.version, told.before, told.after, same)).encode()).hexdigest()[:16]
