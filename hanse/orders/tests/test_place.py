"""Place: taken whole or refused whole, priced to the cent, reserved where there is stock."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from hanse.kernel.refused import Refused
from hanse.orders import reads
from hanse.orders.events import OrderPlaced, UnitsAllocated
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place


def one(*lines: PlaceLine, **fields):
    return Place("REUTER", lines or (PlaceLine("BRG-6204", 5),), **fields)


def test_an_order_is_placed_and_reserved_from_the_site_that_has_it(given):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 20)
    [placed] = place([one(ref="PO 1")], by="ann")
    assert isinstance(placed, OrderPlaced)
    assert (placed.net, placed.total) == (Decimal("50.00"), Decimal("50.00"))
    assert given.free(item, site) == (20, 5)
    [told] = given.told("UnitsAllocated")
    assert [(u.site, u.quantity, u.promised_on) for u in told.units] == [("HAM", 5, date(2026, 11, 17))]
    order = Order.objects.get(pk=int(placed.order[2:]))
    assert (order.status, order.first_promised_on, order.promised_on) == ("allocated", date(2026, 11, 17), date(2026, 11, 17))
    assert order.lines.get().first_promised_at == placed.at, "when it was promised first is known, as the day is"


def test_what_no_site_has_waits(given):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 3)
    place([one()], by="ann")
    [told] = given.told("UnitsAllocated")
    assert [u.quantity for u in told.units] == [3]
    assert [w.quantity for w in told.waiting] == [2]
    assert Order.objects.get().status == "part-allocated"


def test_all_findings_come_at_once(given):
    given.item()
    [no] = place([Place("NOBODY", (PlaceLine("BRG-6204", 1), PlaceLine("GONE", 2)), currency="XXQ")], by="ann")
    assert isinstance(no, Refused)
    assert [e.pointer for e in no.errors] == ["#/customer", "#/currency", "#/lines/1/sku"]


def test_a_reference_is_used_once_even_within_a_batch(given):
    given.item()
    given.customer()
    first, second = place([one(ref="PO 1"), one(ref="PO 1")], by="ann")
    assert isinstance(first, OrderPlaced) and second.code == "ref-used"
    [again] = place([one(ref="PO 1")], by="ann")
    assert again.code == "ref-used"


def test_the_same_key_gives_the_same_answer_and_one_order(given):
    given.item()
    given.customer()
    first = place([one()], by="ann", key="k1")
    again = place([one()], by="ann", key="k1")
    assert first == again and Order.objects.count() == 1


def test_or_refuse_sums_the_demand_of_two_lines_on_one_sku(given):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 5)
    [no] = place([one(PlaceLine("BRG-6204", 3), PlaceLine("BRG-6204", 3), reserve="or_refuse")], by="ann")
    assert (no.code, no.detail) == ("stock-short", "5 of 6 BRG-6204 available.")
    assert given.free(item, site) == (5, 0)
    a, b = place([one(reserve="or_refuse"), one(reserve="or_refuse")], by="ann")
    assert isinstance(a, OrderPlaced) and b.code == "stock-short"


def test_one_order_is_split_only_where_one_site_is_not_enough(given):
    item, near, far = given.item(), given.site("HAM"), given.site("LEI", lanes={"DE": 2})
    given.customer()
    given.stocked(item, near, 4)
    given.stocked(item, far, 8)
    place([one()], by="ann")
    [told] = given.told("UnitsAllocated")
    assert [(u.site, u.quantity) for u in told.units] == [("LEI", 5)]
    assert told.why["winner"] == ["LEI"]
    place([one(PlaceLine("BRG-6204", 7))], by="ann")
    told = given.told("UnitsAllocated")[1]
    assert sorted((u.site, u.quantity) for u in told.units) == [("HAM", 4), ("LEI", 3)]


def test_discount_freight_and_tax_are_shared_to_the_cent(given):
    given.item("A", "3.33", tax_rate=Decimal(19))
    given.item("B", "10.00", tax_rate=Decimal(7))
    given.customer()
    [placed] = place([one(PlaceLine("A", 3), PlaceLine("B", 1), discount=Decimal("1.00"), freight=Decimal("5.00"))], by="ann")
    assert placed.net == Decimal("18.99")
    assert sum(x.net for x in placed.lines) == placed.net and sum(x.freight for x in placed.lines) == Decimal("5.00")
    assert placed.total == placed.net + placed.freight + placed.tax
    assert Order.objects.get().total == placed.total


def test_facts_are_journalled_with_both_times(given):
    given.item()
    given.customer()
    [_placed] = place([one()], by="ann")
    assert [type(f) for f in given.told("OrderPlaced", "UnitsAllocated")] == [OrderPlaced, UnitsAllocated]


def test_the_reads_show_an_order_whole(given):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 3)
    [placed] = place([one(ref="PO 9")], by="ann")
    seen = reads.order(placed.order)
    assert (seen.number, seen.customer, seen.reserved, seen.lines[0].waiting) == (placed.order, "REUTER", 3, 2)
    assert seen.lines[0].allocations[0]["site"] == "HAM" and seen.ship_to["city"] == "Rostock"
    assert reads.explanations(placed.order)[0]["why"]["winner"] == ["HAM"]
    assert next(h.kind for h in reads.history(placed.order)) == "OrderPlaced"
    assert reads.order("H-7") is None and reads.order("nonsense") is None
    assert reads.counts(date(2026, 11, 16))["backordered"] == 1


def test_the_board_pages_by_key_and_finds(given):
    given.item()
    given.customer(name="Reuter Antriebe AG")
    numbers = [p.order for p in place([one(ref=f"PO {n}") for n in range(7)], by="ann")]
    first = reads.board("open", "newest", limit=3)
    then = reads.board("open", "newest", (None, int(first[-1].number[2:])), limit=3)
    assert [r.number for r in first + then] == numbers[::-1][:6]
    by_promise = reads.board("all", "promise", limit=3)
    rest = reads.board("all", "promise", (by_promise[-1].promised_on, int(by_promise[-1].number[2:])), limit=10)
    assert [r.number for r in by_promise + rest] == numbers
    assert [r.number for r in reads.board("all", q="PO 3")] == [numbers[3]]
    assert len(reads.board("all", q="antriebe")) == 7
    assert [r.number for r in reads.board("all", q=numbers[2])] == [numbers[2]]
    assert reads.board("all", customer="NOBODY") == [] and len(reads.board("all", sku="BRG-6204", status="placed")) == 7


def test_the_board_says_which_sites_owe_and_what_is_left_to_release(given):
    item, site, other = given.item(), given.site(), given.site("MUC")
    given.customer()
    given.stocked(item, site, 3)
    given.stocked(item, other, 1)
    place([one(), one()], by="ann")
    assert [(r.sites, r.waiting, r.to_release) for r in reads.board("open", "newest")] == [([], 5, 0), (["HAM", "MUC"], 1, 4)]


@pytest.mark.parametrize("asked, kept", [
    ({"view": "open"}, True),
    ({"view": "late", "after": (date(2026, 11, 17), 100001)}, True),
    ({"view": "all", "sort": "newest", "customer": "REUTER"}, True),
    ({"view": "all", "sort": "newest", "placed_to": date(2026, 11, 17)}, False),
    ({"view": "all", "sort": "newest", "q": "PO 3"}, False),
])
def test_the_board_is_planned_once_unless_a_value_decides_the_way(given, asked, kept):
    sent = []
    with connection.execute_wrapper(lambda execute, sql, *rest: sent.append(sql) or execute(sql, *rest)):
        reads.board(limit=21, **asked)
    assert ("LIMIT 21" in sent[0]) is kept


@pytest.mark.parametrize("line, order, why", [
    ({"net": Decimal("1.00005")}, {}, "net has at most 4 decimals."),
    ({"unit_price": Decimal("0.1234567")}, {}, "unit_price has at most 6 decimals."),
    ({}, {"freight": Decimal("1.00005")}, "freight has at most 4 decimals."),
    ({"discount": Decimal("9"), "discount_rate": Decimal("0.9")}, {}, "The discounts are more than what they are taken from."),
    ({}, {"discount": Decimal("51")}, "The discounts are more than what they are taken from."),
    ({"quantity": 10**9, "unit_price": Decimal(10**9)}, {}, "The order is worth 1000000000000000000.00; at most 99999999999.9999 can be kept."),
])
def test_amounts_that_cannot_be_kept_as_they_are_refuse_the_order(given, line, order, why):
    given.item()
    given.customer()
    [no] = place([Place("REUTER", (PlaceLine(**({"sku": "BRG-6204", "quantity": 5} | line)),), **order)], by="ann")
    assert isinstance(no, Refused) and no.detail == why


def test_the_largest_page_says_that_there_are_more(given, caller):
    given.item()
    given.customer()
    place([one(ref=f"PO {n}") for n in range(502)], by="ann")
    page = caller("read").get("/orders", limit=500).json()
    rest = caller("read").get("/orders", limit=500, cursor=page["next"]).json()
    assert len({row["number"] for row in page["items"] + rest["items"]}) == 502 and rest["next"] is None
