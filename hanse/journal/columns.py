"""Columns: a list of values as the array PostgreSQL reads as text.

An operation sends whole columns, so this is where its own time goes. One pass of Python's own string methods
costs a third of sending the elements one by one, and a column looks the same to the database whatever numbers
are in it, so that a prepared statement stays prepared. Statements say the type: `%(task)s::bigint[]`.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

PLAIN = frozenset({int, bool, float, Decimal, date, datetime, time})
"""Values that are written as they say themselves: nothing in them needs a quote."""
SAID_ONCE = frozenset({date, datetime})
"""Values that are dear to write and mostly the same in all of a column. Instants that are equal are one, whatever their zones."""


def column(values: Sequence[Any]) -> Any:
    """The values as one array in text; a list of something else is left to the driver."""
    kinds = {*map(type, values)}
    if len(kinds) == 1:
        [kind] = kinds
        if kind is str:
            return _texts(values, False)
        if kind is int:
            return "{" + str(list(values))[1:-1] + "}"
        if kind in SAID_ONCE:
            said = {v: str(v) for v in {*values}}
            return "{" + ",".join([said[v] for v in values]) + "}"
        if kind in PLAIN:
            return "{" + ",".join(map(str, values)) + "}"
    empty = type(None) in kinds
    kinds.discard(type(None))
    if kinds == {str}:
        return _texts(values, empty)
    if kinds <= PLAIN:
        return "{" + ",".join(["NULL" if v is None else str(v) for v in values]) + "}"
    return values


def _texts(values: Sequence[Any], empty: bool) -> str:
    """Texts, each in quotes. Mostly none holds a quote or backslash, and joining them is all there is to do."""
    if not empty:
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return '{"' + joined + '"}'
    return "{" + ",".join(["NULL" if v is None else _quoted(v) for v in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return '"' + text.replace('"', '\\"') + '"'
