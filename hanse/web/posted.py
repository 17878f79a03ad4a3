"""Posted: turn a posted form into an ask by the ask's own type hints, with all findings at once.

    ask = posted(Pick, request, task=task)      # `task` is given by the page, the rest comes from the form

A field left empty takes the ask's default, or nothing where the ask allows none. Lists take every value posted
under their name. A box that is not ticked posts nothing and means no, unless the ask's default says otherwise.
Bounds written into the hints (`Annotated[int, Ge(1)]`) are checked here, so the form can say which field it was;
what only the database can tell is for the operation to refuse.
"""

import dataclasses
import re
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from hanse.kernel import clock
from hanse.kernel.clock import YEARS

Ask = TypeVar("Ask")
Day = TypeVar("Day", date, datetime)
LARGEST = 2**63 - 1


class BadForm(Exception):
    """The form can't be read as the ask: `findings` has a sentence for each field, `values` what was typed."""

    def __init__(self, findings: Mapping[str, str], values: Mapping[str, Any]):
        super().__init__("; ".join(f"{field}: {sentence}" for field, sentence in findings.items()))
        self.findings, self.values = dict(findings), dict(values)


def posted(ask: type[Ask], request: HttpRequest, /, **given: Any) -> Ask:
    """The ask this form stands for; `given` fields come from the page and win over what was posted."""
    hints = get_type_hints(ask, include_extras=True)
    values, findings = dict(given), {}
    for field in dataclasses.fields(ask):  # type: ignore[arg-type]
        if field.name in given:
            continue
        try:
            value = _value(hints[field.name], request.POST.getlist(field.name), _has_default(field))
        except ValueError as wrong:
            findings[field.name] = str(wrong)
        else:
            if value is not _DEFAULT:
                values[field.name] = value
    if findings:
        raise BadForm(findings, request.POST.dict())
    return ask(**values)


def scanned_at(request: HttpRequest) -> datetime | None:
    """When it was scanned on the hand-held, which may be a while ago, if its outbox says so; the operation's own time else, also where the phone's clock is ahead."""
    try:
        at = parse_datetime(request.POST.get("scanned_at", "") or "")
    except ValueError:
        return None
    return at if at is not None and at.tzinfo and at.year in YEARS and at <= clock.now() else None


_DEFAULT = object()
_FIGURE = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
"""A number as written here: the comma only parts thousands, so '1,5' is refused and not read as 15."""


def _has_default(field: "dataclasses.Field[Any]") -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _value(hint: Any, raw: list[str], has_default: bool) -> Any:
    """One field's value; raises ValueError with the sentence for the reader."""
    kind, bounds, optional = _unfold(hint)
    typed = [text.strip() for text in raw if text.strip()]
    if get_origin(kind) in (list, tuple):
        if not typed and has_default:
            return _DEFAULT
        inner, inner_bounds, _ = _unfold(get_args(kind)[0])
        return get_origin(kind)(_bounded(_read(inner, text), inner_bounds) for text in typed)
    if not typed:
        return _empty(kind, raw, bounds, optional=optional, has_default=has_default)
    return _bounded(_read(kind, typed[-1]), bounds)


def _empty(kind: Any, raw: list[str], bounds: list[Any], *, optional: bool, has_default: bool) -> Any:
    """What an empty field means: the default, nothing, no, or a finding."""
    if has_default:
        return _DEFAULT
    if optional:
        return None
    if kind is bool:
        return False
    if kind is str and raw and not any(isinstance(b, MinLen) for b in bounds):
        return ""
    raise ValueError("This is needed.")


def _unfold(hint: Any) -> tuple[Any, list[Any], bool]:
    """A hint as (plain type, bounds, may be nothing)."""
    bounds: list[Any] = []
    optional = False
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            bounds += more
        elif get_origin(hint) in (Union, types.UnionType):
            inner = [arg for arg in get_args(hint) if arg is not type(None)]
            optional, hint = len(inner) < len(get_args(hint)), inner[0]
        else:
            return hint, bounds, optional


def _read(kind: Any, text: str) -> Any:
    if get_origin(kind) is Literal:
        return _choice(kind, text)
    if kind not in _READERS:
        raise TypeError(f"posted() cannot read {kind}: give it as a keyword")
    return _READERS[kind](text)


def _choice(kind: Any, text: str) -> Any:
    for choice in get_args(kind):
        if str(choice) == text:
            return choice
    raise ValueError(f"Choose one of: {', '.join(map(str, get_args(kind)))}.")


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError("There is a character in it that cannot be kept.")
    return text


def _whole(text: str) -> int:
    if not _FIGURE.fullmatch(text) or "." in text:
        raise ValueError("Give a whole number, such as 12.")
    if len(text) > 25 or abs(number := int(text.replace(",", ""))) > LARGEST:
        raise ValueError("That is more than can be counted.")
    return number


def _number(text: str) -> Decimal:
    if not _FIGURE.fullmatch(text):
        raise ValueError("Give a number, such as 12.50.")
    return Decimal(text.replace(",", ""))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        if "day is out of range" in str(wrong):
            raise ValueError(_month_is_shorter(text)) from None
        raise ValueError("Give a day as 2026-11-20.") from None
    return _in_time(day)


def _month_is_shorter(text: str) -> str:
    """'November has 30 days.'"""
    year, month = int(text[:4]), int(text[5:7])
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return f"{date(year, month, 1):%B} has {last} days."


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Give a day and a time as 2026-11-20 14:20.") from None
    return _in_time(at) if at.tzinfo else timezone.make_aware(_in_time(at))


def local_instant(text: str, zone: str) -> datetime:
    """A time as it was typed, on the clock of a place; raises ValueError with the sentence for the reader."""
    return _instant(text).replace(tzinfo=ZoneInfo(zone))


def _in_time(when: Day) -> Day:
    if when.year not in YEARS:
        raise ValueError(f"Give a day between the years {YEARS[0]} and {YEARS[-1]}.")
    return when


_READERS: dict[Any, Callable[[str], Any]] = {
    str: _text, int: _whole, Decimal: _number, date: _day, datetime: _instant,
    bool: lambda text: text.lower() in ("on", "true", "yes", "1"),
}


def _bounded(value: Any, bounds: list[Any]) -> Any:
    """The value, or the sentence of the first bound it breaks."""
    for bound in bounds:
        match bound:
            case Ge(ge=low) if value < low:
                raise ValueError(f"At least {low:,}.")
            case Gt(gt=low) if value <= low:
                raise ValueError(f"More than {low:,}.")
            case Le(le=high) if value > high:
                raise ValueError(f"At most {high:,}.")
            case Lt(lt=high) if value >= high:
                raise ValueError(f"Less than {high:,}.")
            case MinLen(min_length=least) if len(value) < least:
                raise ValueError(f"At least {least} characters.")
            case MaxLen(max_length=most) if len(value) > most:
                raise ValueError(f"At most {most:,} characters; there are {len(value):,}.")
    return value
