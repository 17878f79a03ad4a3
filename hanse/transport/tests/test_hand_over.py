"""Hand over: a carton leaves once, with the right label, unless a hold keeps it."""

import pytest

from hanse.fulfilment.relabel import Relabel, relabel
from hanse.fulfilment.tests.floor import counters, packed
from hanse.kernel.refused import Refused
from hanse.orders.models import Order
from hanse.partners.models import Address
from hanse.transport.hand_over import HandOver, Known, Staged, decide, hand_over
from hanse.transport.models import Parcel, Shipment

from .road import carriers, on_its_way

HERE = (False, "", "", [], [])
A = Staged(1, "A", 7, 2, "HAM", 31, 5, 5, [], None, 90, 3, "", *HERE)
B = Staged(2, "B", 7, 2, "HAM", 32, 5, 5, [], None, 90, 4, "", *HERE)
OLD = Staged(3, "OLD", 8, 2, "HAM", 33, 5, 6, ["credit"], None, 90, 1, "", *HERE)
GONE = Staged(4, "GONE", 8, 2, "HAM", 34, 5, 5, [], None, 90, 1, "UPS", *HERE)
ASKED = Staged(6, "ASKED", 7, 2, "HAM", 36, 5, 6, [], None, 90, 1, "", False, "", "", ["address"], [])
LET_GO = Staged(7, "LET-GO", 7, 2, "HAM", 37, 5, 6, [], None, 90, 1, "", False, "UPS", "DHL", [], ["address", "carrier"])
NAMED = Staged(8, "NAMED", 7, 2, "HAM", 38, 5, 5, [], None, 90, 1, "", False, "DHL", "DHL", [], [])
OPENED = Staged(9, "OPENED", 7, 2, "HAM", 39, 5, 5, [], None, 90, 1, "", True, "", "", [], [])
OUTER = Staged(20, "OUTER", 7, 2, "HAM", 40, 5, 5, [], None, 90, 3, "", *HERE)
INNER = Staged(21, "INNER", 8, 2, "HAM", 41, 5, 5, [], None, 90, 4, "", *HERE, inside=20, outer="OUTER")
BESIDE = Staged(22, "BESIDE", 7, 2, "HAM", 42, 5, 5, [], None, 90, 1, "", *HERE, inside=20, outer="OUTER")
HOLDER = Staged(23, "HOLDER", 7, 2, "HAM", 43, 5, 5, [], None, 90, 3, "", *HERE)
INSIDE = Staged(24, "INSIDE", 9, 2, "HAM", 44, 6, 7, ["credit"], None, 90, 1, "", *HERE, inside=23, outer="HOLDER")
HELD = Staged(5, "HELD", 9, 2, "HAM", 35, 5, 5, ["invoice"], None, 90, 1, "", *HERE)


def in_words(answer):
    return answer.detail if isinstance(answer, Refused) else ", ".join(f"{t.parcel} in {t.shipment}" for t in (answer.told, *answer.along))


@pytest.mark.parametrize("asks, told", [
    ([HandOver("A", "ups"), HandOver("B", "UPS")], ["A in 91", "B in 91"]),
    ([HandOver("A", "UPS"), HandOver("B", "UPS", "express")], ["A in 91", "B in 92"]),
    ([HandOver("A", "UPS"), HandOver("A", "UPS")], ["A in 91", "Carton A left with UPS."]),
    ([HandOver("A", "UPS", tracking="1Z"), HandOver("B", "UPS", tracking="1Z")], ["1Z in 91", "Parcel 1Z of UPS exists already."]),
    ([HandOver("A", "DHX")], ["There is no carrier DHX."]),
    ([HandOver("OLD", "UPS")], ["H-8 is on credit hold. Release the hold first. The address or carrier of H-8 changed after carton OLD was labelled. Print the label again."]),
    ([HandOver("GONE", "UPS")], ["Carton GONE left with UPS."]),
    ([HandOver("HELD", "UPS")], ["HELD in 91"]),
    ([HandOver("C", "UPS")], ["There is no carton C."]),
    ([HandOver("ASKED", "UPS")], ["HAM is asked for a change of H-7. It goes on when the site has answered."]),
    ([HandOver("LET-GO", "UPS")], ["LET-GO in 91"]),
    ([HandOver("NAMED", "UPS")], ["Carton NAMED is labelled for DHL, not for UPS."]),
    ([HandOver("OPENED", "UPS")], ["Carton OPENED was opened again; its units are packed anew."]),
    ([HandOver("OUTER", "UPS"), HandOver("A", "UPS")], ["OUTER in 91, OUTER in 92, OUTER in 91", "A in 91"]),
    ([HandOver("INNER", "UPS")], ["Carton INNER lies in OUTER and leaves with it. To do anything else with it, take it out first."]),
    ([HandOver("HOLDER", "UPS")], ["H-9 is on credit hold. Release the hold first. The address or carrier of H-9 changed after carton INSIDE was labelled. Print the label again. "
                                   "Carton INSIDE lies in HOLDER, but its label shows another address or carrier by now. Take it out."]),
])
def test_a_carton_leaves_once_with_the_right_label(asks, told):
    known = Known({c.sscc: c for c in (A, B, OLD, GONE, HELD, ASKED, LET_GO, NAMED, OPENED, OUTER, INNER, BESIDE, HOLDER, INSIDE)}, {"UPS": 1}, set(), range(91, 99), range(1, 9))
    assert [in_words(answer) for answer in decide(asks, known)] == told


def test_what_is_handed_over_is_on_its_way_and_counted(given):
    told = on_its_way(given)
    assert given.stock() == {"transit": 5}
    assert counters(told.order)["shipped"] == 5
    [parcel] = Parcel.objects.all()
    assert (parcel.tracking, parcel.units, parcel.state, parcel.shipment_id) == ("1Z-7", 5, "pending", told.shipment)
    assert Shipment.objects.get().order_id == int(told.order[2:])
    [again] = hand_over([HandOver(told.carton, "UPS")], by="ann")
    assert again.detail == f"Carton {told.carton} left with UPS."


def test_a_label_with_an_old_address_is_printed_again_first(given):
    carriers()
    customer = given.customer()
    given.stocked(given.item(), given.site(), 5)
    carton = packed(given.order(("BRG-6204", 5)))
    old = Address.objects.get(party=customer)
    new = Address.objects.create(party=customer, code="main", version=2, name="Reuter", street="Neuer Weg 1", postcode="18055", city="Rostock", country="DE", since=old.since)
    Order.objects.update(ship_to=new)
    [no] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
    assert no.code == "label-outdated"
    [told] = relabel([Relabel(carton.carton)], by="ann")
    assert (told.was, told.address) == (old.pk, new.pk)
    [yes] = hand_over([HandOver(carton.carton, "UPS")], by="ann")
    assert yes.parcel == carton.carton
    assert relabel([Relabel(carton.carton)], by="ann")[0].code == "handed-over"


def test_the_same_key_twice_ships_once(given):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    carton = packed(given.order(("BRG-6204", 5)))
    first, second = (hand_over([HandOver(carton.carton, "UPS")], by="ann", key="k") for _ in range(2))
    assert first == second and Parcel.objects.count() == 1
