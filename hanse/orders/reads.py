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

from .events import FALLBACK_SAID
from .promises import basis

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
    "on-its-way": "o.open AND o.shipped > o.delivered + o.lost - o.found + o.sent_back",
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
    """A line with its money, counters, dates, allocations and what the rest waits for. `basis_on` is the day it is judged by."""

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
    basis_on: date | None
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
    kit: int | None
    per_kit: int
    substitute_of: int | None
    allocations: list[dict[str, Any]]
    waits_for: list[dict[str, Any]]
    over: int
    over_of: int | None
    billed: bool
    under: int

    @property
    def released(self) -> int:
        """How many units sites work on, or sent."""
        return sum(part["released"] for part in self.allocations)

    @property
    def at_once(self) -> int:
        """How many units can be cancelled at once: open ones, and reserved ones that no site works on."""
        return self.ordered - self.cancelled - self.released

    @property
    def on_floor(self) -> int:
        """How many units sites can be asked to stop."""
        return sum(max(part["released"] - part["shipped"] - part["asked"], 0) for part in self.allocations)


@dataclass(frozen=True, slots=True)
class KitView:
    """So many kits of an order: how many are whole at each step, and which of their components are loose.

    Its money is that of the lines that name its position; `net` is all of theirs. Of those that stand so many can be
    cancelled `at_once`, and for so many more (`on_floor`) sites can be asked to stop what they work on.
    """

    position: int
    sku: str
    name: str
    unit_price: Decimal
    net: Decimal
    ordered: int
    cancelled: int
    reserved: int
    picked: int
    packed: int
    shipped: int
    delivered: int
    invoiced: int
    waiting: int
    at_once: int
    on_floor: int
    loose: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with everything that the order desk knows of it; `requests` is how many changes sites were asked for."""

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
    over_percent: int
    under_percent: int
    bills_over: bool
    carrier: str
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
    requests: int
    appointment: dict[str, Any] | None
    kits: list[KitView]
    lines: list[LineView]


ADDRESS = """json_build_object('id', {a}.id, 'code', {a}.code, 'version', {a}.version, 'name', {a}.name, 'street', {a}.street, 'postcode', {a}.postcode,
  'city', {a}.city, 'region', {a}.region, 'country', {a}.country, 'zone', {a}.zone, 'gln', {a}.gln, 'latitude', {a}.latitude, 'longitude', {a}.longitude,
  'home', {a}.home)"""
ORDER = f"""
SELECT 'H-' || o.id, o.id, o.ref, o.channel, p.code, p.name, o.placed_at, o.zone, o.priority, o.ship_rule, o.invoice_rule, o.payment_days,
       o.delivery_term, o.over_percent, o.under_percent, o.bills_over, o.carrier, o.receiver, o.requested_on, o.first_promised_on, o.promised_on, o.currency, o.net, o.freight, o.tax, o.total,
       o.status, o.open, o.version, {COUNTERS}, {ADDRESS.format(a="s")}, {ADDRESS.format(a="b")},
       coalesce((SELECT json_agg(json_build_object('type', h.type, 'reason', h.reason, 'held_by', h.held_by, 'held_at', h.held_at,
                  'released_by', h.released_by, 'released_at', h.released_at) ORDER BY h.id) FROM orders_hold h WHERE h.order_id = o.id), '[]'),
       coalesce((SELECT json_agg(json_build_object('line', l.position, 'promised_on', m.promised_on, 'was_on', m.was_on, 'reason', m.reason,
                  'asked_by', m.asked_by, 'agreed_by', m.agreed_by, 'by_customer', m.by_customer, 'basis_on', m.basis_on, 'at', m.at) ORDER BY m.id)
                   FROM orders_promise m JOIN orders_line l ON l.id = m.line_id WHERE l.order_id = o.id), '[]'),
       (SELECT count(*) FROM orders_changerequest r WHERE r.order_id = o.id),
       (SELECT json_build_object('starts_at', b.starts_at, 'ends_at', b.ends_at, 'ref', b.ref) FROM orders_appointment b WHERE b.order_id = o.id ORDER BY b.id DESC LIMIT 1),
       (SELECT json_agg(json_build_object('position', k.position, 'sku', i.sku, 'name', i.name, 'unit_price', k.unit_price::text, 'ordered', k.quantity) ORDER BY k.position)
          FROM orders_kit k JOIN catalogue_item i ON i.id = k.item_id WHERE k.order_id = o.id)
  FROM orders_order o JOIN partners_party p ON p.id = o.customer_id
  JOIN partners_address s ON s.id = o.ship_to_id JOIN partners_address b ON b.id = o.bill_to_id
 WHERE o.id = %(order)s
