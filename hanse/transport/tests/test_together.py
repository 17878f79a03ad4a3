"""One parcel of several orders: each keeps its own shipment, counters and proof, and what is told of the number is told of all."""

from datetime import timedelta

import pytest

from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.consolidate import Consolidate, consolidate
from hanse.fulfilment.deconsolidate import Deconsolidate, deconsolidate
from hanse.fulfilment.hold_lot import HoldLot, hold_lot
from hanse.fulfilment.tests.floor import counters, packed
from hanse.inventory.receive import Receive, receive
from hanse.kernel.refused import Refused
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, change
from hanse.orders.hold import Hold, hold
from hanse.partners.addresses import AddressGiven
from hanse.transport.draw_up import DrawUp, draw_up
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Parcel, Proof
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.take_in import TakeIn, take_in
from tests.given import MONDAY

from .road import carriers

ELSEWHERE = AddressGiven("DE", street="Lange Straße 1", postcode="18055", city="Rostock")


@pytest.fixture
def two(given):
    """A carton of 3 units with one of 2 units of another order in it."""
    carriers()
    given.customer(), given.site(), given.item("MILK", tracking="lot")
    receive([Receive("HAM", "MILK", 9, "A-01", lot="L1"), Receive("HAM", "MILK", 9, "A-01", lot="L2")], by="ann")
    outer, inner = packed(given.order(("MILK", 3))), packed(given.order(("MILK", 2)))
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    return outer, inner


@pytest.fixture
def left(two):
    """The parcel 1Z that they left as."""
    [told] = hand_over([HandOver(two[0].carton, "UPS", tracking="1Z")], by="ann")
    return told


def leaves(carton, **fields):
    [told] = hand_over([HandOver(carton.carton, "UPS", **fields)], by="ann")
    return sorted({e.code for e in told.errors} or {told.code}) if isinstance(told, Refused) else "gone"


def on(two, table="orders_allocation"):
    """How far both orders are: shipped and delivered."""
    return [tuple(counters(c.order, table).get(n, 0) for n in ("shipped", "delivered")) for c in two]


def healthy():
    return [(r.name, r.findings) for r in verify.run() if r.wrong] == []


def test_the_carton_leaves_with_what_lies_in_it_under_one_number(given, two, left):
    outer, inner = two
    parcels = {p.carton.sscc: p for p in Parcel.objects.all()}
    assert {(p.tracking, p.carrier.code) for p in parcels.values()} == {("1Z", "UPS")}
    assert parcels[outer.carton].rides_with is None and parcels[inner.carton].rides_with == parcels[outer.carton]
    assert [parcels[c.carton].shipment.order_id for c in two] == [int(c.order[2:]) for c in two] and on(two) == [(3, 0), (2, 0)]
    assert [(e.order, e.units, e.inside, e.together) for e in given.told("ParcelHandedOver")] == [
        (outer.order, 3, "", (inner.order,)), (inner.order, 2, outer.carton, (outer.order,))]
    assert leaves(inner) == leaves(outer) == ["handed-over"] and healthy()


def test_one_key_twice_hands_over_once(two):
    first, second = (hand_over([HandOver(two[0].carton, "UPS")], by="ann", key="k") for _ in range(2))
    assert first == second and Parcel.objects.count() == 2


def test_an_inner_carton_leaves_alone_only_when_it_was_taken_out(two):
    outer, inner = two
    assert leaves(inner) == ["carton-inside"]
    deconsolidate([Deconsolidate(inner.carton)], by="ann")
    assert leaves(outer) == leaves(inner) == "gone" and Parcel.objects.filter(rides_with=None).count() == 2


def test_a_number_is_used_once(given, two, left):
    other = packed(given.order(("MILK", 1)))
    assert leaves(other, tracking="1Z") == ["tracking-used"]


@pytest.mark.parametrize("which", [0, 1], ids=["outer", "inner"])
def test_a_hold_on_one_order_keeps_both_here(two, which):
    hold([Hold(two[which].order, "credit", "limit")], by="ann")
    assert leaves(two[0]) == ["on-hold"] and on(two) == [(0, 0), (0, 0)]


def test_a_stopped_lot_in_either_keeps_both_here(two):
    hold_lot([HoldLot("MILK", "L1", "smells")], by="ann")
    assert leaves(two[0]) == ["lot-held"]


@pytest.mark.parametrize("which", [0, 1], ids=["outer", "inner"])
def test_a_changed_address_keeps_both_here_until_they_are_apart(two, which):
    outer, inner = two
    [changed] = change([Change(two[which].order, ship_to=ELSEWHERE, fallback="intercept")], by="ann")
    assert leaves(outer) == ["change-asked"]
    answer_change([AnswerChange(changed.asked[0].request, True)], by="ann")
    assert leaves(outer) == ["ways-part"]
    deconsolidate([Deconsolidate(inner.carton)], by="ann")
    assert leaves(outer) == leaves(inner) == "gone" and healthy()


