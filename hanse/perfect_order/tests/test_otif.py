"""On time in full as customers define it: the vectors of the definition, Walmart-like rules, dated goals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from hanse.partners.reads import OtifView
from hanse.perfect_order.otif import Arrival, OtifLine, due_window, in_force, measured, shared

ANY = OtifView("WMT", "any", date(2020, 9, 15), None, "promised", None, 0, "delivery", "order", "none", [], "due", None, None, None, None)
DUE = date(2026, 11, 17)
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def came(units: int, day: int, kept: bool = False, hour: int = 10) -> Arrival:
    return Arrival(f"P{day}", datetime(2026, 11, day, hour, tzinfo=UTC), units, kept)


def line(position: int, owed: int, *arrivals: Arrival, order: str = "H-1", net: int = 100, definition: OtifView = ANY) -> OtifLine:
    return OtifLine(order, position, f"SKU{position}", DUE, due_window(definition, DUE, "UTC"), owed, Decimal(net), arrivals, True)


def of(definition: OtifView, *lines: OtifLine, now: datetime = NOW):
    return shared(definition, [measured(x, definition.appointment, now) for x in lines], "USD")


@pytest.mark.parametrize("level, share", [("unit", 0.90), ("line", 0.50), ("order", 0.0)])
def test_the_same_deliveries_are_ninety_fifty_or_no_per_cent_by_unit_line_or_order(level, share):
    it = of(replace(ANY, level=level), line(1, 60, came(60, 17)), line(2, 40, came(30, 16), came(10, 18)))
    assert it.otif.value == share and it.late == 10


@pytest.mark.parametrize("arrivals, told", [
    ((came(60, 16), came(40, 17)), {"in_time": 100}),
    ((came(120, 17),), {"in_time": 100}),  # more than is owed counts for nothing
    ((came(120, 17), came(20, 18)), {"in_time": 100}),
    ((came(80, 17),), {"in_time": 80, "missing": 20}),
    ((came(80, 17), came(50, 19)), {"in_time": 80, "late": 20}),
    ((), {"missing": 100}),
])
def test_what_came_in_the_window_counts_up_to_what_is_owed(arrivals, told):
    it = measured(line(1, 100, *arrivals), "none", NOW)
    assert {n: getattr(it, n) for n in ("in_time", "unscheduled", "early", "late", "missing", "open") if getattr(it, n)} == told


def test_what_is_not_due_yet_is_open_and_in_no_share():
    waits = replace(line(1, 100, came(60, 16)), closed=False)
    it = of(replace(ANY, level="unit"), waits, now=datetime(2026, 11, 17, 12, tzinfo=UTC))
    assert (it.cases, it.open, it.otif.n, it.otif.hits) == (100, 40, 60, 60)
    assert of(ANY, waits, now=datetime(2026, 11, 17, 12, tzinfo=UTC)).otif.value is None


WALMART = replace(
    ANY, freight="prepaid", from_on=date(2024, 2, 1), early_days=1, level="unit", clock="arrival", appointment="required", goal_on_time=Decimal(90), goal_in_full=Decimal(95), fine_percent=Decimal(3))


def test_early_late_and_unscheduled_are_classes_of_their_own_and_each_failing_unit_is_fined_once():
    """1,000 cases worth 10,000: 850 kept, 40 two days early, 30 late, 50 without an appointment, 30 never came."""
    it = of(WALMART, line(1, 1000, came(850, 17, True), came(40, 15, True), came(30, 18, True), came(50, 17), net=10_000, definition=WALMART))
    assert (it.unscheduled, it.early, it.late, it.missing) == (50, 40, 30, 30)
    assert (it.otif.hits, it.otif.n) == (850, 1000)
    assert (it.on_time.hits, it.on_time.n, it.on_time.met) == (850, 970, False)  # 87.6 % of what was delivered
    assert (it.in_full.hits, it.in_full.n, it.in_full.met) == (970, 1000, True)
    assert (it.failed_value, it.fine) == (Decimal(1500), Decimal("45.00"))


def test_no_fine_is_due_where_the_goals_are_met_and_all_of_it_where_none_is_agreed():
    good = line(1, 1000, came(970, 17, True), came(30, 18, True), net=10_000, definition=WALMART)
    assert of(WALMART, good).fine == 0 and of(replace(WALMART, fine_percent=None), good).fine is None
    assert of(replace(WALMART, goal_on_time=None, goal_in_full=None), good).fine == Decimal("9.00")


def test_goals_are_dated_and_an_order_keeps_those_it_was_placed_under():
    """98 % from 2020-09-15; from 2024-02-01 on-time 90 % where we bring it, 98 % where the customer fetches it, in full 95 %."""
    first = replace(ANY, goal_otif=Decimal(98), until_on=date(2024, 2, 1))
    collect = replace(WALMART, freight="collect", clock="hand-over", goal_on_time=Decimal(98))
    known = [first, WALMART, collect]
    assert in_force(known, date(2020, 9, 14), "DAP") is None
    assert in_force(known, date(2024, 1, 31), "DAP") == in_force(known, date(2024, 1, 31), "EXW") == first
    assert in_force(known, date(2024, 2, 1), "DAP") == WALMART and in_force(known, date(2024, 2, 1), "FCA") == collect
    kept = line(1, 100, came(97, 17), came(3, 18))
    assert of(replace(first, level="unit"), kept).otif.met is False and of(replace(first, level="unit", goal_otif=Decimal(97)), kept).otif.met is True


def test_a_share_is_as_sure_as_the_orders_in_it_not_as_their_units():
    alone = of(replace(ANY, level="unit"), line(1, 1000, came(900, 17), came(100, 18)))
    many = of(replace(ANY, level="unit"), *(line(1, 10, came(9, 17), came(1, 18), order=f"H-{n}") for n in range(100)))
    assert alone.otif.value == many.otif.value == 0.9
    assert alone.otif.high - alone.otif.low > 0.7 > 0.15 > many.otif.high - many.otif.low


@pytest.mark.parametrize("early, late, day, told", [(None, 0, 1, "in_time"), (0, 0, 16, "early"), (0, 0, 17, "in_time"), (0, 0, 18, "late"), (2, 1, 15, "in_time"), (2, 1, 18, "in_time"), (2, 1, 14, "early"), (2, 1, 19, "late")])
def test_the_window_is_widened_by_whole_days(early, late, day, told):
    it = measured(line(1, 5, came(5, day), definition=replace(ANY, early_days=early, late_days=late)), "none", NOW + timedelta(days=9))
    assert getattr(it, told) == 5
