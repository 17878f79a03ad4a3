"""Keeping parties: added, changed or kept; addresses as versions; people beside them."""

from decimal import Decimal

import pytest

from hanse.journal.models import Event
from hanse.partners.addresses import AddressGiven
from hanse.partners.keep import ContactGiven, KeepParty, Known, Partner, decide, keep_parties
from hanse.partners.models import Address, Contact, Party

REUTER = Partner("REUTER", "Reuter KG", gln="0614141000012")
KNOWN = Known({"REUTER": REUTER}, {"0614141000012": "REUTER"}, {}, {})
DOCK = AddressGiven("DE", street="Am Hafen 1", postcode="18057", city="Rostock")


@pytest.mark.parametrize("ask, told", [
    (KeepParty("NEW"), "NEW added as customer"),
    (KeepParty("NEW", "New AG", roles=("supplier", "carrier")), "NEW added as carrier, supplier"),
    (KeepParty("REUTER"), "REUTER is so already"),
    (KeepParty("REUTER", "Reuter KG", roles=("customer",)), "REUTER is so already"),
    (KeepParty("REUTER", payment_days=14), "REUTER changed: payment days 30 → 14"),
    (KeepParty("REUTER", "Reuter GmbH"), "REUTER changed: name … → …"),
    (KeepParty("REUTER", addresses=(DOCK,)), "REUTER changed: new address main"),
    (KeepParty("NEW", gln="0614141000012"), "GLN 0614141000012 belongs to REUTER."),
    (KeepParty("NEW", gln="0614141000013"), "0614141000013 is no GLN: the check digit should be 2."),
    (KeepParty("NEW", currency="EUX"), "EUX is no ISO 4217 currency."),
])
def test_a_party_is_added_changed_kept_or_refused(ask, told):
    [answer], _ = decide([ask], KNOWN)
    assert answer.said() == told


def test_findings_on_several_addresses_come_at_once():
    [no], changed = decide([KeepParty("NEW", currency="EUX", addresses=(DOCK, AddressGiven("XX"), AddressGiven("DE", postcode="1")))], KNOWN)
    assert [e.pointer for e in no.errors] == ["#/currency", "#/addresses/1/country", "#/addresses/2/postcode"]
    assert not changed.partners and not changed.addresses


def test_a_party_is_kept_with_terms_addresses_and_people(given):
    ask = KeepParty(
        "REUTER", "Reuter KG", credit_limit=Decimal("5000"), ship_rule="complete-order", addresses=(DOCK, AddressGiven("DE", city="Wismar")),
        contacts=(ContactGiven("Fritz", may_receive=True),))
    [added] = keep_parties([ask], by="ann")
    assert added.addresses == ["main", "main-2"] and added.contacts == 1
    party = Party.objects.get(code="REUTER")
    assert (party.roles, party.ship_rule, party.credit_limit) == (["customer"], "complete-order", Decimal(5000))
    assert dict(Address.objects.filter(party=party).values_list("code", "name")) == {"main": "Reuter KG", "main-2": "Reuter KG"}
    assert Contact.objects.get(party=party).may_receive
    told = Event.objects.count()
    assert [a.said() for a in keep_parties([ask], by="ann")] == ["REUTER is so already"]
    assert Event.objects.count() == told


def test_a_party_receives_on_some_weekdays_or_on_any(given, caller):
    for days, kept in (((4, 0, 0), [0, 4]), (None, [0, 4]), ((), [])):
        keep_parties([KeepParty("REUTER", receives_on=days)], by="ann")
        assert caller("read").get("/parties/REUTER").json()["receives_on"] == kept
    assert keep_parties([KeepParty("REUTER", receives_on=())], by="ann")[0].said() == "REUTER is so already"


def test_an_address_that_differs_is_a_new_version(given):
    keep_parties([KeepParty("REUTER", addresses=(DOCK,))], by="ann")
    [changed] = keep_parties([KeepParty("REUTER", addresses=(AddressGiven("DE", code="main", street="Am Hafen 2", postcode="18057", city="Rostock"),))], by="ann")
    assert changed.addresses == ["main"]
    assert list(Address.objects.order_by("version").values_list("version", "street")) == [(1, "Am Hafen 1"), (2, "Am Hafen 2")]


def test_the_journal_holds_no_names_of_people(given):
    keep_parties([KeepParty("P-1", "Erna Example", contacts=(ContactGiven("Otto Example", "otto@example.org"),), addresses=(DOCK,))], by="ann")
    [body] = Event.objects.values_list("body", flat=True)
    assert "Example" not in str(body) and "Hafen" not in str(body)


def test_a_party_without_roles_or_twice_in_a_batch(given):
    answers = keep_parties([KeepParty("X", roles=()), KeepParty("X", "Xaver", roles=("supplier",)), KeepParty("X", "Xaver")], by="ann")
    assert [type(a).__name__ for a in answers] == ["PartyAdded", "PartyChanged", "PartyKept"]
    assert Party.objects.get(code="X").roles == ["supplier"]


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_statements_do_not_grow_with_the_batch(given, django_assert_max_num_queries, count):
    asks = [KeepParty(f"P-{n}", f"Party {n}", addresses=(DOCK,), contacts=(ContactGiven("Fritz"),)) for n in range(count)]
    with django_assert_max_num_queries(12):
        keep_parties(asks, by="ann")
    assert Address.objects.count() == Contact.objects.count() == count
