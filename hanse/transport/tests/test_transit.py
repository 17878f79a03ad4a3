"""What lanes take: percentiles that were really seen, foretold week by week, counted from the first scan, promised only once approved."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from hanse.kernel import clock
from hanse.kernel.samples import Share
from hanse.kernel.samples import percentile as of_values
from hanse.network.approve_transit import ApproveTransit, approve_transit
from hanse.orders.models import Allocation, Order
from hanse.transport.models import Gap, TransitWeek
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.roll_up_transit import RollUpTransit, gaps, roll_up_transit
from hanse.transport.transit import PERCENTS, calendar_of, learned, percentile, working_days
from hanse.web.words import in_words
from tests.given import MONDAY

from .road import on_its_way

WEEKDAYS = calendar_of("DE", "HH", [0, 1, 2, 3, 4], None, "Europe/Berlin")
UNTIL = date(2026, 11, 16)
DAYS = st.dictionaries(st.integers(0, 60), st.integers(1, 500), min_size=1, max_size=30)


@any_of(DAYS)
def test_percentiles_rise_and_are_days_that_were_seen(days):
    found = [percentile(days, p) for p in PERCENTS]
    assert all(a <= b for a, b in pairwise(found)) and set(found) <= set(days)
    values = [took for took, n in days.items() for _ in range(n)]
    assert found == [of_values(values, p) for p in PERCENTS]


@any_of(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(0, 40))
def test_working_days_are_those_that_make_the_day(first, days):
    assert working_days(WEEKDAYS, first, WEEKDAYS.add_working_days(first, days)) == max(days, 0 if WEEKDAYS.is_working(first) else 1)


def weeks(*took):
    """One histogram for each week before UNTIL, the last one last."""
    return {UNTIL - timedelta(weeks=len(took) - n): days for n, days in enumerate(took)}


def test_a_steady_lane_is_foretold_as_it_was():
    it = learned(weeks(*[{1: 60, 2: 30, 3: 9, 6: 1}] * 16), UNTIL, 1)
    assert it.percentiles == (1, 2, 2, 2, 3, 3, 3) and it.parcels == 1300
    assert it.at(85).kept == Share(720, 800) and it.at(85).fits and it.kept_planned == Share(480, 800)


def test_a_lane_that_got_slower_does_not_fit_what_was_foretold():
    it = learned(weeks(*[{1: 100}] * 12, *[{3: 100}] * 4), UNTIL, 1)
    assert it.at(95).kept.value < 0.95 and not it.at(95).fits


@pytest.mark.parametrize("took", [{}, {1: 2}])
def test_of_too_few_parcels_nothing_is_learned(took):
    assert learned(weeks(*[took] * 10), UNTIL, 1) is None


def test_gaps_are_counted_by_lane_and_by_carrier():
    thursday, monday = date(2026, 11, 12), date(2026, 11, 16)
    rows = [(0, 1, 7, "DE", thursday, monday, 3, 3), (0, 1, 7, "AT", thursday, thursday, 5, 5), (1, 1, 7, "DE", None, None, 3, 3), (1, 1, 7, "AT", None, None, 5, 5)]
    assert sorted((g.site or 0, g.country, g.days, g.parcels) for g in gaps(rows, {7: WEEKDAYS})) == [(0, "", 2, 8), (7, "AT", 0, 5), (7, "DE", 2, 3)]


def test_transit_is_counted_from_the_first_scan_and_once(given):
    on_its_way(given)
    with clock.standing_at(MONDAY + timedelta(days=30)):
        left = Order.objects.get().placed_at
        at = max(left, MONDAY) + timedelta(hours=2)
        record_tracking([Track("UPS", "1Z-7", "M", at), Track("UPS", "1Z-7", "OR", at + timedelta(days=1)), Track("UPS", "1Z-7", "D", at + timedelta(days=4))], by="ann")
        day = (at + timedelta(days=20)).date()
        for _ in range(2):
            [told] = roll_up_transit([RollUpTransit(day)], by="ann")
    seen, came = (at + timedelta(days=1)).date(), (at + timedelta(days=4)).date()
    assert list(TransitWeek.objects.values_list("country", "region", "carrier", "week_on", "days", "parcels")) == [
        ("DE", "", "UPS", seen - timedelta(days=seen.weekday()), working_days(WEEKDAYS, seen, came), 1)]
    assert in_words(told) == f"Transit of 1 parcels on 1 lanes counted until {day - timedelta(days=1)}"
    assert sorted(Gap.objects.values_list("country", "parcels")) == [("", 1), ("DE", 1)]


def approve(**fields):
    return ApproveTransit(**({"site": "HAM", "country": "DE", "percent": 85, "percentiles": (1, 2, 4, 4, 5, 6, 9), "parcels": 300, "measured_from": date(2026, 8, 17),
                              "measured_to": date(2026, 11, 15), "from_on": date(2026, 11, 17)} | fields))


def promised(order):
    return Allocation.objects.get(order_id=int(order[2:])).promised_on


def test_promises_use_what_was_approved_from_its_day_on_and_those_given_stay(given):
    given.customer(), given.stocked(given.item(), given.site(), 9)
    with clock.standing_at(MONDAY):
        before = given.order(("BRG-6204", 1))
        [told] = approve_transit([approve()], by="ann")
        same_day = given.order(("BRG-6204", 1))
    with clock.standing_at(MONDAY + timedelta(days=1)):
        after = given.order(("BRG-6204", 1))
    assert in_words(told) == "HAM → DE: promised in 4 days from 2026-11-17 on, 85 of 100 of 300 parcels came by then"
    assert [promised(o) for o in (before, same_day, after)] == [date(2026, 11, 17), date(2026, 11, 17), date(2026, 11, 23)]


def test_what_was_approved_for_a_carrier_holds_only_where_the_lane_names_it(given):
    given.customer(), given.stocked(given.item(), given.site(), 9)
    with clock.standing_at(MONDAY):
        approve_transit([approve(carrier="UPS", from_on=MONDAY.date())], by="ann")
        assert promised(given.order(("BRG-6204", 1))) == date(2026, 11, 17)


def test_an_approval_is_kept_once_for_its_key(given):
    given.site()
    with clock.standing_at(datetime(2026, 11, 16, 9, tzinfo=UTC)):
        first = approve_transit([approve()], by="ann", key="k")
        assert approve_transit([approve()], by="ann", key="k") == first
        [again] = approve_transit([approve()], by="ann", key="other")
    assert again.detail == "Another version begins on 2026-11-17: take a later day."
