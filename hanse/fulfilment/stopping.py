"""Stopping: how units that a site works on are taken back. Pure.

The least work first: what nobody picked yet leaves its task, the youngest first; what lies in a tote goes back to its
bin, or to its quarantine where the lot is stopped; only then is a carton opened, the last one first. An opened carton is empty: what stays of it is packed anew.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from hanse.kernel.refused import Refused, refuse


@dataclass(slots=True)
class Stop:
    """Units of an allocation that shall be stopped, as far as they are `left` here; `bound` are those that other requests name."""

    request: int
    allocation: int
    line: int
    position: int
    sku: str
    quantity: int
    left: int
    bound: int = 0


@dataclass(slots=True)
class Lying:
    """A task with where its units are: `open` in the bin, `waiting` in the tote, `packed` in cartons that are here or left."""

    task: int
    allocation: int
    item: int
    sku: str
    tracking: str
    bin: int
    bin_code: str
    tote: int
    lot: str
    open: int
    waiting: int
    packed: int
    lot_status: str = "released"

    @property
    def back_to(self) -> str:
        """The kind of place of its bin that units go back to."""
        return "bin" if self.lot_status == "released" else "quarantine"


@dataclass(slots=True)
class Inside:
    """Units in a carton that is here."""

    carton: int
    sscc: str
    account: int
    allocation: int
    item: int
    lot: str
    serial: str
    quantity: int
    task: int | None = None
    """The task that took them; those packed before a carton knew it are of one that packed as many."""


@dataclass(slots=True)
class Floor:
    """An order at a site: its tasks, what its cartons hold, and the serials in its totes by the task that took them."""

    tasks: list[Lying] = field(default_factory=list)
    inside: list[Inside] = field(default_factory=list)
    serials: dict[int, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """What is to be done so that the units stop, and the floor as it is then."""

    floor: Floor
    stopped: list[tuple[Stop, int]] = field(default_factory=list)
    cut: list[tuple[Lying, int]] = field(default_factory=list)
    unpacked: list[tuple[Lying, Inside, int]] = field(default_factory=list)
    put_back: list[tuple[Lying, int, tuple[str, ...]]] = field(default_factory=list)

    @property
    def opened(self) -> dict[int, str]:
        """The cartons that are opened."""
        return {inside.carton: inside.sscc for _, inside, _ in self.unpacked}


def instead(stops: Sequence[Stop], gone: Mapping[int, int]) -> list[Stop]:
    """What to stop of what is left after earlier answers: the units that are named, and for those that are here no more what was found for
    them on the same line. Named ones come first.
    """
    left = [replace(s, left=max(s.left - gone.get(s.allocation, 0), 0)) for s in stops]
    missing: dict[int, int] = defaultdict(int)
    for s in left:
        missing[s.line] += max(s.quantity - s.left, 0)
    for s in left:
        if n := min(missing[s.line], max(s.left - s.bound - s.quantity, 0)):
            missing[s.line] -= n
            s.quantity += n
    return [s for s in left if s.quantity]


def plan(stops: Sequence[Stop], floor: Floor, named: Sequence[str]) -> Plan | Refused:
    """How to stop these units; refused where serials have to be named. The floor given stays as it is."""
    done = Plan(deepcopy(floor))
    for stop in stops:
        units = rest = min(stop.quantity, stop.left)
        done.stopped.append((stop, units))
        mine = [t for t in reversed(done.floor.tasks) if t.allocation == stop.allocation]
        for task in mine:
            if n := min(rest, task.open):
                task.open, rest = task.open - n, rest - n
                done.cut.append((task, n))
        while rest > sum(t.waiting for t in mine):
            _open_last(done, stop.allocation)
        for task in mine:
            if n := min(rest, task.waiting):
                task.waiting, rest = task.waiting - n, rest - n
                chosen = _serials(task, n, done.floor, named)
                if isinstance(chosen, Refused):
                    return chosen
                done.put_back.append((task, n, chosen))
    return done


def _open_last(done: Plan, allocation: int) -> None:
    """Open the last carton that holds units of an allocation: all that is in it lies in the tote again."""
    carton = max(i.carton for i in done.floor.inside if i.allocation == allocation)
    for inside in [i for i in done.floor.inside if i.carton == carton]:
        left = inside.quantity
        for task in done.floor.tasks:
            if task.allocation == inside.allocation and task.lot == inside.lot and inside.task in (None, task.task) and (n := min(left, task.packed)):
                task.packed, task.waiting, left = task.packed - n, task.waiting + n, left - n
                done.unpacked.append((task, inside, n))
                if inside.serial:
                    done.floor.serials.setdefault(task.task, []).append(inside.serial)
    done.floor.inside = [i for i in done.floor.inside if i.carton != carton]


def _serials(task: Lying, units: int, floor: Floor, named: Sequence[str]) -> tuple[str, ...] | Refused:
    """Which serials go back: those that are named, or all that lie there."""
    if task.tracking != "serial":
        return ()
    lying = floor.serials.get(task.task, [])
    chosen = tuple(s for s in lying if s in named)[:units] if len(lying) > units else tuple(lying)
    if len(chosen) != units:
        return refuse("serials-missing", at="serials", sku=task.sku, wanted=units, got=len(chosen))
    floor.serials[task.task] = [s for s in lying if s not in chosen]
    return chosen


def by_allocation(done: Plan) -> dict[int, dict[str, int]]:
    """What more each allocation counts."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for stop, units in done.stopped:
        counts[stop.allocation]["freed"] += units
        counts[stop.allocation]["recalled"] += units
    for task, units, _ in done.put_back:
        counts[task.allocation]["put_back"] += units
    for task, _, units in done.unpacked:
        counts[task.allocation]["unpacked"] += units
    return counts
