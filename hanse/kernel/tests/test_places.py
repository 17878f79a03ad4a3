"""Countries, postcodes and zones."""

import pytest

from hanse.kernel.places import countries, is_country, is_zone, wrong_postcode, zone_of


@pytest.mark.parametrize("code, known", [("DE", True), ("XK", True), ("ZZ", False), ("de", False), ("UK", False), ("", False)])
def test_countries_are_those_of_iso_3166(code, known):
    assert is_country(code) == known


@pytest.mark.parametrize("country, postcode, right", [
    ("DE", "18057", True), ("DE", "1805", False), ("DE", "18057 ", False), ("GB", "SW1A 1AA", True), ("GB", "sw1a 1aa", True),
    ("US", "98052-6399", True), ("NL", "1012 JS", True), ("CA", "K1A 0B1", True), ("HK", "anything", True), ("DE", "", True),
])
def test_a_postcode_has_the_shape_of_its_country(country, postcode, right):
    assert (wrong_postcode(country, postcode) == "") == right


def test_every_country_has_rules_and_a_zone_that_exists():
    assert all(wrong_postcode(c, "") == "" and is_zone(zone_of(c)) for c in countries())
