"""Yes, no and not known; the joint fraction of orders and what stands beside it, to the digits of the handbook."""

import pytest

from hanse.perfect_order.truth import every, frechet, joint, product_of, rates


@pytest.mark.parametrize("found, told", [
    ([True, True], True), ([True, None], None), ([None, False], False), ([True, False], False), ([], True),
])
def test_one_no_is_no_and_the_unknown_is_never_yes(found, told):
    assert every(found) is told


def test_an_order_is_perfect_if_all_its_lines_are():
    orders = [[True], [True, True], [True, True, False]]
    assert joint(every(lines) for lines in orders).resolved == pytest.approx(0.666667, abs=5e-7)
    assert joint(line for lines in orders for line in lines).resolved == pytest.approx(0.833333, abs=5e-7)


def test_while_some_wait_for_evidence_there_are_bounds():
    it = joint([True] * 60 + [False] * 25 + [None] * 15)
    assert it.pending == 15 and it.resolved == pytest.approx(0.705882, abs=5e-7) and it.bounds == (0.60, 0.75)
    assert joint([]).bounds is None and joint([None]).resolved is None


def test_the_headline_is_the_joint_fraction_and_the_product_only_an_estimate():
    fails = {"in full": {2, 5}, "on time": {2, 7}, "documents": {9}, "condition": set()}
    orders = [{name: n not in bad for name, bad in fails.items()} for n in range(1, 11)]
    told = rates(orders)
    assert joint(every(order.values()) for order in orders).resolved == 0.6
    assert product_of(list(told.values())) == pytest.approx(0.576)
    assert frechet(list(told.values())) == (pytest.approx(0.5), pytest.approx(0.8))


@pytest.mark.parametrize("of, comes_to", [
    ([0.98, 0.97, 0.99, 0.82], 0.77169708), ([0.98] * 4, 0.922368), ([0.95] * 4, 0.814506),
])
def test_rates_multiplied(of, comes_to):
    assert product_of(of) == pytest.approx(comes_to, abs=5e-7)
