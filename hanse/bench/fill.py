"""Fill: how full cartonisation gets containers, next to the best that is known.

The Bischoff-Ratcliff sets ask for as much as goes into one container; Loh-Nee and Ivancic for all boxes in as few as
can be. Every placing is proven box by box. Plain processor time of one process.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from time import process_time

from hanse.fulfilment.cartonisation import Cartonised, CartonType, Contract, Rules, Units, cartonise
from hanse.fulfilment.cartonisation.asked import box_of
from hanse.fulfilment.cartonisation.boxes import Box, Placing, Room, Size, volume
from hanse.fulfilment.cartonisation.placing import place
from hanse.fulfilment.cartonisation.proof import wrong_placement

ONE_CONTAINER = tuple(f"BR{n}" for n in (*range(11), 12, 15))
ALL_BOXES = ("thpack8_loh_nee", "thpack9_ivancic")
EFFORT = 250_000
"""Blocks looked at for a container that is to be filled; about a second."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of container and the boxes offered for it."""

    set: str
    number: int
    container: Size
    units: tuple[Units, ...]

    @property
    def boxes(self) -> list[Box]:
        return [box_of(units) for units in self.units]


@dataclass(frozen=True, slots=True)
class Filled:
    """The mean fill of a set next to the best known, in percent; seconds for a problem; what the proof found wrong."""

    set: str
    problems: int
    fill: float
    best_known: float
    seconds: float
    longest: float
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Containers used for a problem, and those that its volume needs at least."""

    set: str
    number: int
    used: int
    at_least: int
    seconds: float


def problems(folder: Path, name: str) -> list[Problem]:
    """The problems of a set."""
    found: dict[int, list[list[int]]] = defaultdict(list)
    with (folder / f"{name}.csv").open() as lines:
        for row in list(csv.reader(lines))[1:]:
            found[int(row[0])].append([int(cell) for cell in row[1:]])
    return [Problem(name, number, (rows[0][0], rows[0][1], rows[0][2]), tuple(map(_units, rows))) for number, rows in found.items()]


def _units(row: Sequence[int]) -> Units:
    return Units(row[3], f"type {row[3]}", row[10], (row[4], row[6], row[8]), 0, (bool(row[5]), bool(row[7]), bool(row[9])))


def fill(folder: Path, names: Sequence[str] = ONE_CONTAINER, most: int | None = None, effort: int = EFFORT) -> Iterator[Filled]:
    """Fill the one container of each problem, of at most so many of each set."""
    best = _known(folder / "best_known_single_container.csv", "best_known_fill")
    for name in names:
        chosen = problems(folder, name)[:most]
        runs = [_filled(problem, effort) for problem in chosen]
        fills = [placing.volume / volume(problem.container) for problem, (placing, _, _) in zip(chosen, runs, strict=True)]
        seconds = [took for _, took, _ in runs]
        known = [best[name, problem.number] for problem in chosen]
        wrong = tuple(why for *_, found in runs for why in found)
        yield Filled(name, len(chosen), 100 * _mean(fills), 100 * _mean(known), _mean(seconds), max(seconds), wrong)


def _filled(problem: Problem, effort: int) -> tuple[Placing, float, list[str]]:
    began = process_time()
    placing = place(problem.boxes, Room(problem.container), effort)
    return placing, process_time() - began, wrong_placement(problem.boxes, Room(problem.container), placing)


def count(folder: Path, names: Sequence[str] = ALL_BOXES, effort: int = EFFORT // 10) -> Iterator[Counted]:
    """Put all boxes of each problem into containers of its kind."""
    bounds = _known(folder / "bounds_all_boxes.csv", "containers_lower_bound_by_volume")
    for name in names:
        for problem in problems(folder, name):
            began = process_time()
            container = CartonType("container", problem.container, problem.container)
            done = cartonise(problem.units, [container], Contract(1, Decimal(1)), Rules(standing=0), effort=effort, alternatives=0)
            assert isinstance(done, Cartonised), done
            yield Counted(name, problem.number, len(done.proposal.cartons), int(bounds[name, problem.number]), process_time() - began)


def _known(file: Path, column: str) -> dict[tuple[str, int], float]:
    with file.open() as lines:
        return {(row["set"], int(row["problem"])): float(row[column]) for row in csv.DictReader(lines)}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
