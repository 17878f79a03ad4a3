"""The demo's company: a bearing trader with three sites and customers around the North Sea and the Baltic. Seeded."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from random import Random

from hanse.catalogue.keep import KeepItem
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe
from hanse.catalogue.keep_substitutes import KeepSubstitute
from hanse.kernel.gs1 import check_digit
from hanse.network.keep import KeepSite
from hanse.network.keep_carton_types import KeepCartonType
from hanse.network.keep_floors import KeepFloor, Spot
from hanse.network.keep_freight_contracts import KeepFreightContract
from hanse.network.keep_rates import KeepRates, RateGiven, ZoneGiven
from hanse.network.keep_services import KeepService
from hanse.network.keep_surcharges import KeepSurcharge
from hanse.network.place import BinGiven, LaneGiven
from hanse.partners.addresses import AddressGiven
from hanse.partners.keep import ContactGiven, KeepParty
from hanse.partners.keep_otif import KeepOtif

KINDS = [
    # prefix, name, sizes, price from, grams
    ("BRG", "Deep groove bearing", ["6002-2RS", "6004-2RS", "6204-2RS", "6204-ZZ", "6205-2RS", "6206-2RS", "6305-ZZ", "6308-2RS"], "4.80", 90),
    ("SEA", "Shaft seal", ["TC20", "TC25", "TC30", "TC35", "TC40", "TC50"], "2.10", 25),
    ("GBX", "Gear unit", ["20", "30", "40", "60"], "148.00", 6400),
    ("OIL", "Gear oil VG 220", ["1", "5", "20"], "11.50", 950),
    ("BLT", "V-belt", ["A38", "A42", "A50", "B52", "B60", "SPA1250"], "6.40", 180),
    ("CPL", "Shaft coupling", ["M19", "M24", "M28", "M38"], "32.00", 820),
    ("CHN", "Roller chain", ["08B-1", "10B-1", "12B-1", "16B-1"], "24.50", 1900),
    ("SRV", "Servo drive", ["200W", "400W", "750W"], "590.00", 2300),
    ("SNS", "Proximity sensor", ["M8", "M12", "M18"], "18.90", 60),
]
HS_CODES = {"BRG": "84821010", "SEA": "84842000", "GBX": "84834021", "OIL": "27101981", "BLT": "40103900", "CPL": "84836020", "CHN": "73151190", "SRV": "85044084", "SNS": "90328900"}
SITES = [
    ("HAM", "Hamburg", "DE", "20457", "53.5405", "9.9884", 10),
    ("LEI", "Leipzig", "DE", "04158", "51.3967", "12.3400", 20),
    ("ROT", "Rotterdam", "NL", "3089 JD", "51.8850", "4.2867", 30),
]
DAYS = {"DE": (1, 1, 2), "NL": (2, 3, 1), "DK": (1, 3, 3), "AT": (3, 2, 3), "CZ": (3, 2, 4), "SE": (2, 4, 4), "BE": (3, 3, 1), "PL": (3, 2, 4)}
"""Transit working days to a country from each of the sites."""
CUSTOMERS = [
    ("Reuter Antriebe AG", "DE", "28195", "Bremen"), ("Molenaar Techniek", "NL", "3011 AB", "Rotterdam"), ("Elektro Hansen ApS", "DK", "8000", "Aarhus"),
    ("Lübecker Pumpen", "DE", "23552", "Lübeck"), ("Nordbahn Service", "DE", "22765", "Hamburg"), ("Werft Lindholm GmbH", "DE", "18057", "Rostock"),
    ("Hafen Technik Kiel", "DE", "24103", "Kiel"), ("Stahlbau Peine GmbH", "DE", "31224", "Peine"), ("Kern & Söhne", "AT", "4020", "Linz"),
    ("Brouwer Staal BV", "NL", "1011 AC", "Amsterdam"), ("Ferrum Praha s.r.o.", "CZ", "110 00", "Praha"), ("Maschinenbau Ahlers", "DE", "26122", "Oldenburg"),
    ("Lindqvist Industri AB", "SE", "211 20", "Malmö"), ("Hotel Ostseeblick", "DE", "18119", "Warnemünde"), ("Thaler Hydraulik", "AT", "6020", "Innsbruck"),
    ("Zeman Bearings", "CZ", "602 00", "Brno"), ("Ostsee Werft", "DE", "18437", "Stralsund"), ("Van Damme Aandrijvingen", "BE", "2000", "Antwerpen"),
    ("Gdynia Marine Sp. z o.o.", "PL", "81-300", "Gdynia"), ("Jensen Maskiner A/S", "DK", "5000", "Odense"), ("Papierfabrik Elbtal", "DE", "01067", "Dresden"),
    ("Kranbau Wismar", "DE", "23966", "Wismar"), ("De Vries Pompen", "NL", "9711 AA", "Groningen"), ("Åkerlund Verkstad", "SE", "411 03", "Göteborg"),
]  # fmt: skip
CARRIERS = [("ELBE", "Elbe Express"), ("OSTWIND", "Ostwind Parcel"), ("POSTLINIE", "Postlinie")]
CARTONS = [("K-02", (200, 150, 100), 90), ("K-05", (300, 200, 150), 180), ("K-10", (400, 300, 200), 340), ("K-20", (600, 400, 250), 700)]
"""Carton types: sides inside and their own weight."""
CONTRACTS = [("", 5000, "0.5"), ("ELBE", 6000, "1")]
SINCE = date(2025, 1, 1)
"""The day from which the carriers' services, rates and surcharges hold."""
SERVICES = [
    # carrier, service, name, mode, cut-off, at most grams, days less than planned
    ("ELBE", "STANDARD", "Standard", "parcel", time(16), 31_500, 0), ("ELBE", "EXPRESS", "Express", "parcel", time(15), 20_000, 1),
    ("OSTWIND", "PARCEL", "Parcel", "parcel", time(16), 30_000, 0), ("OSTWIND", "NEXT-DAY", "Next day", "parcel", time(14, 30), 25_000, 2),
    ("OSTWIND", "FREIGHT", "Freight", "freight", time(12), 1_000_000, -1),
]
NEAR = ("DE", "NL", "DK")
"""What lies in the near zone; the rest is far."""
STEPS = {"parcel": (2_000, 5_000, 10_000, 20_000, None), "freight": (100_000, 500_000, None)}
RATES = {
    # near, far: up to each step, then each further kilogram; freight by 100 kg, begins at the minimum
    ("ELBE", "STANDARD"): ("4.60 5.90 8.40 12.90 0.55", "9.80 12.40 16.90 24.50 0.95"), ("ELBE", "EXPRESS"): ("11.90 13.90 17.40 24.90 1.10", "24.90 29.50 38.00 54.00 2.20"),
    ("OSTWIND", "PARCEL"): ("5.20 6.10 8.10 11.80 0.50", "8.40 10.90 15.20 22.40 0.85"), ("OSTWIND", "NEXT-DAY"): ("14.50 16.90 21.00 29.80 1.30", "29.00 34.50 44.00 61.00 2.60"),
    ("OSTWIND", "FREIGHT"): ("38.00 29.50 24.00", "56.00 44.00 37.00"),
}
SURCHARGES = [
    # carrier, kind, percent, amount, over grams, over millimetres, postcodes in Germany
    ("ELBE", "fuel", "12.5", None, None, None, ()), ("ELBE", "oversize", None, "18.50", None, 1_200, ()), ("ELBE", "islands", None, "9.00", None, None, ("18565", "25859", "26465")),
    ("OSTWIND", "fuel", "9.25", None, None, None, ()), ("OSTWIND", "overweight", None, "6.00", 25_000, None, ()),
]
STREETS = ["Hafenstraße", "Industrieweg", "Am Kai", "Werkstraße", "Nordring", "Speicherstraße"]
ZONES = {"DE": "Europe/Berlin", "NL": "Europe/Amsterdam", "DK": "Europe/Copenhagen", "AT": "Europe/Vienna", "CZ": "Europe/Prague",
         "SE": "Europe/Stockholm", "BE": "Europe/Brussels", "PL": "Europe/Warsaw"}  # fmt: skip


