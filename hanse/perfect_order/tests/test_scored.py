"""What may be said of a carrier: shares with their intervals, others on the same lanes, drift, proposals. Nothing where there are few."""

from datetime import date
from decimal import Decimal

import pytest

from hanse.kernel.samples import Share
from hanse.network.calendar import Calendar, days_between
from hanse.perfect_order.scored import (
    MEASURES,
    Cell,
    Took,
    Week,
    against,
    costs,
    drifts,
    lasted,
    measured,
    scorecards,
    sure_of,
    transit,
    weighed_percentile,
)

HAM = Calendar("DE", "HH", (0, 1, 2, 3, 4), "Europe/Berlin")


def cell(carrier: str, lane: str, hits: int, n: int, cost: str = "5", currency: str = "EUR") -> Cell:
    return Cell(carrier, lane, n, dict.fromkeys(MEASURES, Share(hits, n)), currency, n, n * Decimal(cost))


@pytest.mark.parametrize("own, others, others_n, said", [
    (Share(181, 200), None, 0, "no others"),
    (Share(9, 10), 0.5, 1000, "too few"),
    (Share(900, 1000), 0.5, 29, "too few"),
    (Share(181, 200), 0.93, 5000, "no difference"),
    (Share(181, 200), 0.95, 5000, "worse"),
    (Share(198, 200), 0.90, 5000, "better"),
])
def test_a_carrier_is_better_or_worse_only_where_intervals_do_not_overlap(own, others, others_n, said):
    assert against(own, others, others_n) == said


def test_others_are_put_together_in_the_carriers_own_mix_of_lanes():
    own = [cell("A", "HAM → DE", 90, 100), cell("A", "HAM → SE", 240, 300)]
    others = [cell("B", "HAM → DE", 960, 1000), cell("C", "HAM → SE", 75, 100), cell("C", "LEI → AT", 0, 500)]
    it = measured("promise", own, others)
    assert (it.hits, it.n, it.value) == (330, 400, 0.825)
    assert it.others == pytest.approx((100 * 0.96 + 300 * 0.75) / 400) and it.against == "no difference"
    assert it.others_n == int(400**2 / (100**2 / 1000 + 300**2 / 100)) == 175


def test_a_lane_that_nobody_else_goes_says_nothing_about_others():
    own = [cell("A", "HAM → DE", 95, 100), cell("A", "HAM → NO", 0, 500)]
    it = measured("promise", own, [cell("B", "HAM → DE", 950, 1000)])
    assert (it.value, it.others, it.against) == (95 / 600, 0.95, "no difference")
    assert measured("promise", own[1:], [cell("B", "HAM → DE", 950, 1000)]).against == "no others"
    assert sure_of({}, {"HAM → DE": 5}) == 0


def test_no_list_of_carriers_is_a_league_table():
    cells = [cell("B", "HAM → DE", 50, 100), cell("A", "HAM → DE", 10, 100), cell("C", "HAM → DE", 99, 100)]
    cards = scorecards({"A": "Zebra", "B": "Anton", "C": "Mole"}, cells, {}, {})
    assert [c.name for c in cards] == ["Anton", "Mole", "Zebra"] and cards[0].measured("promise").hits == 50


@pytest.mark.parametrize("left_on, came_on, days", [
    (date(2026, 11, 16), date(2026, 11, 16), 0),
    (date(2026, 11, 16), date(2026, 11, 17), 1),
    (date(2026, 11, 20), date(2026, 11, 23), 1),
    (date(2026, 11, 20), date(2026, 11, 21), 1),
    (date(2026, 11, 21), date(2026, 11, 23), 0),
    (date(2026, 12, 23), date(2026, 12, 29), 3),
    (date(2026, 11, 17), date(2026, 11, 16), 0),
])
def test_transit_is_counted_in_working_days_of_the_site(left_on, came_on, days):
    assert days_between(HAM, left_on, came_on) == days


def test_transit_has_percentiles_variation_and_a_buffer():
    it = lasted("transit", "A", [Took("A", "HAM → DE", "", 2, v, n) for v, n in ((2, 5), (3, 2), (4, 1))])
    assert (it.n, it.mean, it.p50, it.p95, it.buffer) == (8, 2.5, 2, 4, 0.6) and it.variation == pytest.approx(0.302372, abs=1e-6)
    assert lasted("transit", "A", []).n == 0 and lasted("first scan", "A", []).p95 is None


def test_others_took_as_long_as_they_would_on_the_same_mix():
    own = [Took("A", "HAM → DE", "", 1, 1, 90), Took("A", "HAM → SE", "", 3, 3, 10)]
    others = [Took("B", "HAM → DE", "", 1, 1, 10), Took("B", "HAM → SE", "", 3, 4, 1000), Took("B", "LEI → AT", "", 1, 9, 1000)]
    assert (lasted("transit", "A", own + others).others_p50, lasted("transit", "A", own + others).others_p95) == (1, 4)
    assert weighed_percentile([], 50) is None


def test_cost_stands_by_currency_and_beside_the_others_on_the_same_lanes():
    own = [cell("A", "HAM → DE", 0, 30, "4"), cell("A", "HAM → SE", 0, 10, "8"), cell("A", "BOS → US", 0, 5, "7", "USD")]
    euro, dollar = costs(own, [cell("B", "HAM → DE", 0, 10, "6")])
    assert (euro.currency, euro.parcels, euro.total, euro.per_parcel, euro.others) == ("EUR", 40, 200, 5, 6)
    assert (dollar.currency, dollar.per_parcel, dollar.others) == ("USD", 7, None)


@pytest.mark.parametrize("took, planned, said", [
    ([(1, 26), (2, 4)], 1, "HAM → DE takes 2 working days at the 90th percentile, planned 1"),
    ([(1, 27), (2, 3)], 1, ""),
    ([(1, 27), (2, 3)], 2, "HAM → DE takes 1 working day at the 90th percentile, planned 2"),
    ([(5, 29)], 1, ""),
    ([(5, 40)], None, ""),
])
def test_a_lane_gets_a_proposal_where_its_parcels_say_something_else(took, planned, said):
    [row] = transit([Took("A", "HAM → DE", "", planned, v, n) for v, n in took])
    assert row.proposal == said


def weekly(*shares: tuple[int, int]) -> list[Week]:
    return [Week("HAM → DE", date.fromordinal(date(2026, 8, 31).toordinal() + 7 * n), Share(*share)) for n, share in enumerate(shares)]


@pytest.mark.parametrize("shares, found", [
    ([(96, 100)] * 8 + [(88, 100)] * 4, [True]),
    ([(88, 100)] * 8 + [(97, 100)] * 4, [False]),
    ([(96, 100)] * 8 + [(94, 100)] * 4, []),
    ([(9, 10)] * 8 + [(8, 10)] * 4, []),
    ([(0, 0)] * 8 + [(80, 100)] * 4, []),
])
def test_a_drift_is_told_only_where_two_windows_of_weeks_are_apart(shares, found):
    told = drifts(weekly(*shares), date(2026, 11, 25))
    assert [d.worse for d in told] == found and all(d.since == date(2026, 10, 26) for d in told)


def test_a_week_that_is_not_over_is_in_neither_window():
    told = weekly(*[(96, 100)] * 8, *[(95, 100)] * 4, (0, 500))
    assert drifts(told, date(2026, 11, 25)) == [] and drifts(told, date(2026, 11, 29)) != []
