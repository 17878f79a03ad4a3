"""Buying: customers order through the day, and some think better of it."""

from datetime import datetime, timedelta

from hanse.kernel.refused import Refused
from hanse.orders.cancel import Cancel, cancel
from hanse.orders.events import OrderPlaced
from hanse.orders.place import place

from .day import Day, Steps
from .demand import Wanted, orders_of

EVERY = timedelta(hours=1)
"""Shops and mailboxes hand their orders on once an hour."""
DESK = "ina"


def buying(day: Day) -> Steps:
    """All orders of the day, an hour's at a time."""
    world = day.world
    waiting = orders_of(world.company, world.opened.sold, world.opened.buyers, day.on, world.began, world.chances)
    waiting = [w for w in waiting if not day.over(_next_hour(w.at))]
    while waiting:
        upto = _next_hour(waiting[0].at)
        yield day.until_instant(upto)
        now = [w for w in waiting if w.at <= upto]
        waiting = waiting[len(now):]
        for wanted, answer in zip(now, day.act(place, [w.ask for w in now], "shop", "order desk"), strict=True):
            if not isinstance(answer, Refused):
                day.env.process(_thinking_again(day, wanted, answer))


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + EVERY


def _thinking_again(day: Day, wanted: Wanted, placed: OrderPlaced) -> Steps:
    """Some call within a few hours and cancel."""
    random = day.world.chances.of("cancels", wanted.ask.ref)
    if random.random() < wanted.buyer.of.cancels:
        yield day.env.timeout(random.uniform(600, 4 * 3600))
        day.act(cancel, [Cancel(placed.order, reason=random.choice(("ordered twice", "found it elsewhere", "takes too long")), fallback="let-go")], DESK, "order desk")
    else:
        yield day.env.timeout(0)
