"""Parcels that never came: lost, found again, refused, taken back; what was decided about their units. Counters and stock stay true throughout."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hanse.edge import attention, verify
from hanse.edge.kinds import KINDS
from hanse.fulfilment.tests.floor import counters as floor_counters
from hanse.journal.principals import HANSE
from hanse.orders.models import Line, Order
from hanse.perfect_order.reads import judged_now
from hanse.transport.choose_remedy import ChooseRemedy, Held, choose_remedy
from hanse.transport.choose_remedy import decide as decide_remedy
from hanse.transport.models import Parcel, Shipment
from hanse.transport.parcels import Parcel as Known
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_refusal import RecordRefusal, record_refusal
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.report_lost import ReportLost, decide, report_lost
from hanse.transport.take_back import TakeBack, take_back
from hanse.web.words import in_words

from .road import on_its_way

AT = datetime(2026, 11, 17, 8, tzinfo=UTC)


def known(id=1, **fields):
    return Known(**({
        "id": id, "tracking": f"P-{id}", "carrier": 1, "carrier_code": "UPS", "order": 100001, "site": 1, "carton": id, "sscc": "", "units": 5, "state": "in-transit",
        "return_state": "", "doubt": "", "moved_at": AT, "expected_on": None, "delivered_at": None} | fields))


PARCELS = {f"P-{p.id}": [p] for p in (
    known(), known(2, state="failed"), known(3, delivered_at=AT), known(4, back_at=AT), known(5, lost_at=AT, state="lost"), known(6))}


@pytest.mark.parametrize("number, told", [
    ("P-1", "Parcel P-1 is neither silent for too long nor late nor in trouble: have it looked for first."),
    ("P-2", "Parcel P-2 reported lost: searched"),
    ("P-3", "Parcel P-3 was delivered."),
    ("P-4", "Parcel P-4 came back to us: its units lie here again. What is sent again has a parcel of its own."),
    ("P-5", "Parcel P-5 counts as lost. What is told of it later finds it again."),
    ("P-6", "Parcel P-6 reported lost: searched"),
    ("P-7", "There is no parcel P-7."),
])
def test_a_parcel_is_given_up_after_it_was_looked_for_and_once(number, told):
    assert [in_words(a) for a in decide([ReportLost(number, "searched")], PARCELS, {6}, AT)] == [told]


def test_units_that_never_came_are_decided_about_once():
    held = {5: [Held(5, 1, 1, 3, ""), Held(5, 2, 2, 2, "")], 4: [Held(4, 3, 1, 5, "cancelled")]}
    asks = [ChooseRemedy("P-5", "sent-again"), ChooseRemedy("P-5", "cancelled"), ChooseRemedy("P-4", "cancelled"), ChooseRemedy("P-1", "cancelled")]
    assert [in_words(a) for a in decide_remedy(asks, PARCELS, held)] == [
        "5 units of parcel P-5 are sent again", *(f"No units of parcel {p} are lost or came back undecided." for p in ("P-5", "P-4", "P-1"))]


def line(order, position=1):
    found = Line.objects.get(order_id=int(order[2:]), position=position)
    return {n: v for n in ("ordered", "reserved", "shipped", "delivered", "lost", "found", "sent_back") if (v := getattr(found, n))}


def lost(given):
    told = on_its_way(given)
    Shipment.objects.update(promised_on=date(2020, 1, 1))
    [answer] = report_lost([ReportLost("1Z-7", "not found in the depot")], by="ann")
    assert in_words(answer) == "Parcel 1Z-7 reported lost: not found in the depot"
    return told.order


def sound():
    return [f for r in verify.run(["INV-1", "INV-2", "INV-6", "INV-7", "INV-8", "INV-18"]) for f in r.findings]


def test_a_lost_parcels_units_leave_the_way_and_the_order_is_closed(given):
    order = lost(given)
    assert given.stock() == {"missing": 5} and line(order) == {"ordered": 5, "reserved": 5, "shipped": 5, "lost": 5}
    assert (Order.objects.get().status, Parcel.objects.get().state) == ("closed", "lost")
    assert [in_words(t) for t in given.told("ParcelLost")] == ["Parcel 1Z-7 lost with UPS: 5 units"]
    [verdict] = judged_now(order, AT)
    assert verdict.causes["product"] == ["lost", "carrier"] and sound() == []


@pytest.mark.parametrize("again, state, stock", [
    (lambda: record_tracking([Track("UPS", "1Z-7", "AR", datetime(2026, 12, 10, tzinfo=UTC))], by="ann"), "in-transit", {"transit": 5}),
    (lambda: record_tracking([Track("UPS", "1Z-7", "D", datetime(2026, 12, 10, tzinfo=UTC))], by="ann"), "delivered", {"customer": 5}),
    (lambda: record_proof([RecordProof("1Z-7")], by="ann"), "delivered", {"customer": 5}),
])
def test_what_is_told_of_a_lost_parcel_finds_it_again(given, again, state, stock):
    order = lost(given)
    again()
    again()
    assert given.stock() == stock and Parcel.objects.get().state == state
    assert line(order) == {"ordered": 5, "reserved": 5, "shipped": 5, "lost": 5, "found": 5} | ({"delivered": 5} if state == "delivered" else {})
    assert len(given.told("ParcelFound")) == 1
    assert needs("lost") == [] and sound() == []


def test_an_earlier_word_of_the_carrier_finds_nothing(given):
    lost(given)
    record_tracking([Track("UPS", "1Z-7", "AR", AT - timedelta(days=3))], by="ann")
    assert Parcel.objects.get().state == "lost" and given.stock() == {"missing": 5}


def needs(kind, today=date(2026, 11, 18)):
    return [attention.why(n, today) for n in attention.needs([kind], today)]


def test_a_refused_parcel_comes_back_into_quarantine_and_stays_there(given):
    told = on_its_way(given)
    [refused] = record_refusal([RecordRefusal("1Z-7", "damaged", "carton crushed")], by="ann")
    assert in_words(refused) == "Parcel 1Z-7 refused by the receiver, damaged: carton crushed" and Parcel.objects.get().state == "return-to-sender"
    [back] = take_back([TakeBack("1Z-7", condition="crushed")], by="ann")
    assert in_words(back) == "Parcel 1Z-7 came back to HAM: 5 units into quarantine, crushed"
    record_tracking([Track("UPS", "1Z-7", "D", datetime(2026, 12, 10, tzinfo=UTC))], by="ann")
    [again, proof] = [*take_back([TakeBack("1Z-7")], by="ann"), *record_proof([RecordProof("1Z-7")], by="ann")]
    assert {again.code, proof.code} == {"came-back-already"}
    assert given.stock() == {"quarantine": 5} and line(told.order)["sent_back"] == 5 and Order.objects.get().status == "closed"
    [verdict] = judged_now(told.order, AT)
    assert verdict.causes["product"] == ["refused, damaged", "carrier"]
    assert needs("lost") == ["5 units, UPS 1Z-7: refused, damaged; it came back"] and sound() == []


def test_what_came_back_good_lies_in_a_bin_and_can_be_sold(given):
    order = lost(given)
    [wrong] = take_back([TakeBack("1Z-7", "NO-BIN")], by="ann")
    assert wrong.code == "bin-unknown"
    [back] = take_back([TakeBack("1Z-7", "A-01")], by="ann", key="back")
    assert take_back([TakeBack("1Z-7", "A-01")], by="ann", key="back") == [back]
    assert given.stock() == {"bin": 5} and line(order) == {"ordered": 5, "reserved": 5, "shipped": 5, "lost": 5, "found": 5, "sent_back": 5} and sound() == []


def test_lost_units_are_sent_again_at_what_they_cost_and_those_that_never_came_are_credited(given):
    from hanse.billing import jobs as billing
    from hanse.billing import reads
    from hanse.billing.invoice import Invoice, invoice

    order = lost(given)
    [issued] = invoice([Invoice(order)], by=HANSE)
    given.stocked(given_item(), given_site(), 7)
    assert needs("lost") == ["5 units, UPS 1Z-7: lost"]
    [chosen] = choose_remedy([ChooseRemedy("1Z-7", "sent-again")], by="ann")
    assert in_words(chosen) == "5 units of parcel 1Z-7 are sent again" and needs("lost") == []
    first, again = Line.objects.order_by("position")
    assert (again.ordered, again.reserved, again.net, again.unit_price) == (5, 5, first.net, first.unit_price)
    assert Order.objects.get().open and floor_counters(order)["reserved"] == 10
    billing.propose_credits([int(order[2:])])
    assert needs("credit") == [] and billing.credit_what_is_sent_again([int(order[2:])]) == 1
    assert [c.reason for c in reads.document(issued.invoice).credits] == ["Lost on its way: parcel 1Z-7"]


def given_item():
    from hanse.catalogue.models import Item

    return Item.objects.get()


def given_site():
    from hanse.network.models import Site

    return Site.objects.get()


def test_only_what_a_role_may_is_done(given):
    on_its_way(given)
    given.user("desk", "order desk"), given.user("floor", "warehouse")
    for operation, ask in ((report_lost, ReportLost("1Z-7", "x")), (record_refusal, RecordRefusal("1Z-7", "late"))):
        with pytest.raises(Exception, match="may not do"):
            operation([ask], by="desk")
    assert KINDS["lost"].step.operation == "transport.choose_remedy"
