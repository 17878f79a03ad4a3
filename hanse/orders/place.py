"""Place: take an order whole or refuse it whole.

An order freezes what was in force: prices, discount, tax and freight shares, terms and address versions.
Unless told otherwise its units are reserved in the same transaction; what no site can supply waits. Customers whose terms
say so have it screened: over the credit limit or like a fraud it is taken and held (`screening`); what is held for fraud reserves nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen, MinLen

from hanse.journal.operation import begins, draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import MOST_MONEY, Code, Currency, Money, Short, ask
from hanse.kernel.money import is_currency
from hanse.kernel.places import is_zone
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple
from hanse.partners.addresses import AddressGiven, wrong_address

from . import kits
from .events import OrderPlaced, PlacedKit, PlacedLine, UnitsAllocated
from .expecting import arrivals, changed, expected_by, order_day, sources_of
from .placing import Customer, Taken, write_orders
from .pricing import Priced, price
from .reserving import Want, reserve_lines
from .screening import screen
from .selling import ITEMS, PlaceLine, Recipes, Sold, as_quoted, demand, lines_of, most_of, sold, to_price

Rank = Annotated[int, Ge(0), Le(100)]


@ask
class Place:
    """An order of a customer. `reserve`: `at_once` takes what there is and lets the rest wait, `or_refuse`
    refuses the order unless all units can be had now, `later` leaves it to `allocate`. `expect` is the mark of a
    promise: the answer says what has become later, dearer or otherwise since."""

    customer: Code
    lines: Annotated[tuple[PlaceLine, ...], MinLen(1), MaxLen(1000)]
    ref: Short = ""
    channel: Short = ""
    ship_to: AddressGiven | Short = "main"
    bill_to: AddressGiven | Short = "main"
    receiver: Short = ""
    requested_on: date | None = None
    promised_on: date | None = None
    priority: Rank | None = None
    ship_rule: Literal["available", "complete-line", "complete-order"] | None = None
    invoice_rule: Literal["shipment", "order"] | None = None
    currency: Currency | None = None
    discount: Money = Decimal(0)
    freight: Money = Decimal(0)
    tax: Money | None = None
    delivery_term: Short = "DAP"
    reserve: Literal["at_once", "later", "or_refuse"] = "at_once"
    at: datetime | None = None
    zone: Short = ""
    expect: Short = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a batch: who buys, what is sold, which references are used, what is free, drawn numbers."""

    customers: Mapping[str, Customer]
    items: Mapping[str, Sold]
    addresses: Mapping[tuple[int, str], tuple[int, str]]
    used: Mapping[tuple[int, str], int]
    free: dict[int, int]
    numbers: Sequence[int]
    lines: Sequence[int]
    now: datetime
    recipes: Sequence[Mapping[str, Sold]] = ()
    """Of quotes that are accepted, by ask: items as they were when quoted, kits with their recipe of that day."""

    def of(self, nr: int) -> "Known":
        """The facts as one ask of the batch sees them."""
        return replace(self, items={**self.items, **self.recipes[nr]}) if self.recipes else self

    @property
    def parts(self) -> dict[str, int]:
        """The items that kits are made of, by SKU."""
        return {part.sku: part.item for found in (self.items, *self.recipes) for item in found.values() for part in item.components}


def finer(amount: Decimal, decimals: int) -> bool:
    """Whether an amount has more decimals than are kept, other than zeros."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and -exponent > decimals and bool(amount % Decimal(1).scaleb(-decimals))


def decide(asks: Sequence[Place], known: Known) -> list[OrderPlaced | Refused]:
    """Accept an order whole or refuse it whole, with all findings; a batch may repeat a customer's reference."""
    answers: list[OrderPlaced | Refused] = []
    used, lines = dict(known.used), iter(known.lines)
    for nr, (number, ask) in enumerate(zip(known.numbers, asks, strict=True)):
        facts = known.of(nr)
        findings = _findings(ask, facts, used)
        if findings:
            answers.append(refuse_all(findings))
            continue
        customer = known.customers[ask.customer]
        if ask.ref:
            used[customer.id, ask.ref] = number
        placed = _placed(ask, number, customer, facts, lines)
        if wrong := _worth(placed):
            used.pop((customer.id, ask.ref), None)
            answers.append(wrong)
            continue
        if ask.reserve == "or_refuse":
            for item, (_, _, units) in demand((line, facts.items[line.sku]) for line in ask.lines).items():
                known.free[item] -= units
        answers.append(placed)
    return answers


