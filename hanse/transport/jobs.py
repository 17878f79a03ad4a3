"""What transport does by itself: parcels take in events that came before them, packed cartons get their service, what parcels took is counted."""

from collections.abc import Sequence

from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.asking import rows
from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.numbers import order_ids
from hanse.network.keep_transit_counts import keep_transit_counts

from .choose_service import ChooseService, choose_service
from .counted import transit_counts
from .take_in import TakeIn, take_in

AT_ONCE = 1_000
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


READY = """
SELECT DISTINCT 'H-' || c.order_id, s.code FROM fulfilment_carton c JOIN network_site s ON s.id = c.site_id AND s.supplier = ''
 WHERE c.order_id = ANY(%(orders)s::bigint[]) AND c.handed_over_at IS NULL AND c.opened_at IS NULL AND c.inside_id IS NULL AND EXISTS (SELECT FROM network_service) ORDER BY 1, 2
"""


@follower("transport: choose services", "CartonPacked", "CartonRelabelled", "CartonConsolidated", "CartonDeconsolidated", "UnitsTakenOut", "PromiseMoved", "OrderChanged")
def choose_services(facts: Sequence[Told]) -> None:
    """Choose anew for the orders whose cartons or promise changed; what was chosen by hand stays."""
    ready = rows(ChooseService, READY, orders=order_ids(f.body["order"] for f in facts))
    if ready:
        choose_service(ready, by=HANSE)


def count_what_parcels_took() -> int:
    """Count what parcels of the last year took, lane by lane; gives back how many lanes were looked at."""
    counts = transit_counts(clock.now())
    for at in range(0, len(counts), AT_ONCE):
        keep_transit_counts(counts[at:at + AT_ONCE], by=HANSE)
    return len(counts)


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="count-transit", pass_context=False)
def count_transit(timestamp: int) -> None:
    """Each night: how many working days parcels took."""
    count_what_parcels_took()
