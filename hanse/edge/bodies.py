"""Bodies: JSON read strictly, before anything is made of it.

No NaN or Infinity, no key twice in an object, nothing nested deeper than 64, no NUL and no half of a surrogate
pair, UTF-8 only. Types are taken as they are written: "5" is no number, 1 is no yes, and an instant carries its offset.
"""

import dataclasses
import json
import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from django.http import HttpRequest
from ninja.params.models import BodyModel
from ninja.parser import Parser
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from hanse.journal.operation import MOST_ASKS
from hanse.kernel.clock import YEARS

DEEPEST = 64
MOST_WRONG = 10_000
"""Findings that are told one by one; beyond them only how many there are, for telling takes longer than reading."""
_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_JSON = re.compile(r"application/json\s*(;.*)?", re.IGNORECASE)


class Unreadable(Exception):
    """The body is no strict JSON; doors answer 400 `unreadable`."""


class TooMany(Exception):
    """A list of more asks than are taken, or more findings than anybody reads; the number and what they are."""

    def __init__(self, number: int, what: str):
        super().__init__(f"{number:,} {what}")
        self.number, self.what = number, what


class WrongType(Exception):
    """The body says it is something other than JSON; doors answer 415 `wrong-type`."""


def strict_json(body: bytes) -> Any:
    """The value of a JSON text, or Unreadable with the reason."""
    try:
        value = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"{error.msg.lower()} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise Unreadable(f"it is nested deeper than {DEEPEST}") from error
    except ValueError as error:
        raise Unreadable("a number in it has too many digits") from error
    _not_too_deep(value)
    if b"\\u" in body:
        _safe(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Unreadable(f"an object has the key {twice[:80]!r} twice")
    return made


def _no_constant(name: str) -> Any:
    raise Unreadable(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable("a number in it is too large")
    return number


def _not_too_deep(value: Any) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return
        level = [v for c in level for v in (c.values() if type(c) is dict else c) if type(v) in (dict, list)]
    if level:
        raise Unreadable(f"it is nested deeper than {DEEPEST}")


def _safe(value: Any) -> None:
    """Refuse NUL and lone surrogates, which only an escape can bring in."""
    waiting = [value]
    while waiting:
        it = waiting.pop()
        if isinstance(it, str):
            if _UNSAFE.search(it):
                raise Unreadable("a text in it has a NUL or half of a surrogate pair")
        elif isinstance(it, dict):
            waiting += [*it.keys(), *it.values()]
        elif isinstance(it, list):
            waiting += it


class StrictParser(Parser):
    """ninja's parser, strict."""

    def parse_body(self, request: HttpRequest) -> Any:
        if not _JSON.fullmatch(request.META.get("CONTENT_TYPE") or ""):
            raise WrongType(request.content_type)
        value = strict_json(request.body)
        if isinstance(value, list) and len(value) > MOST_ASKS:
            raise TooMany(len(value), "asks")
        return value


def _resolve(cls: type[BodyModel], request: HttpRequest, api: Any, path_params: dict[str, Any]) -> BodyModel:
    """Validate the body as JSON, in strict mode. ninja would validate the parsed objects, where `true` passes for 1."""
    data = cls.get_request_data(request, api, path_params)
    name = getattr(cls, "__read_from_single_attr__", None)
    if data is None:
        return cls()  # type: ignore[call-arg]
    try:
        if name is None:
            made = cls.model_validate(cls._map_data_paths(data), context={"request": request})
        else:
            made = cls.model_validate_json(b'{"%s":%s}' % (name.encode(), request.body), strict=True)
    except ValidationError as wrong:
        if wrong.error_count() > MOST_WRONG:
            raise TooMany(wrong.error_count(), "values cannot be taken") from wrong
        raise
    naive = [line for field in type(made).model_fields for line in _naive(getattr(made, field), (field,))]
    if naive:
        raise ValidationError.from_exception_data(cls.__name__, naive)
    return made


BodyModel.resolve = classmethod(_resolve)  # type: ignore[assignment]
"""ninja has no seam for this; `test_bodies` holds it."""

_NO_OFFSET = PydanticCustomError("timezone_aware", "An instant needs its offset, as in 2026-11-16T09:00:00+01:00")
_OUT_OF_TIME = PydanticCustomError("out_of_time", "A day or an instant lies between the years 1900 and 2199")


def _naive(value: Any, where: tuple[Any, ...]) -> Iterator[InitErrorDetails]:
    """The instants anywhere in a value that have no offset, and the days and instants that no calendar can be reckoned with, with their places."""
    if isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _naive(inner, (*where, number))
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            yield InitErrorDetails(type=_NO_OFFSET, loc=where, input=None)
        elif value.year not in YEARS:
            yield InitErrorDetails(type=_OUT_OF_TIME, loc=where, input=None)
    elif isinstance(value, date):
        if value.year not in YEARS:
            yield InitErrorDetails(type=_OUT_OF_TIME, loc=where, input=None)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name in _timed(type(value)):
            yield from _naive(getattr(value, name), (*where, name))


@cache
def _timed(ask: type) -> tuple[str, ...]:
    """The fields of an ask that may hold a day or an instant, themselves or deeper."""
    return tuple(name for name, hint in get_type_hints(ask).items() if _may_hold_time(hint))


def _may_hold_time(hint: Any) -> bool:
    if get_origin(hint) is Annotated or get_args(hint):
        return any(_may_hold_time(inner) for inner in get_args(hint))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return bool(_timed(hint))
    return hint in (datetime, date)
