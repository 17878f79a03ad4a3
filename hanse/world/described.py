"""A company described: one readable file says all that a simulated company is, does and gets wrong.

`read` gives it back as plain values, or says everything that is wrong with it at once, by the place in the file. Shares are of one,
days are calendar days unless they are a carrier's, times are on the wall of the place.
"""

import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform
from zoneinfo import available_timezones

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import AfterValidator, Discriminator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

COMPANIES = Path(__file__).parent / "companies"
"""The companies that come with hanse."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("this is no time zone; one is Europe/Berlin")
    return name


T = TypeVar("T")
Share = Annotated[float, Ge(0), Le(1)]
Weights = Annotated[tuple[Annotated[float, Ge(0)], ...], MinLen(1), MaxLen(100)]
Weekdays = Annotated[tuple[Annotated[int, Ge(0), Le(6)], ...], MinLen(1), MaxLen(7)]
Hour = Annotated[int, Ge(0), Le(24)]
Days = Annotated[int, Ge(0), Le(3650)]
Text = Annotated[str, MinLen(1), MaxLen(80)]
Country = Annotated[str, MinLen(2), MaxLen(2)]
Countries = Annotated[dict[Country, Annotated[float, Gt(0)]], MinLen(1)]
Price = Annotated[float, Ge(0), Le(1_000_000)]
Range = tuple[Annotated[float, Ge(0)], Annotated[float, Ge(0)]]
Several = Annotated[tuple[T, ...], MinLen(1), MaxLen(500)]


@dataclass_transform(frozen_default=True)
def described(cls: type[T]) -> type[T]:
    """Make a part of a description: what it does not know is a finding, not a shrug."""
    made: Any = dataclass(frozen=True, slots=True, config={"extra": "forbid"})(cls)
    return made


class NotACompany(Exception):
    """The file describes no company; the text names each place and what is wrong there."""


@described
class Shift:
    """A crew: from when until when, and how many pick and pack."""

    starts: time
    ends: time
    pickers: Annotated[int, Ge(1), Le(100)]
    packers: Annotated[int, Ge(1), Le(100)]


@described
class Site:
    """A warehouse: where it is, when it works, how its floor is laid out, what share of the items it keeps, and which countries it serves:
    all, where none is named.
    """

    code: Text
    name: Text
    country: Country
    postcode: Text
    city: Text
    latitude: float
    longitude: float
    shifts: Several[Shift]
    workdays: Weekdays = (0, 1, 2, 3, 4)
    opens: time = time(6)
    closes: time = time(22)
    cut_off: time = time(16)
    priority: Annotated[int, Ge(0), Le(100)] = 50
    aisles: Annotated[int, Ge(1), Le(26)] = 4
    bays: Annotated[int, Ge(1), Le(99)] = 6
    holds: Share = 1.0
    serves: tuple[Country, ...] = ()
    method: Literal["single", "cluster"] = "cluster"
    cart_orders: Annotated[int, Ge(1), Le(50)] = 8
    wave_minutes: Annotated[int, Ge(5), Le(1440)] = 120
    pick_seconds: Annotated[int, Ge(1), Le(3600)] = 25
    pack_seconds: Annotated[int, Ge(1), Le(3600)] = 80


@described
class Promotion:
    """Every so many days, for so many, so many times as much is bought."""

    every: Annotated[int, Ge(1), Le(730)]
    days: Annotated[int, Ge(1), Le(730)]
    factor: Annotated[float, Ge(0), Le(100)]


@described
class Family:
    """Items that are alike: a variant each, how large and dear they are, and how they are asked for.

    `weight` is their share of all demand next to the others'. `rare` is asked for seldom and then in numbers.
    """

    prefix: Text
    name: Text
    variants: Several[Text]
    price: Range
    grams: Range
    millimetres: Range
    weight: Annotated[float, Gt(0)] = 1.0
    pattern: Literal["steady", "seasonal", "trend", "rare", "promoted"] = "steady"
    peak: Annotated[int, Ge(1), Le(12)] = 12
    swing: Share = 0.0
    growth: Annotated[float, Ge(-1), Le(10)] = 0.0
    promotions: tuple[Promotion, ...] = ()
    tracking: Literal["none", "lot"] = "none"
    shelf_life_days: Days | None = None
    bears: Literal["anything", "lighter", "nothing"] = "anything"
    hs_code: str = "21069098"


@described
class Pays:
    """When invoices are paid: so many days after them, give or take, and what share never is."""

    days: Days
    spread: Days = 0
    never: Share = 0.0


@described
class Customers:
    """A class of customers: how many, where, how often and what they order, by which terms, and how they pay."""

    code: Text
    name: Text
    people: Annotated[int, Ge(1), Le(100_000)]
    countries: Countries
    orders_per_day: Annotated[float, Ge(0), Le(100_000)]
    business: bool = False
    weekdays: Annotated[tuple[Annotated[float, Ge(0)], ...], MinLen(7), MaxLen(7)] = (1, 1, 1, 1, 1, 1, 1)
    from_hour: Hour = 7
    until_hour: Hour = 22
    lines: Weights = (1.0,)
    units: Weights = (1.0,)
    channel: Text = "web"
    wants_in_days: tuple[Days, Days] | None = None
    freight: Price = 0.0
    ship_rule: Literal["available", "complete-line", "complete-order"] = "available"
    invoice_rule: Literal["shipment", "order"] = "shipment"
    backorder_rule: Literal["win", "gain", "improve", "redistribute", "fill", "lose"] = "improve"
    priority: Annotated[int, Ge(0), Le(100)] = 50
    payment_days: Days = 14
    credit_limit: Price | None = None
    min_life_days: Days | None = None
    receives_on: tuple[Annotated[int, Ge(0), Le(6)], ...] = ()
    pays: Pays = Pays(days=14)
    cancels: Share = 0.0


@described
class Supplier:
    """Who supplies which families: days from order to arrival (shortest, most often, longest), for how many days is ordered at once, and for
    how many days there should be stock left when it arrives.
    """

    name: Text
    families: Several[Text]
    lead_days: tuple[Days, Days, Days]
    covers_days: Annotated[int, Ge(1), Le(365)] = 21
    safety_days: Annotated[int, Ge(0), Le(365)] = 4


@described
class Service:
    """A carrier's service: until when parcels are taken, working days by country, the share that comes later than that, and four prices a
    zone: to 2 kg, to 5 kg, to 10 kg, and each kilogram beyond. Countries that are not near are far.
    """

    code: Text
    name: Text
    days: Annotated[dict[Country, Days], MinLen(1)]
    prices: dict[Literal["near", "far"], tuple[Price, Price, Price, Price]]
    cut_off: time = time(16)
    most_kg: Annotated[float, Gt(0), Le(30_000)] = 31.5
    late: Share = 0.0
    near: tuple[Country, ...] = ()


@described
class Carrier:
    """A carrier: its services, and the shares of parcels that it scans, loses and damages. One of our own is ours to drive."""

    code: Text
    name: Text
    services: Several[Service]
    scanned: Share = 1.0
    lost: Share = 0.0
    damaged: Share = 0.0
    transit_on: Weekdays = (0, 1, 2, 3, 4)


@described
class Errors:
    """What people get wrong, as shares: of picks, lines, orders and counts."""

    short: Share = 0.0
    mispick: Share = 0.0
    wrong_address: Share = 0.0
    wrong_price: Share = 0.0
    miscount: Share = 0.0


@described
class SlowLane:
    """Parcels of a carrier to a country come so many working days later: those that left on these weekdays."""

    kind: Literal["slow lane"]
    carrier: Text
    country: Country
    days: Annotated[int, Ge(1), Le(30)] = 2
    weekdays: Weekdays = (0, 1, 2, 3, 4, 5, 6)
    from_day: Days = 0


@described
class RoughCarrier:
    """A carrier damages this share of its parcels to a country."""

    kind: Literal["rough carrier"]
    carrier: Text
    country: Country
    share: Share = 0.3
    from_day: Days = 0


@described
class MiscountedBin:
    """A bin holds less than the ledger says at this share of its picks, however often it is counted."""

    kind: Literal["miscounted bin"]
    site: Text
    bin: Text
    share: Share = 0.5
    from_day: Days = 0


@described
class LookAlikes:
    """At a site two items that look alike are taken for each other in this share of lines."""

    kind: Literal["look-alikes"]
    site: Text
    skus: tuple[Text, Text]
    share: Share = 0.3
    from_day: Days = 0


@described
class OldPrices:
    """Customers of a class were told prices that are no longer true, in this share of orders."""

    kind: Literal["old prices"]
    customers: Text
    share: Share = 0.3
    from_day: Days = 0


@described
class MissingCrew:
    """Pickers of a site come so many hours late on these weekdays."""

    kind: Literal["missing crew"]
    site: Text
    hours: Annotated[float, Gt(0), Le(12)] = 6
    weekdays: Weekdays = (0, 1, 2, 3, 4)
    from_day: Days = 0


Planted = Annotated[SlowLane | RoughCarrier | MiscountedBin | LookAlikes | OldPrices | MissingCrew, Discriminator("kind")]
"""A cause with known truth. It is told nowhere in hanse: whether hanse finds it is what it is for."""


@described
class Company:
    """All of it. Money is in one currency, days begin in its zone."""

    name: Text
    zone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, MinLen(3), MaxLen(3)]
    sites: Several[Site]
    families: Several[Family]
    customers: Several[Customers]
    suppliers: Several[Supplier]
    carriers: Several[Carrier]
    errors: Errors = Errors()
    tax_rate: Annotated[float, Ge(0), Le(100)] = 19.0
    planted: tuple[Planted, ...] = ()


def named() -> list[str]:
    """The companies that come with hanse, by name."""
    return sorted(file.stem.replace("_", "-") for file in COMPANIES.glob("*.toml"))


def text_of(name: str) -> str:
    """The text of a company's file, or of one that comes with hanse."""
    file = COMPANIES / f"{name.replace('-', '_')}.toml"
    file = file if file.exists() else Path(name)
    if not file.exists():
        raise NotACompany(f"There is no company {name}: name a file, or one of {', '.join(named())}.")
    return file.read_text()


