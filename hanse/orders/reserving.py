"""Reserving: find sites for open units and reserve there. The set function behind place, allocate, pick and change.

Orders are locked by the caller; stock rows are locked here in the order of (item, site). What no site can
supply stays open on the line, pegged to inbound supply where there is some. Kits get their components together,
as many as make whole ones.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hanse.inventory import ledger
from hanse.journal.run import Run
from hanse.kernel.rows import as_tuple, row
from hanse.network.calendar import Way

from . import counters, kits, pegging
from .closing import MAY_BE_SHORT, close_rest
from .events import AllocatedUnits, PromiseMoved, UnitsAllocated, WaitingUnits
from .promises import move_promises, promise_first
from .promising import arrival, kilometres, settled
from .sourcing import Candidate, Plan, Policy, Wanted, fewest_splits, own_first


@row
class Want:
    """Find a site for so many open units of a line, but not at the sites named."""

    line: int
    quantity: int
    not_from: tuple[int, ...] = ()


@row
class OpenLine:
    """A line that wants units, with what its order says about where and when."""

    line: int
    order: int
    item: int
    sku: str
    open: int
    priority: int
    placed_at: datetime
    country: str
    region: str
    latitude: Decimal | None
    longitude: Decimal | None
    promised_on: date | None
    kept_on: date | None
    receives_on: Sequence[int] = ()
    kit: int | None = None
    drawn: int = 0
    closes: int = 0
    over: bool = False


@dataclass(frozen=True, slots=True)
class SiteFact:
    """A site with its lane to one destination (days None: there is none)."""

    site: int
    code: str
    zone: str
    country: str
    region: str
    workdays: list[int]
    cut_off: time
    priority: int
    latitude: Decimal | None
    longitude: Decimal | None
    to_country: str
    to_region: str
    days: int | None
    cost: Decimal | None
    supplier: bool = False
    transit_on: Sequence[int] = ()


ALLOCATIONS = "orders_allocation_id_seq"
LINES = f"""
SELECT l.id, l.order_id, l.item_id, i.sku, l.ordered - l.cancelled - l.reserved + l.freed, o.priority, o.placed_at,
       a.country, a.region, a.latitude, a.longitude, l.promised_on, kept.promised_on, receiver.receives_on, l.kit, nextval('orders_allocation_id_seq'),
       {MAY_BE_SHORT}, l.over_of_id IS NOT NULL
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id
  JOIN catalogue_item i ON i.id = l.item_id JOIN partners_address a ON a.id = o.ship_to_id
  JOIN partners_party receiver ON receiver.id = a.party_id
  LEFT JOIN LATERAL (SELECT max(promised_on) AS promised_on FROM orders_allocation k
                      WHERE l.reserved > l.freed AND k.order_id = l.order_id AND k.line_id = l.id AND k.reserved > k.freed) kept ON true
"""
NAMED = LINES + " WHERE l.id = ANY(%(line)s::bigint[])"
OPEN = LINES + " WHERE l.order_id = ANY(%(order)s::bigint[]) AND l.ordered > l.cancelled + l.reserved - l.freed ORDER BY l.id"
FREE = """
SELECT s.item_id, s.site_id, s.on_hand - s.reserved, d.lead_days FROM inventory_stock s
  LEFT JOIN LATERAL (
    SELECT CASE WHEN d.until_on IS NULL OR d.until_on >= %(now)s::date THEN d.lead_days END AS lead_days
      FROM inventory_dropship d WHERE d.item_id = s.item_id AND d.site_id = s.site_id AND d.from_on <= %(now)s::date
     ORDER BY d.from_on DESC LIMIT 1) d ON true
 WHERE s.item_id = ANY(%(items)s::bigint[]) AND s.on_hand > s.reserved
 ORDER BY s.item_id, s.site_id
"""
"""Free units by item and site; of what a supplier ships for us with his lead days, none where he does so no more."""
STOCK = FREE + " FOR UPDATE OF s"
LEARNED = """LEFT JOIN LATERAL (
    SELECT t.days FROM network_learnedtransit t WHERE t.site_id = l.site_id AND t.country = l.country AND t.region = l.region AND t.carrier = l.carrier
       AND t.service = '' AND t.from_on <= %(now)s::date ORDER BY t.from_on DESC LIMIT 1) learned ON true"""
"""What somebody approved of a lane `l` for promises of now: a part of the questions for ways."""
SITES = f"""
SELECT s.id, s.code, s.zone, s.country, s.region, s.workdays, s.cut_off, s.priority, s.latitude, s.longitude,
       coalesce(l.country, ''), coalesce(l.region, ''), coalesce(learned.days, l.days), l.cost, s.supplier <> '', coalesce(l.transit_on, '{{}}')
  FROM network_site s LEFT JOIN network_lane l ON l.site_id = s.id AND l.country = ANY(%(countries)s::text[])
  {LEARNED}
 WHERE s.active ORDER BY s.id, l.id