KITS = [
    # SKU, name, price, components
    ("KIT-GBX40", "Gear unit service kit 40", "44.00", [("BRG-6204-2RS", 2), ("SEA-TC25", 1), ("OIL-1", 1)]),
    ("KIT-BLT", "V-belt set of three B52", "27.90", [("BLT-B52", 3)]),
]
SUBSTITUTES = [
    # item, by, per, units, both ways, whose price, consent
    ("BRG-6204-2RS", "BRG-6204-ZZ", 1, 1, True, "lower", True), ("OIL-20", "OIL-5", 1, 4, False, "original", False),
    ("SNS-M12", "SNS-M18", 1, 1, False, "substitute", True),
]


@dataclass(frozen=True, slots=True)
class Company:
    """The asks that make the company."""

    items: list[KeepItem]
    sites: list[KeepSite]
    floors: list[KeepFloor]
    parties: list[KeepParty]
    cartons: list[KeepCartonType]
    contracts: list[KeepFreightContract]
    services: list[KeepService]
    rates: list[KeepRates]
    surcharges: list[KeepSurcharge]
    kits: list[KeepItem]
    recipes: list[KeepRecipe]
    substitutes: list[KeepSubstitute]
    otif: list[KeepOtif]


def company(random: Random) -> Company:
    """The same company for the same random numbers."""
    sites = range(len(SITES))
    return Company(
        _items(random), [_site(n) for n in sites], [_floor(n) for n in sites], [_customer(n, random) for n in range(len(CUSTOMERS))], _cartons(), _contracts(), _services(), _rates(), _surcharges(), *_kits(), _otif()
    )


