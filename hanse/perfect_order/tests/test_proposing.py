"""Changes: causes by what each costs alone; a change is fitted on the first part and tested on the last; few, chance and what did not repeat propose nothing."""

from datetime import date
from decimal import Decimal

import pytest

from hanse.kernel.samples import Share
from hanse.perfect_order.proposing import NotProposed, OnLane, Signature, Touched, clock_of, proposed, ranked, split_of

TIME, PLACE = ("transit delay", "carrier"), ("wrong label", "warehouse")


def failed(orders: int, currency: str = "EUR", credited: int = 0, **causes: tuple[str, str]) -> Signature:
    return Signature(causes, currency, orders, Decimal(3 * orders), Decimal(100 * orders), Decimal(credited))


def test_causes_are_ranked_by_the_orders_that_would_be_perfect_without_each():
    found = ranked([failed(5, time=TIME, credited=20), failed(9, time=("picked late", "warehouse"), place=PLACE), failed(2, "CHF", time=TIME, place=PLACE), failed(1, place=PLACE)], 200)
    assert [(c.cause, c.orders, c.alone) for c in found] == [("transit delay", 7, 5), ("wrong label", 12, 1), ("picked late", 9, 0)]
    first = found[0]
    assert first.points == 2.5 and first.low < 2.5 < first.high and first.with_ == (("place", 2),) and first.hours == 21
    assert [(m.currency, m.net, m.credited) for m in first.money] == [("CHF", 200, 0), ("EUR", 500, 20)]
    assert sum(c.alone for c in found) == 6, "orders that failed once"


def parts(rule: str, where: str, before: tuple[int, int], after: tuple[int, int], **more) -> list[Touched]:
    return [Touched(rule, where, False, *before, **more), Touched(rule, where, True, *after, **more)]


@pytest.mark.parametrize("rule, where, said", [
    ("price", "BRG-6204", "Correct the price of BRG-6204"), ("terms", "ANNA", "Check the terms of ANNA"), ("address", "ANNA", "Check the address of ANNA"),
    ("release", "ANNA", "Release the orders of ANNA earlier"), ("pack scan", "HAM", "Scan the first unit of each line at packing in HAM"),
])
def test_a_change_says_what_it_would_have_gained_and_how_it_did_in_the_test(rule, where, said):
    [change], left = proposed(parts(rule, where, (200, 20), (100, 9)), [], 1_000)
    assert (change.said, change.orders, change.gained, change.gain) == (said, 300, 29, 2.9) and left == []
    assert change.low < 2.9 < change.high and (change.test.foreseen, change.test.happened, change.test.held) == (10, 9, True)
    assert change.test.low < 10 < change.test.high


@pytest.mark.parametrize("before, after, why", [
    ((200, 20), (20, 2), "too few: 200 orders in the first part of the period, 20 in the last; 30 are needed in each"),
    ((200, 60), (100, 1), "it did not repeat: 30.0 of 100 later orders were foreseen, 1 happened"),
])
def test_too_few_or_what_did_not_repeat_is_no_proposal_and_says_so(before, after, why):
    assert proposed(parts("price", "A", before, after), [], 500) == ([], [NotProposed("price", "Correct the price of A", why)])


def test_what_happened_twice_is_no_pattern():
    assert proposed(parts("price", "A", (200, 2), (100, 9)), [], 500) == ([], [])


def test_a_bin_is_counted_already_where_ten_orders_tell():
    [change], _ = proposed(parts("count", "A-01 in HAM, BRG", (12, 4), (11, 3)), [], 500)
    assert change.said == "Count A-01 in HAM, BRG"


def releases(late: dict[int, int]) -> list[Touched]:
    """A hundred orders released in each half hour from 8:00 to 15:30, in both parts; so many of them late."""
    return [Touched("cut-off", "HAM", later, 100, late.get(step, 1), step, 16 * 60) for later in (False, True) for step in range(16, 32)]


def test_release_stops_where_the_carrier_was_missed_beyond_what_others_miss():
    [change], _ = proposed(releases({29: 30, 30: 40, 31: 45}), [], 3_200)
    assert change.said == "Stop releasing for the same day at 14:30 in HAM, where the cut-off is 16:00" and change.gained == 230 and change.orders == 600
    assert proposed(releases({}), [], 3_200) == ([], []), "nobody releases late: no hour is worse"
    assert clock_of(17) == "08:30"


def lane(days: dict[int, int], n: int = 200) -> list[Touched]:
    return [Touched("lane", "UPS|HAM → DE", later, orders, orders if step else 0, step) for later in (False, True)
            for step, orders in ({0: n - sum(days.values())} | days).items()]


@pytest.mark.parametrize("days, said, gained", [
    ({1: 30, 2: 4}, "Plan 1 day more for UPS HAM → DE", 60), ({1: 30, 2: 24}, "Plan 2 days more for UPS HAM → DE", 108), ({4: 60}, None, 0), ({1: 8}, None, 0),
])
def test_a_lane_gets_the_fewest_days_that_bring_it_under_one_in_twenty(days, said, gained):
    found, _ = proposed(lane(days), [], 400)
    assert [(c.said, c.gained) for c in found] == ([(said, gained)] if said else [])


def on(carrier: str, region: str, *shares: tuple[int, int]) -> list[OnLane]:
    return [OnLane("LEI → AT", region, carrier, later, Share(*share)) for later, share in zip((False, True), shares, strict=True)]


def test_another_carrier_is_proposed_only_where_intervals_are_apart_on_the_same_mix():
    slow, quick = on("ELBE", "", (700, 800), (350, 400)), on("OST", "", (392, 400), (196, 200))
    [change], _ = proposed([], slow + quick, 3_000)
    assert change.said == "Send LEI → AT by OST instead of ELBE" and change.test.foreseen == pytest.approx(42) and change.test.happened == pytest.approx(42)
    assert change.gain == pytest.approx(100 * 126 / 3_000) and change.low < change.gain < change.high and "98.0 % of 400 against 87.5 % of 800" in change.why
    assert proposed([], slow + on("OST", "", (90, 100), (45, 50)), 3_000)[0] == []


def test_a_carrier_that_goes_to_easier_regions_only_is_not_better():
    hard, easy = on("ELBE", "hills", (500, 800), (250, 400)), on("ELBE", "town", (98, 100), (49, 50))
    town = on("OST", "town", (392, 400), (196, 200))
    assert proposed([], hard + easy + town, 3_000) == ([], [])


def test_a_period_is_fitted_on_two_thirds():
    assert split_of(date(2026, 11, 1), date(2026, 11, 30)) == date(2026, 11, 20) and split_of(date(2026, 11, 1), date(2026, 11, 1)) == date(2026, 10, 31)
    assert split_of(date.min, date.min) == date.min
