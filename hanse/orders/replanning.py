"""Replanning: from which sites open and reserved units come at least cost. Pure.

How many units a line gets is settled first: it keeps what it has, and the queue says what more there is for it
(`sourcing.fewest_splits`, order by order). From where is then improved over all orders together. Orders that want the
same scarce stock are planned together; a group that already costs what it would with unlimited stock is left alone.

All costs are whole cents:

- freight: what the lane costs, for every site an order ships from and has nothing on the floor of
- split: for every site beyond an order's first
- handling: for every line a site picks
- lateness: a hundredth of the goods' value for every day after the promise
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .sourcing import Candidate, Wanted, fewest_splits

SPLIT = 300
HANDLING = 50
LATE_SHARE = 100
"""A day late costs the value of the goods divided by this."""

Plan = dict[tuple[int, int], int]
"""Units by (line, site)."""


@dataclass(frozen=True, slots=True)
class Need:
    """A line in the plan: units it has at sites, and units it has not; `value` is what one unit is worth, in cents."""

    line: int
    item: int
    open: int
    held: Mapping[int, int]
    value: int
    promised_on: date | None = None

    @property
    def wanted(self) -> int:
        return self.open + sum(self.held.values())


@dataclass(frozen=True, slots=True)
class Job:
    """An order in the plan, in the order of the queue: its lines, the ways to it, and sites that ship it anyway."""

    order: int
    needs: Sequence[Need]
    ways: Sequence[Candidate]
    floor: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Costs:
    """What a plan costs, by part, in cents."""

    freight: int = 0
    split: int = 0
    handling: int = 0
    lateness: int = 0

    @property
    def total(self) -> int:
        return self.freight + self.split + self.handling + self.lateness

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(self.freight + other.freight, self.split + other.split, self.handling + other.handling, self.lateness + other.lateness)


@dataclass(slots=True)
class Replanned:
    """What was found: the plan of the greedy answer and the better one, the groups that move together, and whether the solver proved all."""

    greedy: Plan
    better: Plan
    groups: list[list[Job]] = field(default_factory=list)
    solved: int = 0
    proven: bool = True


Stock = Mapping[tuple[int, int], int]
"""Units that are free or may be dealt out, by (item, site)."""


def cents(way: Candidate) -> int:
    """What the way costs, in cents."""
    return int((way.cost * 100).to_integral_value())


def late(need: Need, way: Candidate) -> int:
    """What it costs that one unit arrives by this way after the promise."""
    if need.promised_on is None or way.arrives_on is None or way.arrives_on <= need.promised_on:
        return 0
    return -(-need.value * (way.arrives_on - need.promised_on).days // LATE_SHARE)


def costs(job: Job, plan: Plan) -> Costs:
    """What an order costs in a plan."""
    ways = {w.site: w for w in job.ways}
    parts = [(need, site, units) for need in job.needs for site in ways if (units := plan.get((need.line, site), 0))]
    used = {site for _, site, _ in parts}
    return Costs(
        sum(cents(ways[site]) for site in used - job.floor), SPLIT * max(len(used | job.floor) - 1, 0), HANDLING * len(parts),
        sum(late(need, ways[site]) * units for need, site, units in parts))


def least(job: Job, plan: Plan) -> int:
    """What the order's units would cost at least if every site had everything."""
    units = {need.line: sum(plan.get((need.line, w.site), 0) for w in job.ways) for need in job.needs}
    if not any(units.values()):
        return costs(job, {}).total
    freight = 0 if job.floor else min(cents(w) for w in job.ways)
    lateness = sum(n * min(late(need, w) for w in job.ways) for need in job.needs if (n := units[need.line]))
    return freight + SPLIT * max(len(job.floor) - 1, 0) + HANDLING * sum(1 for n in units.values() if n) + lateness


def greedy(jobs: Sequence[Job], free: Stock) -> Plan:
    """Everybody keeps what it has; open units come from the fewest sites, order by order."""
    left = dict(free)
    plan: Plan = defaultdict(int)
    for job in jobs:
        for need in job.needs:
            for site, units in need.held.items():
                plan[need.line, site] += units
        wanted = [Wanted(need.line, need.item, need.open) for need in job.needs if need.open]
        for t in fewest_splits(wanted, job.ways, left).taken if wanted else ():
            plan[t.line, t.site] += t.quantity
            left[t.item, t.site] -= t.quantity
    return dict(plan)


