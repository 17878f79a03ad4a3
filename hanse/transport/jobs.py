"""What transport does by itself: parcels take in events that came before them, packed cartons get their service, carriers are called,
labels that nobody uses are given back, silences are noticed, what parcels took is counted, tenders expire, claims are proposed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.asking import rows
from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple
from hanse.network.keep_transit_counts import keep_transit_counts

from .calling import call_carriers
from .choose_service import ChooseService, choose_service
from .claimable import NEWS
from .counted import transit_counts
from .events import ParcelSilent, TenderExpired, TransitRolledUp
from .expire_labels import ExpireLabel, expire_labels
from .expire_tenders import ExpireTender, expire_tenders
from .notice_silences import NoticeSilence, notice_silences
from .polling import ask_where
from .propose_claim import ProposeClaim, propose_claim
from .roll_up_transit import RollUpTransit, roll_up_transit
from .states import SOUND
from .take_in import TakeIn, take_in
from .transit import ENDED
from .void_labels import VoidLabel, void_labels

AT_ONCE = 1_000
UNSEEN = """
SELECT DISTINCT p.tracking FROM transport_parcel p
  JOIN transport_trackingevent e ON e.tracking = p.tracking AND e.carrier_id = p.carrier_id
 WHERE p.tracking = ANY(%s::text[])
"""
IDLE = """
SELECT l.id, CASE WHEN c.opened_at IS NOT NULL THEN 'its carton was opened' WHEN c.inside_id IS NOT NULL THEN 'its carton lies in another'
                  WHEN c.handed_over_at IS NOT NULL THEN 'its carton left under another number' ELSE 'its carton was labelled anew' END
  FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id JOIN transport_carrier r ON r.id = l.carrier_id
 WHERE c.order_id = ANY(%(orders)s) AND l.state IN ('asked', 'bought')
   AND (c.opened_at IS NOT NULL OR c.inside_id IS NOT NULL OR c.handed_over_at IS NOT NULL OR c.address_id <> l.address_id OR c.carrier NOT IN ('', r.code))
 ORDER BY l.id
"""
OVER = "SELECT id FROM transport_label WHERE state IN ('bought', 'void-asked') AND expires_on < %(today)s ORDER BY id LIMIT 5000"


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


@follower("transport: call carriers", "LabelWanted", "LabelVoidAsked", "ManifestAsked", "PickupAsked", "PickupCancelAsked")
def have_carriers_called(facts: Sequence[Told]) -> None:
    """Leave calling to a job: an operation calls nobody, and a carrier takes its time."""
    call_carriers_soon.defer()


@app.task(pass_context=False)
def call_carriers_soon() -> None:
    """Put what is due to the carriers. Done twice, the second finds nothing left to ask."""
    call_carriers()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="call carriers", pass_context=False)
def call_carriers_again(timestamp: int) -> None:
    """Each minute: what had no answer is asked again, and what another worker left when it died."""
    call_carriers()


@follower("transport: void what nobody uses", "CartonRelabelled", "CartonConsolidated", "CartonAudited", "UnitsTakenOut", "ChangeAccepted", "ParcelHandedOver")
def void_what_nobody_uses(facts: Sequence[Told]) -> None:
    """Labels of cartons that were opened, put into others, labelled anew, or left under another label are given back."""
    orders = sorted({int(f.body["order"][2:]) for f in facts})
    idle = rows(as_tuple, IDLE, orders=orders) if orders else []
    if idle:
        void_labels([VoidLabel(label, why) for label, why in idle], by=HANSE)


def expire_what_is_over() -> int:
    """Expire labels whose days are over; gives how many."""
    over = rows(int, OVER, today=clock.now().date())
    return sum(not isinstance(a, Refused) for a in expire_labels([ExpireLabel(label) for label in over], by=HANSE)) if over else 0


@app.periodic(cron="*/20 * * * *")
@app.task(queueing_lock="ask carriers where", pass_context=False)
def ask_where_parcels_are(timestamp: int) -> None:
    """Three times an hour: carriers that do not call us are asked where our parcels are."""
    ask_where()


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="expire labels", pass_context=False)
def expire_overnight(timestamp: int) -> None:
    """Each night: labels that nobody used in the carrier's days."""
    expire_what_is_over()


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


QUIET = f"""
SELECT p.tracking, r.code FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier r ON r.id = p.carrier_id
 WHERE p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL AND p.rides_with_id IS NULL AND p.state NOT IN {ENDED}
   AND coalesce(p.moved_at, s.handed_over_at) < %s
   AND NOT EXISTS (SELECT FROM transport_silence x WHERE x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, s.handed_over_at))
 ORDER BY coalesce(p.moved_at, s.handed_over_at), p.id LIMIT 5000
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


def count_transit() -> TransitRolledUp:
    """Count what lanes took until yesterday, also for whoever promises and chooses services."""
    on = clock.now().date()
    [told] = roll_up_transit([RollUpTransit(on)], by=HANSE)
    counts = transit_counts(on)
    for at in range(0, len(counts), AT_ONCE):
        keep_transit_counts(counts[at:at + AT_ONCE], by=HANSE)
    return told


@app.periodic(cron="41 1 * * *")
@app.task(queueing_lock="transit", pass_context=False)
def roll_up(timestamp: int) -> None:
    """Each night: what lanes take, and how long carriers are silent on them."""
    count_transit()


CLAIMABLE = f"""
SELECT p.tracking, c.code, k.kind FROM transport_parcel p JOIN transport_carrier c ON c.id = p.carrier_id
  LEFT JOIN LATERAL (SELECT f.condition, f.received FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1) f ON true
 CROSS JOIN LATERAL (
   SELECT 'loss' AS kind WHERE p.state = 'lost' AND p.delivered_at IS NULL
    UNION ALL SELECT 'damage' WHERE f.condition <> '' AND NOT lower(regexp_replace(btrim(f.condition), '\\s+', ' ', 'g')) = ANY(%(sound)s)
    UNION ALL SELECT 'shortage' WHERE f.received < p.units) k
 WHERE p.tracking = ANY(%(tracking)s::text[]) AND p.rides_with_id IS NULL
   AND NOT EXISTS (SELECT FROM transport_claim x WHERE x.parcel_id = p.id AND x.kind = k.kind AND NOT ({NEWS})) ORDER BY p.id, k.kind
"""


@follower("transport: propose claims", "TrackingRecorded", "TrackingTakenIn", "ParcelLost", "ProofRecorded")
def propose_claims(facts: Sequence[Told]) -> None:
    """Parcels that were lost, and those whose proof says that they were damaged or came short."""
    heard = {f.body["parcel"] for f in facts if f.kind == "ParcelLost" or f.body.get("state") == "lost" or (f.kind == "ProofRecorded" and (f.body["condition"] or f.body["received"] is not None))}
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
