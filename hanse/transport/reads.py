"""Questions about transport: what left, where it is, what is late or silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel import clock


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """Cartons of an order that left a site together, and where they are."""

    shipment: int
    order: str
    customer: str
    site: str
    carrier: str
    service: str
    handed_over_at: datetime
    promised_on: date | None
    parcels: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel with all that its carrier told, newest first, its proofs of delivery, and the orders that travel `together` with its own in it."""

    parcel: str
    carrier: str
    carrier_name: str
    tracking_url: str
    carton: str
    order: str
    site: str
    service: str
    units: int
    state: str
    return_state: str
    doubt: str
    handed_over_at: datetime
    promised_on: date | None
    expected_on: date | None
    delivered_at: datetime | None
    events: list[dict[str, Any]]
    proofs: list[dict[str, Any]]
    together: list[str]
    lost_at: datetime | None
    back_at: datetime | None
    refused: str
    remedy: str
    silence: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A choice of service for a carton: what it is expected to be charged, line by line, when it leaves and arrives, how likely it keeps the promise, why, by whom."""

    carton: str
    order: str
    site: str
    carrier: str
    service: str
    currency: str
    total: Decimal
    lines: list[tuple[str, Decimal]]
    billed_g: int
    zone: str
    hand_over_by: datetime
    arrives_on: date
    promised_on: date | None
    probability: Decimal | None
    candidates: list[dict[str, Any]]
    reason: str
    by_hand: bool
    chosen_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class TroubledRow:
    """A parcel that needs a look: late, silent, failed, or in doubt; `why` says which."""

    parcel: str
    carrier: str
    order: str
    customer: str
    state: str
    doubt: str
    why: str
    promised_on: date | None
    expected_on: date | None
    handed_over_at: datetime
    moved_at: datetime | None


SHIPMENTS = """
SELECT s.id, 'H-' || s.order_id, c.name, n.code, r.code, s.service, s.handed_over_at, s.promised_on,
       (SELECT json_agg(json_build_object('parcel', p.tracking, 'carton', k.sscc, 'units', p.units, 'state', p.state, 'return_state', p.return_state,
                                          'doubt', p.doubt, 'expected_on', p.expected_on, 'delivered_at', p.delivered_at) ORDER BY p.id)
          FROM transport_parcel p JOIN fulfilment_carton k ON k.id = p.carton_id WHERE p.shipment_id = s.id)
  FROM transport_shipment s JOIN orders_order o ON o.id = s.order_id JOIN partners_party c ON c.id = o.customer_id
  JOIN network_site n ON n.id = s.site_id JOIN transport_carrier r ON r.id = s.carrier_id
 WHERE (%(order)s::bigint = 0 OR s.order_id = %(order)s::bigint)
   AND (%(site)s::text = '' OR n.code = %(site)s::text) AND (%(carrier)s::text = '' OR r.code = %(carrier)s::text)
   AND (%(at)s::timestamptz IS NULL OR (s.handed_over_at, s.id) < (%(at)s::timestamptz, %(shipment)s::bigint))
 ORDER BY s.handed_over_at DESC, s.id DESC LIMIT %(limit)s
"""
PARCELS = """
SELECT p.tracking, r.code, r.name, replace(r.tracking_url, '{tracking}', p.tracking), k.sscc, 'H-' || s.order_id, n.code, s.service, p.units,
       p.state, p.return_state, p.doubt, s.handed_over_at, s.promised_on, p.expected_on, p.delivered_at,
       coalesce((SELECT json_agg(json_build_object('at', e.happened_at, 'zone', e.zone, 'code', e.code, 'state', e.state, 'text', e.text, 'place', e.place,
                                                   'expected_on', e.expected_on, 'recorded_at', e.recorded_at) ORDER BY e.happened_at DESC, e.id DESC)
                   FROM transport_trackingevent e WHERE e.tracking = p.tracking AND e.carrier_id = p.carrier_id), '[]'),
       coalesce((SELECT json_agg(json_build_object('proof', f.id, 'at', f.delivered_at, 'zone', f.zone, 'receiver', f.receiver, 'place', f.place, 'gln', f.gln,
                                                   'latitude', f.latitude, 'longitude', f.longitude, 'accuracy_m', f.accuracy_m, 'received', f.received,
                                                   'condition', f.condition, 'left_unattended', f.left_unattended, 'source', f.source,
                                                   'relation', f.relation, 'photo', f.photo, 'signed', f.signature <> '') ORDER BY f.id DESC)
                   FROM transport_proof f WHERE f.parcel_id = p.id), '[]'),
       ARRAY(SELECT DISTINCT 'H-' || y.order_id FROM transport_parcel x JOIN transport_shipment y ON y.id = x.shipment_id
              WHERE x.tracking = p.tracking AND x.carrier_id = p.carrier_id AND y.order_id <> s.order_id ORDER BY 1),
       p.lost_at, p.back_at, p.refused, p.remedy, (SELECT json_build_object('since', x.since_at, 'days', x.days, 'basis', x.basis, 'parcels', x.parcels)
          FROM transport_silence x WHERE x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, s.handed_over_at) AND p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL)
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier r ON r.id = p.carrier_id
  JOIN fulfilment_carton k ON k.id = p.carton_id JOIN network_site n ON n.id = s.site_id