"""


def open_lines(run: Run, orders: Sequence[int]) -> list[OpenLine]:
    """The lines of these orders, which the caller has locked, that have units without a site."""
    return _numbered(run, run.rows(OpenLine, OPEN, order=orders))


def _numbered(run: Run, lines: list[OpenLine]) -> list[OpenLine]:
    """Mostly one site supplies a line, so each comes with the number of an allocation."""
    run.take_in(ALLOCATIONS, [line.drawn for line in lines])
    return lines


def reserve_lines(run: Run, wants: Sequence[Want], known: Sequence[OpenLine] = (), policy: Policy = fewest_splits, tell: bool = True) -> list[UnitsAllocated]:
    """Reserve what sites can supply of the wanted units; the rest waits. One fact per order, in order of queue.

    The queue is priority, then promise, then age: who comes first takes first. `known` are the lines where the caller
    has them already. The facts are journalled here unless they are the caller's answers.
    """
    if not wants:
        return []
    lines = {row.line: row for row in known or _named(run, wants)}
    return _reserve(run, wants, lines, policy, tell)


def reserve_again(run: Run, lost: Mapping[int, int]) -> list[UnitsAllocated]:
    """Reserve other units for those that lines lost on the floor; of what is found nowhere the terms may close so much, the rest waits."""
    if not lost:
        return []
    wants = [Want(line, n) for line, n in lost.items()]
    return _reserve(run, wants, {row.line: row for row in _named(run, wants)}, closing=True)


def _named(run: Run, wants: Sequence[Want]) -> list[OpenLine]:
    return _numbered(run, run.rows(OpenLine, NAMED, wants))


def _reserve(run: Run, wants: Sequence[Want], lines: Mapping[int, OpenLine], policy: Policy = fewest_splits, tell: bool = True, closing: bool = False) -> list[UnitsAllocated]:
    stock = run.rows(as_tuple, STOCK, items=sorted({x.item for x in lines.values()}))
    sites = run.rows(SiteFact, SITES, countries=sorted({x.country for x in lines.values()}))
    free, leads = on_offer(stock, sites)
    of_kits = sorted({x.order for x in lines.values() if x.kit is not None})
    members: dict[int, list[kits.Member]] = defaultdict(list)
    for member in run.rows(kits.Member, kits.MEMBERS, order=of_kits) if of_kits else ():
        members[member.order].append(member)
    plans = planned(run.now, [w for w in wants if not lines[w.line].over], lines, sites, free, own_first(policy), members, leads)
    made = _allocations(run, plans, lines, {s.site: s for s in sites})
    counters.allocate(run, [m for ms in made.values() for m in ms])
    move_promises(run, _moved(made, lines))
    ledger.reserve(run, [ledger.Reserve(m.item, m.site, m.quantity) for ms in made.values() for m in ms])
    rest = _rest(wants, lines, made)
    waiting = pegging.peg(run, close_rest(run, rest, lines) if closing else rest, lines)
    _promise_waiting(run, waiting, lines, sites)
    codes = {s.site: s.code for s in sites}
    told = [_fact(order, plan, made.get(order, []), waiting.get(order, ()), lines, codes) for order, (plan, _) in plans.items()]
    if closing:
        told = [fact for fact in told if fact.units or fact.waiting]
    if tell:
        run.tell(told)
    return told


PEGS = """
SELECT p.line_id, i.site_id, i.due_on FROM orders_peg p JOIN inventory_inbound i ON i.id = p.inbound_id
 WHERE p.line_id = ANY(%(lines)s::bigint[]) AND p.quantity > 0 ORDER BY p.line_id, p.id
