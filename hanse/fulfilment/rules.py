"""Rules of the floor that more than one place needs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hanse.orders.holds import blocking

from .bins import Open

LEAST_TOLERANCE_G = 50


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


def weighs_right(scale_g: int, expected_g: int) -> bool:
    """Whether the scale shows what units and tare should weigh: off by no more than 50 g or 5 %, whichever is more."""
    return abs(scale_g - expected_g) * 20 <= max(LEAST_TOLERANCE_G * 20, expected_g)
