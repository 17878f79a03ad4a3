"""Questions about the network: sites with their lanes, the bins of a site, the lanes that lead to a country, services and what they cost."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple


@dataclass(frozen=True, slots=True)
class LaneView:
    """The way to a country or region: transit in working days, what a parcel costs, the carrier who goes there, and the weekdays that count for him."""

    country: str
    region: str
    days: int
    cost: Decimal
    currency: str
    carrier: str
    transit_on: list[int]


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site with its calendar, its place, the number of its bins, and its lanes."""

    code: str
    name: str
    country: str
    region: str
    zone: str
    workdays: list[int]
    cut_off: time
    opens: time
    closes: time
    priority: int
    street: str
    postcode: str
    city: str
    gln: str
    latitude: Decimal | None
    longitude: Decimal | None
    sscc_prefix: str
    pack_scan: str
    tote_scan: bool
    audit_percent: int
    weight_tolerance_g: int
    weight_tolerance_percent: int
    active: bool
    supplier: str
    bins: int
    lanes: list[LaneView]


@dataclass(frozen=True, slots=True)
class BinView:
    """A bin of a site, with its turn on the picker's walk and what it is for."""

    code: str
    zone: str
    x_m: Decimal
    y_m: Decimal
    level: int
    walk: int
    role: str


@dataclass(frozen=True, slots=True)
class FloorView:
    """How one walks at a site and how it picks; metres from the site's origin. Racks are outlines of points."""

    site: str
    aisles: list[float]
    cross: list[float]
    racks: list[list[list[float]]]
    start_x: float
    start_y: float
    end_x: float
    end_y: float
    method: str
    cart_orders: int
    cart_weight_g: int | None
    cart_volume_ml: int | None
    open_tasks: int | None


@dataclass(frozen=True, slots=True)
class LaneTo:
    """The lane of a site that leads to the place that was asked for."""

    site: str
    days: int
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class CartonTypeRow:
    """A carton type as it is on a day: its sides inside and outside in millimetres, its weights in grams."""

    id: int
    code: str
    name: str
    inner_length_mm: int
    inner_width_mm: int
    inner_height_mm: int
    outer_length_mm: int
    outer_width_mm: int
    outer_height_mm: int
    tare_g: int
    max_gross_g: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class CartonTypeView:
    """A version of a carton type, from a day until a day, at these sites or at all."""

    code: str
    name: str
    inner_length_mm: int
    inner_width_mm: int
    inner_height_mm: int
    outer_length_mm: int
    outer_width_mm: int
    outer_height_mm: int
    tare_g: int
    max_gross_g: int
    cost: Decimal
    sites: list[str]
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A version of a carrier's service, from a day until a day."""

    carrier: str
    code: str
    name: str
    mode: str
    currency: str
    pickup_on: list[int]
    transit_on: list[int]
    cut_off: time | None
    max_weight_g: int | None
    max_length_mm: int | None
    max_girth_mm: int | None
    claim_loss_days: int | None
    claim_damage_days: int | None
    claim_delay_days: int | None
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class CardView:
    """A rate card of a service, from a day until a day, with how many zones and rates it has."""

    carrier: str
    service: str
    from_on: date
    until_on: date | None
    zones: int
    rates: int


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A destination of a rate card: its zone and the days in transit. An empty site, region or postcode is any."""

    zone: str
    country: str
    days: int
    region: str
    postcode: str
    site: str


@dataclass(frozen=True, slots=True)
class RateView:
    """A price of a rate card: of a zone, up to a weight or without end."""

    zone: str
    price: Decimal
    up_to_g: int | None
    minimum: Decimal


@dataclass(frozen=True, slots=True)
class CardWhole:
    """A rate card with its zones and rates."""

    carrier: str
    service: str
    from_on: date
    until_on: date | None
    zones: list[ZoneView]
    rates: list[RateView]


@dataclass(frozen=True, slots=True)
class SurchargeView:
    """A version of a surcharge of a service, from a day until a day."""

    carrier: str
    service: str
    kind: str
    percent: Decimal | None
    amount: Decimal | None
    over_g: int | None
    over_length_mm: int | None
    over_girth_mm: int | None
    country: str
    postcodes: list[str]
    home: bool
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class ContractRow:
    """How a carrier bills on a day; an empty carrier is any."""

    carrier: str
    divisor: int
    step: Decimal
    units: str
    whole_sides: bool


@dataclass(frozen=True, slots=True)
class ContractView:
    """A freight contract, from a day until a day; an empty site or carrier is any."""

    site: str
    carrier: str
    divisor: int
    step: Decimal
    units: str
    whole_sides: bool
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class TransitView:
    """What a lane takes, as somebody approved it for promises from a day on."""

    site: str
    country: str
    region: str
    carrier: str
    service: str
    from_on: date
    percent: int
    days: int
    percentiles: list[int]
    parcels: int
    measured_from: date
    measured_to: date
    approved_by: str
    approved_at: datetime


TRANSIT = """
SELECT s.code, t.country, t.region, t.carrier, t.service, t.from_on, t.percent, t.days, ARRAY[t.p50, t.p75, t.p85, t.p90, t.p95, t.p97, t.p99], t.parcels,
       t.measured_from, t.measured_to, t.approved_by, t.approved_at
  FROM network_learnedtransit t JOIN network_site s ON s.id = t.site_id ORDER BY s.code, t.country, t.region, t.carrier, t.service, t.from_on DESC
