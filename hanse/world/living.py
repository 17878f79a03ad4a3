"""Living: all who act on a day, together."""

from .buying import buying
from .day import Day, Tally
from .floor import Floor
from .hanse_itself import judged, nightly, regularly
from .money import paying
from .road import Road
from .supply import supplying


def live(day: Day) -> Tally:
    """Live a day to its end; gives what it brought."""
    begin(day)
    if day.since < day.ends_at:
        day.env.run(until=(day.ends_at - day.began_at).total_seconds())
    return day.tally


def begin(day: Day) -> None:
    """Have all who act on a day begin it."""
    road = Road(day)
    for steps in (nightly(day), buying(day), supplying(day), road.driving(), regularly(day), paying(day)):
        day.env.process(steps)
    for site in day.world.company.sites:
        Floor(day, site, road).open()


def settle(day: Day) -> None:
    """After the last day: judge what became of it."""
    day.itself(judged)
