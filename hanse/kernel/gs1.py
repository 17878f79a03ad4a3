"""GS1 keys: check digits, GTIN, GLN and SSCC (domain: identification-and-messages §1).

Mod-10: from the rightmost data digit leftwards weights 3, 1, 3, 1 …; check = (10 − Σ mod 10) mod 10.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

GTIN_LENGTHS = (8, 12, 13, 14)


def check_digit(data: str) -> str:
    """The check digit that follows `data` (digits only)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(data)))
    return str((10 - total % 10) % 10)


def wrong_key(key: str, lengths: tuple[int, ...]) -> str:
    """Why `key` is no GS1 key of one of these lengths; empty when it is one."""
    if not (key.isascii() and key.isdigit()):
        return "only digits are allowed"
    if len(key) not in lengths:
        return f"it has {len(key)} digits, not {' or '.join(map(str, lengths))}"
    if check_digit(key[:-1]) != key[-1]:
        return f"the check digit should be {check_digit(key[:-1])}"
    return ""


def wrong_gtin(gtin: str) -> str:
    """Why `gtin` is no GTIN of a fixed-measure item; empty when it is one."""
    if why := wrong_key(gtin, GTIN_LENGTHS):
        return why
    return "indicator 9 is for variable measure" if len(gtin) == 14 and gtin[0] == "9" else ""


def sscc(prefix: str, serial: int, extension: str = "3") -> str:
    """The SSCC of a logistic unit: extension digit, company prefix, serial, check digit; 18 digits."""
    data = f"{extension}{prefix}{serial:0{16 - len(prefix)}d}"
    if len(data) != 17:
        raise ValueError(f"serial {serial} does not fit behind prefix {prefix}")
    return data + check_digit(data)


def gsin(prefix: str, serial: int) -> str:
    """The number of a shipment, as a bill of lading carries it: company prefix, serial, check digit; 17 digits."""
    data = f"{prefix}{serial:0{16 - len(prefix)}d}"
    if len(data) != 16:
        raise ValueError(f"serial {serial} does not fit behind prefix {prefix}")
    return data + check_digit(data)


# -- element strings ----------------------------------------------------------------------------------------------------

FNC1 = "\x1d"
"""What ends a value of no fixed length, as scanners send it."""
LETTERS = frozenset("!\"%&'*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""The letters of a GS1 value; brackets are left out, for printers take them for marks around an identifier."""
Element = tuple[str, str]
"""An application identifier with its value."""


def fixed(ai: str) -> bool:
    """Whether every value of an application identifier is equally long, so that nothing need end it."""
    return ai in {"00", "01", "02"} or "11" <= ai[:2] <= "20" or "31" <= ai[:2] <= "36" or ai[:2] == "41"


def element_string(elements: Sequence[Element], ends: str = FNC1) -> str:
    """Identifiers and values in a row; `ends` parts a value of no fixed length from the next identifier."""
    last = len(elements) - 1
    return "".join(ai + value + (ends if n < last and not fixed(ai) else "") for n, (ai, value) in enumerate(elements))


def said_elements(elements: Sequence[Element]) -> str:
    """As people read them below the bars: (00) 340123450000000012."""
    return " ".join(f"({ai}) {value}" for ai, value in elements)


def sayable(value: str, most: int) -> bool:
    """Whether a text can be the value of an application identifier of up to so many letters."""
    return 0 < len(value) <= most and LETTERS.issuperset(value)


def full_year(two_digits: int, now: int) -> int:
    """The year that two digits stand for: from 49 years before now to 50 after it (General Specifications, §7.12)."""
    past = two_digits - now % 100
    century = now - now % 100 + (-100 if past >= 51 else 100 if past <= -50 else 0)
    return century + two_digits


def day_of(value: str, now: int) -> date | None:
    """The day of a date element (YYMMDD); day 00 is the last one of its month. None where it is no day."""
    if len(value) != 6 or not (value.isascii() and value.isdigit()):
        return None
    year, month, day = full_year(int(value[:2]), now), int(value[2:4]), int(value[4:])
    last = monthrange(year, month)[1] if 1 <= month <= 12 else 0
    return date(year, month, day or last) if last and day <= last else None
