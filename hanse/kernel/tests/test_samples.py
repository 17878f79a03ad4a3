"""Shares with their bounds, percentiles, spreads and composites, to the digits of the handbook."""

import pytest

from hanse.kernel.samples import Share, apart, composite, mixed, percentile, spread, wilson


@pytest.mark.parametrize("hits, n, low, high", [(9, 10, 0.595850, 0.982124), (181, 200, 0.856398, 0.938337)])
def test_the_wilson_interval_of_a_share(hits, n, low, high):
    assert wilson(hits, n) == (pytest.approx(low, abs=5e-7), pytest.approx(high, abs=5e-7))


def test_of_nothing_the_interval_is_everything_and_all_of_all_is_not_certain():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(5, 5)[0] < 1 and wilson(5, 5)[1] == 1.0
    with pytest.raises(ValueError):
        wilson(3, 2)


def test_shares_whose_intervals_overlap_have_no_rank():
    assert not apart(Share(9, 10), Share(181, 200))
    assert apart(Share(100, 200), Share(181, 200))
    assert Share(0, 0).value is None


def test_transit_times_scatter():
    it = spread([2, 2, 3, 2, 4, 2, 3, 2])
    assert (it.mean, it.p95) == (2.5, 4)
    assert it.deviation == pytest.approx(0.755929, abs=5e-7)
    assert it.variation == pytest.approx(0.302372, abs=5e-7)
    assert it.buffer == pytest.approx(0.6)
    assert spread([]) is None and spread([3]).deviation is None


def test_a_percentile_is_a_value_that_was_observed():
    assert percentile([20, 26, 31, 44, 52], 50) == 31
    assert percentile([34, 61, 88], 50) == 61
    with pytest.raises(ValueError):
        percentile([], 50)


WEIGHTS = {"delivery": 30, "pickup": 20, "acceptance": 20, "billing": 10, "tracking": 10, "claims": 10}
SCORES = {"delivery": 100 * 181 / 194, "pickup": 94.0, "acceptance": 92.0, "billing": 97.0, "tracking": 94.8, "claims": 98.5}


def test_a_composite_score_leaves_out_what_was_not_measured():
    assert composite(SCORES, WEIGHTS) == pytest.approx(94.2197, abs=5e-5)
    assert composite(SCORES | {"claims": None}, WEIGHTS) == pytest.approx(93.7441, abs=5e-5)
    assert composite({"claims": None}, WEIGHTS) is None


def test_a_carrier_that_drives_the_hard_lanes_is_compared_on_the_same_mix():
    hard, easy = "DE-IT", "DE-DE"
    first = {hard: Share(80, 100), easy: Share(10, 10)}
    second = {hard: Share(7, 10), easy: Share(95, 100)}
    assert Share(90, 110).value < Share(102, 110).value
    mix = {hard: 100, easy: 100}
    assert mixed(first, mix) > mixed(second, mix)
    assert mixed({}, mix) is None
