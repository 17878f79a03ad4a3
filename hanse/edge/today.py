"""Today: the counts, the cut-offs of each site, and what has gone through the house since midnight. Questions over all areas."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple
from hanse.network import calendar
from hanse.network.calendar import Calendar
from hanse.orders.reads import VIEWS

LOOKED_BACK = 20_000
"""How many tasks and cartons are looked at to count those of today; a house with more says 'or more'."""

FIGURES = f"""
SELECT (SELECT count(*) FROM fulfilment_task WHERE closed_at IS NULL),
       (SELECT count(*) FROM fulfilment_carton WHERE handed_over_at IS NULL AND opened_at IS NULL),
       (SELECT count(*) FROM orders_order o WHERE {VIEWS["to-release"]} AND o.promised_on <= %(today)s::date + 1),
       (SELECT count(*) FROM orders_order o WHERE o.open AND o.picked - o.put_back > o.packed - o.unpacked),
       (SELECT coalesce(sum(o.ordered - o.cancelled - o.reserved + o.freed), 0) FROM orders_order o WHERE o.open),
       (SELECT coalesce(sum(p.quantity), 0) FROM orders_peg p WHERE p.quantity > 0),
       (SELECT count(*) FROM transport_parcel WHERE delivered_at IS NULL),
       (SELECT count(*) FROM billing_openitem WHERE settled < amount AND owes AND invoice_id IS NOT NULL),
       (SELECT count(*) FROM billing_openitem WHERE settled < amount AND owes AND invoice_id IS NOT NULL AND due_on < %(today)s::date)
"""
TO_PACK = """
SELECT s.code, count(DISTINCT a.order_id) FROM orders_order o JOIN orders_allocation a ON a.order_id = o.id AND a.picked - a.put_back > a.packed - a.unpacked
  JOIN network_site s ON s.id = a.site_id WHERE o.open AND o.picked - o.put_back > o.packed - o.unpacked GROUP BY s.code ORDER BY 2 DESC LIMIT 3
"""
THROUGH = f"""
SELECT (SELECT count(*) FROM orders_order WHERE placed_at >= %(since)s::timestamptz),
       (SELECT count(*) FROM (SELECT released_at FROM fulfilment_task ORDER BY id DESC LIMIT {LOOKED_BACK}) t WHERE released_at >= %(since)s::timestamptz),
       (SELECT count(*) FROM (SELECT closed_at, taken FROM fulfilment_task ORDER BY id DESC LIMIT {LOOKED_BACK}) t WHERE taken > 0 AND closed_at >= %(since)s::timestamptz),
       (SELECT count(*) FROM (SELECT packed_at FROM fulfilment_carton ORDER BY id DESC LIMIT {LOOKED_BACK}) c WHERE packed_at >= %(since)s::timestamptz),
       (SELECT count(*) FROM (SELECT handed_over_at FROM fulfilment_carton ORDER BY id DESC LIMIT {LOOKED_BACK}) c WHERE handed_over_at >= %(since)s::timestamptz)
"""
WORDS = ("Orders in", "Picks released", "Picks done", "Cartons packed", "Handed over")
SHADES = ("allocated", "picked", "picked", "packed", "shipped")


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts that the tiles of all roles are made of."""

    open_tasks: int
    staged: int
    release_due: int
    to_pack: int
    waiting: int
    dated: int
    on_the_way: int
    unpaid: int
    overdue: int


def figures(today: date) -> Figures:
    [found] = rows(Figures, FIGURES, today=today)
    return found


def to_pack_by_site() -> list[tuple[str, int]]:
    """Orders that wait to be packed, of the three sites that have most."""
    return rows(as_tuple, TO_PACK)


def through(midnight: datetime) -> list[tuple[str, int, str]]:
    """What has gone through the house since midnight: (word, how many, shade)."""
    [counted] = rows(as_tuple, THROUGH, since=midnight)
    return list(zip(WORDS, counted, SHADES, strict=True))


# -- cut-offs -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """A site with one of its lanes, for receivers who take goods in on any day or for those of a place who do so on some: what leaves today arrives on one day."""

    site: int
    code: str
    name: str
    zone: str
    country: str
    region: str
    workdays: list[int]
    cut_off: time
    days: int
    transit_on: list[int]
    receives_on: list[int]
    to_country: str
    to_region: str