"""
LINES = f"""
SELECT l.id, l.position, i.sku, i.name, l.unit_price, l.discount, l.net, l.freight, l.tax, l.tax_rate, l.requested_on, l.first_promised_on,
       l.promised_on, {basis("l", "of")}, l.status, l.ordered, l.cancelled, l.reserved - l.freed, l.picked - l.put_back, l.packed - l.unpacked, l.shipped, l.delivered, l.lost - l.found, l.sent_back,
       l.returned, l.invoiced, l.credited, l.ordered - l.cancelled - l.reserved + l.freed,
       l.kit, l.per_kit, of.position, coalesce(a.parts, '[]'), coalesce(w.pegs, '[]'),
       coalesce((SELECT sum(x.ordered - x.cancelled)::bigint FROM orders_line x WHERE x.order_id = l.order_id AND x.over_of_id = l.id), 0), m.position, l.billed, l.under
  FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id LEFT JOIN orders_line of ON of.id = l.substitute_of_id LEFT JOIN orders_line m ON m.id = l.over_of_id
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('allocation', a.id, 'site', s.code, 'site_name', s.name, 'supplier', coalesce((SELECT p.name FROM partners_party p WHERE p.code = s.supplier), s.supplier), 'promised_on', a.promised_on, 'reserved', a.reserved,
             'freed', a.freed, 'released', a.released - a.recalled, 'picked', a.picked - a.put_back, 'packed', a.packed - a.unpacked, 'asked', coalesce(q.asked, 0), 'shipped', a.shipped, 'delivered', a.delivered)
             ORDER BY a.id) AS parts
      FROM orders_allocation a JOIN network_site s ON s.id = a.site_id
      LEFT JOIN LATERAL (SELECT sum(u.quantity)::bigint AS asked FROM orders_requestedunits u JOIN orders_changerequest r ON r.id = u.request_id
                          WHERE u.allocation_id = a.id AND r.outcome = '') q ON true
     WHERE a.order_id = l.order_id AND a.line_id = l.id) a ON true
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('inbound', b.ref, 'due_on', b.due_on, 'quantity', g.quantity) ORDER BY b.due_on) AS pegs
      FROM orders_peg g JOIN inventory_inbound b ON b.id = g.inbound_id WHERE g.line_id = l.id AND g.quantity > 0) w ON true
 WHERE l.order_id = %(order)s ORDER BY l.position
