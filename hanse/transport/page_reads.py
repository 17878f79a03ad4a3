"""Questions of the transport pages beside `reads`: carriers as choices, one shipment, shipments by the state of their parcels."""

from dataclasses import dataclass
from datetime import date, datetime
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