"""
SITES = """
SELECT s.code, s.name, s.country, s.region, s.zone, array_to_json(s.workdays)::text, s.cut_off, s.opens, s.closes, s.priority, s.street, s.postcode, s.city,
       s.gln, s.latitude, s.longitude, s.sscc_prefix, s.pack_scan, s.tote_scan, s.audit_percent,
       s.weight_tolerance_g, s.weight_tolerance_percent, s.active, s.supplier,
       (SELECT count(*) FROM network_bin b WHERE b.site_id = s.id),
       (SELECT json_agg(json_build_array(l.country, l.region, l.days, l.cost::text, l.currency, l.carrier, l.transit_on) ORDER BY l.country, l.region)::text
          FROM network_lane l WHERE l.site_id = s.id)
  FROM network_site s
"""
BINS = """
SELECT b.code, coalesce(z.code, ''), b.x_m, b.y_m, b.level, b.walk, b.role
  FROM network_bin b JOIN network_site s ON s.id = b.site_id LEFT JOIN network_zone z ON z.id = b.zone_id
 WHERE s.code = %(site)s AND b.code > %(after)s ORDER BY b.code LIMIT %(limit)s
"""
CARTON_TYPES_OF = """
SELECT t.id, t.code, t.name, t.inner_length_mm, t.inner_width_mm, t.inner_height_mm, t.outer_length_mm, t.outer_width_mm, t.outer_height_mm,
       t.tare_g, t.max_gross_g, t.cost
  FROM (SELECT DISTINCT ON (code) * FROM network_cartontype
         WHERE (sites = '{}' OR %(site)s::text = ANY(sites)) AND from_on <= %(day)s::date ORDER BY code, from_on DESC) t
 WHERE t.until_on IS NULL OR t.until_on >= %(day)s::date ORDER BY t.code
"""
CARTON_TYPES = """
SELECT code, name, inner_length_mm, inner_width_mm, inner_height_mm, outer_length_mm, outer_width_mm, outer_height_mm, tare_g, max_gross_g, cost,
       sites, from_on, until_on
  FROM network_cartontype ORDER BY code, from_on
"""
CONTRACTS_OF = """
SELECT DISTINCT ON (c.carrier) c.carrier, c.divisor, c.step, c.units, c.whole_sides
  FROM (SELECT DISTINCT ON (site, carrier) * FROM network_freightcontract
         WHERE site IN ('', %(site)s::text) AND from_on <= %(day)s::date ORDER BY site, carrier, from_on DESC) c
 WHERE c.until_on IS NULL OR c.until_on >= %(day)s::date ORDER BY c.carrier, c.site = ''
"""
CONTRACTS = "SELECT site, carrier, divisor, step, units, whole_sides, from_on, until_on FROM network_freightcontract ORDER BY site, carrier, from_on"
SERVICES = """
SELECT carrier, code, name, mode, currency, pickup_on, transit_on, cut_off, max_weight_g, max_length_mm, max_girth_mm, claim_loss_days, claim_damage_days, claim_delay_days,
       from_on, until_on
  FROM network_service ORDER BY carrier, code, from_on
"""
CARDS = """
SELECT c.carrier, c.service, c.from_on, c.until_on, (SELECT count(*) FROM network_servicezone z WHERE z.card_id = c.id), (SELECT count(*) FROM network_rate r WHERE r.card_id = c.id)
  FROM network_ratecard c ORDER BY c.carrier, c.service, c.from_on
"""
CARD = "SELECT id, until_on FROM network_ratecard WHERE carrier = %(carrier)s AND service = %(service)s AND from_on = %(from_on)s"
ZONES_OF = "SELECT zone, country, days, region, postcode, site FROM network_servicezone WHERE card_id = %(card)s ORDER BY country, site, region, postcode"
RATES_OF = "SELECT zone, price, up_to_g, minimum FROM network_rate WHERE card_id = %(card)s ORDER BY zone, up_to_g"
SURCHARGES = """
SELECT carrier, service, kind, percent, amount, over_g, over_length_mm, over_girth_mm, country, postcodes, home, from_on, until_on
  FROM network_surcharge ORDER BY carrier, service, kind, from_on
