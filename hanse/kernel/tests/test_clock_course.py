"""A demo's time has a course: all who know it agree, however they came by it."""

from datetime import UTC, datetime, timedelta

import pytest

from hanse.kernel.clock import Course, course_in

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("pace, real, simulated", [(60, 60, 3600), (1, 5, 5), (600, 0, 0), (0.5, 10, 5)])
def test_time_goes_at_its_pace_from_where_it_began(pace, real, simulated):
    course = Course(NOON, NOON + timedelta(days=3), pace)
    then = NOON + timedelta(days=3, seconds=simulated)
    assert course.at(NOON + timedelta(seconds=real)) == then
    assert course.seconds_until(then, NOON) == pytest.approx(real)


def test_whoever_is_handed_a_course_agrees():
    course = Course(NOON, NOON + timedelta(days=3), 60.0)
    assert course_in(course.words()) == course
    assert course_in("") is None
