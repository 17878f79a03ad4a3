"""What peers are tested for, replayed: the scenarios that orders, stock, floor, road and billing cover.

Each test names its scenario and the peer's numbers. Where our policy differs, the test says how.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.models import OpenItem
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.inventory.count import Count, count
from hanse.inventory.expect import Expect, expect
from hanse.inventory.receive import Receive, receive
from hanse.kernel.refused import Refused
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.free import Free, free
from hanse.orders.models import Allocation, Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.tests.road import carriers


@pytest.fixture
def shop(given):
    """A customer, a site and the carriers."""
    carriers()
    given.customer()
    given.hamburg = given.site("HAM")
    return given


def told(answers: list[Any]) -> list[Any]:
    assert [a for a in answers if isinstance(a, Refused)] == []
    return answers


def order(*lines: tuple[str, int], **fields: Any) -> str:
    [placed] = told(place([Place("REUTER", tuple(PlaceLine(sku, n) for sku, n in lines), **fields)], by="ann"))
    return placed.order


def ship(number: str, **contents: Any) -> int:
    """Release, pick, pack and hand over what is reserved of an order; gives the number of parcels."""
    tasks = [t for r in told(release([Release(number)], by="ann")) for t in r.tasks]
    told(pick([Pick(t.task, t.quantity) for t in tasks], by="ann"))
    cartons = told(pack([Pack(number, site) for site in dict.fromkeys(t.site for t in tasks)], by="ann"))
    return len(told(hand_over([HandOver(c.carton, "UPS") for c in cartons], by="ann")))


def standing(number: str) -> Order:
    return Order.objects.get(pk=int(number[2:]))


def test_s01_invoice_on_order_with_tax_once(shop):
    """Net 50.00, tax 5.00, total 55.00; one invoice. Ours has no comment lines: a remark is no line of an order."""
    shop.stocked(shop.item("P", "10.00", tax_rate=Decimal(10)), shop.hamburg, 100)
    number = order(("P", 2), ("P", 3), invoice_rule="order")
    at = standing(number)
    assert (at.net, at.tax, at.total, at.status) == (Decimal(50), Decimal(5), Decimal(55), "allocated")
    [bill] = told(invoice([Invoice(number)], by="ann"))
    assert [(x.position, x.quantity) for x in bill.lines] == [(1, 2), (2, 3)] and bill.total == Decimal(55)
    [again] = invoice([Invoice(number)], by="ann")
    assert again.code == "nothing-to-invoice"
    assert [(x.amount, x.settled) for x in OpenItem.objects.all()] == [(Decimal(55), 0)]
    assert ship(number) == 1 and shop.stock() == {"bin": 95, "transit": 5}


def test_s02_invoice_on_fulfilment_billed_in_parts(shop):
    """No invoice before the goods left; one unit of each line first, the rest after; 5 units over both. Ours keeps no drafts."""
    shop.stocked(shop.item("P", "10.00", tax_rate=Decimal(10)), shop.hamburg, 100)
    number = order(("P", 2), ("P", 3))
    [early] = invoice([Invoice(number)], by="ann")
    assert early.code == "nothing-to-invoice"
    ship(number)
    [first] = told(invoice([Invoice(number, lines=[Units(1, 1), Units(2, 1)])], by="ann"))
    [rest] = told(invoice([Invoice(number)], by="ann"))
    assert ([x.quantity for x in first.lines], [x.quantity for x in rest.lines]) == ([1, 1], [1, 2])
    assert first.total + rest.total == Decimal(55) and standing(number).invoiced == 5


def test_s03_a_cancelled_pick_is_settled_by_cancelling_or_by_allocating_anew(shop):
    """Nothing shipped, nothing billed. Ours has no exception state: units are open again, and somebody cancels or allocates them."""
    item = shop.item("P", "10.00")
    shop.stocked(item, shop.hamburg, 1)
    ignored = order(("P", 1))
    told(release([Release(ignored)], by="ann"))
    [asked] = told(cancel([Cancel(ignored, reason="not to be shipped", by_customer=False, fallback="intercept")], by="ann"))
    told(answer_change([AnswerChange(asked.asked[0].request, True)], by="ann"))
    assert standing(ignored).status == "cancelled" and shop.stock() == {"bin": 1} and shop.free(item, shop.hamburg) == (1, 0)
    [no] = invoice([Invoice(ignored)], by="ann")
    assert no.code == "nothing-to-invoice"
    recreated = order(("P", 1))
    told(free([Free(Allocation.objects.get(order_id=int(recreated[2:])).id)], by="ann"))
    assert standing(recreated).status == "placed"
    told(allocate([Allocate(recreated)], by="ann"))
    assert standing(recreated).status == "allocated"


def test_s04_no_over_shipment(shop):
    """The peer lets 120 % through. Policy: ours ships what is owed; 11 of 10 are refused at the pick."""
    shop.stocked(shop.item("P"), shop.hamburg, 20)
    number = order(("P", 10))
    [task] = told(release([Release(number)], by="ann"))[0].tasks
    [over] = pick([Pick(task.task, 11)], by="ann")
    assert over.code == "taken-out-of-range"
    told(pick([Pick(task.task, 10)], by="ann"))
    [more] = pack([Pack(number, "HAM", (PackLine(1, 11),))], by="ann")
    assert more.code == "pack-out-of-range"


def test_s05_what_is_missing_stays_a_backorder_until_shipped_or_cancelled(shop):
    """5 of 10 leave, 5 wait; 4 more leave. Policy: no tolerance of 90 %; the last unit is cancelled by somebody, not by rounding."""
    item = shop.item("P")
    shop.stocked(item, shop.hamburg, 5)
    number = order(("P", 10))
    ship(number)
    assert (standing(number).status, standing(number).shipped) == ("part-shipped", 5)
    told(receive([Receive("HAM", "P", 4, "A-01")], by="ann"))
    told(allocate([Allocate(number)], by="ann"))
    ship(number)
    assert standing(number).shipped == 9
    told(cancel([Cancel(number, (CancelLine(1, 1),), "close enough")], by="ann"))
    assert (standing(number).status, standing(number).cancelled) == ("shipped", 1)


def test_s07_freight_is_shared_over_the_units(shop):
    """Order of 5 at 20.00 with freight 3.00: 103.00. Policy: freight is the order's and is shared out, so 4 sent and then 1
    are billed 82.40 and 20.60, where the peer charges every shipment and ends at 106.00."""
    item = shop.item("P", "20.00")
    shop.stocked(item, shop.hamburg, 4)
    number = order(("P", 5), freight=Decimal("3.00"))
    assert standing(number).total == Decimal("103.00")
    ship(number)
    [first] = told(invoice([Invoice(number)], by="ann"))
    told(receive([Receive("HAM", "P", 1, "A-01")], by="ann"))
    told(allocate([Allocate(number)], by="ann"))
    ship(number)
    [second] = told(invoice([Invoice(number)], by="ann"))
    assert (first.total, second.total) == (Decimal("82.40"), Decimal("20.60"))


def test_s07_freight_per_order_and_back(shop):
    """3 units at 20.00 with 3.00 for the order: one invoice of 63.00, and a credit of all of it is 63.00."""
    shop.stocked(shop.item("P", "20.00"), shop.hamburg, 3)
    number = order(("P", 3), freight=Decimal("3.00"))
    ship(number)
    [bill] = told(invoice([Invoice(number)], by="ann"))
    [back] = told(credit([Credit(bill.invoice, reason="all back")], by="ann"))
    assert (bill.total, back.total) == (Decimal("63.00"), Decimal("63.00"))


def test_s08_two_orders_make_two_shipments(shop):
    """Customer A's case: two orders, two shipments, an invoice each. Grouping shipments of a customer is not offered."""
    shop.stocked(shop.item("P", "10.00"), shop.hamburg, 100)
    orders = [order(("P", 1)), order(("P", 2))]
    assert [ship(n) for n in orders] == [1, 1]
    assert [b.net for b in told(invoice([Invoice(n) for n in orders], by="ann"))] == [Decimal(10), Decimal(20)]


