"""Roll up transit: count what lanes took and how long carriers were silent on them, once a night.

The last 90 days are counted anew, for parcels of those weeks still arrive; weeks that began before them stay as they are. What asks for them reads these few
rows, never the parcels.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import ask
from hanse.kernel.rows import as_tuple
from hanse.network.calendar import Calendar

from .events import TransitRolledUp
from .transit import LOOKS_BACK, calendar_of, percentile, working_days


@ask
class RollUpTransit:
    """Count what was told until the end of the day before."""

    on: date


@dataclass(frozen=True, slots=True)
class GapRow:
    """How long a carrier is silent, on a lane or on all."""

    carrier: int
    site: int | None
    country: str
    days: int
    parcels: int


@dataclass(frozen=True, slots=True)
class WeekRow:
    """Parcels of a week by the days they took."""

    site: int
    country: str
    region: str
    carrier: str
    service: str
    week: date
    days: int
    parcels: int


SENT = """
WITH sent AS (
  SELECT p.id, p.tracking, p.carrier_id, r.code AS carrier, s.service, s.site_id, w.zone, d.country, d.region, d.zone AS to_zone, s.handed_over_at, p.delivered_at
    FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id AND p.rides_with_id IS NULL JOIN transport_carrier r ON r.id = p.carrier_id
    JOIN network_site w ON w.id = s.site_id JOIN partners_address d ON d.id = s.address_id
   WHERE s.handed_over_at >= %(first)s::timestamptz AND s.handed_over_at < %(until)s::timestamptz)
"""
GAPS = f"""{SENT}, told AS (
  SELECT x.id, x.carrier_id, x.site_id, x.country, (m.at AT TIME ZONE x.zone)::date AS on_day, m.at
    FROM sent x CROSS JOIN LATERAL (
      SELECT x.handed_over_at AS at UNION SELECT e.happened_at FROM transport_trackingevent e
       WHERE e.tracking = x.tracking AND e.carrier_id = x.carrier_id AND e.happened_at > x.handed_over_at AND e.happened_at <= coalesce(x.delivered_at, e.happened_at)) m),
gaps AS (SELECT *, lead(on_day) OVER (PARTITION BY id ORDER BY at) AS next_day FROM told)
SELECT grouping(g.on_day), g.carrier_id, g.site_id, g.country, g.on_day, g.next_day, count(*), count(DISTINCT g.id)
  FROM gaps g WHERE g.next_day IS NOT NULL GROUP BY GROUPING SETS ((g.carrier_id, g.site_id, g.country, g.on_day, g.next_day), (g.carrier_id, g.site_id, g.country))
"""
TRANSIT = f"""{SENT}
SELECT x.site_id, x.country, coalesce(lane.region, ''), x.carrier, x.service, lane.transit_on, (e.seen_at AT TIME ZONE x.zone)::date, (x.delivered_at AT TIME ZONE x.to_zone)::date, count(*)
  FROM sent x JOIN LATERAL (SELECT min(e.happened_at) AS seen_at FROM transport_trackingevent e WHERE e.tracking = x.tracking AND e.carrier_id = x.carrier_id
                             AND e.state NOT IN ('', 'unknown', 'pending', 'delivered')) e ON e.seen_at <= x.delivered_at
  LEFT JOIN LATERAL (SELECT l.region, l.transit_on FROM network_lane l WHERE l.site_id = x.site_id AND l.country = x.country AND l.region IN ('', x.region)
                      ORDER BY l.region = '' LIMIT 1) lane ON true
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
SITES = "SELECT id, country, region, workdays, zone FROM network_site"
CLEAR_GAPS = "DELETE FROM transport_gap"
KEEP_GAPS = """
INSERT INTO transport_gap (carrier_id, site_id, country, days, parcels, until_on)
SELECT g.*, %(until_on)s::date FROM unnest(%(carrier)s::bigint[], %(site)s::bigint[], %(country)s::text[], %(days)s::smallint[], %(parcels)s::bigint[]) AS g
"""
CLEAR_WEEKS = "DELETE FROM transport_transitweek WHERE week_on >= %(monday)s::date"
KEEP_WEEKS = """
INSERT INTO transport_transitweek (site_id, country, region, carrier, service, week_on, days, parcels)
SELECT * FROM unnest(%(site)s::bigint[], %(country)s::text[], %(region)s::text[], %(carrier)s::text[], %(service)s::text[], %(week)s::date[], %(days)s::smallint[], %(parcels)s::bigint[])
"""


def gaps(found: Iterable[Sequence[Any]], calendars: Mapping[int, Calendar]) -> list[GapRow]:
    """The 95th percentile of the gaps by carrier and lane, and by carrier. Pure."""
    took: dict[tuple[int, int | None, str], Counter[int]] = defaultdict(Counter)
    parcels: Counter[tuple[int, int | None, str]] = Counter()
    for total, carrier, site, country, on, following, count, distinct in found:
        lanes = ((carrier, site, country), (carrier, None, ""))
        if total:
            parcels.update(dict.fromkeys(lanes, distinct))
            continue
        days = working_days(calendars[site], on, following)
        for lane in lanes:
            took[lane][days] += count
    return [GapRow(*lane, percentile(days, 95), parcels[lane]) for lane, days in took.items()]


def weeks(found: Iterable[Sequence[Any]], sites: Mapping[int, Sequence[Any]], monday: date) -> list[WeekRow]:
    """Parcels by lane, carrier, service, the week in which they were first seen, and days. Pure."""
    counted: Counter[tuple[Any, ...]] = Counter()
    for site, country, region, carrier, service, transit_on, seen_on, came_on, count in found:
        week = seen_on - timedelta(days=seen_on.weekday())
        if week >= monday:
            counted[site, country, region, carrier, service, week, working_days(_calendar(sites[site], transit_on), seen_on, came_on)] += count
    return [WeekRow(*(*key, count)) for key, count in sorted(counted.items())]


def _calendar(site: Sequence[Any], transit_on: Sequence[int] | None = None) -> Calendar:
    country, region, workdays, zone = site
    return calendar_of(country, region, workdays, transit_on, zone)


@operation
def roll_up_transit(run: Run, asks: Sequence[RollUpTransit]) -> list[TransitRolledUp]:
    """Count lanes and silences of the last 90 days anew."""
    on = max(a.on for a in asks)
    until = datetime.combine(on, time(), UTC)
    first = until - LOOKS_BACK
    monday = first.date() + timedelta(days=7 + -first.weekday() % 7)
    sites = {id: rest for id, *rest in run.rows(as_tuple, SITES)}
    silent = gaps(run.rows(as_tuple, GAPS, first=first, until=until), {id: _calendar(site) for id, site in sites.items()})
    took = weeks(run.rows(as_tuple, TRANSIT, first=first, until=until), sites, monday)
    last = on - timedelta(days=1)
    run.write(CLEAR_GAPS, until_on=last)
    run.write(KEEP_GAPS, silent, until_on=last)
    run.write(CLEAR_WEEKS, monday=monday)
    run.write(KEEP_WEEKS, took)
    return [TransitRolledUp(last, len({(w.site, w.country, w.region) for w in took}), sum(w.parcels for w in took))] * len(asks)
