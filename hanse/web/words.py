"""Words: how pages say answers, days, moments and numbers. Plain British English, 24 hours, places' own time."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision, get_currency_symbol

from hanse.kernel.money import minor_unit, rounded
from hanse.kernel.refused import Refused

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_words(answer: Any) -> str:
    """An event or a refusal as one sentence."""
    said: str = answer.said()
    return said


def mood(answer: Any) -> str:
    """The colour of an answer's message: 'bad' for a refusal, 'good' for what was done."""
    return "bad" if isinstance(answer, Refused) else "good"


def day_in_words(day: date, today: date) -> str:
    """'Fri 20 Nov'; with the year when it is another one than today's."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def moment_in_words(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """'Today 14:20' or '18 Nov 16:02' on the clock of `zone`; with the year when it is another one."""
    there, today = at.astimezone(zone), now.astimezone(zone).date()
    if there.date() == today:
        return f"Today {there:%H:%M}"
    year = "" if there.year == today.year else f" {there.year}"
    return f"{there.day} {_MONTHS[there.month - 1]}{year} {there:%H:%M}"


def money_in_words(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """'1,948.03', rounded half up to the currency's minor unit; `signed` adds the sign: '1,948.03 €'."""
    places = get_currency_precision(currency)
    figure = f"{rounded(Decimal(amount), minor_unit(currency)):,.{places}f}".replace("-", "−")
    return f"{figure} {get_currency_symbol(currency, locale='en')}" if signed else figure


def sign_of(currency: str) -> str:
    """'€', for a heading: {{ order.currency|sign }}."""
    return str(get_currency_symbol(currency, locale="en"))


def pieces_in_words(number: int) -> str:
    """'4,260', and a true minus sign."""
    return f"{number:,}".replace("-", "−")


def duration_in_words(seconds: int) -> str:
    """'35 min', '2 h 10 min', '3 d'; '−1 h 5 min' when it is over."""
    minutes = abs(seconds) // 60
    told = f"{minutes // 1440} d" if minutes >= 2880 else f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    return f"−{told}" if seconds <= -60 else told
