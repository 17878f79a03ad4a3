"""GS1 keys: the published vectors, and what is no key."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from hanse.kernel.gs1 import check_digit, day_of, full_year, sscc, wrong_gtin, wrong_key


@pytest.mark.parametrize("gtin", ["96385074", "036000291452", "4006381333931", "10614141123459", "14006381333938"])
def test_gtins_of_every_length_are_known(gtin):
    assert wrong_gtin(gtin) == ""


@pytest.mark.parametrize("key, length", [
    ("0614141000012", 13), ("9506000151632", 13),                # GLN
    ("106141412345678908", 18), ("306141410000000013", 18),      # SSCC
    ("06141410000001231", 17),                                   # GSIN
    ("0614141123452", 13),                                       # GRAI without its serial
    ("061414112345678902", 18),                                  # GSRN
])
def test_keys_carry_their_check_digit(key, length):
    assert wrong_key(key, (length,)) == "" and check_digit(key[:-1]) == key[-1]


@pytest.mark.parametrize("gtin, why", [
    ("4006381333932", "the check digit should be 1"),
    ("400638133393", "the check digit should be 0"),
    ("40063813339311", "the check digit should be 4"),
    ("123", "it has 3 digits, not 8 or 12 or 13 or 14"),
    ("", "only digits are allowed"),
    ("400638133393X", "only digits are allowed"),
    ("٤٠٠٦٣٨١٣٣٣٩٣١", "only digits are allowed"),
    ("94006381333934", "indicator 9 is for variable measure"),
])
def test_what_is_no_gtin_says_why(gtin, why):
    assert wrong_gtin(gtin) == why


def test_an_sscc_has_extension_prefix_serial_and_check_digit():
    assert sscc("0614141", 1) == "306141410000000013"
    assert sscc("0614141", 234567890, extension="1") == "106141412345678908"


def test_a_serial_that_does_not_fit_is_a_fault():
    with pytest.raises(ValueError, match="does not fit"):
        sscc("4012345678", 10_000_000)


@given(st.text("0123456789", min_size=7, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(data, place, by):
    key = data + check_digit(data)
    place %= len(key)
    broken = key[:place] + str((int(key[place]) + by) % 10) + key[place + 1:]
    assert wrong_key(broken, (len(key),))


@given(st.text("0123456789", min_size=7, max_size=17))
def test_check_digits_agree_with_another_library(data):
    assert check_digit(data) == ean.calc_check_digit(data)


@pytest.mark.parametrize("digits, now, year", [
    (77, 2026, 1977), (76, 2026, 2076), (99, 2026, 1999), (25, 2026, 2025), (26, 2026, 2026), (2, 2060, 2102), (10, 2060, 2110), (11, 2060, 2011), (0, 2050, 2100), (51, 2000, 1951), (50, 2000, 2050),
])
def test_two_digits_of_a_year_are_within_half_a_century(digits, now, year):
    assert full_year(digits, now) == year


@pytest.mark.parametrize("value, day", [
    ("270331", date(2027, 3, 31)), ("280200", date(2028, 2, 29)), ("270200", date(2027, 2, 28)), ("991231", date(1999, 12, 31)),
    ("270229", None), ("271301", None), ("270001", None), ("27033", None), ("27O331", None), ("", None),
])
def test_a_date_on_a_label_is_a_day_and_day_00_the_last_of_its_month(value, day):
    assert day_of(value, 2026) == day
