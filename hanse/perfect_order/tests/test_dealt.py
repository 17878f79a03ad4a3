"""How a carrier deals with us: the formulas of a scorecard to the digit, and what is not known stays so."""

from decimal import Decimal

import pytest

from hanse.kernel.samples import Share
from hanse.perfect_order.dealt import RATES, composite, dealings, median, rate, ratio

WEIGHTS = {"delivery": 30, "pickup": 20, "acceptance": 20, "billing": 10, "tracking": 10, "claims": 10}
SCORES = {"delivery": 100 * 181 / 194, "pickup": 94.0, "acceptance": 92.0, "billing": 97.0, "tracking": 94.8, "claims": 100 - 1.5}


@pytest.mark.parametrize("what, hits, n, value", [("pickup", 188, 200, 0.94), ("acceptance", 230, 250, 0.92), ("billing", 194, 200, 0.97), ("claims", 3, 200, 0.015)])
def test_rates_are_how_many_of_how_many_with_their_interval(what, hits, n, value):
    it = rate(what, Share(hits, n))
    assert it.value == value and it.low < value < it.high and it.word == RATES[what]


@pytest.mark.parametrize("values, middle", [([20, 26, 31, 44, 52], 31), ([34, 61, 88], 61), ([55, 70, 82, 95, 140], 82), ([1, 2], 1.5), ([], None)])
def test_medians_are_the_middle(values, middle):
    assert median(reversed(values)) == middle


@pytest.mark.parametrize("part, whole, value", [(9_600, 120_000, 0.08), (1_800, 120_000, 0.015), (120_000, 15_000, 8.0), (120_000, 48_000, 2.5), (5, 0, None)])
def test_ratios_are_money_of_money(part, whole, value):
    assert ratio(Decimal(part), Decimal(whole)) == value


def test_a_composite_weighs_what_is_known_and_only_that():
    assert composite(SCORES, WEIGHTS) == pytest.approx(94.2197, abs=5e-5)
    assert composite(SCORES | {"claims": None}, WEIGHTS) == pytest.approx(93.7441, abs=5e-5)
    assert composite({}, WEIGHTS) is None and composite({"else": 50.0}, WEIGHTS) is None


def test_what_was_not_observed_is_not_known():
    it = dealings({"claims": Share(0, 50)}, {}, [])
    assert not it.known and it.rate("acceptance").value is None and [m.value for m in it.medians] == [None] * 3
    assert dealings({"claims": Share(1, 50)}, {}, []).known and dealings({}, {"response": (3, 2.5)}, []).known
