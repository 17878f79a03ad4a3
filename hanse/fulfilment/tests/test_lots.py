"""A lot that is held or recalled: off sale at once, stopped wherever it is, every order hit named."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.hold_lot import HoldLot, hold_lot
from hanse.fulfilment.models import Carton, Task
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.recall_lot import RecallLot, decide, recall_lot
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.stopped_lots import Asked, Part, freed_units
from hanse.fulfilment.stopping import Stop, instead
from hanse.fulfilment.take_out import TakeOut, take_out
from hanse.inventory.carry import Carry, carry
from hanse.inventory.count import Count, count
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.lots import Held, LotFact
from hanse.inventory.models import Lot, Serial
from hanse.inventory.quarantine import Quarantine, quarantine
from hanse.inventory.receive import Receive, receive
from hanse.inventory.release_lot import ReleaseLot, release_lot
from hanse.inventory.release_lot import decide as decide_release
from hanse.inventory.replenish import Replenish, replenish
from hanse.kernel.refused import Refused
from hanse.network.models import Bin
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.models import Line, Order
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof

from .floor import claimed, counters, packed, picked, released

MILK = "MILK"
SALE, HELD, GONE = (LotFact(n, 5, MILK, code, status, "lot", None) for n, code, status in ((1, "L1", "released"), (2, "L2", "held"), (3, "L3", "recalled")))
LOTS = {(MILK, lot.code): lot for lot in (SALE, HELD, GONE)}


def in_words(answer):
    return answer.detail if isinstance(answer, Refused) else f"{answer.code} it is"


@pytest.mark.parametrize("asks, told", [
    ([RecallLot(MILK, "L1", "glass")], ["L1 it is"]),
    ([RecallLot(MILK, "L2", "glass")], ["L2 it is"]),
    ([RecallLot(MILK, "L3", "glass")], ["Lot L3 of MILK is recalled, and that is for good."]),
    ([RecallLot(MILK, "L1", "glass")] * 2, ["L1 it is", "Lot L1 of MILK is recalled, and that is for good."]),
    ([RecallLot(MILK, "L1")], ["Say why."]),
    ([RecallLot(MILK, "L9", "glass")], ["There is no lot L9 of MILK."]),
])
def test_a_lot_is_recalled_once_and_with_a_reason(asks, told):
    assert [in_words(a) for a in decide(asks, LOTS)] == told


@pytest.mark.parametrize("ask, told", [
    (ReleaseLot(MILK, "L2", "lab says fine"), "L2 it is"),
    (ReleaseLot(MILK, "L2"), "Say why."),
    (ReleaseLot(MILK, "L1", "fine"), "Lot L1 of MILK is not held."),
    (ReleaseLot(MILK, "L3", "fine"), "Lot L3 of MILK is recalled, and that is for good."),
])
def test_only_a_held_lot_is_released(ask, told):
    assert [in_words(a) for a in decide_release([ask], LOTS)] == [told]


def part(allocation, owed, on_floor=0, picked=0, priority=50, day=1):
    return Part(allocation, allocation, allocation, 1, 5, MILK, 1, "HAM", owed, on_floor, picked, priority, date(2026, 12, day), datetime(2026, 11, 16, tzinfo=UTC))


def test_what_a_site_can_no_longer_supply_is_freed_from_the_last_in_the_queue():
    lies = [Held(5, "L1", 1, "HAM", 11, "A-01", 6, 0)]
    parts = [part(1, 3, priority=10), part(2, 3, day=9), part(3, 3, day=2)]
    freed = freed_units(parts, [], lies, {(5, 1): (10, 9)})
    assert [(f.part.allocation, f.quantity) for f in freed] == [(2, 3), (3, 2)]


def test_units_that_other_tasks_have_claimed_are_not_freed_and_those_of_its_own_are():
    lies = [Held(5, "L1", 1, "HAM", 11, "A-01", 4, 4)]
    parts = [part(1, 4, on_floor=4), part(2, 4, on_floor=4)]
    freed = freed_units(parts, [Asked(7, 1, 1, 5, "L1", 1, 4)], lies, {(5, 1): (8, 8)})
    assert [(f.part.allocation, f.quantity) for f in freed] == [(1, 4)]
    assert freed_units(parts, [], [], {(5, 1): (8, 8)}) == []


@pytest.fixture
def dairy(given):
    """Milk in two lots at HAM: L1 expires first."""
    given.milk, given.ham = given.item(MILK, tracking="lot"), given.site()
    given.customer(), Bin.objects.create(site=given.ham, code="A-02", walk=2)
    for lot, day, units in (("L1", 10, 6), ("L2", 20, 4)):
        assert not isinstance(receive([Receive("HAM", MILK, units, f"A-0{1 if lot == 'L1' else 2}", lot=lot, expires_on=date(2027, 1, day))], by="ann")[0], Refused)
    return given


def proven():
    assert [(r.name, r.findings) for r in verify.run() if r.findings] == []


def test_a_held_lot_is_off_sale_at_once_and_comes_back_when_it_is_released(dairy):
    [held] = hold_lot([HoldLot(MILK, "L1", "smells")], by="ann")
    assert (dairy.free(dairy.milk, dairy.ham), dairy.stock()) == ((4, 0), {"bin": 4, "quarantine": 6})
    assert held.said() == "Lot L1 of MILK held, 0 orders hit: smells" and [(u.bin, u.quantity) for u in held.units] == [("A-01", 6)]
    order = dairy.order((MILK, 6))
    assert Line.objects.get().reserved == 4
    proven()
    [back] = release_lot([ReleaseLot(MILK, "L1", "lab says fine")], by="ann")
    assert dairy.stock() == {"bin": 10} and [(u.site, u.bin, u.quantity) for u in back.units] == [("HAM", "A-01", 6)]
    assert [t.lot for t in released(order)] == ["L1"]
    proven()


def test_what_is_in_doubt_of_a_held_lot_lies_in_quarantine_and_is_in_doubt_again(dairy):
    order = dairy.order((MILK, 3))
    [task] = released(order)
    dairy.user("ewa", "warehouse"), pick([Pick(task.task, 2, "one missing")], by="ann")
    assert dairy.stock() == {"bin": 4, "doubt": 3, "tote": 2, "missing": 1}
    [held] = hold_lot([HoldLot(MILK, "L1", "smells")], by="ann")
    assert [(u.bin, u.quantity) for u in held.units] == [("A-01", 3)]
    assert dairy.stock() == {"bin": 4, "quarantine": 3, "tote": 2, "missing": 1}
    [late] = count([Count("HAM", MILK, 3, "A-01", "L1")], by="ewa")
    assert late.code == "lot-held"
    proven()
    release_lot([ReleaseLot(MILK, "L1", "fine")], by="ann")
    assert dairy.stock() == {"bin": 4, "doubt": 3, "tote": 2, "missing": 1}
    proven()
    [counted] = count([Count("HAM", MILK, 3, "A-01", "L1")], by="ewa")
    assert (counted.expected, counted.counted) == (3, 3) and dairy.stock() == {"bin": 7, "tote": 2, "missing": 1}
    proven()


def test_nothing_of_a_stopped_lot_is_carried_to_a_pick_face(dairy):
    Bin.objects.filter(code="A-01").update(role="reserve"), keep_faces([KeepFace("HAM", "A-02", MILK, 5, 9)], by="ann")
    [raised] = replenish([Replenish("HAM")], by="ann")
    [move] = raised.tasks
    assert (move.lot, move.quantity) == ("L1", 5)
    hold_lot([HoldLot(MILK, "L1", "smells")], by="ann")
    [told] = dairy.told("FaceReplenished")
    assert told.said() == "0 MILK lot L1 carried at HAM from A-01 to A-02, 5 not (smells)"
    assert carry([Carry(move.task, 5)], by="ann")[0].code == "task-closed"
    assert dairy.stock() == {"bin": 4, "quarantine": 6} and claimed() == 0
    proven()


def test_what_a_site_puts_back_of_a_stopped_lot_goes_to_quarantine(dairy):
    order = dairy.order((MILK, 3))
    picked(order)
    hold_lot([HoldLot(MILK, "L1", "smells")], by="ann")
    [asked] = cancel([Cancel(order, (CancelLine(1, 2),), fallback="let-go")], by="ann")
    [told] = answer_change([AnswerChange(asked.asked[-1].request, True)], by="ann")
    assert told.said() == "HAM stopped 2 units: 2 MILK put back to quarantine at A-01"
    assert dairy.stock() == {"bin": 4, "quarantine": 5, "tote": 1}
    proven()
    release_lot([ReleaseLot(MILK, "L1", "fine")], by="ann")
    assert dairy.stock() == {"bin": 9, "tote": 1}
    proven()


def test_tasks_for_a_held_lot_are_closed_and_raised_anew_from_other_lots(dairy):
    order = dairy.order((MILK, 3))
    [task] = released(order)
    [held] = hold_lot([HoldLot(MILK, "L1", "smells")], by="ann")
    [late] = pick([Pick(task.task, 3)], by="ann")
    assert late.code == "lot-held" and late.facts["lot"] == "L1"
    again = Task.objects.get(closed_at=None)
    assert (again.lot, again.to_pick, claimed()) == ("L2", 3, 3)
    assert [(h.order, h.place, h.site, h.quantity) for h in held.hits] == [(order, "task", "HAM", 3)]
    assert counters(order) == {"reserved": 3, "released": 6, "recalled": 3}
    assert [e.said() for e in dairy.told("UnitsStopped")] == ["Lot L1 of MILK held: 3 in a pick task"]
    proven()


def test_what_no_other_lot_covers_is_freed_and_finds_another_site(dairy):
    lej = dairy.site("LEJ", lanes={"DE": 2})
    receive([Receive(lej.code, MILK, 5, "A-01", lot="L9", expires_on=date(2027, 2, 1))], by="ann")
    first, second = dairy.order((MILK, 6)), dairy.order((MILK, 3))
    released(first)
    [recalled] = recall_lot([RecallLot(MILK, "L1", "glass")], by="ann")
    assert {(h.order, h.place) for h in recalled.hits} == {(first, "task"), (second, "freed"), (first, "freed")}
    assert dairy.free(dairy.milk, dairy.ham) == (4, 4) and dairy.free(dairy.milk, lej) == (5, 5)
    assert [(f.order, f.quantity) for f in dairy.told("UnitsFreed")] == [(second, 3), (first, 2)]
    assert Order.objects.get(pk=first[2:]).reserved - Order.objects.get(pk=first[2:]).freed == 6
    proven()


def test_what_is_in_tote_and_carton_stays_there_and_goes_no_further(dairy):
    tote, carton = dairy.order((MILK, 2)), dairy.order((MILK, 2))
    picked(tote)
    sscc = packed(carton).carton
    [held] = hold_lot([HoldLot(MILK, "L1", "smells")], by="ann")
    assert [(h.order, h.place, h.container, h.quantity) for h in held.hits] == [(tote, "tote", tote, 2), (carton, "carton", sscc, 2)]
    assert pack([Pack(tote)], by="ann")[0].code == "lot-held"
    [stays] = hand_over([HandOver(sscc, "UPS")], by="ann")
    assert stays.errors[0].code == "lot-held"
    release_lot([ReleaseLot(MILK, "L1", "fine")], by="ann")
    assert not isinstance(pack([Pack(tote)], by="ann")[0], Refused) and not isinstance(hand_over([HandOver(sscc, "UPS")], by="ann")[0], Refused)
    proven()


def test_a_recall_names_who_has_the_units(dairy):
    way, there = dairy.order((MILK, 2)), dairy.order((MILK, 3))
    for order in (way, there):
        hand_over([HandOver(packed(order).carton, "UPS")], by="ann")
    record_proof([RecordProof(Carton.objects.get(order_id=there[2:]).sscc, "UPS", receiver="dock")], by="ann")
    [recalled] = recall_lot([RecallLot(MILK, "L1", "glass")], by="ann")
    assert [(h.order, h.customer, h.place, h.quantity) for h in recalled.hits] == [(way, "REUTER", "in transit", 2), (there, "REUTER", "delivered", 3)]
    proven()


def test_units_of_a_stopped_lot_are_taken_out_and_others_are_picked(dairy):
    order = dairy.order((MILK, 3))
    sscc = packed(order).carton
    recall_lot([RecallLot(MILK, "L1", "glass")], by="ann")
    [out] = take_out([TakeOut(order, MILK, "L1", carton=sscc, reason="recalled")], by="ann")
    assert out.said() == f"3 MILK lot L1 taken out of carton {sscc} to quarantine: recalled"
    assert dairy.stock() == {"bin": 4, "quarantine": 6} and Carton.objects.get().opened_at is not None
    [task] = Task.objects.filter(closed_at=None)
    assert (task.lot, task.to_pick) == ("L2", 3)
    assert Order.objects.get().status == "allocated"
    assert hand_over([HandOver(sscc, "UPS")], by="ann")[0].code == "carton-opened"
    proven()
    pick([Pick(task.pk, 3)], by="ann")
    [new] = pack([Pack(order)], by="ann")
    assert not isinstance(hand_over([HandOver(new.carton, "UPS")], by="ann")[0], Refused)
    assert Order.objects.get().status == "shipped"
    proven()


def test_a_request_to_stop_stops_what_was_found_for_units_that_were_taken_out_meanwhile(dairy):
    """Asked for three; they were of a lot that was recalled, and three others are picked instead: those are stopped, and do not leave before the answer."""
    order = dairy.order((MILK, 3))
    picked(order)
    [asked] = cancel([Cancel(order, (CancelLine(1, 3),), fallback="let-go")], by="ann")[0].asked
    recall_lot([RecallLot(MILK, "L1", "glass")], by="ann")
    take_out([TakeOut(order, MILK, "L1", reason="recalled")], by="ann")
    [task] = Task.objects.filter(closed_at=None)
    pick([Pick(task.pk, 3)], by="ann")
    [carton] = pack([Pack(order)], by="ann")
    assert hand_over([HandOver(carton.carton, "UPS")], by="ann")[0].code == "change-asked"
    [told] = answer_change([AnswerChange(asked.request, True)], by="ann")
    assert told.units == 3 and told.opened == (carton.carton,) and Order.objects.get().status == "cancelled"
    proven()


def test_units_of_the_same_line_that_nobody_asked_to_stop_stay(dairy):
    """One of three is asked for; what others ask for, or nobody does, is not taken for it."""
    one, two, other = (Stop(7, 1, 1, 1, MILK, 1, 0), Stop(7, 2, 1, 1, MILK, 0, 3, 2), Stop(7, 3, 2, 2, MILK, 0, 3))
    assert [(s.allocation, s.quantity) for s in instead([one, two, other], {})] == [(1, 1), (2, 1)]
    assert [(s.allocation, s.quantity) for s in instead([one, two, other], {2: 1})] == [(1, 1)]
    assert [(s.allocation, s.quantity) for s in instead([replace(one, left=1), two], {})] == [(1, 1)]


def test_the_same_key_takes_out_and_recalls_once(dairy):
    order = dairy.order((MILK, 3))
    picked(order)
    first, second = (recall_lot([RecallLot(MILK, "L1", "glass")], by="ann", key="r") for _ in range(2))
    assert first == second
    out, again = (take_out([TakeOut(order, MILK, "L1", reason="glass")], by="ann", key="t") for _ in range(2))
    assert out == again and dairy.stock()["quarantine"] == 6
    assert take_out([TakeOut(order, MILK, "L1", reason="glass")], by="ann")[0].code == "not-in-tote"
    proven()


@pytest.mark.parametrize("ask, code", [
    (TakeOut("H-999", MILK, reason="x"), "order-unknown"),
    (TakeOut("H-1", MILK, "L1"), "reason-missing"),
    (TakeOut("H-1", MILK, "L1", carton="106141412345678908", reason="x"), "carton-unknown"),
    (TakeOut("H-1", MILK, "L1", quantity=4, reason="x"), "not-in-tote"),
    (TakeOut("H-1", MILK, "L2", reason="x"), "not-in-tote"),
])
def test_only_what_lies_there_is_taken_out(dairy, ask, code):
    order = dairy.order((MILK, 3))
    picked(order)
    [no] = take_out([replace(ask, order=order) if ask.order == "H-1" else ask], by="ann")
    assert no.code == code or no.errors[0].code == code


def test_what_arrives_or_turns_up_of_a_stopped_lot_is_not_sold(dairy):
    hold_lot([HoldLot(MILK, "L1", "smells")], by="ann")
    [came] = receive([Receive("HAM", MILK, 5, "A-01", lot="L1")], by="ann")
    assert came.stopped and dairy.free(dairy.milk, dairy.ham) == (4, 0)
    assert count([Count("HAM", MILK, 2, "A-01", lot="L1")], by="ann")[0].code == "lot-held"
    assert quarantine([Quarantine("HAM", MILK, 1, "A-02", lot="L1", release=True)], by="ann")[0].code == "lot-held"
    release_lot([ReleaseLot(MILK, "L1", "fine")], by="ann")
    assert dairy.stock() == {"bin": 15}
    proven()


def test_units_known_by_serial_go_one_by_one(given):
    given.item("PUMP", tracking="serial"), given.site()
    given.customer()
    receive([Receive("HAM", "PUMP", 4, "A-01", lot="B7", serials=("S1", "S2", "S3", "S4"))], by="ann")
    order = given.order(("PUMP", 2))
    [task] = released(order)
    pick([Pick(task.task, 2, serials=("S1", "S2"))], by="ann")
    recall_lot([RecallLot("PUMP", "B7", "leaks")], by="ann")
    assert set(Serial.objects.values_list("code", "account__kind")) == {("S1", "tote"), ("S2", "tote"), ("S3", "quarantine"), ("S4", "quarantine")}
    [one] = take_out([TakeOut(order, "PUMP", "B7", serials=("S2",), reason="leaks")], by="ann")
    assert one.serials == ("S2",) and Serial.objects.get(code="S2").account.kind == "quarantine"
    take_out([TakeOut(order, "PUMP", "B7", reason="leaks")], by="ann")
    assert given.stock() == {"quarantine": 4} and Lot.objects.get().status == "recalled"
    proven()


def test_a_preview_names_the_orders_and_changes_nothing(dairy):
    order = dairy.order((MILK, 3))
    released(order)
    [would] = hold_lot([HoldLot(MILK, "L1", "smells")], by="ann", dry_run=True)
    assert [h.order for h in would.hits] == [order] and dairy.stock() == {"bin": 10} and Lot.objects.get(code="L1").status == "released"


def test_a_release_waits_for_no_stopped_lot(dairy):
    hold_lot([HoldLot(MILK, "L2", "smells"), HoldLot(MILK, "L1", "smells")], by="ann")
    order = dairy.order((MILK, 1))
    assert release([Release(order)], by="ann")[0].code == "nothing-to-release"
