"""The calendar: working days, holidays of country and region, cut-offs on the wall of the site."""

from datetime import UTC, date, datetime, time

import pytest

from hanse.network.calendar import Calendar

HAMBURG = Calendar("DE", "HH", zone="Europe/Berlin")
FOUR = time(16)


@pytest.mark.parametrize("day, works", [
    (date(2026, 11, 16), True),      # Monday
    (date(2026, 11, 21), False),     # Saturday
    (date(2026, 12, 25), False),     # Christmas, a Friday
    (date(2026, 10, 31), False),     # Saturday, and Reformation day in Hamburg
    (date(2025, 10, 31), False),     # Reformation day in Hamburg, a Friday
    (date(2026, 5, 1), False),       # Labour day, a Friday
])
def test_a_site_rests_on_weekends_and_holidays(day, works):
    assert HAMBURG.is_working(day) == works


def test_a_holiday_of_one_region_is_a_working_day_in_another():
    reformation = date(2025, 10, 31)
    assert not HAMBURG.is_working(reformation)
    assert Calendar("DE", "NW").is_working(reformation)
    assert Calendar("DE", "Hamburg und Umgebung").is_working(reformation), "an unknown region has its country's holidays"


@pytest.mark.parametrize("day, days, reached", [
    (date(2026, 11, 16), 0, date(2026, 11, 16)),
    (date(2026, 11, 21), 0, date(2026, 11, 23)),
    (date(2026, 11, 20), 1, date(2026, 11, 23)),
    (date(2026, 11, 21), 1, date(2026, 11, 23)),
    (date(2026, 12, 23), 3, date(2026, 12, 29)),    # over Christmas: 24, 28, 29
    (date(2026, 12, 31), 1, date(2027, 1, 4)),      # over New Year
])
def test_working_days_are_counted_over_weekends_and_holidays(day, days, reached):
    assert HAMBURG.add_working_days(day, days) == reached


@pytest.mark.parametrize("now, leaves", [
    (datetime(2026, 11, 16, 9, 0, tzinfo=UTC), date(2026, 11, 16)),
    (datetime(2026, 11, 16, 15, 0, tzinfo=UTC), date(2026, 11, 16)),      # 16:00 there, on the dot
    (datetime(2026, 11, 16, 15, 1, tzinfo=UTC), date(2026, 11, 17)),
    (datetime(2026, 7, 6, 14, 1, tzinfo=UTC), date(2026, 7, 7)),          # summer: 16:01 there
    (datetime(2026, 10, 23, 14, 30, tzinfo=UTC), date(2026, 10, 26)),     # Friday before the clocks go back
    (datetime(2026, 10, 26, 14, 30, tzinfo=UTC), date(2026, 10, 26)),     # the Monday after: 15:30 there
    (datetime(2026, 3, 27, 15, 30, tzinfo=UTC), date(2026, 3, 30)),       # Friday before they go forward
    (datetime(2026, 11, 15, 23, 30, tzinfo=UTC), date(2026, 11, 16)),     # Sunday in UTC, Monday there
    (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), date(2026, 11, 23)),       # Saturday
])
def test_goods_leave_today_until_the_cut_off_on_the_wall(now, leaves):
    assert HAMBURG.ship_day(now, FOUR) == leaves


def test_a_site_may_work_on_sunday_and_rest_on_friday():
    riyadh = Calendar("SA", workdays=(6, 0, 1, 2, 3), zone="Asia/Riyadh")
    assert riyadh.add_working_days(date(2026, 11, 19), 1) == date(2026, 11, 22)


def test_a_country_without_known_holidays_has_its_weekends():
    assert Calendar("ZZ").add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 25)


def test_a_calendar_that_never_works_is_a_fault():
    with pytest.raises(ValueError, match="never works"):
        Calendar("DE", workdays=()).add_working_days(date(2026, 11, 16), 1)