def test_s09_an_order_waits_for_its_purchase_and_gets_what_arrives(shop):
    """250 ordered without stock wait for the purchase of 250; 100 arrive: 100 are assigned, 150 still wait. Requests are a buyer's."""
    shop.item("P")
    told(expect([Expect("PO-1", "HAM", "P", 250, date(2026, 11, 30))], by="ann"))
    number = order(("P", 250))
    [waiting] = shop.told("UnitsAllocated")
    assert [(w.quantity, w.inbound) for w in waiting.waiting] == [(250, "PO-1")]
    told(receive([Receive("HAM", "P", 100, "A-01", inbound="PO-1")], by="ann"))
    [got] = told(allocate([Allocate(number)], by="ann"))
    assert ([u.quantity for u in got.units], [(w.quantity, w.inbound) for w in got.waiting]) == ([100], [(150, "PO-1")])


def test_s12_count_while_goods_arrive(shop):
    """Expected is what the ledger has when the count is booked: 3 counted where 2 lie is +1; 3800 g where 3800 lie is nothing."""
    one, two = shop.item("P1"), shop.item("P2", stock_unit="gram")
    shop.stocked(one, shop.hamburg, 1)
    shop.stocked(two, shop.hamburg, 2500)
    told(receive([Receive("HAM", "P1", 1, "A-01"), Receive("HAM", "P2", 1300, "A-01")], by="ann"))
    first, second = told(count([Count("HAM", "P1", 3, "A-01", reason="sheet 1"), Count("HAM", "P2", 3800, "A-01", reason="sheet 1")], by="ann"))
    assert (first.expected, first.counted, second.expected, second.counted) == (2, 3, 3800, 3800)
    assert shop.stock() == {"bin": 3803, "missing": -1}
    told(count([Count("HAM", "P1", 0, "A-01", reason="sheet 2"), Count("HAM", "P2", 0, "A-01", reason="sheet 2")], by="ann"))
    assert shop.stock() == {"missing": 3802}


