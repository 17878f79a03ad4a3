"""Opening: the asks that make a described company: items, sites, customers, carriers and what lies on the shelf on the first day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hanse.catalogue.keep import KeepItem
from hanse.inventory.receive import Receive
from hanse.kernel.gs1 import check_digit
from hanse.network.keep import KeepSite
from hanse.network.keep_carton_types import KeepCartonType
from hanse.network.keep_floors import KeepFloor, Spot
from hanse.network.keep_rates import KeepRates, RateGiven, ZoneGiven
from hanse.network.keep_services import KeepService
from hanse.network.place import BinGiven, LaneGiven
from hanse.partners.keep import KeepParty
from hanse.transport.keep_carriers import CodeEntry, KeepCarrier

from .chances import Chances, one
from .described import Carrier, Company, Customers, Family, Service, Site
from .people import somebody

CODES = (
    CodeEntry("PU", "picked-up"), CodeEntry("IT", "in-transit"), CodeEntry("OD", "out-for-delivery"), CodeEntry("DL", "delivered"), CodeEntry("NA", "failed"),
    CodeEntry("RS", "return-to-sender"), CodeEntry("LO", "lost"),
)  # fmt: skip
"""What the world's carriers call what happens to a parcel."""
CARTONS = [("K-02", (200, 150, 100), 90), ("K-05", (300, 200, 150), 180), ("K-10", (400, 300, 200), 340), ("K-20", (600, 400, 300), 700)]
"""Carton types: sides inside in millimetres and their own weight in grams."""
STEPS = (2_000, 5_000, 10_000, None)
COVER = 24
"""Days of demand that lie on the shelf on the first day, at most; of what is ordered for fewer days so many."""


@dataclass(frozen=True, slots=True)
class Sold:
    """An item of a described company: its family, where among its family it stands, its share of all units asked for, its home bin by site."""

    sku: str
    name: str
    family: Family
    rank: int
    share: float
    price: Decimal
    bins: dict[str, str]


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer: its code, class and country."""

    code: str
    of: Customers
    country: str
    name: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A company's items and customers, and the asks that make them known."""

    sold: list[Sold]
    buyers: dict[str, list[Buyer]]
    items: list[KeepItem]
    sites: list[KeepSite]
    floors: list[KeepFloor]
    parties: list[KeepParty]
    carriers: list[KeepCarrier]
    services: list[KeepService]
    rates: list[KeepRates]
    cartons: list[KeepCartonType]


def opened(company: Company, chances: Chances, began: date) -> Opened:
    """The same company for the same seed."""
    sold = list(_sold(company, chances))
    buyers, parties = _customers(company, chances)
    since = began - timedelta(days=365)
    return Opened(
        sold, buyers, [_item(company, it, n, chances) for n, it in enumerate(sold)], [_site(company, site, sold) for site in company.sites], [_floor(site) for site in company.sites],
        parties, [KeepCarrier(c.code, c.name, codes=CODES) for c in company.carriers], [_service(company, c, s, since) for c in company.carriers for s in c.services],
        [_rates(c, s, since) for c in company.carriers for s in c.services],
        [KeepCartonType(code, x, y, z, x + 8, y + 8, z + 8, tare, 30_000) for code, (x, y, z), tare in CARTONS],
    )  # fmt: skip


# -- items ----------------------------------------------------------------------------------------------------------------


def _sold(company: Company, chances: Chances) -> Iterator[Sold]:
    """All items. In a family the first is asked for most, the second half as much, and so on; a site keeps the first ones of each."""
    weight = sum(f.weight for f in company.families)
    homes = {site.code: iter(pick_faces(site)) for site in company.sites}
    for family in company.families:
        whole = sum(1 / (n + 1) for n in range(len(family.variants)))
        for n, variant in enumerate(family.variants):
            random = chances.of("item", family.prefix, n)
            price = Decimal(f"{random.uniform(*family.price):.1f}0")
            kept = [site.code for site in company.sites if n < max(1, round(site.holds * len(family.variants)))]
            yield Sold(f"{family.prefix}-{n + 1:02}", f"{family.name} {variant}", family, n, family.weight / weight / (n + 1) / whole, price, {code: next(homes[code]) for code in kept})


def _item(company: Company, it: Sold, n: int, chances: Chances) -> KeepItem:
    random, family = chances.of("size", it.sku), it.family
    long, wide, high = sorted((round(random.uniform(*family.millimetres)) for _ in range(3)), reverse=True)
    data = f"4260{int(family.prefix.encode().hex(), 16) % 10_000:04}{n:04}"
    return KeepItem(
        it.sku, it.name, gtin=data + check_digit(data), price=it.price, currency=company.currency, weight_g=round(random.uniform(*family.grams)), length_mm=long, width_mm=wide, height_mm=high,
        tax_rate=Decimal(str(company.tax_rate)), stock_unit="piece", tracking=family.tracking, shelf_life_days=family.shelf_life_days, bears=family.bears, hs_code=family.hs_code, origin=company.sites[0].country,
    )  # fmt: skip


# -- places ---------------------------------------------------------------------------------------------------------------


def pick_faces(site: Site) -> list[str]:
    """The bins that are picked from, aisle by aisle."""
    return [f"{chr(65 + aisle)}-{bay + 1:02}-{level}" for aisle in range(site.aisles) for bay in range(site.bays) for level in (1, 2)]


