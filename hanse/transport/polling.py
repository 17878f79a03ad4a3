"""Polling: carriers that are called through a connector are asked where our parcels are, and what they tell is recorded as if they had told it by themselves.

The same event told twice is one, so it does no harm to ask again. A carrier that does not answer is asked the next time.
"""

from itertools import groupby

import structlog

from hanse.journal.asking import rows
from hanse.journal.principals import HANSE
from hanse.kernel import clock

from .calling import ACCOUNT, Account, NoAccount, port_of
from .events import TrackingRecorded
from .ports.port import Port, Unanswered
from .ports.with_karrio import NotInstalled
from .record_tracking import Track, record_tracking
from .transit import ENDED

AT_ONCE = 30
"""So many parcels are asked for in one call."""
log = structlog.get_logger("hanse.carriers")

ON_THE_WAY = f"""
SELECT {ACCOUNT}, p.tracking, min(d.zone)
  FROM transport_connection n JOIN transport_carrier r ON r.id = n.carrier_id
  JOIN transport_parcel p ON p.carrier_id = r.id AND p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL AND p.rides_with_id IS NULL AND p.state NOT IN {ENDED}
  JOIN transport_shipment s ON s.id = p.shipment_id AND s.handed_over_at > %(now)s::timestamptz - interval '60 days' JOIN partners_address d ON d.id = s.address_id
 WHERE n.adapter = 'karrio' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 6
"""
"""A carrier's time without offset is that of a place on the way; the zone it is read in is that of the door, where most of it happens."""


def ask_where() -> int:
    """Ask for all parcels on their way; gives back how many events were new."""
    told = 0
    for of, found in groupby(rows(lambda *row: (Account(*row[:5]), row[5], row[6]), ON_THE_WAY, now=clock.now()), key=lambda row: row[0]):
        zones = {tracking: zone for _, tracking, zone in found}
        try:
            port = port_of(of)
        except (NotInstalled, NoAccount) as why:
            log.warning("cannot be asked", carrier=of.carrier, trouble=str(why))
            continue
        numbers = list(zones)
        for at in range(0, len(numbers), AT_ONCE):
            told += _told(of.carrier, port, {n: zones[n] for n in numbers[at:at + AT_ONCE]})
    return told


def _told(carrier: str, port: Port, zones: dict[str, str]) -> int:
    """What a carrier tells of some parcels, recorded."""
    try:
        seen = port.track(list(zones))
    except Unanswered as why:
        log.warning("no answer", carrier=carrier, what="track", trouble=str(why))
        return 0
    asks = [Track(carrier, s.tracking, s.code, s.at, "" if s.at.tzinfo else zones[s.tracking], text=s.text[:400], place=s.place[:400]) for s in seen if s.tracking in zones]
    return sum(isinstance(a, TrackingRecorded) for a in record_tracking(asks, by=HANSE)) if asks else 0
