"""Mapping: a TOML file that says how a company's files become orders, items, parties, sites, stock, and what carriers charge.

The README of this folder tells the language. A mapping is checked whole before the first row is read.
"""

import csv
import hashlib
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from .fields import MapWrong
from .formats import Format

KINDS = {str: "text", Decimal: "number", int: "whole", date: "day", datetime: "instant", time: "time", bool: "yes"}
LISTS = {"text": "texts", "whole": "wholes"}
SECTIONS = ("orders", "lines", "history", "tracking", "payments", "items", "parties", "sites", "stock", "services", "rates", "zones", "surcharges")
OF_SECTION = {"file", "from", "key", "take", "leave_out", "codes"}

HISTORY = {
    "approved": "instant", "cancelled": "instant", "handed_over": "instant", "delivered": "instant", "invoiced": "instant", "paid": "instant",
    "cancel_reason": "text", "carrier": "text", "tracking": "text", "received_by": "text", "invoice": "text", "paid_amount": "number",
    "site": "text",
}
"""What `[history]` may take: times of an order's facts, and who or what they name."""
TOLD = {
    "tracking": {"code": "text", "at": "instant", "text": "text", "place": "text"},
    "payments": {"ref": "text", "amount": "number", "at": "instant", "method": "text"},
}
"""Files that tell more of an order's past, a row each: what carriers said (`codes` says what state each code means), money
that came (at the time of approval unless it has its own)."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows the mapping leaves out, with the reason they are rejected with."""

    when: Any
    why: str


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing: its file (or the section whose rows it is taken from), its key and what each field takes."""

    name: str
    file: str = ""
    taken_from: str = ""
    key: str = ""
    take: Table[str, Any] = field(default_factory=dict)
    leave_out: tuple[LeftOut, ...] = ()
    codes: Table[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping as it was read. `digest` is part of the keys of everything brought in with it."""

    format: Format
    tables: Table[str, Table[str, Any]]
    sections: Table[str, Section]
    digest: str

    def __getitem__(self, name: str) -> Section:
        if name not in self.sections:
            raise MapWrong(f"The mapping has no [{name}].")
        return self.sections[name]

    def get(self, name: str) -> Section | None:
        return self.sections.get(name)


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file; MapWrong says what is wrong with it and where."""
    try:
        raw = path.read_bytes()
        told = tomllib.loads(raw.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MapWrong(f"{path.name} is no mapping: {error}.") from error
    if unknown := told.keys() - {"format", "tables", *SECTIONS}:
        raise MapWrong(f"{path.name} does not know [{'], ['.join(sorted(unknown))}].")
    sections = {name: _section(name, told[name]) for name in SECTIONS if name in told}
    if not sections:
        raise MapWrong(f"{path.name} maps nothing: it has none of [{'], ['.join(SECTIONS)}].")
    return Mapping(_format(told.get("format", {})), told.get("tables", {}), sections, hashlib.sha256(raw).hexdigest())


def _format(told: dict[str, Any]) -> Format:
    if unknown := told.keys() - {f.name for f in fields(Format)}:
        raise MapWrong(f"[format] does not know {', '.join(sorted(unknown))}.")
    made = Format(**{**told, "blank": tuple(told.get("blank", ()))})
    try:
        "".encode(made.encoding)
        csv.reader([], delimiter=made.delimiter)
        ZoneInfo(made.zone)
    except (LookupError, TypeError, ValueError, OSError) as error:
        raise MapWrong(f"[format] cannot be used: {error}.") from error
    return made


def _section(name: str, told: dict[str, Any]) -> Section:
    if not isinstance(told, dict) or not isinstance(told.get("take", {}), dict):
        raise MapWrong(f"{name} and {name}.take are tables: [{name}], [{name}.take].")
    if unknown := told.keys() - OF_SECTION:
        raise MapWrong(f"[{name}] does not know {', '.join(sorted(unknown))}. Fields go into [{name}.take].")
    left = []
    for rule in told.get("leave_out", []):
        if rule.keys() != {"when", "why"}:
            raise MapWrong(f"[[{name}.leave_out]] wants when and why.")
        left.append(LeftOut(rule["when"], rule["why"]))
    return Section(name, told.get("file", ""), told.get("from", ""), told.get("key", ""), _flat(told.get("take", {})), tuple(left), told.get("codes", {}))


def _flat(take: dict[str, Any]) -> dict[str, Any]:
    """`[orders.take.ship_to]` as `ship_to.country`, `ship_to.city` …"""
    flat: dict[str, Any] = {}
    for name, spec in take.items():
        parts = spec if name in ("ship_to", "bill_to", "address") and isinstance(spec, dict) and "column" not in spec else None
        flat |= {f"{name}.{part}": of for part, of in parts.items()} if parts else {name: spec}
    return flat


def kinds_of(ask: type) -> dict[str, str]:
    """The kind of value that each field of an ask wants; those of an address within it as `ship_to.city`."""
    found: dict[str, str] = {}
    for name, hint in get_type_hints(ask, include_extras=True).items():
        for kind in _plain(hint):
            if is_dataclass(kind):
                found |= {f"{name}.{inner}": of for inner, of in kinds_of(kind).items()}
            elif kind in KINDS:
                found.setdefault(name, KINDS[kind])
        if (several := _several(hint)) in KINDS and KINDS[several] in LISTS:
            found[name] = LISTS[KINDS[several]]
    return found


def _several(hint: Any) -> Any:
    """What a list in a hint is of: of `Annotated[tuple[str, ...], …] | None` text."""
    origin, of = get_origin(hint), get_args(hint)
    if origin is tuple:
        return next(iter(_plain(of[0])), None)
    parts = of[:1] if origin is Annotated else of if origin in (Union, UnionType) else ()
    return next((kind for part in parts if (kind := _several(part))), None)


def _plain(hint: Any) -> list[type]:
    """The types in a hint: `Annotated[str, …] | None` is text."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _plain(get_args(hint)[0])
    if origin in (Union, UnionType):
        return [p for part in get_args(hint) for p in _plain(part)]
    if origin is not None and str(origin).endswith("Literal"):
        return [str]
    return [hint] if isinstance(hint, type) else []