def read(name: str) -> Company:
    """The company of a file, or of one that comes with hanse; raises `NotACompany` with all findings."""
    return of(text_of(name), name)


def of(text: str, where: str = "company") -> Company:
    """The company that a text describes."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotACompany(f"{where}: {error}") from error
    try:
        company = TypeAdapter(Company).validate_python(given)
    except ValidationError as error:
        raise NotACompany("\n".join(f"{where}: {place_of(e['loc'])}: {e['msg']}" for e in error.errors())) from error
    if wrong := wrong_in(company):
        raise NotACompany("\n".join(f"{where}: {w}" for w in wrong))
    return company


def place_of(path: tuple[Any, ...]) -> str:
    return ".".join(f"{p + 1}" if isinstance(p, int) else str(p) for p in path)


def wrong_in(company: Company) -> list[str]:
    """What each part allows and the whole does not."""
    wrong = [f"{kind}: {code} stands there twice" for kind, codes in (
        ("sites", [s.code for s in company.sites]), ("families", [f.prefix for f in company.families]), ("customers", [c.code for c in company.customers]),
        ("carriers", [c.code for c in company.carriers])) for code in sorted({c for c in codes if codes.count(c) > 1})]  # fmt: skip
    supplied = {prefix for s in company.suppliers for prefix in s.families}
    known = {f.prefix for f in company.families}
    wrong += [f"suppliers: nobody supplies {prefix}" for prefix in sorted(known - supplied)]
    wrong += [f"suppliers: there is no family {prefix}" for prefix in sorted(supplied - known)]
    served = {country for carrier in company.carriers for service in carrier.services for country in service.days}
    wrong += [f"customers: no carrier goes to {country}" for country in sorted({c for k in company.customers for c in k.countries} - served)]
    sent_to = set() if any(not s.serves for s in company.sites) else {country for k in company.customers for country in k.countries}
    wrong += [f"customers: no site serves {country}" for country in sorted(sent_to - {country for s in company.sites for country in s.serves})]
    wrong += [f"sites: {s.code} serves {country}, where no carrier goes" for s in company.sites for country in sorted(set(s.serves) - served)]
    for carrier in company.carriers:
        for service in carrier.services:
            used = {"near" if country in service.near else "far" for country in service.days}
            wrong += [f"carriers: {carrier.code} {service.code} has no prices for what is {zone}" for zone in sorted(used - set(service.prices))]
    return wrong + _misplaced(company)


def _misplaced(company: Company) -> list[str]:
    """Causes that are planted where there is nothing."""
    there = {"carrier": {c.code for c in company.carriers}, "site": {s.code for s in company.sites}, "customers": {c.code for c in company.customers}}
    return [f"planted: {cause.kind}: there is no {of} {at}" for cause in company.planted for of, known in there.items() if (at := getattr(cause, of, None)) is not None and at not in known]
