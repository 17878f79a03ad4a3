"""The clock: the one place where hanse asks what time it is. Simulations and tests set it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

YEARS = range(1900, 2200)
"""The years that doors take days and instants of: any other is a slip, and near the ends of the calendar no day can be reckoned with."""
COURSE = "HANSE_CLOCK"
"""Where the processes of a demo find the course of its time."""
_set: ContextVar[datetime | None] = ContextVar("hanse_clock", default=None)


@dataclass(frozen=True, slots=True)
class Course:
    """How a simulated time goes: at one real instant it was the simulated one, and goes so many times as fast since. All who know it agree."""

    real: datetime
    simulated: datetime
    pace: float

    def at(self, real: datetime) -> datetime:
        """The simulated time at a real instant."""
        return self.simulated + (real - self.real) * self.pace

    def seconds_until(self, simulated: datetime, real: datetime) -> float:
        """Real seconds from an instant until it is so late."""
        return (simulated - self.at(real)).total_seconds() / self.pace

    def words(self) -> str:
        """As it is handed on to other processes."""
        return f"{self.real.isoformat()} {self.simulated.isoformat()} {self.pace}"


def course_in(words: str) -> Course | None:
    """The course that was handed on; none where time is as everywhere."""
    if not words:
        return None
    real, simulated, pace = words.split()
    return Course(datetime.fromisoformat(real), datetime.fromisoformat(simulated), float(pace))


_course = course_in(os.environ.get(COURSE, ""))


def go_by(course: Course) -> None:
    """Let time go by a course from now on, in this process and in all that it starts."""
    global _course
    os.environ[COURSE], _course = course.words(), course


def course() -> Course | None:
    """The course of time in this process, where it is a demo's."""
    return _course


def now() -> datetime:
    """The present instant in UTC: the given one where somebody set the clock."""
    if (given := _set.get()) is not None:
        return given
    real = datetime.now(UTC)
    return _course.at(real) if _course else real


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Within this block it is `instant` (which must carry its offset)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    token = _set.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)
