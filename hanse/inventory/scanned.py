"""Scanned: does what a scanner read name what was wanted? Pure.

A read is a code, a GTIN, or a GS1 element string (with or without its symbology mark) that carries the GTIN
and perhaps lot and serial.
"""

from dataclasses import dataclass
from datetime import date

import biip

from hanse.kernel.gs1 import day_of


def names(read: str, wanted: str) -> bool:
    """Whether a read is the wanted code; scanners differ in case."""
    return read.casefold() == wanted.casefold()


def names_sku(read: str, sku: str, gtin: str, lot: str) -> bool:
    """Whether a read names the item, and no other lot than the wanted one."""
    if names(read, sku) or (gtin and read.isdigit() and _same_gtin(read, gtin)):
        return True
    carried = elements(read)
    return bool(gtin) and _same_gtin(carried.get("01", ""), gtin) and carried.get("10", lot) == lot


def elements(read: str) -> dict[str, str]:
    """The GS1 element strings in a read by their application identifier; empty when it is none."""
    message = biip.parse(read).gs1_message if len(read) > 14 else None
    return {e.ai.ai: e.value for e in message.element_strings} if message else {}


def _same_gtin(one: str, other: str) -> bool:
    return one != "" and one.zfill(14) == other.zfill(14)


@dataclass(frozen=True, slots=True)
class Label:
    """What a GS1 label says of the units behind it: lot, serial, the day they were made and the one they expire on; empty what it does not carry."""

    gtin: str
    lot: str = ""
    serial: str = ""
    made_on: date | None = None
    expires_on: date | None = None


def label(read: str, today: date) -> Label | None:
    """What a read says of the units behind it; a best-before day counts as the expiry where no other is told. None where it is no GS1 label of an item."""
    told = elements(read)
    if "01" not in told:
        return None
    return Label(told["01"], told.get("10", ""), told.get("21", ""), day_of(told.get("11", ""), today.year), day_of(told.get("17", told.get("15", "")), today.year))


def of_item(it: Label, gtin: str) -> bool:
    """Whether a label is of the item with this GTIN."""
    return _same_gtin(it.gtin, gtin)