def _otif() -> list[KeepOtif]:
    """Two customers measure us themselves: one counts units and fines, the other counts lines that it can take in."""
    first, other = (code_of(customer[0]) for customer in CUSTOMERS[:2])
    since = date(2024, 2, 1)
    return [
        KeepOtif(first, since, level="unit", goal_on_time=Decimal(98), goal_in_full=Decimal(95), fine_percent=Decimal(3)),
        KeepOtif(other, since, level="line", early_days=3, clock="arrival", exclusions=("consignee",), goal_otif=Decimal(95)),
    ]


def _kits() -> tuple[list[KeepItem], list[KeepRecipe], list[KeepSubstitute]]:
    """Two kits, which have no stock of their own, and what may stand in for what."""
    items = [KeepItem(sku, name, price=Decimal(price), currency="EUR", tax_rate=Decimal(19), stock_unit="piece") for sku, name, price, _ in KITS]
    recipes = [KeepRecipe(sku, tuple(ComponentGiven(*part) for part in parts)) for sku, _, _, parts in KITS]
    return items, recipes, [KeepSubstitute(item, by, per, units, both, rule, consent) for item, by, per, units, both, rule, consent in SUBSTITUTES]  # type: ignore[arg-type]


def _items(random: Random) -> list[KeepItem]:
    items: list[KeepItem] = []
    for prefix, name, sizes, price, grams in KINDS:
        for n, size in enumerate(sizes):
            data = f"40063813{len(items):04d}"
            items.append(KeepItem(
                f"{prefix}-{size}", f"{name} {size}", gtin=data + check_digit(data), price=(Decimal(price) * (10 + 3 * n) / 10).quantize(Decimal("0.01")),
                currency="EUR", weight_g=grams + 20 * n, length_mm=60 + 10 * n, width_mm=60 + 5 * n, height_mm=20 + random.randrange(40),
                tax_rate=Decimal(19), stock_unit="piece", tracking="lot" if prefix == "OIL" else "none",
                rotation="upright" if prefix == "OIL" else "any", bears="nothing" if prefix == "SRV" else "anything", goods_class="oils" if prefix == "OIL" else "", hs_code=HS_CODES[prefix], origin="DE",
            ))  # fmt: skip
    return items


def _cartons() -> list[KeepCartonType]:
    return [KeepCartonType(code, x, y, z, x + 8, y + 8, z + 8, tare, 30_000) for code, (x, y, z), tare in CARTONS]


def _contracts() -> list[KeepFreightContract]:
    return [KeepFreightContract(divisor, Decimal(step), carrier=carrier) for carrier, divisor, step in CONTRACTS]


def _services() -> list[KeepService]:
    return [
        KeepService(carrier, code, SINCE, name, mode, cut_off=cut_off, max_weight_g=most, max_length_mm=1_800 if mode == "parcel" else None,  # type: ignore[arg-type]
                    max_girth_mm=3_200 if mode == "parcel" else None, claim_loss_days=90, claim_damage_days=14, claim_delay_days=30)
        for carrier, code, name, mode, cut_off, most, _ in SERVICES]


