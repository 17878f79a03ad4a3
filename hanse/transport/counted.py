"""Counted: what delivered parcels took in working days, by lane, carrier and service: from the carrier's first scan, else from hand-over."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple
from hanse.network.calendar import Calendar, days_between
from hanse.network.keep_transit_counts import KeepTransitCount, Took

LOOKS_BACK = timedelta(days=365)
MOST_DAYS = 366
"""A parcel that took longer was lost and found; it says nothing of the lane."""

TOOK = """
SELECT w.code, w.country, w.region, w.workdays, w.zone, coalesce(v.transit_on, '{}'), d.country, r.code, s.service,
       (coalesce(e.seen_at, s.handed_over_at) AT TIME ZONE w.zone)::date, (coalesce(f.delivered_at, p.delivered_at) AT TIME ZONE d.zone)::date, count(*)
  FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id AND p.rides_with_id IS NULL AND p.delivered_at IS NOT NULL
  JOIN transport_carrier r ON r.id = s.carrier_id JOIN network_site w ON w.id = s.site_id JOIN partners_address d ON d.id = s.address_id
  LEFT JOIN LATERAL (SELECT v.transit_on FROM network_service v WHERE v.carrier = r.code AND v.code = s.service ORDER BY v.from_on DESC LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT min(e.happened_at) AS seen_at FROM transport_trackingevent e
                      WHERE e.tracking = p.tracking AND e.carrier_id = p.carrier_id AND e.state <> 'pending' AND e.happened_at >= s.handed_over_at) e ON true
  LEFT JOIN LATERAL (SELECT f.delivered_at FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1) f ON true
 WHERE s.handed_over_at >= %(since)s
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
"""
KNOWN = "SELECT DISTINCT site, country, carrier, service FROM network_transitcount"
Lane = tuple[str, str, str, str]


def transit_counts(now: datetime) -> list[KeepTransitCount]:
    """The counts of all lanes; of those that no parcel went any more an empty one."""
    took: dict[Lane, Counter[int]] = defaultdict(Counter)
    for lane in rows(as_tuple, KNOWN):
        took[lane]
    for site, country, region, workdays, zone, transit_on, to, carrier, service, left_on, came_on, parcels in rows(as_tuple, TOOK, since=now - LOOKS_BACK):
        days = _days(Calendar(country, region, tuple(transit_on or workdays), zone), left_on, came_on)
        if days <= MOST_DAYS:
            took[site, to, carrier, service][days] += parcels
    return [_count(lane, counts) for lane, counts in sorted(took.items())]


def _days(calendar: Calendar, left_on: date, came_on: date) -> int:
    return days_between(calendar, left_on, came_on)


def _count(lane: Sequence[str], counts: Counter[int]) -> KeepTransitCount:
    site, country, carrier, service = lane
    return KeepTransitCount(site, country, carrier, service, tuple(Took(days, n) for days, n in sorted(counts.items())))
