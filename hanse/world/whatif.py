"""What if: the company goes on from today under other rules, next to itself under the rules it has.

Each seed is one future. Both sides meet the same customers, the same luck and the same weather in it (common random numbers), so what
differs between them comes from the rules; differences are told with their 95 % interval over the seeds (paired t).
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from statistics import mean, stdev
from typing import Any

from pydantic import TypeAdapter

from hanse.edge.process import parent_of_more

from .branches import Branch, twin

T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
       2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)  # fmt: skip
"""Student's t, 97.5th percentile, for 1 … 30 degrees of freedom; beyond them the normal's is within 2 %."""
FEWEST, MOST, LONGEST = 2, 1_000, 730
"""Seeds, at least and at most, and days at most: of a single pair nothing is sure."""
BAND = 0.1
"""The band round a line leaves out this share of the futures above, and as many below."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is measured: its name, what it counts, whether more of it is better (1), worse (-1) or neither."""

    word: str
    unit: str
    better: int
    digits: int = 2


MEASURES = {
    "orders": Measure("Orders", "orders", 0, 1),
    "perfect": Measure("Perfect-order share", "%", 1, 1),
    "hours_late": Measure("Lateness", "hours an order", -1),
    "cost": Measure("Cost", "money an order", -1),
    "freight": Measure("of it freight", "money an order", -1),
    "handling": Measure("of it handling", "money an order", -1),
    "split": Measure("of it splits", "money an order", -1),
    "stock": Measure("Stock", "money on an average night", 0, 0),
}
"""What a future is measured by. Of the orders due in it the share that was perfect, of those decided, and how late they came on average; of
the orders that left in it what they cost: freight as it was chosen, and handling and splits at the rates by which sites are chosen; what
lay on the shelves at night, at sales prices.
"""
DAILY = ("perfect", "hours_late", "cost", "stock", "orders")
"""The measures that are told day by day as well."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a future: each measure over all of it, and some of them day by day; a day that says nothing of one says None."""

    orders: float
    perfect: float
    hours_late: float
    cost: float
    freight: float
    handling: float
    split: float
    stock: float
    daily: dict[str, list[float | None]] = field(default_factory=dict)


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

    @property
    def same(self) -> bool:
        """Whether the change made no difference in any future."""
        return self.low == self.high == 0


@dataclass(frozen=True, slots=True)
class OnDay:
    """A measure on a day, without the change or with it: the mean over the futures, and between what eight of ten of them lie."""

    measure: str
    on: date
    changed: bool
    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """What the futures say: each measure's difference, and the days of both sides."""

    differences: list[Difference]
    days: list[OnDay]


class NotLived(Exception):
    """A future could not be lived; the text says why."""


def paired(measure: str, pairs: Sequence[tuple[float, float]]) -> Difference:
    """The mean difference of pairs (without, with) with its 95 % interval; of a single pair nothing is sure."""
    differences = [b - a for a, b in pairs]
    middle = mean(differences)
    half = float("inf")
    if len(differences) > 1:
        t = T95[len(differences) - 2] if len(differences) - 1 <= len(T95) else 1.96
        half = t * stdev(differences) / sqrt(len(differences))
    return Difference(measure, mean(a for a, _ in pairs), mean(b for _, b in pairs), middle, middle - half, middle + half)


def compared(pairs: Iterable[tuple[Outcome, Outcome]], first: date) -> Report:
    """All measures, from the outcomes of each seed without the change and with it."""
    found = list(pairs)
    differences = [paired(name, [(getattr(a, name), getattr(b, name)) for a, b in found]) for name in MEASURES]
    return Report(differences, [d for name in DAILY for side in (0, 1) for d in _days(name, bool(side), [pair[side] for pair in found], first)])


def _days(name: str, changed: bool, outcomes: Sequence[Outcome], first: date) -> Iterator[OnDay]:
    """A measure's days; one of which no future says anything is left out."""
    for n, told in enumerate(zip(*(o.daily[name] for o in outcomes), strict=True)):
        values = sorted(v for v in told if v is not None)
        if values:
            yield OnDay(name, first + timedelta(days=n), changed, mean(values), quantile(values, BAND), quantile(values, 1 - BAND))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of sorted values lies, between two of them in proportion."""
    at = share * (len(values) - 1)
    below = int(at)
    return values[below] + (values[min(below + 1, len(values) - 1)] - values[below]) * (at - below)


# -- living them ----------------------------------------------------------------------------------------------------------


def lived(future: Future) -> Outcome:
    """Live one future in a copy of its own, in a process of its own: a process belongs to one database for as long as it is there."""
    with twin(Branch(future.app, future.owner)) as branch:
        environment = parent_of_more() | {
            "DATABASE_URL": branch.app, "DATABASE_OWNER_URL": branch.owner, "HANSE_SECRET_KEY": future.secret, "HANSE_PROCESS": "world",
            "DJANGO_SETTINGS_MODULE": "hanse.edge.settings"}
        process = subprocess.Popen(
            [sys.executable, "-m", "hanse.world.future"], env=environment, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with _at_work(process):
            said, trouble = process.communicate(TypeAdapter(Future).dump_json(future).decode())
    if process.returncode < 0:
        raise NotLived(f"A process that lived a future was killed (signal {-process.returncode}). Where memory ran out, fewer at once need less.")
    if process.returncode:
        raise NotLived((trouble.strip().splitlines() or ["A future could not be lived."])[-1])
    return TypeAdapter(Outcome).validate_json(said.splitlines()[-1])


_WORKING: set["subprocess.Popen[str]"] = set()
_CHANGING = threading.Lock()
_ENDING = threading.Event()
"""Set while a run is left early: whatever is begun now ends at once."""


def working() -> list[int]:
    """The processes that live a future now."""
    with _CHANGING:
        return [process.pid for process in _WORKING]


@contextmanager
def _at_work(process: "subprocess.Popen[str]") -> Iterator[None]:
    with _CHANGING:
        _WORKING.add(process)
        if _ENDING.is_set():
            process.kill()
    try:
        yield
    finally:
        with _CHANGING:
            _WORKING.discard(process)


@contextmanager
def hired(processes: int, cluster: str = "") -> Iterator[Executor]:
    """Who lives the futures: so many processes here, or a Dask cluster by its address. Left early, nobody lives on."""
    if cluster:
        from distributed import Client

        with Client(cluster) as client:
            yield client.get_executor(pure=False)
        return
    _ENDING.clear()
    pool = ThreadPoolExecutor(processes, thread_name_prefix="future")
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        with _CHANGING:
            _ENDING.set()
            for process in _WORKING:
                process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def futures_of(branch: Branch, secret: str, name: str, company: str, change: str, seed: int, began: date, first: date, days: int, seeds: int) -> list[tuple[Future, Future]]:
    """The futures to live: each luck without the change and with it."""
    return [
        (Future(branch.app, branch.owner, secret, name, company, "", seed, luck, began, first, days), Future(branch.app, branch.owner, secret, name, company, change, seed, luck, began, first, days))
        for luck in range(1, seeds + 1)
    ]


def outcomes(executor: Executor, pairs: Sequence[tuple[Future, Future]], done: Callable[[], None]) -> Iterator[tuple[Outcome, Outcome]]:
    """Have all futures lived by an executor, of processes here or of a cluster; `done` is called after each."""
    asked: dict[Any, Future] = {executor.submit(lived, future): future for pair in pairs for future in pair}
    came: dict[Future, Outcome] = {}
    for answer in as_completed(asked):
        came[asked[answer]] = answer.result()
        done()
    for without, with_it in pairs:
        yield came[without], came[with_it]
