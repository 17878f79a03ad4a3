"""Cycle counts: by plan (ABC), when a bin was picked empty, blind, and again by somebody else where it is off."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hanse.catalogue.models import Item
from hanse.edge import verify
from hanse.fulfilment import jobs
from hanse.fulfilment.tests.floor import picked
from hanse.inventory.abc_classes import Plan, Record, classes, due
from hanse.inventory.count import Count, count
from hanse.inventory.count_by_plan import CountByPlan, count_by_plan
from hanse.inventory.keep_count_plans import KeepCountPlan, keep_count_plans
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Account, CountTask
from hanse.inventory.models import Count as Counted
from hanse.inventory.raise_counts import RaiseCount, raise_counts
from hanse.inventory.stock_work import accuracy
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel import clock
from hanse.network.models import Site

assert jobs
TODAY = date(2026, 11, 16)
PLAN = Plan(TODAY, 80, 95, 30, 90, 365, 2, 10, 50)


def test_the_items_that_make_most_of_the_value_are_a():
    values = {1: Decimal(700), 2: Decimal(150), 3: Decimal(100), 4: Decimal(50), 5: Decimal(0)}
    assert classes(values, PLAN) == {1: "A", 2: "A", 3: "B", 4: "C", 5: "C"}
    assert classes({1: Decimal(0)}, PLAN) == {1: "C"} and classes({}, PLAN) == {}


def record(n, ago=None, **fields):
    return Record(n, f"A-{n:03}", 1, "X", "", None if ago is None else TODAY - timedelta(days=ago), **fields)


@pytest.mark.parametrize("records, bins", [
    ([record(n) for n in range(60)], ["A-000", "A-001"]),                                       # 60 in 30 days: 2 a day
    ([record(0, 40), record(1, 50), record(2)], ["A-002"]),                                     # never counted comes first
    ([record(0, 40), record(1, 50)], ["A-001"]),                                                # then what waited longest
    ([record(0, 29), record(1, 30)], ["A-001"]),                                                # counted within its days: not yet
    ([record(0, open=True, raised_today=True), record(1)], []),                                 # today's share is raised
    ([record(0, 40, open=True), record(1, 31)], ["A-001"]),
    ([], []),
])
def test_each_day_counts_what_it_takes_to_get_round_in_the_days_of_the_class(records, bins):
    assert [r.bin_code for r, _ in due(records, {1: "A"}, PLAN, TODAY)] == bins


def test_an_item_that_did_not_move_is_c():
    assert [abc for _, abc in due([record(0)], {}, PLAN, TODAY)] == ["C"]


def test_a_year_of_days_counts_every_record_as_often_as_its_class_asks():
    last: dict[int, date] = {}
    times = dict.fromkeys(range(45), 0)
    for day in range(360):
        on = TODAY + timedelta(days=day)
        for r, _ in due([Record(n, f"A-{n:03}", 1, "X", "", last.get(n)) for n in times], {1: "A"}, PLAN, on):
            times[r.bin], last[r.bin] = times[r.bin] + 1, on
    assert {*times.values()} <= {11, 12}


def planning(given):
    given.user("tomasz", "warehouse"), given.user("ewa", "warehouse")
    item, site = given.item(), given.site()
    given.customer(), given.stocked(item, site, 1000)
    keep_count_plans([KeepCountPlan("HAM", clock.now().date(), a_permille=20, c_permille=20)], by="ann")
    return given


@pytest.fixture
def planned(given):
    return planning(given)


def clean():
    return [(r.name, r.findings) for r in verify.run() if r.findings] == []


def test_a_plan_raises_its_counts_once_a_day(planned):
    [told] = count_by_plan([CountByPlan("HAM")], by="ann", key="k")
    assert told.said().startswith("1 counts raised at HAM by the plan of ") and told.said().endswith("1 C")
    assert count_by_plan([CountByPlan("HAM")], by="ann", key="k") == [told]
    assert count_by_plan([CountByPlan("HAM")], by="ann")[0].code == "nothing-to-count"
    unknown, none = count_by_plan([CountByPlan("XXX"), CountByPlan(planned.site("LEJ").code)], by="ann")
    assert (unknown.code, none.code) == ("site-unknown", "no-count-plan")


def test_what_was_picked_makes_an_item_a(planned):
    picked(planned.order(("BRG-6204", 5)))
    [told] = count_by_plan([CountByPlan("HAM")], by="ann")
    assert [t.abc for t in told.tasks] == ["A"]


def test_off_by_no_more_than_allowed_is_booked(planned):
    count_by_plan([CountByPlan("HAM")], by="ann")
    [told] = count([Count("HAM", "BRG-6204", 980, "A-01")], by="tomasz")
    assert (told.expected, told.counted, told.allowed) == (1000, 980, 20) and planned.stock() == {"bin": 980, "missing": 20} and clean()


def test_off_by_more_than_allowed_somebody_else_counts_again_and_that_is_booked(planned):
    count_by_plan([CountByPlan("HAM")], by="ann")
    [again] = count([Count("HAM", "BRG-6204", 979, "A-01")], by="tomasz", key="k")
    assert again.said() == "979 BRG-6204 counted in A-01 at HAM: off by more than allowed, somebody else counts again"
    assert count([Count("HAM", "BRG-6204", 979, "A-01")], by="tomasz", key="k") == [again]
    assert planned.stock() == {"bin": 1000} and not Counted.objects.exists()
    assert count([Count("HAM", "BRG-6204", 979, "A-01")], by="tomasz")[0].code == "count-by-another"
    [told] = count([Count("HAM", "BRG-6204", 978, "A-01", reason="recount")], by="ewa")
    assert told.counted == 978 and planned.stock() == {"bin": 978, "missing": 22} and clean()
    assert not CountTask.objects.filter(closed_at=None).exists()


def test_a_pick_face_that_was_picked_empty_is_counted(lasting):
    planned = planning(lasting)
    item = planned.item("SMALL")
    planned.stocked(item, Site.objects.get(code="HAM"), 3)
    keep_faces([KeepFace("HAM", "A-01", "SMALL", 1, 9)], by="ann")
    picked(planned.order(("SMALL", 3)))
    follow(FOLLOWERS["fulfilment: count what was picked empty"])
    [task] = CountTask.objects.all()
    assert (task.item.sku, task.cause) == ("SMALL", "zero")
    same, full, unknown = raise_counts([RaiseCount("HAM", "SMALL", "A-01"), RaiseCount("HAM", "BRG-6204", "A-01"), RaiseCount("HAM", "SMALL", "X")], by="ann")
    assert [a.code for a in (same, full, unknown)] == ["count-raised", "bin-not-empty", "bin-unknown"]
    assert count([Count("HAM", "SMALL", 0, "A-01")], by="tomasz")[0].expected == 0


def test_a_plan_is_dated_and_never_changes_what_was(planned):
    yesterday, upside, unknown, kept = keep_count_plans([
        KeepCountPlan("HAM", clock.now().date() - timedelta(days=2)), KeepCountPlan("HAM", clock.now().date(), a_share=96, a_days=100),
        KeepCountPlan("XXX", clock.now().date()), KeepCountPlan("HAM", clock.now().date() + timedelta(days=40), a_days=10)], by="ann")
    assert [a.code for a in (yesterday, upside, unknown)] == ["values-refused", "values-refused", "site-unknown"] and len(upside.errors) == 2
    assert kept.said().startswith("HAM counts A every 10, B every 90, C every 365 days from ")


def test_485_of_500_records_within_tolerance_are_97_percent(planned):
    """Domain: inventory §9."""
    item, account = Item.objects.get(sku="BRG-6204"), Account.objects.get(kind="bin")
    Counted.objects.bulk_create(
        Counted(account=account, item=item, expected=100, counted=100 - (n < 15) * 5 - (n >= 490) * 2, allowed=2, task=n + 1, actor="ewa", counted_at=clock.now())
        for n in range(500))
    [row] = accuracy("HAM")
    assert (row.counted, row.right, row.percent) == (500, 485, Decimal("97.0"))
