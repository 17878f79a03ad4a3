"""Sourcing: which sites supply an order. A pure, replaceable policy with a stored explanation.

The default makes the fewest splits, then the earliest promise, then the shortest way, then site priority. Suppliers that ship
for us are asked only for what our own sites cannot supply.
A policy of your own is a function with the shape of `fewest_splits`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from hanse.kernel.rows import row

MOST_TRIED = 10
"""Up to so many useful sites every combination is tried; beyond, the best coverage is taken greedily."""


@row
class Wanted:
    """Units of one line that need a site."""

    line: int
    item: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site as one order sees it: when goods would arrive, what the way costs, and why it is out, if it is."""

    site: int
    code: str
    arrives_on: date | None
    cost: Decimal
    distance_km: int
    priority: int
    out: str = ""
    supplier: bool = False

    @property
    def rank(self) -> tuple[Any, ...]:
        return (self.arrives_on or date.max, self.distance_km, self.cost, self.priority, self.code)


@row
class Taken:
    """Units of a line taken from a site."""

    line: int
    item: int
    site: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy decided for one order, and why."""

    taken: list[Taken]
    why: dict[str, Any]


Free = Mapping[tuple[int, int], int]
"""Free units by (item, site)."""
Policy = Callable[[Sequence[Wanted], Sequence[Candidate], Free], Plan]


def fewest_splits(wanted: Sequence[Wanted], candidates: Sequence[Candidate], free: Free) -> Plan:
    """Take all from the best site that has all; else from the fewest sites that together have the most."""
    fit = sorted((c for c in candidates if not c.out), key=lambda c: c.rank)
    need = _by_item(wanted)
    whole = [c for c in fit if all(free.get((item, c.site), 0) >= n for item, n in need.items())]
    if whole:
        chosen, runner_up = [whole[0]], whole[1].code if len(whole) > 1 else ""
    else:
        chosen, runner_up = _fewest(fit, need, free), ""
    return Plan(_share(wanted, chosen, free), _why("fewest splits", candidates, chosen, runner_up, need, free))


def own_first(policy: Policy) -> Policy:
    """The policy for our own sites, and once more, for what they cannot supply, for the sites of suppliers that ship for us."""

    def plan(wanted: Sequence[Wanted], candidates: Sequence[Candidate], free: Free) -> Plan:
        suppliers = [c for c in candidates if c.supplier]
        if not suppliers:
            return policy(wanted, candidates, free)
        own = policy(wanted, [c for c in candidates if not c.supplier], free)
        got = Counter[int]()
        for t in own.taken:
            got[t.line] += t.quantity
        rest = [Wanted(w.line, w.item, w.quantity - got[w.line]) for w in wanted if w.quantity > got[w.line]]
        theirs = policy(rest, suppliers, free) if rest else Plan([], _not_asked(suppliers))
        both = {name: own.why[name] + theirs.why[name] for name in ("winner", "candidates")}
        return Plan(own.taken + theirs.taken, own.why | both | {"runner_up": own.why["runner_up"] or theirs.why["runner_up"]})

    return plan


def _not_asked(suppliers: Sequence[Candidate]) -> dict[str, Any]:
    told = [[c.code, c.arrives_on and c.arrives_on.isoformat(), str(c.cost), c.distance_km, 0, c.out or "our own sites have all"] for c in suppliers]
    return {"winner": [], "runner_up": "", "candidates": told}


def _by_item(wanted: Sequence[Wanted]) -> dict[int, int]:
    need: dict[int, int] = {}
    for w in wanted:
        need[w.item] = need.get(w.item, 0) + w.quantity
    return need


def _covered(sites: Sequence[Candidate], need: Mapping[int, int], free: Free) -> int:
    return sum(min(n, sum(free.get((item, c.site), 0) for c in sites)) for item, n in need.items())


def _fewest(fit: list[Candidate], need: Mapping[int, int], free: Free) -> list[Candidate]:
    """The smallest set of sites that covers as many units as all sites together, the best of its size."""
    useful = [c for c in fit if any(free.get((item, c.site), 0) > 0 for item in need)]
    most = _covered(useful, need, free)
    if len(useful) > MOST_TRIED:
        return _greedy(useful, need, free, most)
    for size in range(1, len(useful) + 1):
        full = [s for s in combinations(useful, size) if _covered(s, need, free) == most]
        if full:
            return list(min(full, key=lambda s: (max(c.rank[0] for c in s), sum(c.distance_km for c in s), [c.rank for c in s])))
    return []


def _greedy(useful: list[Candidate], need: Mapping[int, int], free: Free, most: int) -> list[Candidate]:
    chosen: list[Candidate] = []
    while _covered(chosen, need, free) < most:
        rest = [c for c in useful if c not in chosen]
        chosen.append(max(rest, key=lambda c: (_covered([*chosen, c], need, free), [-useful.index(c)])))
    return sorted(chosen, key=lambda c: c.rank)


def _share(wanted: Sequence[Wanted], chosen: Sequence[Candidate], free: Free) -> list[Taken]:
    """Units per line and chosen site; of a site what the others lack comes first, so lines stay whole."""
    left = {(w.item, c.site): free.get((w.item, c.site), 0) for w in wanted for c in chosen}
    taken = []
    for w in wanted:
        open_units = w.quantity
        enough = [c for c in chosen if left[w.item, c.site] >= open_units]
        for c in enough[:1] or chosen:
            units = min(open_units, left[w.item, c.site])
            if units > 0:
                taken.append(Taken(w.line, w.item, c.site, units))
                left[w.item, c.site] -= units
                open_units -= units
    return taken


def _why(policy: str, candidates: Sequence[Candidate], chosen: Sequence[Candidate], runner_up: str, need: Mapping[int, int], free: Free) -> dict[str, Any]:
    """The explanation as it is stored: each candidate with what it could cover and why it was left out."""
    whole = sum(need.values())
    won = {c.site for c in chosen}
    told = []
    for c in candidates:
        covers = sum(min(n, free.get((item, c.site), 0)) for item, n in need.items())
        if not covers and c.site not in won:
            out = c.out or "no free stock of these items"
        else:
            out = c.out or ("" if c.site in won else "a better site has all" if covers == whole else f"covers {covers} of {whole}")
        told.append([c.code, c.arrives_on and c.arrives_on.isoformat(), str(c.cost), c.distance_km, covers, out])
    return {"policy": policy, "winner": [c.code for c in chosen], "runner_up": runner_up, "wanted": whole, "candidates": told}
