"""By volume: what can be said of cartons without placing anything, and whether the scale agrees."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def fewest(volumes: Sequence[int], room: int) -> int:
    """No fewer cartons than this can hold the volumes. That so many can is not said: only a placing proves it."""
    return -(-sum(volumes) // room)


def first_fit_decreasing(volumes: Sequence[int], room: int) -> list[list[int]]:
    """Each volume, the largest first, goes into the first carton that still has room: the baseline."""
    cartons: list[list[int]] = []
    for volume in sorted(volumes, reverse=True):
        fit = next((carton for carton in cartons if sum(carton) + volume <= room), None)
        if fit is None:
            cartons.append(fit := [])
        fit.append(volume)
    return cartons


def cube_utilisation(volumes: Sequence[int], rooms: Sequence[int]) -> Decimal:
    """How full cartons are, in percent with four places."""
    return (100 * Decimal(sum(volumes)) / sum(rooms)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
