"""Money: rounded half up once, shared out to the last minor unit, the parts of a line adding up in any sequence."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.kernel.money import is_currency, minor_unit, quantum, rounded, share_out, units_share

CENT = D("0.01")


@pytest.mark.parametrize("currency, unit", [("EUR", "0.01"), ("USD", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_minor_units_come_from_iso_4217(currency, unit):
    assert is_currency(currency) and minor_unit(currency) == D(unit)


@pytest.mark.parametrize("code", ["EUX", "eur", "EU", "", "EURO"])
def test_what_is_no_currency(code):
    assert not is_currency(code)


@pytest.mark.parametrize("amount, unit, result", [
    ("2.345", "0.01", "2.35"), ("2.3449", "0.01", "2.34"), ("-2.345", "0.01", "-2.35"), ("0.5", "1", "1"), ("1.5", "1", "2"), ("1.0005", "0.001", "1.001"),
])
def test_amounts_are_rounded_half_up(amount, unit, result):
    assert rounded(D(amount), D(unit)) == D(result)


@pytest.mark.parametrize("total, weights, parts", [
    ("10.00", [1, 1, 1], ["3.34", "3.33", "3.33"]),
    ("0.05", [1, 1], ["0.03", "0.02"]),
    ("10.00", [50, 30, 20], ["5.00", "3.00", "2.00"]),
    ("1.00", [1, 2, 4], ["0.14", "0.29", "0.57"]),
    ("7.99", [D("19.99"), D("5.00"), D("75.01")], ["1.60", "0.40", "5.99"]),
    ("0.00", [1, 2], ["0.00", "0.00"]),
    ("0.03", [0, 0], ["0.02", "0.01"]),
    ("0.03", [0, 1], ["0.00", "0.03"]),
])
def test_an_amount_is_shared_out_by_largest_remainder(total, weights, parts):
    assert share_out(D(total), weights, CENT) == [D(p) for p in parts]


def test_nothing_is_shared_among_nobody():
    assert share_out(D(5), [], CENT) == []


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_the_parts_always_add_up_and_are_within_a_cent_of_their_due(cents, weights):
    total = cents * CENT
    parts = share_out(total, weights, CENT)
    assert sum(parts) == total and min(parts) >= 0
    if whole := sum(weights):
        assert all(abs(p - total * w / whole) < CENT for p, w in zip(parts, weights, strict=True))


def test_a_unit_carries_its_exact_share():
    assert [units_share(D("10.00"), 3, k, 1, CENT) for k in range(3)] == [D("3.34"), D("3.33"), D("3.33")]
    assert units_share(D("10.00"), 3, 1, 2, CENT) == D("6.66")


def test_amounts_finer_than_the_currency_are_shared_as_finely():
    assert quantum(D("10.005"), CENT) == D("0.0001")
    assert sum(units_share(D("10.005"), 7, k, 1, CENT) for k in range(7)) == D("10.005")


@given(st.integers(0, 10**8), st.integers(1, 500), st.data())
def test_any_sequence_of_partial_invoices_adds_up(cents, units, data):
    total, done, billed = cents * CENT, 0, D(0)
    while done < units:
        step = data.draw(st.integers(1, units - done))
        billed += units_share(total, units, done, step, CENT)
        done += step
    assert billed == total
