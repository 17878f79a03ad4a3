"""Questions about orders: the board, one order, its history. Writes nothing."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.kernel.rows import as_tuple

MOST_ROWS = 500
COUNTERS = "o.ordered, o.cancelled, o.reserved - o.freed, o.picked - o.put_back, o.packed - o.unpacked, o.shipped, o.delivered, o.invoiced, o.credited"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order on the board: who, when, how far, what it is worth. `reserved` is net of what was freed; `waiting`
    have no site, `to_release` have one but no pick task."""

    number: str
    ref: str
    customer: str
    customer_name: str
    country: str
    channel: str
    placed_at: datetime
    zone: str
    requested_on: date | None
    first_promised_on: date | None
    promised_on: date | None
    status: str
    open: bool
    holds: list[str]
    currency: str
    net: Decimal
    total: Decimal
    ordered: int
    cancelled: int
    reserved: int
    picked: int
    packed: int
    shipped: int
    delivered: int
    invoiced: int
    credited: int
    sites: list[str]
    waiting: int
    to_release: int


VIEWS: dict[str, str] = {
    "open": "o.open",
    "all": "true",
    "due": "o.open AND o.promised_on <= %(today)s::date + 1",
    "late": "o.open AND o.promised_on < %(today)s::date",
    "on-hold": "o.open AND o.holds <> '{}'",
    "backordered": "o.open AND o.ordered > o.cancelled + o.reserved - o.freed",
    "to-release": "o.open AND o.holds = '{}' AND EXISTS (SELECT 1 FROM orders_allocation a WHERE a.order_id = o.id AND a.reserved > a.freed + a.released - a.recalled)",
    "on-its-way": "o.open AND o.shipped > o.delivered + o.lost + o.sent_back",
}
"""The board's views by name. All but `all` look at open orders only, which an index holds."""

FILTERS: dict[str, str] = {
    "status": "o.status = %(status)s",
    "customer": "o.customer_id = (SELECT id FROM partners_party WHERE code = %(customer)s)",
    "placed_from": "o.placed_at >= %(placed_from)s::timestamptz",
    "placed_to": "o.placed_at < %(placed_to)s::timestamptz",
    "promised_to": "o.promised_on <= %(promised_to)s::date",
    "channel": "o.channel = %(channel)s",
    "hold": "%(hold)s = ANY(o.holds)",
    "site": "EXISTS (SELECT 1 FROM orders_allocation a JOIN network_site s ON s.id = a.site_id WHERE a.order_id = o.id AND s.code = %(site)s AND a.reserved > a.freed)",
    "ids": "o.id = ANY(%(ids)s::bigint[])",
    "sku": "EXISTS (SELECT 1 FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id WHERE l.order_id = o.id AND i.sku = %(sku)s)",
}
FOUND = """
o.id = ANY(ARRAY(SELECT %(found)s::bigint
   UNION ALL (SELECT r.id FROM orders_order r WHERE r.ref >= %(q)s AND r.ref < %(q_end)s ORDER BY r.ref LIMIT 2000)
   UNION ALL (SELECT c.id FROM orders_order c WHERE c.customer_id IN
               (SELECT id FROM partners_party WHERE code ILIKE %(like)s OR name ILIKE %(like)s LIMIT 200))))
"""
"""Each way of finding by an index of its own; together as OR they would read every order."""
SAME_PLAN = {"customer"}
"""Filters that are planned alike whatever their value: which customer it is, is looked up only as the statement runs."""
PAGE = """
SELECT 'H-' || o.id, o.ref, p.code, p.name, a.country, o.channel, o.placed_at, o.zone, o.requested_on, o.first_promised_on, o.promised_on,
       o.status, o.open, o.holds, o.currency, o.net, o.total, {counters},
       coalesce(t.sites, '{{}}'), o.ordered - o.cancelled - o.reserved + o.freed, coalesce(t.to_release, 0)::bigint
  FROM (SELECT o.* FROM orders_order o WHERE {where} ORDER BY {order} LIMIT {limit}) o
  JOIN partners_party p ON p.id = o.customer_id JOIN partners_address a ON a.id = o.ship_to_id
  CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT s.code ORDER BY s.code) FILTER (WHERE x.reserved > x.freed) AS sites,
           sum(x.reserved - x.freed - greatest(x.released - x.recalled, x.picked - x.put_back)) AS to_release
      FROM orders_allocation x JOIN network_site s ON s.id = x.site_id WHERE x.order_id = o.id) t
 ORDER BY {order}
"""
SORTS = {
    "newest": ("o.id DESC", "o.id < %(after_id)s"),
    "promise": (
        "o.promised_on, o.id",
        "((%(after_on)s::date IS NOT NULL AND (o.promised_on > %(after_on)s::date OR o.promised_on = %(after_on)s::date AND o.id > %(after_id)s"
        " OR o.promised_on IS NULL)) OR (%(after_on)s::date IS NULL AND o.promised_on IS NULL AND o.id > %(after_id)s))",
    ),
}
"""The sorted column, and what stands after a row of the page before."""
BACKWARDS = {
    "newest": ("o.id", "o.id > %(after_id)s"),
    "promise": (
        "o.promised_on DESC NULLS FIRST, o.id DESC",
        "((%(after_on)s::date IS NOT NULL AND (o.promised_on < %(after_on)s::date OR o.promised_on = %(after_on)s::date AND o.id < %(after_id)s))"
        " OR (%(after_on)s::date IS NULL AND (o.promised_on IS NOT NULL OR o.id < %(after_id)s)))",
    ),
}
"""The same, read the other way: what stands before a row of the page after."""


