"""The counter bar: each unit drawn once, in the furthest stage it has reached; left is nearest to the customer.

Input is a mapping of cumulative counters of a line, an allocation or an order, in stock units: `ordered`,
`cancelled`, `reserved` (net of what was freed), `picked`, `packed`, `shipped`, `delivered`, and `waiting`
(for supply). What is missing counts as none.
"""

from collections.abc import Mapping

GAP, LEAST = 1.5, 5.0
"""Between two stages, and the least width of a stage with any unit, in pixels."""

STAGES = {
    "delivered": "Delivered", "shipped": "Shipped", "packed": "Packed", "picked": "Picked",
    "allocated": "Allocated", "back": "Waiting for supply", "open": "Not yet allocated", "cancelled": "Cancelled",
}
"""Stages from the customer outwards, with the word of the legend."""

_SAID = {
    "ordered": "ordered", "cancelled": "cancelled", "reserved": "allocated", "picked": "picked", "packed": "packed",
    "shipped": "shipped", "delivered": "delivered", "waiting": "waiting for supply",
}
_ONLY_IF_ANY = {"cancelled", "waiting"}


def stages(counters: Mapping[str, int]) -> dict[str, int]:
    """How many units stand in each stage: a cumulative counter less the one after it."""
    at = {name: counters.get(name) or 0 for name in _SAID}
    taken = at["cancelled"] + max(at["reserved"], at["picked"]) + at["waiting"]
    found = {
        "delivered": at["delivered"],
        "shipped": at["shipped"] - at["delivered"],
        "packed": at["packed"] - at["shipped"],
        "picked": at["picked"] - at["packed"],
        "allocated": at["reserved"] - at["picked"],
        "back": at["waiting"],
        "open": at["ordered"] - taken,
        "cancelled": at["cancelled"],
    }
    return {stage: max(units, 0) for stage, units in found.items()}


def label(counters: Mapping[str, int]) -> str:
    """The counters as text: what the bar says to those who do not see it."""
    told = [(counters.get(name) or 0, name) for name in _SAID]
    return ", ".join(f"{n:,} {_SAID[name]}" for n, name in told if n or name not in _ONLY_IF_ANY)


def widths(units: Mapping[str, int], width: float) -> dict[str, float]:
    """Share `width` among the stages that hold units: by number, but each at least LEAST wide."""
    held = {stage: n for stage, n in units.items() if n > 0}
    room = width - GAP * (len(held) - 1)
    narrow: set[str] = set()
    while True:
        rest = sum(n for stage, n in held.items() if stage not in narrow)
        left = room - LEAST * len(narrow)
        slim = {s for s, n in held.items() if s not in narrow and n * left < LEAST * rest}
        if not slim:
            return {s: LEAST if s in narrow else left * n / rest for s, n in held.items()}
        narrow |= slim


def segments(counters: Mapping[str, int], width: float) -> list[tuple[str, float, float]]:
    """(stage, left edge, width) of each stage drawn; a line without units is drawn as not yet allocated."""
    drawn, x = [], 0.0
    for stage, wide in widths(stages(counters), width).items() or {"open": float(width)}.items():
        drawn.append((stage, x, wide))
        x += wide + GAP
    return drawn