def _findings(ask: Place, known: Known, used: Mapping[tuple[int, str], int]) -> list[Refused]:
    """All that is wrong with an order, each with its place."""
    customer = known.customers.get(ask.customer)
    if customer is None:
        found = [refuse("party-unknown", at="customer", party=ask.customer)]
    elif not (customer.is_customer and customer.active):
        found = [refuse("not-a-customer", at="customer", party=ask.customer)]
    else:
        found = _address_findings(ask, customer, known)
        if ask.ref and (customer.id, ask.ref) in used:
            found.append(refuse("ref-used", at="ref", customer=ask.customer, number=f"H-{used[customer.id, ask.ref]}", ref=ask.ref))
    if ask.currency and not is_currency(ask.currency):
        found.append(refuse("currency-unknown", at="currency", currency=ask.currency))
    if ask.zone and not is_zone(ask.zone):
        found.append(refuse("zone-unknown", at="zone", zone=ask.zone))
    if ask.expect and expected_by(ask.expect) is None:
        found.append(refuse("values-refused", at="expect", why="This is no mark of a promise: POST /promises gives one."))
    for i, line in enumerate(ask.lines):
        item = known.items.get(line.sku)
        if item is None or item.retired:
            found.append(refuse("not-sellable", at=f"lines/{i}/sku", skus=line.sku))
        elif line.net is None and line.unit_price is None and item.price is None:
            found.append(refuse("values-refused", at=f"lines/{i}/unit_price", why=f"{line.sku} has no price: say one."))
        elif line.net is None and line.discount > (line.unit_price if line.unit_price is not None else item.price) * line.quantity:  # type: ignore[operator]
            found.append(refuse("money-differs", at=f"lines/{i}/discount", why=f"The discount of {line.discount} is more than the line is worth."))
        elif line.quantity > most_of(item):
            found.append(refuse("out-of-range", at=f"lines/{i}/quantity", field=f"The quantity of {line.sku}", low=1, high=most_of(item), got=line.quantity))
        found += [
            refuse("values-refused", at=f"lines/{i}/{name}", why=f"{name} has at most {kept} decimals.")
            for name, kept, amount in (("net", 4, line.net), ("discount", 4, line.discount), ("unit_price", 6, line.unit_price), ("tax_rate", 4, line.tax_rate))
            if amount and finer(amount, kept)]
    found += [
        refuse("values-refused", at=name, why=f"{name} has at most 4 decimals.")
        for name, amount in (("discount", ask.discount), ("freight", ask.freight), ("tax", ask.tax)) if amount and finer(amount, 4)]
    if not found and ask.reserve == "or_refuse":
        found = _shortages(ask, known)
    return found


def _worth(placed: OrderPlaced) -> Refused | None:
    """An order is worth something between nothing and what can be kept."""
    if any(line.net < 0 for line in placed.lines):
        return refuse("money-differs", at="discount", why="The discounts are more than what they are taken from.")
    if placed.total > MOST_MONEY:
        return refuse("money-differs", at="lines", why=f"The order is worth {placed.total}; at most {MOST_MONEY} can be kept.")
    return None


def _address_findings(ask: Place, customer: Customer, known: Known) -> list[Refused]:
    found = []
    for name, given in (("ship_to", ask.ship_to), ("bill_to", ask.bill_to)):
        if isinstance(given, str):
            if (customer.id, given or "main") not in known.addresses and not (name == "bill_to" and isinstance(ask.ship_to, AddressGiven)):
                found.append(refuse("address-unknown", at=name, party=ask.customer, address=given or "main"))
        else:
            found += [refuse("address-wrong", at=f"{name}", why=w.detail) for w in wrong_address(given)]
    return found


def _shortages(ask: Place, known: Known) -> list[Refused]:
    """Items of which less is free than the order's lines and kits want together."""
    return [
        refuse("stock-short", at=f"lines/{at}/quantity", sku=sku, wanted=units, available=known.free.get(item, 0))
        for item, (at, sku, units) in demand((line, known.items[line.sku]) for line in ask.lines).items() if known.free.get(item, 0) < units
    ]


