"""Rules of releasing that more than one operation needs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hanse.orders.holds import blocking

from .bins import Open


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