def board(view: str = "open", sort: str = "promise", after: tuple[date | None, int] | None = None, limit: int = 50,
          q: str = "", today: date | None = None, backwards: bool = False, **filters: Any) -> list[OrderRow]:
    """A page of the board: the orders of a view that pass the filters, after the (promise, id) of the last row seen.

    Never counts, never skips rows: the cost is that of the page. `limit` is at most 500, and the one that says there
    are more. Backwards it gives what stands before that row, nearest first.

    A limit in the statement's text lets PostgreSQL plan a view once and keep the plan; one sent beside it counts as a
    tenth of all orders, and each read is planned anew. That is dear, and right only where a filter's value decides
    the best way: days long past need another index than recent ones.
    """
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    wheres = [VIEWS[view], *(FILTERS[name] for name in given)]
    most, planned_once = min(limit, MOST_ROWS + 1), not q and given.keys() <= SAME_PLAN
    if q:
        wheres.append(FOUND)
        given |= {"q": q, "q_end": q + "\U0010ffff", "like": f"%{q}%", "found": order_id(q)}
    order, later = (BACKWARDS if backwards else SORTS)[sort]
    if after:
        wheres.append(later)
        given |= {"after_on": after[0], "after_id": after[1]}
    sql = PAGE.format(counters=COUNTERS, where=" AND ".join(wheres), order=order, limit=f"{most:d}" if planned_once else "%(limit)s")
    return rows(OrderRow, sql, **given, today=today or clock.now().date(), limit=most)


def counts(today: date) -> dict[str, int]:
    """How many orders each view of open orders holds; reads open orders only."""
    views = [name for name in VIEWS if name != "all"]
    sums = ", ".join(f"count(*) FILTER (WHERE {VIEWS[name]})" for name in views)
    [row] = rows(lambda *n: n, f"SELECT {sums} FROM orders_order o WHERE o.open", today=today)
    return dict(zip(views, row, strict=True))


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with its money, counters, dates, allocations and what the rest waits for."""

    line: int
    position: int
    sku: str
    name: str
    unit_price: Decimal
    discount: Decimal
    net: Decimal
    freight: Decimal
    tax: Decimal
    tax_rate: Decimal
    requested_on: date | None
    first_promised_on: date | None
    promised_on: date | None
    status: str
    ordered: int
    cancelled: int
    reserved: int
    picked: int
    packed: int
    shipped: int
    delivered: int
    lost: int
    sent_back: int
    returned: int
    invoiced: int
    credited: int
    waiting: int
    allocations: list[dict[str, Any]]
    waits_for: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with everything that the order desk knows of it."""

    number: str
    id: int
    ref: str
    channel: str
    customer: str
    customer_name: str
    placed_at: datetime
    zone: str
    priority: int
    ship_rule: str
    invoice_rule: str
    payment_days: int
    delivery_term: str
    receiver: str
    requested_on: date | None
    first_promised_on: date | None
    promised_on: date | None
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    status: str
    open: bool
    version: int
    ordered: int
    cancelled: int
    reserved: int
    picked: int
    packed: int
    shipped: int
    delivered: int
    invoiced: int
    credited: int
    ship_to: dict[str, Any]
    bill_to: dict[str, Any]
    holds: list[dict[str, Any]]
    promises: list[dict[str, Any]]
    lines: list[LineView]


