"""Demand: who has reserved an item and who waits for it.

Inventory knows no orders. The area that does names its read here, and the stock page shows what it says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Demand:
    """How many orders hold reservations and how many units wait; reservations back, and what leaves ahead."""

    orders: int = 0
    waiting: int = 0
    changes: tuple[tuple[datetime, int], ...] = ()
    """Units reserved (negative: picked or given back) over time, oldest first."""
    leaving: tuple[tuple[date, int], ...] = ()
    """Units that leave by their promised day, reserved ones and those that wait for inbound."""


_NAMED: list[Callable[[str, datetime], Demand]] = []


def tells_demand(read: Callable[[str, datetime], Demand]) -> Callable[[str, datetime], Demand]:
    """Name the read that tells the demand for an item since an instant."""
    _NAMED[:] = [read]
    return read


def demand(sku: str, since: datetime) -> Demand:
    """The demand for an item; none where no area tells it."""
    return _NAMED[0](sku, since) if _NAMED else Demand()
