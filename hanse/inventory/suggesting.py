"""Suggesting: which bin arriving units are put into, and why. Pure.

First a bin that holds the same item and lot and has room for all, the pick face before others; else an empty bin near the
item's pick face, its zone first, reserve and bulk before faces. Only a face says how much it takes; other bins that hold
the item are taken to have room. A dock, a bin in doubt and another item's pick face are never suggested.
"""

from collections.abc import Sequence
from decimal import Decimal

from hanse.kernel.rows import row


@row
class Room:
    """A bin that could take the units: what it holds of the item and lot (nothing: it is empty), room at a pick face, and how far from the item's home it is."""

    code: str
    role: str
    zone: str
    holds: int
    room: int | None = None
    home: str = ""
    home_zone: str = ""
    metres: Decimal = Decimal(0)
    walk: int = 0


@row
class Suggestion:
    """A bin and why it; no bin where none fits."""

    bin: str
    why: str


NONE = Suggestion("", "No empty bin near by and none that holds this item: choose one.")


def suggest(rooms: Sequence[Room], quantity: int) -> Suggestion:
    """The bin for so many units."""
    same = [r for r in rooms if r.holds and (r.room is None or r.room >= quantity)]
    if same:
        best = min(same, key=lambda r: (r.room is None, r.metres, r.walk, r.code))
        return Suggestion(best.code, f"pick face of the item with room for {best.room}" if best.room is not None else f"holds {best.holds} of the same item and lot")
    face = next((r for r in rooms if r.room is not None and r.room >= quantity), None)
    if face:
        return Suggestion(face.code, f"pick face of the item with room for {face.room}")
    empty = [r for r in rooms if not r.holds and r.room is None]
    if not empty:
        return NONE
    best = min(empty, key=lambda r: (r.zone != r.home_zone, r.role == "pick-face", r.metres, r.walk, r.code))
    if not best.home:
        return Suggestion(best.code, "empty, the first on the walk")
    zone = f" in zone {best.zone}" if best.zone and best.zone == best.home_zone else ""
    return Suggestion(best.code, f"empty, {best.metres.normalize():f} m from {best.home}{zone}")
