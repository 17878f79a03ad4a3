"""Journal, events, messages: every change is told once and for ever, reaches who listens, and repeats nothing (INV-13 to INV-18)."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from hanse.edge.schema import APPEND_ONLY
from hanse.transport.states import Journey, Sighting, derive

from .check import Ask, Check

_TABLES = "ARRAY[" + ", ".join(f"'{t}'" for t in APPEND_ONLY) + "]"

PARCELS = """
SELECT p.id, p.tracking, p.carrier_id, p.state, p.return_state, p.doubt, p.moved_at, p.expected_on, p.delivered_at, p.lost_at, p.back_at FROM transport_parcel p ORDER BY p.id
"""
SIGHTINGS = """
SELECT e.tracking, e.carrier_id, e.happened_at, e.state, e.code, e.expected_on FROM transport_trackingevent e
  JOIN transport_parcel p ON p.tracking = e.tracking AND p.carrier_id = e.carrier_id
"""
PROOFS = "SELECT DISTINCT ON (parcel_id) parcel_id, delivered_at FROM transport_proof ORDER BY parcel_id, id DESC"


def rederive(ask: Ask) -> tuple[int, list[dict[str, Any]]]:
    """Derive every parcel's journey anew from all its events and proofs, and compare with what is stored.

    A parcel that was counted as delivered stays so until a person takes it back, and one that came back stays here, whatever is told later.
    It counts as lost exactly while its state is so.
    """
    seen: dict[tuple[str, int], list[Sighting]] = defaultdict(list)
    for tracking, carrier, *sighting in ask(SIGHTINGS):
        seen[tracking, carrier].append(Sighting(*sighting))
    proven = dict(ask(PROOFS))
    looked, findings = 0, []
    for id, tracking, carrier, *stored, lost_at, back_at in ask(PARCELS):
        looked += 1
        kept, told = Journey(*stored), derive(seen[tracking, carrier], proven.get(id))
        delivered = told.delivered_at or kept.delivered_at
        expected = replace(told, delivered_at=delivered)
        if back_at:
            expected = replace(told, state=kept.state, doubt="", delivered_at=None)
        lost = "lost" in (told.state, told.return_state) and delivered is None and back_at is None
        if kept != expected or lost != (lost_at is not None):
            findings.append({"parcel": tracking, "stored": kept.state, "derived": told.state, "delivered_at": kept.delivered_at, "derived_at": told.delivered_at})
    return looked, findings


JOURNAL = [
    Check("INV-13", "Stock moves only in transactions that told something.", """
SELECT m.xact AS "transaction", min(m.id) AS movement, count(*) AS movements, min(m.act) AS act,
       NOT EXISTS (SELECT 1 FROM journal_event e WHERE e.xact = m.xact) AS wrong
  FROM inventory_movement m GROUP BY m.xact
"""),
    Check("INV-13", "An order was told once, when it was placed.", """
SELECT 'H-' || o.id AS "order", count(e.id) AS times_told, count(e.id) <> 1 AS wrong
  FROM orders_order o LEFT JOIN journal_event e ON e.subject = 'order/H-' || o.id AND e.kind = 'OrderPlaced' GROUP BY o.id
"""),
    Check("INV-13", "A draft became the order that was told, once.", """
SELECT 'E-' || d.id AS draft, 'H-' || d.order_id AS "order", count(e.id) AS times_told, count(e.id) <> CASE WHEN d.order_id IS NULL THEN 0 ELSE 1 END
       OR bool_or(e.body ->> 'order' <> 'H-' || d.order_id) IS TRUE AS wrong
  FROM orders_draft d LEFT JOIN journal_event e ON e.subject = 'draft/E-' || d.id AND e.kind = 'DraftPlaced' GROUP BY d.id
"""),
    Check("INV-13", "A payment was told once, when it was booked.", """
SELECT m.ref AS payment, m.kind, count(e.id) AS times_told, count(e.id) <> 1 AS wrong
  FROM billing_payment m JOIN partners_party p ON p.id = m.customer_id
  LEFT JOIN journal_event e ON e.subject = 'customer/' || p.code
        AND (e.kind = 'PaymentReceived' AND m.kind = 'received' AND e.body ->> 'payment' = m.ref
             OR e.kind = 'MoneyPaidBack' AND m.kind = 'refunded' AND e.body ->> 'refund' = m.ref)
 GROUP BY m.id, m.ref, m.kind
"""),
    Check("INV-13", "Whose an exception is was told last.", """
SELECT w.kind, w.subject, w.owner, t.owner AS told, w.owner IS DISTINCT FROM t.owner AS wrong
  FROM edge_ownership w
  LEFT JOIN LATERAL (SELECT e.body ->> 'owner' AS owner FROM journal_event e WHERE e.subject = 'exception/' || w.kind || '/' || w.subject
                        AND e.kind IN ('ExceptionTaken', 'ExceptionHandedOn', 'ExceptionGivenBack', 'OwnershipEnded') ORDER BY e.id DESC LIMIT 1) t ON true