ADDRESS = """json_build_object('id', {a}.id, 'code', {a}.code, 'version', {a}.version, 'name', {a}.name, 'street', {a}.street, 'postcode', {a}.postcode,
  'city', {a}.city, 'region', {a}.region, 'country', {a}.country, 'zone', {a}.zone, 'gln', {a}.gln, 'latitude', {a}.latitude, 'longitude', {a}.longitude)"""
ORDER = f"""
SELECT 'H-' || o.id, o.id, o.ref, o.channel, p.code, p.name, o.placed_at, o.zone, o.priority, o.ship_rule, o.invoice_rule, o.payment_days,
       o.delivery_term, o.receiver, o.requested_on, o.first_promised_on, o.promised_on, o.currency, o.net, o.freight, o.tax, o.total,
       o.status, o.open, o.version, {COUNTERS}, {ADDRESS.format(a="s")}, {ADDRESS.format(a="b")},
       coalesce((SELECT json_agg(json_build_object('type', h.type, 'reason', h.reason, 'held_by', h.held_by, 'held_at', h.held_at,
                  'released_by', h.released_by, 'released_at', h.released_at) ORDER BY h.id) FROM orders_hold h WHERE h.order_id = o.id), '[]'),
       coalesce((SELECT json_agg(json_build_object('line', l.position, 'promised_on', m.promised_on, 'was_on', m.was_on, 'reason', m.reason,
                  'asked_by', m.asked_by, 'agreed_by', m.agreed_by, 'at', m.at) ORDER BY m.id)
                   FROM orders_promise m JOIN orders_line l ON l.id = m.line_id WHERE l.order_id = o.id), '[]')
  FROM orders_order o JOIN partners_party p ON p.id = o.customer_id
  JOIN partners_address s ON s.id = o.ship_to_id JOIN partners_address b ON b.id = o.bill_to_id
 WHERE o.id = %(order)s
"""
LINES = """
SELECT l.id, l.position, i.sku, i.name, l.unit_price, l.discount, l.net, l.freight, l.tax, l.tax_rate, l.requested_on, l.first_promised_on,
       l.promised_on, l.status, l.ordered, l.cancelled, l.reserved - l.freed, l.picked - l.put_back, l.packed - l.unpacked, l.shipped, l.delivered, l.lost, l.sent_back,
       l.returned, l.invoiced, l.credited, l.ordered - l.cancelled - l.reserved + l.freed,
       coalesce(a.parts, '[]'), coalesce(w.pegs, '[]')
  FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('allocation', a.id, 'site', s.code, 'site_name', s.name, 'promised_on', a.promised_on, 'reserved', a.reserved,
             'freed', a.freed, 'released', a.released - a.recalled, 'picked', a.picked - a.put_back, 'packed', a.packed - a.unpacked, 'shipped', a.shipped, 'delivered', a.delivered)
             ORDER BY a.id) AS parts
      FROM orders_allocation a JOIN network_site s ON s.id = a.site_id WHERE a.order_id = l.order_id AND a.line_id = l.id) a ON true
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('inbound', b.ref, 'due_on', b.due_on, 'quantity', g.quantity) ORDER BY b.due_on) AS pegs
      FROM orders_peg g JOIN inventory_inbound b ON b.id = g.inbound_id WHERE g.line_id = l.id AND g.quantity > 0) w ON true
 WHERE l.order_id = %(order)s ORDER BY l.position
"""


