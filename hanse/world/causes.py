"""Causes: does the improvement report find what was planted, and does it keep silent where nothing was?

Each seed is a company with a few days that all its worlds share; from there it is lived on once without fault and once with each kind of
cause, each in a copy of its database. Then the report is asked what stands out. What it says is held against the truth; what counts as
claimed is the report's own word.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from random import Random
from threading import Lock
from typing import TYPE_CHECKING

from hanse.kernel.samples import Share

from .branches import Branch, twin
from .chances import Chances
from .described import Company, LookAlikes, MiscountedBin, MissingCrew, OldPrices, Planted, RoughCarrier, SlowLane

if TYPE_CHECKING:
    from .opening import Opened

COMPANY = "small-shop"
BEGAN = date(2026, 3, 5)
"""A Thursday: the first orders come by, and the weekend's wait."""
SHARED = 4
"""Days that all worlds of a seed share."""
NOTHING = "nothing"
KINDS = ("slow lane", "rough carrier", "miscounted bin", "look-alikes", "old prices", "missing crew")
WORLDS = (NOTHING, *KINDS)
DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


# -- what is planted, and what it is for the report ---------------------------------------------------------------------------


def cause_of(kind: str, company: Company, opened: "Opened", seed: int) -> Planted | None:
    """The cause of a kind that a seed plants: somewhere where something happens every day."""
    random = Chances(seed).of("planted", kind)
    makers: dict[str, Callable[[Company, Opened, Random], Planted]] = {
        "slow lane": _slow_lane, "rough carrier": _rough_carrier, "miscounted bin": _miscounted_bin, "look-alikes": _look_alikes, "old prices": _old_prices, "missing crew": _missing_crew,
    }
    return makers[kind](company, opened, random) if kind != NOTHING else None


def _lane(company: Company, random: Random) -> tuple[str, str]:
    return random.choice([(carrier.code, country) for carrier in company.carriers for service in carrier.services for country in service.days])


def _slow_lane(company: Company, opened: "Opened", random: Random) -> Planted:
    carrier, country = _lane(company, random)
    return SlowLane("slow lane", carrier, country, random.choice((1, 2)), tuple(sorted(random.sample(range(5), random.choice((2, 5))))), SHARED)


def _rough_carrier(company: Company, opened: "Opened", random: Random) -> Planted:
    carrier, country = _lane(company, random)
    return RoughCarrier("rough carrier", carrier, country, random.uniform(0.15, 0.4), SHARED)


def _miscounted_bin(company: Company, opened: "Opened", random: Random) -> Planted:
    site, bin = random.choice([(site, bin) for it in opened.sold if it.rank == 0 for site, bin in it.bins.items()])
    return MiscountedBin("miscounted bin", site, bin, random.uniform(0.2, 0.5), SHARED)


def _look_alikes(company: Company, opened: "Opened", random: Random) -> Planted:
    site = random.choice(company.sites).code
    family = random.choice(company.families)
    one, other = [it.sku for it in opened.sold if it.family is family and site in it.bins][:2]
    return LookAlikes("look-alikes", site, (one, other), random.uniform(0.15, 0.4), SHARED)


def _old_prices(company: Company, opened: "Opened", random: Random) -> Planted:
    return OldPrices("old prices", random.choice(company.customers).code, random.uniform(0.1, 0.3), SHARED)


def _missing_crew(company: Company, opened: "Opened", random: Random) -> Planted:
    site = random.choice(company.sites)
    return MissingCrew("missing crew", site.code, 10, (random.choice(site.workdays),), SHARED)


@dataclass(frozen=True, slots=True)
class Said:
    """What the report claims to be a special cause: of which kind of group, where, and what fails there."""

    by: str
    where: str
    cause: str


def named(company: Company, cause: Planted) -> set[Said]:
    """What the report may say of a planted cause, in its own words."""
    if isinstance(cause, SlowLane):
        return {Said("lane", f"{cause.carrier} → {cause.country}", "transit delay")}
    if isinstance(cause, RoughCarrier):
        return {Said("lane", f"{cause.carrier} → {cause.country}", "damaged")}
    if isinstance(cause, MiscountedBin):
        return {Said("bin", f"{cause.bin} in {cause.site}", "short pick")}
    if isinstance(cause, LookAlikes):
        return {Said("item", f"{sku} in {cause.site}", "rejected, wrong item") for sku in cause.skus}
    if isinstance(cause, OldPrices):
        return {Said("channel", of.channel, "billing error") for of in company.customers if of.code == cause.customers}
    places = [("site", cause.site), *(("weekday", f"{cause.site} on {DAYS[n]}") for n in cause.weekdays)]
    return {Said(by, where, late) for by, where in places for late in ("picked late", "released late")}


# -- living them ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lived:
    """A world that was lived, as a line of the file of results: what was planted, what the report claims, the first first; whether that is it, or it is among them; and what it took."""

    seed: int
    kind: str
    days: int
    planted: str
    claims: tuple[Said, ...]
    first: bool
    found: bool
    orders: int
    perfect: int
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Living:
    """A world to live in plain values: in whose database, of which seed, with which kind of cause (or the days that all share)."""

    app: str
    owner: str
    secret: str
    company: str
    seed: int
    kind: str
    days: int


def lived(living: Living) -> Lived | None:
    """Live a world in this process, which belongs to its database from here on; of the days that all share nothing is asked."""
    os.environ |= {"DATABASE_URL": living.app, "DATABASE_OWNER_URL": living.owner, "HANSE_SECRET_KEY": living.secret, "HANSE_PROCESS": "world", "DJANGO_SETTINGS_MODULE": "hanse.edge.settings"}
    import django

    django.setup()
    from django.db import connection

    from . import causes_lived

    try:
        return causes_lived.live(living)
    finally:  # the copy is ended next
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def live_all(empty: Branch, secret: str, company: str, days: int, wanted: Sequence[tuple[int, Sequence[str]]], executor: Executor, at_once: int, done: Callable[[Lived], None]) -> None:
    """Live the worlds that are wanted of each seed, so many seeds at once; `done` hears of each, one at a time."""
    one_at_a_time = Lock()

    def of_seed(seed: int, kinds: Sequence[str]) -> None:
        def living(branch: Branch, kind: str) -> Lived | None:
            return executor.submit(lived, Living(branch.app, branch.owner, secret, company, seed, kind, days)).result()

        with twin(empty) as shared:
            living(shared, "")
            for kind in kinds:
                with twin(shared) as branch:
                    found = living(branch, kind)
                with one_at_a_time:
                    done(found)  # type: ignore[arg-type]

    with ThreadPoolExecutor(at_once) as seeds:
        for ended in as_completed([seeds.submit(of_seed, *of) for of in wanted]):
            ended.result()


# -- the table --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """Of the worlds with a kind of cause: in how many it came first, in how many it was claimed at all, in how many anything was."""

    kind: str
    worlds: int
    first: int
    found: int
    claimed: int

    @property
    def share(self) -> Share:
        """Of a kind the worlds in which it came first; of those without fault those in which anything was claimed."""
        return Share(self.claimed if self.kind == NOTHING else self.first, self.worlds)


def table(worlds: Sequence[Lived]) -> list[Row]:
    """A row for each kind that was lived."""
    of = {kind: [it for it in worlds if it.kind == kind] for kind in WORLDS}
    return [Row(kind, len(some), sum(it.first for it in some), sum(it.found for it in some), sum(bool(it.claims) for it in some)) for kind, some in of.items() if some]