"""
ONE_PARCEL = PARCELS + " WHERE p.tracking = %(tracking)s::text AND (%(carrier)s::text = '' OR r.code = %(carrier)s::text) ORDER BY p.id"
PARCELS_IN = PARCELS + " WHERE s.id = %(shipment)s::bigint ORDER BY p.id"
PARCELS_OF = PARCELS + " WHERE s.order_id = %(order)s::bigint ORDER BY p.id"
TROUBLED = """
SELECT * FROM (
  SELECT p.tracking, r.code, 'H-' || s.order_id, c.name, p.state, p.doubt,
         CASE WHEN p.doubt <> '' THEN 'in doubt' WHEN p.state IN ('failed', 'on-hold', 'return-to-sender', 'lost', 'cancelled') THEN p.state
              WHEN s.promised_on < %(today)s::date THEN 'late' WHEN p.expected_on > s.promised_on THEN 'will be late'
              WHEN x.id IS NOT NULL THEN 'silent' END AS why,
         s.promised_on, p.expected_on, s.handed_over_at, p.moved_at
    FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier r ON r.id = p.carrier_id
    JOIN orders_order o ON o.id = s.order_id JOIN partners_party c ON c.id = o.customer_id
    LEFT JOIN transport_silence x ON x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, s.handed_over_at)
   WHERE p.delivered_at IS NULL AND p.back_at IS NULL OR p.doubt <> '') t
 WHERE t.why IS NOT NULL ORDER BY t.promised_on NULLS LAST, t.handed_over_at LIMIT %(limit)s
"""


def shipments(limit: int = 100, after: tuple[datetime, int] | None = None, site: str = "", carrier: str = "", order: int = 0) -> list[ShipmentRow]:
    """Shipments, newest first, behind (handed over at, shipment)."""
    at, shipment = after or (None, 0)
    return rows(ShipmentRow, SHIPMENTS, limit=limit, at=at, shipment=shipment, site=site, carrier=carrier.upper(), order=order)


def parcel(tracking: str, carrier: str = "") -> ParcelView | None:
    """A parcel by its tracking number; of several carriers' the oldest unless one is named."""
    return next(iter(rows(ParcelView, ONE_PARCEL, tracking=tracking, carrier=carrier.upper())), None)


def parcels_in(shipment: int) -> list[ParcelView]:
    """The parcels of a shipment with their timelines."""
    return rows(ParcelView, PARCELS_IN, shipment=shipment)


def parcels_of(order: int) -> list[ParcelView]:
    """The parcels of an order with their timelines."""
    return rows(ParcelView, PARCELS_OF, order=order)


def troubled(limit: int = 100) -> list[TroubledRow]:
    """Parcels that need a look: in doubt, failed, late, about to be late, or silent for too long."""
    return rows(TroubledRow, TROUBLED, limit=limit, today=clock.now().date())


CHOICES = """
SELECT c.sscc, 'H-' || c.order_id, s.code, h.carrier, h.service, h.currency, h.total, h.lines::json, h.billed_g, h.zone, h.hand_over_by, h.arrives_on, h.promised_on, h.probability,
       h.candidates::json, h.reason, h.by_hand, h.chosen_at, h.actor
  FROM fulfilment_carton c JOIN network_site s ON s.id = c.site_id JOIN transport_choice h ON h.carton_id = c.id
"""
LATEST = " AND h.id = (SELECT max(x.id) FROM transport_choice x WHERE x.carton_id = c.id)"


def choices(carton: str) -> list[ChoiceView]:
    """The choices of service for a carton, the latest first."""
    return rows(_choice, CHOICES + " WHERE c.sscc = %(carton)s ORDER BY h.id DESC", carton=carton)


def chosen(cartons: Sequence[str]) -> dict[str, ChoiceView]:
    """The latest choice of service for each of these cartons."""
    return {c.carton: c for c in rows(_choice, CHOICES + " WHERE c.sscc = ANY(%(cartons)s::text[])" + LATEST, cartons=list(cartons))}


def _choice(*row: Any) -> ChoiceView:
    lines = [(kind, Decimal(amount)) for kind, amount in row[7]]
    return ChoiceView(*(*row[:7], lines, *row[8:]))
