"""Reads: which what-ifs were asked here, how far they are, and what they said."""

from dataclasses import dataclass
from datetime import date, datetime

from hanse.journal.asking import rows

from .whatif import Difference, OnDay

LISTED = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A what-if as it was asked, and how far it is."""

    id: int
    said: str
    change: str
    company: str
    currency: str
    first_on: date
    days: int
    seeds: int
    state: str
    lived: int
    asked_by: str
    asked_at: datetime
    as_of: datetime | None
    moved_at: datetime
    why: str

    @property
    def open(self) -> bool:
        """Whether it waits, or is being lived."""
        return self.state in ("asked", "living")


ASKED = """
SELECT id, said, change, company, currency, first_on, days, seeds, state, lived, asked_by, asked_at, as_of, moved_at, why FROM world_whatif
 WHERE %(id)s::bigint IS NULL OR id = %(id)s ORDER BY id DESC LIMIT %(most)s
"""
MEASURED = """
SELECT measure, without, with_it, difference, low, high FROM world_whatif_measure WHERE what_if_id = %(id)s ORDER BY id
"""
OF_ALL = """
SELECT what_if_id, measure, without, with_it, difference, low, high FROM world_whatif_measure WHERE what_if_id = ANY(%(ids)s::bigint[]) ORDER BY id
"""
ON_DAYS = """
SELECT measure, "on", changed, middle, low, high FROM world_whatif_day WHERE what_if_id = %(id)s ORDER BY measure, changed, "on"
"""


def what_ifs() -> list[Asked]:
    """The latest that were asked, the last first."""
    return rows(Asked, ASKED, id=None, most=LISTED)


def what_if(id: int) -> Asked | None:
    """One of them."""
    return next(iter(rows(Asked, ASKED, id=id, most=1)), None)


def measures(id: int) -> list[Difference]:
    """What the futures of one say, in the order of the measures."""
    return rows(Difference, MEASURED, id=id)


def measures_of(ids: list[int]) -> dict[int, list[Difference]]:
    """What the futures of several say."""
    found: dict[int, list[Difference]] = {}
    for id, it in rows(lambda id, *told: (id, Difference(*told)), OF_ALL, ids=ids):
        found.setdefault(id, []).append(it)
    return found


def days(id: int) -> list[OnDay]:
    """The days of both sides."""
    return rows(OnDay, ON_DAYS, id=id)