def stock_of(jobs: Sequence[Job], free: Stock) -> dict[tuple[int, int], int]:
    """What may be dealt out: free units, and those that the orders have."""
    stock = dict(free)
    for job in jobs:
        for need in job.needs:
            for site, units in need.held.items():
                stock[need.item, site] = stock.get((need.item, site), 0) + units
    return stock


def groups_of(jobs: Sequence[Job], plan: Plan, stock: Stock) -> Iterator[list[Job]]:
    """Orders that want the same scarce stock, together. Stock is scarce where a site has less than is planned of the item in all."""
    planned: dict[int, int] = defaultdict(int)
    for job in jobs:
        for need in job.needs:
            planned[need.item] += sum(plan.get((need.line, w.site), 0) for w in job.ways)
    sites = {w.site for job in jobs for w in job.ways}
    scarce = {item for item, units in planned.items() if any(stock.get((item, site), 0) < units for site in sites)}
    lead: dict[int, int] = {}

    def top(n: int) -> int:
        while lead.setdefault(n, n) != n:
            lead[n] = lead[lead[n]]
            n = lead[n]
        return n

    first: dict[int, int] = {}
    for nr, job in enumerate(jobs):
        for need in job.needs:
            if need.item in scarce:
                lead[top(nr)] = top(first.setdefault(need.item, nr))
    together: dict[int, list[Job]] = defaultdict(list)
    for nr, job in enumerate(jobs):
        together[top(nr)].append(job)
    yield from together.values()


def replan(jobs: Sequence[Job], free: Stock, seconds: float) -> Replanned:
    """The greedy plan, and the better one that was found within the time. It is never dearer, and no line gets fewer or more."""
    plan, stock = greedy(jobs, free), stock_of(jobs, free)
    found = Replanned(plan, dict(plan))
    until = time.monotonic() + seconds
    groups = list(groups_of(jobs, plan, stock))
    open_groups = [g for g in groups if sum(costs(j, plan).total - least(j, plan) for j in g) > 0]
    for nr, group in enumerate(open_groups):
        left = (until - time.monotonic()) / (len(open_groups) - nr)
        better, proven = solved(group, plan, stock, left) if left > 0 else (None, False)
        found.proven &= proven
        found.solved += 1
        if better is not None and sum(costs(j, better).total for j in group) < sum(costs(j, plan).total for j in group):
            for job in group:
                for need in job.needs:
                    for way in job.ways:
                        found.better.pop((need.line, way.site), None)
            found.better |= better
    found.groups = groups
    return found


def solved(group: Sequence[Job], plan: Plan, stock: Stock, seconds: float) -> tuple[Plan | None, bool]:
    """The cheapest plan of a group that the solver finds in this time, and whether it is proven to be that."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    units: dict[tuple[int, int], cp_model.IntVar] = {}
    taken: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    cost: list[cp_model.LinearExpr] = []
    for job in group:
        for way in (w for w in job.ways if not w.out):
            ships = model.new_bool_var("")
            if way.site not in job.floor:
                cost.append((cents(way) + SPLIT) * ships)
            model.add_hint(ships, any(plan.get((need.line, way.site)) for need in job.needs))
            for need in job.needs:
                most = min(need.wanted, stock.get((need.item, way.site), 0))
                if most <= 0:
                    continue
                n, picks = model.new_int_var(0, most, ""), model.new_bool_var("")
                model.add(n <= most * picks)
                model.add_implication(picks, ships)
                model.add_hint(n, plan.get((need.line, way.site), 0))
                model.add_hint(picks, bool(plan.get((need.line, way.site))))
                cost.append(HANDLING * picks + late(need, way) * n)
                units[need.line, way.site] = n
                taken[need.item, way.site].append(n)
        for need in job.needs:
            model.add(sum(units[need.line, w.site] for w in job.ways if (need.line, w.site) in units) == sum(plan.get((need.line, w.site), 0) for w in job.ways))
    for key, ns in taken.items():
        model.add(sum(ns) <= stock[key])
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False
    return {key: there for key, var in units.items() if (there := solver.value(var))}, status == cp_model.OPTIMAL
