"""Replenishment: pick faces are filled from reserve by least and most, and on demand when orders wait for them."""

from datetime import date

import pytest

from hanse.catalogue.models import Pack
from hanse.edge import verify
from hanse.fulfilment import jobs
from hanse.fulfilment.events import OrderReleased
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.tests.floor import claimed, released
from hanse.inventory.carry import Carry, carry
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Face, MoveTask, Serial
from hanse.inventory.move import Move, move
from hanse.inventory.receive import Receive, receive
from hanse.inventory.refilling import FaceNow, Reserve, refills
from hanse.inventory.replenish import Replenish, replenish
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel.refused import Refused
from hanse.network.models import Bin

assert jobs
SOON, LATER = date(2027, 1, 1), date(2027, 6, 1)


def face(free, coming=0, least=60, most=150, bin=1, pack=0):
    return FaceNow(1, bin, f"F-{bin}", 1, "X", least, most, free, coming, pack)


def reserve(bin, free, expires_on=None):
    return Reserve(1, bin, f"R-{bin}", 1, "", free, expires_on)


def carried(faces, reserves, missing=0):
    return [(r.reserve.bin, r.face.bin, r.quantity) for r in refills(faces, reserves, {(1, 1): missing})]


@pytest.mark.parametrize("faces, reserves, missing, told", [
    ([face(40)], [reserve(7, 500)], 0, [(7, 1, 110)]),                      # domain §6 (s, S): IP 40 → 110
    ([face(61)], [reserve(7, 500)], 0, []),                                 # IP 61 → 0
    ([face(60)], [reserve(7, 500)], 0, [(7, 1, 90)]),
    ([face(10, coming=60)], [reserve(7, 500)], 0, []),                      # what is on its way counts
    ([face(100)], [reserve(7, 500)], 20, [(7, 1, 50)]),                     # orders wait: filled up though above its least
    ([face(100, coming=20)], [reserve(7, 500)], 20, []),                    # what they wait for is on its way
    ([face(0)], [reserve(7, 50, LATER), reserve(8, 50, SOON)], 0, [(8, 1, 50), (7, 1, 50)]),
    ([face(0)], [reserve(7, 50), reserve(8, 150)], 0, [(8, 1, 150)]),       # the fullest first
    ([face(40, pack=24)], [reserve(7, 500)], 0, [(7, 1, 96)]),              # whole packs
    ([face(140, least=145, pack=24)], [reserve(7, 500)], 0, [(7, 1, 10)]),  # none fits: units
    ([face(40)], [], 0, []),
    ([face(40), face(0, bin=2)], [reserve(7, 200)], 0, [(7, 2, 150), (7, 1, 50)]),
])
def test_a_face_at_its_least_is_filled_up_to_its_most(faces, reserves, missing, told):
    assert carried(faces, reserves, missing) == told


def clean():
    return [(r.name, r.findings) for r in verify.run() if r.findings] == []


def facing(given):
    """A face A-01 for 2 to 10 with 1 in it, 30 in reserve R-01."""
    item, site = given.item(), given.site()
    given.customer()
    Bin.objects.create(site=site, code="R-01", walk=9, role="reserve")
    given.stocked(item, site, 1), given.stocked(item, site, 30, bin="R-01")
    [kept] = keep_faces([KeepFace("HAM", "A-01", item.sku, 2, 10)], by="ann")
    assert kept.said() == "A-01 at HAM is a pick face of BRG-6204: from 2 filled up to 10"
    return given


@pytest.fixture
def faced(given):
    return facing(given)


def test_filling_a_face_claims_the_units_until_they_are_carried(faced):
    [told] = replenish([Replenish("HAM")], by="ann")
    [task] = told.tasks
    assert (task.from_bin, task.to_bin, task.quantity, claimed()) == ("R-01", "A-01", 9, 9)
    assert move([Move("HAM", "BRG-6204", 22, "A-01", "R-01")], by="ann")[0].code == "bin-short"
    assert replenish([Replenish("HAM")], by="ann")[0].code == "nothing-to-replenish"
    [wrong] = carry([Carry(task.task, 9, scanned_from="R-02", scanned_item="X", scanned_to="A-02")], by="ann")
    assert [f.pointer for f in wrong.errors] == ["#/scanned_from", "#/scanned_to", "#/scanned_item"] and claimed() == 9
    [done] = carry([Carry(task.task, 9, scanned_from="r-01", scanned_item="BRG-6204", scanned_to="A-01")], by="ann", key="k")
    assert done.said() == "9 BRG-6204 carried at HAM from R-01 to A-01" and claimed() == 0
    assert carry([Carry(task.task, 9, scanned_from="r-01", scanned_item="BRG-6204", scanned_to="A-01")], by="ann", key="k") == [done]
    assert carry([Carry(task.task, 9)], by="ann")[0].code == "task-closed" and clean()