def _placed(ask: Place, number: int, customer: Customer, known: Known, ids: Iterator[int]) -> OrderPlaced:
    """The order as it will stand, priced."""
    currency = ask.currency or customer.currency
    items = [known.items[line.sku] for line in ask.lines]
    priced = price([to_price(line, item) for line, item in zip(ask.lines, items, strict=True)], currency, ask.discount, ask.freight, ask.tax)
    made = tuple(PlacedKit(i, item.sku, p.quantity, p.unit_price) for i, (item, p) in enumerate(zip(items, priced, strict=True), start=1) if item.components)
    lines = tuple(
        PlacedLine(next(ids), i, item.sku, p.quantity, p.unit_price, p.discount, p.net or Decimal(0), p.freight, p.tax, p.tax_rate)
        for i, (item, p) in enumerate(zip(items, priced, strict=True), start=1) if not item.components
    )
    if made:
        lines += _taken_apart(items, priced, currency, ids)
    net, freight, tax = (sum((getattr(p, name) for p in priced), Decimal(0)) for name in ("net", "freight", "tax"))
    address, zone = known.addresses.get((customer.id, ask.ship_to or "main"), (0, "")) if isinstance(ask.ship_to, str) else (0, "")
    return OrderPlaced(
        f"H-{number}", ask.customer, ask.ref, ask.channel, currency, net, freight, tax, net + freight + tax, address,
        ask.requested_on, ask.promised_on, lines, ask.at or known.now, ask.zone or zone or "UTC", made,
    )


def _taken_apart(items: Sequence[Sold], priced: Sequence[Priced], currency: str, ids: Iterator[int]) -> tuple[PlacedLine, ...]:
    """The components of the kits among these lines, behind the lines of the ask: a kit keeps its own position."""
    parts = [
        (kit, part, p) for kit, (item, whole) in enumerate(zip(items, priced, strict=True), start=1) if item.components
        for part, p in zip(item.components, kits.components(whole, item.components, currency), strict=True)]
    return tuple(
        PlacedLine(next(ids), at, part.sku, p.quantity, p.unit_price, p.discount, p.net or Decimal(0), p.freight, p.tax, p.tax_rate, kit, part.per_kit)
        for at, (kit, part, p) in enumerate(parts, start=len(items) + 1))


CUSTOMERS = """
SELECT c.id, c.code, c.active, 'customer' = ANY(c.roles), c.currency, c.ship_rule, c.invoice_rule, c.payment_days, c.priority, c.credit_limit, c.screened,
       c.over_percent, c.under_percent, c.bills_over, w.address, a.id, a.zone
  FROM unnest(%(customer)s::text[], %(address)s::text[]) AS w(customer, address) JOIN partners_party c ON c.code = w.customer
  LEFT JOIN LATERAL (SELECT id, zone FROM partners_address WHERE party_id = c.id AND code = w.address ORDER BY version DESC LIMIT 1) a ON true
"""
"""Customers, once for each of their addresses that is asked for."""
USED = """
SELECT o.customer_id, o.ref, o.id FROM orders_order o
 WHERE (o.ref, o.customer_id) IN (SELECT * FROM unnest(%(ref)s::text[], %(party)s::bigint[]))
"""
FREE = """
SELECT s.item_id, sum(s.on_hand - s.reserved)::bigint FROM (
  SELECT s.item_id, s.on_hand, s.reserved FROM inventory_stock s JOIN network_site n ON n.id = s.site_id AND n.active
   WHERE s.item_id = ANY(%(items)s::bigint[]) AND s.on_hand > s.reserved ORDER BY s.item_id, s.site_id FOR UPDATE OF s) s
 GROUP BY s.item_id
"""
@operation
@draws(lambda asks: {"orders_order_id_seq": len(asks), "orders_line_id_seq": sum(len(a.lines) for a in asks)})
@begins(CUSTOMERS, lambda asks: _named(asks))
def place(run: Run, asks: Sequence[Place]) -> list[OrderPlaced | Refused]:
    """Take orders: each whole or not at all; reserved at once unless the ask says later."""
    return take(run, asks)


