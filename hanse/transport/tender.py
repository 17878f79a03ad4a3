"""Tender: offer a load to the first carrier of its lane's routing guide. Declined or not answered in time, it goes to the next by itself.

A load has a number of its own, or hanse gives it one (`L-…`). It is planned for orders, or what is on a bill of lading; site and lane
are then those of the bill. It goes by the guide that holds today, and by that version to its end.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Instant, Short, Text, ask
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import TenderSent
from .keep_routing_guide import lane_said
from .waterfall import Entry, Offer, next_of, send

_NAME = re.compile(r"(?=.*[0-9])[A-Za-z0-9._-]{1,80}", re.ASCII)


@ask
class Tender:
    """A load to be fetched within a window: of a bill of lading, or from a site to a country, with the orders that ride on it."""

    pickup_from: Instant
    pickup_until: Instant
    bill: Short = ""
    site: Short = ""
    country: Short = ""
    region: Short = ""
    load: Short = ""
    orders: Annotated[tuple[Code, ...], MaxLen(500)] = ()
    packages: Annotated[int, Ge(1), Le(10**6)] | None = None
    weight_g: Annotated[int, Ge(1), Le(10**11)] | None = None
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of lading as a load: its site and lane, its orders, packages and weight."""

    number: str
    id: int
    site: int
    site_code: str
    country: str
    region: str
    orders: list[int]
    packages: int
    weight_g: int | None
    loaded: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known: bills, sites, which loads and orders there are, and the guides of today by site, country and region."""

    bills: Mapping[str, Bill]
    sites: Mapping[str, int]
    loads: Collection[str]
    orders: Collection[int]
    guides: Mapping[tuple[int, str, str], tuple[date, Sequence[Entry]]]


@dataclass(frozen=True, slots=True)
class Tendered:
    """An accepted load with its first carrier."""

    id: int
    number: str
    ask: Tender
    site: int
    country: str
    region: str
    bill: int | None
    orders: tuple[int, ...]
    packages: int | None
    weight_g: int | None
    guide_on: date
    first: Entry


def decide(asks: Sequence[Tender], known: Known, numbers: Sequence[int], now: datetime) -> list[Tendered | Refused]:
    """Tender each load whose lane has a routing guide; of a bill, once."""
    answers: list[Tendered | Refused] = []
    taken, on_loads = set(known.loads), {b.number for b in known.bills.values() if b.loaded}
    for ask, id in zip(asks, numbers, strict=True):
        told = _decide(ask, known, id, taken, on_loads, now)
        if isinstance(told, Tendered):
            taken.add(told.number)
            on_loads |= {ask.bill} - {""}
        answers.append(told)
    return answers


def _decide(ask: Tender, known: Known, id: int, taken: Collection[str], on_loads: Collection[str], now: datetime) -> Tendered | Refused:
    number, bill = ask.load or f"L-{id}", known.bills.get(ask.bill)
    orders = tuple(bill.orders) if bill else tuple(dict.fromkeys(order_id(n) for n in ask.orders))
    if wrong := _wrong(ask, known, number, bill, taken, on_loads, now):
        return refuse_all(wrong)
    site, code, country, region = (bill.site, bill.site_code, bill.country, bill.region) if bill else (known.sites[ask.site], ask.site, ask.country, ask.region)
    own, whole = known.guides.get((site, country, region)), known.guides.get((site, country, ""))
    guide, held = (own, region) if own else (whole, "")
    first = next_of(guide[1], 0) if guide else None
    if guide is None or first is None:
        return refuse("guide-missing", at="country", lane=lane_said(code, country, region))
    packages = ask.packages or (bill.packages if bill else None)
    return Tendered(id, number, ask, site, country, held, bill.id if bill else None, orders, packages, ask.weight_g or (bill.weight_g if bill else None), guide[0], first)


def _wrong(ask: Tender, known: Known, number: str, bill: Bill | None, taken: Collection[str], on_loads: Collection[str], now: datetime) -> list[Refused]:
    wrong = [refuse("load-used", at="load", load=number)] if number in taken else []
    if ask.load and not _NAME.fullmatch(ask.load):
        wrong.append(refuse("values-refused", at="load", why="A load number has letters, digits, dots, dashes and underscores, and one digit at least."))
    if ask.bill and bill is None:
        wrong.append(refuse("bill-unknown", at="bill", bill=ask.bill))
    elif ask.bill and ask.bill in on_loads:
        wrong.append(refuse("bill-tendered", at="bill", bill=ask.bill))
    if ask.bill and (ask.site or ask.country or ask.region or ask.orders):
        wrong.append(refuse("values-refused", at="bill", why="A bill of lading says site, lane and orders itself: name the bill, or those."))
    if not ask.bill and ask.site not in known.sites:
        wrong.append(refuse("site-unknown", at="site", site=ask.site))
    if not ask.bill and not ask.country:
        wrong.append(refuse("values-refused", at="country", why="Name the country that the load goes to, such as DE."))
    wrong += [refuse("order-unknown", at=f"orders/{n}", order=o) for n, o in enumerate(ask.orders) if order_id(o) not in known.orders]
    if ask.pickup_until <= ask.pickup_from:
        wrong.append(refuse("values-refused", at="pickup_until", why="The window to fetch it ends after it begins."))
    elif ask.pickup_until <= now:
        wrong.append(refuse("values-refused", at="pickup_until", why="The window to fetch it has passed."))
    return wrong


LOCK = "SELECT id FROM transport_bill WHERE number = ANY(%(bill)s::text[]) ORDER BY id FOR NO KEY UPDATE"
BILLS = """
SELECT b.number, b.id, b.site_id, n.code, a.country, a.region, ARRAY(SELECT DISTINCT s.order_id FROM transport_shipment s WHERE s.bill_id = b.id ORDER BY 1),
       greatest(1, (SELECT count(*) FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id AND p.rides_with_id IS NULL WHERE s.bill_id = b.id))::int,
       (SELECT nullif(sum(coalesce(c.weight_g, c.expected_g)), 0)::bigint FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id AND p.rides_with_id IS NULL
          JOIN fulfilment_carton c ON c.id = p.carton_id WHERE s.bill_id = b.id),
       EXISTS (SELECT FROM transport_load l WHERE l.bill_id = b.id AND l.state <> 'cancelled')
  FROM transport_bill b JOIN network_site n ON n.id = b.site_id JOIN partners_address a ON a.id = b.address_id WHERE b.number = ANY(%(bill)s::text[])
