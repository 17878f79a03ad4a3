"""Formats: what a text in a file means, as the mapping's `[format]` says. Pure.

Instants without an offset are read in the mapping's zone; a day is the day that is written, whatever the zone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hanse.kernel.clock import YEARS

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
YES, NO = {"1", "true", "yes", "y"}, {"0", "false", "no", "n"}


class Wrong(Exception):
    """A text that cannot be read as what it should be; the row is rejected with this sentence."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a set of files is written. `instant` and `day` are strptime patterns; empty means ISO 8601. `several` parts the texts in a field that takes more than one."""

    encoding: str = "utf-8-sig"
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    instant: str = ""
    day: str = ""
    zone: str = "UTC"
    blank: tuple[str, ...] = field(default=())
    several: str = ";"

    def text(self, value: str) -> str:
        """The text without the blanks around it; empty where the mapping calls it blank."""
        value = value.strip()
        if _UNSAFE.search(value):
            raise Wrong("it has a control character in it")
        return "" if value in self.blank else value

    def number(self, value: str) -> Decimal:
        """An exact number; no exponent, no NaN, no infinity."""
        plain = value.replace(self.thousands, "") if self.thousands else value
        if self.decimal != ".":
            plain = plain.replace(".", "?").replace(self.decimal, ".")
        if not _PLAIN.fullmatch(plain) or not plain.isascii():
            raise Wrong(f"{value[:40]!r} is no number")
        try:
            return Decimal(plain)
        except InvalidOperation as error:
            raise Wrong(f"{value[:40]!r} is no number") from error

    def whole(self, value: str) -> int:
        """A whole number; 12.0 is one, 12.5 is none."""
        if value.isdecimal() and value.isascii() and len(value) < 19:
            return int(value)
        number = self.number(value)
        if number != number.to_integral_value() or abs(number) >= 10**18:
            raise Wrong(f"{value[:40]!r} is no whole number")
        return int(number)

    def at(self, value: str) -> datetime:
        """An instant; without an offset it is the wall clock of the mapping's zone."""
        return _instant(value, self.instant, self.zone)

    def on(self, value: str) -> date:
        """A day; of a time stamp the day it names."""
        return _day(value, self.day or self.instant)

    def wall(self, value: str) -> time:
        """A time on the wall, such as 16:00."""
        try:
            return time.fromisoformat(value)
        except ValueError as error:
            raise Wrong(f"{value[:40]!r} is no time of day like 16:00") from error

    def parts(self, value: str) -> list[str]:
        """The texts in a field that takes several."""
        return [part for text in value.split(self.several) if (part := text.strip())]

    def yes(self, value: str) -> bool:
        """Yes or no, as people and programs write them."""
        word = value.lower()
        if word not in YES | NO:
            raise Wrong(f"{value[:40]!r} is neither yes nor no")
        return word in YES


def _in_time(when: datetime) -> datetime:
    """A time of a year that doors take; ValueError else."""
    if when.year not in YEARS:
        raise ValueError(f"no year between {YEARS[0]} and {YEARS[-1]}")
    return when


@lru_cache(20_000)
def _instant(value: str, pattern: str, zone: str) -> datetime:
    try:
        found = _in_time(datetime.strptime(value, pattern) if pattern else datetime.fromisoformat(value))  # noqa: DTZ007 - the zone comes below
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError) as error:
        raise Wrong(f"{value[:40]!r} is no time{f' like {pattern}' if pattern else ''}") from error


@lru_cache(20_000)
def _day(value: str, pattern: str) -> date:
    try:
        return _in_time(datetime.strptime(value, pattern) if pattern else datetime.fromisoformat(value)).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise Wrong(f"{value[:40]!r} is no day{f' like {pattern}' if pattern else ''}") from error


Reader = Callable[[Format, str], Any]
READERS: dict[str, Reader] = {
    "text": lambda _, v: v, "number": Format.number, "whole": Format.whole, "instant": Format.at, "day": Format.on, "yes": Format.yes,
    "time": Format.wall, "texts": lambda f, v: tuple(f.parts(v)), "wholes": lambda f, v: tuple(f.whole(part) for part in f.parts(v)),
}
"""How a text becomes the kind of value that an ask wants."""
