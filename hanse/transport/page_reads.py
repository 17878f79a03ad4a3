"""Questions of the transport pages beside `reads`: carriers as choices, one shipment, shipments by the state of their parcels."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple

ROWS = 40


def carriers() -> list[tuple[str, str]]:
    """The carriers as choices."""
    return rows(lambda code, name: (code, name), "SELECT code, name FROM transport_carrier ORDER BY name, code")


def sites() -> list[tuple[str, str]]:
    """The sites as choices."""
    return rows(lambda code, name: (code, name), "SELECT code, name FROM network_site WHERE active ORDER BY name, code")


ZONE = """
SELECT coalesce((SELECT n.zone FROM transport_bill b JOIN network_site n ON n.id = b.site_id WHERE b.number = %(bill)s::text),
                (SELECT zone FROM network_site WHERE code = %(site)s::text), 'UTC')
"""


def zone_of(site: str, bill: str = "") -> str:
    """The zone of a site, or of the one that a bill of lading leaves from."""
    [zone] = rows(str, ZONE, site=site, bill=bill)
    return zone


@dataclass(frozen=True, slots=True)
class ShipmentHead:
    """A shipment with whom it goes to and what was promised."""

    shipment: int
    order: str
    customer: str
    site: str
    site_name: str
    zone: str
    carrier: str
    carrier_name: str
    service: str
    ship_to: list[str]
    ship_zone: str
    promised_on: date | None
    handed_over_at: datetime
    actor: str
    bill: str


HEAD = """
SELECT s.id, 'H-' || s.order_id, c.name, n.code, n.name, n.zone, r.code, r.name, s.service,
       ARRAY[a.name, a.street, trim(a.postcode || ' ' || a.city), a.country], a.zone, s.promised_on, s.handed_over_at, s.actor, coalesce(b.number, '')
  FROM transport_shipment s JOIN orders_order o ON o.id = s.order_id JOIN partners_party c ON c.id = o.customer_id JOIN network_site n ON n.id = s.site_id
  JOIN transport_carrier r ON r.id = s.carrier_id JOIN partners_address a ON a.id = s.address_id
  LEFT JOIN transport_bill b ON b.id = s.bill_id
 WHERE s.id = %(shipment)s::bigint
"""


def shipment(number: int) -> ShipmentHead | None:
    """One shipment's head."""
    return next(iter(rows(ShipmentHead, HEAD, shipment=number)), None)


GOES_ALONG = """
SELECT y.id, 'H-' || y.order_id FROM transport_shipment x JOIN transport_shipment y ON y.site_id = x.site_id AND y.carrier_id = x.carrier_id AND y.address_id = x.address_id
 WHERE x.id = %(shipment)s::bigint AND y.id <> x.id AND y.bill_id IS NULL AND y.handed_over_at BETWEEN x.handed_over_at - interval '1 day' AND x.handed_over_at + interval '1 day'
 ORDER BY y.id LIMIT 50
"""


def goes_along(shipment: int) -> list[tuple[int, str]]:
    """Shipments that may go on the same bill of lading: the same way, within a day of each other, on no bill yet."""
    return rows(lambda number, order: (number, order), GOES_ALONG, shipment=shipment)


