"""Counting: the difference is a movement, and what was promised of it gives way."""

from itertools import pairwise

import pytest

from hanse.edge import verify
from hanse.fulfilment.models import Task
from hanse.fulfilment.tests.floor import released
from hanse.inventory import models
from hanse.inventory.count import Count, broken, count, losses
from hanse.inventory.events import BinCounted
from hanse.inventory.holdings import Holdings
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Movement, MoveTask, Serial
from hanse.inventory.receive import Receive, receive
from hanse.inventory.replenish import Replenish, replenish
from hanse.journal.principals import HANSE
from hanse.kernel.refused import Refused
from hanse.network.models import Bin
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from tests.test_races import at_once


def test_a_count_while_goods_arrive(given):
    """Scenario S12: expected is what is there when the count is booked; 3 counted stay 3."""
    p1, p2, site = given.item("P1"), given.item("P2"), given.site()
    given.stocked(p1, site, 1)
    given.stocked(p2, site, 2500)
    receive([Receive(site.code, "P1", 1), Receive(site.code, "P2", 1300)], by="ann")
    before = Movement.objects.count()
    first, second = count([Count(site.code, "P1", 3, "A-01"), Count(site.code, "P2", 3800, "A-01")], by="ann")
    assert (first.expected, first.counted) == (2, 3) and (second.expected, second.counted) == (3800, 3800)
    [found] = Movement.objects.order_by("id")[before:]
    assert (found.item, found.quantity, found.source.kind, found.target.kind) == (p1, 1, "missing", "bin")
    assert given.free(p1, site) == (3, 0)
    count([Count(site.code, "P1", 0, "A-01"), Count(site.code, "P2", 0, "A-01")], by="ann")
    assert given.free(p1, site) == given.free(p2, site) == (0, 0)
    assert given.stock() == {"missing": 2 + 3800}
    assert models.Count.objects.count() == 4


@pytest.mark.parametrize("counted, claimed, on_hand, reserved, gives_way", [
    ([8], 0, 10, 8, []),
    ([7], 0, 10, 8, [(3, 0)]),
    ([7], 8, 10, 10, [(3, 1)]),
    ([7, 9], 8, 10, 9, []),
    ([12], 0, 10, 10, []),
])
def test_a_count_breaks_promises_only_where_less_is_left_than_was_promised(counted, claimed, on_hand, reserved, gives_way):
    held = Holdings({(1, 3, ""): (on_hand, claimed)}, {(1, 2): (on_hand, reserved)})
    lies = [on_hand, *counted]
    told = [BinCounted("A", 1, "HAM", 2, "A-01", was, now) for was, now in pairwise(lies)]
    assert [(x.gone, x.over) for x in broken(losses(told, {("bin", 2, "A-01"): 3}, held), held)] == gives_way


def test_a_count_tells_the_truth_and_the_last_in_the_queue_gives_way(given):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 10)
    first, last = given.order((item.sku, 5)), given.order((item.sku, 3))
    [counted] = count([Count(site.code, item.sku, 6, "A-01", reason="broken")], by="ann")
    assert counted.said() == "6 BRG-6204 counted in A-01 at HAM, 4 less than expected"
    assert given.free(item, site) == (6, 6) and Movement.objects.order_by("-id")[0].reason == "broken"
    assert [f.said() for f in given.told("UnitsFreed")] == ["2 BRG-6204 freed at HAM: counted short"]
    assert [Order.objects.get(pk=int(o[2:])).status for o in (first, last)] == ["allocated", "part-allocated"]
    assert proven()


def test_tasks_that_claim_what_is_not_there_go_to_another_bin_and_other_sites_supply_the_rest(given):
    item, ham, ber = given.item(), given.site(), given.site("BER")
    given.customer()
    given.stocked(item, ham, 6), given.stocked(item, ham, 3, "A-02")
    order = given.order((item.sku, 6))
    [task] = released(order)
    assert task.bin == "A-01"
    other = given.order((item.sku, 3))
    given.stocked(item, ber, 4)
    count([Count(ham.code, item.sku, 1, "A-01")], by="ann")
    open_tasks = Task.objects.filter(closed_at=None).values_list("bin__code", "to_pick", "withdrawn")
    assert sorted(open_tasks) == [("A-01", 6, 5), ("A-02", 3, 0)], "one unit is left to take there, three are in the other bin"
    assert given.free(item, ham) == (4, 4) and given.free(item, ber) == (4, 4)
    assert [Order.objects.get(pk=int(o[2:])).status for o in (order, other)] == ["allocated", "part-allocated"]
    assert proven()


def test_what_was_to_be_carried_to_a_pick_face_gives_way_first(given):
    item, site = given.item(), given.site()
    Bin.objects.create(site=site, code="R-01", role="reserve", walk=9)
    keep_faces([KeepFace("HAM", "A-01", item.sku, 1, 8)], by="ann")
    given.stocked(item, site, 9, "R-01")
    replenish([Replenish("HAM")], by="ann")
    assert MoveTask.objects.get().closed_at is None
    [counted] = count([Count("HAM", item.sku, 2, "R-01")], by="ann")
    assert counted.counted == 2 and MoveTask.objects.get().closed_at is not None and given.free(item, site) == (2, 0)
    assert proven()


def proven() -> bool:
    """Nothing is found by `hanse verify`."""
    return [r.findings for r in verify.run() if r.findings] == []


def test_an_empty_bin_may_be_counted_and_something_found(given):
    item, site = given.item(), given.site()
    empty, found = count([Count(site.code, item.sku, 0, "A-01"), Count(site.code, item.sku, 2, "A-01")], by="ann")
    assert (empty.expected, found.expected) == (0, 0) and given.free(item, site) == (2, 0)


def test_serials_are_counted_one_by_one(given):
    item, site = given.item("PHONE", tracking="serial"), given.site()
    receive([Receive(site.code, "PHONE", 3, serials=("S1", "S2", "S3"))], by="ann")
    [counted] = count([Count(site.code, "PHONE", 3, "A-01", serials=("S1", "S2", "S9"))], by="ann")
    assert (counted.found, counted.lost) == (("S9",), ("S3",))
    assert dict(Serial.objects.filter(item=item).values_list("code", "account__kind")) == {"S1": "bin", "S2": "bin", "S3": "missing", "S9": "bin"}
    [again] = count([Count(site.code, "PHONE", 4, "A-01", serials=("S1", "S2", "S3", "S9"))], by="ann")
    assert again.found == ("S3",) and given.free(item, site) == (4, 0)


def test_the_same_key_counts_once(given):
    item, site = given.item(), given.site()
    first = count([Count(site.code, item.sku, 2, "A-01")], by="ann", key="k")
    assert count([Count(site.code, item.sku, 2, "A-01")], by="ann", key="k") == first
    assert models.Count.objects.count() == 1


def test_a_count_and_reservations_at_once_never_oversell(lasting):
    """Counting below what is reserved races with reserving: the count stands, and who came last waits."""
    item, site = lasting.item(), lasting.site()
    lasting.customer()
    receive([Receive(site.code, item.sku, 10, "A-01")], by="ann")

    def reserved() -> None:
        [placed] = place([Place("REUTER", (PlaceLine(item.sku, 3),))], by=HANSE)
        assert not isinstance(placed, Refused)

    def counted() -> None:
        [told] = count([Count(site.code, item.sku, 5, "A-01")], by=HANSE)
        assert told.counted == 5

    at_once([counted, reserved] * 4)
    assert lasting.free(item, site) == (5, 5) and proven()
