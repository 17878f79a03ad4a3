"""What transport does by itself: parcels take in events that came before them."""

from collections.abc import Sequence

from django.db import connection

from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE

from .take_in import TakeIn, take_in

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