WAYS = """
SELECT DISTINCT s.id, s.code, s.name, s.zone, s.country, s.region, s.workdays, s.cut_off, l.days, l.transit_on, r.receives_on, r.country, r.region
  FROM network_site s JOIN network_lane l ON l.site_id = s.id
  JOIN (SELECT '{}'::smallint[] AS receives_on, '' AS country, '' AS region UNION
        SELECT p.receives_on, d.country, d.region FROM orders_order o JOIN partners_address d ON d.id = o.ship_to_id JOIN partners_party p ON p.id = d.party_id
         WHERE o.open AND p.receives_on <> '{}') r
    ON r.country = '' OR (r.country = l.country AND l.region IN ('', r.region))
 WHERE s.active ORDER BY s.cut_off, s.code, l.days
"""
DUE_OUT = """
SELECT site, count(*), count(*) FILTER (WHERE packed), count(*) FILTER (WHERE NOT packed AND stuck) FROM (
  SELECT a.site_id AS site, o.id, bool_and(a.packed - a.unpacked >= a.reserved - a.freed) AS packed,
         bool_or(a.released - a.recalled < a.reserved - a.freed) OR bool_or(o.holds && %(blocks)s::text[]) AS stuck
    FROM orders_order o JOIN orders_allocation a ON a.order_id = o.id AND a.reserved - a.freed > a.shipped
    JOIN partners_address d ON d.id = o.ship_to_id JOIN partners_party p ON p.id = d.party_id
    JOIN LATERAL (SELECT l.days, l.transit_on FROM network_lane l WHERE l.site_id = a.site_id AND l.country = d.country AND l.region IN ('', d.region)
                   ORDER BY l.region DESC LIMIT 1) l ON true
    JOIN unnest(%(sites)s::bigint[], %(days)s::int[], %(transit_on)s::text[], %(receives_on)s::text[], %(country)s::text[], %(region)s::text[], %(arrives)s::date[])
      AS w(site, days, transit_on, receives_on, country, region, arrives) ON w.site = a.site_id AND w.days = l.days AND w.transit_on = array_to_string(l.transit_on, ',')
     AND w.receives_on = array_to_string(p.receives_on, ',') AND (w.receives_on = '' OR (w.country = d.country AND w.region = d.region))
   WHERE o.open AND a.promised_on <= w.arrives
   GROUP BY a.site_id, o.id) x GROUP BY site
"""


@dataclass(frozen=True, slots=True)
class CutOff:
    """What must leave a site by its next cut-off to keep its promise: orders in all, packed, and at risk (not on the floor, or held)."""

    code: str
    name: str
    at: datetime
    zone: str
    left: timedelta
    due: int
    packed: int
    at_risk: int


def cut_offs(now: datetime, blocks: list[str]) -> list[CutOff]:
    """The cut-offs still to come today, soonest first; sites with nothing to send are left out."""
    ways = [w for w in rows(Way, WAYS) if _works_today(w, now)]
    if not ways:
        return []
    given = {
        "sites": [w.site for w in ways], "days": [w.days for w in ways], "arrives": [_arrives(w, now) for w in ways], "blocks": blocks,
        "country": [w.to_country for w in ways], "region": [w.to_region for w in ways],
        "transit_on": [",".join(map(str, w.transit_on)) for w in ways], "receives_on": [",".join(map(str, w.receives_on)) for w in ways]}
    due = {site: counted for site, *counted in rows(as_tuple, DUE_OUT, **given)}
    sites = {w.site: w for w in ways}
    found = [CutOff(w.code, w.name, _cut_off_at(w, now), w.zone, _cut_off_at(w, now) - now, *due[site]) for site, w in sites.items() if site in due]
    return sorted(found, key=lambda c: c.at)


def _calendar(way: Way) -> Calendar:
    return Calendar(way.country, way.region, tuple(way.workdays), way.zone)


def _works_today(way: Way, now: datetime) -> bool:
    return _calendar(way).is_working(_calendar(way).today(now))


def _arrives(way: Way, now: datetime) -> date:
    """The day on which goods arrive that leave today."""
    to = calendar.Way(way.days, tuple(way.transit_on), tuple(way.receives_on), way.to_country, way.to_region)
    return to.arrives(_calendar(way), _calendar(way).today(now))


def _cut_off_at(way: Way, now: datetime) -> datetime:
    return datetime.combine(_calendar(way).today(now), way.cut_off, ZoneInfo(way.zone))