@pytest.fixture
def two_sites(shop):
    shop.leipzig = shop.site("LEI", lanes={"DE": 2})
    shop.p = shop.item("P")
    shop.stocked(shop.p, shop.hamburg, 4)
    shop.stocked(shop.p, shop.leipzig, 3)
    return shop


def sites_of(number: str) -> dict[str, int]:
    return {a.site.code: a.reserved for a in Allocation.objects.filter(order_id=int(number[2:])).select_related("site")}


def test_s15_two_sites_serve_what_one_cannot(two_sites):
    """5 of 4 + 3: 4 from the one and 1 from the other. 10: refused, and nothing at all is allocated."""
    [no] = place([Place("REUTER", (PlaceLine("P", 10),), reserve="or_refuse")], by="ann")
    assert no.code == "stock-short" and Allocation.objects.count() == 0
    assert sites_of(order(("P", 5))) == {"HAM": 4, "LEI": 1}


def test_s15_never_into_what_is_reserved(two_sites):
    """2 reserved at the first site: 2 and 3 are left for an order of 3. Policy: the peer takes 2 + 1, ours all 3 from the site that has them."""
    assert sites_of(order(("P", 2))) == {"HAM": 2}
    assert sites_of(order(("P", 3))) == {"LEI": 3}
    assert (two_sites.free(two_sites.p, two_sites.hamburg), two_sites.free(two_sites.p, two_sites.leipzig)) == ((4, 2), (3, 3))


def test_s15_quantities_of_freeing_receiving_shipping_and_raising(shop):
    """The peer's numbers on a stock of 100 with 80 allocated. Receiving allocates to those who wait, here an order of 50."""
    item = shop.item("P")
    shop.stocked(item, shop.hamburg, 100)
    number = order(("P", 80))
    [allocation] = Allocation.objects.all()
    told(free([Free(allocation.id, 50)], by="ann"))
    assert shop.free(item, shop.hamburg) == (100, 30)
    told(allocate([Allocate(number)], by="ann"))
    assert shop.free(item, shop.hamburg) == (100, 80)
    [no] = place([Place("REUTER", (PlaceLine("P", 21),), reserve="or_refuse")], by="ann")
    assert no.code == "stock-short" and shop.free(item, shop.hamburg) == (100, 80)
    raised = order(("P", 20), reserve="or_refuse")
    assert shop.free(item, shop.hamburg) == (100, 100)
    told(cancel([Cancel(raised)], by="ann"))
    told(receive([Receive("HAM", "P", 50, "A-01")], by="ann"))
    order(("P", 50))
    assert shop.free(item, shop.hamburg) == (150, 130)