def codes(carrier: str) -> list[tuple[str, str]]:
    """A carrier's codes of today with what they mean, as choices."""
    found = rows(as_tuple, """
        SELECT DISTINCT ON (k.code) k.code, k.state FROM transport_carriercode k JOIN transport_carrier r ON r.id = k.carrier_id
         WHERE r.code = %(carrier)s ORDER BY k.code, k.since DESC""", carrier=carrier)
    return [(code, f"{code}: {state.replace('-', ' ')}" if state else code) for code, state in found if state]


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A shipment in the list: whom for, who carries it, how far its parcels are."""

    shipment: int
    order: str
    customer: str
    city: str
    country: str
    site: str
    zone: str
    carrier: str
    service: str
    handed_over_at: datetime
    promised_on: date | None
    units: int
    parcels: list[dict[str, Any]]


VIEWS = {
    "all": "true",
    "on-its-way": "EXISTS (SELECT 1 FROM transport_parcel p WHERE p.shipment_id = s.id AND p.delivered_at IS NULL)",
    "late": "s.promised_on < %(today)s::date AND EXISTS (SELECT 1 FROM transport_parcel p WHERE p.shipment_id = s.id AND p.delivered_at IS NULL)",
    "doubt": "EXISTS (SELECT 1 FROM transport_parcel p WHERE p.shipment_id = s.id AND (p.doubt <> '' OR p.state IN ('failed', 'on-hold', 'return-to-sender', 'lost')))",
    "delivered": "NOT EXISTS (SELECT 1 FROM transport_parcel p WHERE p.shipment_id = s.id AND p.delivered_at IS NULL)",
}
LIST = """
SELECT s.id, 'H-' || s.order_id, c.name, a.city, a.country, n.code, n.zone, r.name, s.service, s.handed_over_at, s.promised_on,
       (SELECT coalesce(sum(x.quantity), 0)::bigint FROM transport_parcel p JOIN fulfilment_content x ON x.carton_id = p.carton_id WHERE p.shipment_id = s.id),
       coalesce((SELECT json_agg(json_build_object('parcel', p.tracking, 'state', p.state, 'doubt', p.doubt, 'expected_on', p.expected_on, 'delivered_at', p.delivered_at) ORDER BY p.id)
                   FROM transport_parcel p WHERE p.shipment_id = s.id), '[]')
  FROM (SELECT s.* FROM transport_shipment s JOIN network_site n ON n.id = s.site_id JOIN transport_carrier r ON r.id = s.carrier_id
         WHERE {where} AND (%(site)s::text = '' OR n.code = %(site)s::text) AND (%(carrier)s::text = '' OR r.code = %(carrier)s::text)
           AND (%(q)s::text = '' OR s.order_id = %(order)s::bigint OR s.id IN (SELECT p.shipment_id FROM transport_parcel p WHERE p.tracking = %(q)s::text))
           AND ({edge}) ORDER BY s.handed_over_at {way}, s.id {way} LIMIT %(limit)s) s
  JOIN orders_order o ON o.id = s.order_id JOIN partners_party c ON c.id = o.customer_id JOIN partners_address a ON a.id = s.address_id
  JOIN network_site n ON n.id = s.site_id JOIN transport_carrier r ON r.id = s.carrier_id
 ORDER BY s.handed_over_at DESC, s.id DESC
"""
AFTER = "(s.handed_over_at, s.id) {} ((SELECT handed_over_at FROM transport_shipment WHERE id = %(edge)s::bigint), %(edge)s::bigint)"


def shipments(view: str, today: date, *, site: str = "", carrier: str = "", q: str = "", order: int = 0, after: int = 0, before: int = 0) -> list[ShipmentRow]:
    """Shipments, newest first, behind or in front of one; one more than is shown tells that there are more."""
    edge, way = ("true", "DESC") if not (after or before) else (AFTER.format("<" if after else ">"), "DESC" if after else "ASC")
    sql = LIST.format(where=VIEWS[view], edge=edge, way=way)
    return rows(ShipmentRow, sql, today=today, site=site, carrier=carrier, q=q, order=order, edge=after or before, limit=ROWS + 1)


def services_sold() -> bool:
    """Whether any carrier's service is kept at all."""
    return bool(rows(bool, "SELECT EXISTS (SELECT FROM network_service)")[0])
@dataclass(frozen=True, slots=True)
class RoundParcel:
    """A parcel of a driver's round: where it goes, how much is in it, and who may receive it."""

    parcel: str
    name: str
    street: str
    postcode: str
    city: str
    units: int
    state: str
    may_receive: list[str]


OF_ROUND = """
transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier r ON r.id = p.carrier_id JOIN network_site w ON w.id = s.site_id
"""
ROUND = f"""
SELECT p.tracking, a.name, a.street, a.postcode, a.city, sum(p.units)::bigint, min(p.state),
       coalesce((SELECT array_agg(DISTINCT n.name ORDER BY n.name) FROM unnest(array_agg(s.order_id)) AS x(id) JOIN orders_order o ON o.id = x.id
          CROSS JOIN LATERAL (SELECT c.name FROM partners_contact c WHERE c.party_id = o.customer_id AND c.may_receive UNION SELECT nullif(o.receiver, '')) n WHERE n.name IS NOT NULL), '{{}}')
  FROM {OF_ROUND} JOIN partners_address a ON a.id = s.address_id
 WHERE p.delivered_at IS NULL AND p.back_at IS NULL AND p.state NOT IN ('return-to-sender', 'cancelled') AND r.code = %(carrier)s AND w.code = %(site)s
 GROUP BY p.tracking, a.id ORDER BY a.country, a.postcode, a.street, p.tracking LIMIT 500
"""