"""
FLOORS = """
SELECT s.code, array_to_json(f.aisles)::text, array_to_json(f.cross_aisles)::text, f.racks::text, f.start_x::float, f.start_y::float, f.end_x::float, f.end_y::float,
       f.method, f.cart_orders, f.cart_weight_g, f.cart_volume_ml, f.open_tasks
  FROM network_floor f JOIN network_site s ON s.id = f.site_id
"""
LANES = """
SELECT DISTINCT ON (s.code) s.code, l.days, l.cost, l.currency
  FROM network_lane l JOIN network_site s ON s.id = l.site_id AND s.active
 WHERE l.country = %(country)s AND l.region IN ('', %(region)s) ORDER BY s.code, l.region = ''
"""


def carton_types(site: str, day: date) -> list[CartonTypeRow]:
    """The carton types that a site packs into on a day, by code."""
    return rows(CartonTypeRow, CARTON_TYPES_OF, site=site, day=day)


def every_carton_type() -> list[CartonTypeView]:
    """All carton types with all their versions, by code and day."""
    return rows(CartonTypeView, CARTON_TYPES)


def freight_contracts(site: str, day: date) -> list[ContractRow]:
    """How parcels from a site are billed on a day, a row for each carrier: the one that names no carrier first."""
    return rows(ContractRow, CONTRACTS_OF, site=site, day=day)


def every_freight_contract() -> list[ContractView]:
    """All freight contracts, by site, carrier and day."""
    return rows(ContractView, CONTRACTS)


def every_service() -> list[ServiceView]:
    """All services with all their versions, by carrier, code and day."""
    return rows(ServiceView, SERVICES)


def every_card() -> list[CardView]:
    """All rate cards, by carrier, service and day."""
    return rows(CardView, CARDS)


def card(carrier: str, service: str, from_on: date) -> CardWhole | None:
    """One rate card with its zones and rates."""
    for id, until_on in rows(as_tuple, CARD, carrier=carrier, service=service, from_on=from_on):
        return CardWhole(carrier, service, from_on, until_on, rows(ZoneView, ZONES_OF, card=id), rows(RateView, RATES_OF, card=id))
    return None


def every_surcharge() -> list[SurchargeView]:
    """All surcharges with all their versions, by carrier, service, kind and day."""
    return rows(SurchargeView, SURCHARGES)
def every_transit() -> list[TransitView]:
    """What was approved of lanes, by site and lane, the latest version first."""
    return rows(TransitView, TRANSIT)


def site(code: str) -> SiteView | None:
    """One site, if there is one."""
    return next(iter(rows(_site, SITES + " WHERE s.code = %(code)s", code=code)), None)


def sites(limit: int, after: str = "") -> list[SiteView]:
    """Sites by code behind `after`."""
    return rows(_site, SITES + " WHERE s.code > %(after)s ORDER BY s.code LIMIT %(limit)s", after=after, limit=limit)


def bins(site: str, limit: int, after: str = "") -> list[BinView]:
    """The bins of a site by code, behind `after`."""
    return rows(BinView, BINS, site=site, limit=limit, after=after)


def floor(site: str) -> FloorView | None:
    """The floor of a site, if somebody kept one."""
    return next(iter(rows(_floor, FLOORS + " WHERE s.code = %(site)s", site=site)), None)


def releasing() -> list[FloorView]:
    """The floors of the sites that release by themselves."""
    return rows(_floor, FLOORS + " WHERE s.active AND f.open_tasks IS NOT NULL ORDER BY s.priority, s.code")


def lanes_to(country: str, region: str = "") -> list[LaneTo]:
    """For each active site the lane that leads to a country and region: the region's own, else its country's."""
    return rows(LaneTo, LANES, country=country, region=region)


def _floor(site: str, aisles: str, cross: str, racks: str, *rest: Any) -> FloorView:
    return FloorView(site, [float(x) for x in json.loads(aisles)], [float(y) for y in json.loads(cross)],
                     [[[float(v) for v in spot] for spot in rack] for rack in json.loads(racks)], *rest)


def _site(*row: Any) -> SiteView:
    lanes = [LaneView(c, r, days, Decimal(cost), *rest) for c, r, days, cost, *rest in json.loads(row[-1] or "[]")]
    return SiteView(*(*row[:5], json.loads(row[5]), *row[6:-1], lanes))