"""


def order(number: str) -> OrderView | None:
    """One order, whole; nothing where there is none of this number."""
    given = {"order": order_id(number)}
    found: Any = rows(as_tuple, ORDER, **given)
    if not found:
        return None
    *fields, kits = found[0]
    lines = rows(LineView, LINES, **given)
    made = [_kit(kit, [line for line in lines if line.kit == kit["position"]]) for kit in kits or ()]
    return OrderView(*[*fields, made, lines])


STEPS = ("reserved", "picked", "packed", "shipped", "delivered", "invoiced")


def _kit(kit: dict[str, Any], of: list[LineView]) -> KitView:
    """A kit with what is whole of it: at each step the fewest that its components make."""
    made = {step: min(getattr(line, step) // line.per_kit for line in of) for step in STEPS}
    stand = min((line.ordered - line.cancelled) // line.per_kit for line in of)
    at_once = min(line.at_once // line.per_kit for line in of)
    loose = [{"sku": line.sku, "shipped": n, "delivered": max(line.delivered - made["delivered"] * line.per_kit, 0)}
             for line in of if (n := line.shipped - made["shipped"] * line.per_kit)]
    return KitView(
        kit["position"], kit["sku"], kit["name"], Decimal(kit["unit_price"]), sum((line.net for line in of), Decimal(0)), kit["ordered"],
        kit["ordered"] - stand, **made, waiting=max(stand - made["reserved"], 0), loose=loose,
        at_once=at_once, on_floor=min((line.at_once + line.on_floor) // line.per_kit for line in of) - at_once)


def in_order(order: OrderView) -> list[LineView | KitView]:
    """Lines and kits by their position; a kit's components stand below it, and what went out over a line below that."""
    placed: list[LineView | KitView] = [*order.kits, *order.lines]
    return sorted(placed, key=lambda it: (it.position, 0) if isinstance(it, KitView) else (it.kit or it.over_of or it.position, it.position))


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A change that a site is asked for: what, until when, what follows if it cannot, and what became of it."""

    request: int
    order: str
    site: str
    site_name: str
    zone: str
    customer_name: str
    kind: str
    units: int
    contents: list[dict[str, Any]]
    ship_to: str
    carrier: str
    fallback: str
    answer_by: datetime
    reason: str
    asked_by: str
    asked_at: datetime
    state: str
    answered_by: str
    answered_at: datetime | None
    answer: str
    outcome: str
    settled_at: datetime | None

    @property
    def what(self) -> str:
        """What the site is asked to do, in words."""
        match self.kind:
            case "stop":
                return "Stop " + ", ".join(f"{it['quantity']:,} {it['sku']}" for it in self.contents)
            case "address":
                return f"Label anew: {self.ship_to}"
            case "carrier":
                return f"Send with {self.carrier or 'any carrier'}"
        return f"Have the carrier bring it to {self.ship_to}"

    @property
    def otherwise(self) -> str:
        """What follows if the site cannot."""
        return FALLBACK_SAID[self.fallback]

    @property
    def by_serial(self) -> bool:
        """Whether units are told apart, so that somebody may have to say which go back."""
        return any(it["tracking"] == "serial" for it in self.contents)


REQUESTS = """
SELECT r.id, 'H-' || r.order_id, s.code, s.name, s.zone, p.name, r.kind, r.units,
       coalesce((SELECT json_agg(json_build_object('line', l.position, 'sku', i.sku, 'quantity', u.quantity, 'tracking', i.tracking) ORDER BY l.position)
                   FROM orders_requestedunits u JOIN orders_allocation a ON a.id = u.allocation_id JOIN orders_line l ON l.id = a.line_id
                   JOIN catalogue_item i ON i.id = a.item_id WHERE u.request_id = r.id), '[]'),
       coalesce(concat_ws(', ', nullif(d.street, ''), nullif(concat_ws(' ', nullif(d.postcode, ''), nullif(d.city, '')), ''), d.country), ''), r.carrier, r.fallback, r.answer_by,
       r.reason, r.asked_by, r.asked_at, r.state, r.answered_by, r.answered_at, r.answer, r.outcome, r.settled_at
  FROM orders_changerequest r JOIN network_site s ON s.id = r.site_id JOIN orders_order o ON o.id = r.order_id JOIN partners_party p ON p.id = o.customer_id
  LEFT JOIN partners_address d ON d.id = r.address_id
 WHERE r.id > %(after)s::bigint AND {where} ORDER BY r.id LIMIT %(limit)s
