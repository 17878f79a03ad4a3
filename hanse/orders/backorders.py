"""Backorders: who gets what there is of an item when it does not suffice for all. Pure.

Each customer has a rule. They are served in this order, those of a rule by the queue (priority, promise, age):

- win: served in full by the promise, before everybody else
- gain: keeps what it has where it has it, and may get more
- improve: keeps as many units; late ones may be exchanged for units that arrive sooner, and it may get more
- redistribute: what it has is dealt out anew; it may fare better or worse
- fill: keeps at most what it has, as far as others left it there
- lose: gives up what it has

Only units that are not on the floor are dealt out. What a customer is to lose is free before anybody is served.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .sourcing import Candidate

RULES = ("win", "gain", "improve", "redistribute", "fill", "lose")
"""In the order in which they are served."""
KEEPING = ("gain", "improve")
"""Rules whose units nobody else can get."""


@dataclass(frozen=True, slots=True)
class Held:
    """Units that a line has at a site, and the day they reach the customer, where it is known."""

    quantity: int
    arrives_on: date | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a line wants of an item: units it has (by site) and units it has not, with its place in the queue."""

    line: int
    rule: str
    key: tuple[Any, ...]
    open: int
    held: Mapping[int, Held]
    ways: Sequence[Candidate]
    promised_on: date | None = None

    @property
    def has(self) -> int:
        return sum(h.quantity for h in self.held.values())

    def late(self, arrives_on: date | None) -> bool:
        """Whether goods that arrive then come after the promise."""
        return self.promised_on is not None and arrives_on is not None and arrives_on > self.promised_on


Units = dict[int, int]
"""Units by site."""


def deal(claims: Sequence[Claim], free: Mapping[int, int]) -> dict[int, Units]:
    """Units by line and site after the run, in the order of service. No site gives more than is free there or given up."""
    pool: Units = dict(free)
    for claim in claims:
        if claim.rule not in KEEPING:
            for site, held in claim.held.items():
                pool[site] = pool.get(site, 0) + held.quantity
    return {claim.line: SERVED[claim.rule](claim, pool) for claim in in_service(claims)}


def in_service(claims: Sequence[Claim]) -> list[Claim]:
    """The claims in the order in which they are served."""
    return sorted(claims, key=lambda c: (RULES.index(c.rule), c.key))


def _anew(claim: Claim, pool: Units) -> Units:
    """All it wants: its own units that are in time stay with it, the rest comes from the best sites."""
    got: Units = {}
    for site, held in claim.held.items():
        if not claim.late(held.arrives_on):
            _move(pool, got, site, held.quantity)
    _best(claim, claim.open + claim.has - sum(got.values()), pool, got)
    return got


def _keep_and_more(claim: Claim, pool: Units) -> Units:
    got = {site: held.quantity for site, held in claim.held.items()}
    _best(claim, claim.open, pool, got)
    return got


def _sooner_and_more(claim: Claim, pool: Units) -> Units:
    """Exchange late units for such as arrive sooner, then take more."""
    got = {site: held.quantity for site, held in claim.held.items()}
    for site, held in claim.held.items():
        for way in _ordered(claim):
            if claim.late(held.arrives_on) and way.arrives_on and held.arrives_on and way.arrives_on < held.arrives_on:
                units = min(got[site], pool.get(way.site, 0))
                _move(pool, got, way.site, units)
                _move(got, pool, site, units)
    _best(claim, claim.open, pool, got)
    return {site: units for site, units in got.items() if units}


def _at_most(claim: Claim, pool: Units) -> Units:
    got: Units = {}
    for site, held in claim.held.items():
        _move(pool, got, site, held.quantity)
    return got


def _nothing(claim: Claim, pool: Units) -> Units:
    return {}


SERVED: Mapping[str, Callable[[Claim, Units], Units]] = {
    "win": _anew, "gain": _keep_and_more, "improve": _sooner_and_more, "redistribute": _anew, "fill": _at_most, "lose": _nothing,
}  # fmt: skip


def _ordered(claim: Claim) -> list[Candidate]:
    """Ways in time first, then by rank."""
    return sorted((w for w in claim.ways if not w.out), key=lambda w: (claim.late(w.arrives_on), w.rank))


def _best(claim: Claim, wanted: int, pool: Units, got: Units) -> None:
    """So many units more: from one site that has them all in time, else from site to site."""
    ways = _ordered(claim)
    whole = [w for w in ways if pool.get(w.site, 0) >= wanted and not claim.late(w.arrives_on)]
    for way in whole[:1] or ways:
        wanted -= _move(pool, got, way.site, wanted)


def _move(source: Units, target: Units, site: int, wanted: int) -> int:
    """Move at most so many units of a site; gives how many there were."""
    units = min(wanted, source.get(site, 0))
    if units > 0:
        source[site] -= units
        target[site] = target.get(site, 0) + units
    return max(units, 0)
