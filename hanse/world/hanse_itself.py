"""What hanse does by itself, at its times: bills, looks for silent parcels, judges, learns."""

from datetime import time, timedelta

from hanse.billing.jobs import invoice_what_is_due
from hanse.journal.follow import FOLLOWERS
from hanse.orders.jobs import expire_overdue
from hanse.perfect_order.jobs import judge_what_is_due, learn_weeks
from hanse.transport.jobs import count_transit, notice_what_is_silent

from .day import Day, Steps, catch_up

BILLS = (time(10), time(15), time(17), time(20))


def judged() -> None:
    """Orders that something happened to, and those whose day has passed."""
    catch_up(FOLLOWERS["perfect-order"])
    judge_what_is_due()


def nightly(day: Day) -> Steps:
    """A little after midnight: verdicts, lanes, what the weeks teach, parcels of which nothing is heard."""
    yield day.env.timeout(600)
    day.itself(count_transit)
    day.itself(judged)
    day.itself(notice_what_is_silent)
    if day.on.weekday() == 0:
        day.itself(learn_weeks)


def regularly(day: Day) -> Steps:
    """Through the day: bills, and what is due."""
    for at in BILLS:
        yield day.until_instant(day.instant(at))
        day.itself(lambda: invoice_what_is_due(day.now + timedelta(minutes=5)))
        day.itself(expire_overdue)