"""
OF_REQUESTS = {
    "open": "r.outcome = ''", "site": "r.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text)", "order": "r.order_id = %(order)s::bigint",
}


def requests(site: str = "", order: int = 0, open: bool = True, after: int = 0, limit: int = 100) -> list[RequestRow]:
    """What sites are asked to change, oldest first, behind a request."""
    wheres = [OF_REQUESTS[name] for name, wanted in (("open", open), ("site", site), ("order", order)) if wanted] or ["true"]
    return rows(RequestRow, REQUESTS.format(where=" AND ".join(wheres)), site=site, order=order, after=after, limit=min(limit, MOST_ROWS + 1))


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """An approved substitute for units of a line that wait: `free` units of it have a site to come from."""

    line: int
    sku: str
    waiting: int
    by: str
    name: str
    per: int
    units: int
    price_rule: str
    consent: bool
    price: Decimal | None
    free: int

    @property
    def most(self) -> int:
        """How many waiting units it could replace."""
        return min(self.waiting // self.per, self.free // self.units) * self.per


PROPOSALS = """
SELECT l.position, i.sku, l.ordered - l.cancelled - l.reserved + l.freed, b.sku, b.name, s.per, s.units, s.price_rule, s.consent, b.price, f.free
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN catalogue_item i ON i.id = l.item_id
  JOIN catalogue_substitute s ON s.item_id = l.item_id AND s.from_on <= %(today)s AND coalesce(s.until_on >= %(today)s, true)
  JOIN catalogue_item b ON b.id = s.by_id AND coalesce(b.retired_on > %(today)s, true)
  JOIN LATERAL (SELECT sum(x.on_hand - x.reserved)::bigint AS free FROM inventory_stock x JOIN network_site n ON n.id = x.site_id AND n.active
                 WHERE x.item_id = s.by_id AND x.on_hand > x.reserved) f ON f.free >= s.units
 WHERE l.order_id = %(order)s AND l.kit IS NULL AND l.ordered - l.cancelled - l.reserved + l.freed >= s.per ORDER BY l.position, b.sku
"""


def proposals(number: str) -> list[Proposal]:
    """What may stand in for units of an order that wait, and is in stock."""
    return rows(Proposal, PROPOSALS, order=order_id(number), today=clock.now().date())


CUSTOMERS_LIKE = """
SELECT p.code, p.name || coalesce(', ' || nullif(a.city, ''), '') FROM partners_party p
  LEFT JOIN LATERAL (SELECT city FROM partners_address x WHERE x.party_id = p.id AND x.code = 'main' ORDER BY version DESC LIMIT 1) a ON true
 WHERE p.active AND 'customer' = ANY(p.roles) AND (p.code ILIKE %(like)s OR p.name ILIKE %(like)s) ORDER BY p.code LIMIT 12
"""
ITEMS_LIKE = """
SELECT i.sku, i.name || coalesce(', ' || trim_scale(i.price) || ' ' || i.currency, '') || ', ' || coalesce(k.kits, s.free, 0) || ' free' || CASE WHEN EXISTS (SELECT 1 FROM inventory_dropship d WHERE d.item_id = i.id AND d.from_on <= %(today)s::date AND coalesce(d.until_on >= %(today)s::date, true)) THEN ', drop-shipped' ELSE '' END FROM (
  SELECT * FROM catalogue_item i WHERE i.retired_on IS NULL AND (i.sku ILIKE %(like)s OR i.name ILIKE %(like)s) ORDER BY i.sku LIMIT 12) i
  LEFT JOIN LATERAL (
    SELECT min(coalesce(f.free, 0) / c.quantity) AS kits FROM catalogue_component c LEFT JOIN LATERAL (SELECT sum(on_hand - reserved)::bigint AS free FROM inventory_stock x JOIN network_site n ON n.id = x.site_id AND n.supplier = '' WHERE x.item_id = c.item_id) f ON true
     WHERE c.kit_id = i.id AND c.from_on = (SELECT max(d.from_on) FROM catalogue_component d WHERE d.kit_id = i.id AND d.from_on <= %(today)s::date)) k ON true
  LEFT JOIN LATERAL (SELECT sum(on_hand - reserved) AS free FROM inventory_stock x JOIN network_site n ON n.id = x.site_id AND n.supplier = '' WHERE x.item_id = i.id) s ON true
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
    """A dozen items on sale whose SKU or name has what was typed: SKU, and name with price and free stock. Of a kit
    so many are free as its components make."""
    return rows(as_tuple, ITEMS_LIKE, like=f"%{q[:80]}%", today=clock.now().date())


def ship_tos(customer: str) -> list[tuple[str, str]]:
    """The places of a customer by code, each in its latest version."""
    return rows(as_tuple, SHIP_TOS, customer=customer)
