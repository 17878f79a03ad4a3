"""Tolerance: a few units more or less than ordered, as far as the customer's terms let them."""

import pytest

from hanse.catalogue.models import Item
from hanse.edge import verify
from hanse.fulfilment.over_picking import Room
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, decide, pick
from hanse.fulfilment.take_out import TakeOut, take_out
from hanse.inventory.models import Account, Serial
from hanse.kernel.refused import Refused
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.models import Line, Order
from hanse.partners.keep import KeepParty, keep_parties
from tests.given import statements

from .floor import claimed, released
from .test_pick import TASK, in_words

ITEM, BIN = (TASK.item, TASK.site), (TASK.bin, TASK.item, TASK.lot)


@pytest.mark.parametrize("allowed, in_bin, at_site, taken, told", [
    (2, 9, 9, 6, "6 BRG-6204 taken from A-01, 1 of them over"),
    (2, 9, 9, 7, "7 BRG-6204 taken from A-01, 2 of them over"),
    (2, 9, 9, 8, "5 are asked for, and 2 more are allowed; 8 were taken. Put the others back."),
    (2, 1, 9, 7, "Of the 2 that are over, 1 of BRG-6204 in A-01 are promised to nobody. Put the others back."),
    (2, 9, 0, 6, "Of the 1 that are over, 0 of BRG-6204 in A-01 are promised to nobody. Put the others back."),
    (0, 9, 9, 6, "Between 0 and 5 can be taken; 6 were."),
    (2, 9, 9, 5, "5 BRG-6204 taken from A-01"),
])
def test_so_many_more_are_taken_as_terms_bin_and_site_allow(allowed, in_bin, at_site, taken, told):
    [answer] = decide([Pick(1, taken)], {1: TASK}, {}, Room({TASK.line: allowed}, {BIN: in_bin}, {ITEM: at_site}))
    assert in_words(answer) == told


def test_two_tasks_of_a_line_share_its_tolerance_and_a_shrunken_one_takes_no_more():
    fields = {f: getattr(TASK, f) for f in type(TASK).__slots__}
    tasks = {1: TASK, 2: type(TASK)(**fields | {"id": 2, "allocation": 10}), 3: type(TASK)(**fields | {"id": 3, "allocation": 11, "wanted": 4})}
    answers = decide([Pick(1, 6), Pick(2, 7), Pick(2, 6), Pick(3, 6)], tasks, {}, Room({TASK.line: 2}, {BIN: 9}, {ITEM: 9}))
    assert [a.over if not isinstance(a, Refused) else a.code for a in answers] == [1, "over-tolerance", 1, "taken-out-of-range"]


def broken() -> list:
    return [(r.name, r.findings) for r in verify.run() if r.wrong and r.name != "INV-10"]


@pytest.fixture
def company(given):
    """A customer who takes 2 % more and 3 % less; 110 units in one bin."""
    given.customer(over_percent=2, under_percent=3)
    given.stocked(given.item(), given.site(), 110)
    return given


def test_what_is_over_is_a_line_of_its_own_that_names_the_one_it_came_over(company):
    order = company.order(("BRG-6204", 100))
    [task] = released(order)
    [first], [again] = (pick([Pick(task.task, 102)], by="ann", key="k") for _ in range(2))
    assert first == again and (first.taken, first.over) == (102, 2)
    line, over = Line.objects.order_by("position")
    assert (over.over_of_id, over.ordered, over.reserved, over.picked, over.billed, over.net, over.tax) == (line.pk, 2, 2, 2, False, 0, 0)
    assert (line.ordered, line.picked) == (100, 100)
    assert (over.promised_on, over.first_promised_on) == (line.promised_on, line.promised_on)
    whole = Order.objects.get()
    assert (whole.ordered, whole.picked, whole.net) == (102, 102, line.net)
    assert company.stock() == {"bin": 8, "tote": 102} and claimed() == 0
    [carton] = pack([Pack(order)], by="ann")
    assert [(u.position, u.quantity) for u in carton.units] == [(1, 100), (2, 2)]
    assert broken() == []


def test_the_excess_never_takes_what_others_are_promised(company):
    order = company.order(("BRG-6204", 100))
    [task] = released(order)
    company.order(("BRG-6204", 9))
    [no] = pick([Pick(task.task, 102)], by="ann")
    assert no.code == "over-promised" and "1 of BRG-6204" in no.detail
    [yes] = pick([Pick(task.task, 101)], by="ann")
    assert yes.over == 1 and broken() == []


def test_terms_are_those_of_the_day_the_order_was_placed(company):
    orders = [company.order(("BRG-6204", 50))]
    keep_parties([KeepParty("REUTER", over_percent=10, bills_over=True)], by="ann")
    orders.append(company.order(("BRG-6204", 50)))
    old, new = (released(order)[0] for order in orders)
    refused, early, late = pick([Pick(old.task, 52), Pick(old.task, 51), Pick(new.task, 55)], by="ann")
    assert (refused.code, early.over, late.over) == ("over-tolerance", 1, 5)
    assert list(Line.objects.filter(over_of__isnull=False).order_by("id").values_list("ordered", "billed", "net")) == [(1, False, 0), (5, True, 50)]
    assert broken() == []