"""
SITES = "SELECT code, id FROM network_site WHERE code = ANY(%(site)s::text[])"
LOADS = "SELECT number FROM transport_load WHERE number = ANY(%(numbers)s::text[])"
ORDERS = "SELECT id FROM orders_order WHERE id = ANY(%(ids)s::bigint[])"
GUIDES = """
SELECT e.site_id, e.country, e.region, e.from_on, e.rank, e.carrier_id, c.code, e.rate, e.currency, e.answer_minutes
  FROM transport_guideentry e JOIN transport_carrier c ON c.id = e.carrier_id
 WHERE e.site_id = ANY(%(sites)s::bigint[]) AND e.country = ANY(%(countries)s::text[])
   AND e.from_on = (SELECT max(x.from_on) FROM transport_guideentry x
                     WHERE x.site_id = e.site_id AND x.country = e.country AND x.region = e.region AND x.from_on <= %(now)s::date)
"""
OPEN = """
INSERT INTO transport_load (id, number, site_id, country, region, bill_id, orders, packages, weight_g, pickup_from, pickup_until, note, guide_on, tendered_at, actor)
SELECT l.id, l.number, l.site, l.country, l.region, l.bill, ARRAY(SELECT unnest(string_to_array(l.orders, ' ')::bigint[])), l.packages, l.weight_g, l.pickup_from, l.pickup_until,
       l.note, l.guide_on, %(now)s::timestamptz, l.actor
  FROM unnest(%(id)s::bigint[], %(number)s::text[], %(site)s::bigint[], %(country)s::text[], %(region)s::text[], %(bill)s::bigint[], %(on)s::text[], %(packages)s::int[],
              %(weight_g)s::bigint[], %(pickup_from)s::timestamptz[], %(pickup_until)s::timestamptz[], %(note)s::text[], %(guide_on)s::date[], %(by)s::text[])
    AS l(id, number, site, country, region, bill, orders, packages, weight_g, pickup_from, pickup_until, note, guide_on, actor)
"""


@operation
@draws(lambda asks: {"transport_load_id_seq": len(asks)})
def tender(run: Run, asks: Sequence[Tender]) -> list[TenderSent | Refused]:
    """Offer loads to the first carriers of their routing guides."""
    numbers = run.draw("transport_load_id_seq", len(asks))
    known = _known(run, asks, numbers)
    decided = decide(asks, known, numbers, run.now)
    tendered = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Tendered)]
    if not tendered:
        return [d for d in decided if isinstance(d, Refused)]
    loads = [d for d, _ in tendered]
    run.write(
        OPEN, loads, on=[" ".join(map(str, d.orders)) for d in loads], by=[actor for _, actor in tendered], pickup_from=[d.ask.pickup_from for d in loads],
        pickup_until=[d.ask.pickup_until for d in loads], note=[d.ask.note for d in loads],
    )
    told = iter(send(run, [(Offer(d.id, d.number, 0), d.first) for d in loads]))
    return [next(told) if isinstance(d, Tendered) else d for d in decided]


def _known(run: Run, asks: Sequence[Tender], numbers: Sequence[int]) -> Known:
    bills: dict[str, Bill] = {}
    if any(a.bill for a in asks):
        run.lock(LOCK, asks)
        bills = {b.number: b for b in run.rows(Bill, BILLS, asks)}
    sites = dict(run.rows(as_tuple, SITES, asks))
    loads = {n for (n,) in run.rows(as_tuple, LOADS, numbers=[a.load or f"L-{n}" for a, n in zip(asks, numbers, strict=True)])}
    orders = {o for (o,) in run.rows(as_tuple, ORDERS, ids=sorted({order_id(o) for a in asks for o in a.orders}))} if any(a.orders for a in asks) else set()
    where = {(b.site, b.country) for b in bills.values()} | {(sites[a.site], a.country) for a in asks if a.site in sites}
    found: dict[tuple[int, str, str], tuple[date, list[Entry]]] = {}
    for site, country, region, from_on, *entry in run.rows(as_tuple, GUIDES, sites=sorted({s for s, _ in where}), countries=sorted({c for _, c in where})):
        found.setdefault((site, country, region), (from_on, []))[1].append(Entry(0, *entry))
    return Known(bills, sites, loads, orders, found)
