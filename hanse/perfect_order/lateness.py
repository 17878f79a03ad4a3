"""Lateness: which stage of an order's way made it late, and by how much. Pure.

A milestone has a planned and an actual instant. A stage answers only for what it added to the lateness it was handed:
what came late out of the warehouse is not the carrier's, and early slack is nobody's debt. The shares add up to the
lateness at the end. (L = max(0, actual − planned); a stage's share is its part of all increases, times the final L.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

STAGES: Mapping[str, str] = {
    "order desk": "order desk", "release": "warehouse", "pick": "warehouse", "pack": "warehouse", "hand-over": "shipping", "carrier": "carrier", "consignee": "consignee",
}
"""The stages of an order's way in turn, each ends with a milestone, and who answers for it."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """The end of a stage: when it should have come, and when it came. Without an actual it was not told."""

    stage: str
    planned_at: datetime
    actual_at: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """What stages made late: hours, and who answers; nobody alone where stages of several were told as one."""

    stages: tuple[str, ...]
    owner: str
    hours: float


def lateness(milestones: Sequence[Milestone], tolerance_h: float = 0.0) -> list[Part]:
    """The parts of the lateness at the last milestone that was told, in the order of the way; none if it is within the tolerance.

    A milestone that was not told lets its stage run into the next one.
    """
    told: list[tuple[tuple[str, ...], float]] = []
    waiting: tuple[str, ...] = ()
    for milestone in milestones:
        waiting += (milestone.stage,)
        if milestone.actual_at is not None:
            told.append((waiting, max(0.0, (milestone.actual_at - milestone.planned_at).total_seconds() / 3600)))
            waiting = ()
    if not told or told[-1][1] <= tolerance_h:
        return []
    shares = parts([late for _, late in told])
    return [Part(stages, _owner(stages), hours) for (stages, _), hours in zip(told, shares, strict=True) if hours]


def parts(late: Sequence[float]) -> list[float]:
    """The share of each stage in the final lateness, of the lateness (not below 0) at the end of each."""
    added = [max(0.0, now - before) for before, now in zip([0.0, *late], late, strict=False)]
    return [add / sum(added) * late[-1] for add in added] if late and late[-1] > 0 else [0.0] * len(late)


def primary(found: Sequence[Part]) -> Part | None:
    """The part that answers first: the largest, of equals the earliest."""
    return max(found, key=lambda part: part.hours) if found else None


def _owner(stages: Sequence[str]) -> str:
    owners = {STAGES.get(stage, stage) for stage in stages}
    return owners.pop() if len(owners) == 1 else "not known"
