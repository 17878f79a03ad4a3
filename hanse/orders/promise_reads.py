"""A promise before there is an order: where its units would come from, when they arrive, what it costs, and why.

Worked out by the rules that placing goes by, from the same facts, without a lock: nothing is reserved and nothing is kept. Its mark
goes with the order (`Place.expect`), and the answer says what is otherwise by then.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hanse.journal.asking import rows
from hanse.journal.events import FreeForm
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple, row
from hanse.network.calendar import Calendar
from hanse.network.offers import OFFERS, Destination, Offer, asked, offer
from hanse.network.rating import Load
from hanse.network.shopping import Trip, choose, found

from . import kits
from .atp import cumulative, discrete, in_parts, whole_in
from .events import AllocatedUnits, OrderPlaced, UnitsAllocated, WaitingUnits
from .expecting import line_day, mark, order_day, sources_of
from .pegging import Supply, share
from .place import Known, Place, decide, known_of
from .promising import arrival
from .reserving import FREE, SITES, OpenLine, Plan, SiteFact, Want, days_more, lanes_to, on_offer, planned, way_to
from .sourcing import Candidate, fewest_splits, own_first


@dataclass(frozen=True, slots=True)
class PromisedPart:
    """Units of a line from one source: a site's stock, or a dated supply of it. They are ready on a day, leave by a cut-off and arrive.

    Without a site they wait: nothing is on its way that is not spoken for. `lead_days` are those a supplier needs before he ships for us.
    """

    units: int
    site: str
    supply: str
    ready_on: date | None
    lead_days: int
    leaves_at: datetime | None
    transit_days: int | None
    arrives_on: date | None


@dataclass(frozen=True, slots=True)
class PromisedLine:
    """A line with its day, and its parts; components of kits are lines that name the position of their kit."""

    position: int
    sku: str
    quantity: int
    kit: int | None
    promised_on: date | None
    parts: list[PromisedPart]


@dataclass(frozen=True, slots=True)
class OfferedWay:
    """A lane that leads there: who goes, when goods that leave now arrive, what a parcel costs. The one that is `taken` counts for its site; `out` says why a site supplies nothing."""

    site: str
    carrier: str
    transit_days: int
    transit_on: list[int]
    leaves_at: datetime
    arrives_on: date
    cost: Decimal
    currency: str
    taken: bool
    out: str


@dataclass(frozen=True, slots=True)
class AvailableOn:
    """What of an item can be promised on a day: the units that come then and are not spoken for, and all that can be promised by then."""

    on: date
    discrete: int
    units: int


@dataclass(frozen=True, slots=True)
class Material:
    """An item with what can be promised of it over time, the day all wanted units are there, and the parts in which they come."""

    sku: str
    wanted: int
    available: list[AvailableOn]
    whole_on: date | None
    parts: list[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class PromisedService:
    """A carrier's service for what a site supplies: when it leaves and arrives, what it costs by the weights and sizes of the items, and how likely it keeps
    the promise (of so many past parcels; without any the planned days decide). The cheapest that keeps it is marked; `out` says why one takes nothing,
    `note` what its price takes for granted of the address.
    """

    site: str
    carrier: str
    service: str
    name: str
    leaves_at: datetime | None
    arrives_on: date | None
    price: Decimal | None
    currency: str
    probability: Decimal | None
    parcels: int
    keeps: bool
    cheapest: bool
    out: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """What placing an order now would promise. Nothing is reserved; `mark` is for `expect` of the order."""

    customer: str
    currency: str
    net: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    requested_on: date | None
    promised_on: date | None
    receives_on: list[int]
    lines: list[PromisedLine]
    ways: list[OfferedWay]
    material: list[Material]
    why: FreeForm
    mark: str
    services: list[PromisedService] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class To:
    """Where an order goes."""

    country: str
    region: str
    postcode: str
    latitude: Decimal | None
    longitude: Decimal | None
    receives_on: Sequence[int]
    home: bool | None


@dataclass(frozen=True, slots=True)
class Coming:
    """Supply on its way to a site: how much of it may be promised at all, and how much is."""

    inbound: int
    ref: str
    item: int
    site: int
    due_on: date
    units: int
    pegged: int


@row
class Goods:
    """What a unit of an item weighs and how large it is; 0 where a size is not known."""

    sku: str
    weight_g: int | None
    volume_mm3: int
    longest_mm: int


GOODS = """
SELECT sku, weight_g, coalesce(length_mm::bigint * width_mm * height_mm, 0)::bigint, coalesce(greatest(length_mm, width_mm, height_mm), 0)
  FROM catalogue_item WHERE id = ANY(%(items)s::bigint[])