def _site(company: Company, site: Site, sold: list[Sold]) -> KeepSite:
    bins = tuple(
        BinGiven(f"{chr(65 + aisle)}-{bay + 1:02}-{level}", zone="A", x_m=Decimal(4 * (aisle + 1)), y_m=Decimal(2 + 2 * bay), level=level, role="reserve" if level == 3 else "pick-face")
        for aisle in range(site.aisles) for bay in range(site.bays) for level in (1, 2, 3)
    )
    usual = {
        country: (carrier, service)
        for carrier in reversed(company.carriers) for service in reversed(carrier.services) for country in service.days if not site.serves or country in site.serves
    }
    lanes = tuple(
        LaneGiven(country, service.days[country], cost=Decimal(str(price_of(service, country)[1])), currency=company.currency, transit_on=carrier.transit_on)
        for country, (carrier, service) in usual.items())
    return KeepSite(
        site.code, site.country, site.name, workdays=site.workdays, cut_off=site.cut_off, opens=site.opens, closes=site.closes, priority=site.priority, postcode=site.postcode, city=site.city,
        street="Speicherstraße 1", latitude=Decimal(str(site.latitude)), longitude=Decimal(str(site.longitude)), sscc_prefix=f"426{company.sites.index(site):04}", zones=("A",), bins=bins, lanes=lanes,
    )  # fmt: skip


def _floor(site: Site) -> KeepFloor:
    return KeepFloor(site.code, aisles=tuple(Decimal(4 * (a + 1)) for a in range(site.aisles)), cross=(Decimal(0), Decimal(4 + 2 * site.bays)), start=Spot(Decimal(4), Decimal(0)), method=site.method, cart_orders=site.cart_orders)


# -- customers ------------------------------------------------------------------------------------------------------------


def _customers(company: Company, chances: Chances) -> tuple[dict[str, list[Buyer]], list[KeepParty]]:
    buyers: dict[str, list[Buyer]] = {}
    parties = []
    for of in company.customers:
        for n in range(of.people):
            random = chances.of("customer", of.code, n)
            country = one(random, of.countries)
            name, address = somebody(country, random, of.business)
            buyer = Buyer(f"{of.code}{n + 1:05}", of, country, name)
            buyers.setdefault(of.code, []).append(buyer)
            parties.append(KeepParty(
                buyer.code, name, ("customer", "consignee"), company.currency, ship_rule=of.ship_rule, invoice_rule=of.invoice_rule, backorder_rule=of.backorder_rule, payment_days=of.payment_days,
                credit_limit=None if of.credit_limit is None else Decimal(str(of.credit_limit)), priority=of.priority, min_life_days=of.min_life_days, receives_on=of.receives_on or None, addresses=(address,),
            ))  # fmt: skip
    return buyers, parties


# -- carriers -------------------------------------------------------------------------------------------------------------


def _service(company: Company, carrier: Carrier, service: Service, since: date) -> KeepService:
    return KeepService(carrier.code, service.code, since, service.name, currency=company.currency, transit_on=carrier.transit_on, cut_off=service.cut_off, max_weight_g=round(service.most_kg * 1000),
                       claim_loss_days=90, claim_damage_days=14, claim_delay_days=30)  # fmt: skip


def _rates(carrier: Carrier, service: Service, since: date) -> KeepRates:
    zones = tuple(ZoneGiven("near" if country in service.near else "far", country, days) for country, days in service.days.items())
    rates = tuple(RateGiven(zone, Decimal(str(price)), step) for zone, prices in service.prices.items() for step, price in zip(STEPS, prices, strict=True))
    return KeepRates(carrier.code, service.code, since, zones, rates)


def price_of(service: Service, country: str) -> tuple[float, ...]:
    """What a service costs to a country: up to 2, 5 and 10 kg, and each kilogram beyond."""
    return service.prices["near" if country in service.near else "far"]


# -- the first stock --------------------------------------------------------------------------------------------------------


def first_stock(company: Company, sold: list[Sold], chances: Chances, began: date) -> list[Receive]:
    """What lies in its bin on the first day: demand of some weeks, split over the sites that keep it."""
    found = []
    cover = {prefix: min(COVER, supplier.covers_days) for supplier in company.suppliers for prefix in supplier.families}
    for it in sold:
        for site in it.bins:
            random = chances.of("first stock", site, it.sku)
            units = max(4, round(daily(company, it) / len(it.bins) * random.uniform(0.7, 1.3) * cover[it.family.prefix]))
            found.append(with_lot(Receive(site, it.sku, units, it.bins[site], document="opening stock"), it, began, random))
    return found


def with_lot(given: Receive, it: Sold, on: date, random: Random) -> Receive:
    """A delivery with its lot, of items that have lots: made a day or two before."""
    if it.family.tracking != "lot":
        return given
    made = on - timedelta(days=random.randrange(1, 3))
    expires = made + timedelta(days=it.family.shelf_life_days) if it.family.shelf_life_days else None
    return replace(given, lot=f"L{made:%y%m%d}{random.randrange(10, 99)}", made_on=made, expires_on=expires)


def daily(company: Company, it: Sold) -> float:
    """Units of an item asked for on a day, on average."""
    return it.share * sum(of.orders_per_day * _mean(of.lines) * _mean(of.units) for of in company.customers)


def _mean(weights: tuple[float, ...]) -> float:
    return sum((n + 1) * w for n, w in enumerate(weights)) / sum(weights)
