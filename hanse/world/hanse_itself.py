"""What hanse does by itself, at its times: bills, looks for silent parcels, judges, learns."""

from datetime import time

from hanse.billing.jobs import invoice_what_is_due
from hanse.journal.follow import FOLLOWERS
from hanse.orders.jobs import expire_overdue
from hanse.perfect_order.jobs import judge_what_is_due, learn_weeks
from hanse.transport.jobs import count_transit, notice_what_is_silent

from .day import Day, Steps, catch_up

TIMES = (time(10), time(16))


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
    """Through the day: what is billed without leaving, and requests whose time is over. What leaves is billed after its van."""
    for at in TIMES:
        yield day.until_instant(day.instant(at))
        day.itself(invoice_what_is_due)
        day.itself(expire_overdue)
