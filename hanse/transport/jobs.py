"""What transport does by itself: parcels take in events that came before them, silences are noticed, what lanes take is counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock

from .events import ParcelSilent, TransitRolledUp
from .notice_silences import NoticeSilence, notice_silences
from .roll_up_transit import RollUpTransit, roll_up_transit
from .take_in import TakeIn, take_in
from .transit import ENDED

UNSEEN = """
SELECT DISTINCT p.tracking FROM transport_parcel p
  JOIN transport_trackingevent e ON e.tracking = p.tracking AND e.carrier_id = p.carrier_id
 WHERE p.tracking = ANY(%s::text[])
"""


@follower("transport: take in early events", "ParcelHandedOver", "TrackingRecorded")
def take_in_early_events(facts: Sequence[Told]) -> None:
    """Parcels just handed over, and events whose parcel was unknown when they came."""
    heard = {f.body["parcel"] for f in facts if f.kind == "ParcelHandedOver" or f.body["order"] is None}
    if not heard:
        return
    with connection.cursor() as cursor:
        cursor.execute(UNSEEN, [sorted(heard)])
        found = [tracking for (tracking,) in cursor.fetchall()]
    if found:
        take_in([TakeIn(tracking) for tracking in found], by=HANSE)


QUIET = f"""
SELECT p.tracking, r.code FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier r ON r.id = p.carrier_id
 WHERE p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL AND p.rides_with_id IS NULL AND p.state NOT IN {ENDED}
   AND coalesce(p.moved_at, s.handed_over_at) < %s
   AND NOT EXISTS (SELECT FROM transport_silence x WHERE x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, s.handed_over_at))
 ORDER BY coalesce(p.moved_at, s.handed_over_at) LIMIT 5000
"""
"""Parcels on their way of which nothing was told for a day; they are found among those not delivered, by index."""


def notice_what_is_silent(now: datetime | None = None) -> int:
    """Notice the parcels that are silent for too long; gives back how many."""
    with connection.cursor() as cursor:
        cursor.execute(QUIET, [(now or clock.now()) - timedelta(days=1)])
        asks = [NoticeSilence(tracking, carrier) for tracking, carrier in cursor.fetchall()]
    return sum(isinstance(a, ParcelSilent) for a in notice_silences(asks, by=HANSE)) if asks else 0


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="silences", pass_context=False)
def notice(timestamp: int) -> None:
    """Each hour: parcels that are silent for too long need a person."""
    notice_what_is_silent()


def count_transit() -> list[TransitRolledUp]:
    """Count what lanes took until yesterday."""
    return roll_up_transit([RollUpTransit(clock.now().date())], by=HANSE)


@app.periodic(cron="41 1 * * *")
@app.task(queueing_lock="transit", pass_context=False)
def roll_up(timestamp: int) -> None:
    """Each night: what lanes take, and how long carriers are silent on them."""
    count_transit()
