"""What transport does by itself: parcels take in earlier events, packed cartons get their service, what parcels took is counted, tenders expire, claims are proposed."""

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
from .events import TenderExpired
from .expire_tenders import ExpireTender, expire_tenders
from .propose_claim import ProposeClaim, propose_claim
from .states import SOUND
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


CLAIMABLE = """
SELECT p.tracking, c.code, k.kind FROM transport_parcel p JOIN transport_carrier c ON c.id = p.carrier_id
  LEFT JOIN LATERAL (SELECT f.condition, f.received FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1) f ON true
 CROSS JOIN LATERAL (
   SELECT 'loss' AS kind WHERE p.state = 'lost' AND p.delivered_at IS NULL
    UNION ALL SELECT 'damage' WHERE f.condition <> '' AND NOT lower(regexp_replace(btrim(f.condition), '\\s+', ' ', 'g')) = ANY(%(sound)s)
    UNION ALL SELECT 'shortage' WHERE f.received < p.units) k
 WHERE p.tracking = ANY(%(tracking)s::text[]) AND p.rides_with_id IS NULL
   AND NOT EXISTS (SELECT FROM transport_claim x WHERE x.parcel_id = p.id AND x.kind = k.kind) ORDER BY p.id, k.kind
"""


@follower("transport: propose claims", "TrackingRecorded", "TrackingTakenIn", "ProofRecorded")
def propose_claims(facts: Sequence[Told]) -> None:
    """Parcels that were lost, and those whose proof says that they were damaged or came short."""
    heard = {f.body["parcel"] for f in facts if f.body.get("state") == "lost" or (f.kind == "ProofRecorded" and (f.body["condition"] or f.body["received"] is not None))}
    found = rows(ProposeClaim, CLAIMABLE, tracking=sorted(heard), sound=sorted(SOUND)) if heard else []
    if found:
        propose_claim(found, by=HANSE)


EXPIRED = """
SELECT l.number FROM transport_tender t JOIN transport_load l ON l.id = t.load_id WHERE t.result = '' AND t.answer_by < %(now)s ORDER BY l.id LIMIT 1000
"""


def expire_what_is_late() -> int:
    """Expire the tenders that nobody answered in time; gives back how many."""
    found = rows(ExpireTender, EXPIRED, now=clock.now())
    return sum(isinstance(a, TenderExpired) for a in expire_tenders(found, by=HANSE)) if found else 0


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="expire-tenders", pass_context=False)
def expire(timestamp: int) -> None:
    """Each minute: tenders that nobody answered in time go to the next of their routing guides."""
    expire_what_is_late()
