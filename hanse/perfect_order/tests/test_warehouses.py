"""Measures of warehouses: to the digit of the domain's figures, from real orders, and on the page."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.inventory.receive import Receive, receive
from hanse.kernel import clock
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.models import Allocation
from hanse.perfect_order.assess import Assess, assess
from hanse.perfect_order.warehouses import STAGES, Warehouse, warehouses
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.take_receiving_advice import ReceivedUnits, TakeReceivingAdvice, take_receiving_advice
from hanse.transport.tests.road import carriers
from tests.given import MONDAY

NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)
NOBODY = Warehouse("HAM", "", *[0] * 11, *[None] * 8)


def counted(**counts) -> Warehouse:
    return Warehouse(**{name: counts.get(name, getattr(NOBODY, name)) for name in Warehouse.__dataclass_fields__})


@pytest.mark.parametrize(("it", "measure", "per_cent"), [
    (counted(lines_picked=10_000, lines_wrong=15), "pick_accuracy", 99.85),
    (counted(parcels_due=400, parcels_on_time=382), "on_time_ship", 95.5),
    (counted(lines=400, lines_waited=12), "backordered", 3.0),
    (counted(picks=200, picks_short=3), "short_picks", 1.5),
    (counted(advices_compared=195, advices_right=188), "advice_accuracy", 96.4103),
])  # fmt: skip
def test_shares_are_those_of_the_domain(it, measure, per_cent):
    assert 100 * getattr(it, measure).value == pytest.approx(per_cent, abs=5e-5)


def test_of_nothing_there_is_no_share_and_no_stage():
    assert NOBODY.pick_accuracy.value is None and NOBODY.on_time_ship.value is None and NOBODY.stages == []


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def delivered_after(order: str, hours: int, tracking: str) -> None:
    """An hour each until it is released, picked, packed and handed over, a scan half an hour later, the rest on the road."""
    with clock.standing_at(at(1)):
        [told] = release([Release(order)], by="ann")
    with clock.standing_at(at(2)):
        pick([Pick(t.task, t.quantity) for t in told.tasks], by="ann")
    with clock.standing_at(at(3)):
        [carton] = pack([Pack(order, "HAM")], by="ann")
    with clock.standing_at(at(4)):
        hand_over([HandOver(carton.carton, "UPS", tracking=tracking)], by="ann")
        record_tracking([Track("UPS", tracking, "I", at(4.5), type="I")], by="ann")
    with clock.standing_at(at(hours)):
        record_proof([RecordProof(tracking, receiver="F.", received=2)], by="ann")
        assess([Assess(order)], by="ann")


@pytest.fixture
def four(given):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 8)
    orders = [given.order(("BRG-6204", 2), ref=str(n)) for n in range(4)]
    for order, hours in zip(orders, (26, 30, 49, 71), strict=True):
        delivered_after(order, hours, f"1Z-{hours}")
    return orders


def test_the_cycle_is_the_mean_and_the_median_of_real_orders_with_each_stage(four):
    [it] = warehouses(*NOVEMBER)
    assert (it.site, it.orders_delivered, it.cycle_mean, it.cycle_median) == ("HAM", 4, Decimal("44.00"), Decimal("39.50"))
    assert it.stages == [(name, Decimal("1.00")) for name in STAGES[:-1]] + [("carry", Decimal("40.00"))]
    assert it.click_to_ship == Decimal("3.50")
    assert (it.lines_picked, it.lines_wrong, it.picks, it.picks_short, it.lines, it.lines_waited) == (4, 0, 4, 0, 4, 0)


def test_an_error_that_the_receiver_tells_counts_to_the_pick(four):
    take_receiving_advice([TakeReceivingAdvice(four[0], "RA-1", (ReceivedUnits(1, 1, rejected=1, reason="wrong-item"),))], by="ann")
    take_receiving_advice([TakeReceivingAdvice(four[1], "RA-2", (ReceivedUnits(1, 1, rejected=1, reason="not-wanted"),))], by="ann")
    [it] = warehouses(*NOVEMBER)
    assert (it.lines_picked, it.lines_wrong) == (4, 1)


@pytest.mark.parametrize("line, right", [
    (ReceivedUnits(1, 2), 1), (ReceivedUnits(1, 1, rejected=1, reason="damaged"), 1), (ReceivedUnits(1, 1, short=1), 0), (ReceivedUnits(1, 1, rejected=1, reason="wrong-item"), 0), (ReceivedUnits(1, 1), 0),
])  # fmt: skip
def test_units_were_received_as_told_if_the_receiver_names_the_items_and_units_that_we_named(four, line, right):
    take_receiving_advice([TakeReceivingAdvice(four[0], "RA-1", (line,))], by="ann")
    [it] = warehouses(*NOVEMBER)
    assert (it.advices_compared, it.advices_right) == (1, right)


def test_what_must_leave_by_an_hour_left_in_time_or_did_not(four):
    Allocation.objects.filter(order_id=int(four[0][2:])).update(ship_by=at(5))
    Allocation.objects.filter(order_id=int(four[1][2:])).update(ship_by=at(3))
    [it] = warehouses(*NOVEMBER)
    assert (it.parcels_due, it.parcels_on_time) == (2, 1)


def test_lines_that_waited_for_supply_are_told(given):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 1)
    order = given.order(("BRG-6204", 2))
    receive([Receive("HAM", "BRG-6204", 1, "A-01")], by="ann")
    allocate([Allocate(order)], by="ann")
    delivered_after(order, 30, "1Z-30")
    [it] = warehouses(*NOVEMBER)
    assert (it.lines, it.lines_waited) == (1, 1)


def test_outside_of_the_period_nothing_is_told(four):
    assert warehouses(date(2026, 12, 1), date(2026, 12, 31)) == []


def test_page_file_and_api_tell_the_same(four, client, given, caller):
    client.force_login(given.user("rita", "read-only"))
    with clock.standing_at(at(100)):
        page = client.get("/warehouses").content.decode()
        file = client.get("/warehouses.csv").content.decode()
        empty = client.get("/warehouses?from=2026-01-01&to=2026-01-31").content.decode()
    assert "44.0 h from order to delivery" in page and "median 39.5 h, 4 orders" in page and "100.0 %" in page
    assert "No orders were due in this period" in empty
    assert file.splitlines()[1].startswith("HAM,") and ",44.00,39.50,1.00,1.00,1.00,1.00,40.00,3.50" in file
    [told] = caller("read").get("/warehouses", **{"from": "2026-11-01", "to": "2026-11-30"}).json()
    assert (told["site"], told["cycle_mean"], told["cycle_median"]) == ("HAM", "44.00", "39.50")


def test_the_api_says_what_a_period_may_not_be(caller):
    answer = caller("read").get("/warehouses", **{"from": "2026-11-30", "to": "2026-11-01"})
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/query/to"
    assert caller("read").get("/warehouses", **{"from": "2020-01-01", "to": "2026-11-01"}).status_code == 422
