"""In doubt: what a bin was found short of is not promised until somebody else has counted it."""

import pytest

from hanse.catalogue.models import Item
from hanse.edge import verify
from hanse.fulfilment.events import OrderReleased
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.tests.floor import released
from hanse.inventory.count import Count, count
from hanse.inventory.in_doubt import Left, unpromised
from hanse.inventory.models import Balance, CountTask, Serial
from hanse.inventory.receive import Receive, receive
from hanse.network.models import Site
from hanse.orders.place import Place, PlaceLine, place


def left(unclaimed, unpromised_there, claimed=0, by_serial=False, bin=1):
    return Left(bin, f"A-{bin}", 1, "X", "", 1, "HAM", "UTC", by_serial, claimed, unclaimed, unpromised_there)


@pytest.mark.parametrize("bins, taken", [
    ([left(8, 8)], [8]),
    ([left(8, 3)], [3]),
    ([left(2, 9, claimed=4)], [2]),
    ([left(5, 6), left(5, 6, bin=2)], [5, 1]),
    ([left(2, 9, claimed=1, by_serial=True)], [0]),
    ([left(2, 9, by_serial=True)], [2]),
])
def test_what_nobody_was_promised_leaves_the_stock(bins, taken):
    assert unpromised(bins) == taken


def clean():
    return [(r.name, r.findings) for r in verify.run() if r.findings] == []


@pytest.fixture
def short(given):
    """20 in A-01; an order of 5 finds 3 there."""
    given.user("tomasz", "warehouse"), given.user("ewa", "warehouse")
    item, site = given.item(), given.site()
    given.customer(), given.stocked(item, site, 20)
    [task] = released(given.order((item.sku, 5)))
    pick([Pick(task.task, 3, "bin empty")], by="tomasz")
    return given


def test_a_short_pick_lowers_what_can_be_promised_before_anything_else_is_published(short):
    """Peers 1d: unshipped backorder demand from a short pick that was missing from ATP."""
    item, site = Item.objects.get(), Site.objects.get()
    assert short.free(item, site) == (0, 0)
    assert short.stock() == {"tote": 3, "missing": 2, "doubt": 15}
    kinds = [e for e in ("UnitsPicked", "StockInDoubt", "UnitsAllocated") if short.told(e)]
    assert kinds == ["UnitsPicked", "StockInDoubt", "UnitsAllocated"]
    [fact] = short.told("StockInDoubt")
    assert fact.said() == "A-01 at HAM is in doubt: 15 BRG-6204 not promised until counted"
    [no] = place([Place("REUTER", (PlaceLine("BRG-6204", 1),), reserve="or_refuse")], by="ann")
    assert no.code == "stock-short" and clean()


def test_who_found_the_bin_short_does_not_count_it_and_the_count_brings_back_what_is_there(short):
    item, site = Item.objects.get(), Site.objects.get()
    [no] = count([Count("HAM", "BRG-6204", 15, "A-01")], by="tomasz")
    assert no.said() == "You counted BRG-6204 in A-01, or found it short there: somebody else counts it now."
    [told] = count([Count("HAM", "BRG-6204", 12, "A-01")], by="ewa")
    assert (told.expected, told.counted, told.doubted) == (15, 12, 15)
    assert short.free(item, site) == (12, 0) and short.stock() == {"bin": 12, "tote": 3, "missing": 5}
    assert not CountTask.objects.filter(closed_at=None).exists() and not Balance.objects.filter(in_doubt=True).exists()
    assert clean()


def test_an_empty_bin_in_doubt_is_counted_to_nothing(short):
    [told] = count([Count("HAM", "BRG-6204", 0, "A-01")], by="ewa")
    assert told.counted == 0 and short.stock() == {"tote": 3, "missing": 17} and clean()


def test_no_new_task_is_raised_on_a_bin_in_doubt_though_its_units_stay_promised(given):
    item, site = given.item(), given.site()
    given.user("ewa", "warehouse"), given.customer(), given.stocked(item, site, 12)
    first, second = given.order((item.sku, 5)), given.order((item.sku, 4))
    [task] = released(first)
    pick([Pick(task.task, 4, "bin empty")], by="ann")
    assert given.free(item, site) == (4, 4)
    [no] = release([Release(second)], by="ann")
    assert no.code == "bins-short" and clean()
    count([Count("HAM", item.sku, 7, "A-01")], by="ewa")
    [told] = release([Release(second)], by="ann")
    assert isinstance(told, OrderReleased) and clean()


def test_a_bin_is_never_sent_to_again_and_again_beyond_its_stock(given):
    """Peers 2d: the same bin picked again and again beyond its stock."""
    item, site = given.item(), given.site()
    given.customer(), given.stocked(item, site, 10)
    orders = [given.order((item.sku, 4)) for _ in range(3)]
    [first] = released(orders[0])
    [second] = released(orders[1])
    pick([Pick(first.task, 1, "bin empty")], by="ann")
    assert release([Release(orders[2])], by="ann")[0].code == "bins-short"
    pick([Pick(second.task, 0, "bin empty")], by="ann")
    assert not given.told("OrderReleased")[2:], "no order is sent to the bin before it is counted"
    assert clean()


def test_serials_go_into_doubt_and_come_back_by_name(given):
    given.item("PHONE", tracking="serial"), given.site()
    given.user("ewa", "warehouse"), given.customer()
    receive([Receive("HAM", "PHONE", 4, "A-01", serials=("S1", "S2", "S3", "S4"))], by="ann")
    [task] = released(given.order(("PHONE", 2)))
    pick([Pick(task.task, 2, serials=("S1", "S2"))], by="ann")
    [task] = released(given.order(("PHONE", 1)))
    pick([Pick(task.task, 0, "not there")], by="ann")
    assert set(Serial.objects.filter(account__kind="doubt").values_list("code", flat=True)) <= {"S3", "S4"}
    count([Count("HAM", "PHONE", 2, "A-01", serials=("S3", "S4"))], by="ewa")
    assert set(Serial.objects.filter(account__kind="bin").values_list("code", flat=True)) == {"S3", "S4"} and clean()
