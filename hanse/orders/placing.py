"""Placing: write accepted orders with their lines, their kits and the addresses that came with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hanse.journal.run import Run
from hanse.partners.addresses import AddressGiven, address_of, keep_addresses

from .events import OrderPlaced
from .growing import KITS
from .selling import Sold

if TYPE_CHECKING:
    from .place import Place


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer with the terms that the order freezes."""

    id: int
    code: str
    active: bool
    is_customer: bool
    currency: str
    ship_rule: str
    invoice_rule: str
    payment_days: int
    priority: int
    credit_limit: Decimal | None
    screened: bool
    over_percent: int = 0
    under_percent: int = 0
    bills_over: bool = False


@dataclass(slots=True)
class Taken:
    """An accepted order on its way into the tables."""

    nr: int
    ask: "Place"
    placed: OrderPlaced
    customer: Customer
    ship_to: int = 0
    bill_to: int = 0


ORDERS = """
INSERT INTO orders_order (id, customer_id, ref, channel, placed_at, zone, ship_to_id, bill_to_id, receiver, priority, ship_rule,
       invoice_rule, payment_days, delivery_term, requested_on, first_promised_on, promised_on, currency, net, freight, tax, total, ordered,
       over_percent, under_percent, bills_over)
SELECT id, customer, ref, channel, placed_at, zone, ship_to, bill_to, receiver, priority, ship_rule, invoice_rule, payment_days,
       delivery_term, requested_on, promised_on, promised_on, currency, net, freight, tax, total, ordered,
       over_percent, under_percent, bills_over
  FROM unnest(%(id)s::bigint[], %(party)s::bigint[], %(ref)s::text[], %(channel)s::text[], %(placed_at)s::timestamptz[], %(zone)s::text[],
              %(ship_to)s::bigint[], %(bill_to)s::bigint[], %(receiver)s::text[], %(priority)s::smallint[], %(ship_rule)s::text[],
              %(invoice_rule)s::text[], %(payment_days)s::int[], %(delivery_term)s::text[], %(requested_on)s::date[], %(promised_on)s::date[],
              %(currency)s::text[], %(net)s::numeric[], %(freight)s::numeric[], %(tax)s::numeric[], %(total)s::numeric[], %(ordered)s::bigint[],
              %(over_percent)s::smallint[], %(under_percent)s::smallint[], %(bills_over)s::boolean[])
    AS o(id, customer, ref, channel, placed_at, zone, ship_to, bill_to, receiver, priority, ship_rule, invoice_rule, payment_days,
         delivery_term, requested_on, promised_on, currency, net, freight, tax, total, ordered, over_percent, under_percent, bills_over)
"""
LINES = """
INSERT INTO orders_line (id, order_id, position, kit, per_kit, item_id, ordered, unit_price, discount, net, freight, tax, tax_rate, tax_category,
       requested_on, first_promised_on, promised_on, first_promised_at)
SELECT l.*, l.promised_on, CASE WHEN l.promised_on IS NOT NULL THEN %(now)s::timestamptz END
  FROM unnest(%(line)s::bigint[], %(order)s::bigint[], %(position)s::int[], %(kit)s::int[], %(per_kit)s::bigint[], %(item)s::bigint[],
              %(quantity)s::bigint[], %(unit_price)s::numeric[], %(discount)s::numeric[], %(net)s::numeric[], %(freight)s::numeric[],
              %(tax)s::numeric[], %(tax_rate)s::numeric[], %(tax_category)s::text[], %(requested_on)s::date[], %(promised_on)s::date[])
    AS l(line, ord, position, kit, per_kit, item, quantity, unit_price, discount, net, freight, tax, tax_rate, tax_category, requested_on, promised_on)
"""


def write_orders(run: Run, taken: Sequence[Taken], items: Mapping[str, Sold], parts: Mapping[str, int], addresses: Mapping[tuple[int, str], tuple[int, str]]) -> None:
    """Write orders and lines; addresses that came with the order are kept as versions of the customer's."""
    inline = [(t, name, a) for t in taken for name in ("ship_to", "bill_to") if isinstance(a := getattr(t.ask, name), AddressGiven)]
    kept = keep_addresses(run, [address_of(t.customer.id, a, a.code) for t, _, a in inline]) if inline else []
    for (t, name, _), id in zip(inline, kept, strict=True):
        setattr(t, name, id)
    for t in taken:
        t.ship_to = t.ship_to or addresses[t.customer.id, str(t.ask.ship_to) or "main"][0]
        t.bill_to = t.bill_to or addresses.get((t.customer.id, str(t.ask.bill_to) or "main"), (t.ship_to,))[0]
    run.write(ORDERS, **_order_columns(taken))
    run.write(LINES, **_line_columns(taken, items, parts))
    if kits := [(t, kit) for t in taken for kit in t.placed.kits]:
        run.write(KITS, [kit for _, kit in kits], order=[int(t.placed.order[2:]) for t, _ in kits], item=[items[kit.sku].id for _, kit in kits])


def _order_columns(taken: Sequence[Taken]) -> dict[str, list[Any]]:
    """One array per column of the orders; what the ask leaves open comes from the customer's terms."""
    return {
        "id": [int(t.placed.order[2:]) for t in taken],
        "party": [t.customer.id for t in taken],
        "ship_to": [t.ship_to for t in taken],
        "bill_to": [t.bill_to for t in taken],
        "placed_at": [t.placed.at for t in taken],
        "promised_on": [max((d for d in (t.ask.promised_on, *(x.promised_on for x in t.ask.lines)) if d), default=None) for t in taken],
        "priority": [t.customer.priority if t.ask.priority is None else t.ask.priority for t in taken],
        "ship_rule": [t.ask.ship_rule or t.customer.ship_rule for t in taken],
        "invoice_rule": [t.ask.invoice_rule or t.customer.invoice_rule for t in taken],
        **{name: [getattr(t.customer, name) for t in taken] for name in ("payment_days", "over_percent", "under_percent", "bills_over")},
        "ordered": [sum(line.quantity for line in t.placed.lines) for t in taken],
        **{name: [getattr(t.ask, name) for t in taken] for name in ("ref", "channel", "receiver", "delivery_term", "requested_on")},
        **{name: [getattr(t.placed, name) for t in taken] for name in ("zone", "currency", "net", "freight", "tax", "total")},
    }


def _line_columns(taken: Sequence[Taken], items: Mapping[str, Sold], parts: Mapping[str, int]) -> dict[str, list[Any]]:
    """One array per column of the lines. A component is asked for by the line of its kit."""
    rows = [(t, t.ask.lines[(placed.kit or placed.position) - 1], placed) for t in taken for placed in t.placed.lines]
    return {
        "order": [int(t.placed.order[2:]) for t, _, _ in rows],
        "item": [parts[placed.sku] if placed.kit else items[placed.sku].id for _, _, placed in rows],
        "tax_category": [items[asked.sku].tax_category for _, asked, _ in rows],
        "requested_on": [asked.requested_on or t.ask.requested_on for t, asked, _ in rows],
        "promised_on": [asked.promised_on or t.ask.promised_on for t, asked, _ in rows],
        **{name: [getattr(placed, name) for _, _, placed in rows]
           for name in ("line", "position", "kit", "per_kit", "quantity", "unit_price", "discount", "net", "freight", "tax", "tax_rate")},
    }