def _rates() -> list[KeepRates]:
    """A card for each service: the days of the lanes, near and far zones."""
    found = []
    for carrier, code, _, mode, _, _, less in SERVICES:
        zones = tuple(ZoneGiven("near" if country in NEAR else "far", country, max(days[n] - less, 1), site=site[0]) for country, days in DAYS.items() for n, site in enumerate(SITES))
        rates = tuple(
            RateGiven(zone, Decimal(price), step, Decimal("29.00") if mode == "freight" else Decimal(0))
            for zone, prices in zip(("near", "far"), RATES[carrier, code], strict=True) for step, price in zip(STEPS[mode], prices.split(), strict=True))
        found.append(KeepRates(carrier, code, SINCE, zones, rates))
    return found


def _surcharges() -> list[KeepSurcharge]:
    return [
        KeepSurcharge(carrier, service, kind, SINCE, _decimal(percent), _decimal(amount), over_g, over_mm, country="DE" if codes else "", postcodes=codes)
        for carrier, service, _, mode, *_ in SERVICES if mode == "parcel" for of, kind, percent, amount, over_g, over_mm, codes in SURCHARGES if of == carrier]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _site(n: int) -> KeepSite:
    code, city, country, postcode, latitude, longitude, priority = SITES[n]
    bins = tuple(
        BinGiven(f"{zone}-{aisle:02d}-{bay:02d}-{level}", zone=zone, x_m=Decimal(aisle * 4), y_m=Decimal(bay * 2 + 10 * "AB".index(zone)), level=level, role="reserve" if level == 3 else "pick-face")
        for zone in "AB" for aisle in range(1, 5) for bay in range(1, 5) for level in (1, 2, 3)
    )
    lanes = tuple(LaneGiven(country, days[n], cost=Decimal("4.20") + days[n] * 2, carrier=CARRIERS[k % 3][0]) for k, (country, days) in enumerate(DAYS.items()))
    return KeepSite(
        code, country, city, zone=ZONES[country], cut_off=time(16), priority=priority, street="Speicherstraße 1", postcode=postcode, city=city,
        latitude=Decimal(latitude), longitude=Decimal(longitude), sscc_prefix=f"40{n}2345", zones=("A", "B"), bins=bins, lanes=lanes,
    )  # fmt: skip


def _floor(n: int) -> KeepFloor:
    """Four aisles through both zones, with a cross aisle in the middle; carts start at the packing stations in front."""
    return KeepFloor(SITES[n][0], aisles=tuple(Decimal(4 * a) for a in range(1, 5)), cross=(Decimal(0), Decimal(10), Decimal(20)), start=Spot(Decimal(4), Decimal(0)),
                     method=("cluster", "zone", "batch")[n], cart_orders=6)  # fmt: skip


def _customer(n: int, random: Random) -> KeepParty:
    name, country, postcode, city = CUSTOMERS[n]
    address = AddressGiven(country, "main", street=f"{random.choice(STREETS)} {random.randrange(1, 90)}", postcode=postcode, city=city, zone=ZONES[country])
    return KeepParty(
        code_of(name), name, ("customer", "consignee"), "EUR", ship_rule=("available", "available", "complete-line", "complete-order")[n % 4],
        invoice_rule="order" if n % 9 == 8 else "shipment", backorder_rule=("improve", "win", "redistribute", "improve", "fill")[n % 5],
        consent_days=(None, 3, 0)[n % 3], payment_days=(14, 30, 30, 60)[n % 4], credit_limit=Decimal(25_000),
        over_percent=(0, 0, 20)[n % 3], under_percent=(0, 0, 10)[n % 3], bills_over=n % 2 == 0,
        priority=(20, 50, 50, 50, 80)[n % 5], addresses=(address,), contacts=(ContactGiven("Receiving dock", may_receive=True),),
    )  # fmt: skip


def code_of(name: str) -> str:
    """A customer's code: the first word, in capitals without accents."""
    plain = name.split()[0].upper().translate(str.maketrans("ÅÄÖÜÉ", "AAOUE"))
    return plain if len(plain) > 3 else "".join(name.split()[:2]).upper().replace("&", "")