@pytest.mark.parametrize("which", [0, 1], ids=["outer", "inner"])
def test_units_stopped_in_either_open_that_carton_and_the_other_leaves_alone(two, which):
    [asked] = cancel([Cancel(two[which].order, (CancelLine(1, 1),), fallback="intercept")], by="ann")
    assert leaves(two[0]) == ["change-asked"]
    [done] = answer_change([AnswerChange(asked.asked[0].request, True)], by="ann")
    assert done.opened == (two[which].carton,)
    assert leaves(two[which]) == ["carton-opened"] and leaves(two[1 - which]) == "gone" and healthy()


def test_what_the_carrier_tells_moves_both_and_counts_each_once(given, two, left):
    record_tracking([Track("UPS", "1Z", "I", MONDAY, type="I"), Track("UPS", "1Z", "D", MONDAY + timedelta(hours=2), type="D")], by="ann")
    record_tracking([Track("UPS", "1Z", "I", MONDAY + timedelta(hours=1), type="I"), Track("UPS", "1Z", "D", MONDAY + timedelta(hours=2), type="D")], by="ann")
    assert {p.state for p in Parcel.objects.all()} == {"delivered"} and on(two) == [(3, 3), (2, 2)]
    assert [(e.order, e.units) for e in given.told("ParcelDelivered")] == [(two[0].order, 3), (two[1].order, 2)]
    assert len(given.told("TrackingRecorded")) == 3 and healthy()


def test_what_was_told_before_it_left_is_taken_in_by_both(two):
    record_tracking([Track("UPS", "1Z", "I", MONDAY, type="I")], by="ann")
    hand_over([HandOver(two[0].carton, "UPS", tracking="1Z")], by="ann")
    assert {p.state for p in Parcel.objects.all()} == {"in-transit"}
    [told] = take_in([TakeIn("1Z")], by="ann")
    assert type(told).__name__ == "NothingNew" and healthy()


def test_a_doubt_is_of_both_and_a_proof_settles_it_for_both(two, left):
    record_tracking([Track("UPS", "1Z", "D", MONDAY, type="D"), Track("UPS", "1Z", "I", MONDAY + timedelta(hours=2), type="I")], by="ann")
    assert set(Parcel.objects.values_list("doubt", flat=True)) == {"moves-again"}
    record_proof([RecordProof("1Z", "UPS", receiver="dock")], by="ann")
    assert set(Parcel.objects.values_list("doubt", flat=True)) == {""} and healthy()


def test_a_proof_is_kept_for_each_order(given, two, left):
    told, again = (record_proof([RecordProof("1Z", received=5, receiver="dock")], by="ann", key="p") for _ in range(2))
    assert told == again and sorted(Proof.objects.values_list("parcel__carton__sscc", "received")) == sorted([(two[0].carton, 3), (two[1].carton, 2)])
    assert [(p.order, p.sent, p.received) for p in given.told("ProofRecorded")] == [(two[0].order, 3, 3), (two[1].order, 2, 2)]
    assert on(two) == [(3, 3), (2, 2)] and healthy()


def test_where_less_came_each_order_is_proven_by_itself(two, left):
    outer, inner = two
    [no] = record_proof([RecordProof("1Z", received=4)], by="ann")
    assert no.code == "received-in-parts" and outer.order in no.detail and inner.order in no.detail
    [no] = record_proof([RecordProof("1Z", received=6)], by="ann")
    assert no.code == "received-out-of-range"
    [told] = record_proof([RecordProof("1Z", order=inner.order, received=1)], by="ann")
    assert (told.order, told.sent, told.received) == (inner.order, 2, 1) and on(two) == [(3, 0), (2, 2)]
    record_proof([RecordProof("1Z", order=outer.order, received=3)], by="ann")
    assert on(two) == [(3, 3), (2, 2)] and healthy()


def test_shipments_that_share_a_parcel_go_on_one_bill_of_lading(two, left):
    from hanse.transport import bill_paper

    shipments = [Parcel.objects.get(carton__sscc=c.carton).shipment_id for c in two]
    [no] = draw_up([DrawUp((shipments[0],))], by="ann")
    assert no.detail == f"S-{shipments[1]} shares a parcel with S-{shipments[0]}: name both."
    [drawn] = draw_up([DrawUp(tuple(shipments))], by="ann")
    paper = bill_paper.bill(drawn.bill)
    assert [(o["order"], o["packages"]) for o in paper.orders] == [(two[0].order, 1), (two[1].order, 0)] and [p["packages"] for p in paper.packages] == [1]


def test_a_machine_puts_together_and_takes_apart_once_per_key(given, caller, two):
    outer, inner = two
    machine = caller("warehouse")
    for path, told in (("/deconsolidations/batch", "CartonDeconsolidated"), ("/consolidations/batch", "CartonConsolidated")):
        ask = [{"carton": inner.carton} | ({"into": outer.carton} if told == "CartonConsolidated" else {})]
        first, again = (machine.post(path, ask, told).json() for _ in range(2))
        assert first == again and first[0]["told"] == told
    found = machine.get(f"/cartons/{outer.carton}").json()
    assert found["contains"] == [{"carton": inner.carton, "order": inner.order}] and found["inside"] is None
    hand_over([HandOver(outer.carton, "UPS", tracking="1Z")], by="ann")
    assert machine.get("/parcels/1Z").json()["together"] == [inner.order]
    assert [p["together"] for p in machine.get(f"/orders/{inner.order}").json()["parcels"]] == [[outer.order]]
