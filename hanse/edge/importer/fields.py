"""Fields: what the mapping says about one value, made into a function of a row. Nothing is evaluated.

    "OrderDate"                                          the column
    { value = "USD" }                                    always this
    { column = "Country", table = "countries" }          looked up in [tables.countries]; `else` for what is not there
    { column = "id", table = "products", take = "name" } a column of a lookup file
    { first = ["A", "B", { value = "x" }] }              the first that is not blank
    { join = ["City", "State"], with = ", " }            several put together
    { product = ["Price", "Quantity"], less = "Discount", decimals = 2 }   price × quantity × (1 − discount)
    { …, only = { column = "status", is = ["canceled"] } }                 blank where the condition does not hold

Conditions: `is` one of these texts, `starts` with, `below` or `above` a number, `blank = true` or `false`.
A list of conditions holds when all of them hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .formats import READERS, Format, Wrong
from .reading import Row, Source

Text = Callable[[Row], str]
Value = Callable[[Row], Any]
Holds = Callable[[Row], bool]
Table = Mapping[str, Any]

FORMS = {"column", "value", "first", "join", "product"}
EXTRAS = {"column": {"table", "take", "else"}, "value": set(), "first": set(), "join": {"with"}, "product": {"less", "decimals"}}


class MapWrong(Exception):
    """A mapping that cannot be used, and where."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a field may refer to: its file, the format and the lookup tables."""

    source: Source
    format: Format
    tables: Mapping[str, Table]


def value_of(spec: Any, kind: str, around: Around, where: str) -> Value:
    """A function that reads one value of a kind from a row; blank gives None. Raises Wrong naming the field."""
    if isinstance(spec, dict) and "product" in spec:
        make: Value = _only(spec, _product(spec, around, where), None, around, where)
    elif isinstance(spec, dict) and "value" in spec and not isinstance(spec["value"], str):
        make = _only(spec, _always(spec["value"]), None, around, where)
    else:
        make = _read(text_of(spec, around, where), READERS[kind], around.format)
    name = where.split(".", 2)[-1]

    def named(row: Row) -> Any:
        try:
            return make(row)
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from wrong

    return named


def _read(text: Text, read: Callable[[Format, str], Any], format: Format) -> Value:
    def make(row: Row) -> Any:
        found = text(row)
        return read(format, found) if found else None

    return make


def _only(spec: dict[str, Any], make: Value, blank: Any, around: Around, where: str) -> Value:
    """`make`, but blank where the field's condition does not hold."""
    if "only" not in spec:
        return make
    holds = condition_of(spec["only"], around, f"{where}.only")
    return lambda row: make(row) if holds(row) else blank


def text_of(spec: Any, around: Around, where: str) -> Text:
    """A function that reads one text from a row."""
    if isinstance(spec, str):
        spec = {"column": spec}
    if not isinstance(spec, dict) or len(forms := FORMS & spec.keys()) != 1:
        raise MapWrong(f"{where} wants a column's name or one of {', '.join(sorted(FORMS))}.")
    [form] = forms
    if unknown := spec.keys() - EXTRAS[form] - {form, "only"}:
        raise MapWrong(f"{where} does not know {', '.join(sorted(unknown))}.")
    made = {"column": _column, "value": _constant, "first": _first, "join": _join}.get(form)
    if made is None:
        raise MapWrong(f"{where} wants a text; {form} makes a number.")
    return _only(spec, made(spec, around, where), "", around, where)


def condition_of(spec: Any, around: Around, where: str) -> Holds:
    """A function that says whether a condition holds for a row; of a list all must."""
    if isinstance(spec, list):
        parts = [condition_of(s, around, where) for s in spec]
        return lambda row: all(part(row) for part in parts)
    if not isinstance(spec, dict) or len(spec.keys() - {"column"}) != 1 or "column" not in spec:
        raise MapWrong(f"{where} wants a column and one of is, starts, below, above, blank.")
    [(test, against)] = [(k, v) for k, v in spec.items() if k != "column"]
    text, format = text_of(spec["column"], around, where), around.format
    if test == "is":
        wanted = {against} if isinstance(against, str) else set(against)
        return lambda row: text(row) in wanted
    if test == "starts":
        return lambda row: text(row).startswith(against)
    if test == "blank":
        return lambda row: (not text(row)) is against
    if test in ("below", "above"):
        limit = Decimal(str(against))
        return lambda row: bool(found := text(row)) and (format.number(found) < limit if test == "below" else format.number(found) > limit)
    raise MapWrong(f"{where} does not know {test}.")


def _column(spec: dict[str, Any], around: Around, where: str) -> Text:
    at, clean = around.source.column(spec["column"]), around.format.text
    if "table" not in spec:
        return lambda row: clean(row[at])
    if spec["table"] not in around.tables:
        raise MapWrong(f"{where} looks into a table {spec['table']} that the mapping does not have.")
    table, take, name = around.tables[spec["table"]], spec.get("take"), spec["table"]
    missing = text_of(spec["else"], around, f"{where}.else") if "else" in spec else None

    def look(row: Row) -> str:
        found = table.get(clean(row[at]))
        if found is not None:
            return found if take is None else found[take]
        if missing is None:
            raise Wrong(f"{row[at][:60]!r} is not in the table {name}")
        return missing(row)

    return look


def _constant(spec: dict[str, Any], around: Around, where: str) -> Text:
    constant = str(spec["value"])
    return lambda row: constant


def _always(constant: Any) -> Value:
    return lambda row: constant


def _first(spec: dict[str, Any], around: Around, where: str) -> Text:
    parts = [text_of(s, around, where) for s in spec["first"]]
    return lambda row: next((found for part in parts if (found := part(row))), "")


def _join(spec: dict[str, Any], around: Around, where: str) -> Text:
    parts, between = [text_of(s, around, where) for s in spec["join"]], spec.get("with", " ")
    return lambda row: between.join(found for part in parts if (found := part(row)))


def _product(spec: dict[str, Any], around: Around, where: str) -> Value:
    """Factors multiplied, less a fraction, exact; rounded half up only where the mapping gives decimals."""
    factors = [text_of(s, around, where) for s in spec["product"]]
    less = text_of(spec["less"], around, where) if "less" in spec else None
    unit = Decimal(1).scaleb(-spec["decimals"]) if "decimals" in spec else None
    number = around.format.number

    def multiply(row: Row) -> Decimal:
        found = Decimal(1)
        for factor in factors:
            found *= number(factor(row))
        if less is not None and (fraction := less(row)):
            found *= 1 - number(fraction)
        return found if unit is None else found.quantize(unit, ROUND_HALF_UP)

    return multiply
