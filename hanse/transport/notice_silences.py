"""Notice silences: parcels of which nothing was told for too long.

Too long is what 95 of 100 gaps between two events of that carrier on that lane do not reach, as of the last 90 days and at least 30 parcels; else
the carrier's on all lanes; else the planned days of the lane and two. Counted in working days of the lane. A silence is noticed once and
ends by itself with the next movement: it belongs to the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import ParcelSilent, StillMoving
from .transit import AFTER_PLANNED, ENDED, ENOUGH, calendar_of, working_days


@ask
class NoticeSilence:
    """Look whether a parcel is silent for too long."""

    parcel: Code
    carrier: Code


@row
class Quiet:
    """A parcel on its way: since when nothing was told of it, by which days its lane counts, and how long its carrier is silent there."""

    parcel: int
    tracking: str
    carrier: str
    order: int
    since: datetime
    zone: str
    country: str
    region: str
    workdays: list[int]
    transit_on: list[int] | None
    planned: int
    lane_days: int | None
    lane_parcels: int
    carrier_days: int | None
    carrier_parcels: int
    ended: bool
    noticed: bool


@dataclass(frozen=True, slots=True)
class Allowed:
    """So many working days may pass without a word, and what says so."""

    days: int
    basis: str
    parcels: int


def allowed(it: Quiet) -> Allowed:
    """How long a parcel may be silent. Pure."""
    if it.lane_days is not None and it.lane_parcels >= ENOUGH:
        return Allowed(it.lane_days, "lane", it.lane_parcels)
    if it.carrier_days is not None and it.carrier_parcels >= ENOUGH:
        return Allowed(it.carrier_days, "carrier", it.carrier_parcels)
    return Allowed(it.planned + AFTER_PLANNED, "planned", 0)


def decide(asks: Sequence[NoticeSilence], known: Mapping[tuple[str, str], Quiet], now: datetime) -> list[ParcelSilent | StillMoving | Refused]:
    """Notice each silence that is too long, once."""
    answers: list[ParcelSilent | StillMoving | Refused] = []
    noticed: set[int] = set()
    for ask in asks:
        it = known.get((ask.carrier.upper(), ask.parcel))
        if it is None:
            answers.append(refuse("parcel-unknown", at="parcel", parcel=ask.parcel))
        elif it.ended or it.noticed or it.parcel in noticed or not too_long(it, now):
            answers.append(StillMoving(ask.parcel))
        else:
            noticed.add(it.parcel)
            most = allowed(it)
            answers.append(ParcelSilent(order_number(it.order), it.tracking, it.carrier, it.since, most.days, most.basis, most.parcels))
    return answers


def too_long(it: Quiet, now: datetime) -> bool:
    """Whether more working days have passed since the last word than may."""
    calendar = calendar_of(it.country, it.region, it.workdays, it.transit_on, it.zone)
    return working_days(calendar, _day(it.since, it.zone), _day(now, it.zone)) > allowed(it).days


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


QUIET = f"""
SELECT p.id, p.tracking, r.code, s.order_id, coalesce(p.moved_at, s.handed_over_at), w.zone, w.country, w.region, w.workdays, lane.transit_on, coalesce(lane.days, 0),
       g.days, coalesce(g.parcels, 0), h.days, coalesce(h.parcels, 0), p.delivered_at IS NOT NULL OR p.lost_at IS NOT NULL OR p.back_at IS NOT NULL OR p.state IN {ENDED},
       EXISTS (SELECT FROM transport_silence x WHERE x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, s.handed_over_at))
  FROM unnest(%(parcel)s::text[], %(carrier)s::text[]) AS a(parcel, carrier)
  JOIN transport_carrier r ON r.code = upper(a.carrier) JOIN transport_parcel p ON p.tracking = a.parcel AND p.carrier_id = r.id AND p.rides_with_id IS NULL
  JOIN transport_shipment s ON s.id = p.shipment_id JOIN network_site w ON w.id = s.site_id JOIN partners_address d ON d.id = s.address_id
  LEFT JOIN LATERAL (SELECT l.days, l.transit_on FROM network_lane l WHERE l.site_id = s.site_id AND l.country = d.country AND l.region IN ('', d.region)
                      ORDER BY l.region = '' LIMIT 1) lane ON true
  LEFT JOIN transport_gap g ON g.carrier_id = p.carrier_id AND g.site_id = s.site_id AND g.country = d.country
  LEFT JOIN transport_gap h ON h.carrier_id = p.carrier_id AND h.site_id IS NULL
"""
KEEP = """
INSERT INTO transport_silence (parcel_id, since_at, days, basis, parcels, noticed_at)
SELECT n.*, %(now)s::timestamptz FROM unnest(%(ids)s::bigint[], %(since)s::timestamptz[], %(days)s::smallint[], %(basis)s::text[], %(parcels)s::bigint[]) AS n
    ON CONFLICT (parcel_id, since_at) DO NOTHING
"""


@operation
def notice_silences(run: Run, asks: Sequence[NoticeSilence]) -> list[ParcelSilent | StillMoving | Refused]:
    """Notice parcels that are silent for too long, and keep what said so."""
    known = {(it.carrier, it.tracking): it for it in run.rows(Quiet, QUIET, asks)}
    answers = decide(asks, known, run.now)
    told = [a for a in answers if isinstance(a, ParcelSilent)]
    if told:
        run.write(KEEP, told, ids=[known[a.carrier, a.parcel].parcel for a in told])
    return answers
