"""Pick: a task is answered once; what was not there goes missing and finds another way."""

import pytest
from django.db import connection

from hanse.fulfilment.over_picking import Room
from hanse.fulfilment.pick import Pick, Task, decide, pick
from hanse.fulfilment.scan import Scan, record_scans
from hanse.inventory.models import Account, Serial
from hanse.network.models import Bin

from .floor import claimed, counters, released

TASK = Task(1, 7, 3, 1, 9, 5, "BRG-6204", "04006381333931", "none", 2, "HAM", 21, "A-01", 31, "H-7", "", 5, False, 5)


def in_words(answer):
    return answer.said() if hasattr(answer, "task") else answer.detail


@pytest.mark.parametrize("asks, told", [
    ([Pick(1, 3, "bin empty")], ["3 BRG-6204 taken from A-01, 2 short (bin empty)"]),
    ([Pick(1, 3)], ["Say why."]),
    ([Pick(1, 6)], ["Between 0 and 5 can be taken; 6 were."]),
    ([Pick(1, 5), Pick(1, 5)], ["5 BRG-6204 taken from A-01", "This task is closed."]),
    ([Pick(2, 5)], ["There is no pick task 2."]),
    ([Pick(1, 5, scanned_item="BRG-6205")], ["BRG-6205 was scanned, BRG-6204 is wanted. Put it back. Nothing was booked."]),
    ([Pick(1, 5, scanned_item="4006381333931")], ["5 BRG-6204 taken from A-01"]),
    ([Pick(1, 5, scanned_item="]C10104006381333931", scanned_bin="a-01")], ["5 BRG-6204 taken from A-01"]),
    ([Pick(1, 5, scanned_bin="A-02")], ["A-02 was scanned, A-01 is wanted. Put it back. Nothing was booked."]),
    ([Pick(1, 5, scanned_tote="h-7")], ["5 BRG-6204 taken from A-01"]),
    ([Pick(1, 5, scanned_tote="H-8")], ["H-8 was scanned, H-7 is wanted. Put it back. Nothing was booked."]),
    ([Pick(1, 5, tote="C-3", scanned_tote="C-3")], ["5 BRG-6204 taken from A-01"]),
    ([Pick(1, 5, serials=("S1",))], ["BRG-6204 carries no serials."]),
])
def test_a_task_is_answered_once_and_a_short_pick_says_why(asks, told):
    assert [in_words(answer) for answer in decide(asks, {1: TASK}, {}, Room())] == told


@pytest.mark.parametrize("asks, told", [
    ([Pick(1, 5)], ["3 of 5 are still wanted. Take 3."]),
    ([Pick(1, 3)], [(3, 0, 2)]),
    ([Pick(1, 1, "gone")], [(1, 2, 2)]),
    ([Pick(1, 1, "gone"), Pick(2, 0)], [(1, 2, 2), (0, 0, 4)]),
])
def test_what_was_cancelled_meanwhile_is_no_longer_wanted(asks, told):
    fields = {f: getattr(TASK, f) for f in Task.__slots__}
    tasks = {1: Task(**fields | {"wanted": 3}), 2: Task(**fields | {"id": 2, "to_pick": 4, "wanted": 3})}
    assert [(a.taken, a.short, a.withdrawn) if hasattr(a, "taken") else a.detail for a in decide(asks, tasks, {}, Room())] == told


def test_a_short_pick_takes_what_is_there_and_books_the_rest_missing(given):
    given.customer(), given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    [task] = released(order)
    [told] = pick([Pick(task.task, 3, "bin empty")], by="ann")
    assert given.stock() == {"tote": 3, "missing": 2}
    assert (told.taken, told.short) == (3, 2)
    assert counters(order) == {"reserved": 5, "freed": 2, "released": 5, "recalled": 2, "picked": 3}
    assert claimed() == 0
    assert given.told("UnitsPicked") == [told]
    [found] = given.told("UnitsAllocated")[1:]
    assert [w.quantity for w in found.waiting] == [2]


def test_units_that_were_short_come_from_another_bin_at_once(given):
    item, site = given.item(), given.site()
    given.customer(), given.stocked(item, site, 5)
    Bin.objects.create(site=site, code="B-01", walk=2)
    given.stocked(item, site, 4, bin="B-01")
    order = given.order((item.sku, 5))
    [task] = released(order)
    pick([Pick(task.task, 3, "bin empty")], by="ann")
    new = given.told("OrderReleased")[-1].tasks
    assert [(t.bin, t.quantity) for t in new] == [("B-01", 2)]
    pick([Pick(new[0].task, 2)], by="ann")
    assert given.stock() == {"bin": 2, "tote": 5, "missing": 2}
    assert given.free(item, site) == (2, 0)


def test_units_that_were_short_come_from_another_site(given):
    item, ham = given.item(), given.site()
    given.customer(), given.stocked(item, ham, 5)
    order = given.order((item.sku, 5))
    given.stocked(item, given.site("LEJ", lanes={"DE": 2}), 9)
    [task] = released(order)
    pick([Pick(task.task, 1, "bin empty")], by="ann")
    [unit] = given.told("UnitsAllocated")[-1].units
    assert (unit.site, unit.quantity) == ("LEJ", 4)
    assert [t.site for t in released(order)] == ["LEJ"]


def test_serials_are_named_and_move_with_their_units(given):
    item, site = given.item(tracking="serial"), given.site()
    given.customer(), given.stocked(item, site, 2)
    for code in ("S1", "S2"):
        Serial.objects.create(item=item, code=code, account=Account.objects.get(kind="bin"))
    [task] = released(given.order((item.sku, 2)))
    [few] = pick([Pick(task.task, 2, serials=("S1",))], by="ann")
    [other] = pick([Pick(task.task, 2, serials=("S1", "S9"))], by="ann")
    assert (few.code, other.code) == ("serials-missing", "serial-elsewhere")
    [told] = pick([Pick(task.task, 2, serials=("S1", "S2"), tote="T-7")], by="ann")
    assert set(Serial.objects.values_list("account__kind", "account__code")) == {("tote", "T-7")}
    assert told.tote == "T-7"


def test_every_scan_is_kept_the_wrong_ones_too(given):
    given.customer(), given.stocked(given.item(), given.site(), 5)
    [task] = released(given.order(("BRG-6204", 5)))
    wrong, right, unknown = record_scans([Scan(task.task, "BRG-6205"), Scan(task.task, "a-01", "bin"), Scan(999, "x")], by="ann")
    assert (wrong.right, right.right, unknown.code) == (False, True, "task-unknown")
    pick([Pick(task.task, 5, scanned_item="BRG-6204")], by="ann")
    with connection.cursor() as cursor:
        cursor.execute('SELECT read, "right" FROM fulfilment_scan ORDER BY id')
        assert cursor.fetchall() == [("BRG-6205", False), ("a-01", True), ("BRG-6204", True)]


def test_the_same_key_twice_picks_once(given):
    given.customer(), given.stocked(given.item(), given.site(), 5)
    [task] = released(given.order(("BRG-6204", 5)))
    first, second = (pick([Pick(task.task, 5)], by="ann", key="k") for _ in range(2))
    assert first == second and given.stock() == {"tote": 5}
