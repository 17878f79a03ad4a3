"""On time in full from real orders: each customer by its own definition, as it was when the order was placed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from hanse.fulfilment.tests.floor import packed
from hanse.kernel import clock
from hanse.orders.book_appointments import BookAppointment, book_appointments
from hanse.orders.change import Change, change
from hanse.orders.models import Line, Order
from hanse.partners.keep_otif import KeepOtif, keep_otif
from hanse.perfect_order.otif_reads import otif
from hanse.perfect_order.tests.test_reads import LATER, four  # noqa: F401
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.tests.road import carriers, on_its_way

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
LONG_AGO = date(2026, 1, 1)


def define(customer: str = "REUTER", from_on: date = LONG_AGO, **terms) -> None:
    [told] = keep_otif([KeepOtif(customer, from_on, **terms)], by="ann")
    assert told.party == customer


def told(customer: str = "REUTER", at: datetime = LATER):
    with clock.standing_at(at):
        return otif(customer, FIRST, LAST)


def came(parcel: str, day: int, code: str = "D") -> None:
    record_tracking([Track("UPS", parcel, code, datetime(2026, 11, day, 9, tzinfo=UTC))], by="ann")


@pytest.mark.parametrize("level, otif_hits, otif_n, in_full", [("order", 1, 3, 1), ("line", 1, 3, 1), ("unit", 9, 15, 9)])
def test_a_customers_orders_are_measured_by_its_own_definition(four, level, otif_hits, otif_n, in_full):  # noqa: F811
    """REUTER: one order perfect, one with a unit missing in the parcel, one that never left. ANNA has no definition."""
    define(level=level, goal_otif=Decimal(90), fine_percent=Decimal(3))
    report = told()
    [share] = report.shares
    assert (share.otif.hits, share.otif.n, share.in_full.hits, share.otif.met) == (otif_hits, otif_n, in_full, False)
    assert {(f.order, f.in_time, f.missing) for f in report.failures} == {(four[2], 4, 1), (four[3], 0, 5)}
    assert share.fine == (share.failed_value * 3 / 100).quantize(Decimal("0.01")) > 0
    assert told("ANNA").shares == [] and told("ANNA").undefined == 1
    assert told("NOBODY").shares == [] and told("NOBODY").undefined == 0


def test_what_was_late_says_when_it_came(four):  # noqa: F811
    define("ANNA", early_days=1)
    [failure] = told("ANNA").failures
    assert (failure.order, failure.late, failure.in_time, [c.units for c in failure.came]) == (four[1], 5, 0, [5])
    assert failure.came[0].at.date() > failure.due_on


def test_a_definition_measures_the_orders_placed_under_it_and_no_others(four):  # noqa: F811
    define("ANNA", level="unit")
    with clock.standing_at(clock.now() - timedelta(days=1)):
        define("ANNA", clock.now().date() + timedelta(days=1), late_days=9)
    [share] = told("ANNA").shares
    assert (share.definition.late_days, share.otif.hits) == (9, 1)
    Order.objects.filter(customer__code="ANNA").update(placed_at=datetime(2026, 11, 2, tzinfo=UTC))
    [share] = told("ANNA").shares
    assert (share.definition.late_days, share.otif.hits, share.late) == (0, 0, 5)


@pytest.mark.parametrize("basis, hits", [("requested", 0), ("promised", 1), ("current", 1)])
def test_the_day_is_the_one_that_the_customer_goes_by(given, basis, hits):
    """Asked for Monday, promised for Tuesday, came on Tuesday."""
    sent = on_its_way(given)
    define(date_basis=basis, level="line")
    Line.objects.update(requested_on=date(2026, 11, 16))
    came(sent.parcel, 17)
    [share] = told(at=datetime(2026, 11, 18, 9, tzinfo=UTC)).shares
    assert (share.otif.hits, share.otif.n) == (hits, 1)


@pytest.mark.parametrize("slot, hits, unscheduled", [(None, 0, 5), (8, 1, 0), (14, 0, 5)])
def test_what_comes_without_its_appointment_is_unscheduled(given, slot, hits, unscheduled):
    sent = on_its_way(given)
    define(appointment="required", level="line")
    if slot:
        begins = datetime(2026, 11, 17, slot, tzinfo=UTC)
        book_appointments([BookAppointment(sent.order, begins, begins + timedelta(hours=2))], by="ann")
    came(sent.parcel, 17)
    [share] = told(at=datetime(2026, 11, 18, 9, tzinfo=UTC)).shares
    assert (share.otif.hits, share.unscheduled) == (hits, unscheduled)


@pytest.mark.parametrize("terms, counted", [({}, (0, 1)), ({"clock": "arrival"}, (1, 1)), ({"exclusions": ("consignee",)}, (0, 0)), ({"clock": "hand-over"}, (1, 1)), ({"period": "delivered"}, (0, 1))])
def test_a_closed_door_is_the_customers_where_he_says_so(given, terms, counted):
    """The carrier stood at the door on the day, and was let in two days later."""
    sent = on_its_way(given)
    define(level="line", **terms)
    came(sent.parcel, 17, "CC")
    came(sent.parcel, 19)
    shares = told(at=datetime(2026, 11, 20, 9, tzinfo=UTC)).shares
    assert (sum(s.otif.hits for s in shares), sum(s.otif.n for s in shares)) == counted


@pytest.mark.parametrize("by_customer, hits", [(True, 1), (False, 0)])
def test_only_the_customers_own_later_day_is_what_it_is_measured_by(given, by_customer, hits):
    carriers()
    given.customer()
    define(level="line")
    given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    change([Change(order, promised_on=date(2026, 11, 19), by_customer=by_customer)], by="ann")
    [sent] = hand_over([HandOver(packed(order).carton, "UPS")], by="ann")
    came(sent.parcel, 19)
    [share] = told(at=datetime(2026, 11, 20, 9, tzinfo=UTC)).shares
    assert (share.otif.hits, share.otif.n) == (hits, 1)
