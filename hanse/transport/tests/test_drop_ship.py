"""Drop-ship: a supplier ships for us from his own site, and his despatch advice drives the counters."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from hanse.billing.invoice import Invoice, invoice
from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.decline import Decline, DeclinedUnits, decline
from hanse.fulfilment.expect_despatch import ExpectDespatch, expect_despatch
from hanse.fulfilment.jobs import expect_what_is_late, order_what_suppliers_owe
from hanse.fulfilment.models import SupplierOrder, Task
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.inventory.keep_drop_ships import KeepDropShip, keep_drop_ships
from hanse.kernel.gs1 import sscc
from hanse.kernel.refused import Refused
from hanse.orders.answer_consent import AnswerConsent, answer_consent
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, change
from hanse.orders.models import Allocation, ChangeRequest, Line, Order
from hanse.partners.addresses import AddressGiven
from hanse.partners.models import Party
from hanse.transport.models import Carrier, Parcel, Shipment
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.take_despatch_advice import AdvisedCarton, AdvisedUnits, TakeDespatchAdvice, take_despatch_advice
from hanse.web.words import in_words
from tests.given import MONDAY

SSCC = sscc("4012345", 1)


@pytest.fixture
def company(given):
    """MAYER ships BRG-6204 from his site in Munich in two working days; we stock nothing of it."""
    given.customer()
    item = given.item()
    Party.objects.create(code="MAYER", name="Mayer", roles=["supplier"])
    site = given.site("MUC", {"DE": 2}, supplier="MAYER")
    Carrier.objects.create(code="DHL", name="DHL")
    return item, site


def clean():
    with connection.cursor() as cursor:
        return [(r.name, r.findings) for r in verify.run(cursor=cursor) if r.findings]


def told(ask, by="ann"):
    [answer] = keep_drop_ships([ask], by=by)
    return answer


def advise(number, *units, order="D-1", **more):
    parts = tuple(AdvisedUnits(*u) if isinstance(u, tuple) else u for u in units)
    [answer] = take_despatch_advice([TakeDespatchAdvice(order, number, "DHL", (AdvisedCarton(parts, number=f"{number}-1"),), **more)], by="ann")
    return answer


def ordered(number, site="MUC"):
    [answer] = release([Release(number, site)], by="ann")
    assert not isinstance(answer, Refused), answer
    return f"D-{SupplierOrder.objects.latest('id').pk}"


def test_what_nobody_here_stocks_is_promised_by_the_suppliers_lead_days_and_lane(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 4))
    line = Line.objects.get()
    assert (Allocation.objects.get().site.code, line.reserved) == ("MUC", 4)
    assert line.promised_on == date(2026, 11, 20), "Monday, two days to pack, two on the way"
    assert given.free(*company) == (10, 4)
    why = given.told("UnitsAllocated")[0].why
    assert why["winner"] == ["MUC"] and number


def test_our_own_stock_comes_first_and_the_supplier_gives_the_rest(given, company):
    item, _ = company
    given.stocked(item, given.site("HAM"), 3)
    told(KeepDropShip("MUC", "BRG-6204", 2))
    given.order(("BRG-6204", 2))
    given.order(("BRG-6204", 5))
    assert [(a.site.code, a.reserved) for a in Allocation.objects.order_by("id")] == [("HAM", 2), ("HAM", 1), ("MUC", 4)]
    told_why = [f.why for f in given.told("UnitsAllocated")]
    assert [c[0] for c in told_why[0]["candidates"] if c[5] == "our own sites have all"] == ["MUC"]


def test_what_he_no_longer_ships_is_not_sold(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10, date(2026, 1, 1), date(2026, 11, 15)))
    given.order(("BRG-6204", 4))
    assert not Allocation.objects.exists()


@pytest.mark.parametrize("ask, words", [
    (KeepDropShip("HAM", "BRG-6204", 2), "HAM names no supplier"),
    (KeepDropShip("NIX", "NIX", 2), "There is no item NIX"),
    (KeepDropShip("MUC", "BRG-6204", 2, until_on=date(2026, 1, 1)), "cannot end before it begins"),
    (KeepDropShip("MUC", "BRG-6204", 2, 3), "4 of BRG-6204 at MUC are reserved"),
])
def test_a_listing_is_of_a_suppliers_site_and_of_no_less_than_is_sold(given, company, ask, words):
    given.site("HAM")
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    given.order(("BRG-6204", 4))
    assert words in in_words(told(ask))


def test_releasing_at_a_suppliers_site_orders_of_him_with_the_address_of_then(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 4))
    [answer] = release([Release(number)], by="ann")
    made = SupplierOrder.objects.get()
    assert (made.address_id, made.due_on) == (Order.objects.get().ship_to_id, date(2026, 11, 18))
    assert in_words(answer) == f"4 units ordered of their supplier: D-{made.pk}"
    assert [in_words(f) for f in given.told("SupplierOrdered")] == [f"4 BRG-6204 ordered of MAYER as D-{made.pk}, to be shipped by 2026-11-18"]


def test_his_number_does_not_count_what_was_ordered_of_him(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    ordered(given.order(("BRG-6204", 4)))
    told(KeepDropShip("MUC", "BRG-6204", 2, 1))
    assert given.free(*company) == (5, 4)


def test_his_despatch_advice_ships_exactly_what_it_names_and_the_rest_stays_open(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 4))
    d = ordered(number)
    answer = advise("A1", ("BRG-6204", 3), order=d)
    line = Line.objects.get()
    assert in_words(answer) == f"MAYER shipped 3 units of {d} with DHL, despatch advice A1, 1 still open"
    assert (line.picked, line.packed, line.shipped, line.status) == (3, 3, 3, "part-shipped")
    assert Parcel.objects.get().tracking == "A1-1"
    assert sorted(Task.objects.values_list("taken", flat=True), key=str) == [3, None]
    assert given.stock() == {"bin": 7, "transit": 3}
    advise("A2", ("BRG-6204", 1), order=d)
    assert Line.objects.get().status == "shipped"
    assert in_words(advise("A3", ("BRG-6204", 1), order=d)) == f"{d} has nothing open any more: all of it was shipped, declined or stopped."


def test_the_same_advice_twice_changes_nothing_and_another_one_under_its_number_is_refused(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    d = ordered(given.order(("BRG-6204", 4)))
    advise("A1", ("BRG-6204", 2), order=d)
    assert in_words(advise("A1", ("BRG-6204", 2), order=d)) == f"Despatch advice A1 of {d} was taken before"
    assert Line.objects.get().shipped == 2
    assert "was taken already, with other content" in in_words(advise("A1", ("BRG-6204", 1), order=d))


def test_all_that_is_wrong_with_an_advice_is_said_at_once(given, company):
    given.item("OIL-1")
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    d = ordered(given.order(("BRG-6204", 4)))
    bad = TakeDespatchAdvice(d, "A1", "NONE", (AdvisedCarton((AdvisedUnits("BRG-6204", 5), AdvisedUnits("OIL-1", 1)), sscc="1"),))
    [answer] = take_despatch_advice([bad], by="ann")
    assert [e.code for e in answer.errors] == ["more-than-ordered", "not-ordered", "carrier-unknown", "sscc-wrong"]
    assert "There is no drop-ship order D-999" in in_words(advise("A1", ("BRG-6204", 1), order="D-999"))


def test_lots_and_serials_are_known_once_he_names_them(given, company):
    given.item("SN-1", tracking="serial")
    given.item("LOT-1", tracking="lot")
    for sku in ("SN-1", "LOT-1"):
        told(KeepDropShip("MUC", sku, 0))
    d = ordered(given.order(("SN-1", 2), ("LOT-1", 5)))
    assert "SN-1 is tracked by serial" in in_words(advise("A0", ("SN-1", 2), order=d))
    advise("A1", AdvisedUnits("SN-1", 2, serials=("S1", "S2")), AdvisedUnits("LOT-1", 5, "L7", date(2027, 5, 1)), order=d)
    assert Order.objects.get().status == "shipped"
    assert clean() == []


def test_what_he_declines_is_found_elsewhere_or_waits(given, company):
    item, site = company
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    d = ordered(given.order(("BRG-6204", 6)))
    given.stocked(item, given.site("HAM"), 2)
    [answer] = decline([Decline(d, "out of production", (DeclinedUnits("BRG-6204", 5),))], by="ann")
    assert in_words(answer) == f"MAYER does not ship 5 BRG-6204 of {d}: out of production"
    line = Line.objects.get()
    assert (line.reserved - line.freed, line.ordered) == (3, 6)
    assert given.free(item, site) == (5, 1)
    assert clean() == []


def test_a_supplier_who_ships_late_moves_the_promise_and_asks_consent_where_the_terms_say_so(given, company):
    Party.objects.filter(code="REUTER").update(consent_days=1)
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 6))
    d = ordered(number)
    [answer] = expect_despatch([ExpectDespatch(d, date(2026, 11, 25), "lorry broke down")], by="ann")
    assert not isinstance(answer, Refused)
    assert Line.objects.get().promised_on == date(2026, 11, 27)
    assert [f.units for f in given.told("ConsentAsked")] == [6]


def test_a_cancel_is_asked_of_him_and_what_he_stops_is_cancelled(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 6))
    d = ordered(number)
    advise("A1", ("BRG-6204", 2), order=d)
    [refused] = cancel([Cancel(number, (CancelLine(1, 4),))], by="ann")
    assert "released" in in_words(refused)
    cancel([Cancel(number, (CancelLine(1, 4),), fallback="let-go")], by="ann")
    [request] = ChangeRequest.objects.all()
    [answer] = answer_change([AnswerChange(request.pk, True)], by="ann")
    assert not isinstance(answer, Refused)
    line = Line.objects.get()
    assert (line.cancelled, line.shipped, line.status) == (4, 2, "shipped")
    assert given.free(*company) == (8, 0)
    assert clean() == []


def test_the_address_he_was_given_stays_until_he_agrees_to_another(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 6))
    d = ordered(number)
    first = SupplierOrder.objects.get().address_id
    to = AddressGiven(name="Reuter", street="Neuer Markt 1", postcode="18055", city="Rostock", country="DE")
    change([Change(number, ship_to=to, fallback="let-go")], by="ann")
    assert Order.objects.get().ship_to_id != first
    advise("A1", ("BRG-6204", 2), order=d)
    [request] = ChangeRequest.objects.all()
    answer_change([AnswerChange(request.pk, True)], by="ann")
    advise("A2", ("BRG-6204", 4), order=d)
    assert [s.address_id for s in Shipment.objects.order_by("id")] == [first, Order.objects.get().ship_to_id]


def test_a_customer_who_does_not_agree_to_the_later_day_has_it_asked_of_the_supplier(given, company):
    Party.objects.filter(code="REUTER").update(consent_days=1)
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 6))
    expect_despatch([ExpectDespatch(ordered(number), date(2026, 11, 25))], by="ann")
    [free] = answer_consent([AnswerConsent(number, 1, "free")], by="ann")
    assert "MAYER is to ship them" in in_words(free)
    answer_consent([AnswerConsent(number, 1, "cancel")], by="ann")
    assert [(r.kind, r.units) for r in ChangeRequest.objects.all()] == [("stop", 6)]


def test_nobody_picks_at_a_suppliers_site(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    ordered(given.order(("BRG-6204", 6)))
    [answer] = pick([Pick(Task.objects.get().pk, 6)], by="ann")
    assert in_words(answer) == "MAYER ships these units himself: his despatch advice books them."
    [wave] = release_wave([ReleaseWave("MUC")], by="ann")
    assert isinstance(wave, Refused)


def test_an_advice_is_taken_once_for_its_key(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    d = ordered(given.order(("BRG-6204", 6)))
    ask = TakeDespatchAdvice(d, "A1", "DHL", (AdvisedCarton((AdvisedUnits("BRG-6204", 2),), sscc=SSCC),))
    first, again = (take_despatch_advice([ask], by="ann", key="k")[0] for _ in range(2))
    assert first == again
    assert Line.objects.get().shipped == 2


def test_what_a_supplier_ships_is_tracked_proven_and_billed_like_our_own(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    number = given.order(("BRG-6204", 2))
    advise("A1", ("BRG-6204", 2), order=ordered(number), at=MONDAY)
    record_tracking([Track("DHL", "A1-1", "delivered", MONDAY, type="")], by="ann")
    record_proof([RecordProof("A1-1", "DHL", MONDAY, received=2)], by="ann")
    assert Order.objects.get().status == "delivered"
    [invoice_] = invoice([Invoice(number)], by="ann")
    assert not isinstance(invoice_, Refused)
    assert clean() == []


def test_suppliers_are_asked_by_themselves_for_what_they_owe(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    given.order(("BRG-6204", 2))
    assert order_what_suppliers_owe() == 1
    assert SupplierOrder.objects.count() == 1
    assert order_what_suppliers_owe() == 0


def test_when_his_day_has_passed_the_next_day_he_works_is_expected(given, company):
    told(KeepDropShip("MUC", "BRG-6204", 2, 10))
    ordered(given.order(("BRG-6204", 2)))
    assert expect_what_is_late(datetime(2026, 11, 18, 15, tzinfo=UTC)) == 0
    assert expect_what_is_late(datetime(2026, 11, 20, 15, tzinfo=UTC)) == 1
    assert SupplierOrder.objects.get().due_on == date(2026, 11, 20)
    assert Line.objects.get().promised_on == date(2026, 11, 24)
