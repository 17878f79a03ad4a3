"""What the network tells."""

from datetime import date
from decimal import Decimal

from hanse.journal.events import FreeForm, event


@event("site")
class SiteAdded:
    """A site is new, with so many bins and lanes."""

    site: str
    given: FreeForm
    bins: int
    lanes: int

    def said(self) -> str:
        return f"Site {self.site} added with {self.bins} bins and {self.lanes} lanes"


@event("site")
class SiteChanged:
    """A site changed: field: [before, after]; the codes of zones and bins that are new or changed; the lanes if they changed."""

    site: str
    changes: FreeForm
    zones: list[str]
    bins: list[str]
    lanes: list[FreeForm] | None = None

    def said(self) -> str:
        parts = [f"{field.replace('_', ' ')} {was} → {now}" for field, (was, now) in self.changes.items()]
        parts += [f"{len(self.zones)} zones"] if self.zones else []
        parts += [f"{len(self.bins)} bins"] if self.bins else []
        parts += [f"{len(self.lanes)} lanes"] if self.lanes is not None else []
        return f"Site {self.site} changed: " + ", ".join(parts)


@event("site", silent=True)
class SiteKept:
    """The site is as asked already."""

    site: str

    def said(self) -> str:
        return f"Site {self.site} is so already"


@event("carton_type")
class CartonTypeKept:
    """A carton type was added or changed: its sides inside and outside, its weights, from when until when, at which sites (none: all)."""

    carton_type: str
    inner: tuple[int, int, int]
    outer: tuple[int, int, int]
    tare_g: int
    max_gross_g: int
    from_on: date
    until_on: date | None
    sites: tuple[str, ...]

    def said(self) -> str:
        until = f" until {self.until_on}" if self.until_on else ""
        return f"Carton type {self.carton_type} kept from {self.from_on}{until}: {' × '.join(map(str, self.inner))} mm inside, {' × '.join(map(str, self.outer))} mm outside"


@event("carrier")
class FreightContractKept:
    """A freight contract was added or changed; an empty site or carrier means any."""

    carrier: str
    site: str
    divisor: int
    step: Decimal
    units: str
    whole_sides: bool
    from_on: date
    until_on: date | None

    def said(self) -> str:
        until = f" until {self.until_on}" if self.until_on else ""
        return f"Freight contract of {self.carrier or 'any carrier'} from {self.site or 'any site'} kept from {self.from_on}{until}: size ÷ {self.divisor}, steps of {self.step}"


@event("site")
class FloorKept:
    """How one walks at a site and how it picks, as it is from now on."""

    site: str
    floor: FreeForm

    def said(self) -> str:
        way = f"{len(self.floor['aisles'])} aisles" if self.floor["aisles"] else f"{len(self.floor['racks'])} racks"
        return f"Floor of {self.site}: {way}, picked by {self.floor['method']}"


@event("carrier")
class ServiceKept:
    """A service of a carrier is so from a day on."""

    carrier: str
    service: str
    from_on: date
    until_on: date | None
    given: FreeForm

    def said(self) -> str:
        return f"Service {self.carrier} {self.service} kept from {self.from_on}{_until(self.until_on)}"


@event("carrier")
class RatesKept:
    """A rate card of a service holds from a day on, with so many zones and rates."""

    carrier: str
    service: str
    from_on: date
    until_on: date | None
    zones: int
    rates: int

    def said(self) -> str:
        return f"Rate card of {self.carrier} {self.service} kept from {self.from_on}{_until(self.until_on)}: {self.zones} zones, {self.rates} rates"


@event("carrier")
class SurchargeKept:
    """A surcharge of a service is so from a day on: a percentage of the freight or an amount, and where it counts."""

    carrier: str
    service: str
    kind: str
    from_on: date
    until_on: date | None
    percent: Decimal | None
    amount: Decimal | None
    over_g: int | None
    over_length_mm: int | None
    over_girth_mm: int | None
    country: str
    postcodes: tuple[str, ...]
    home: bool = False

    def said(self) -> str:
        much = f"{self.percent.normalize():f} % of the freight" if self.percent is not None else str(self.amount)
        return f"Surcharge {self.kind} of {self.carrier} {self.service} kept from {self.from_on}{_until(self.until_on)}: {much}{', at homes' if self.home else ''}"


@event("site")
class TransitCounted:
    """How many parcels of the last year took so many working days on a lane with a carrier's service: parcels by days."""

    site: str
    country: str
    carrier: str
    service: str
    counts: FreeForm

    def said(self) -> str:
        return f"{sum(self.counts.values())} parcels counted from {self.site} to {self.country} with {' '.join(filter(None, [self.carrier, self.service]))}"


@event("site", silent=True)
class TransitCountStands:
    """The count is as it was."""

    site: str

    def said(self) -> str:
        return f"The count of parcels from {self.site} is as it was"


def _until(day: date | None) -> str:
    return f" until {day}" if day else ""
@event("site")
class TransitApproved:
    """From a day on, new promises count so many days for a lane, those at a percentile of what was seen; the percentiles from the 50th to the 99th."""

    site: str
    country: str
    region: str
    carrier: str
    service: str
    from_on: date
    percent: int
    days: int
    percentiles: tuple[int, ...]
    parcels: int

    def said(self) -> str:
        to = " ".join(filter(None, (self.country, self.region)))
        who = " ".join(filter(None, (self.carrier, self.service)))
        return f"{self.site} → {to}{' with ' + who if who else ''}: promised in {self.days} days from {self.from_on} on, {self.percent} of 100 of {self.parcels} parcels came by then"