"""
ADDRESS = """
SELECT a.country, a.region, a.postcode, a.latitude, a.longitude, p.receives_on, a.home FROM partners_address a JOIN partners_party p ON p.id = a.party_id WHERE a.id = %(address)s
"""
RECEIVER = "SELECT receives_on FROM partners_party WHERE id = %(party)s"
COMING = """
SELECT i.id, i.ref, i.item_id, i.site_id, i.due_on, greatest(i.quantity - i.received - (i.quantity * i.safety_share + 99) / 100, 0)::bigint, coalesce(p.pegged, 0)::bigint
  FROM inventory_inbound i LEFT JOIN LATERAL (SELECT sum(quantity) AS pegged FROM orders_peg p WHERE p.inbound_id = i.id) p ON true
 WHERE i.item_id = ANY(%(items)s::bigint[]) AND i.received < i.quantity ORDER BY i.id
"""
CARRIERS = "SELECT site_id, region, carrier, currency FROM network_lane WHERE country = %(country)s"


def promise(order: Place, now: datetime) -> Promise | Refused:
    """What placing this order now would promise, or why it could not be placed."""
    order = replace(order, reserve="at_once")
    known = known_of(rows, [order], now, lambda orders, lines: (range(1, orders + 1), range(1, lines + 1)))
    [placed] = decide([order], known)
    if isinstance(placed, Refused):
        return placed
    to = _to(order, known)
    lines = _lines(order, placed, known, to)
    items = sorted({line.item for line in lines})
    sites = rows(SiteFact, SITES, countries=[to.country], now=now)
    stock = rows(as_tuple, FREE, items=items, now=now)
    coming = rows(Coming, COMING, items=items)
    carriers = {(site, region): who for site, region, *who in rows(as_tuple, CARRIERS, country=to.country)}
    promised = foreseen(order, placed, lines, sites, stock, coming, carriers, now)
    return replace(promised, services=_services(promised, to, lines, sites, now))


def _services(promised: Promise, to: To, lines: Sequence[OpenLine], sites: Sequence[SiteFact], now: datetime) -> list[PromisedService]:
    """The services that are sold from each site of the plan to where the order goes."""
    parts: dict[str, list[tuple[str, PromisedPart]]] = defaultdict(list)
    for line in promised.lines:
        for part in line.parts:
            if part.leaves_at is not None:
                parts[part.site].append((line.sku, part))
    at = [s for s in lanes_to(lines[0], sites).values() if s.code in parts and not s.supplier] if parts else []
    if not at:
        return []
    offers = rows(offer, OFFERS, **asked([Destination(s.code, to.country, to.region, to.postcode, calendar_of(s).today(now)) for s in at]))
    if not offers:
        return []
    goods = {g.sku: g for g in rows(Goods, GOODS, items=sorted({line.item for line in lines}))}
    return [told for n, s in enumerate(at) for told in services_at(s, parts[s.code], promised.promised_on, to, [o for o in offers if o.n == n], goods, now)]


def services_at(
    site: SiteFact, parts: Sequence[tuple[str, PromisedPart]], by: date | None, to: To, offers: Sequence[Offer], goods: Mapping[str, "Goods"], now: datetime
) -> list[PromisedService]:
    """What each service makes of the units that a site supplies, once the last of them are ready. Pure."""
    if unknown := sorted({sku for sku, _ in parts if goods[sku].weight_g is None}):
        out = f"the weight of {', '.join(unknown)} is not known"
        return [PromisedService(site.code, o.carrier, o.service, o.name, None, None, None, o.tariff.currency, None, 0, False, False, out) for o in offers]
    supplied = [(goods[sku], part.units) for sku, part in parts]
    load = Load(sum((g.weight_g or 0) * n for g, n in supplied), sum(g.volume_mm3 * n for g, n in supplied), max(g.longest_mm for g, _ in supplied))
    zone = ZoneInfo(site.zone)
    ready = max([now, *(datetime.combine(part.ready_on, time(0), zone) for _, part in parts if part.ready_on)])
    trip = Trip(calendar_of(site), site.cut_off, ready, to.country, to.region, to.postcode, tuple(to.receives_on), by, "", max(part.lead_days for _, part in parts), to.home)
    candidates = found(trip, offers, load)
    best = choose(candidates)
    return [
        PromisedService(site.code, f.carrier, f.service, f.name, f.leaves_at, f.arrives_on, None if f.out else f.total, f.currency, f.probability, f.parcels, f.keeps, f is best and f.keeps,
                        f.out, f.note)
        for f in candidates]


def calendar_of(site: SiteFact) -> Calendar:
    """The calendar by which a site works."""
    return Calendar(site.country, site.region, tuple(site.workdays), site.zone)


def _to(order: Place, known: Known) -> To:
    customer = known.customers[order.customer].id
    if isinstance(order.ship_to, str):
        address, _ = known.addresses[customer, order.ship_to or "main"]
        return rows(To, ADDRESS, address=address)[0]
    [(receives_on,)] = rows(as_tuple, RECEIVER, party=customer)
    given = order.ship_to
    return To(given.country, given.region, given.postcode, given.latitude, given.longitude, receives_on, given.home)


def _lines(order: Place, placed: OrderPlaced, known: Known, to: To) -> list[OpenLine]:
    """The lines as reserving would see them."""
    items = known.parts | {sku: item.id for sku, item in known.items.items()}
    priority = known.customers[order.customer].priority if order.priority is None else order.priority
    return [
        OpenLine(
            line.line, 1, items[line.sku], line.sku, line.quantity, priority, placed.at, to.country, to.region, to.latitude, to.longitude,
            order.lines[(line.kit or line.position) - 1].promised_on or order.promised_on, None, to.receives_on, line.kit)
        for line in placed.lines]


def foreseen(
    order: Place, placed: OrderPlaced, lines: Sequence[OpenLine], sites: Sequence[SiteFact], stock: Sequence[tuple[int, int, int, int | None]],
    coming: Sequence[Coming], carriers: Mapping[tuple[int, str], Sequence[str]], now: datetime,
) -> Promise:  # fmt: skip
    """The promise by the facts, as placing would find it. Pure."""
    free, leads = on_offer(stock, sites)
    by_line, at = {x.line: x for x in lines}, lines[0]
    members = [kits.Member(line.line, 1, line.kit, line.per_kit, 0) for line in placed.lines if line.kit is not None]
    before = dict(free)
    wants = [Want(x.line, x.open) for x in lines]
    [(plan, ways)] = planned(now, wants, by_line, sites, free, own_first(fewest_splits), {1: members} if members else {}, leads).values()
    got: dict[int, int] = defaultdict(int)
    for t in plan.taken:
        got[t.line] += t.quantity
    rest = {x.line: x.open - got[x.line] for x in lines if x.open > got[x.line]}
    waiting, pegs = share(rest, by_line, [Supply(c.inbound, c.ref, c.item, c.due_on, c.units - c.pegged) for c in coming])
    more = days_more({x.item for x in lines}, leads)
    parts = _parts(plan, ways, rest, pegs, coming, lanes_to(at, sites), at, more, now)
    arrivals = {line: [p.arrives_on for p in found] for line, found in parts.items()}
    units = tuple(AllocatedUnits(0, t.line, by_line[t.line].sku, ways[t.site].code, t.quantity, ways[t.site].arrives_on) for t in plan.taken)
    told: Sequence[WaitingUnits] = waiting.get(1, ())
    sources = sources_of([UnitsAllocated(placed.order, units, tuple(told), plan.why)])
    on = order_day(order, placed, arrivals, now.date())
    return Promise(
        placed.customer, placed.currency, placed.net, placed.freight, placed.tax, placed.total, order.requested_on, on, list(at.receives_on),
        [PromisedLine(x.position, x.sku, x.quantity, x.kit, line_day(by_line[x.line].promised_on, arrivals[x.line], now.date()), parts[x.line]) for x in placed.lines],
        _offered(at, sites, plan, ways, carriers, more, now), _material(lines, before, ways, coming, now), plan.why, mark(on, placed, sources))


def _parts(
    plan: Plan, ways: Mapping[int, Candidate], rest: Mapping[int, int], pegs: Sequence[Any], coming: Sequence[Coming], best: Mapping[int, SiteFact], at: OpenLine,
    more: Mapping[int, int], now: datetime,
) -> dict[int, list[PromisedPart]]:  # fmt: skip
    """The parts of each line: from stock, from dated supply, and what has neither."""
    found: dict[int, list[PromisedPart]] = defaultdict(list)
    for t in plan.taken:
        found[t.line].append(_part(t.quantity, best[t.site], "", now, at, more.get(t.site, 0), now))
    supplies, left = {c.inbound: c for c in coming}, dict(rest)
    for peg in pegs:
        supply = supplies[peg.inbound]
        left[peg.line] -= peg.quantity
        if supply.site in best:
            site = best[supply.site]
            due = max(now, datetime.combine(supply.due_on, time(0), ZoneInfo(site.zone)))
            found[peg.line].append(_part(peg.quantity, site, supply.ref, due, at, 0, now))
        else:
            found[peg.line].append(PromisedPart(peg.quantity, "", supply.ref, supply.due_on, 0, None, None, None))
    for line, units in left.items():
        if units:
            found[line].append(PromisedPart(units, "", "", None, 0, None, None, None))
    return found


def _part(units: int, site: SiteFact, supply: str, ready: datetime, at: OpenLine, lead_days: int, now: datetime) -> PromisedPart:
    way = arrival(site, way_to(at, site), ready, lead_days)
    return PromisedPart(units, site.code, supply, ready.astimezone(ZoneInfo(site.zone)).date(), lead_days, way.leaves_at, site.days, way.arrives_on)


def _offered(
    at: OpenLine, sites: Sequence[SiteFact], plan: Plan, ways: Mapping[int, Candidate], carriers: Mapping[tuple[int, str], Sequence[str]], more: Mapping[int, int], now: datetime,
) -> list[OfferedWay]:  # fmt: skip
    """All lanes that lead there, the soonest and then the cheapest first."""
    best, out = lanes_to(at, sites), {code: out for code, *_, out in plan.why["candidates"]}
    offered = []
    for s in sites:
        if s.days is not None and s.to_region in ("", at.region):
            carrier, currency = carriers[s.site, s.to_region]
            way = arrival(s, way_to(at, s), now, more.get(s.site, 0))
            offered.append(OfferedWay(
                s.code, carrier, s.days, list(s.transit_on), way.leaves_at, way.arrives_on, s.cost or Decimal(0), currency, best[s.site] is s,
                out[s.code] if best[s.site] is s else "the lane of the region counts"))
    return sorted(offered, key=lambda way: (way.arrives_on, way.cost, way.site))


def _material(lines: Sequence[OpenLine], free: Mapping[tuple[int, int], int], ways: Mapping[int, Candidate], coming: Sequence[Coming], now: datetime) -> list[Material]:
    """What can be promised of each item over time at the sites that have a way there: today what is free, then with each supply."""
    wanted: dict[tuple[int, str], int] = defaultdict(int)
    for x in lines:
        wanted[x.item, x.sku] += x.open
    told = []
    for (item, sku), units in wanted.items():
        today = now.date()
        supply = [c for c in coming if c.item == item and c.site in ways and not ways[c.site].out]
        days = sorted({today, *(max(c.due_on, today) for c in supply)})
        on_hand = sum(n for (of, site), n in free.items() if of == item and site in ways and not ways[site].out)
        arrives = [sum(c.units for c in supply if max(c.due_on, today) == day) for day in days]
        spoken_for = [sum(c.pegged for c in supply if max(c.due_on, today) == day) for day in days]
        arrives[0] += on_hand
        by_then = cumulative(arrives, spoken_for)
        whole = whole_in(by_then, units)
        told.append(Material(
            sku, units, [AvailableOn(*each) for each in zip(days, discrete(arrives, spoken_for), by_then, strict=True)],
            None if whole is None else days[whole], [(days[t], n) for t, n in in_parts(by_then, units)]))
    return told
