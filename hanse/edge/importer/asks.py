"""Asks from rows: what a mapping takes for each field, put together and checked as at every other door."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hanse.kernel.refused import Finding, Refused, refuse

from .fields import Around, Holds, MapWrong, Value, condition_of, value_of
from .mapping import Section
from .reading import Row

Filled = list[tuple[str, Value]]


def filled(section: Section, kinds: Mapping[str, str], around: Around, leave: Sequence[str] = ()) -> Filled:
    """A reader for each field that a section takes; MapWrong where an ask has no such field."""
    if unknown := section.take.keys() - kinds.keys():
        raise MapWrong(f"[{section.name}.take] has no field {', '.join(sorted(unknown))}. Fields: {', '.join(sorted(kinds))}.")
    return [(name, value_of(spec, kinds[name], around, f"{section.name}.take.{name}")) for name, spec in section.take.items() if name not in leave]


def left_out(section: Section, around: Around) -> Callable[[Row], Refused | None]:
    """Says why the mapping leaves a row out, if it does."""
    rules: list[tuple[Holds, Refused]] = [
        (condition_of(rule.when, around, f"{section.name}.leave_out.when"), refuse("left-out", why=rule.why)) for rule in section.leave_out]

    def reason(row: Row) -> Refused | None:
        for holds, no in rules:
            if holds(row):
                return no
        return None

    return reason


def taken(filled: Filled, row: Row) -> dict[str, Any]:
    """The values of a row by field; blank ones are left to the ask. `ship_to.city` becomes a part of `ship_to`."""
    found: dict[str, Any] = {}
    for name, value in filled:
        told = value(row)
        if told is None:
            continue
        whole, dot, part = name.partition(".")
        if dot:
            found.setdefault(whole, {})[part] = told
        else:
            found[name] = told
    return found


@cache
def _adapter(ask: type) -> TypeAdapter[Any]:
    return TypeAdapter(ask)


def checked(ask: type, values: dict[str, Any]) -> Any | Refused:
    """The ask, or all that is wrong with its values, in the words of the API."""
    try:
        return _adapter(ask).validate_python(values)
    except ValidationError as error:
        return wrong_values(error)


def wrong_values(error: ValidationError) -> Refused:
    """What pydantic found, as findings."""
    findings = tuple(
        Finding("#/" + "/".join(str(part) for part in e["loc"]), "values-refused", f"{_name(e['loc'])}: {e['msg']}.") for e in error.errors(include_url=False))
    return refuse("values-refused", errors=findings, why=" ".join(f.detail for f in findings))


def _name(place: Sequence[int | str]) -> str:
    """`("lines", 0, "quantity")` as people say it: line 1, quantity."""
    parts = [f"line {part + 1}" if isinstance(part, int) else part for part in place if part != "lines"]
    return ", ".join(parts) or "order"