def take(run: Run, asks: Sequence[Place], recipes: Sequence[Recipes] = ()) -> list[OrderPlaced | Refused]:
    """Take orders for an operation that places them as its own: quotes that are accepted, with the recipes they were quoted with; days of a recurring order."""
    known = _known(run, asks, recipes)
    answers = decide(asks, known)
    taken = [Taken(i, ask, placed, known.customers[ask.customer]) for i, (ask, placed) in enumerate(zip(asks, answers, strict=True)) if isinstance(placed, OrderPlaced)]
    if taken:
        write_orders(run, taken, known.items, known.parts, known.addresses)
        for t in taken:
            answers[t.nr] = replace(t.placed, address=t.ship_to)
        stopped = screen(run, taken)
        reserved = reserve_lines(run, [Want(line.line, line.quantity) for t in taken if t.ask.reserve != "later" and t.placed.order not in stopped for line in t.placed.lines])
        if any(t.ask.expect for t in taken):
            said = _changed(run, taken, reserved)
            for t in taken:
                answers[t.nr] = replace(t.placed, address=t.ship_to, promise_changed=said.get(t.nr, ""))
    return answers


def _changed(run: Run, taken: Sequence[Taken], reserved: Sequence[UnitsAllocated]) -> dict[int, str]:
    """What is otherwise than the promise that orders were placed on, by ask."""
    days, today = arrivals(run, reserved), run.now.date()
    sources = sources_of(reserved)
    return {
        t.nr: changed(t.ask.expect, order_day(t.ask, t.placed, days, today), t.placed, sources)
        for t in taken if t.ask.expect}


def _known(run: Run, asks: Sequence[Place], recipes: Sequence[Recipes]) -> Known:
    """The facts for a batch, a statement each."""
    return known_of(run.rows, asks, run.now, lambda orders, lines: run.draw_all({"orders_order_id_seq": orders, "orders_line_id_seq": lines}).values(), recipes)


def known_of(rows: Callable[..., list[Any]], asks: Sequence[Place], now: datetime, draw: Callable[[int, int], Iterable[Sequence[int]]], recipes: Sequence[Recipes] = ()) -> Known:
    """The facts for a batch by a way to ask the database and one to draw numbers of orders and lines."""
    customers, addresses = _customers(rows, asks)
    skus = sorted({line.sku for a in asks for line in a.lines} | {part.sku for r in recipes for parts in r.values() for part in parts})
    items = {i.sku: i for i in rows(sold, ITEMS, skus=skus, today=now.date())}
    quoted = [as_quoted(items, r) for r in recipes]
    sold_to = [{**items, **q} for q in quoted] or [items] * len(asks)
    refs = [(a.ref, customers[a.customer].id) for a in asks if a.ref and a.customer in customers]
    used = {(party, ref): id for party, ref, id in rows(as_tuple, USED, ref=[r for r, _ in refs], party=[p for _, p in refs])} if refs else {}
    firm = sorted(demand((line, known[line.sku]) for a, known in zip(asks, sold_to, strict=True) if a.reserve == "or_refuse" for line in a.lines if line.sku in known))
    free = dict(rows(as_tuple, FREE, items=firm)) if firm else {}
    numbers, lines = draw(len(asks), sum(lines_of(known.get(line.sku)) for a, known in zip(asks, sold_to, strict=True) for line in a.lines))
    return Known(customers, items, addresses, used, free, numbers, lines, now, quoted)


def _named(asks: Sequence[Place]) -> dict[str, list[str]]:
    """The customers of a batch, each with the codes of the addresses that are named."""
    named = sorted({(a.customer, (code or "main") if isinstance(code, str) else "") for a in asks for code in (a.ship_to, a.bill_to)})
    return {"customer": [c for c, _ in named], "address": [code for _, code in named]}


def _customers(rows: Callable[..., list[Any]], asks: Sequence[Place]) -> tuple[dict[str, Customer], dict[tuple[int, str], tuple[int, str]]]:
    """Who buys, and the addresses that are named: id and zone by customer and code."""
    customers: dict[str, Customer] = {}
    addresses: dict[tuple[int, str], tuple[int, str]] = {}
    for *terms, code, address, zone in rows(as_tuple, CUSTOMERS, **_named(asks)):
        customer = Customer(*terms)
        customers[customer.code] = customer
        if address is not None:
            addresses[customer.id, code] = (address, zone)
    return customers, addresses