def round_of(carrier: str, site: str) -> list[RoundParcel]:
    """The parcels of a carrier from a site that nobody received yet, by address."""
    return rows(RoundParcel, ROUND, carrier=carrier, site=site)


DOOR = f"""
SELECT a.zone FROM {OF_ROUND} JOIN partners_address a ON a.id = s.address_id
 WHERE p.tracking = %(parcel)s AND r.code = %(carrier)s AND w.code = %(site)s LIMIT 1
"""


def door_zone(carrier: str, site: str, parcel: str) -> str | None:
    """The time zone of the place a parcel goes to; nothing where it did not leave this site with this carrier."""
    return next(iter(rows(str, DOOR, carrier=carrier, site=site, parcel=parcel)), None)


@dataclass(frozen=True, slots=True)
class ProofView:
    """A proof of delivery with its parcel, the address it was for, and where that lies."""

    proof: int
    parcel: str
    order: str
    shipment: int
    carrier: str
    units: int
    at: datetime
    zone: str
    recorded_at: datetime
    actor: str
    receiver: str
    relation: str
    place: str
    gln: str
    latitude: Decimal | None
    longitude: Decimal | None
    accuracy_m: Decimal | None
    received: int | None
    condition: str
    left_unattended: bool
    source: str
    photo: str
    signature: str
    address: list[str]
    to_latitude: Decimal | None
    to_longitude: Decimal | None
    later: int | None
    advice: str
    told: list[dict[str, Any]]


PROOF = """
SELECT f.id, p.tracking, 'H-' || s.order_id, s.id, r.name, p.units, f.delivered_at, f.zone, f.recorded_at, f.actor, f.receiver, f.relation, f.place, f.gln, f.latitude, f.longitude, f.accuracy_m,
       f.received, f.condition, f.left_unattended, f.source, f.photo, f.signature, ARRAY[a.name, a.street, trim(a.postcode || ' ' || a.city), a.country], a.latitude, a.longitude,
       (SELECT max(x.id) FROM transport_proof x WHERE x.parcel_id = f.parcel_id AND x.id > f.id), coalesce(v.number, ''),
       coalesce((SELECT json_agg(json_build_object('line', l.position, 'sku', i.sku, 'received', x.received, 'short', x.short, 'rejected', x.rejected, 'reason', x.reason) ORDER BY l.position)
                   FROM transport_receivedline x JOIN orders_line l ON l.id = x.line_id JOIN catalogue_item i ON i.id = l.item_id WHERE x.advice_id = v.id), '[]')
  FROM transport_proof f JOIN transport_parcel p ON p.id = f.parcel_id JOIN transport_shipment s ON s.id = p.shipment_id JOIN transport_carrier r ON r.id = p.carrier_id
  JOIN partners_address a ON a.id = s.address_id
  LEFT JOIN transport_receivingadvice v ON f.source = 'receiving advice' AND v.order_id = s.order_id AND v.recorded_at = f.recorded_at
 WHERE f.id = %(proof)s::bigint LIMIT 1
"""


def proof(number: int) -> ProofView | None:
    """One proof of delivery."""
    return next(iter(rows(ProofView, PROOF, proof=number)), None)


def photo(sha256: str) -> bytes | None:
    """A photo by its hash."""
    return next(iter(rows(bytes, "SELECT body FROM transport_photo WHERE sha256 = %(sha256)s", sha256=sha256)), None)


@dataclass(frozen=True, slots=True)
class LaneWeek:
    """Parcels that a carrier first saw in a week, by the days they took, on a lane with its planned days."""

    site: str
    country: str
    region: str
    carrier: str
    service: str
    week_on: date
    days: int
    parcels: int
    planned: int | None
    own: str


LANE_WEEKS = """
SELECT s.code, t.country, t.region, t.carrier, t.service, t.week_on, t.days, t.parcels, l.days, coalesce(l.carrier, '')
  FROM transport_transitweek t JOIN network_site s ON s.id = t.site_id LEFT JOIN network_lane l ON l.site_id = t.site_id AND l.country = t.country AND l.region = t.region
 WHERE t.week_on >= %(first)s::date AND t.week_on < %(until)s::date AND (%(site)s = '' OR s.code = %(site)s) AND (%(country)s = '' OR t.country = %(country)s)
"""


def lane_weeks(first: date, until: date, site: str = "", country: str = "") -> list[LaneWeek]:
    """What lanes took in the weeks between two Mondays, as it was rolled up."""
    return rows(LaneWeek, LANE_WEEKS, first=first, until=until, site=site, country=country)
