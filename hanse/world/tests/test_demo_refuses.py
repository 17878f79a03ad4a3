"""A demo is not let into a home that holds something else, and its past ends when there is most to see."""

from datetime import datetime

import pytest

from hanse.world import demo
from hanse.world.described import read
from hanse.world.history import NotThisWorld


@pytest.mark.parametrize("now, ends", [
    ("2026-11-27T09:30+00:00", "2026-11-27T09:30+00:00"),    # half past ten in Germany, on a Friday
    ("2026-11-27T09:29+00:00", "2026-11-26T09:30+00:00"),
    ("2026-11-29T23:00+00:00", "2026-11-27T09:30+00:00"),    # Monday has begun, but not its work
    ("2026-12-27T12:00+00:00", "2026-12-24T09:30+00:00"),    # after Christmas
    ("2026-07-07T23:59+00:00", "2026-07-07T08:30+00:00"),    # in summer
])
def test_the_past_ends_on_the_morning_of_the_last_working_day(now, ends):
    assert demo.morning(read("demo"), datetime.fromisoformat(now)) == datetime.fromisoformat(ends)


def test_a_company_of_ones_own_is_no_demo(given, tmp_path, monkeypatch):
    monkeypatch.setenv("HANSE_HOME", str(tmp_path))
    given.stocked(given.item(), given.site(lanes={"DE": 1}), 5)
    given.customer()
    given.order(("BRG-6204", 1))
    with pytest.raises(NotThisWorld, match="not simulated"):
        demo.run(None, 1, None, 0)
