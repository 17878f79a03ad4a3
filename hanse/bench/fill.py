"""Fill: how full carton placing gets the containers of the Bischoff-Ratcliff sets, next to the best that is known."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from hanse.fulfilment.cartonisation.boxes import Box, Placing, Room, Size, turns, volume
from hanse.fulfilment.cartonisation.placing import place
from hanse.fulfilment.cartonisation.proof import wrong_placement

SETS = tuple(f"BR{n}" for n in (*range(11), 12, 15))
EFFORT = 200_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One container and the boxes offered for it."""

    name: str
    number: int
    container: Size
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """The mean fill of a set, next to the best known, in percent; seconds for each problem; what the proof found."""

    name: str
    problems: int
    fill: float
    best_known: float
    seconds: float
    longest: float
    wrong: tuple[str, ...]


def problems(folder: Path, name: str) -> list[Problem]:
    """The problems of a file of the set."""
    found: dict[int, list[list[int]]] = defaultdict(list)
    with (folder / f"{name}.csv").open() as lines:
        for row in list(csv.reader(lines))[1:]:
            found[int(row[0])].append([int(cell) for cell in row[1:]])
    return [Problem(name, number, (rows[0][0], rows[0][1], rows[0][2]), tuple(map(_box, rows))) for number, rows in found.items()]


def _box(row: Sequence[int]) -> Box:
    size, vertical = (row[4], row[6], row[8]), (bool(row[5]), bool(row[7]), bool(row[9]))
    return Box(f"type {row[3]}", turns(size, vertical), row[10])


def best_known(folder: Path) -> dict[tuple[str, int], float]:
    """The best fill anybody has published, by set and problem."""
    with (folder / "best_known_single_container.csv").open() as lines:
        return {(row["set"], int(row["problem"])): float(row["best_known_fill"]) for row in csv.DictReader(lines)}


def fill(folder: Path, names: Sequence[str] = SETS, most: int | None = None, effort: int = EFFORT) -> Iterator[Filled]:
    """Fill the containers of each set, at most so many, each proved box by box."""
    best = best_known(folder)
    for name in names:
        chosen = problems(folder, name)[:most]
        runs = [_run(problem, effort) for problem in chosen]
        yield Filled(
            name,
            len(chosen),
            100 * sum(placing.volume / volume(p.container) for p, (placing, _) in zip(chosen, runs, strict=True)) / len(chosen),
            100 * sum(best[name, p.number] for p in chosen) / len(chosen),
            sum(seconds for _, seconds in runs) / len(runs),
            max(seconds for _, seconds in runs),
            tuple(w for p, (placing, _) in zip(chosen, runs, strict=True) for w in wrong_placement(p.boxes, Room(p.container), placing)),
        )


def _run(problem: Problem, effort: int) -> tuple[Placing, float]:
    began = process_time()
    placing = place(problem.boxes, Room(problem.container), effort)
    return placing, process_time() - began
