"""Changes after release, at the dock: what its site is asked to change stays here until it is answered."""

from datetime import UTC, datetime

import pytest

from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.tests.floor import packed, picked
from hanse.kernel import clock
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, change
from hanse.orders.expire import Expire, expire
from hanse.orders.models import ChangeRequest, Order
from hanse.partners.addresses import AddressGiven
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Shipment

from .road import carriers

ELSEWHERE = AddressGiven("DE", street="Lange Straße 1", postcode="18055", city="Rostock")
AFTER_CUT_OFF = datetime(2026, 11, 16, 15, 1, tzinfo=UTC)


@pytest.fixture
def order(given):
    """An order of five units, and the carriers."""
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    return given.order(("BRG-6204", 5))


def leaves(carton, carrier="UPS"):
    """Whether a carton leaves: its parcel, or the code that says why not."""
    [told] = hand_over([HandOver(carton.carton, carrier)], by="ann")
    return getattr(told, "code", "gone")


def too_late(request):
    with clock.standing_at(AFTER_CUT_OFF):
        expire([Expire(request)], by="ann")


def answered(request, accept, reason=""):
    [told] = answer_change([AnswerChange(request, accept, reason)], by="ann")
    return told


def stopped(order, units, fallback):
    [told] = cancel([Cancel(order, (CancelLine(1, units),), fallback=fallback)], by="ann")
    return told.asked[0].request


def test_a_carton_with_units_that_are_to_be_stopped_stays_here_until_the_site_answers(order):
    carton = packed(order)
    request = stopped(order, 2, "let-go")
    assert leaves(carton) == "change-asked"
    answered(request, False, "sealed")
    assert leaves(carton) == "gone" and Order.objects.get().cancelled == 0


@pytest.mark.parametrize("fallback, then", [("let-go", "gone"), ("return", "gone"), ("intercept", "change-asked")])
def test_too_late_lets_it_go_or_the_dock_keeps_it_here(order, fallback, then):
    carton = packed(order)
    too_late(stopped(order, 2, fallback))
    assert leaves(carton) == then


def test_what_the_dock_keeps_is_let_go_or_stopped_by_a_second_answer(order):
    carton = packed(order)
    request = stopped(order, 2, "intercept")
    too_late(request)
    assert answered(request, False, "customer wants it after all").fallback == "let-go"
    row = ChangeRequest.objects.get()
    assert (leaves(carton), row.state, row.outcome) == ("gone", "too-late", "let-go")


def test_cartons_without_these_units_leave(given):
    carriers()
    site = given.site()
    given.customer(), given.stocked(given.item(), site, 5), given.stocked(given.item("NUT-M8"), site, 5)
    picked(order := given.order(("BRG-6204", 5), ("NUT-M8", 5)))
    bearings, nuts = pack([Pack(order, contents=(PackLine(line, 5),)) for line in (1, 2)], by="ann")
    stopped(order, 2, "let-go")
    assert (leaves(bearings), leaves(nuts)) == ("change-asked", "gone")


def test_an_opened_carton_does_not_leave_and_the_one_packed_anew_does(order):
    carton = packed(order)
    answered(stopped(order, 2, "let-go"), True)
    assert leaves(carton) == "carton-opened"
    [again] = pack([Pack(order)], by="ann")
    assert leaves(again) == "gone" and Order.objects.get().status == "shipped"
    assert [r.findings for r in verify.run() if r.findings] == []


def test_address_change_after_release_that_comes_too_late_goes_to_the_old_address_and_says_so(order):
    """Never silently. The shipment names the address it went to."""
    carton = packed(order)
    [told] = change([Change(order, ship_to=ELSEWHERE, fallback="let-go")], by="ann")
    assert leaves(carton) == "change-asked"
    too_late(told.asked[0].request)
    assert leaves(carton) == "gone" and Shipment.objects.get().address_id == carton.address != Order.objects.get().ship_to_id


def test_address_change_after_release_of_what_has_left_is_asked_of_the_carrier(order):
    """A request to the carrier to intercept with its fee."""
    assert leaves(packed(order)) == "gone"
    [told] = change([Change(order, ship_to=ELSEWHERE, fallback="intercept")], by="ann")
    [asked] = told.asked
    assert (asked.kind, asked.units, asked.fallback) == ("redirect", 5, "return")
    assert answered(asked.request, True, "fee 12.00 EUR").said() == "HAM had the carrier turn it round (fee 12.00 EUR)"


def test_carrier_switch_keeps_the_carton_from_the_old_carrier_and_from_the_new_one_until_it_is_labelled_anew(order):
    change([Change(order, carrier="UPS")], by="ann")
    carton = packed(order)
    [told] = change([Change(order, carrier="FEDEX", fallback="let-go")], by="ann")
    assert (leaves(carton, "UPS"), leaves(carton, "FEDEX")) == ("change-asked", "other-carrier")
    answered(told.asked[0].request, True)
    assert (leaves(carton, "UPS"), leaves(carton, "FEDEX")) == ("other-carrier", "gone")


def test_carrier_switch_that_comes_too_late_goes_with_the_carrier_on_the_label(order):
    change([Change(order, carrier="UPS")], by="ann")
    carton = packed(order)
    [told] = change([Change(order, carrier="FEDEX", fallback="let-go")], by="ann")
    too_late(told.asked[0].request)
    assert leaves(carton, "UPS") == "gone"
