"""Allocations of an order as its page shows them: by site, with the stored explanation why that site. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hanse.fulfilment.deadlines import Deadlines
from hanse.orders.reads import LineView, OrderView

STEPS = ("reserved", "picked", "packed", "shipped", "delivered")


@dataclass(slots=True)
class AtSite:
    """What one site owes of an order: units per SKU, counters of all together."""

    site: str
    name: str
    promised_on: date | None = None
    units: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("ordered", *STEPS), 0))
    released: int = 0
    why: dict[str, Any] | None = None
    supplier: str = ""
    deadlines: Deadlines | None = None

    @property
    def content(self) -> str:
        return ", ".join(f"{n:,} {sku}" for sku, n in self.units.items())

    @property
    def said(self) -> str:
        """How far it is: the two furthest stages that any unit has reached."""
        it = self.counters
        reached = [f"{it[step]:,} {step}" for step in STEPS[1:] if it[step]]
        if reached:
            return ", ".join(reached[-2:])
        where = "ordered of the supplier" if self.supplier else "on the floor"
        return f"{self.released:,} {where}" if self.released else "not released yet"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site as sourcing saw it."""

    code: str
    arrives_on: date | None
    cost: Decimal
    won: bool
    said: str


def by_site(order: OrderView, explanations: Sequence[Mapping[str, Any]]) -> list[AtSite]:
    """The sites that owe units, in the order in which they were found; of several sourcings the one of most units tells why."""
    sites: dict[str, AtSite] = {}
    for line in order.lines:
        for part in line.allocations:
            units = part["reserved"] - part["freed"]
            if units > 0:
                _add(sites.setdefault(part["site"], AtSite(part["site"], part["site_name"], supplier=part["supplier"])), line, part, units)
    told_of: dict[str, Mapping[str, Any]] = {}
    for told in explanations:
        for site in {unit["site"] for unit in told["units"]} & sites.keys():
            if site not in told_of or told["why"]["wanted"] >= told_of[site]["wanted"]:
                told_of[site] = told["why"]
    for site, why in told_of.items():
        sites[site].why = explained(why)
    return list(sites.values())


def put_deadlines(sites: Sequence[AtSite], found: Sequence[Deadlines]) -> None:
    """Beside each site that still owes units stands by when it has to do what."""
    by_site = {it.site: it for it in found}
    for at in sites:
        at.deadlines = by_site.get(at.site)


def _add(at: AtSite, line: LineView, part: Mapping[str, Any], units: int) -> None:
    at.units[line.sku] = at.units.get(line.sku, 0) + units
    at.released += part["released"]
    counted = {"ordered": units, "reserved": units} | {step: part[step] for step in STEPS[1:]}
    for name, n in counted.items():
        at.counters[name] += n
    promised = date.fromisoformat(part["promised_on"]) if part["promised_on"] else None
    at.promised_on = max((d for d in (at.promised_on, promised) if d), default=None)


def explained(why: Mapping[str, Any]) -> dict[str, Any]:
    """A stored explanation for reading: the winner first, then the runner-up, then who was left out and why."""
    won, second = why["winner"], why["runner_up"]
    candidates = [
        Candidate(code, date.fromisoformat(on) if on else None, Decimal(str(cost)), code in won, _reason(code in won, code == second, km, covers, why["wanted"], out))
        for code, on, cost, km, covers, out in why["candidates"]
    ]
    rank = {code: n for n, code in enumerate([*won, second])}
    return {"policy": why["policy"], "candidates": sorted(candidates, key=lambda c: (rank.get(c.code, 99), c.arrives_on or date.max, c.code))}


def _reason(won: bool, second: bool, km: int, covers: int, wanted: int, out: str) -> str:
    way = f"{km:,} km, " if km else ""
    if won:
        return f"{way}has {covers:,} of {wanted:,}"
    return f"{way}{'runner-up' if second else 'left out: ' + out}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Units of a line without a site, and what they wait for."""

    sku: str
    units: int
    inbound: str
    due_on: date | None


def waiting(order: OrderView) -> list[Waiting]:
    """What has no site yet: per inbound supply it is pegged to, and what waits for nothing."""
    found = []
    for line in order.lines:
        left = line.waiting
        for peg in line.waits_for:
            units = min(peg["quantity"], left)
            if units > 0:
                found.append(Waiting(line.sku, units, peg["inbound"], date.fromisoformat(peg["due_on"])))
                left -= units
        if left > 0:
            found.append(Waiting(line.sku, left, "", None))
    return found