"""),
    Check("INV-13", "Every entry says who did it, by which operation, and when; none is recorded before it was written down.", """
SELECT id AS event, kind, subject, actor, operation, actor = '' OR operation = '' OR kind = '' OR subject = '' OR happened_at > recorded_at + interval '1 day' AS wrong
  FROM journal_event
"""),
    Check("INV-13", "The server's role may neither change nor delete what is append-only.", f"""
SELECT t.name AS "table", r.rolname AS role, has_table_privilege(r.oid, t.name, 'UPDATE') AS may_update, has_table_privilege(r.oid, t.name, 'DELETE') AS may_delete,
       to_regclass(t.name) IS NULL OR has_table_privilege(r.oid, t.name, 'UPDATE') OR has_table_privilege(r.oid, t.name, 'DELETE') AS wrong
  FROM unnest({_TABLES}) AS t(name) CROSS JOIN pg_roles r WHERE r.rolname = 'hanse_app'
"""),
    Check("INV-14", "No webhook is stuck: each is delivered, waits for its next try, or is parked.", """
SELECT d.id AS delivery, n.url, d.subject, d.state, d.attempts, d.next_at,
       d.state NOT IN ('waiting', 'delivered', 'parked') OR d.state = 'delivered' AND d.delivered_at IS NULL
       OR d.state = 'waiting' AND n.paused_at IS NULL AND n.removed_at IS NULL AND d.next_at < %(now)s::timestamptz - interval '15 minutes'
          AND NOT EXISTS (SELECT 1 FROM edge_delivery b WHERE b.endpoint_id = d.endpoint_id AND b.subject = d.subject AND b.id < d.id AND b.state = 'waiting') AS wrong
  FROM edge_delivery d JOIN edge_endpoint n ON n.id = d.endpoint_id
"""),
    Check("INV-14", "Each fact that the sender has passed is in the box of every endpoint that hears it.", """
SELECT e.id AS event, e.kind, n.url, d.id IS NULL AS wrong
  FROM edge_endpoint n JOIN journal_follower f ON f.name = 'webhooks'
  JOIN journal_event e ON e.recorded_at > n.made_at AND e.xact < f.xact AND (n.kinds = '{}' OR e.kind = ANY(n.kinds))
  LEFT JOIN edge_delivery d ON d.endpoint_id = n.id AND d.event = e.id
 WHERE n.removed_at IS NULL
"""),
    Check("INV-15", "The database keeps what it has acknowledged.", """
SELECT name AS setting, setting AS value, setting NOT IN ('on', 'remote_apply', 'remote_write') AS wrong
  FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')
"""),
    Check("INV-16", "Every kept key has its answers and the mark of its request.", """
SELECT r.operation, r.key, r.recorded_at, octet_length(r.request_hash) <> 32 OR wanted.facts > told.facts AS wrong
  FROM journal_request r,
       LATERAL (SELECT count(*) AS facts FROM jsonb_array_elements(coalesce(r.answers, '[null]')::jsonb) a WHERE a = 'null') wanted,
       LATERAL (SELECT count(*) AS facts FROM journal_event e WHERE e.xact = r.xact AND e.operation = r.operation AND e.key = r.key) told
"""),
    Check("INV-17", "A carrier's event is kept once and told once.", """
SELECT t.id AS tracking_event, c.code AS carrier, t.tracking, t.code, t.happened_at, count(e.id) AS times_told, count(e.id) <> 1 AS wrong
  FROM transport_trackingevent t JOIN transport_carrier c ON c.id = t.carrier_id
  LEFT JOIN journal_event e ON e.subject = 'parcel/' || t.tracking AND e.kind = 'TrackingRecorded' AND e.happened_at = t.happened_at
        AND e.body ->> 'code' = t.code AND e.body ->> 'carrier' = c.code
 WHERE t.raw IS NULL OR NOT t.raw @> '{"by_hand": true}' GROUP BY t.id, c.code, t.tracking, t.code, t.happened_at
"""),
    Check("INV-17", "What a person told of a parcel's journey is kept once and told once.", """
SELECT t.id AS tracking_event, t.tracking, t.code, t.happened_at, count(e.id) AS times_told, count(e.id) <> 1 AS wrong
  FROM transport_trackingevent t JOIN transport_parcel p ON p.tracking = t.tracking AND p.carrier_id = t.carrier_id AND p.rides_with_id IS NULL
  JOIN transport_shipment s ON s.id = p.shipment_id
  LEFT JOIN journal_event e ON e.subject = 'order/H-' || s.order_id AND e.kind = CASE t.code WHEN 'LOST' THEN 'LossReported' ELSE 'ParcelRefused' END
        AND e.happened_at = t.happened_at AND e.body ->> 'parcel' = t.tracking
 WHERE t.raw @> '{"by_hand": true}' GROUP BY t.id, t.tracking, t.code, t.happened_at
"""),
    Check("INV-18", "A parcel's state is what all its events tell, in whatever order they came.", derive=rederive),
]