"""


def expected(run: Run, waiting: Collection[int], lines: Mapping[int, OpenLine], sites: Sequence[SiteFact]) -> dict[int, date]:
    """The day the last of the units that wait for supply reaches the customer, by line; lines that wait for none are left out."""
    found: dict[int, date] = {}
    ways: dict[tuple, Mapping[int, date | None]] = {}
    for line, site, due_on in run.rows(as_tuple, PEGS, lines=list(waiting)) if waiting else ():
        at = lines[line]
        where = (at.country, at.region, tuple(at.receives_on), due_on)
        if where not in ways:
            ways[where] = ready_ways(at, sites, due_on, run.now)
        if day := ways[where].get(site):
            found[line] = max(day, found.get(line, day))
    return found


def ready_ways(line: OpenLine, sites: Sequence[SiteFact], due_on: date, now: datetime) -> Mapping[int, date | None]:
    """When goods arrive that reach a site on this day, or today where that has passed. Pure."""
    ready = {s.site: max(now, datetime.combine(due_on, time(0), ZoneInfo(s.zone))) for s in sites}
    return {way.site: way.arrives_on for site, at in ready.items() for way in candidates_for(line, [s for s in sites if s.site == site], at)}


def _promise_waiting(run: Run, waiting: Mapping[int, Sequence[WaitingUnits]], lines: Mapping[int, OpenLine], sites: Sequence[SiteFact]) -> None:
    """A line without a promise, all of whose units wait for dated supply, is promised the day the last of them arrives."""
    undated = {w.line for ws in waiting.values() for w in ws if not w.inbound}
    wholly = {w.line: 0 for ws in waiting.values() for w in ws if w.line not in undated and lines[w.line].promised_on is None}
    for ws in waiting.values():
        for w in ws:
            if w.line in wholly:
                wholly[w.line] += w.quantity
    pending = [line for line, units in wholly.items() if units == lines[line].open and lines[line].kept_on is None]
    promise_first(run, firsts(expected(run, pending, lines, sites), lines))


def firsts(days: Mapping[int, date], lines: Mapping[int, OpenLine]) -> list[PromiseMoved]:
    """The first promises of lines that wait for supply, each the day it reaches the customer. Pure."""
    return [PromiseMoved(f"H-{lines[line].order}", line, lines[line].sku, None, day, "its supply has a day") for line, day in days.items()]


Plans = dict[int, tuple[Plan, dict[int, Candidate]]]


def on_offer(stock: Sequence[tuple[int, int, int, int | None]], sites: Sequence[SiteFact]) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """What FREE found: free units, and the days a supplier needs first, each by item and site. Pure."""
    suppliers = {s.site for s in sites if s.supplier}
    leads = {(item, site): days for item, site, _, days in stock if site in suppliers and days is not None}
    return {(item, site): n for item, site, n, _ in stock if site not in suppliers or (item, site) in leads}, leads


def planned(now: datetime, wants: Sequence[Want], lines: Mapping[int, OpenLine], sites: Sequence[SiteFact], free: dict[tuple[int, int], int], policy: Policy, members: Mapping[int, Sequence[kits.Member]], leads: Mapping[tuple[int, int], int]) -> Plans:
    """One plan per order, in the order of the queue; later orders see what earlier ones took. Pure."""
    by_order: dict[int, list[Want]] = defaultdict(list)
    for want in wants:
        by_order[lines[want.line].order].append(want)
    ways: dict[tuple, list[Candidate]] = {}
    plans: Plans = {}
    for order, asked in sorted(by_order.items(), key=lambda entry: queue_key(lines[entry[1][0].line])):
        at = lines[asked[0].line]
        days = days_more({lines[w.line].item for w in asked}, leads)
        where = (at.country, at.region, at.latitude, at.longitude, tuple(at.receives_on), *days.items())
        if where not in ways:
            ways[where] = candidates_for(at, sites, now, days)
        barred = {site for want in asked for site in want.not_from}
        candidates = [_barred(c) if c.site in barred else c for c in ways[where]] if barred else ways[where]
        wanted = [Wanted(w.line, lines[w.line].item, min(w.quantity, lines[w.line].open)) for w in asked if lines[w.line].open > 0]
        plan = policy(wanted, candidates, free)
        if order in members:
            plan = _whole_kits(plan, wanted, candidates, free, policy, members[order])
        for t in plan.taken:
            free[t.item, t.site] -= t.quantity
        plans[order] = (plan, {c.site: c for c in candidates})
    return plans


def days_more(items: Collection[int], leads: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """How many working days each supplier needs before items leave his site: as many as the one he needs longest for."""
    days: dict[int, int] = {}
    for (item, site), lead in leads.items():
        if item in items:
            days[site] = max(lead, days.get(site, 0))
    return days


def _whole_kits(plan: Plan, wanted: Sequence[Wanted], candidates: Sequence[Candidate], free: Mapping[tuple[int, int], int], policy: Policy, members: Sequence[kits.Member]) -> Plan:
    """Plan again without what would not make whole kits, so that other lines may have it; each round one kit at least wants less."""
    while True:
        taken = Counter[int]()
        for t in plan.taken:
            taken[t.line] += t.quantity
        stays = kits.together(taken, members)
        wanted = [Wanted(w.line, w.item, min(w.quantity, stays[w.line])) if stays.get(w.line, w.quantity) < taken[w.line] else w for w in wanted]
        if all(taken[line] == units for line, units in stays.items()):
            return plan
        wanted = [w for w in wanted if w.quantity]
        plan = policy(wanted, candidates, free) if wanted else Plan([], plan.why | {"winner": [], "runner_up": ""})


def queue_key(line: OpenLine) -> tuple:
    """Who comes first: priority, then promise, then age, ties by id."""
    return (line.priority, line.promised_on or date.max, line.placed_at, line.order)


def _barred(candidate: Candidate) -> Candidate:
    return replace(candidate, out="left out: units were missing there")


def candidates_for(line: OpenLine, sites: Sequence[SiteFact], now: datetime, more: Mapping[int, int] = MappingProxyType({})) -> list[Candidate]:
    """Every site as this destination sees it, by its lane to there, with so many days `more`. Pure."""
    lanes = lanes_to(line, sites)
    return [
        Candidate(
            s.site, s.code, None if s.days is None else arrival(s, way_to(line, s), now, more.get(s.site, 0)).arrives_on, s.cost or Decimal(0),
            kilometres(s.latitude, s.longitude, line.latitude, line.longitude), s.priority,
            "" if s.days is not None else f"no lane to {line.country}", s.supplier,
        )
        for s in (lanes.get(site) or _no_lane(found) for site, found in {s.site: s for s in sites}.items())
    ]


def lanes_to(line: OpenLine, sites: Sequence[SiteFact]) -> dict[int, SiteFact]:
    """Each site with the lane that counts for a destination, its region's before its country's; sites without one are left out. Pure."""
    fit = [s for s in sites if s.days is not None and s.to_country == line.country and s.to_region in ("", line.region)]
    return {s.site: s for s in sorted(fit, key=lambda s: s.to_region != "")}


def way_to(line: OpenLine, site: SiteFact) -> Way:
    """The way of a line's goods from a site that has a lane to its destination."""
    return Way(site.days or 0, tuple(site.transit_on), tuple(line.receives_on), line.country, line.region)


