"""Scanned: does what a scanner read name what was wanted? Pure.

A read is a code, a GTIN, or a GS1 element string (with or without its symbology mark) that carries the GTIN
and perhaps lot and serial.
"""

import biip


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