def test_parts_of_kits_and_substitutes_go_out_as_ordered(company):
    order = company.order(("BRG-6204", 50))
    [task] = released(order)
    Line.objects.update(substitute_of_id=Line.objects.get().pk)
    [no] = pick([Pick(task.task, 51)], by="ann")
    assert no.code == "taken-out-of-range"
    Line.objects.update(substitute_of_id=None, kit=1)
    [no] = pick([Pick(task.task, 51)], by="ann")
    assert no.code == "taken-out-of-range"


def test_serials_over_belong_to_the_task_of_what_is_over(given):
    given.customer(over_percent=50)
    item, site = given.item(tracking="serial"), given.site()
    given.stocked(item, site, 3)
    for code in ("S1", "S2", "S3"):
        Serial.objects.create(item=item, code=code, account=Account.objects.get(kind="bin"))
    order = given.order((item.sku, 2))
    [task] = released(order)
    [told] = pick([Pick(task.task, 3, serials=("S3", "S1", "S2"))], by="ann")
    assert told.over == 1
    [carton] = pack([Pack(order)], by="ann")
    assert sum(u.quantity for u in carton.units) == 3
    assert [(r.name, r.findings) for r in verify.run() if r.wrong and r.name not in ("INV-5", "INV-10")] == []


def test_what_is_over_can_be_given_back_and_is_not_sought_again(company):
    order = company.order(("BRG-6204", 100))
    [task] = released(order)
    pick([Pick(task.task, 102)], by="ann")
    take_out([TakeOut(order, "BRG-6204", quantity=102, to="quarantine", reason="dirty")], by="ann")
    line, over = Line.objects.order_by("position")
    assert (over.cancelled, over.under, over.status) == (2, 0, "cancelled")
    assert line.reserved - line.freed == 8 and line.cancelled == 0
    assert [(t.reason, [u.quantity for u in t.lines]) for t in company.told("UnitsCancelled")] == [("over what was ordered, not sought again", [2])]
    assert broken() == []


def test_the_desk_cancels_what_is_over_but_orders_no_more_of_it(company):
    order = company.order(("BRG-6204", 100))
    [task] = released(order)
    pick([Pick(task.task, 102)], by="ann")
    [no] = change([Change(order, (ChangeLine(2, 5),))], by="ann")
    assert no.code == "over-ordered"
    [asked] = cancel([Cancel(order, (CancelLine(2, 2),), fallback="let-go")], by="ann")
    assert [a.units for a in asked.asked] == [2]


@pytest.mark.parametrize("under, found, ordered, closed, waits", [
    (3, 97, 100, 3, 0),
    (3, 96, 100, 0, 4),
    (0, 99, 100, 0, 1),
    (100, 0, 10, 0, 10),
    (100, 1, 10, 9, 0),
    (3, 32, 33, 0, 1),
])
def test_a_rest_within_tolerance_is_closed_and_a_larger_one_waits(given, under, found, ordered, closed, waits):
    given.customer(under_percent=under)
    given.stocked(given.item(), given.site(), ordered)
    order = given.order(("BRG-6204", ordered))
    [task] = released(order)
    [told] = pick([Pick(task.task, found, "bin empty")], by="ann", key="k")
    assert pick([Pick(task.task, found, "bin empty")], by="ann", key="k") == [told]
    line = Line.objects.get()
    assert (line.cancelled, line.under, line.ordered - line.cancelled - line.reserved + line.freed) == (closed, closed, waits)
    assert [(t.reason, t.by_customer, t.lines[0].quantity) for t in given.told("UnitsCancelled")] == [("within tolerance", False, closed)] * bool(closed)
    assert broken() == []


def test_what_is_found_elsewhere_is_not_closed(company):
    company.stocked(Item.objects.get(), company.site("LEJ", lanes={"DE": 2}), 5)
    order = company.order(("BRG-6204", 100))
    [task] = released(order)
    pick([Pick(task.task, 98, "bin empty")], by="ann")
    assert Line.objects.get().cancelled == 0 and company.told("UnitsAllocated")[-1].units[0].site == "LEJ"


def test_a_line_closes_no_more_over_its_life_than_its_tolerance(given):
    given.customer(under_percent=3)
    item, site = given.item(), given.site()
    given.stocked(item, site, 60), given.stocked(item, site, 40, bin="B-01")
    order = given.order((item.sku, 100))
    one, two = released(order)
    pick([Pick(one.task, one.quantity - 2, "bin empty")], by="ann")
    assert Line.objects.get().under == 2
    pick([Pick(two.task, two.quantity - 2, "bin empty")], by="ann")
    line = Line.objects.get()
    assert (line.under, line.ordered - line.cancelled - line.reserved + line.freed) == (2, 2)
    assert broken() == []


def test_kits_and_substitutes_wait_as_ever(company):
    order = company.order(("BRG-6204", 100))
    [task] = released(order)
    Line.objects.update(substitute_of_id=Line.objects.get().pk)
    pick([Pick(task.task, 99, "bin empty")], by="ann")
    assert Line.objects.get().cancelled == 0


def test_a_plain_pick_asks_nothing_more_for_the_tolerance(company):
    first, second = (released(company.order(("BRG-6204", 50)))[0] for _ in range(2))
    with statements() as plain:
        pick([Pick(first.task, 50)], by="ann", key="k")
    with statements() as short:
        pick([Pick(second.task, 40, "bin empty")], by="ann", key="l")
    assert not any("over_percent" in sql for sql in plain) and sum("under_percent" in sql for sql in short) == 1
