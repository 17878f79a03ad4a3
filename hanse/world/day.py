"""A day of a described company: its clock, who acts on it, and what is told; by the real operations on a simulated clock.

A day is a SimPy environment whose seconds begin at midnight; each act is done with the clock at its instant. At midnight nobody
carries anything in their head: a day begins from what the database knows and from chances that are named after what they
are about (`chances`). So a run can stop at any midnight and go on, here or in a copy of the database under other rules.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import simpy
from django.db import connection

from hanse.journal.asking import rows
from hanse.journal.follow import FOLLOWERS, MOST_FACTS, FollowerSpec, follow, pass_over
from hanse.journal.principals import Principal, grants_of
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple

from .chances import Chances
from .described import Company
from .opening import Opened, Sold, opened

T = TypeVar("T")
Steps = Generator[simpy.Event, Any, None]
ITSELF = ("live", "webhooks", "perfect-order", "fulfilment: plan tours", "transport: call carriers")
"""Followers that the world does not let read after each act: pages and webhooks have nobody to hear them, judging is done at night, and
planning and calling are done by the world itself instead of by jobs.
"""
NEWS = "SELECT kind, max(id) FROM journal_event WHERE id > %(since)s GROUP BY kind"
SETTLED = "SELECT coalesce(max(xact), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM journal_event"


@dataclass(slots=True)
class Tally:
    """What a day brought: how many acts were accepted by what they told, and how many refused by code."""

    told: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def count(self, answers: Iterable[Any]) -> None:
        for a in answers:
            where, name = (self.refused, a.code) if isinstance(a, Refused) else (self.told, type(a).__name__)
            where[name] = where.get(name, 0) + 1


class World:
    """A described company with its seed: what is the same on every day. With another `luck` the same company meets another future."""

    def __init__(self, company: Company, seed: int, began: date, luck: int | None = None):
        self.company, self.seed, self.began, self.zone = company, seed, began, ZoneInfo(company.zone)
        self.chances = Chances(seed if luck is None else luck)
        self.opened: Opened = opened(company, Chances(seed), began)
        self.sold: dict[str, Sold] = {it.sku: it for it in self.opened.sold}
        self.buyers = {b.code: b for some in self.opened.buyers.values() for b in some}


class Day:
    """A day of a world as it is lived: its clock, who acts, and what was told.

    It may be lived `until` an instant, and gone on with `since` one. A day that is `visited` is lived on hanse's own clock beside people
    and a worker: the worker tells followers, and the crew leaves some work to others.
    """

    def __init__(self, world: World, on: date, until: datetime | None = None, since: datetime | None = None, visited: bool = False):
        self.world, self.on, self.until, self.visited = world, on, until, visited
        self.began_at = self.instant(time())
        self.since = max(self.began_at, since) if since else self.began_at
        self.ends_at = min(self.midnight(), until) if until else self.midnight()
        self.env = simpy.Environment((self.since - self.began_at).total_seconds())
        self.tally = Tally()
        self.heard = _last_event()

    # -- time --------------------------------------------------------------------------------------------------------------

    def instant(self, at: time, zone: str = "") -> datetime:
        """An instant of this day by its time on the wall."""
        return datetime.combine(self.on, at, ZoneInfo(zone) if zone else self.world.zone).astimezone(ZoneInfo("UTC"))

    def midnight(self) -> datetime:
        return datetime.combine(self.on + timedelta(days=1), time(), self.world.zone).astimezone(ZoneInfo("UTC"))

    @property
    def now(self) -> datetime:
        """The instant it is in this day."""
        return self.began_at + timedelta(seconds=round(self.env.now))

    def until_instant(self, at: datetime) -> simpy.Event:
        """Waits until an instant; one that has passed comes at once."""
        return self.env.timeout(max(0.0, (at - self.began_at).total_seconds() - self.env.now))

    def over(self, at: datetime) -> bool:
        """Whether what is done at an instant was done before this part of the day began."""
        return self.began_at < self.since and at <= self.since

    def standing(self) -> AbstractContextManager[None]:
        """Hanse's clock stands at this instant; on a visited day it goes by itself."""
        return nullcontext() if self.visited else clock.standing_at(self.now)

    # -- acting ------------------------------------------------------------------------------------------------------------

    def act(self, operation: Callable[..., list[Any]], asks: Sequence[Any], who: str, role: str) -> list[Any]:
        """Put asks to an operation at this instant, as somebody with a role, and let those hear of it who follow."""
        if not asks:
            return []
        with self.standing():
            answers = operation(asks, by=Principal(who, grants_of([role])))
            self.hear()
        self.tally.count(answers)
        return answers

    def itself(self, job: Callable[[], T]) -> T:
        """Have hanse do one of its jobs at this instant."""
        with self.standing():
            done = job()
            self.hear()
        return done

    def hear(self) -> None:
        """Let every follower read on that hears something of what was told, until nobody does any more; on a visited day the worker does."""
        while not self.visited and (ears := self._ears()):
            for spec in ears:
                catch_up(spec)

    def _ears(self) -> list[FollowerSpec]:
        """The followers that hear something of what was told since we looked last."""
        news = dict(rows(as_tuple, NEWS, since=self.heard))
        self.heard = max(news.values(), default=self.heard)
        return [spec for spec in FOLLOWERS.values() if spec.name not in ITSELF and (news if not spec.kinds else not news.keys().isdisjoint(spec.kinds))]


def catch_up(spec: FollowerSpec) -> None:
    """Let a follower read until nothing is left, once it may hear all of it: the database's own housekeeping may hold back its horizon for a moment."""
    while not all(rows(bool, SETTLED)):
        pass
    while follow(spec) >= MOST_FACTS:
        pass


def _last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM journal_event")
        return int(cursor.fetchone()[0])


def rest() -> None:
    """What followers of pages, webhooks and jobs would have heard in the simulated past is passed over."""
    for name in ITSELF:
        if name != "perfect-order":
            pass_over(FOLLOWERS[name])
