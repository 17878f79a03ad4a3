"""Place: a site as it stands, its bins and lanes, and what may be wrong with them. Pure."""

from dataclasses import dataclass, fields
from datetime import time
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen

from hanse.kernel import gs1
from hanse.kernel.asks import Code, Country, Currency, Money, Short, ask
from hanse.kernel.money import is_currency, too_fine
from hanse.kernel.places import is_country, is_zone
from hanse.kernel.refused import Refused, refuse

Metres = Annotated[Decimal, Ge(-99_999), Le(99_999)]
Weekday = Annotated[int, Ge(0), Le(6)]
Role = Literal["", "pick-face", "reserve", "bulk", "dock"]


@ask
class BinGiven:
    """A bin: its zone, its coordinates in metres from the site's origin, its level, its turn on the picker's walk, and what it is for.

    Unsaid, the role stays what it is; a new bin is a pick face, `DOCK` a dock.
    """

    code: Code
    zone: Short = ""
    x_m: Metres = Decimal(0)
    y_m: Metres = Decimal(0)
    level: Annotated[int, Ge(0), Le(1_000)] = 0
    walk: Annotated[int, Ge(0), Le(1_000_000)] = 0
    role: Role = ""


@ask
class LaneGiven:
    """The way to a country, or to one of its regions: transit in working days, what a parcel costs, and the carrier who goes there.

    `transit_on` are the weekdays that count for him, 0 is Monday; unsaid, the site's working days count.
    """

    country: Country
    days: Annotated[int, Ge(0), Le(365)]
    region: Short = ""
    cost: Money = Decimal(0)
    currency: Currency = "EUR"
    carrier: Short = ""
    transit_on: Annotated[tuple[Weekday, ...], MaxLen(7)] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A site as it stands. Weekdays are 0 (Monday) to 6; the cut-off is a time on the wall of the site, and so are its hours."""

    code: str
    country: str
    name: str = ""
    zone: str = "UTC"
    region: str = ""
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    cut_off: time = time(16)
    opens: time = time(0)
    closes: time = time(0)
    priority: int = 50
    street: str = ""
    postcode: str = ""
    city: str = ""
    gln: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    sscc_prefix: str = "0000000"
    pack_scan: str = "none"
    tote_scan: bool = False
    audit_percent: int = 0
    weight_tolerance_g: int = 50
    weight_tolerance_percent: int = 5
    active: bool = True
    supplier: str = ""


FIELDS = [f.name for f in fields(Place) if f.name != "code"]


def wrong_place(place: Place) -> list[Refused]:
    """What is wrong with a site by itself."""
    wrong = []
    if not is_country(place.country):
        wrong.append(refuse("values-refused", at="country", why=f"{place.country or 'Nothing'} is no country of ISO 3166: two capitals, such as DE."))
    if not is_zone(place.zone):
        wrong.append(refuse("zone-unknown", at="zone", zone=place.zone))
    if not place.workdays or not {*place.workdays} <= {*range(7)}:
        wrong.append(refuse("values-refused", at="workdays", why="A site works on at least one weekday: 0 is Monday, 6 is Sunday."))
    if place.gln and (why := gs1.wrong_key(place.gln, (13,))):
        wrong.append(refuse("values-refused", at="gln", why=f"{place.gln} is no GLN: {why}."))
    if not (place.sscc_prefix.isascii() and place.sscc_prefix.isdigit() and 7 <= len(place.sscc_prefix) <= 10):
        wrong.append(refuse("values-refused", at="sscc_prefix", why="A GS1 company prefix has 7 to 10 digits."))
    wrong += [
        refuse("values-refused", at=name, why=f"{said} is a time on the wall of the site, without an offset.")
        for name, said in (("cut_off", "A cut-off"), ("opens", "When it opens"), ("closes", "When it closes")) if getattr(place, name).tzinfo is not None]
    if (place.latitude is None) != (place.longitude is None):
        wrong.append(refuse("values-refused", at="latitude", why="A place needs both its latitude and its longitude, or neither."))
    return wrong


def wrong_lanes(lanes: tuple[LaneGiven, ...]) -> list[Refused]:
    """What is wrong with the lanes of a site."""
    wrong = [refuse("values-refused", at=f"lanes/{n}/country", why=f"{lane.country} is no country of ISO 3166: two capitals, such as DE.")
             for n, lane in enumerate(lanes) if not is_country(lane.country)]
    wrong += [refuse("currency-unknown", at=f"lanes/{n}/currency", currency=lane.currency)
              for n, lane in enumerate(lanes) if not is_currency(lane.currency)]
    wrong += [refuse("values-refused", at=f"lanes/{n}/cost", why="A cost has at most four decimals.")
              for n, lane in enumerate(lanes) if too_fine(lane.cost)]
    if len({(lane.country, lane.region) for lane in lanes}) != len(lanes):
        wrong.append(refuse("values-refused", at="lanes", why="Two lanes lead to the same place."))
    return wrong
