"""What if: the company goes on from today under other rules, next to itself under the rules it has.

Each seed is one future. Both sides meet the same customers, the same luck and the same weather in it (common random numbers), so what
differs between them comes from the rules; differences are told with their 95 % interval over the seeds (paired t).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, fields
from datetime import date
from math import sqrt
from statistics import mean, stdev

from .branches import Branch, twin

T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
       2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)  # fmt: skip
"""Student's t, 97.5th percentile, for 1 … 30 degrees of freedom; beyond them the normal's is within 2 %."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a future: orders placed in it; of those due in it the share that was perfect, in per cent of the decided, and hours late on average;
    freight for each parcel that left, and the value on the shelves on an average night, in the company's currency.
    """

    orders: float
    perfect: float
    hours_late: float
    freight: float
    stock: float


MEASURES = {
    "orders": "Orders", "perfect": "Perfect orders, %", "hours_late": "Hours late an order", "freight": "Freight a parcel", "stock": "Stock on an average night",
}


@dataclass(frozen=True, slots=True)
class Future:
    """A future to live, in plain values: where from, whose rules (the text of both files), by which luck, for how long."""

    app: str
    owner: str
    secret: str
    name: str
    company: str
    change: str
    seed: int
    luck: int
    began: date
    first: date
    days: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure without the change and with it, over the seeds: means, and the mean difference with its interval."""

    measure: str
    without: float
    with_it: float
    difference: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.low > 0 or self.high < 0


def paired(measure: str, pairs: Sequence[tuple[float, float]]) -> Difference:
    """The mean difference of pairs (without, with) with its 95 % interval; of a single pair nothing is sure."""
    differences = [b - a for a, b in pairs]
    middle = mean(differences)
    half = float("inf")
    if len(differences) > 1:
        t = T95[len(differences) - 2] if len(differences) - 1 <= len(T95) else 1.96
        half = t * stdev(differences) / sqrt(len(differences))
    return Difference(measure, mean(a for a, _ in pairs), mean(b for _, b in pairs), middle, middle - half, middle + half)


def compared(pairs: Iterable[tuple[Outcome, Outcome]]) -> list[Difference]:
    """All measures, from the outcomes of each seed without the change and with it."""
    found = list(pairs)
    return [paired(f.name, [(getattr(a, f.name), getattr(b, f.name)) for a, b in found]) for f in fields(Outcome)]


def lived(future: Future) -> Outcome:
    """Live one future in a copy of its own, in this process, which belongs to that copy from here on."""
    with twin(Branch(future.app, future.owner)) as branch:
        os.environ |= {"DATABASE_URL": branch.app, "DATABASE_OWNER_URL": branch.owner, "HANSE_SECRET_KEY": future.secret, "HANSE_PROCESS": "world", "DJANGO_SETTINGS_MODULE": "hanse.edge.settings"}
        import django

        django.setup()
        from . import futures

        try:
            return futures.live(future)
        finally:
            futures.leave()


def futures_of(branch: Branch, secret: str, name: str, company: str, change: str, seed: int, began: date, first: date, days: int, seeds: int) -> list[tuple[Future, Future]]:
    """The futures to live: each luck without the change and with it."""
    return [
        (Future(branch.app, branch.owner, secret, name, company, "", seed, luck, began, first, days), Future(branch.app, branch.owner, secret, name, company, change, seed, luck, began, first, days))
        for luck in range(1, seeds + 1)
    ]


def outcomes(executor: Executor, pairs: Sequence[tuple[Future, Future]], done: Callable[[], None]) -> Iterator[tuple[Outcome, Outcome]]:
    """Have all futures lived by an executor, of processes here or of a cluster; `done` is called after each."""
    asked = {executor.submit(lived, future): future for pair in pairs for future in pair}
    came: dict[Future, Outcome] = {}
    for answer in as_completed(asked):
        came[asked[answer]] = answer.result()
        done()
    for without, with_it in pairs:
        yield came[without], came[with_it]
