"""Rules of the floor that more than one place needs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from hanse.orders.holds import blocking

from .bins import Open

PACK_SCANS = {"none": 0, "first": 1}
"""How many units of a line are scanned at packing by each rule; by any other rule all are."""


@dataclass(frozen=True, slots=True)
class Due:
    """An order as releasing sees it: open holds, ship rule, and units that no site has reserved."""

    order: int
    holds: Sequence[str]
    ship_rule: str
    missing: int

    @property
    def held(self) -> list[str]:
        """The open holds that keep the order from being released."""
        return blocking(self.holds, "release")


def ready(order: Due, here: Sequence[Open]) -> list[Open]:
    """What the ship rule lets go: all, whole lines only, or nothing until the whole order has stock."""
    if order.ship_rule == "complete-order" and order.missing:
        return []
    if order.ship_rule == "complete-line":
        return [o for o in here if not o.line_missing]
    return list(here)


def weighs_right(scale_g: int, parts: Sequence[tuple[int, int]], least_g: int = 50) -> bool:
    """Whether the scale shows what units and tare should weigh, each a (weight, tolerance in percent): off by no more than the site allows
    anyway, or than the tolerances of what is in the carton come to, whichever is more."""
    return abs(scale_g - sum(g for g, _ in parts)) * 100 <= max(least_g * 100, sum(g * percent for g, percent in parts))


def to_scan(rule: str, units: int) -> int:
    """How many of a line's units the rule wants scanned."""
    return min(units, PACK_SCANS.get(rule, units))


def sampled(sscc: str, percent: int) -> bool:
    """The sampling plan: a carton is audited if the SHA-256 of its SSCC, as a number, leaves less than the site's percent when divided by 100.

    Whoever knows the number of a carton can say beforehand whether it is audited, and nobody can choose it.
    """
    return int.from_bytes(sha256(sscc.encode()).digest()) % 100 < percent
