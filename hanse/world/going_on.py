"""Going on: a company with a past lives on while it is served, its crew beside whoever signs in.

Hanse's clock has a course here (`kernel/clock`), the same one in all processes of the demo: what is due on a day is done once it is so
late. Whoever works in the pages meanwhile is not fought over: what somebody took, the crew leaves, and of each wave it leaves some.
"""

from datetime import UTC, date, datetime, timedelta
from threading import Event

from hanse.kernel import clock

from . import described, history, living
from .day import Day, World


def go_on(stopping: Event, course: clock.Course) -> None:
    """Live day after day as the clock goes, until told to stop. Begins where the last fact is."""
    so_far = history.lived()
    if so_far is None:
        raise history.NotThisWorld("Nothing was lived here yet: `hanse demo` begins with a past.")
    world = World(described.read(so_far.world), so_far.seed, so_far.began)
    on, since = so_far.day + timedelta(days=1), history.stood()
    while _lived(world, so_far.world, on, since, stopping, course):
        on, since = on + timedelta(days=1), None


def _lived(world: World, name: str, on: date, since: datetime | None, stopping: Event, course: clock.Course) -> bool:
    """Live a day, or what is left of it; whether it came to its end."""
    day = Day(world, on, since=since, visited=True)
    living.begin(day)
    while (at := day.began_at + timedelta(seconds=day.env.peek())) < day.ends_at:
        if _waits(at, stopping, course):
            return False
        day.env.step()
    if _waits(day.ends_at, stopping, course):
        return False
    history.end(day, name)
    return True


def _waits(until: datetime, stopping: Event, course: clock.Course) -> bool:
    """Wait until it is so late; whether somebody said stop meanwhile."""
    return stopping.wait(max(0.0, course.seconds_until(until, datetime.now(UTC))))
