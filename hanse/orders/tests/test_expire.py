"""Expire: what no site answered in time is too late, once, and its fallback is taken."""

from datetime import UTC, datetime, time, timedelta

import pytest

from hanse.kernel import clock
from hanse.orders.cancel import Cancel, cancel
from hanse.orders.counters import Advance, advance
from hanse.orders.expire import Expire, decide, expire
from hanse.orders.jobs import expire_overdue
from hanse.orders.models import Allocation, ChangeRequest
from hanse.orders.requests import Request, SiteDay

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def request(id, state="requested", until=NOON, fallback="let-go"):
    return Request(id, 7, 2, "HAM", "stop", 3, fallback, until, state, "", "", True)


@pytest.mark.parametrize("asks, told", [
    ([Expire(1)], ["HAM did not answer in time (stop): it goes on as it is"]),
    ([Expire(2)], ["HAM did not answer in time (stop): the dock keeps it here"]),
    ([Expire(1), Expire(1)], ["HAM did not answer in time (stop): it goes on as it is", "Request 1 is too late."]),
    ([Expire(3)], ["Request 3 is accepted."]),
    ([Expire(4)], ["Request 4 may be answered until 2026-11-16 12:00:01+00:00."]),
    ([Expire(5)], ["There is no request 5."]),
])
def test_a_request_is_too_late_once_and_not_before_its_time(asks, told):
    known = {r.id: r for r in (request(1), request(2, fallback="intercept"), request(3, "accepted"), request(4, until=NOON + timedelta(seconds=1)))}
    assert [answer.said() for answer in decide(asks, known, NOON)] == told


@pytest.mark.parametrize("now, until", [
    (datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 16, 15, tzinfo=UTC)),
    (datetime(2026, 11, 16, 15, 30, tzinfo=UTC), datetime(2026, 11, 17, 15, tzinfo=UTC)),
    (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC)),
    (datetime(2026, 7, 6, 9, tzinfo=UTC), datetime(2026, 7, 6, 14, tzinfo=UTC)),
])
def test_a_site_answers_until_its_cut_off_on_its_own_clock_and_working_days(now, until):
    assert SiteDay(2, "HAM", "Europe/Berlin", "DE", "", [0, 1, 2, 3, 4], time(16)).next_cut_off(now) == until


def asked(given, fallback):
    given.customer(), given.stocked(given.item(), given.site(), 5)
    number = given.order(("BRG-6204", 5))
    with given.run() as run:
        advance(run, [Advance(Allocation.objects.get().pk, released=5)])
    [told] = cancel([Cancel(number, fallback=fallback)], by="ann")
    return told.asked[0].request


@pytest.mark.parametrize("fallback, outcome", [("let-go", "let-go"), ("return", "return"), ("intercept", "")])
def test_nobody_has_to_look_at_the_clock_the_fallback_is_taken_each_minute(given, fallback, outcome):
    asked(given, fallback)
    assert expire_overdue() == 0
    with clock.standing_at(datetime(2026, 11, 16, 15, 0, tzinfo=UTC)):
        assert expire_overdue() == 1 and expire_overdue() == 0
    row = ChangeRequest.objects.get()
    assert (row.state, row.outcome, row.answered_by) == ("too-late", outcome, "hanse")
    assert [f.fallback for f in given.told("ChangeTooLate")] == [fallback]


def test_the_same_key_twice_expires_once(given):
    request = asked(given, "let-go")
    with clock.standing_at(datetime(2026, 11, 17, tzinfo=UTC)):
        first, second = (expire([Expire(request)], by="ann", key="k") for _ in range(2))
    assert first == second and len(given.told("ChangeTooLate")) == 1