def order(number: str) -> OrderView | None:
    """One order, whole; nothing where there is none of this number."""
    given = {"order": order_id(number)}
    found: Any = rows(as_tuple, ORDER, **given)
    return OrderView(*[*found[0], rows(LineView, LINES, **given)]) if found else None


@dataclass(frozen=True, slots=True)
class Happening:
    """One fact of an order's history."""

    id: int
    kind: str
    body: dict[str, Any]
    happened_at: datetime
    recorded_at: datetime
    zone: str
    actor: str
    operation: str


HISTORY = """
SELECT id, kind, body, happened_at, recorded_at, zone, actor, operation FROM journal_event
 WHERE subject = %(subject)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""


def history(number: str, after: int = 0, limit: int = 200) -> list[Happening]:
    """What happened to an order, oldest first, after the fact last seen."""
    return rows(lambda id, kind, body, *rest: Happening(id, kind, json.loads(body), *rest), HISTORY, subject=f"order/{number}", after=after, limit=min(limit, MOST_ROWS + 1))


SOURCED = """
SELECT body FROM journal_event WHERE subject = %(subject)s AND kind = 'UnitsAllocated' ORDER BY id
"""


def explanations(number: str) -> list[dict[str, Any]]:
    """Why an order's units come from where they come: one stored explanation per sourcing, oldest first."""
    return rows(json.loads, SOURCED, subject=f"order/{number}")


def sites() -> list[tuple[str, str]]:
    """The active sites: code and name."""
    return rows(as_tuple, "SELECT code, name FROM network_site WHERE active ORDER BY priority, code")


CUSTOMERS_LIKE = """
SELECT p.code, p.name || coalesce(', ' || nullif(a.city, ''), '') FROM partners_party p
  LEFT JOIN LATERAL (SELECT city FROM partners_address x WHERE x.party_id = p.id AND x.code = 'main' ORDER BY version DESC LIMIT 1) a ON true
 WHERE p.active AND 'customer' = ANY(p.roles) AND (p.code ILIKE %(like)s OR p.name ILIKE %(like)s) ORDER BY p.code LIMIT 12
"""
ITEMS_LIKE = """
SELECT i.sku, i.name || coalesce(', ' || trim_scale(i.price) || ' ' || i.currency, '') || ', ' || coalesce(s.free, 0) || ' free' FROM (
  SELECT * FROM catalogue_item i WHERE i.retired_on IS NULL AND (i.sku ILIKE %(like)s OR i.name ILIKE %(like)s) ORDER BY i.sku LIMIT 12) i
  LEFT JOIN LATERAL (SELECT sum(on_hand - reserved) AS free FROM inventory_stock x WHERE x.item_id = i.id) s ON true
 ORDER BY i.sku
"""
SHIP_TOS = """
SELECT DISTINCT ON (a.code) a.code, a.code || ': ' || concat_ws(', ', nullif(a.street, ''), nullif(trim(a.postcode || ' ' || a.city), ''), a.country)
  FROM partners_address a JOIN partners_party p ON p.id = a.party_id
 WHERE p.code = %(customer)s AND a.code <> '' ORDER BY a.code, a.version DESC
"""


def customers_like(q: str) -> list[tuple[str, str]]:
    """A dozen customers whose code or name has what was typed: code, and name with city."""
    return rows(as_tuple, CUSTOMERS_LIKE, like=f"%{q[:80]}%")


def items_like(q: str) -> list[tuple[str, str]]:
    """A dozen items on sale whose SKU or name has what was typed: SKU, and name with price and free stock."""
    return rows(as_tuple, ITEMS_LIKE, like=f"%{q[:80]}%")


def ship_tos(customer: str) -> list[tuple[str, str]]:
    """The places of a customer by code, each in its latest version."""
    return rows(as_tuple, SHIP_TOS, customer=customer)
