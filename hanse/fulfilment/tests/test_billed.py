"""Billed weight, and what volume alone can say: the vectors of the trade."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from hanse.fulfilment.cartonisation.by_volume import cube_utilisation, fewest, first_fit_decreasing
from hanse.fulfilment.rules import weighs_right
from hanse.network.billed import Contract, billed, dimensional, in_force, steps

LITRES = [18, 14, 12, 10, 9, 7, 5]


@pytest.mark.parametrize("sides, divisor, weight", [((40, 30, 25), 5000, Fraction(6)), ((40, 30, 25), 6000, Fraction(5)), ((18, 14, 12), 139, Fraction(3024, 139))])
def test_size_counts_as_weight(sides, divisor, weight):
    assert dimensional(sides, divisor) == weight


def test_a_step_that_is_begun_counts():
    assert float(dimensional((18, 14, 12), 139)) == pytest.approx(21.755, abs=0.001)
    assert steps(dimensional((18, 14, 12), 139), Decimal(1)) == 22
    assert steps(Fraction(5), Decimal("0.5")) == 10 and steps(Fraction(51, 10), Decimal("0.5")) == 11


@pytest.mark.parametrize(
    "outer, gross_g, contract, weight",
    [
        ((400, 300, 250), 4200, Contract(5000, Decimal("0.5")), "6.0"),
        ((400, 300, 250), 6100, Contract(5000, Decimal("0.5")), "6.5"),
        ((400, 300, 250), 4200, Contract(6000, Decimal(1)), "5"),
        ((401, 300, 250), 4200, Contract(5000, Decimal("0.1"), whole_sides=True), "6.2"),
        ((457, 355, 304), 4200, Contract(139, Decimal(1), "imperial", whole_sides=True), "22"),
        ((100, 100, 100), 10_000, Contract(139, Decimal(1), "imperial"), "23"),
    ],
)
def test_the_greater_of_weight_and_size_is_billed_in_the_units_of_the_contract(outer, gross_g, contract, weight):
    assert billed(outer, gross_g, contract) == Decimal(weight)


def test_the_contract_of_the_day_is_billed():
    old = Contract(6000, Decimal(1), until_on=date(2027, 3, 31))
    new = Contract(5000, Decimal("0.5"), from_on=date(2027, 4, 1))
    assert in_force([old, new], date(2027, 3, 31)) is old and in_force([old, new], date(2027, 4, 1)) is new
    assert in_force([new], date(2027, 3, 1)) is None


def test_first_fit_decreasing_reaches_the_bound_of_three():
    assert fewest(LITRES, 30) == 3
    assert first_fit_decreasing(LITRES, 30) == [[18, 12], [14, 10, 5], [9, 7]]
    assert cube_utilisation(LITRES, [30, 30, 30]) == Decimal("83.3333")


@pytest.mark.parametrize("scale, expected, right", [(1050, 1000, True), (1051, 1000, False), (949, 1000, False), (10_500, 10_000, True), (10_501, 10_000, False)])
def test_a_scale_may_differ_by_fifty_grams_or_five_percent(scale, expected, right):
    assert weighs_right(scale, [(expected, 5)]) is right