def test_carrying_less_needs_a_reason_and_gives_the_rest_back(faced):
    [task] = replenish([Replenish("HAM")], by="ann")[0].tasks
    few, many = carry([Carry(task.task, 4), Carry(task.task, 10)], by="ann")
    assert (few.code, many.code) == ("reason-missing", "taken-out-of-range")
    [told] = carry([Carry(task.task, 4, "face is full")], by="ann")
    assert told.said().endswith("5 not (face is full)") and claimed() == 0 and clean()


def test_a_reserve_that_was_short_is_in_doubt(faced):
    [task] = replenish([Replenish("HAM")], by="ann")[0].tasks
    carry([Carry(task.task, 4, "not there", not_there=True)], by="ann")
    assert faced.stock() == {"bin": 5, "doubt": 26} and clean()
    assert replenish([Replenish("HAM")], by="ann")[0].code == "nothing-to-replenish"


def test_an_order_that_finds_its_face_short_waits_for_it_and_is_released_when_it_is_filled(lasting):
    faced = facing(lasting)
    order = faced.order(("BRG-6204", 6))
    [told] = release([Release(order)], by="ann")
    assert isinstance(told, OrderReleased) and ([t.quantity for t in told.tasks], told.waiting) == ([1], 5)
    [task] = MoveTask.objects.all()
    assert (task.urgent, task.orders, task.quantity) == (True, [order], 10)
    carry([Carry(task.pk, 10)], by="ann")
    follow(FOLLOWERS["fulfilment: release what waited"])
    assert [t.quantity for t in faced.told("OrderReleased")[-1].tasks] == [5]


def test_an_order_that_only_waits_is_answered_once_and_makes_what_is_on_its_way_urgent(lasting):
    faced = facing(lasting)
    move([Move("HAM", "BRG-6204", 1, "R-01", "A-01")], by="ann")
    [task] = replenish([Replenish("HAM")], by="ann")[0].tasks
    first = faced.order(("BRG-6204", 3))
    [told] = release([Release(first)], by="ann")
    assert told.tasks == () and told.said() == "3 units wait for their pick face to be filled"
    assert MoveTask.objects.get().orders == [first] and MoveTask.objects.get().urgent
    [told] = release([Release(first)], by="ann")
    assert told.code == "bins-short", "nothing new comes of asking again"
    carry([Carry(task.task, 10)], by="ann")
    follow(FOLLOWERS["fulfilment: release what waited"])
    assert [(t.bin, t.quantity) for t in faced.told("OrderReleased")[-1].tasks] == [("A-01", 3)]


def test_whole_packs_come_from_reserve_when_the_face_does_not_cover_the_need(faced):
    Pack.objects.create(item_id=Face.objects.get().item_id, name="case", factor=6)
    assert {(t.bin, t.quantity) for t in released(faced.order(("BRG-6204", 13)))} == {("R-01", 12), ("A-01", 1)}


def test_an_item_without_a_pick_face_is_picked_wherever_it_lies(given):
    item, site = given.item(), given.site()
    given.customer()
    Bin.objects.create(site=site, code="R-01", walk=1, role="reserve")
    given.stocked(item, site, 3, bin="R-01"), given.stocked(item, site, 2)
    assert [(t.bin, t.quantity) for t in released(given.order((item.sku, 5)))] == [("A-01", 2), ("R-01", 3)]


def test_serials_are_carried_by_name(given):
    given.item("PHONE", tracking="serial")
    site = given.site()
    Bin.objects.create(site=site, code="R-01", role="bulk")
    receive([Receive("HAM", "PHONE", 2, "R-01", serials=("S1", "S2"))], by="ann")
    keep_faces([KeepFace("HAM", "A-01", "PHONE", 0, 2)], by="ann")
    [task] = replenish([Replenish("HAM", "PHONE")], by="ann")[0].tasks
    none, other = carry([Carry(task.task, 2), Carry(task.task, 2, serials=("S1", "S9"))], by="ann")
    assert (none.code, other.code) == ("serials-missing", "serial-elsewhere")
    carry([Carry(task.task, 2, serials=("S1", "S2"))], by="ann")
    assert set(Serial.objects.values_list("account__code", flat=True)) == {"A-01"} and clean()


def test_faces_are_kept_changed_and_taken_away(faced):
    unknown, upside, gone, again = keep_faces([
        KeepFace("HAM", "X-99", "BRG-6204", 1, 2), KeepFace("HAM", "A-01", "BRG-6204", 5, 5),
        KeepFace("HAM", "A-01", "BRG-6204", gone=True), KeepFace("HAM", "A-01", "BRG-6204", gone=True)], by="ann")
    assert [a.code for a in (unknown, upside, again) if isinstance(a, Refused)] == ["bin-unknown", "out-of-range", "face-unknown"]
    assert gone.said() == "A-01 at HAM is no pick face of BRG-6204 any more" and not Face.objects.exists()


def test_what_is_asked_of_unknown_things_is_refused(faced):
    codes = [a.code for a in replenish([Replenish("XXX"), Replenish("HAM", "NONE")], by="ann")] + [carry([Carry(999, 1)], by="ann")[0].code]
    assert codes == ["site-unknown", "sku-unknown", "move-task-unknown"]