def _no_lane(s: SiteFact) -> SiteFact:
    return replace(s, to_country="", to_region="", days=None, cost=None, transit_on=())


def _allocations(run: Run, plans: Plans, lines: Mapping[int, OpenLine], sites: Mapping[int, SiteFact]) -> dict[int, list[counters.Reserved]]:
    """Rows for the taken units: ids drawn, promises worked out per line (the latest of its parts)."""
    taken = [(order, t, ways[t.site]) for order, (plan, ways) in plans.items() for t in plan.taken]
    ids = run.draw(ALLOCATIONS, len(taken))
    latest: dict[int, date | None] = {}
    for _, t, way in taken:
        known = [d for d in (latest.get(t.line, lines[t.line].kept_on), way.arrives_on) if d]
        latest[t.line] = max(known, default=None)
    made: dict[int, list[counters.Reserved]] = defaultdict(list)
    today = run.now.date()
    for id, (order, t, way) in zip(ids, taken, strict=True):
        promise = settled(lines[t.line].promised_on, latest[t.line], today)
        made[order].append(counters.Reserved(id, order, t.line, t.item, t.site, t.quantity, way.arrives_on, promise))
    return made


def _moved(made: Mapping[int, Collection[counters.Reserved]], lines: Mapping[int, OpenLine]) -> list[PromiseMoved]:
    """The promises that these allocations move: made before, and not to be kept any more."""
    moved = {}
    for order, ms in made.items():
        for m in ms:
            was = lines[m.line].promised_on
            if was and m.line_promised_on != was:
                moved[m.line] = PromiseMoved(f"H-{order}", m.line, lines[m.line].sku, was, m.line_promised_on, "supply comes later")
    return list(moved.values())


def _rest(wants: Sequence[Want], lines: Mapping[int, OpenLine], made: Mapping[int, Collection[counters.Reserved]]) -> dict[int, int]:
    """Units per line that got no site."""
    got: dict[int, int] = defaultdict(int)
    for ms in made.values():
        for m in ms:
            got[m.line] += m.quantity
    return {line: lines[line].open - got[line] for line in dict.fromkeys(w.line for w in wants) if lines[line].open > got[line]}


def _fact(order: int, plan: Plan, made: Sequence[counters.Reserved], waiting: Sequence, lines: Mapping[int, OpenLine], codes: Mapping[int, str]) -> UnitsAllocated:
    units = tuple(AllocatedUnits(m.allocation, m.line, lines[m.line].sku, codes[m.site], m.quantity, m.promised_on) for m in made)
    return UnitsAllocated(f"H-{order}", units, tuple(waiting), plan.why)
