"""History: open a described company and live its days, or go on where a run had stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from hanse.catalogue.keep import keep_items
from hanse.inventory.receive import receive
from hanse.journal.asking import rows
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple
from hanse.network.keep import keep_sites
from hanse.network.keep_carton_types import keep_carton_types
from hanse.network.keep_floors import keep_floors
from hanse.network.keep_rates import keep_rates
from hanse.network.keep_services import keep_services
from hanse.partners.keep import keep_parties
from hanse.transport.keep_carriers import keep_carriers

from . import living
from .day import Day, Tally, World, rest
from .described import Company
from .end_day import EndDay, end_day
from .opening import first_stock

AT_ONCE = 1_000


class NotThisWorld(Exception):
    """The database holds something else than this world; the text says what."""


@dataclass(frozen=True, slots=True)
class Lived:
    """How far a world was lived: by its name and seed, from which day to which."""

    world: str
    seed: int
    began: date
    day: date


LIVED = """
SELECT body->>'world', (body->>'seed')::bigint, (body->>'began')::date, (body->>'day')::date FROM journal_event
 WHERE subject ^@ 'world/' AND kind = 'DayEnded' ORDER BY id DESC LIMIT 1
"""


def lived() -> Lived | None:
    """How far the world of this database was lived; nothing where it holds none."""
    return next(iter(rows(Lived, LIVED)), None)


def anything() -> bool:
    """Whether anything was ever done in this database."""
    return bool(rows(bool, "SELECT true FROM journal_event LIMIT 1"))


def same(so_far: Lived | None, name: str, seed: int) -> None:
    """Raise `NotThisWorld` where another world was lived than this one."""
    if so_far and (so_far.world, so_far.seed) != (name, seed):
        raise NotThisWorld(f"Here lives {so_far.world} with seed {so_far.seed}; {name} with seed {seed} needs a home of its own.")


STOOD = "SELECT recorded_at FROM journal_event ORDER BY id DESC LIMIT 1"
"""The instant of the last fact."""


def stood() -> datetime | None:
    """Up to which instant this database was lived; nothing where it is empty."""
    return max((at for (at,) in rows(as_tuple, STOOD)), default=None)


def live(name: str, company: Company, seed: int, began: date, until: date, upto: datetime | None = None) -> Iterator[tuple[date, Tally]]:
    """Live the days of a company up to `until` without it, and of that day what lies before `upto`; opens it first. Gives each day's tally.

    A run that was stopped goes on, also within a day.
    """
    so_far = lived()
    same(so_far, name, seed)
    world = World(company, seed, so_far.began if so_far else began)
    with hurried():
        if so_far is None:
            open_company(world, name)
            since = None
        else:
            since = stood()
        on = so_far.day + timedelta(days=1) if so_far else began
        while on < until:
            day = Day(world, on, since=since)
            tally = living.live(day)
            end(day, name)
            yield on, tally
            on += timedelta(days=1)
        if upto is not None and (today := Day(world, on, until=upto, since=since)).since < upto:
            yield on, living.live(today)
        rest()


def end(day: Day, name: str) -> None:
    """Journal that a day of a world was lived to its midnight."""
    with clock.standing_at(day.ends_at):
        end_day([EndDay(name, day.world.seed, day.world.began, day.on)], by=HANSE)


@contextmanager
def hurried() -> Iterator[None]:
    """Within this block commits of this connection do not wait for the disk: after a crash of the machine the last simulated moments are lived again.

    And its statements keep their plans: a past of many small calls would plan each anew, which takes longer than doing it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET plan_cache_mode = force_generic_plan")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")
            cursor.execute("RESET plan_cache_mode")


def open_company(world: World, name: str) -> None:
    """Make a company known, at four in the morning of its first day, with what lies on its shelves; the eve of it is over then."""
    it = world.opened
    with clock.standing_at(datetime.combine(world.began, time(4), ZoneInfo(world.company.zone))):
        for keep, asks in (
            (keep_items, it.items), (keep_carriers, it.carriers), (keep_carton_types, it.cartons), (keep_sites, it.sites), (keep_services, it.services), (keep_rates, it.rates),
            (keep_floors, it.floors), (keep_parties, it.parties), (receive, first_stock(world.company, it.sold, world.chances, world.began)),
        ):  # fmt: skip
            for n in range(0, len(asks), AT_ONCE):
                refused = [a for a in keep(asks[n:n + AT_ONCE], by=HANSE) if isinstance(a, Refused)]
                if refused:
                    raise NotThisWorld(f"The company cannot be opened: {refused[0].detail}")
        end_day([EndDay(name, world.seed, world.began, world.began - timedelta(days=1))], by=HANSE)


