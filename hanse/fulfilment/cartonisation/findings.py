"""Findings: what cannot be put into cartons, all of it at once, each with the reason."""

from collections.abc import Iterator, Mapping, Sequence

from hanse.kernel.refused import Finding

from .asked import CartonType, Rules, Units, box_of, room_of
from .boxes import Box, Room, beside, fits, turns


def unpackable(asked: Sequence[Units], cartons: Sequence[CartonType], rules: Rules) -> list[Finding]:
    """Units that lack measures, and units that no carton of the site takes even alone."""
    if not cartons:
        return [Finding("#/cartons", "cartons-missing", "The site has no cartons.")]
    codes = [carton.code for carton in cartons]
    found = [Finding("#/cartons", "carton-twice", f"{code} is named more than once.") for code in sorted({c for c in codes if codes.count(c) > 1})]
    for n, units in enumerate(asked):
        missing = [what for what, known in (("size", units.size), ("weight", units.weight_g)) if known is None]
        if missing:
            found.append(Finding(f"#/units/{n}", "measures-missing", f"{units.sku} has no {' and no '.join(missing)}: measure it."))
        elif units.quantity > 0 and all(reasons := [_too_much(box_of(units), carton, rules) for carton in cartons]):
            why = "; ".join(f"{carton.code}: {reason}" for carton, reason in zip(cartons, reasons, strict=True))
            found.append(Finding(f"#/units/{n}", "fits-no-carton", f"{units.sku} ({said_size(units.size)}, {units.weight_g} g) fits no carton. {why}."))
    return found


def no_room(asked: Sequence[Units], left: Mapping[int, int], cartons: Sequence[CartonType], rules: Rules) -> list[Finding]:
    """Units that are left over when the cartons at hand are used up."""
    return [
        Finding(f"#/units/{n}", "cartons-used-up", f"{count} of {asked[n].quantity} × {asked[n].sku} find no room: {', '.join(_at_hand(asked[n], cartons, rules))}.")
        for n, count in left.items()
        if count
    ]  # fmt: skip


def _at_hand(units: Units, cartons: Sequence[CartonType], rules: Rules) -> Iterator[str]:
    box = box_of(units)
    for carton in cartons:
        if carton.available is not None and not _too_much(box, carton, rules):
            pair = "" if beside(box.turns, box.turns, carton.inner) else ", and no two go into one: side by side they are longer than it is, whichever way they lie"
            yield f"{carton.available} × {carton.code} ({said_size(carton.inner)}) are at hand{pair}"


def _too_much(box: Box, carton: CartonType, rules: Rules) -> str:
    """Why not even one of them goes into a carton; nothing if it does."""
    room = room_of(carton, rules)
    if not fits(box.turns, room.size):
        return _too_long(box, room)
    if room.max_g is not None and box.weight_g > room.max_g:
        return f"{carton.tare_g + box.weight_g} g gross are over {carton.tare_g + room.max_g} g"
    if room.max_value is not None and box.value > room.max_value:
        return f"its value of {box.value} is over {room.max_value}"
    return ""


def _too_long(box: Box, room: Room) -> str:
    sides, free = max(box.turns[0]), max(room.size)
    if sides > free:
        return f"{sides} mm are longer than its longest side of {free} mm"
    if fits(turns(box.turns[0]), room.size):
        return f"it would fit {said_size(room.size)} only in a way it must not lie"
    return f"it does not fit into {said_size(room.size)} whichever way it lies"


def said_size(size: Sequence[int] | None) -> str:
    return " × ".join(map(str, size or ())) + " mm"