def test_s15_shipping_takes_stock_and_allocation_alike(shop):
    """Shipping 50 of 80 allocated on a stock of 100: stock 50, allocated 30."""
    item = shop.item("P")
    shop.stocked(item, shop.hamburg, 100)
    leaves, _ = order(("P", 50)), order(("P", 30))
    ship(leaves)
    assert shop.free(item, shop.hamburg) == (50, 30)


def test_s19_what_is_available(shop):
    """10 and 5, and 5 in an inactive place: 15 can be supplied, 16 cannot; with backorders any quantity is taken."""
    item, far = shop.item("P"), shop.site("LEI")
    closed = shop.site("OLD", active=False)
    for site, n in ((shop.hamburg, 10), (far, 5), (closed, 5)):
        shop.stocked(item, site, n)
    [no] = place([Place("REUTER", (PlaceLine("P", 16),), reserve="or_refuse")], by="ann")
    assert no.code == "stock-short" and "15 of 16" in no.detail
    assert sites_of(order(("P", 15), reserve="or_refuse")) == {"HAM": 10, "LEI": 5}
    assert standing(order(("P", 1000))).status == "placed"


def test_s19_the_oldest_waits_shortest(shop):
    """Two units wait: one more fills exactly the oldest, three fill both. Policy: stock never goes below zero, units wait instead."""
    item = shop.item("P")
    old, young = order(("P", 1)), order(("P", 1))
    told(receive([Receive("HAM", "P", 1, "A-01")], by="ann"))
    allocate([Allocate(young), Allocate(old)], by="ann")
    assert (standing(old).status, standing(young).status) == ("allocated", "placed")
    told(receive([Receive("HAM", "P", 2, "A-01")], by="ann"))
    told(allocate([Allocate(young)], by="ann"))
    assert standing(young).status == "allocated" and shop.free(item, shop.hamburg) == (3, 2)


def test_s20_what_is_cancelled_short_is_not_billed(shop):
    """A line of 10.00 with 2 units, one short: 5.00 are billed. The same unit is not cancelled twice."""
    shop.stocked(shop.item("P", "5.00"), shop.hamburg, 1)
    number = order(("P", 2))
    [gone] = told(cancel([Cancel(number, (CancelLine(1, 1),), "short ship", False)], by="ann"))
    assert (gone.reason, gone.by_customer) == ("short ship", False)
    [twice] = cancel([Cancel(number, (CancelLine(1, 2),), "short ship", False)], by="ann")
    assert twice.code == "units-bound"
    ship(number)
    [bill] = told(invoice([Invoice(number)], by="ann"))
    assert bill.net == Decimal("5.00") and standing(number).status == "shipped"


def test_s20_a_line_short_as_a_whole_bills_nothing(shop):
    """4 units at 10.00, all short: nothing is owed and the order is cancelled."""
    shop.item("P", "10.00")
    number = order(("P", 4))
    told(cancel([Cancel(number, reason="short ship", by_customer=False)], by="ann"))
    [no] = invoice([Invoice(number)], by="ann")
    assert no.code == "nothing-to-invoice" and standing(number).status == "cancelled"


def test_s20_what_has_left_cannot_be_cancelled(shop):
    """The peer cancels shipped units and keeps 'shipped'. Policy: ours refuses; what left comes back as a return or is credited."""
    shop.stocked(shop.item("P", "10.00"), shop.hamburg, 1)
    number = order(("P", 1))
    ship(number)
    [no] = cancel([Cancel(number)], by="ann")
    assert isinstance(no, Refused) and standing(number).status == "shipped"
