"""Scheduling: backward from the day of delivery to the latest release, and forward from now, over hours, cut-offs and calendars."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as every
from hypothesis import strategies as some

from hanse.network.calendar import Calendar, Way
from hanse.network.schedule import Hours, Work, backward, forward, steps

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = (0, 1, 2, 3, 4)
BAVARIA = Calendar("DE", "BY", WEEKDAYS, "Europe/Berlin")
DAY_SHIFT = Hours(BAVARIA, time(8), time(17))
NIGHT_SHIFT = Hours(BAVARIA, time(22), time(6))
ROUND_THE_CLOCK = Hours(BAVARIA)
WORK = Work(lead=timedelta(hours=2), picking=timedelta(hours=4), packing=timedelta(hours=2), loading=timedelta(hours=1))
THREE = time(15)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)


def test_a_day_of_delivery_gives_the_latest_hand_over_loading_picking_and_release():
    found = backward(DAY_SHIFT, THREE, Way(3), date(2026, 6, 15), WORK)
    wednesday = date(2026, 6, 10)
    assert (found.hand_over_by, found.packed_by, found.start_by) == (at(wednesday, 15), at(wednesday, 14), at(wednesday, 8))
    assert found.picked_by == at(wednesday, 12)
    assert found.release_by == at(date(2026, 6, 9), 15), "SCH-1: Tuesday 15:00"


def test_a_holiday_on_the_way_moves_the_latest_release_a_day_ahead():
    found = backward(DAY_SHIFT, THREE, Way(3), date(2026, 6, 8), WORK)
    assert found.hand_over_by == at(date(2026, 6, 2), 15), "Corpus Christi on Thursday 4 June is no day of transit"
    assert found.release_by == at(date(2026, 6, 1), 15), "SCH-2: Monday 15:00"


@pytest.mark.parametrize("way, arrives, leaves", [
    (Way(1), date(2026, 6, 13), date(2026, 6, 11)),                               # Saturday: by the site's days it is there on Friday
    (Way(1, transit_on=(0, 1, 2, 3, 4, 5)), date(2026, 6, 13), date(2026, 6, 12)),     # the carrier drives on Saturday
    (Way(1, (0, 1, 2, 3, 4, 5), WEEKDAYS, "DE", "BY"), date(2026, 6, 13), date(2026, 6, 11)),   # the receiver is closed then
    (Way(1, (), WEEKDAYS, "AT"), date(2026, 10, 26), date(2026, 10, 22)),             # national day in Austria, a Monday
    (Way(0, (), (1, 3), "DE", "HH"), date(2026, 6, 17), date(2026, 6, 16)),           # takes in on Tuesdays and Thursdays
])
def test_transit_counts_by_the_carriers_days_and_arrival_by_the_receivers(way, arrives, leaves):
    assert way.leaves_by(BAVARIA, arrives) == leaves
    assert way.arrives(BAVARIA, leaves) <= arrives < way.arrives(BAVARIA, BAVARIA.add_working_days(leaves, 1))


@pytest.mark.parametrize("way, leaves, arrives", [
    (Way(1), date(2026, 6, 12), date(2026, 6, 15)),
    (Way(1, transit_on=(0, 1, 2, 3, 4, 5)), date(2026, 6, 12), date(2026, 6, 13)),
    (Way(1, (0, 1, 2, 3, 4, 5), WEEKDAYS, "DE", "BY"), date(2026, 6, 12), date(2026, 6, 15)),
    (Way(1, (), WEEKDAYS, "AT"), date(2026, 10, 23), date(2026, 10, 27)),
    (Way(0, (), (1, 3), "DE", "HH"), date(2026, 6, 17), date(2026, 6, 18)),
    (Way(2, (0, 1, 2, 3, 4, 5, 6)), date(2026, 6, 3), date(2026, 6, 6)),              # a holiday of the site does not count either
])
def test_goods_arrive_on_a_day_on_which_the_receiver_takes_them_in(way, leaves, arrives):
    assert way.arrives(BAVARIA, leaves) == arrives


@pytest.mark.parametrize("hours, until, work, since", [
    (DAY_SHIFT, at(date(2026, 6, 10), 15), 2, at(date(2026, 6, 10), 13)),
    (DAY_SHIFT, at(date(2026, 6, 8), 9), 2, at(date(2026, 6, 5), 16)),             # Monday morning goes back to Friday
    (DAY_SHIFT, at(date(2026, 6, 10), 20), 1, at(date(2026, 6, 10), 16)),          # nobody is there in the evening
    (DAY_SHIFT, at(date(2026, 6, 12), 17), 45, at(date(2026, 6, 8), 8)),           # a week of nine hours a day
    (DAY_SHIFT, at(date(2026, 6, 10), 20), 0, at(date(2026, 6, 10), 20)),          # no work needs no hours
    (NIGHT_SHIFT, at(date(2026, 6, 10), 3), 4, at(date(2026, 6, 9), 23)),
    (NIGHT_SHIFT, at(date(2026, 6, 13), 8), 1, at(date(2026, 6, 13), 5)),          # Friday's night ends on Saturday
    (ROUND_THE_CLOCK, at(date(2026, 6, 8), 1), 4, at(date(2026, 6, 7), 21)),
    (NIGHT_SHIFT, at(date(2026, 3, 28), 6), 8, at(date(2026, 3, 27), 22)),         # the night before the clocks go forward
    (Hours(Calendar("DE", "", (5,), "Europe/Berlin"), time(22), time(6)), at(date(2026, 3, 29), 6), 7, at(date(2026, 3, 28), 22)),   # that night has seven hours
    (Hours(Calendar("DE", "", (5,), "Europe/Berlin"), time(22), time(6)), at(date(2026, 10, 25), 6), 9, at(date(2026, 10, 24), 22)),  # and this one nine
    (Hours(Calendar("DE", "", (6,), "Europe/Berlin"), time(2, 30), time(6)), at(date(2026, 3, 29), 6), 2.5, at(date(2026, 3, 29), 3, 30)),   # 2:30 is skipped: an hour later
    (Hours(Calendar("DE", "", (6,), "Europe/Berlin"), time(2, 30), time(6)), at(date(2026, 10, 25), 6), 4.5, at(date(2026, 10, 25), 2, 30)),  # the first of two
])
def test_work_lies_within_the_hours_of_a_site_back_and_forth(hours, until, work, since):
    work = timedelta(hours=work)
    assert hours.before(until, work) == since.astimezone(UTC), "instants: an hour that comes twice is compared as such"
    assert hours.after(since, work) <= until, "what begins then is done in time"


def test_the_steps_of_an_order_add_up_to_its_whole_work():
    found = steps(DAY_SHIFT, at(date(2026, 6, 10), 15), WORK)
    assert found.release_by == DAY_SHIFT.before(at(date(2026, 6, 10), 15), WORK.whole)


@pytest.mark.parametrize("now, ready, leaves, arrives", [
    (at(date(2026, 6, 9), 15), at(date(2026, 6, 10), 15), at(date(2026, 6, 10), 15), date(2026, 6, 15)),     # SCH-1 the other way round
    (at(date(2026, 6, 9), 15, 1), at(date(2026, 6, 10), 15, 1), at(date(2026, 6, 11), 15), date(2026, 6, 16)),
    (at(date(2026, 6, 1), 15), at(date(2026, 6, 2), 15), at(date(2026, 6, 2), 15), date(2026, 6, 8)),        # SCH-2
    (at(date(2026, 6, 6), 12), at(date(2026, 6, 8), 17), at(date(2026, 6, 9), 15), date(2026, 6, 12)),       # asked for on a Saturday
])
def test_what_is_released_now_arrives_on_a_day(now, ready, leaves, arrives):
    found = forward(DAY_SHIFT, THREE, Way(3), now, WORK)
    assert (found.ready_at, found.leaves_at, found.arrives_on) == (ready, leaves, arrives)


def test_a_site_that_needs_days_first_sends_goods_that_many_working_days_later():
    assert forward(ROUND_THE_CLOCK, THREE, Way(1), datetime(2026, 6, 12, 9, tzinfo=UTC), Work(), lead_days=2).arrives_on == date(2026, 6, 17)


days_off = some.sets(some.integers(0, 6), max_size=4).map(lambda off: tuple(d for d in range(7) if d not in off))


@every(
    some.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 20), timezones=some.just(UTC)), some.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Australia/Sydney"]),  # noqa: DTZ001
    days_off, days_off, days_off, some.integers(0, 9), some.sampled_from([(time(8), time(17)), (time(22), time(6)), (time(0), time(0))]), some.integers(0, 20))
def test_back_from_a_day_and_forth_from_a_moment_agree_over_summer_time_and_holidays(now, zone, works, rolls, receives, days, shift, hours):
    site = Calendar("DE", "BY", works, zone)
    at_site, way, work = Hours(site, *shift), Way(days, rolls, receives, "AT"), Work(lead=timedelta(hours=hours), picking=timedelta(minutes=50))
    there = forward(at_site, THREE, way, now, work)
    assert now <= there.ready_at <= there.leaves_at and there.arrives_on >= there.leaves_at.date(), "nothing is planned for the past"
    assert site.is_working(there.leaves_at.date()) and there.arrives_on.weekday() in receives
    last = backward(at_site, THREE, way, there.arrives_on, work)
    assert now <= last.release_by <= last.hand_over_by, "what can be released now had not to be released before"
    assert forward(at_site, THREE, way, last.release_by, work).arrives_on <= there.arrives_on


def test_hours_that_never_come_are_a_fault():
    never = Hours(Calendar("DE", workdays=()), time(8), time(17))
    for shift in (never.before, never.after):
        with pytest.raises(ValueError, match="never works"):
            shift(datetime(2026, 6, 12, 9, tzinfo=UTC), timedelta(hours=1))
