"""Addresses: versions never change, equal content is one version, and what is wrong is said all at once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from hanse.partners.addresses import AddressGiven, GivenAddress, address_of, keep_addresses, wrong_address
from hanse.partners.models import Address
from tests.given import statements

HOME = AddressGiven(country="DE", street="Kabutzenhof 21", postcode="18057", city="Rostock")


@pytest.mark.parametrize("address, told", [
    (HOME, []),
    (AddressGiven(country="IE", city="Cork"), []),
    (AddressGiven(country="XX"), ["XX is no country of ISO 3166: two capitals, such as DE."]),
    (AddressGiven(country="DE", postcode="1805"), ["1805 is no postcode of DE; one looks like 26133."]),
    (AddressGiven(country="PT", postcode="1675", as_written=True), []),
    (AddressGiven(country="GB", postcode="SW1A 1AA"), []),
    (AddressGiven(country="US", postcode="9840", zone="US/Nowhere", gln="0614141000013", latitude=Decimal(91)), [
        "9840 is no postcode of US; one looks like 95014.",
        "US/Nowhere is no IANA time zone.",
        "0614141000013 is no GLN: the check digit should be 2.",
        "A place needs both its latitude and its longitude, or neither.",
        "latitude must be between -90 and 90; it is 91.",
    ]),
])
def test_everything_wrong_with_an_address_is_said_at_once(address, told):
    assert [no.said() for no in wrong_address(address)] == told


def test_findings_point_to_their_field():
    [no] = wrong_address(AddressGiven(country="DE", postcode="x"), at="addresses/0")
    assert [e.pointer for e in no.errors] == ["#/addresses/0/postcode"]


def kept(given, *addresses: GivenAddress) -> list[int]:
    with given.run() as run:
        return keep_addresses(run, addresses)


def test_equal_content_is_the_same_version_and_a_difference_a_new_one(given):
    party = given.customer()
    dock = GivenAddress(party.pk, "DE", "dock", "Reuter", "Am Hafen 1", "18057", "Rostock")
    [first, again, moved] = kept(given, dock, dock, GivenAddress(party.pk, "DE", "dock", "Reuter", "Am Hafen 2", "18057", "Rostock"))
    assert first == again != moved
    assert [a.version for a in Address.objects.filter(party=party, code="dock").order_by("version")] == [1, 2]
    assert kept(given, dock) not in ([first], [moved]), "going back is a third version: the history stays true"


def test_that_it_is_a_home_is_part_of_a_version_and_unknown_unless_said(given):
    party = given.customer()
    unsaid = GivenAddress(party.pk, "DE", "flat", "Reuter", "Am Hafen 1", "18057", "Rostock")
    kept(given, unsaid), kept(given, replace(unsaid, home=True)), kept(given, replace(unsaid, home=True)), kept(given, replace(unsaid, home=False))
    assert [a.home for a in Address.objects.filter(party=party, code="flat").order_by("version")] == [None, True, False]


def test_an_address_without_a_code_is_known_by_its_content(given):
    party = given.customer()
    here, there = address_of(party.pk, HOME), GivenAddress(party.pk, "DE", city="Wismar")
    [a, b] = kept(given, here, there)
    assert kept(given, there, here, here) == [b, a, a]


def test_name_and_zone_are_filled_in(given):
    party = given.customer("REUTER", name="Reuter KG")
    [id] = kept(given, GivenAddress(party.pk, "DE", city="Wismar", latitude=Decimal("53.89"), longitude=Decimal("11.46")))
    address = Address.objects.get(pk=id)
    assert (address.name, address.zone, address.latitude) == ("Reuter KG", "Europe/Berlin", Decimal("53.890000"))


def test_a_thousand_addresses_take_one_statement(given):
    party = given.customer()
    many = [GivenAddress(party.pk, "DE", street=f"Strasse {n % 700}") for n in range(1000)]
    with given.run() as run, statements() as sent:
        ids = keep_addresses(run, many)
    assert len(sent) == 1 and len(set(ids)) == 700


def test_two_at_once_make_one_version(lasting):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    party = lasting.customer()
    dock = GivenAddress(party.pk, "DE", "dock", street="Am Hafen 1")

    def keep(_: int) -> int:
        try:
            return kept(lasting, dock)[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(keep, range(12)))) == 1
    assert Address.objects.filter(party=party, code="dock").count() == 1
