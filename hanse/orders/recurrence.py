"""Recurrence: the days of an RFC 5545 rule, counted from its first day. Pure; dateutil knows the calendar.

A rule names days, so it repeats daily, weekly, monthly or yearly and names no hours. `COUNT` counts from the first day.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice

from dateutil.rrule import rrulestr

DAYS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"}
SHORT = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "WKST"}
"""What a daily or weekly rule may say: with more it may never have a day, and looking for one would take long."""
AHEAD = 10
"""Years ahead in which a rule must have a day."""


def wrong_rule(rule: str, starts_on: date) -> str:
    """What is wrong with a rule, in a sentence; nothing where it can be followed."""
    parts = _parts(rule)
    if parts.get("FREQ") not in DAYS:
        return f"A rule begins with FREQ={', '.join(DAYS)}, as FREQ=WEEKLY;BYDAY=MO does."
    known = KNOWN if parts["FREQ"] in ("MONTHLY", "YEARLY") else SHORT - ({"BYDAY"} if parts["FREQ"] == "DAILY" and "INTERVAL" in parts else set())
    if unknown := sorted(set(parts) - known):
        return f"{', '.join(unknown)} cannot be followed in a {parts['FREQ'].lower()} rule."
    if not re.fullmatch("(0?[1-9]|1[0-2])(,(0?[1-9]|1[0-2]))*", parts.get("BYMONTH", "1")):
        return "BYMONTH is between 1 and 12."
    if "COUNT" in parts and not (parts["COUNT"].isdecimal() and 0 < int(parts["COUNT"]) <= 1000):
        return "COUNT is between 1 and 1000."
    if not re.fullmatch("0*[1-9][0-9]{0,2}", parts.get("INTERVAL", "1")):
        return "INTERVAL is between 1 and 999."
    if not re.fullmatch("[0-9]{8}", parts.get("UNTIL", "20261231")):
        return "UNTIL is a day such as 20261231."
    try:
        first = next_on(rule, starts_on, starts_on)
    except (ValueError, OverflowError) as error:
        return f"It cannot be read as an RFC 5545 rule: {error}."
    return "" if first else f"It has no day within {AHEAD} years of {starts_on}."


def next_on(rule: str, starts_on: date, day: date) -> date | None:
    """The first day of the rule on or after `day`; nothing once it has ended."""
    return next((on for on in _days(rule, starts_on, day) if on >= day), None)


def _days(rule: str, starts_on: date, day: date) -> Iterator[date]:
    parts = _parts(rule)
    count = int(parts.pop("COUNT")) if "COUNT" in parts else None
    until = datetime.combine(day.replace(year=min(day.year + AHEAD, 9999), day=min(day.day, 28)), time())
    if "UNTIL" in parts:
        until = min(until, datetime.combine(date.fromisoformat(parts.pop("UNTIL")), time()))
    read = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=datetime.combine(starts_on, time()))
    return islice((at.date() for at in read.replace(until=until)), count)


def _parts(rule: str) -> dict[str, str]:
    """The parts of a rule by name; what is no part has no name."""
    pairs = [part.partition("=") for part in rule.upper().removeprefix("RRULE:").split(";")]
    return {name.strip(): value.strip() for name, _, value in pairs}
